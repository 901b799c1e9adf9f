/*
 * fuzz_sweep.c - il_sweep_parse on arbitrary bytes. What it accepts must be runs, all different, whose
 * values are in normal form, and a plan that has each of them once; what it refuses must name the place.
 * Sweeps of many runs are read, but not made: they would take the fuzzer's time. Behind a byte 0 is what is added.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sweep/sweep_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const size_t RUNS_MOST = 500;
static const char path[] = "s.yaml";

static void require(int good, const char *what)
{
    if (!good) {
        fprintf(stderr, "fuzz_sweep: %s\n", what);
        abort();
    }
}

static void check_refused(il_status st, const il_error *err)
{
    unsigned long line = 0, column = 0;

    require(st == IL_E_DATA || st == IL_E_MEMORY, "refused with another status");
    require(err->status == st, "the error has another status");
    require(st == IL_E_MEMORY ||
                (sscanf(err->text, "s.yaml:%lu:%lu: ", &line, &column) == 2 && line > 0 &&
                 column > 0 && line == err->line && column == err->column),
            "the error names no place");
}

/* Is the file right, and are its runs few? */
static int is_small(const uint8_t *bytes, size_t n)
{
    struct il_sweep *const s = calloc(1, sizeof *s);
    il_error err = { 0 };
    double runs = 1;
    il_status st;

    require(s && (s->path = strdup(path)) &&
                il_sweep_add_part(s, (const char *)bytes, n, &err) == IL_OK &&
                il_config_new(&s->base, &err) == IL_OK,
            "no memory");
    s->values_most = SIZE_MAX;
    st = il_sweep_read(s, &err);
    if (st != IL_OK)
        check_refused(st, &err);
    for (size_t i = 0; i < s->axes; i++)
        runs *= s->random ? 1 : (double)s->axis[i].count;
    runs = s->random ? (double)s->count : runs;
    il_sweep_free(s);
    return st == IL_OK && runs <= (double)RUNS_MOST;
}

static void check_run(const il_sweep *s, size_t run, char id[17])
{
    il_error err = { 0 };
    il_config *c = NULL;

    require(il_sweep_config(s, run, &c, &err) == IL_OK, "a run that is no config");
    for (size_t i = 0; i < il_sweep_varied(s); i++) {
        const il_varied v = il_sweep_value(s, run, i);

        require(strcmp(il_config_get(c, v.name), v.value) == 0, "a value not in normal form");
    }
    il_config_free(c);
    require(il_sweep_id(s, run, "", id, &err) == IL_OK, "a run without an id");
}

static void check_plan(const il_sweep *s)
{
    const il_packing packing = { .runs = 7,
                                 .weights = 1 << 16,
                                 .inputs = 16,
                                 .classes = 3,
                                 .samples = 96,
                                 .limits = { 64, 4096, 1024 } };
    unsigned char *const seen = calloc(il_sweep_runs(s), 1);
    il_sweep_plan *plan = NULL;
    il_error err = { 0 };

    require(seen && il_sweep_plan_new(&plan, s, &packing, &err) == IL_OK, "no plan");
    for (size_t p = 0; p < plan->packs; p++)
        for (size_t i = 0; i < plan->pack[p].count; i++)
            require(seen[plan->order[plan->pack[p].first + i]]++ == 0, "a run is planned twice");
    require(memchr(seen, 0, il_sweep_runs(s)) == NULL, "a run is not planned");
    il_sweep_plan_free(plan);
    free(seen);
}

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

static void check_accepted(const il_sweep *s)
{
    const size_t runs = il_sweep_runs(s);
    char(*const id)[17] = calloc(runs, sizeof *id);

    require(runs > 0 && runs <= RUNS_MOST && id, "as many runs as cannot be");
    for (size_t i = 0; i < runs; i++)
        check_run(s, i, id[i]);
    qsort(id, runs, sizeof *id, by_text);
    for (size_t i = 1; i < runs; i++)
        require(strcmp(id[i - 1], id[i]) != 0, "a run is there twice");
    check_plan(s);
    free(id);
}

/* The sweep with more values: it begins with the runs that it has without them. */
static void check_extended(const il_sweep *s, const char *more, size_t n)
{
    il_sweep_source source[2] = { { path, NULL, 0 }, { path, more, n } };
    il_sweep *extended = NULL;
    il_error err = { 0 };
    char id[17], same[17];
    il_status st;

    source[0].text = il_sweep_text(s, &source[0].size);
    st = il_sweep_parse_parts(&extended, source, 2, &err);
    require((st == IL_OK) == (extended != NULL), "refused, but a sweep is left");
    require(st == IL_OK || st == IL_E_DATA || st == IL_E_MEMORY, "refused with another status");
    if (st == IL_OK && il_sweep_runs(extended) <= RUNS_MOST) {
        require(il_sweep_part_end(extended, 0) == il_sweep_runs(s), "its first part is another");
        for (size_t i = 0; i < il_sweep_runs(s); i++)
            require(il_sweep_id(s, i, "", id, &err) == IL_OK &&
                        il_sweep_id(extended, i, "", same, &err) == IL_OK && strcmp(id, same) == 0,
                    "a run has moved");
        check_accepted(extended);
    }
    il_sweep_free(extended);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const uint8_t *const zero = n ? memchr(bytes, 0, n) : NULL;
    const size_t size = zero ? (size_t)(zero - bytes) : n;
    il_sweep *s = NULL;
    il_error err = { 0 };
    il_status st;

    if (!is_small(bytes, size))
        return 0;
    st = il_sweep_parse(&s, path, (const char *)bytes, size, &err);
    if (st == IL_OK)
        check_accepted(s);
    else
        check_refused(st, &err);
    require((st == IL_OK) == (s != NULL), "refused, but a sweep is left");
    if (st == IL_OK && zero)
        check_extended(s, (const char *)zero + 1, n - size - 1);
    il_sweep_free(s);
    return 0;
}
