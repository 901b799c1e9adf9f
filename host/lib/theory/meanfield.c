/*
 * meanfield.c - the variance map of a wide network, its fixed points, and the edge of chaos.
 *
 * A layer's q rises with that of the one before, so q moves one way only, to the first fixed point
 * that it meets, and no layer jumps over it. Iterating the map instead would crawl where it grows by
 * a constant (relu with a bias) or falls as 1 / l (tanh with sw2 = 1), and would let rounding decide
 * where q stays (relu with sw2 = 2). So fixed points are looked for by the sign of q' - q, and what
 * happens at one is told by the map's slope.
 */
#include "meanfield.h"

#include <math.h>
#include "correlation.h"

static const double VANISHED = 1e-12, EXPLODED = 1e20;
static const double STEP = 1.25;
static const double NEAR = 100; /* how many times q may be of an unstable point that it leaves */

/* the map at one q; where q vanishes, the limit: a kink at 0 has two slopes */
struct point {
    double q, slope;
    int way; /* does a layer make q larger (1) or smaller (-1), or keep it, to the noise (0)? */
};

struct map {
    const struct il_act *act;
    double sw2, sb2;
};

double il_meanfield_next(const struct il_act *act, double sw2, double sb2, double q)
{
    if (isnan(q))
        return NAN;
    return q > 0 ? sw2 * il_gaussian_moments(act, sqrt(q)).square + sb2
                 : sw2 * il_activation(act, 0) * il_activation(act, 0) + sb2;
}

double il_meanfield_slope(const struct il_act *act, double sw2, double q)
{
    return sw2 * il_gaussian_moments(act, sqrt(q)).rise;
}

static struct point point(const struct map *m, double q)
{
    const struct il_gaussian g = il_gaussian_moments(m->act, sqrt(q));
    const double next = m->sw2 * g.square + m->sb2;

    return (struct point){ q, m->sw2 * g.rise,
                           next < q * (1 - IL_MEANFIELD_NOISE)    ? -1
                           : next <= q * (1 + IL_MEANFIELD_NOISE) ? 0
                                                                  : 1 };
}

/* ---- fixed points ---------------------------------------------------------------------------- */

/* the fixed point between low and high, beyond which q moves in other ways; low moves by `way` */
static double between(const struct map *m, double low, double high, int way)
{
    for (int i = 0; i < 100 && high / low > 1 + 1e-14; i++) {
        const double middle = sqrt(low * high);
        const double moved = il_meanfield_next(m->act, m->sw2, m->sb2, middle) - middle;

        if (moved * way > 0)
            low = middle;
        else
            high = middle;
    }
    return sqrt(low * high);
}

/*
 * Where the map comes nearest to keeping q, between two points that move the same way: a step might
 * jump over two fixed points, or over one that the map only touches.
 */
static struct point nearest(const struct map *m, struct point a, struct point b)
{
    double low = fmin(a.q, b.q), high = fmax(a.q, b.q);
    const int falls = (a.q < b.q ? a.slope : b.slope) < 1; /* q' - q at low */

    for (int i = 0; i < 40; i++) {
        const double middle = sqrt(low * high);

        if ((il_meanfield_slope(m->act, m->sw2, middle) < 1) == falls)
            low = middle;
        else
            high = middle;
    }
    return point(m, sqrt(low * high));
}

/* Is q' - q nearer to 0 somewhere between a and b, which lies upwards (1) or downwards (-1)? */
static int dips(struct point a, struct point b, int upwards, int way)
{
    return way * upwards * (a.slope - 1) < 0 && way * upwards * (b.slope - 1) > 0;
}

/*
 * The first fixed point above (1) or below (-1) a point that moves; 0 or infinity: there is none.
 * Where the noise hides the way, the last one that was seen goes on.
 */
static double walk(const struct map *m, struct point from, int upwards)
{
    const int way = from.way;
    struct point last = from; /* where the way was seen */

    for (double q = from.q; q >= VANISHED && q <= EXPLODED;) {
        struct point now, near;

        q *= upwards > 0 ? STEP : 1 / STEP;
        now = point(m, q);
        if (now.way == 0)
            continue;
        near = now.way == way && dips(last, now, upwards, way) ? nearest(m, last, now) : now;
        if (near.way == -way)
            return upwards > 0 ? between(m, last.q, near.q, way) : between(m, near.q, last.q, -way);
        if (near.way == 0)
            return near.q;
        last = now;
    }
    return upwards > 0 ? INFINITY : 0;
}

/* A point that stays: the fixed point itself, where it draws q back or sends it away on both sides. */
static double at_rest(const struct map *m, double q)
{
    const int above = point(m, q * STEP).way, below = point(m, q / STEP).way;

    return above * below < 0 ? between(m, q / STEP, q * STEP, below) : q;
}

static double limit(const struct map *m, double start, double *source)
{
    const double q = fmin(fmax(start, VANISHED), EXPLODED);
    const struct point from = point(m, q);

    *source = NAN;
    if (start <= 0 && il_meanfield_next(m->act, m->sw2, m->sb2, 0) <= 0)
        return 0; /* nothing comes of nothing, stable or not */
    if (from.way == 0)
        return at_rest(m, q);
    *source = walk(m, from, -from.way);
    return walk(m, from, from.way);
}

/* ---- what happens there ---------------------------------------------------------------------- */

static int above_one(double x) { return x > 1 + IL_MEANFIELD_NOISE; }
static int near_one(double x) { return fabs(x - 1) <= IL_MEANFIELD_NOISE; }

static double depth(double chi) { return near_one(chi) ? INFINITY : 1 / fabs(log(chi)); }

/* Cosines: of two signals that both go to m->q, or grow, or vanish, by `growth` a layer at last. */
static void correlate(const struct map *map, struct il_meanfield *m, const struct il_gaussian *g,
                      double growth)
{
    const double linear = map->sw2 * g->slope * g->slope; /* all of chi1 where f' is constant */

    m->c_star = 1;
    m->xi_c = isinf(m->q) || m->chi1 >= 1 ? INFINITY : depth(m->chi1);
    if (!(growth > 0) || near_one(fmin(linear / growth, 1)))
        m->c_star = NAN;
    else if (m->q > 0 && isfinite(m->q) && above_one(m->chi1)) {
        const struct il_correlation c = il_correlation_limit(map->act, map->sw2, map->sb2, m->q);

        m->c_star = c.c;
        m->xi_c = depth(c.chi);
    }
}

struct il_meanfield il_meanfield_solve(const struct il_act *act, double sw2, double sb2, double q)
{
    const struct map map = { act, sw2, sb2 };
    struct il_meanfield m = { .source_slope = NAN };
    struct il_gaussian g;
    double at;

    m.q = limit(&map, q, &m.source);
    at = fmin(fmax(m.q, VANISHED), EXPLODED);
    g = il_gaussian_moments(act, sqrt(at));
    m.slope = sw2 * g.rise;
    if (m.q > 0 && isfinite(m.q) && above_one(m.slope))
        m.source = m.q; /* q began there */
    if (m.source > q / NEAR && m.source < q * NEAR)
        m.source_slope = il_meanfield_slope(act, sw2, m.source);
    if (!above_one(m.source_slope)) /* too far, or a point that q only crept away from */
        m.source = m.source_slope = NAN;
    m.chi1 = sw2 * g.slope_square;
    m.xi_grad = depth(m.chi1);
    correlate(&map, &m, &g, m.q > 0 && isfinite(m.q) ? 1 : sw2 * g.square / at);
    return m;
}

/* ---- the edge of chaos ----------------------------------------------------------------------- */

void il_meanfield_edge(const struct il_act *act, double q, double *sw2, double *sb2)
{
    const struct il_gaussian m = il_gaussian_moments(act, sqrt(q));

    *sw2 = 1 / m.slope_square;
    *sb2 = q - *sw2 * m.square;
    if (fabs(*sb2) < IL_MEANFIELD_NOISE * q) /* relu and its like: any q, without a bias */
        *sb2 = 0;
}

/* sb2 of the edge grows with q wherever an edge exists: bisection on q in logarithms */
int il_meanfield_edge_from_bias(const struct il_act *act, double sb2, double *q, double *sw2)
{
    double low = 1e-9, high = IL_MEANFIELD_MOST, at;

    il_meanfield_edge(act, high, sw2, &at);
    if (!(at >= sb2))
        return 0;
    for (int i = 0; i < 200 && high / low > 1 + 1e-14; i++) {
        const double middle = sqrt(low * high);

        il_meanfield_edge(act, middle, sw2, &at);
        if (at < sb2)
            low = middle;
        else
            high = middle;
    }
    *q = sqrt(low * high);
    il_meanfield_edge(act, *q, sw2, &at);
    return 1;
}

/* Does q have a point on the edge, and does a deviation shrink there to this part in a layer? */
static int holds(const struct il_act *act, double q, double slope)
{
    double sw2, sb2;

    il_meanfield_edge(act, q, &sw2, &sb2);
    return sb2 >= 0 && il_meanfield_slope(act, sw2, q) <= slope;
}

int il_meanfield_stable_edge(const struct il_act *act, double wish, double *q)
{
    const double enough = 0.99;
    double low = wish, high = wish;

    *q = wish;
    if (holds(act, wish, 1 + IL_MEANFIELD_NOISE))
        return 1;
    do {
        low = high;
        high *= STEP;
        if (high > IL_MEANFIELD_MOST)
            return 0;
    } while (!holds(act, high, enough));
    for (int i = 0; i < 100 && high / low > 1 + 1e-14; i++) {
        const double middle = sqrt(low * high);

        if (holds(act, middle, enough))
            high = middle;
        else
            low = middle;
    }
    *q = high;
    return 1;
}
