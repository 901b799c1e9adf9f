/* schedules.c - the learning rate of a step, by what a choice of a schedule says. */
#include "catalog.h"

#include <math.h>

#define PARAMS_AS_MEMBERS
#include "params.def"
#define X(id, others, maths, citation, params)                                                     \
    struct id##_params {                                                                           \
        params                                                                                     \
    };
#include "schedules.def"
#undef X

/* where a step stands */
struct place {
    double step, epoch; /* epoch: whole epochs done */
    double total;       /* steps of the whole training */
    double steps;       /* of one epoch */
};
typedef double schedule_fn(const il_param_value *value,
                           const struct place *at); /* -> factor of lr */

/* `unit`, in the order of its words */
enum { UNIT_EPOCH, UNIT_STEP };

/* the common exponent t / every, stepwise or not */
static double progress(double every, unsigned unit, unsigned staircase, const struct place *at)
{
    const double t = unit == UNIT_STEP ? at->step : staircase ? at->epoch : at->step / at->steps;

    return staircase ? floor(t / every) : t / every;
}

static double constant(const struct constant_params *v, const struct place *at)
{
    (void)v, (void)at;
    return 1;
}

/* what the seed's update really uses; what it prints is il_rate_announced's */
static double seed(const struct seed_params *v, const struct place *at)
{
    (void)at;
    return 1 - v->decay;
}

static double exponential(const struct exponential_params *v, const struct place *at)
{
    return pow(v->rate, progress(v->every, v->unit, v->staircase, at));
}
static double inverse_time(const struct inverse_time_params *v, const struct place *at)
{
    return 1 / (1 + v->rate * progress(v->every, v->unit, v->staircase, at));
}
static double natural_exp(const struct natural_exp_params *v, const struct place *at)
{
    return exp(-v->rate * progress(v->every, v->unit, v->staircase, at));
}
static double keras_decay(const struct keras_decay_params *v, const struct place *at)
{
    return 1 / (1 + v->decay * at->step);
}
static double step(const struct step_params *v, const struct place *at)
{
    return pow(v->gamma, floor(at->epoch / v->every));
}

static double multistep(const struct multistep_params *v, const struct place *at)
{
    const double epoch[] = { v->at, v->at2, v->at3, v->at4, v->at5 };
    double factor = 1;

    for (size_t i = 0; i < sizeof epoch / sizeof *epoch; i++)
        if (epoch[i] > 0 && at->epoch >= epoch[i])
            factor *= v->gamma;
    return factor;
}

static double piecewise(const struct piecewise_params *v, const struct place *at)
{
    const double from[] = { v->at, v->at2, v->at3 };
    const double after[] = { v->factor, v->factor2, v->factor3 };
    double factor = 1;

    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        if (from[i] > 0 && at->step > from[i])
            factor = after[i];
    return factor;
}

static double polynomial(const struct polynomial_params *v, const struct place *at)
{
    double over = v->over > 0 ? v->over : at->total, t = at->step;

    if (v->cycle)
        over *= fmax(1, ceil(t / over));
    return (1 - v->end) * pow(1 - fmin(t / over, 1), v->power) + v->end;
}

static double warm(double warmup, double t)
{
    return warmup > 0 && t < warmup ? (t + 1) / warmup : 1;
}

static double cosine(const struct cosine_params *v, const struct place *at)
{
    const double length = at->total - v->warmup;
    const double t = length > 0 ? fmin(fmax(at->step - v->warmup, 0) / length, 1) : 1;

    return at->step < v->warmup ? warm(v->warmup, at->step)
                                : v->end + (1 - v->end) * 0.5 * (1 + cos(M_PI * t));
}

static double warmup(const struct warmup_params *v, const struct place *at)
{
    return warm(v->over, at->step);
}

/* PyTorch's OneCycleLR with anneal_strategy cos and two phases; lr is its max_lr */
static double one_cycle(const struct one_cycle_params *v, const struct place *at)
{
    const double first = v->rise * at->total - 1, last = at->total - 1;
    const double low = 1 / v->div, end = low / v->final;
    const int rising = at->step <= first;
    const double from = rising ? low : 1, to = rising ? 1 : end;
    const double t =
        rising ? at->step / fmax(first, 1e-9) : (at->step - first) / fmax(last - first, 1e-9);

    return to + (from - to) / 2 * (1 + cos(M_PI * fmin(t, 1)));
}

static double rsqrt(const struct rsqrt_params *v, const struct place *at)
{
    return fmin((at->step + 1) / v->warmup, sqrt(v->warmup / (at->step + 1)));
}

/* a row's parameters from a choice's values, and its function of them */
#define PARAMS_AS_READS
#include "params.def"
#define X(id, others, maths, citation, params)                                                     \
    static double id##_of(const il_param_value *value, const struct place *at)                     \
    {                                                                                              \
        struct id##_params v;                                                                      \
        params;                                                                                    \
        return id(&v, at);                                                                         \
    }
#include "schedules.def"
#undef X

double il_rate(const struct il_choice *schedule, double lr, size_t at, size_t steps, size_t total)
{
    static schedule_fn *const functions[IL_SCHEDULE_ROWS] = {
#define X(id, ...) id##_of,
#include "schedules.def"
#undef X
    };
    const struct place place = { (double)at, floor((double)at / (double)steps), (double)total,
                                 (double)steps };

    return lr * functions[schedule->index](schedule->value, &place);
}

double il_rate_announced(const struct il_choice *schedule, double lr, size_t epoch, size_t steps,
                         size_t total)
{
    if (schedule->index == IL_SCHEDULE_ROW_seed)
        return lr * pow(seed_of(schedule->value, NULL), (double)epoch);
    return il_rate(schedule, lr, epoch * steps, steps, total);
}
