/* columns.c - what is shown of a group. */
#include "columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void put_metric(const il_comparison *c, double x, char text[CELL])
{
    if (!isfinite(x))
        snprintf(text, CELL, "-");
    else if (strstr(c->metric, "accuracy"))
        snprintf(text, CELL, "%.4f", x + 0.0); /* no -0 */
    else
        snprintf(text, CELL, "%.4g", x);
}

static void put_interval(const il_comparison *c, const il_interval *i, char text[CELL])
{
    char low[CELL], high[CELL];

    put_metric(c, i->low, low);
    put_metric(c, i->high, high);
    if (i->kind == IL_INTERVAL_NONE)
        snprintf(text, CELL, "-");
    else
        snprintf(text, CELL, "[%.28s, %.28s]", low, high);
}

const char *verdict_word(const il_comparison *c, const il_run_group *g)
{
    static const char *const word[] = {
        [IL_VERDICT_REFERENCE] = "best", [IL_VERDICT_SAME] = "same",   [IL_VERDICT_WORSE] = "worse",
        [IL_VERDICT_BETTER] = "better",  [IL_VERDICT_FEW] = "too few", [IL_VERDICT_NONE] = "none"
    };

    return g->verdict == IL_VERDICT_REFERENCE && c->has_control ? "control" : word[g->verdict];
}

const char *interval_word(const il_interval *i)
{
    static const char *const word[] = { [IL_INTERVAL_NONE] = "none",
                                        [IL_INTERVAL_SAME] = "equal",
                                        [IL_INTERVAL_STUDENT] = "t",
                                        [IL_INTERVAL_BOOTSTRAP] = "BCa",
                                        [IL_INTERVAL_WELCH] = "Welch",
                                        [IL_INTERVAL_WILSON] = "Wilson",
                                        [IL_INTERVAL_PERCENTILE] = "percentile",
                                        [IL_INTERVAL_WITHIN] = "t within" };

    return word[i->kind];
}

const char *p_word(const il_difference *d)
{
    return d->n == 0 || isnan(d->p) ? "none" : d->exact ? "exact" : "sampled";
}

const char *unit_word(il_unit unit)
{
    static const char *const word[] = { [IL_UNIT_NONE] = "none",
                                        [IL_UNIT_PAIRS] = "pairs",
                                        [IL_UNIT_RUNS] = "runs",
                                        [IL_UNIT_SETTINGS] = "settings" };

    return word[unit];
}

void put_units(const il_difference *d, il_unit unit, char text[CELL])
{
    const char *const s = d->n == 1 && (unit == IL_UNIT_PAIRS || d->m == 1) ? "" : "s";
    const char *const word = unit == IL_UNIT_PAIRS  ? "pair"
                             : unit == IL_UNIT_RUNS ? "run"
                                                    : "setting";

    if (unit == IL_UNIT_PAIRS)
        snprintf(text, CELL, "%zu %s%s", d->n, word, s);
    else
        snprintf(text, CELL, "%zu and %zu %s%s", d->n, d->m, word, s);
}

/* ---- for people ------------------------------------------------------------------------------ */

static int has_metric(const il_run_group *g) { return g->metric.n > 0; }

/* a column that has something to say of any group */
#define ANY(name, condition)                                                                       \
    static int any_##name(const il_comparison *c)                                                  \
    {                                                                                              \
        for (size_t i = 0; i < c->groups; i++) {                                                   \
            const il_run_group *const g = &c->group[i];                                            \
                                                                                                   \
            if (condition)                                                                         \
                return 1;                                                                          \
        }                                                                                          \
        return 0;                                                                                  \
    }
ANY(diverged, g->diverged > 0)
ANY(stuck, g->stuck > 0)
ANY(failed, g->failed > 0)
ANY(target, !isnan(g->reached_median))
ANY(difference, g->difference.n > 0)
ANY(interval, g->metric.interval.kind != IL_INTERVAL_NONE)
ANY(area, isfinite(g->area))
ANY(validation, isfinite(g->validation) && strcmp(c->metric, "validation_accuracy") != 0)

#define PUT(name)                                                                                  \
    static void put_##name(const il_comparison *c, const il_run_group *g, char text[CELL])
#define METRIC(name, x)                                                                            \
    PUT(name) { put_metric(c, has_metric(g) ? (x) : NAN, text); }
METRIC(mean, g->metric.mean)
METRIC(median, g->metric.median)
METRIC(iqm, g->metric.iqm)
METRIC(worst, c->more_is_better ? g->metric.least : g->metric.most)
METRIC(best, c->more_is_better ? g->metric.most : g->metric.least)
METRIC(difference, g->difference.n ? g->difference.mean : NAN)

PUT(n) { (void)c, snprintf(text, CELL, "%zu", g->metric.n); }
PUT(diverged) { (void)c, snprintf(text, CELL, "%zu", g->diverged); }
PUT(stuck) { (void)c, snprintf(text, CELL, "%zu", g->stuck); }
PUT(failed) { (void)c, snprintf(text, CELL, "%zu", g->failed); }
PUT(mean_interval) { put_interval(c, &g->metric.interval, text); }

PUT(difference_interval)
{
    if (g->difference.n)
        put_interval(c, &g->difference.interval, text);
    else
        snprintf(text, CELL, "-");
}

PUT(validation)
{
    (void)c;
    if (isfinite(g->validation))
        snprintf(text, CELL, "%.4f", g->validation);
    else
        snprintf(text, CELL, "-");
}

PUT(area)
{
    (void)c;
    if (isfinite(g->area))
        snprintf(text, CELL, "%.4g", g->area);
    else
        snprintf(text, CELL, "-");
}

/* "18/20 in 3": runs that reached the target, and the epochs of the middle run */
PUT(target)
{
    (void)c;
    if (isfinite(g->reached_median))
        snprintf(text, CELL, "%zu/%zu in %g", g->reached, g->runs - g->failed, g->reached_median);
    else
        snprintf(text, CELL, "%zu/%zu", g->reached, g->runs - g->failed);
}

PUT(reached_interval)
{
    const il_interval *const i = &g->reached_interval;

    (void)c;
    if (i->kind == IL_INTERVAL_NONE)
        snprintf(text, CELL, "-");
    else
        snprintf(text, CELL, "[%.3f, %.3f]", i->low, i->high);
}

PUT(reached_mean)
{
    (void)c;
    if (isnan(g->reached_mean))
        snprintf(text, CELL, "-");
    else
        snprintf(text, CELL, "%.4g", g->reached_mean);
}

PUT(p)
{
    (void)c;
    if (isnan(g->p))
        snprintf(text, CELL, "-");
    else
        snprintf(text, CELL, g->p < 1e-4 ? "%.0e" : "%.2g", g->p);
}

PUT(effect)
{
    (void)c;
    if (g->difference.n && isfinite(g->difference.effect))
        snprintf(text, CELL, "%.2f", g->difference.effect);
    else
        snprintf(text, CELL, "-");
}

PUT(best_run)
{
    (void)c;
    snprintf(text, CELL, "%.40s", g->best_run[0] ? g->best_run : "-");
}

PUT(verdict)
{
    snprintf(text, CELL, "%s", g->verdict == IL_VERDICT_NONE ? "-" : verdict_word(c, g));
}

/* what the effect size is called: its column has the names of what it holds */
#define EFFECT_OF_PAIRS "d_z"
#define EFFECT_UNPAIRED "d"

#define HOW(name, word)                                                                            \
    static const char *how_##name(const il_run_group *g) { return word; }

HOW(mean, interval_word(&g->metric.interval))
HOW(reached, interval_word(&g->reached_interval))
HOW(difference, interval_word(&g->difference.interval))
HOW(p, p_word(&g->difference))
HOW(effect, g->unit == IL_UNIT_NONE    ? "none"
            : g->unit == IL_UNIT_PAIRS ? EFFECT_OF_PAIRS
                                       : EFFECT_UNPAIRED)

const struct shown_column shown_columns[] = {
    { "n", SHOWN_FIRST, NULL, put_n, NULL },
    { "mean", SHOWN_FIRST, NULL, put_mean, NULL },
    { "interval", SHOWN_FIRST, any_interval, put_mean_interval, how_mean },
    { "median", SHOWN_LAST, NULL, put_median, NULL },
    { "iqm", SHOWN_LAST, NULL, put_iqm, NULL },
    { "worst", SHOWN_LAST, NULL, put_worst, NULL },
    { "best", SHOWN_LAST, NULL, put_best, NULL },
    { "best_run", SHOWN_LAST, NULL, put_best_run, NULL },
    { "validation", SHOWN_NEXT, any_validation, put_validation, NULL },
    { "to target", SHOWN_NEXT, any_target, put_target, NULL },
    { "interval", SHOWN_NEXT, any_target, put_reached_interval, how_reached },
    { "mean epochs", SHOWN_NEXT, any_target, put_reached_mean, NULL },
    { "area", SHOWN_LAST, any_area, put_area, NULL },
    { "diverged", SHOWN_NEXT, any_diverged, put_diverged, NULL },
    { "stuck", SHOWN_NEXT, any_stuck, put_stuck, NULL },
    { "failed", SHOWN_NEXT, any_failed, put_failed, NULL },
    { "difference", SHOWN_FIRST, any_difference, put_difference, NULL },
    { "interval", SHOWN_FIRST, any_difference, put_difference_interval, how_difference },
    { "p", SHOWN_FIRST, any_difference, put_p, how_p },
    { EFFECT_OF_PAIRS, SHOWN_FIRST, any_difference, put_effect, how_effect },
    { "verdict", SHOWN_FIRST, any_difference, put_verdict, NULL },
    { NULL, 0, NULL, NULL, NULL },
};

/* is the word one of "t, Welch"? */
static int is_listed(const char *list, const char *word)
{
    const size_t n = strlen(word);

    for (; *list; list += strcspn(list, ","), list += strspn(list, ", "))
        if (strcspn(list, ",") == n && strncmp(list, word, n) == 0)
            return 1;
    return 0;
}

void shown_head(const struct shown_column *s, const il_comparison *c, char text[CELL])
{
    char seen[CELL] = "";

    for (size_t i = 0; s->how && i < c->groups; i++) {
        const char *const word = s->how(&c->group[i]);
        const size_t n = strlen(seen);

        if (strcmp(word, "none") != 0 && strcmp(word, "equal") != 0 && !is_listed(seen, word))
            snprintf(seen + n, CELL - n, "%s%s", n ? ", " : "", word);
    }
    if (seen[0] && s->how == how_effect)
        snprintf(text, CELL, "%s", seen);
    else if (seen[0])
        snprintf(text, CELL, "%.20s (%.40s)", s->name, seen);
    else
        snprintf(text, CELL, "%s", s->name);
}

/* ---- for programs ---------------------------------------------------------------------------- */

enum { REAL, WHOLE };
#define X(name, whole, x)                                                                          \
    static double number_##name(const il_comparison *c, const il_run_group *g)                     \
    {                                                                                              \
        (void)c, (void)g;                                                                          \
        return x;                                                                                  \
    }
#include "numbers.def"
#undef X

const struct number_column number_columns[] = {
#define X(name, whole, x) { #name, whole, number_##name },
#include "numbers.def"
#undef X
    { NULL, 0, NULL },
};

#define X(name, x)                                                                                 \
    static const char *word_##name(const il_comparison *c, const il_run_group *g)                  \
    {                                                                                              \
        (void)c;                                                                                   \
        return x;                                                                                  \
    }
#include "words.def"
#undef X

const struct word_column word_columns[] = {
#define X(name, x) { #name, word_##name },
#include "words.def"
#undef X
    { NULL, NULL },
};

static int is_told(const char *name)
{
    int told = strcmp(name, "metric") == 0;

    for (const struct shown_column *s = shown_columns; s->name; s++)
        told |= strcmp(name, s->name) == 0;
    for (const struct word_column *w = word_columns; w->name; w++)
        told |= strcmp(name, w->name) == 0;
    for (const struct number_column *n = number_columns; n->name; n++)
        told |= strcmp(name, n->name) == 0;
    return told;
}

void group_column(const il_comparison *c, size_t column, char text[CELL])
{
    snprintf(text, CELL, "%s%s", is_told(c->column[column]) ? "by_" : "", c->column[column]);
}
