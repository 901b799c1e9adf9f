/* sweep.c - what the commands of a sweep share: devices, folder, dataset, and the ranking. */
#include "sweep.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PACK_CPU = 32, PACK_GPU = 256, DEVICES_MOST = 256 };
enum { WEIGHTS_CPU = 5 << 18 }; /* 5 MiB of floats: 4 runs of 784-256-256-10 (build/bench_sparse) */

static il_status fail(il_error *err, il_status st, const char *fmt, const char *word)
{
    err->status = st;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(err->text, sizeof err->text, fmt, word);
#pragma GCC diagnostic pop
    return st;
}

il_status sweep_number(const struct options *o, const char *name, size_t low, size_t high,
                       size_t other, size_t *out, il_error *err)
{
    const char *const text = opt_get(o, name);
    unsigned long long x;
    char *end;

    *out = other;
    if (!opt_given(o, name))
        return IL_OK;
    errno = 0;
    x = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || x < low || x > high) {
        err->status = IL_E_USAGE;
        snprintf(err->text, sizeof err->text, "--%s: '%.60s' is not a number from %zu to %zu", name,
                 text, low, high);
        return IL_E_USAGE;
    }
    *out = (size_t)x;
    return IL_OK;
}

il_status sweep_packing(const struct options *o, const char *kind, size_t *runs, size_t *weights,
                        il_error *err)
{
    const int cpu = strcmp(kind, "cpu") == 0;

    *weights = cpu && !opt_given(o, "pack-size") ? WEIGHTS_CPU : 0;
    return sweep_number(o, "pack-size", 1, 1 << 20, cpu ? PACK_CPU : PACK_GPU, runs, err);
}

/* ---- devices --------------------------------------------------------------------------------- */

static il_status add_device(struct devices *d, const char *id, il_error *err)
{
    char(*more)[32];

    if (d->count == DEVICES_MOST)
        return fail(err, IL_E_USAGE, "--devices: more than 256%s", "");
    more = realloc(d->id, (d->count + 1) * sizeof *more);
    if (!more)
        return fail(err, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    d->id = more;
    snprintf(d->id[d->count++], sizeof *d->id, "%.31s", id);
    return IL_OK;
}

static il_status add_cpus(struct devices *d, size_t n, il_error *err)
{
    il_status st = IL_OK;

    snprintf(d->kind, sizeof d->kind, "cpu");
    for (size_t i = 0; i < n && st == IL_OK; i++)
        st = add_device(d, "cpu", err);
    return st;
}

static size_t cores(void)
{
    cpu_set_t set;
    const int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

    return n < 1 ? 1 : n > DEVICES_MOST ? DEVICES_MOST : (size_t)n;
}

/* in a child: print the GPUs, or why there are none behind a '!' */
static void print_gpus(int fd)
{
    FILE *const f = fdopen(fd, "w");
    il_device_info info;

    for (size_t i = 0; f && il_device_list(i, &info); i++)
        if (strncmp(info.id, "cuda", 4) == 0)
            fprintf(f, "%s%s\n", info.usable ? "" : "!", info.usable ? info.id : info.why_not);
    if (f)
        fclose(f);
    _exit(0);
}

/* all GPUs of this machine, as a child process sees them; why: if there are none */
static il_status add_gpus(struct devices *d, char why[256], il_error *err)
{
    char line[300];
    int pipes[2];
    pid_t child;
    FILE *f;
    il_status st = IL_OK;

    snprintf(why, 256, "no GPU");
    if (pipe(pipes) != 0 || (child = fork()) < 0)
        return fail(err, IL_E_DEVICE, "cannot start a process to look for GPUs: %s",
                    strerror(errno));
    if (child == 0) {
        close(pipes[0]);
        print_gpus(pipes[1]);
    }
    close(pipes[1]);
    f = fdopen(pipes[0], "r");
    while (f && fgets(line, sizeof line, f) && st == IL_OK) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '!')
            snprintf(why, 256, "%.255s", line + 1);
        else
            st = add_device(d, line, err);
    }
    if (f)
        fclose(f);
    waitpid(child, NULL, 0);
    snprintf(d->kind, sizeof d->kind, "cuda");
    return st;
}

/* one word of the list: cpu, cpu:N, cuda, cuda:N */
static il_status add_word(struct devices *d, const char *word, il_error *err)
{
    const int cpu = strncmp(word, "cpu", 3) == 0;
    const char *const kind = cpu ? "cpu" : "cuda", *const rest = word + strlen(kind);
    unsigned long n;
    char *end, why[256];
    il_status st = IL_OK;

    if (strncmp(word, kind, strlen(kind)) != 0 || (*rest && *rest != ':'))
        return fail(err, IL_E_USAGE, "--devices: '%.60s' is none of cpu, cpu:N, cuda, cuda:N, auto",
                    word);
    if (d->kind[0] && strcmp(d->kind, kind) != 0)
        return fail(err, IL_E_USAGE,
                    "--devices: a sweep is trained on one kind of device, not on "
                    "cpu and cuda%s",
                    "");
    snprintf(d->kind, sizeof d->kind, "%s", kind);
    if (!*rest && !cpu) {
        st = add_gpus(d, why, err);
        return st != IL_OK || d->count ? st : fail(err, IL_E_DEVICE, "--devices: %s", why);
    }
    errno = 0;
    n = *rest ? strtoul(rest + 1, &end, 10) : 1;
    if (*rest &&
        (rest[1] < '0' || rest[1] > '9' || *end || errno || n > DEVICES_MOST || (cpu && n < 1)))
        return fail(err, IL_E_USAGE, "--devices: '%.60s': a number must follow the colon, to 256",
                    word);
    return cpu ? add_cpus(d, n, err) : add_device(d, word, err);
}

il_status devices_read(struct devices *d, const char *text, const char *kind, il_error *err)
{
    char word[64], why[256];
    il_status st = IL_OK;

    *d = (struct devices){ .count = 0 };
    if (strcmp(text, "auto") == 0) {
        if (strcmp(kind, "cpu") != 0)
            st = add_gpus(d, why, err);
        if (st != IL_OK || d->count)
            return st;
        if (strcmp(kind, "cuda") == 0 || getenv("INITLAB_REQUIRE_CUDA"))
            return fail(err, IL_E_DEVICE, "no GPU can be used: %s", why);
        return add_cpus(d, cores(), err);
    }
    for (const char *p = text; st == IL_OK; p++) {
        const size_t n = strcspn(p, ",");

        snprintf(word, sizeof word, "%.*s", (int)n, p);
        st = add_word(d, word, err);
        p += n;
        if (!*p)
            break;
    }
    if (st == IL_OK && kind[0] && strcmp(kind, d->kind) != 0)
        st = fail(err, IL_E_USAGE,
                  "--devices: the sweep was planned for %s: on another kind its "
                  "bits would differ",
                  kind);
    return st;
}

void devices_free(struct devices *d)
{
    free(d->id);
    *d = (struct devices){ .count = 0 };
}

/* ---- folder and dataset ---------------------------------------------------------------------- */

il_status sweep_folder(const struct options *o, int index, il_folder **out, il_error *err)
{
    if (o->operands <= index)
        return fail(err, IL_E_USAGE, "no folder of a sweep given (see 'initlab help %s')",
                    o->command->name);
    return il_folder_open(out, o->operand[index], err);
}

il_status sweep_dataset(const struct options *o, const il_folder *folder, il_dataset **out,
                        il_error *err)
{
    const char *const given = opt_given(o, "data") ? opt_get(o, "data") : il_folder_data(folder);
    char path[4096];
    il_status st;

    if (!given[0] && !place_dataset(path, sizeof path))
        return fail(err, IL_E_DATA, "the bundled MNIST is not in %s; name a folder with --data",
                    place_at(0));
    st = il_dataset_open(out, given[0] ? given : path, err);
    if (st != IL_OK && !opt_given(o, "data")) {
        const il_error why = *err;

        return fail(err, st, "%.400s (if the dataset has moved, name its folder with --data)",
                    why.text);
    }
    if (st == IL_OK)
        st = il_folder_check(folder, *out, err);
    return st;
}

/* ---- results --------------------------------------------------------------------------------- */

void sweep_damage(const struct cli *cli, il_folder *folder)
{
    const il_damage *d;

    while ((d = il_folder_damage(folder)))
        cli_say(cli,
                "%s/journal/%s is damaged at byte %zu: the pack that was committed there is lost, "
                "and left for 'sweep run'",
                il_folder_path(folder), d->journal, d->byte);
}

/* Of runs that ended: how many the journals have, and the results do not. */
static il_status unmerged(il_folder *folder, il_results *r, size_t *n, il_error *err)
{
    const il_sweep_plan *const plan = il_folder_plan(folder);
    size_t ended = 0;
    il_tally t;
    il_status st = il_folder_scan(folder, err);

    if (st == IL_OK)
        st = il_results_tally(r, &t, err);
    if (st != IL_OK)
        return st;
    for (size_t p = 0; p < plan->packs; p++)
        if (il_folder_pack_at(folder, p)->status != IL_PACK_TODO)
            ended += plan->pack[p].count;
    *n = ended - (t.ok + t.diverged + t.failed);
    return IL_OK;
}

il_status sweep_results(const struct cli *cli, il_folder *folder, il_results **out, il_error *err)
{
    il_error why = { .text = "" };
    size_t missing = 0;
    il_status st = il_results_merge(folder, err);

    *out = NULL;
    sweep_damage(cli, folder);
    if (st == IL_OK)
        return il_results_open(out, folder, err);
    if (st != IL_E_CREATE || il_results_open(out, folder, &why) != IL_OK)
        return st;
    st = unmerged(folder, *out, &missing, err);
    if (st == IL_OK && missing > 0)
        cli_say(cli,
                "'%s' cannot be written: %zu runs that ended since the last merge are not here",
                il_folder_path(folder), missing);
    return st;
}

/* ---- the ranking ----------------------------------------------------------------------------- */

/* The table is kept until its widths are known. */
struct table {
    char *(*cell)[64]; /* [rows][columns] */
    char *head[64];
    size_t rows, columns;
    int failed; /* out of memory */
};

static char *shown(const il_value *v, const char *column)
{
    char text[64];

    if (v->kind == IL_VALUE_NULL)
        return strdup("-");
    if (v->kind == IL_VALUE_REAL && (strcmp(column, "mean") == 0 || strcmp(column, "best") == 0))
        snprintf(text, sizeof text, "%.4f", v->real);
    else if (v->kind == IL_VALUE_REAL && strcmp(column, "sd") == 0)
        snprintf(text, sizeof text, "%.2g", v->real);
    else if (v->kind == IL_VALUE_REAL)
        snprintf(text, sizeof text, "%g", v->real);
    else
        return strdup(v->text);
    return strdup(text);
}

static int take_row(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct table *const t = arg;
    char *(*more)[64] = realloc(t->cell, (t->rows + 1) * sizeof *more);

    if (!more || columns > 64)
        return t->failed = 1;
    t->cell = more;
    t->columns = columns;
    memset(t->cell[t->rows++], 0, sizeof *more);
    for (size_t i = 0; i < columns; i++) {
        if (!t->head[i])
            t->head[i] = strdup(name[i]);
        t->cell[t->rows - 1][i] = shown(&value[i], name[i]);
        t->failed |= !t->head[i] || !t->cell[t->rows - 1][i];
    }
    return t->failed;
}

static void print_table(const struct cli *cli, const struct table *t)
{
    int width[64];

    for (size_t i = 0; i < t->columns; i++) {
        width[i] = (int)strlen(t->head[i]);
        for (size_t r = 0; r < t->rows; r++)
            if ((int)strlen(t->cell[r][i]) > width[i])
                width[i] = (int)strlen(t->cell[r][i]);
    }
    fputs(cli->bold, stdout);
    for (size_t i = 0; i < t->columns; i++)
        printf("%s%-*s", i ? "  " : "", width[i], t->head[i]);
    printf("%s\n", cli->plain);
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t i = 0; i < t->columns; i++)
            printf("%s%-*s", i ? "  " : "", i + 1 < t->columns ? width[i] : 0, t->cell[r][i]);
        putchar('\n');
    }
}

il_status sweep_ranking(const struct cli *cli, il_folder *folder, const char *by, il_error *err)
{
    struct table t = { .rows = 0 };
    il_results *r = NULL;
    il_status st = sweep_results(cli, folder, &r, err);

    if (st == IL_OK)
        st = il_results_rank(r, by && by[0] ? by : "init", take_row, &t, err);
    if (st == IL_OK && t.failed)
        st = fail(err, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    if (st == IL_OK && t.rows)
        print_table(cli, &t);
    else if (st == IL_OK)
        cli_say(cli, "no run of '%s' has ended yet", il_folder_path(folder));
    for (size_t i = 0; i < t.columns; i++)
        free(t.head[i]);
    for (size_t i = 0; i < t.rows * 64; i++)
        free(t.cell[i / 64][i % 64]);
    free(t.cell);
    il_results_close(r);
    return st;
}
