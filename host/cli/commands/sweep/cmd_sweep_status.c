/* cmd_sweep_status.c - initlab sweep status and merge: how far a sweep is; fold its journals. */
#include <stdio.h>
#include "common/cli_error.h"
#include "sweep/check_files.h"
#include "sweep/follow.h"
#include "sweep/sweep.h"

struct count {
    size_t packs, runs, diverged, stuck;
    double cost;
};

/* packs that were trained in halves, as devices could not hold them */
static size_t halved(const il_folder *f)
{
    size_t n = 0;

    for (size_t p = 0; p < il_folder_plan(f)->packs; p++)
        n += il_folder_pack_at(f, p)->halved != 0;
    return n;
}

static void count(const il_folder *f, struct count by[3])
{
    const il_sweep_plan *const plan = il_folder_plan(f);

    for (size_t p = 0; p < plan->packs; p++) {
        const il_folder_pack *const pack = il_folder_pack_at(f, p);
        const size_t runs = plan->pack[p].count, tried = pack->trained + pack->failed;
        const double spent = tried == runs ? pack->cost : pack->cost * (double)tried / (double)runs;

        by[pack->status].packs++;
        by[IL_PACK_DONE].runs += pack->trained;
        by[IL_PACK_FAILED].runs += pack->failed;
        by[IL_PACK_TODO].runs += runs - tried;
        by[IL_PACK_DONE].diverged += pack->diverged;
        by[IL_PACK_DONE].stuck += pack->stuck;
        by[pack->status == IL_PACK_FAILED ? IL_PACK_FAILED : IL_PACK_DONE].cost += spent;
        by[IL_PACK_TODO].cost += pack->cost - spent;
    }
}

/* every failure's words */
static json_t *failures(const il_folder *f)
{
    const il_sweep_plan *const plan = il_folder_plan(f);
    json_t *all = json_array();

    for (size_t p = 0; p < plan->packs; p++) {
        const il_folder_pack *const pack = il_folder_pack_at(f, p);

        if (pack->failed > 0)
            cli_json_add(&all,
                         json_pack("{s:I, s:I, s:I, s:I, s:s}", "pack", (json_int_t)p, "runs",
                                   (json_int_t)plan->pack[p].count, "failed",
                                   (json_int_t)pack->failed, "attempts", (json_int_t)pack->attempts,
                                   "error", pack->error ? pack->error : ""));
    }
    return all;
}

/* never: which runs that are left will not be trained, "": all will */
static int in_json(const struct cli *cli, const il_folder *f, const struct count by[3],
                   const char *never)
{
    const il_sweep_plan *const plan = il_folder_plan(f);
    const double all = by[0].cost + by[1].cost + by[2].cost;
    char folder[4096];

    snprintf(folder, sizeof folder, "%s", il_folder_path(f));
    il_utf8(folder);
    return cli_json(
        cli,
        json_pack(
            "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:o, s:s}", "folder",
            folder, "device", il_folder_kind(f), "numbers", (json_int_t)il_folder_numbers(f),
            "runs", (json_int_t)plan->runs, "packs", (json_int_t)plan->packs, "parts",
            (json_int_t)il_sweep_parts(il_folder_sweep(f)), "done",
            (json_int_t)by[IL_PACK_DONE].runs, "failed", (json_int_t)by[IL_PACK_FAILED].runs,
            "diverged", (json_int_t)by[IL_PACK_DONE].diverged, "stuck",
            (json_int_t)by[IL_PACK_DONE].stuck, "left", (json_int_t)by[IL_PACK_TODO].runs, "halved",
            (json_int_t)halved(f), "share", all > 0 ? by[IL_PACK_DONE].cost / all : 1, "failures",
            failures(f), "never", never));
}

static void in_words(const il_folder *f, const struct count by[3], const char *never)
{
    const il_sweep_plan *const plan = il_folder_plan(f);
    const size_t parts = il_sweep_parts(il_folder_sweep(f));
    const double all = by[0].cost + by[1].cost + by[2].cost;

    printf("%zu runs in %zu packs for ", plan->runs, plan->packs);
    cli_put(stdout, il_folder_kind(f));
    if (parts > 1)
        printf(", in %zu parts: %zu runs were added to the first %zu", parts,
               plan->runs - il_sweep_part_end(il_folder_sweep(f), 0),
               il_sweep_part_end(il_folder_sweep(f), 0));
    putchar('\n');
    printf("done    %8zu runs, %zu packs, %.0f %% of the cost\n", by[IL_PACK_DONE].runs,
           by[IL_PACK_DONE].packs, all > 0 ? 100 * by[IL_PACK_DONE].cost / all : 100);
    if (by[IL_PACK_DONE].diverged)
        printf("        %8zu of these diverged\n", by[IL_PACK_DONE].diverged);
    if (by[IL_PACK_DONE].stuck)
        printf("        %8zu of these are stuck: no better than a guess to the end\n",
               by[IL_PACK_DONE].stuck);
    printf("failed  %8zu runs, %zu packs\n", by[IL_PACK_FAILED].runs, by[IL_PACK_FAILED].packs);
    printf("left    %8zu runs, %zu packs\n", by[IL_PACK_TODO].runs, by[IL_PACK_TODO].packs);
    if (halved(f))
        printf("halved  %8zu packs, which a device could not hold\n", halved(f));
    if (*never) {
        cli_put(stdout, never);
        putchar('\n');
    }
    if (il_folder_numbers(f) != IL_NUMBERS)
        printf("numbers %u, this initlab's are %d: it cannot be continued here\n",
               il_folder_numbers(f), IL_NUMBERS);
    for (size_t p = 0; p < plan->packs; p++) {
        const il_folder_pack *const pack = il_folder_pack_at(f, p);

        if (pack->failed == 0 && pack->status != IL_PACK_FAILED)
            continue;
        if (pack->status == IL_PACK_FAILED)
            printf("pack %zu failed %u time%s: ", p, pack->attempts,
                   pack->attempts == 1 ? "" : "s");
        else
            printf("pack %zu: %zu of its %zu runs failed, %u attempt%s: ", p, pack->failed,
                   plan->pack[p].count, pack->attempts, pack->attempts == 1 ? "" : "s");
        cli_put(stdout, pack->error ? pack->error : "");
        putchar('\n');
    }
}

/* how far it is now; *left: packs are to be trained */
static il_status print_status(struct cli *cli, const struct options *o, int *left, int *code,
                              il_error *err)
{
    struct count by[3] = { 0 };
    il_folder *f = NULL;
    il_error never = { .text = "" };
    il_status st = sweep_folder(o, 0, &f, err);

    if (st == IL_OK)
        st = il_folder_scan(f, err);
    if (st == IL_OK) {
        sweep_damage(cli, f);
        count(f, by);
        *left = by[IL_PACK_TODO].packs > 0;
        if (*left && sweep_check_files(il_folder_sweep(f), f, NULL, &never) == IL_E_MEMORY)
            st = cli_no_memory(err);
    }
    if (st == IL_OK) {
        if (opt_given(o, "json"))
            *code = in_json(cli, f, by, never.text);
        else
            in_words(f, by, never.text);
        fflush(stdout);
    }
    il_folder_close(f);
    return st;
}

static int run_status(struct cli *cli, const struct options *o)
{
    struct follow f;
    il_error err = { .text = "" };
    il_status st = follow_open(&f, o, &err);
    int left = 1, code = 0;

    while (st == IL_OK && left && code == 0) {
        st = follow_mark(&f, &err);
        if (st == IL_OK)
            st = print_status(cli, o, &left, &code, &err);
        if (f.seconds == 0)
            break;
        if (st == IL_OK && left && code == 0)
            st = follow_wait(&f, &err);
        if (left && code == 0)
            code = follow_stopped(&f, cli);
    }
    follow_close(&f);
    return st == IL_OK ? code : cli_fail(cli, st, "%s", err.text);
}

static int run_merge(struct cli *cli, const struct options *o)
{
    il_folder *f = NULL;
    il_results *r = NULL;
    il_tally t = { 0 };
    il_error err = { .text = "" };
    il_status st = sweep_folder(o, 0, &f, &err);

    if (st == IL_OK)
        st = il_results_merge(f, &err);
    if (f)
        sweep_damage(cli, f);
    if (st == IL_OK)
        st = il_results_open(&r, f, &err);
    if (st == IL_OK)
        st = il_results_tally(r, &t, &err);
    if (st == IL_OK) {
        cli_put(stdout, il_folder_path(f));
        printf("/results.sqlite: %zu of %zu runs, %zu diverged, %zu failed\n",
               t.ok + t.diverged + t.failed, il_folder_plan(f)->runs, t.diverged, t.failed);
    }
    il_results_close(r);
    il_folder_close(f);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row status_rows[] = { { .name = "json", .help = "print an object" },
                                              FOLLOW_ROW("print it again when more runs have "
                                                         "ended, until all have"),
                                              { .name = "" } };

const struct command cmd_sweep_status = { .name = "sweep status",
                                          .operands = "DIR",
                                          .max_operands = 1,
                                          .summary = "how far a sweep is, and what failed",
                                          .text =
                                              "Read all journals of the sweep in DIR, whoever "
                                              "writes them at the time, and print how many "
                                              "runs are done, failed and left. Nothing is changed.",
                                          .examples =
                                              "initlab sweep status results\n"
                                              "initlab sweep status results --watch 5 --json",
                                          .rows = status_rows,
                                          .run = run_status };

static const struct opt_row merge_rows[] = { { .name = "" } };

const struct command cmd_sweep_merge = {
    .name = "sweep merge",
    .operands = "DIR",
    .max_operands = 1,
    .summary = "fold all journals into results.sqlite",
    .text =
        "Fold what workers, on any machine, have committed into DIR/results.sqlite, by run id: "
        "nothing is there twice. For sweeps in shards; 'sweep run', 'compare' and 'sweep export' "
        "do it, too. DIR must be on a local disk, as SQLite's files must.",
    .examples = "initlab sweep merge results",
    .rows = merge_rows,
    .run = run_merge
};
