/*
 * folder_setup.c - sweep.json: what is fixed when a folder is made, and what is added to its sweep since. It is
 * replaced whole, so whenever its writer was killed there is the old one or the new one.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "folder_impl.h"
#include "initlab/version.h"
#include "sweep/sweep_impl.h"
#include "core/inside.h"
#include "core/json.h"
#include "core/sha256.h"

/* one part alone is written as earlier versions do, who read no other */
enum { FORMAT = 1, FORMAT_OF_PARTS = 2, SETUP_MOST = 64 << 20 /* bytes */ };

il_status il_folder_set_up(struct il_folder *f, const char *dir, const char *kind, const char *data,
                           const char *data_sum, il_error *err)
{
    f->journal.fd = -1;
    if (strlen(dir) >= sizeof f->path)
        return il_fail(err, IL_E_USAGE, "the folder's name is too long");
    strcpy(f->path, dir);
    f->setup.kind = strdup(kind);
    f->setup.data = strdup(data);
    f->setup.data_sum = strdup(data_sum);
    if (!f->setup.kind || !f->setup.data || !f->setup.data_sum)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    return il_utf8(f->setup.data) == 0
               ? IL_OK
               : il_fail(
                     err, IL_E_USAGE,
                     "the dataset's folder '%s' has a name that is not UTF-8, as sweep.json is: "
                     "give it another",
                     data);
}

/* ---- its own sum ----------------------------------------------------------------------------- */

/*
 * The SHA-256 of what sweep.json says, but of its sum and of where the dataset lies, which may be edited: journals are
 * held against all the rest, and would be blamed where that was changed.
 */
static il_status sum_of(json_t *all, char sum[65], il_error *err)
{
    json_t *const said = json_object();
    struct il_sha256 sha;
    const char *key;
    json_t *value;
    char *text = NULL;
    int whole = said != NULL;

    json_object_foreach(all, key, value)
    {
        if (strcmp(key, "sum") != 0 && strcmp(key, "data") != 0)
            whole = whole && json_object_set(said, key, value) == 0;
    }
    text = whole ? il_json_text(said, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(said);
    if (!text)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    il_sha256_start(&sha);
    il_sha256_add(&sha, text, strlen(text));
    il_sha256_hex(&sha, sum);
    free(text);
    return IL_OK;
}

/* Is its sum, where it has one, that of what it says? Earlier versions wrote none. */
static il_status check_own_sum(const char *dir, json_t *all, il_error *err)
{
    const json_t *const said = json_object_get(all, "sum");
    char sum[65];
    il_status st = IL_OK;

    if (!said)
        return IL_OK;
    IL_TRY(sum_of(all, sum, err));
    if (!json_is_string(said) || strcmp(json_string_value(said), sum) != 0)
        st =
            il_fail(err, IL_E_DATA,
                    "%s/sweep.json was changed since initlab wrote it: its sum is not that of what "
                    "it says; bring the old one back",
                    dir);
out:
    return st;
}

/* ---- writing --------------------------------------------------------------------------------- */

json_t *il_folder_files(const struct il_folder *f)
{
    json_t *const all = json_object();

    for (size_t i = 0; all && i < f->sweep->files; i++)
        if (f->sweep->file[i].sum && json_object_set_new(all, f->sweep->file[i].path,
                                                         json_string(f->sweep->file[i].sum)) != 0) {
            json_decref(all);
            return NULL;
        }
    return all;
}

/* what each part adds, and the plan's sum to its end; the first is sweep.yaml's. NULL: out of memory */
static json_t *parts_of(const struct il_folder *f)
{
    json_t *const all = json_array();
    int ok = all != NULL;

    for (size_t k = 0; ok && k < il_sweep_parts(f->sweep); k++) {
        size_t n;
        const char *const text = il_sweep_part_text(f->sweep, k, &n);

        ok = json_array_append_new(all,
                                   k ? json_pack("{s:s%, s:s}", "add", text, n, "plan", f->sum[k])
                                     : json_pack("{s:s}", "plan", f->sum[k])) == 0;
    }
    if (!ok)
        json_decref(all);
    return ok ? all : NULL;
}

/* What sweep.json says of packs where there is a limit, by its names. */
#define LIMITS(X)                                                                                  \
    X(pack_units, "pack_units")                                                                    \
    X(limits.columns, "pack_columns")                                                              \
    X(limits.bytes, "pack_bytes")                                                                  \
    X(limits.elements, "pack_elements")

/* a folder of a version that had none stays without */
static int set_limits(const struct il_folder *f, json_t *all)
{
    int ok = all != NULL;

#define X(limit, name)                                                                             \
    if (ok && f->setup.limit)                                                                      \
        ok = json_object_set_new(all, name, json_integer((json_int_t)f->setup.limit)) == 0;
    LIMITS(X)
#undef X
    return ok;
}

/* all else that sweep.json says, but for its sum */
static int set_rest(const struct il_folder *f, json_t *all)
{
    const size_t parts = il_sweep_parts(f->sweep);
    json_t *const rest =
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:s}", "data", f->setup.data,
                  "data_sum", f->setup.data_sum, "pixels", (json_int_t)f->setup.pixels, "classes",
                  (json_int_t)f->setup.classes, "samples", (json_int_t)f->setup.samples, "runs",
                  (json_int_t)f->plan->runs, "packs", (json_int_t)f->plan->packs, "files",
                  il_folder_files(f), "plan", f->sum[parts - 1]);
    const int whole = rest && json_object_update(all, rest) == 0 &&
                      (parts == 1 || json_object_set_new(all, "parts", parts_of(f)) == 0);

    json_decref(rest);
    return whole;
}

il_status il_folder_write_setup(const struct il_folder *f, il_error *err)
{
    const size_t parts = il_sweep_parts(f->sweep);
    json_t *const all = json_pack(
        "{s:i, s:s, s:s, s:I, s:I}", "format", parts > 1 ? FORMAT_OF_PARTS : FORMAT, "version",
        IL_VERSION, "device", f->setup.kind, "pack_size", (json_int_t)f->setup.pack_size,
        "pack_weights", (json_int_t)f->setup.pack_weights);
    const int whole = set_limits(f, all) && set_rest(f, all);
    char sum[65], *text = NULL, *lines = NULL;
    il_status st = IL_E_MEMORY;

    if (whole && sum_of(all, sum, NULL) == IL_OK &&
        json_object_set_new(all, "sum", json_string(sum)) == 0)
        text = il_json_text(all, JSON_INDENT(2));
    if (text && asprintf(&lines, "%s\n", text) >= 0)
        st = il_folder_write(f, "sweep.json", lines, err);
    else
        il_fail(err, st, "out of memory");
    free(lines);
    free(text);
    json_decref(all);
    return st;
}

/* ---- reading --------------------------------------------------------------------------------- */

il_status il_folder_load_setup(const char *dir, json_t **all, il_error *err)
{
    char *text = NULL;
    size_t n = 0;
    il_error words = { .text = "" };
    json_error_t why;
    il_status st = il_inside_read(dir, "sweep.json", SETUP_MOST, &text, &n, &words);

    *all = NULL;
    if (st != IL_OK)
        return il_fail(err, st, "'%s' is no sweep's folder: %s", dir, words.text);
    *all = il_json(text, n, JSON_REJECT_DUPLICATES, &why, &st);
    if (st == IL_E_MEMORY)
        il_fail(err, st, "out of memory for %s/sweep.json", dir);
    else if (!*all)
        il_fail(err, st, "%s/sweep.json:%d: %s", dir, why.line, why.text);
    free(text);
    return st;
}

il_status il_folder_know_files(struct il_folder *f, const char *dir, json_t *setup, int all_ours,
                               il_error *err)
{
    json_t *const all = json_object_get(setup, "files"), *sum;
    const char *path;

    json_object_foreach(all, path, sum)
    {
        const char *const text = json_string_value(sum);
        il_error why = { .text = "" };
        const il_status st = il_sweep_know_file(f->sweep, path, text ? text : "", &why);

        if (st == IL_E_MEMORY || (st != IL_OK && all_ours))
            return il_fail(err, st, "%s/sweep.json: %s", dir, why.text);
    }
    return IL_OK;
}

il_status il_folder_read_limits(struct il_folder *f, const char *dir, json_t *all, il_error *err)
{
    f->setup.limits = (il_pack_limits){ 0 };
    f->setup.pack_units = 0;
#define X(limit, name)                                                                             \
    {                                                                                              \
        const json_t *const said = json_object_get(all, name);                                     \
                                                                                                   \
        if (said && (!json_is_integer(said) || json_integer_value(said) < 1))                      \
            return il_fail(err, IL_E_DATA, "%s/sweep.json: '%s' is %s", dir, name,                 \
                           json_is_integer(said) ? "below 1" : "no whole number");                 \
        f->setup.limit = (size_t)json_integer_value(said);                                         \
    }
    LIMITS(X)
#undef X
    return IL_OK;
}

il_status il_folder_read_setup(struct il_folder *f, const char *dir, json_t *all, il_error *err)
{
    const char *kind, *data, *data_sum, *version;
    json_int_t format, pack_size, pack_weights, pixels, classes, samples;
    json_error_t why;
    il_status st;

    if (json_unpack_ex(all, &why, 0, "{s:I, s:s, s:s, s:I, s:I, s:s, s:s, s:I, s:I, s:I}", "format",
                       &format, "version", &version, "device", &kind, "pack_size", &pack_size,
                       "pack_weights", &pack_weights, "data", &data, "data_sum", &data_sum,
                       "pixels", &pixels, "classes", &classes, "samples", &samples) != 0)
        return il_fail(err,
                       json_error_code(&why) == json_error_out_of_memory ? IL_E_MEMORY : IL_E_DATA,
                       "%s/sweep.json: %s", dir, why.text);
    if (format != FORMAT && format != FORMAT_OF_PARTS)
        return il_fail(err, IL_E_DATA,
                       "%s/sweep.json: its format is %lld, this program's are %d and %d", dir,
                       (long long)format, FORMAT, FORMAT_OF_PARTS);
    if (pack_size < 1 || pack_weights < 0 || pixels < 1 || classes < 1 || samples < 1)
        return il_fail(err, IL_E_DATA, "%s/sweep.json: '%s' is %s", dir,
                       pack_size < 1      ? "pack_size"
                       : pack_weights < 0 ? "pack_weights"
                       : pixels < 1       ? "pixels"
                       : classes < 1      ? "classes"
                                          : "samples",
                       pack_weights < 0 ? "below 0" : "below 1");
    IL_TRY(il_folder_set_up(f, dir, kind, data, data_sum, err));
    f->setup.pack_size = (size_t)pack_size;
    f->setup.pack_weights = (size_t)pack_weights;
    f->setup.pixels = (size_t)pixels;
    f->setup.classes = (size_t)classes;
    f->setup.samples = (size_t)samples;
    IL_TRY(il_folder_read_limits(f, dir, all, err));
    st = check_own_sum(dir, all, err);
out:
    return st;
}

/* the k-th of `parts`, from 1 on: what it adds */
static il_status read_part(const char *dir, const json_t *parts, size_t k, il_sweep_source *out,
                           char path[IL_PATH], il_error *err)
{
    const json_t *const add = json_object_get(json_array_get(parts, k), "add");

    if (!json_is_string(add) || json_string_length(add) > IL_SWEEP_MOST)
        return il_fail(err, IL_E_DATA, "%s/sweep.json: part %zu %s", dir, k + 1,
                       json_is_string(add) ? "adds too much" : "has no text 'add'");
    snprintf(path, IL_PATH, "%.4000s/sweep.json, part %zu", dir, k + 1);
    *out = (il_sweep_source){ path, json_string_value(add), json_string_length(add) };
    return IL_OK;
}

/* how many parts sweep.json has */
static il_status count_parts(const char *dir, const json_t *setup, size_t *n, il_error *err)
{
    const json_t *const parts = json_object_get(setup, "parts");

    *n = 1;
    if (json_integer_value(json_object_get(setup, "format")) == FORMAT)
        return IL_OK;
    *n = json_array_size(parts);
    return *n > 1 && *n <= IL_SWEEP_PARTS
               ? IL_OK
               : il_fail(err, IL_E_DATA, "%s/sweep.json: 'parts' is no list of 2 to %d", dir,
                         IL_SWEEP_PARTS);
}

il_status il_folder_load_sweep(struct il_folder *f, const char *dir, json_t *setup, il_error *err)
{
    const json_t *const parts = json_object_get(setup, "parts");
    char(*path)[IL_PATH] = NULL, *text = NULL;
    il_sweep_source *source = NULL;
    size_t n = 0, count;
    il_status st;

    IL_TRY(count_parts(dir, setup, &count, err));
    path = calloc(count, sizeof *path);
    source = calloc(count, sizeof *source);
    if (!path || !source) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    IL_TRY(il_inside_read(dir, "sweep.yaml", IL_SWEEP_MOST, &text, &n, err));
    il_folder_file(f, "sweep.yaml", path[0], 0);
    source[0] = (il_sweep_source){ path[0], text, n };
    for (size_t k = 1; k < count; k++)
        IL_TRY(read_part(dir, parts, k, &source[k], path[k], err));
    IL_TRY(il_sweep_parse_parts(&f->sweep, source, count, err));
    st = il_folder_know_files(f, dir, setup, 1, err);
out:
    free(source);
    free(path);
    free(text);
    return st;
}

/* Is this text the plan's sum to the end of a part? */
static int is_sum(const struct il_folder *f, size_t part, const json_t *sum)
{
    return json_is_string(sum) && strcmp(json_string_value(sum), f->sum[part]) == 0;
}

il_status il_folder_check_sums(const struct il_folder *f, const char *dir, const json_t *setup,
                               il_error *err)
{
    const json_t *const parts = json_object_get(setup, "parts");
    const size_t last = il_sweep_parts(f->sweep) - 1;
    il_status st = IL_OK;

    for (size_t k = 0; last > 0 && k <= last && st == IL_OK; k++) {
        const json_t *const sum = json_object_get(json_array_get(parts, k), "plan");

        if (!is_sum(f, k, sum))
            st = il_fail(err, IL_E_DATA,
                         "'%s': part %zu of sweep.json is not what this version makes of it: the "
                         "file was changed, or an initlab of another version made the folder",
                         dir, k + 1);
        else if (k > 0 && il_sweep_part_end(f->sweep, k) == il_sweep_part_end(f->sweep, k - 1))
            st = il_fail(err, IL_E_DATA, "%s/sweep.json: part %zu adds no run", dir, k + 1);
    }
    if (st == IL_OK && !is_sum(f, last, json_object_get(setup, "plan")))
        st = il_fail(err, IL_E_DATA,
                     "'%s': its plan is not what this version makes of sweep.yaml and sweep.json: "
                     "one of them was changed, or an initlab of another version made the folder",
                     dir);
    return st;
}
