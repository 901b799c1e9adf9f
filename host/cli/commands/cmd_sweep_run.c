/*
 * cmd_sweep_run.c - initlab sweep run: start a sweep from a file or from options, or continue one, and
 * rank what came of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "cli_error.h"
#include "sweep/create.h"
#include "sweep/device_list.h"
#include "sweep/ranking.h"
#include "sweep/supervise.h"
#include "sweep/sweep.h"
#include "sweep/sweep_rows.h"

enum { LOCK_WAIT = 100 }; /* tenths of a second: workers of a killed sweep end within one */

struct sweeping {
    struct cli *cli;
    const struct options *o;
    il_folder *folder;
    struct device_list devices;
    size_t shard, shards, max_failures;
    int lock, shard_lock; /* -1: not open */
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

/* when to stop, and how often to save */
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
    return st == IL_OK ? sweep_number(w->o, "checkpoint", 0, 1000000000, 300, &seconds, &w->err)
                       : st;
}

/* Open a file of the folder to lock it; workers hold the lock, too, as they inherit it. */
static il_status open_lock(struct sweeping *w, int *fd, const char *name)
{
    char path[4200];

    snprintf(path, sizeof path, "%s/%s", il_folder_path(w->folder), name);
    *fd = open(path, O_RDWR | O_CREAT, 0666);
    if (*fd >= 0)
        return IL_OK;
    return cli_error(&w->err, errno == ENOSPC || errno == EDQUOT ? IL_E_IO : IL_E_CREATE,
                     "cannot create '%.400s': %s", path, strerror(errno));
}

/* Is it locked so? A file system without locks says yes: journals are safe without, too. */
static int try_lock(int fd, int how)
{
    return flock(fd, how | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/*
 * The folder's lock, which shards of one count share: it holds the count, written while nobody shares it.
 * NULL, or who has it.
 */
static const char *share(struct sweeping *w)
{
    char text[32], there[32] = "";
    const int n = snprintf(text, sizeof text, "%zu\n", w->shards);

    if (try_lock(w->lock, LOCK_EX) &&
        (ftruncate(w->lock, 0) != 0 || pwrite(w->lock, text, (size_t)n, 0) != n))
        return NULL; /* a full disk: training says so */
    if (!try_lock(w->lock, LOCK_SH))
        return "a 'sweep run' of all shards is at work on this folder";
    if (pread(w->lock, there, sizeof there - 1, 0) > 0 && strcmp(there, text) != 0)
        return "shards of another count are at work on this folder";
    return NULL;
}

/* NULL, or who else trains what this command would. */
static const char *take(struct sweeping *w)
{
    const char *who;

    if (w->shards == 1)
        return try_lock(w->lock, LOCK_EX) ? NULL : "another 'sweep run' is at work on this folder";
    who = share(w);
    if (!who && !try_lock(w->shard_lock, LOCK_EX))
        who = "another 'sweep run' is at work on this shard";
    return who;
}

/* No two processes train the same packs: all of them, or shards of one count, each once. */
static il_status lock(struct sweeping *w)
{
    char name[64];
    const char *who;
    il_status st = open_lock(w, &w->lock, "lock");

    snprintf(name, sizeof name, "lock.%zu-of-%zu", w->shard, w->shards);
    if (st == IL_OK && w->shards > 1)
        st = open_lock(w, &w->shard_lock, name);
    for (int i = 0; st == IL_OK && (who = take(w)); i++) {
        flock(w->lock, LOCK_UN);
        if (i == LOCK_WAIT)
            return cli_error(&w->err, IL_E_INTERRUPTED, "%s", who);
        nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
    }
    return st;
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
                             .retry = retry };
    il_status st = lock(w);
    int code;

    if (st == IL_OK)
        st = il_folder_scan(w->folder, &w->err);
    if (st != IL_OK)
        return cli_fail(w->cli, st, "%s", w->err.text);
    sweep_damage(w->cli, w->folder);
    code = supervise(&s);
    if (s.shards > 1)
        return code;
    st = sweep_ranking(w->cli, w->folder, opt_get(w->o, "by"), &w->err);
    return code || st == IL_OK ? code : cli_fail(w->cli, st, "%s", w->err.text);
}

/* sweep run, and sweep retry, which tries what failed again. Returns the exit code. */
static int sweep_train(struct cli *cli, const struct options *o, int retry)
{
    struct sweeping w = { .cli = cli, .o = o, .lock = -1, .shard_lock = -1 };
    const int old = retry || sweep_continues(o);
    il_status st = read_shard(&w);
    int code;

    if (st == IL_OK)
        st = read_limits(&w);
    if (st == IL_OK)
        st = il_results_by(opt_get(o, "by"), &w.err);
    if (st == IL_OK && old)
        st = sweep_open(o, NULL, &w.folder, &w.err);
    if (st == IL_OK)
        st = device_list_read(&w.devices, opt_get(o, "devices"),
                              w.folder ? il_folder_kind(w.folder) : "", &w.err);
    if (st == IL_OK && !old)
        st = sweep_open(o, w.devices.kind, &w.folder, &w.err);
    if (st == IL_OK)
        sweep_tell(cli, o, il_folder_sweep(w.folder));
    code = st == IL_OK ? work(&w, retry) : cli_fail(cli, st, "%s", w.err.text);
    if (w.lock >= 0)
        close(w.lock);
    if (w.shard_lock >= 0)
        close(w.shard_lock);
    il_folder_close(w.folder);
    device_list_free(&w.devices);
    return code;
}

static int run(struct cli *cli, const struct options *o) { return sweep_train(cli, o, 0); }

static const struct opt_row rows[] = { SWEEP_MAKE_ROWS, SWEEP_RUN_ROWS, { .name = "" } };

const struct command cmd_sweep_run = {
    .name = "sweep run",
    .operands = "[FILE | DIR]",
    .max_operands = 1,
    .summary = "start a sweep, or continue one, and rank its runs",
    .text =
        "Start the sweep that FILE, or the options of runs, describe, in a new folder --out; or "
        "continue the sweep in DIR where it was, whatever stopped it. Every option of a run takes "
        "a "
        "list (he_normal,zeros) and every number a range (0..29, 1..9+2, 1e-3..1*10); --layers, "
        "and "
        "an --init by layers, are given again for another value.\n\n"
        "Runs train in packs, on one worker process a device; what a pack came to is committed to "
        "a journal at once, and folded into results.sqlite at the end. A device that fails twice "
        "in a "
        "row is left out. The ranking goes to standard output: n, mean, standard deviation and "
        "best "
        "of the test accuracy, and how many runs diverged.\n\n"
        "SIGINT and SIGTERM save the packs in training, exit code 75; after these, after kill -9 "
        "or a "
        "full disk, the same command goes on, and nothing is lost nor counted twice. What an "
        "initlab "
        "with other numbers began (docs/numerics.md) is ranked, but not continued: 65.",
    .examples =
        "initlab sweep run sweep.yaml --out results\n"
        "initlab sweep run results\n"
        "initlab sweep run --init he_normal,glorot_uniform --depth 1..10 --seeds 0..4 --out "
        "depths --by init,depth",
    .rows = rows,
    .parameters = 1,
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
        "Continue the sweep in DIR, and train the packs that failed for good once more. A run that "
        "diverged did not fail: that is its result.",
    .examples = "initlab sweep retry results --failed",
    .rows = retry_rows,
    .run = run_retry
};
