/*
 * schedules.c - the list of learning-rate schedules. In their formulas t is the step, from 0 over
 * the whole training, or the epoch, as `unit` says; T is the number of all steps.
 */
#include "catalog.h"

#include <math.h>

/* where a step stands */
struct place {
    double step, epoch; /* epoch: whole epochs done */
    double total;       /* steps of the whole training */
    double steps;       /* of one epoch */
};
typedef double schedule_fn(const double *v,
                           const struct place *at); /* -> factor of lr, or see ABSOLUTE */

enum { EPOCH_UNIT, STEP_UNIT };

/* the common exponent t / every, stepwise or not */
static double progress(const double *v, const struct place *at)
{
    const double t = v[2] == STEP_UNIT ? at->step : v[3] != 0 ? at->epoch : at->step / at->steps;

    return v[3] != 0 ? floor(t / v[1]) : t / v[1];
}

static double constant(const double *v, const struct place *at)
{
    (void)v, (void)at;
    return 1;
}

/* what the seed's update really uses; what it prints is il_rate_announced's */
static double seed(const double *v, const struct place *at)
{
    (void)at;
    return 1 - v[0];
}

static double exponential(const double *v, const struct place *at)
{
    return pow(v[0], progress(v, at));
}
static double inverse_time(const double *v, const struct place *at)
{
    return 1 / (1 + v[0] * progress(v, at));
}
static double natural_exp(const double *v, const struct place *at)
{
    return exp(-v[0] * progress(v, at));
}
static double keras_decay(const double *v, const struct place *at)
{
    return 1 / (1 + v[0] * at->step);
}
static double step(const double *v, const struct place *at)
{
    return pow(v[0], floor(at->epoch / v[1]));
}

static double multistep(const double *v, const struct place *at)
{
    double factor = 1;

    for (int i = 1; i < IL_MAX_PARAMS; i++)
        if (v[i] > 0 && at->epoch >= v[i])
            factor *= v[0];
    return factor;
}

static double piecewise(const double *v, const struct place *at)
{
    double factor = 1;

    for (int i = 0; i < 6; i += 2)
        if (v[i] > 0 && at->step > v[i])
            factor = v[i + 1];
    return factor;
}

static double polynomial(const double *v, const struct place *at)
{
    double over = v[2] > 0 ? v[2] : at->total, t = at->step;

    if (v[3] != 0)
        over *= fmax(1, ceil(t / over));
    return (1 - v[0]) * pow(1 - fmin(t / over, 1), v[1]) + v[0];
}

static double warm(double warmup, double t)
{
    return warmup > 0 && t < warmup ? (t + 1) / warmup : 1;
}

static double cosine(const double *v, const struct place *at)
{
    const double length = at->total - v[1];
    const double t = length > 0 ? fmin(fmax(at->step - v[1], 0) / length, 1) : 1;

    return at->step < v[1] ? warm(v[1], at->step) : v[0] + (1 - v[0]) * 0.5 * (1 + cos(M_PI * t));
}

static double warmup(const double *v, const struct place *at) { return warm(v[0], at->step); }

/* PyTorch's OneCycleLR with anneal_strategy cos and two phases; lr is its max_lr */
static double one_cycle(const double *v, const struct place *at)
{
    const double first = v[0] * at->total - 1, last = at->total - 1;
    const double low = 1 / v[1], end = low / v[2];
    const int rising = at->step <= first;
    const double from = rising ? low : 1, to = rising ? 1 : end;
    const double t =
        rising ? at->step / fmax(first, 1e-9) : (at->step - first) / fmax(last - first, 1e-9);

    return to + (from - to) / 2 * (1 + cos(M_PI * fmin(t, 1)));
}

static double rsqrt(const double *v, const struct place *at)
{
    return fmin((at->step + 1) / v[0], sqrt(v[0] / (at->step + 1)));
}

#define RATE(initial, low, high, help)                                                             \
    {                                                                                              \
        "rate", initial, low, high, NULL, help                                                     \
    }
#define DECAY                                                                                      \
    {                                                                                              \
        "decay", 1e-3, 0, 1, NULL, "share lost"                                                    \
    }
#define EVERY_UNIT_STAIRCASE                                                                       \
    { "every", 1, 1e-9, 1e12, NULL, "units from one factor to the next" },                         \
        { "unit", EPOCH_UNIT, 0, 0, "epoch|step", "what t counts" },                               \
    {                                                                                              \
        "staircase", 1, 0, 0, IL_NO_YES, "whole multiples of `every` only"                         \
    }
#define AT(name, initial)                                                                          \
    {                                                                                              \
        name, initial, 0, 1e12, NULL, "where the factor changes; 0: nowhere"                       \
    }
#define GAMMA                                                                                      \
    {                                                                                              \
        "gamma", 0.1, 1e-9, 1e9, NULL, "factor"                                                    \
    }
#define FACTOR(name)                                                                               \
    {                                                                                              \
        name, 1, 0, 1e9, NULL, "lr times this from there on"                                       \
    }

/* X(function, name, aliases, formula, source, parameters) */
#define SCHEDULES(X)                                                                               \
    X(constant, "constant", "", "lr", "", { .name = NULL })                                        \
    X(seed, "seed", "", "trains at lr (1 - decay) throughout, announces lr (1 - decay)^epoch",     \
      "the blog post that initlab starts from; docs/reproduce.md", DECAY)                          \
    X(exponential, "exponential", "exponential_decay",                                             \
      "lr rate^(t / every); PyTorch's ExponentialLR(rate), Keras's ExponentialDecay with "         \
      "unit=step",                                                                                 \
      "", RATE(0.999, 1e-9, 1e9, "factor"), EVERY_UNIT_STAIRCASE)                                  \
    X(inverse_time, "inverse_time", "inverse_time_decay", "lr / (1 + rate t / every)", "",         \
      RATE(1e-3, 0, 1e9, "decay"), EVERY_UNIT_STAIRCASE)                                           \
    X(natural_exp, "natural_exp", "natural_exp_decay", "lr e^(-rate t / every)", "",               \
      RATE(1e-3, 0, 1e9, "decay"), EVERY_UNIT_STAIRCASE)                                           \
    X(keras_decay, "keras_decay", "time",                                                          \
      "lr / (1 + decay step): Keras 2's argument decay, per batch", "", DECAY)                     \
    X(step, "step", "step_lr", "lr gamma^floor(epoch / every): PyTorch's StepLR", "", GAMMA,       \
      { "every", 30, 1e-9, 1e12, NULL, "epochs from one factor to the next" })                     \
    X(multistep, "multistep", "multi_step",                                                        \
      "lr gamma^k after k of the epochs at, at2, ...: changes when the epoch (from 0) is "         \
      "reached, as "                                                                               \
      "PyTorch's MultiStepLR",                                                                     \
      "", GAMMA, AT("at", NAN), AT("at2", 0), AT("at3", 0), AT("at4", 0), AT("at5", 0))            \
    X(piecewise, "piecewise", "piecewise_constant",                                                \
      "lr while step <= at, then lr factor while step <= at2, ...: TensorFlow's "                  \
      "PiecewiseConstantDecay",                                                                    \
      "", AT("at", NAN), FACTOR("factor"), AT("at2", 0), FACTOR("factor2"), AT("at3", 0),          \
      FACTOR("factor3"))                                                                           \
    X(polynomial, "polynomial", "poly linear",                                                     \
      "lr ((1 - end)(1 - min(step / over, 1))^power + end)", "",                                   \
      { "end", 1e-3, 0, 1, NULL, "last rate, as a share of lr" },                                  \
      { "power", 1, 1e-9, 100, NULL, "1: a straight line" },                                       \
      { "over", 0, 0, 1e12, NULL, "steps; 0: the whole training" },                                \
      { "cycle", 0, 0, 0, IL_NO_YES, "start again, each time `over` longer" })                     \
    X(cosine, "cosine", "cosine_decay",                                                            \
      "lr (end + (1 - end)(1 + cos(pi t))/2), t from 0 to 1 after the warm-up",                    \
      "Loshchilov & Hutter 2017", { "end", 0, 0, 1, NULL, "last rate, as a share of lr" },         \
      { "warmup", 0, 0, 1e12, NULL, "steps of a straight rise first" })                            \
    X(warmup, "warmup", "linear_warmup", "lr min((step + 1) / over, 1)", "Goyal et al. 2017",      \
      { "over", NAN, 1, 1e12, NULL, "steps" })                                                     \
    X(one_cycle, "one_cycle", "onecycle 1cycle",                                                   \
      "by cosines from lr/div up to lr, then down to lr/(div final): PyTorch's OneCycleLR",        \
      "Smith & Topin 2018", { "rise", 0.3, 1e-6, 1, NULL, "share of all steps that rises" },       \
      { "div", 25, 1, 1e9, NULL, "first divisor" },                                                \
      { "final", 1e4, 1, 1e12, NULL, "last divisor" })                                             \
    X(rsqrt, "rsqrt", "transformer noam inverse_sqrt",                                             \
      "lr min((step + 1) / warmup, sqrt(warmup / (step + 1)))", "Vaswani et al. 2017",             \
      { "warmup", 4000, 1, 1e12, NULL, "steps until the peak, which is lr" })

const il_entry il_schedule_rows[] = {
#define X(function, text, others, maths, citation, ...)                                            \
    { text, others, maths, citation, { __VA_ARGS__ } },
    SCHEDULES(X)
#undef X
        { .name = NULL }
};

static schedule_fn *const functions[] = {
#define X(function, ...) function,
    SCHEDULES(X)
#undef X
};

double il_rate(const struct il_choice *schedule, double lr, size_t at, size_t steps, size_t total)
{
    const struct place place = { (double)at, floor((double)at / (double)steps), (double)total,
                                 (double)steps };

    return lr * functions[schedule->index](schedule->value, &place);
}

double il_rate_announced(const struct il_choice *schedule, double lr, size_t epoch, size_t steps,
                         size_t total)
{
    if (functions[schedule->index] == seed)
        return lr * pow(1 - schedule->value[0], (double)epoch);
    return il_rate(schedule, lr, epoch * steps, steps, total);
}
