/*
 * supervise.c - train a folder's packs on worker processes, one a device. This process opens no
 * device: after several CUDA errors a process must end, so that may only be a worker. Packs are handed
 * out one at a time, the dearest first. A device that fails twice in a row is left out, and its packs
 * go to others; a pack that fails twice elsewhere has failed for good.
 */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "common/cli_error.h"
#include "common/clock.h"
#include "meter.h"
#include "common/signals.h"

enum { NONE = -1, LINE = 4096, STRIKES = 2 /* twice */, TICK = 200 /* ms */ };
enum { LOOK = 5 }; /* seconds: the most that may pass between two looks at workers */

struct worker {
    pid_t pid;    /* 0: none */
    int to, from; /* its stdin and stdout; -1: closed */
    const char *device;
    long pack;        /* in training, or NONE */
    unsigned attempt; /* at it */
    int halved;       /* halves of it may be committed since the journals were read */
    double share;
    int ready, strikes, out;     /* out: its device is left out */
    double quiet;                /* seconds since it said something, or was given a pack */
    char line[LINE], error[512]; /* of the last failure */
    size_t have;
};

struct state {
    const struct supervision *s;
    struct worker *worker;
    size_t workers;
    size_t *queue, queued, packs; /* queue: the next is the first; each pack at most once */
    unsigned char *fails;         /* [packs] on devices that are not left out */
    struct meter meter;
    size_t failed, failed_before; /* packs with runs that failed for good: here, and before */
    int stopping;                 /* workers were told to end */
    int told;                     /* that a pack was halved */
    double looked;                /* when workers were looked at for being stalled */
    il_status fatal;
    il_error err;
};

/* ---- starting and ending workers ------------------------------------------------------------- */

static void close_pipe(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* in the child: become the worker; it ends when its parent does */
static void become(const struct state *st, const struct worker *w, pid_t parent, int in, int out)
{
    const char *argv[14] = { "initlab",  "sweep",  "worker", il_folder_path(st->s->folder),
                             "--device", w->device };
    size_t n = 8;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(71);
    argv[6] = "--checkpoint";
    argv[7] = opt_get(st->s->o, "checkpoint");
    if (opt_given(st->s->o, "data")) {
        argv[n++] = "--data";
        argv[n++] = opt_get(st->s->o, "data");
    }
    if (opt_given(st->s->o, "diag")) {
        argv[n++] = "--diag";
        argv[n++] = opt_get(st->s->o, "diag");
    }
    execv("/proc/self/exe", (char *const *)argv);
    _exit(71);
}

static int start(struct state *st, struct worker *w)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 };
    const pid_t parent = getpid();

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || (w->pid = fork()) < 0) {
        w->pid = 0;
        for (int i = 0; i < 2; i++) {
            close_pipe(&in[i]);
            close_pipe(&out[i]);
        }
        return 0;
    }
    if (w->pid == 0)
        become(st, w, parent, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    w->to = in[1];
    w->from = out[0];
    w->pack = NONE;
    w->ready = 0;
    w->quiet = 0;
    w->have = 0;
    w->error[0] = 0;
    return 1;
}

/* Tell all to save their packs and end. */
static void stop_all(struct state *st)
{
    st->stopping = 1;
    for (size_t i = 0; i < st->workers; i++)
        if (st->worker[i].pid > 0) {
            kill(st->worker[i].pid, SIGTERM);
            close_pipe(&st->worker[i].to);
        }
}

/* ---- packs ----------------------------------------------------------------------------------- */

static void put_back(struct state *st, long pack) { st->queue[st->queued++] = (size_t)pack; }

static const il_folder_pack *pack_at(const struct state *st, size_t pack)
{
    return il_folder_pack_at(st->s->folder, pack);
}

static size_t runs_of(const struct state *st, size_t pack)
{
    return il_folder_plan(st->s->folder)->pack[pack].count;
}

/* End a worker that has become of no use; what of its pack is committed, the journals say. */
static void end_now(struct worker *w, const char *why)
{
    if (!w->error[0])
        snprintf(w->error, sizeof w->error, "%s", why);
    close_pipe(&w->to);
    kill(w->pid, SIGKILL);
}

/* all of it, whatever signals come */
static int tell(int fd, const char *bytes, size_t n)
{
    for (ssize_t k; n > 0; bytes += k, n -= (size_t)k) {
        do
            k = write(fd, bytes, n);
        while (k < 0 && errno == EINTR);
        if (k <= 0)
            return 0;
    }
    return 1;
}

/* the next pack to a worker that waits; without one it is told to end */
static void hand_out(struct state *st, struct worker *w)
{
    char line[64];
    int n;

    if (!w->ready || w->pack != NONE || w->to < 0 || st->stopping)
        return;
    if (st->queued == 0) {
        for (size_t i = 0; i < st->workers; i++)
            if (st->worker[i].pack != NONE)
                return; /* that one may fail, and its pack come back */
        close_pipe(&w->to);
        return;
    }
    w->pack = (long)st->queue[0];
    w->share = 0;
    memmove(st->queue, st->queue + 1, --st->queued * sizeof *st->queue);
    w->attempt = pack_at(st, (size_t)w->pack)->attempts + 1;
    w->halved = 0;
    n = snprintf(line, sizeof line, "%ld %u %d\n", w->pack, w->attempt,
                 pack_at(st, (size_t)w->pack)->halved);
    w->quiet = 0;
    if (!tell(w->to, line, (size_t)n))
        end_now(w, "it took no pack"); /* or is gone: its end tells the rest */
}

static void take_best(struct meter *m, double best, const char *run)
{
    if (best <= m->best)
        return;
    m->best = best;
    snprintf(m->best_run, sizeof m->best_run, "%s", run);
}

static void count_done(struct state *st, size_t pack, size_t diverged)
{
    st->meter.ended += runs_of(st, pack);
    st->meter.diverged += diverged;
    st->meter.done += pack_at(st, pack)->cost;
}

/* Runs of a pack are not trained, and that is recorded. */
static void count_failed(struct state *st, long pack, size_t runs, const char *text)
{
    meter_clear(&st->meter);
    if (runs < runs_of(st, (size_t)pack))
        cli_say(st->s->cli, "pack %ld: %zu of its %zu runs failed: %s", pack, runs,
                runs_of(st, (size_t)pack), text);
    else
        cli_say(st->s->cli, "pack %ld failed: %s", pack, text);
    st->failed++;
    st->meter.failed += runs;
    if (st->failed >= st->s->max_failures)
        stop_all(st);
}

/* A pack that no device trains. */
static void give_up(struct state *st, long pack, il_status why, const char *text)
{
    const il_status ok = il_folder_fail(st->s->folder, (size_t)pack, why, text, &st->err);
    const size_t failed =
        pack_at(st, (size_t)pack)->failed; /* none that an earlier attempt trained */

    count_done(st, (size_t)pack, 0);
    count_failed(st, pack, ok == IL_OK ? failed : runs_of(st, (size_t)pack), text);
    if (ok != IL_OK) {
        st->fatal = ok;
        stop_all(st);
    }
}

/* ---- what workers say ------------------------------------------------------------------------ */

static size_t whole(const json_t *object, const char *key)
{
    return (size_t)json_integer_value(json_object_get(object, key));
}

/* A pack that its device cannot hold: that is said once, as it may be so of each. */
static void on_piece(struct state *st, struct worker *w, const json_t *line)
{
    const char *const why = json_string_value(json_object_get(line, "why"));

    w->halved = 1;
    if (!why || !*why || st->told++ || opt_given(st->s->o, "quiet"))
        return;
    meter_clear(&st->meter);
    cli_say(st->s->cli, IL_HALVED, w->pack, why);
}

static void on_done(struct state *st, struct worker *w, const json_t *line)
{
    const il_folder_pack *const before = pack_at(st, (size_t)w->pack);
    const int goes_on = before->status == IL_PACK_TODO; /* with the other halves */
    const size_t diverged = whole(line, "diverged") + (goes_on ? before->diverged : 0);
    const size_t failed = whole(line, "failed") + (goes_on ? before->failed : 0);
    const char *const run = json_string_value(json_object_get(line, "best_run"));
    const char *const failure = json_string_value(json_object_get(line, "failure"));
    const char *const begun_on = json_string_value(json_object_get(line, "begun_on"));

    if (begun_on && *begun_on) {
        meter_clear(&st->meter);
        cli_say(st->s->cli, IL_BEGUN_ELSEWHERE, w->pack, begun_on);
    }
    count_done(st, whole(line, "done"), diverged);
    take_best(&st->meter, json_number_value(json_object_get(line, "best")), run ? run : "");
    if (failed)
        count_failed(st, w->pack, failed,
                     failure && *failure ? failure
                     : before->error     ? before->error
                                         : "");
    w->strikes = 0;
    w->pack = NONE;
}

static void on_error(struct state *st, struct worker *w, const json_t *line)
{
    const il_status why = (il_status)whole(line, "status");
    const char *const text = json_string_value(json_object_get(line, "error"));

    snprintf(w->error, sizeof w->error, "%s", text ? text : "");
    if (why == IL_E_DEVICE) /* its end follows */
        return;
    if (w->pack != NONE && (why == IL_E_USAGE || why == IL_E_DATA || why == IL_E_MEMORY)) {
        const long pack = w->pack;

        w->pack = NONE;
        if (w->halved && il_folder_scan(st->s->folder, &st->err) != IL_OK)
            st->err.text[0] = 0; /* halves that are not known of are trained again */
        if (why == IL_E_MEMORY && ++st->fails[pack] < STRIKES) { /* others may need less by then */
            put_back(st, pack);
            return;
        }
        give_up(st, pack, why, w->error);
        return;
    }
    st->fatal = why;
    cli_error(&st->err, why, "%s", w->error);
    stop_all(st);
}

static void on_line(struct state *st, struct worker *w, const char *text)
{
    json_t *const line = json_loads(text, 0, NULL);

    w->quiet = 0;
    if (!line) /* whatever it was, it may have been the end of a pack */
        end_now(w, "an answer of it cannot be read");
    else if (json_object_get(line, "share"))
        w->share = json_number_value(json_object_get(line, "share"));
    else if (json_object_get(line, "done") && w->pack == (long)whole(line, "done"))
        on_done(st, w, line);
    else if (json_object_get(line, "error"))
        on_error(st, w, line);
    else if (json_object_get(line, "piece"))
        on_piece(st, w, line);
    else if (json_object_get(line, "ready"))
        w->ready = 1;
    json_decref(line);
}

/* ---- the end of a worker --------------------------------------------------------------------- */

/* Leave the device out: what failed there does not count against packs. */
static void leave_out(struct state *st, struct worker *w)
{
    size_t left = 0;

    w->out = 1;
    for (size_t i = 0; i < st->workers; i++)
        left += !st->worker[i].out;
    meter_clear(&st->meter);
    cli_say(st->s->cli, "%s is left out%s: %s", w->device,
            w->strikes < STRIKES ? "" : ": it failed twice in a row", w->error);
    memset(st->fails, 0, st->packs);
    if (left == 0) {
        st->fatal =
            cli_error(&st->err, IL_E_DEVICE, "no device is left; the last error: %.400s", w->error);
    }
}

/* Was the pack committed although its worker died before it could say so? The journals know. */
static void look_again(struct state *st, struct worker *w)
{
    const il_folder_pack *p;

    if (w->pack == NONE || il_folder_scan(st->s->folder, &st->err) != IL_OK)
        return;
    p = pack_at(st, (size_t)w->pack);
    if (p->status == IL_PACK_TODO || p->attempts < w->attempt) /* what is there is an earlier one */
        return;
    count_done(st, (size_t)w->pack, p->diverged);
    take_best(&st->meter, p->best, p->best_run);
    if (p->failed > 0)
        count_failed(st, w->pack, p->failed, p->error ? p->error : "");
    w->pack = NONE;
}

/* It ended without being told to: its device failed, or it crashed. */
static void on_failure(struct state *st, struct worker *w, int status)
{
    const long pack = w->pack;

    if (!w->error[0] && WIFSIGNALED(status))
        snprintf(w->error, sizeof w->error, "the worker died: %s", strsignal(WTERMSIG(status)));
    else if (!w->error[0])
        snprintf(w->error, sizeof w->error, "the worker ended with code %d", WEXITSTATUS(status));
    w->pack = NONE;
    w->strikes++;
    if (w->strikes >= STRIKES) {
        if (pack != NONE)
            put_back(st, pack);
        leave_out(st, w);
        return;
    }
    if (pack != NONE && ++st->fails[pack] >= STRIKES)
        give_up(st, pack, IL_E_DEVICE, w->error);
    else if (pack != NONE)
        put_back(st, pack);
}

/* Did somebody ask it to end, it alone or all of us? Before it catches signals, it dies of them. */
static int was_asked(int status)
{
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    return signal == SIGTERM || signal == SIGINT || signal == SIGHUP ||
           (WIFEXITED(status) && WEXITSTATUS(status) == il_status_exit(IL_E_INTERRUPTED));
}

static void on_end(struct state *st, struct worker *w)
{
    int status = 0;

    close_pipe(&w->from);
    waitpid(w->pid, &status, 0);
    w->pid = 0;
    look_again(st, w);
    if (st->stopping ||
        (w->to < 0 && w->pack == NONE && WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
        if (w->pack != NONE)
            put_back(st, w->pack);
        w->pack = NONE;
        close_pipe(&w->to);
        return;
    }
    close_pipe(&w->to);
    if (was_asked(status)) { /* no fault of its device, or of its pack */
        if (w->pack != NONE)
            put_back(st, w->pack);
        w->pack = NONE;
        return;
    }
    on_failure(st, w, status);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void read_from(struct state *st, struct worker *w)
{
    const ssize_t n = read(w->from, w->line + w->have, LINE - 1 - w->have);
    char *at = w->line, *end;

    if (n < 0 && errno == EINTR)
        return;
    if (n < 0)
        end_now(w, "it cannot be heard any more");
    if (n <= 0) {
        on_end(st, w);
        return;
    }
    w->have += (size_t)n;
    w->line[w->have] = 0;
    for (; (end = strchr(at, '\n')); at = end + 1) {
        *end = 0;
        on_line(st, w, at);
    }
    w->have = strlen(at) == LINE - 1 ? 0 : strlen(at);
    memmove(w->line, at, w->have);
}

static size_t alive(const struct state *st)
{
    size_t n = 0;

    for (size_t i = 0; i < st->workers; i++)
        n += st->worker[i].pid > 0;
    return n;
}

static void show(struct state *st, int end)
{
    double done = st->meter.done;

    for (size_t i = 0; i < st->workers; i++)
        if (st->worker[i].pack != NONE)
            done += st->worker[i].share * pack_at(st, (size_t)st->worker[i].pack)->cost;
    {
        struct meter *const m = &st->meter;
        const double whole_packs = m->done;

        m->done = done;
        meter_show(m, end);
        m->done = whole_packs;
    }
}

/* Start workers, and those that failed again, while packs wait that none is free for. */
static void start_workers(struct state *st)
{
    size_t free_ones = 0;

    for (size_t i = 0; i < st->workers; i++)
        free_ones += st->worker[i].to >= 0 && st->worker[i].pack == NONE;
    for (size_t i = 0; i < st->workers; i++) {
        struct worker *const w = &st->worker[i];

        if (st->stopping || st->fatal != IL_OK || free_ones >= st->queued)
            return;
        if (w->pid > 0 || w->out)
            continue;
        if (start(st, w)) {
            free_ones++;
            continue;
        }
        snprintf(w->error, sizeof w->error, "cannot start a worker: %s", strerror(errno));
        leave_out(st, w);
    }
}

/* Is a worker expected to say something? One that waits for a pack is not. */
static int is_due(const struct state *st, const struct worker *w)
{
    return w->pid > 0 && (st->stopping || w->to < 0 || !w->ready || w->pack != NONE);
}

/*
 * End the workers that say nothing for too long. The time between two looks counts as a tick or little more,
 * so that a machine that slept, or a sweep that was stopped, is not blamed on workers.
 */
static void end_stalled(struct state *st)
{
    const double t = seconds_now(), passed = t - st->looked;
    char why[80];

    st->looked = t;
    for (size_t i = 0; i < st->workers; i++) {
        struct worker *const w = &st->worker[i];

        if (!is_due(st, w)) {
            w->quiet = 0;
            continue;
        }
        w->quiet += passed < LOOK ? passed : LOOK;
        if (st->s->stall == 0 || w->quiet < (double)st->s->stall)
            continue;
        snprintf(why, sizeof why, "no step for %zu seconds: the worker was ended", st->s->stall);
        end_now(w, why);
        w->quiet = 0;
    }
}

static void loop(struct state *st, struct pollfd *fds)
{
    st->looked = seconds_now();
    for (start_workers(st); alive(st) > 0; start_workers(st)) {
        for (size_t i = 0; i < st->workers; i++) {
            hand_out(st, &st->worker[i]);
            fds[i] = (struct pollfd){ .fd = st->worker[i].from, .events = POLLIN };
        }
        if (poll(fds, st->workers, TICK) > 0)
            for (size_t i = 0; i < st->workers; i++)
                if (fds[i].revents && st->worker[i].from >= 0)
                    read_from(st, &st->worker[i]);
        if (signals_caught() && !st->stopping)
            stop_all(st);
        end_stalled(st);
        show(st, 0);
    }
    meter_clear(&st->meter);
}

/* ---- all ------------------------------------------------------------------------------------- */

/* the packs of this shard that are left, the dearest first */
static il_status fill_queue(struct state *st)
{
    const struct supervision *const s = st->s;
    unsigned char *const mine = malloc(st->packs);
    size_t *const order = malloc(st->packs * sizeof *order);
    il_status status = IL_E_MEMORY;

    if (!mine || !order)
        goto out;
    status = il_folder_shard(s->folder, s->shard, s->shards, mine, &st->err);
    if (status == IL_OK)
        status = il_folder_by_cost(s->folder, order, &st->err);
    for (size_t i = 0; status == IL_OK && i < st->packs; i++) {
        const il_folder_pack *const p = pack_at(st, order[i]);
        const int left = p->status == IL_PACK_TODO || (p->failed > 0 && s->retry);

        take_best(&st->meter, p->best, p->best_run); /* of the sweep, not of a shard */
        if (!mine[order[i]])
            continue;
        st->meter.runs += runs_of(st, order[i]);
        st->meter.cost += p->cost;
        if (left)
            st->queue[st->queued++] = order[i];
        else
            count_done(st, order[i], p->diverged);
        if (!left && p->failed > 0) {
            st->meter.failed += p->failed;
            st->failed_before++;
        }
    }
    st->meter.ended_before = st->meter.ended;
    st->meter.done_before = st->meter.done;
    if (status == IL_OK && st->queued > 0)
        status = il_folder_goes_on(s->folder, &st->err);
out:
    free(order);
    free(mine);
    return status;
}

static int code_of(struct state *st)
{
    struct cli *const cli = st->s->cli;
    const char *const path = il_folder_path(st->s->folder);
    const size_t failed = st->failed_before + st->failed;
    char command[CLI_COMMAND];

    if (st->fatal != IL_OK)
        return cli_fail(cli, st->fatal, "%s", st->err.text);
    if (signals_caught() && st->queued > 0) {
        cli_say(cli, "stopped by %s; the packs in training are saved: %s goes on", signals_name(),
                cli_command(command, "sweep run", path, ""));
        return il_status_exit(IL_E_INTERRUPTED);
    }
    if (st->failed > 0 && st->stopping) {
        cli_say(cli, "stopped after %zu failed pack%s", st->failed, st->failed == 1 ? "" : "s");
    } else if (failed > 0) {
        cli_say(cli, "%zu run%s of %zu pack%s failed; %s tries %s again", st->meter.failed,
                st->meter.failed == 1 ? "" : "s", failed, failed == 1 ? "" : "s",
                cli_command(command, "sweep retry", path, " --failed"),
                st->meter.failed == 1 ? "it" : "them");
    } else if (st->queued > 0) {
        return cli_fail(cli, IL_E_DEVICE, "no worker took %zu of the packs; %s goes on", st->queued,
                        cli_command(command, "sweep run", path, ""));
    }
    return failed > 0;
}

int supervise(const struct supervision *s)
{
    struct state st = { .s = s, .workers = s->devices->count };
    struct pollfd *fds = NULL;
    int code;

    st.packs = il_folder_plan(s->folder)->packs;
    st.worker = calloc(st.workers, sizeof *st.worker);
    st.queue = calloc(st.packs + st.workers, sizeof *st.queue);
    st.fails = calloc(st.packs, 1);
    fds = calloc(st.workers, sizeof *fds);
    meter_start(&st.meter, opt_get(s->o, "progress"), opt_given(s->o, "quiet"));
    st.fatal = st.worker && st.queue && st.fails && fds ? fill_queue(&st) : IL_E_MEMORY;
    if (st.fatal == IL_E_MEMORY)
        cli_no_memory(&st.err);
    signal(SIGPIPE, SIG_IGN);
    signals_catch();
    for (size_t i = 0; st.worker && i < st.workers; i++) {
        struct worker *const w = &st.worker[i];

        *w = (struct worker){ .to = -1, .from = -1, .pack = NONE, .device = s->devices->id[i] };
    }
    if (fds && st.worker) {
        loop(&st, fds);
        if (st.meter.ended > st.meter.ended_before)
            show(&st, 1);
    }
    code = code_of(&st);
    free(fds);
    free(st.fails);
    free(st.queue);
    free(st.worker);
    return code;
}
