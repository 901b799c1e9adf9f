/* truncated_normal.c - a normal law between two bounds. */
#include "truncated_normal.h"

#include <math.h>

/* P(normal > z) */
static double beyond(double z) { return erfc(z / M_SQRT2) / 2; }

static double density(double z) { return exp(-z * z / 2) / sqrt(2 * M_PI); }

/* its product with z, which is 0 at both ends */
static double moment(double z) { return isinf(z) ? 0 : z * density(z); }

/* one side's probabilities beyond |z|: at its bound and where it begins; equal where it is empty */
struct side {
    double far, near;
};

static struct side side(double from, double to)
{
    const struct side s = { beyond(fmax(to, 0)), beyond(fmax(from, 0)) };

    return s;
}

static double mass(struct side s) { return s.near - s.far; }

/*
 * The sum over [low, high] of w(z) (z - center)^power, by Simpson's rule; w is the density over its
 * largest value there, which is at `peak`.
 */
static double summed(double low, double high, double peak, double center, int power)
{
    enum { PARTS = 4096 };
    const double h = (high - low) / PARTS;
    double sum = 0;

    for (int i = 0; i <= PARTS; i++) {
        const double z = low + i * h, w = exp((peak - z) * (peak + z) / 2);
        const double x = power == 0 ? 1 : power == 1 ? z - center : (z - center) * (z - center);

        sum += (i == 0 || i == PARTS ? 1 : i % 2 ? 4 : 2) * w * x;
    }
    return sum * h / 3;
}

/* The same of a narrow range, or one far out, where the formulas below cancel: about its peak. */
static struct il_truncated_normal narrow(double low, double high)
{
    enum { FAR = 40 }; /* e^-40 is nothing beside the sum */
    const double peak = low > 0 ? low : high < 0 ? high : 0;
    const double reach = FAR / fmax(fabs(peak), 4);
    const double from = fmax(low, peak - reach), to = fmin(high, peak + reach);
    const double inside = summed(from, to, peak, 0, 0);
    const double mean = peak + summed(from, to, peak, peak, 1) / inside;

    return (struct il_truncated_normal){ mean, sqrt(summed(from, to, peak, mean, 2) / inside) };
}

struct il_truncated_normal il_truncated_normal_moments(double low, double high)
{
    const double inside = mass(side(low, high)) + mass(side(-high, -low));
    const double mean = (density(low) - density(high)) / inside;
    const double square = 1 + (moment(low) - moment(high)) / inside;

    if (!(square - mean * mean > 0.05)) /* of 1: digits are lost */
        return low < high ? narrow(low, high) : (struct il_truncated_normal){ low, 0 };
    return (struct il_truncated_normal){ mean, sqrt(square - mean * mean) };
}

void il_truncated_normal_fill(struct il_fill *fill, double low, double high)
{
    const struct side sides[2] = { side(low, high), side(-high, -low) };
    const double share = mass(sides[0]) / (mass(sides[0]) + mass(sides[1]));

    fill->law = IL_LAW_TRUNC_NORMAL;
    fill->above = (uint32_t)rint(0x1p31 * share);
    for (int i = 0; i < 2; i++) {
        const double words = i == 0 ? 2.0 * fill->above : 0x1p32 - 2.0 * fill->above;
        const float far = (float)sides[i].far;

        fill->step[i] = words > 0 ? (float)((sides[i].near - (double)far) / words) : 0;
        fill->first[i] = far + fill->step[i] / 2; /* the middle of the first word's share */
    }
}
