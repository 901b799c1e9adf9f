/* blocks.c - groups' results by condition. */
#include "blocks.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include "core/error.h"

/* where values of a group under a condition stand, while they are gathered */
struct cells {
    size_t *start; /* [blocks * groups + 1] */
    size_t blocks, groups;
};

static size_t cell_of(const struct il_blocks *b, const struct il_groups *by, size_t run)
{
    return (by ? by->of[run] * b->groups.groups : 0) + b->groups.of[run];
}

static int has_result(const il_runs *r, size_t i)
{
    return !r->run[i].failed && (isfinite(r->run[i].metric) || il_run_is_lost(r, &r->run[i]));
}

static il_status count_cells(struct il_blocks *b, const il_runs *r, const struct il_groups *by,
                             struct cells *c, il_error *err)
{
    const size_t n = c->blocks * c->groups;

    c->start = calloc(n + 2, sizeof *c->start);
    if (!c->start)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", c->groups);
    for (size_t i = 0; i < r->count; i++)
        if (has_result(r, i)) { /* two places on: filling moves each start to its end */
            c->start[cell_of(b, by, i) + 2]++;
            b->values++;
        }
    for (size_t k = 0; k < n; k++)
        c->start[k + 2] += c->start[k + 1];
    return IL_OK;
}

/* start[k] ... start[k + 1] - 1 are a cell's values then */
static void fill_cells(struct il_blocks *b, const il_runs *r, const struct il_groups *by,
                       struct cells *c)
{
    const double sign = r->more_is_better ? 1 : -1;

    for (size_t i = 0; i < r->count; i++)
        if (has_result(r, i))
            b->value[c->start[cell_of(b, by, i) + 1]++] =
                isfinite(r->run[i].metric) ? sign * r->run[i].metric : -INFINITY;
}

static int is_whole(const struct cells *c, size_t block)
{
    for (size_t g = 0; g < c->groups; g++)
        if (c->start[block * c->groups + g] == c->start[block * c->groups + g + 1])
            return 0;
    return 1;
}

static void keep_whole(struct il_blocks *b, const struct cells *c)
{
    size_t at = 0;

    for (size_t k = 0; k < c->blocks; k++)
        b->kept += (size_t)is_whole(c, k);
    b->left_out = c->blocks - b->kept;
    for (size_t k = 0; k < c->blocks; k++) {
        if (!is_whole(c, k))
            continue;
        for (size_t g = 0; g < c->groups; g++) {
            const size_t cell = k * c->groups + g;
            const il_stratum s = { &b->value[c->start[cell]], c->start[cell + 1] - c->start[cell] };
            double sum = 0;
            size_t finite = 0;

            for (size_t i = 0; i < s.n; i++)
                if (isfinite(s.x[i])) {
                    sum += s.x[i];
                    finite++;
                }
            b->stratum[g * b->kept + at] = s;
            b->mean[at * c->groups + g] = finite ? sum / (double)finite : NAN;
            b->lost[at * c->groups + g] = (double)(s.n - finite) / (double)s.n;
        }
        at++;
    }
}

double il_blocks_mean(const struct il_blocks *b, size_t group)
{
    double sum = 0;
    size_t n = 0;

    for (size_t c = 0; c < b->kept; c++) {
        const double mean = b->mean[c * b->groups.groups + group];

        if (!isnan(mean)) {
            sum += mean;
            n++;
        }
    }
    return n ? sum / (double)n : NAN;
}

size_t il_blocks_runs(const struct il_blocks *b, size_t group)
{
    size_t n = 0;

    for (size_t c = 0; c < b->kept; c++)
        n += b->stratum[group * b->kept + c].n;
    return n;
}

size_t il_blocks_lost(const struct il_blocks *b, size_t group)
{
    size_t n = 0;

    for (size_t c = 0; c < b->kept; c++)
        for (size_t i = 0; i < b->stratum[group * b->kept + c].n; i++)
            n += (size_t)!isfinite(b->stratum[group * b->kept + c].x[i]);
    return n;
}

static il_status sort_groups(struct il_blocks *b, il_error *err)
{
    const size_t k = b->groups.groups;
    struct il_standing *const place = calloc(k + 1, sizeof *place);

    if (!place)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
    for (size_t g = 0; g < k && b->kept; g++)
        place[g] =
            (struct il_standing){ (double)il_blocks_lost(b, g) / (double)il_blocks_runs(b, g),
                                  il_blocks_mean(b, g), g };
    qsort(place, b->kept ? k : 0, sizeof *place, il_standing_order);
    for (size_t i = 0; i < k; i++)
        b->order[i] = place[i].group;
    free(place);
    return IL_OK;
}

static il_status allocate(struct il_blocks *b, const il_runs *r, size_t blocks, il_error *err)
{
    enum { GROUPS_MOST = 2000 }; /* whose pairs fit in memory */
    const size_t k = b->groups.groups;

    if (k > GROUPS_MOST || blocks > SIZE_MAX / 64 / (k + 1))
        return il_fail(err, IL_E_USAGE, "too many groups (%zu) to rank", k);
    b->style = calloc(k + 1, sizeof *b->style);
    b->order = calloc(k + 1, sizeof *b->order);
    b->stratum = calloc(k * blocks + 1, sizeof *b->stratum);
    b->mean = calloc(k * blocks + 1, sizeof *b->mean);
    b->lost = calloc(k * blocks + 1, sizeof *b->lost);
    b->value = calloc(r->count + 1, sizeof *b->value);
    return b->style && b->order && b->stratum && b->mean && b->lost && b->value
               ? IL_OK
               : il_fail(err, IL_E_MEMORY, "out of memory for %zu groups", k);
}

il_status il_blocks_make(struct il_blocks *b, const il_runs *runs, const char *by,
                         const char *across, il_error *err)
{
    struct il_groups conditions = { .groups = 1 };
    struct cells c = { .start = NULL };
    il_status st;

    *b = (struct il_blocks){ .kept = 0 };
    if (runs->of_pack) {
        st =
            il_fail(err, IL_E_USAGE,
                    "runs of a pack share their %s: groups cannot be ranked or compared run by run "
                    "by it",
                    runs->metric);
        goto out;
    }
    IL_TRY(il_groups_without(&b->groups, runs, by, across, err));
    if (across)
        IL_TRY(il_groups_make(&conditions, runs, across, err));
    c.blocks = conditions.groups;
    c.groups = b->groups.groups;
    IL_TRY(allocate(b, runs, c.blocks, err));
    IL_TRY(il_groups_styles(&b->groups, runs, b->style, err));
    IL_TRY(count_cells(b, runs, across ? &conditions : NULL, &c, err));
    fill_cells(b, runs, across ? &conditions : NULL, &c);
    keep_whole(b, &c);
    IL_TRY(sort_groups(b, err));
out:
    il_groups_free(&conditions);
    free(c.start);
    return st;
}

void il_blocks_free(struct il_blocks *b)
{
    il_groups_free(&b->groups);
    free(b->style);
    free(b->stratum);
    free(b->value);
    free(b->mean);
    free(b->lost);
    free(b->order);
}
