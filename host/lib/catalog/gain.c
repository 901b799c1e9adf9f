/* gain.c - gains by name and by quadrature. */
#include "gain.h"

#include <math.h>
#include <string.h>
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

double il_gain(il_param_value value, const struct il_act *hidden)
{
    static const double table[] = { [IL_GAIN_LINEAR] = 1,
                                    [IL_GAIN_SIGMOID] = 1,
                                    [IL_GAIN_TANH] = 5.0 / 3,
                                    [IL_GAIN_RELU] = M_SQRT2,
                                    [IL_GAIN_LEAKY_RELU] = 1.4141428569978354,
                                    [IL_GAIN_SELU] = 0.75 };
    struct il_gaussian m;

    if (value.kind == IL_PARAM_NUMBER)
        return value.number;
    if (value.word >= IL_GAIN_LINEAR)
        return table[value.word];
    m = il_gaussian_moments(hidden, 1);
    switch (value.word) {
    case IL_GAIN_STD:
        return 1 / sqrt(m.square - m.mean * m.mean);
    case IL_GAIN_BACKWARD:
        return 1 / sqrt(m.slope_square);
    default: /* auto is auto:moment */
        return 1 / sqrt(m.square);
    }
}
