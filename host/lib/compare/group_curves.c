/* group_curves.c - how groups' metric goes over the epochs: quartiles of their runs, and where runs diverged. */
#include <math.h>
#include <stdlib.h>
#include "core/error.h"
#include "initlab/statistics.h"
#include "runs.h"

/* The quartiles of an epoch. What is not finite is worse than all else. */
static void sum_up_epoch(il_group_curve *out, size_t epoch, const il_runs *r, const size_t *run,
                         size_t runs, double *x)
{
    const double worst = r->more_is_better ? -INFINITY : INFINITY;
    double quartile[3];
    size_t n = 0;

    for (size_t i = 0; i < runs; i++) {
        const struct il_run_row *const row = &r->run[run[i]];

        if (epoch < row->epochs)
            x[n++] = isfinite(row->curve[epoch]) ? row->curve[epoch] : worst;
    }
    il_quartiles(x, n, quartile);
    out->low[epoch] = quartile[0];
    out->median[epoch] = quartile[1];
    out->high[epoch] = quartile[2];
}

/* where runs diverged: the last epoch with a finite cost, if the metric is finite there */
static void find_ends(il_group_curve *out, const il_runs *r, const size_t *run, size_t runs)
{
    for (size_t i = 0; i < runs; i++) {
        const struct il_run_row *const row = &r->run[run[i]];

        out->runs += row->epochs > 0;
        out->diverged += row->epochs > 0 && row->diverged;
        if (!row->diverged || row->finite == 0 || row->finite > row->epochs ||
            !isfinite(row->curve[row->finite - 1]))
            continue;
        out->end_epoch[out->ends] = (double)row->finite;
        out->end_value[out->ends++] = row->curve[row->finite - 1];
    }
}

static il_status make_curve(il_group_curve *out, const il_runs *r, const size_t *run, size_t runs,
                            il_error *err)
{
    double *const x = calloc(runs + 1, sizeof *x);
    size_t epochs = 0;
    il_status st = IL_OK;

    for (size_t i = 0; i < runs; i++)
        epochs = r->run[run[i]].epochs > epochs ? r->run[run[i]].epochs : epochs;
    out->median = calloc(epochs + 1, sizeof *out->median);
    out->low = calloc(epochs + 1, sizeof *out->low);
    out->high = calloc(epochs + 1, sizeof *out->high);
    out->end_epoch = calloc(runs + 1, sizeof *out->end_epoch);
    out->end_value = calloc(runs + 1, sizeof *out->end_value);
    if (!x || !out->median || !out->low || !out->high || !out->end_epoch || !out->end_value) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for the curves of %zu runs", runs);
        goto out;
    }
    out->epochs = epochs;
    for (size_t e = 0; e < epochs; e++)
        sum_up_epoch(out, e, r, run, runs, x);
    find_ends(out, r, run, runs);
out:
    free(x);
    return st;
}

il_status il_compare_curves(il_group_curve **out, const il_comparison *c, const il_runs *runs,
                            il_error *err)
{
    il_group_curve *curve = calloc(c->groups + 1, sizeof *curve);
    il_status st = IL_OK;

    *out = NULL;
    if (!curve)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu curves", c->groups);
    for (size_t i = 0; i < c->groups; i++) {
        const size_t *run;
        const size_t n = il_comparison_runs(c, i, &run);

        IL_TRY(make_curve(&curve[i], runs, run, n, err));
    }
    *out = curve;
    curve = NULL;
out:
    il_group_curves_free(curve, c->groups);
    return st;
}

void il_group_curves_free(il_group_curve *curves, size_t groups)
{
    for (size_t i = 0; curves && i < groups; i++) {
        free(curves[i].median);
        free(curves[i].low);
        free(curves[i].high);
        free(curves[i].end_epoch);
        free(curves[i].end_value);
    }
    free(curves);
}
