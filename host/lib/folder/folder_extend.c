/* folder_extend.c - add runs to a sweep that is there: its sweep.json gets one more part, and nothing else changes. */
#include <stdlib.h>
#include <string.h>
#include "folder_impl.h"
#include "sweep/sweep_impl.h"

/* the sweep with one more part, and what is known of its files */
static il_status add_part(struct il_folder *to, const struct il_folder *f, const char *text,
                          size_t n, il_error *err)
{
    const size_t parts = il_sweep_parts(f->sweep);
    il_sweep_source *const source = calloc(parts + 1, sizeof *source);
    il_status st;

    if (!source)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    for (size_t k = 0; k < parts; k++)
        source[k].text = il_sweep_part_text(f->sweep, k, &source[k].size);
    source[0].path = f->sweep->path;
    source[parts] = (il_sweep_source){ NULL, text, n };
    IL_TRY(il_sweep_parse_parts(&to->sweep, source, parts + 1, err));
    st = il_sweep_sum_files(to->sweep, f->sweep, err);
out:
    free(source);
    return st;
}

il_status il_folder_extend(il_folder **out, const il_folder *f, const char *text, size_t n,
                           il_error *err)
{
    struct il_folder *to = calloc(1, sizeof *to);
    il_status st;

    *out = NULL;
    if (!to)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_folder_set_up(to, f->path, f->setup.kind, f->setup.data, f->setup.data_sum, err));
    to->setup.pack_size = f->setup.pack_size;
    to->setup.pack_weights = f->setup.pack_weights;
    to->setup.pack_units = f->setup.pack_units;
    to->setup.limits = f->setup.limits;
    to->setup.pixels = f->setup.pixels;
    to->setup.classes = f->setup.classes;
    to->setup.samples = f->setup.samples;
    IL_TRY(add_part(to, f, text, n, err));
    IL_TRY(il_folder_make_plan(to, err));
    *out = to;
    to = NULL;
out:
    il_folder_close(to);
    return st;
}

il_status il_folder_keep(const il_folder *f, il_error *err)
{
    const size_t last = il_sweep_parts(f->sweep) - 1;

    return last > 0 && il_sweep_part_end(f->sweep, last) == il_sweep_part_end(f->sweep, last - 1)
               ? il_fail(err, IL_E_USAGE, "no run is added")
               : il_folder_write_setup(f, err);
}

il_status il_folder_refresh(il_folder **folder, il_error *err)
{
    struct il_folder *const f = *folder;
    json_t *all = NULL;
    il_folder *now;
    il_status st = il_folder_load_setup(f->path, &all, err);

    if (st == IL_OK && il_folder_check_sums(f, f->path, all, NULL) != IL_OK) {
        st = il_folder_open(&now, f->path, err);
        if (st == IL_OK) {
            il_folder_close(f);
            *folder = now;
        }
    }
    json_decref(all);
    return st;
}
