/* gain.c - gains by name and by quadrature. */
#include "gain.h"

#include <math.h>
#include <string.h>
#include "choices/choice.h"
#include "theory/gaussian.h"
#include "core/number.h"
#include "core/word.h"

int il_gain_of_slope(const char *text, double *gain)
{
    const char *const colon = strchr(text, ':');
    double slope;

    if (!colon || !il_same_word(text, (size_t)(colon - text), "leaky_relu", 10) ||
        !il_read_real(colon + 1, &slope))
        return 0;
    *gain = sqrt(2 / (1 + slope * slope));
    return 1;
}

double il_gain(double value, const struct il_act *hidden)
{
    /* in the order of IL_GAIN_WORDS; 0: computed */
    static const double table[] = { 0, 0, 0, 0, 1, 1, 5.0 / 3, M_SQRT2, 1.4141428569978354, 0.75 };
    const int word = il_word_of(value);
    struct il_gaussian m;

    if (word < 0)
        return value;
    if (table[word] > 0)
        return table[word];
    m = il_gaussian_moments(hidden, 1);
    if (word == 2)
        return 1 / sqrt(m.square - m.mean * m.mean);
    return 1 / sqrt(word == 3 ? m.slope_square : m.square);
}
