/*
 * cmd_sweep_run.c - initlab sweep run: start a sweep from a file or from options, or continue one, and
 * rank what came of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "compare/compare_sweeps.h"
#include "sweep/create.h"
#include "sweep/device_list.h"
#include "sweep/lock.h"
#include "sweep/supervise.h"
#include "sweep/sweep.h"
#include "sweep/sweep_rows.h"

enum { STALL = 1800 }; /* seconds; as --stall's default says */

struct sweeping {
    struct cli *cli;
    const struct options *o;
    il_folder *folder;
    struct device_list devices;
    size_t shard, shards, max_failures, stall;
    struct sweep_lock lock;
    il_error err;
};

/* ---- running --------------------------------------------------------------------------------- */

/* K/N */
static il_status read_shard(struct sweeping *w)
{
    const char *const text = opt_get(w->o, "shard");
    char *end = NULL;
    size_t k = 1, n = 1;

    if (opt_given(w->o, "shard")) {
        k = strtoul(text, &end, 10);
        if (end == text || *end != '/')
            return cli_error(&w->err, IL_E_USAGE,
                             "--shard: expected K/N, as 2/8: the second of eight");
        n = strtoul(end + 1, &end, 10);
        if (*end || k < 1 || k > n || n > 1000000)
            return cli_error(&w->err, IL_E_USAGE, "--shard: K/N counts from 1/N to N/N");
    }
    w->shard = k;
    w->shards = n;
    return IL_OK;
}

/* when to stop, how often to save, and how long to wait for a worker */
static il_status read_limits(struct sweeping *w)
{
    const int fast = opt_given(w->o, "fail-fast"), some = opt_given(w->o, "max-failures");
    size_t seconds;
    il_status st;

    if (fast + some + opt_given(w->o, "keep-going") > 1)
        return cli_error(&w->err, IL_E_USAGE,
                         "--fail-fast, --max-failures, --keep-going: give one of them at most");
    st = sweep_number(w->o, "max-failures", 1, 1000000000, fast ? 1 : (size_t)-1, &w->max_failures,
                      &w->err);
    if (st == IL_OK)
        st = sweep_number(w->o, "checkpoint", 0, 1000000000, 300, &seconds, &w->err);
    return st == IL_OK ? sweep_number(w->o, "stall", 0, 1000000000, STALL, &w->stall, &w->err) : st;
}

static int work(struct sweeping *w, int retry)
{
    struct supervision s = { .cli = w->cli,
                             .o = w->o,
                             .folder = w->folder,
                             .devices = &w->devices,
                             .shard = w->shard,
                             .shards = w->shards,
                             .max_failures = w->max_failures,
                             .stall = w->stall,
                             .retry = retry };
    il_status st = sweep_lock(&w->lock, w->folder, w->shard, w->shards, &w->err);
    int code;

    if (st == IL_OK) /* who had the lock may have added to the sweep */
        st = il_folder_refresh(&w->folder, &w->err);
    if (st == IL_OK)
        st = il_folder_scan(w->folder, &w->err);
    if (st != IL_OK)
        return cli_fail(w->cli, st, "%s", w->err.text);
    s.folder = w->folder;
    sweep_damage(w->cli, w->folder);
    il_folder_tidy(w->folder);
    code = supervise(&s);
    if (s.shards > 1)
        return code;
    if (code == 0) /* what cannot be folded here is an error: the folder is to be written */
        st = il_results_merge(w->folder, &w->err);
    if (st == IL_OK)
        st = compare_shortly(w->cli, w->folder, opt_get(w->o, "by"), &w->err);
    return code || st == IL_OK ? code : cli_fail(w->cli, st, "%s", w->err.text);
}

/* sweep run, and sweep retry, which tries what failed again. Returns the exit code. */
static int sweep_train(struct cli *cli, const struct options *o, int retry)
{
    struct sweeping w = { .cli = cli, .o = o, .lock = SWEEP_UNLOCKED };
    const int old = retry || sweep_continues(o);
    il_watch watch;
    il_status st = read_shard(&w);
    int code;

    if (st == IL_OK)
        st = read_limits(&w);
    if (st == IL_OK)
        st = sweep_watch(o, &watch, &w.err);
    if (st == IL_OK && opt_given(o, "by"))
        st = il_compare_by(opt_get(o, "by"), &w.err);
    if (st == IL_OK && old)
        st = sweep_open(o, NULL, &w.folder, &w.err);
    if (st == IL_OK)
        st = device_list_read(&w.devices, opt_get(o, "devices"),
                              w.folder ? il_folder_kind(w.folder) : "", &w.err);
    if (st == IL_OK && !old)
        st = sweep_open(o, w.devices.kind, &w.folder, &w.err);
    if (st == IL_OK && opt_given(o, "diag"))
        st = il_folder_check_watch(w.folder, &watch, &w.err);
    if (st == IL_OK)
        sweep_tell(cli, o, il_folder_sweep(w.folder));
    code = st == IL_OK ? work(&w, retry) : cli_fail(cli, st, "%s", w.err.text);
    sweep_unlock(&w.lock);
    il_folder_close(w.folder);
    device_list_free(&w.devices);
    return code;
}

static int run(struct cli *cli, const struct options *o) { return sweep_train(cli, o, 0); }

static const struct opt_row rows[] = { SWEEP_MAKE_ROWS, SWEEP_RUN_ROWS, { .name = "" } };

const struct command cmd_sweep_run = {
    .name = "sweep run",
    .operands = "[FILE | NAME | DIR]",
    .max_operands = 1,
    .summary = "start a sweep, or continue one, and rank its runs",
    .text =
        "Start the sweep that FILE (- is standard input), NAME (installed: 'initlab help sweeps') "
        "or the "
        "options of runs describe, in a new folder --out; or "
        "continue the sweep in DIR where it was, whatever stopped it. Every option of a run takes "
        "a "
        "list (he_normal,zeros) and every number a range (0..29, 1..9+2, 1e-3..1*10); --layers, "
        "and "
        "an --init by layers, are given again for another value.\n\n"
        "Runs train in packs, on one worker process a device; what a pack came to is committed to "
        "a journal at once, and folded into results.sqlite at the end. A pack that "
        "its device cannot hold is trained in halves, which is said once. A device that fails "
        "twice "
        "in a "
        "row is left out. At the end the 20 best groups of runs go to standard output, as "
        "'compare' "
        "shows them.\n\n"
        "SIGINT, SIGTERM and SIGHUP save the packs in training, exit code 75; after these, after "
        "kill -9 "
        "or a "
        "full disk, the same command goes on, and nothing is lost nor counted twice. A worker that "
        "trains no step for --stall seconds is ended, and its pack tried again. What an initlab "
        "with other numbers began (docs/numerics.md) is ranked, but not continued: 65.",
    .examples =
        "initlab sweep run sweep.yaml --out results\n"
        "initlab sweep run results\n"
        "initlab sweep run --init he_normal,glorot_uniform --depth 1..10 --seeds 0..4 --out "
        "depths --by init,depth",
    .rows = rows,
    .parameters = PARAMETERS_LISTS,
    .run = run
};

/* ---- retry ----------------------------------------------------------------------------------- */

static int run_retry(struct cli *cli, const struct options *o)
{
    if (!opt_given(o, "failed"))
        return cli_fail(cli, IL_E_USAGE,
                        "what to retry? --failed (see 'initlab help sweep retry')");
    return sweep_train(cli, o, 1);
}

static const struct opt_row retry_rows[] = {
    { .name = "failed", .help = "try the packs that failed for good again" },
    { .name = "data",
      .metavar = "DIR",
      .complete = COMPLETE_FOLDER,
      .help = "folder of the dataset, where it has moved" },
    SWEEP_RUN_ROWS,
    { .name = "" }
};

const struct command cmd_sweep_retry = {
    .name = "sweep retry",
    .operands = "DIR",
    .max_operands = 1,
    .summary = "train again what failed",
    .text =
        "Continue the sweep in DIR, and train the packs that failed for good, or have runs that "
        "did, "
        "once more; what is trained stays as it is. A run that diverged did not fail: that is its "
        "result.",
    .examples = "initlab sweep retry results --failed",
    .rows = retry_rows,
    .run = run_retry
};
