/* sweep.c - the runs of a sweep, as others see them. */
#include "initlab/sweep.h"

#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "config/config.h"
#include "config/run_id.h"
#include "sweep_impl.h"

void il_sweep_free(il_sweep *s)
{
    if (!s)
        return;
    for (size_t i = 0; s->drawn && i < s->count * s->axes; i++)
        free(s->drawn[i]);
    for (size_t i = 0; i < s->axes; i++) {
        for (size_t k = 0; k < s->axis[i].count; k++)
            free(s->axis[i].value[k]);
        free(s->axis[i].value);
        free(s->axis[i].part);
    }
    for (size_t k = 0; k < s->parts; k++)
        free(s->part[k].text);
    free(s->part);
    for (size_t i = 0; i < IL_SWEEP_RULES; i++)
        for (size_t t = 0; t < IL_SWEEP_TERMS; t++) {
            free(s->exclude[i].term[t].value);
            free(s->when[i].term[t].value);
        }
    il_sweep_free_files(s);
    free(s->drawn);
    free(s->run);
    free(s->path);
    free(s->description);
    il_config_free(s->base);
    free(s);
}

size_t il_sweep_runs(const il_sweep *s) { return s->runs; }

/* Does an axis vary? The index-th that does, or axes. */
static unsigned varied(const struct il_sweep *s, size_t index)
{
    for (unsigned i = 0; i < s->axes; i++)
        if ((s->axis[i].law != IL_SWEEP_LIST || s->axis[i].count > 1) && index-- == 0)
            return i;
    return (unsigned)s->axes;
}

size_t il_sweep_varied(const il_sweep *s)
{
    size_t n = 0;

    while (varied(s, n) < s->axes)
        n++;
    return n;
}

il_varied il_sweep_value(const il_sweep *s, size_t run, size_t index)
{
    const unsigned axis = varied(s, index);

    return (il_varied){ s->axis[axis].name, il_sweep_axis_value(s, run, axis) };
}

il_status il_sweep_config(const il_sweep *s, size_t run, il_config **out, il_error *err)
{
    il_config *c = NULL;
    il_status st;

    *out = NULL;
    if (run >= s->runs)
        return il_fail(err, IL_E_USAGE, "no run %zu: the sweep has %zu", run, s->runs);
    IL_TRY(il_config_copy(&c, s->base, err));
    for (unsigned i = 0; i < s->axes; i++)
        IL_TRY(il_config_set(c, s->axis[i].name, il_sweep_axis_value(s, run, i), err));
    *out = c;
    c = NULL;
out:
    il_config_free(c);
    return st;
}

static const char *file_sum(const void *arg, const char *path)
{
    return il_sweep_file_sum(arg, path);
}

il_status il_sweep_id(const il_sweep *s, size_t run, const char *data_sum, char id[17],
                      il_error *err)
{
    il_config *c = NULL;
    il_status st;

    IL_TRY(il_sweep_config(s, run, &c, err));
    il_run_id(c, data_sum, file_sum, s, id);
out:
    il_config_free(c);
    return st;
}
