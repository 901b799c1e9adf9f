/* measures.c - which results of runs are of one measure, so that they may be compared. */
#include <string.h>
#include "core/error.h"
#include "groups.h"
#include "initlab/config.h"

static const char *const DEFINES_COST[] = {
#define X(name) #name,
    IL_COST_PARAMETERS(X)
#undef X
};
enum { DEFINES = sizeof DEFINES_COST / sizeof *DEFINES_COST };

int il_is_cost(const char *result) { return strstr(result, "cost") != NULL; }

int il_defines_cost(const char *column)
{
    for (size_t i = 0; i < DEFINES; i++)
        if (strcmp(column, DEFINES_COST[i]) == 0)
            return 1;
    return 0;
}

const char *il_runs_losses(const il_runs *r)
{
    for (size_t c = 0; c < r->parameters; c++)
        if (il_defines_cost(r->column[c]) && il_groups_varies(r, c))
            return r->column[c];
    return NULL;
}

const char *il_groups_losses(const struct il_groups *g, const il_runs *r)
{
    for (size_t c = 0; c < r->parameters; c++)
        for (size_t i = 0; i < r->count && il_defines_cost(r->column[c]); i++)
            if (r->run[i].value[c] != r->run[g->first[g->of[i]]].value[c])
                return r->column[c];
    return NULL;
}

il_status il_runs_one_measure(const il_runs *r, il_error *err)
{
    const char *const column = il_is_cost(r->metric) ? il_runs_losses(r) : NULL;

    return column ? il_fail(err, IL_E_USAGE,
                            "%s: the runs differ in %s, and costs of different definitions cannot "
                            "be compared: --where %s=VALUE takes those of one, --metric "
                            "test_accuracy compares all",
                            r->metric, column, column)
                  : IL_OK;
}
