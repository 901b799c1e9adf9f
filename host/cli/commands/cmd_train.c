/* cmd_train.c - initlab train: train one network, and say how it went. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/data_paths.h"
#include "common/signals.h"
#include "sweep/sweep_rows.h"
#include "train/train.h"

/* ---- training ---- */

static int on_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    struct train *t = arg;

    progress_show(&t->progress, epoch, step, steps);
    return signals_caught() != 0;
}

/* The costs grow as they come: a run may ask for any number of epochs and be stopped. */
static il_status keep_costs(struct train *t, const il_epoch *e)
{
    if (t->epochs == t->room) {
        const size_t room = t->room ? 2 * t->room : 64;
        double *const cost = realloc(t->cost, room * sizeof *cost);
        double *const held_out = cost ? realloc(t->held_out, room * sizeof *cost) : NULL;

        t->cost = cost ? cost : t->cost;
        if (!held_out)
            return cli_no_memory(&t->net.err);
        t->held_out = held_out;
        t->room = room;
    }
    t->cost[t->epochs] = e->cost;
    t->held_out[t->epochs] = e->validation_cost;
    return IL_OK;
}

/* More digits than a clock has tell nothing. */
static double microseconds(double seconds) { return round(1e6 * seconds) / 1e6; }

/* what was seen since the last time: before the epoch's own row */
static il_status report_states(struct train *t)
{
    const il_layer_state *state;
    const size_t looks = il_pack_seen(t->net.pack, &state), layers = il_pack_layers(t->net.pack);
    const size_t from = t->seen * layers;

    t->seen = looks;
    return run_report_states(&t->report, state + from, looks * layers - from, &t->net.err);
}

static il_status one_epoch(struct train *t)
{
    const int before = t->last.diverged;
    il_epoch e;
    il_status st = il_pack_epoch(t->net.pack, &e, on_progress, t, &t->net.err);

    progress_clear(&t->progress);
    if (st == IL_E_INTERRUPTED && signals_caught())
        return IL_OK; /* the loop ends; the epoch does not count */
    if (st != IL_OK)
        return st;
    st = keep_costs(t, &e);
    if (st != IL_OK)
        return st;
    e.seconds = microseconds(e.seconds);
    t->last = e;
    t->epochs++;
    il_stuck_epoch(&t->stuck, e.test_accuracy);
    t->seconds += e.seconds;
    train_print_epoch(t);
    if (e.diverged && !before && !t->quiet)
        cli_say(t->cli, "diverged at epoch %zu, step %zu: the cost is not finite", e.diverged_epoch,
                e.diverged_step);
    if (opt_given(t->net.o, "verbose"))
        fprintf(stderr, "epoch %zu: %.3f s of training, %.3f s of evaluation\n", e.epoch, e.seconds,
                e.evaluation_seconds);
    st = report_states(t);
    return st == IL_OK ? run_report_epoch(&t->report, &e, &t->net.err) : st;
}

static il_status train(struct train *t)
{
    const size_t epochs = il_pack_epochs(t->net.pack);
    il_status st = IL_OK;

    signals_catch();
    progress_start(&t->progress, opt_get(t->net.o, "progress"), t->quiet, epochs);
    st = report_states(t);
    while (st == IL_OK && !signals_caught() && t->epochs < epochs)
        st = one_epoch(t);
    return st;
}

/* ---- after training ---- */

/* A signal ended it early; one that came in the last epoch changed nothing. */
static int stopped(const struct train *t) { return t->epochs < il_pack_epochs(t->net.pack); }

/* It came to its end, did not diverge, and knows no more than when it began. */
static int stuck(const struct train *t)
{
    return !stopped(t) && !t->last.diverged && il_is_stuck(&t->stuck);
}

static json_t *whole(size_t n) { return json_integer((json_int_t)n); }

/* Files that weights begin with, as {path: sum}: for the report, while they are as they were read. */
static il_status sum_files(struct train *t)
{
    const char *path;
    char sum[65];
    il_status st = IL_OK;

    for (size_t i = 0; st == IL_OK; i++) {
        st = il_config_file_sum(t->net.config, i, &path, sum, &t->net.err);
        if (st != IL_OK || !path)
            break;
        t->files = t->files ? t->files : json_object();
        if (!t->files || json_object_set_new(t->files, path, json_string(sum)) != 0)
            st = cli_no_memory(&t->net.err);
    }
    return st;
}

/* What was trained on: a dataset of a known name, else its folder. */
static json_t *data(const struct train *t)
{
    const char *const name = il_dataset_name(t->net.set);
    char folder[sizeof t->net.folder];

    snprintf(folder, sizeof folder, "%s", name[0] ? name : t->net.folder);
    il_utf8(folder);
    return json_string(folder);
}

/* Where --data was found. */
static json_t *folder(const struct train *t)
{
    char path[4096];

    data_path_absolute(opt_get(t->net.o, "data"), path);
    il_utf8(path);
    return json_string(path);
}

/* The last object of the report. */
static json_t *summary(const struct train *t)
{
    const char *status = stopped(t) ? "interrupted" : t->last.diverged ? "diverged" : "ok";
    const double accuracy = stopped(t) && t->epochs == 0 ? NAN : t->last.test_accuracy;
    json_t *all = json_pack("{s:s, s:o, s:I, s:f, s:s}", "status", status, "test_accuracy",
                            cli_json_number(accuracy), "epochs", (json_int_t)t->epochs, "seconds",
                            microseconds(t->seconds), "device", il_device_id(t->net.device));
    int bad = all == NULL;

    if (!bad)
        bad = json_object_set_new(all, "stuck", json_boolean(stuck(t)));
    if (!bad && t->last.diverged) {
        bad |= json_object_set_new(all, "diverged_epoch", whole(t->last.diverged_epoch));
        bad |= json_object_set_new(all, "diverged_step", whole(t->last.diverged_step));
    }
    if (!bad) {
        bad |= json_object_set_new(all, "version", json_string(IL_VERSION));
        bad |= json_object_set_new(all, "data", data(t));
        if (opt_given(t->net.o, "data"))
            bad |= json_object_set_new(all, "folder", folder(t));
        bad |= json_object_set_new(all, "data_sum", json_string(il_dataset_sum(t->net.set)));
        if (t->files)
            bad |= json_object_set(all, "files", t->files);
        bad |= json_object_set_new(all, "threads",
                                   whole(strtoul(opt_get(t->net.o, "threads"), NULL, 10)));
        bad |= json_object_set_new(all, "config", run_report_config(t->net.config));
    }
    if (!bad)
        return all;
    json_decref(all);
    return NULL;
}

/* The costs of the epochs that were finished, if there are any. */
static il_status draw_costs(const struct train *t, const struct figure *to, il_error *err)
{
    const il_curve curve[] = { { t->validation ? "training" : NULL, t->cost, t->epochs },
                               { "validation", t->held_out, t->epochs } };

    if (t->epochs == 0)
        return IL_OK;
    return figure_draw(to, t->validation ? "Loss" : "Training Loss", "Epoch #", "Loss", curve,
                       t->validation ? 2 : 1, err);
}

/* Write every output, even after one that failed; the first failure is the one reported. */
static il_status finish(struct train *t)
{
    il_error later;
    il_status st = run_report_end(&t->report, t->report.file ? summary(t) : NULL, &t->net.err),
              next;

    next = run_report_close(&t->report, st == IL_OK ? &t->net.err : &later);
    st = st == IL_OK ? next : st;
    next = draw_costs(t, &t->figure, st == IL_OK ? &t->net.err : &later);
    st = st == IL_OK ? next : st;
    if (opt_given(t->net.o, "save") && !stopped(t)) {
        next = il_save_weights(t->net.pack, 0, opt_get(t->net.o, "save"),
                               st == IL_OK ? &t->net.err : &later);
        st = st == IL_OK ? next : st;
    }
    return st;
}

/* --term: the costs behind what was printed */
static il_status show_costs(struct train *t)
{
    const struct figure shown = figure_on_terminal(t->cli);

    putchar('\n');
    return draw_costs(t, &shown, &t->net.err);
}

/* Say that a signal stopped the run; the exit code of that. */
static int interrupted(const struct train *t)
{
    cli_say(t->cli, "stopped by %s after %zu of %zu epochs%s", signals_name(), t->epochs,
            il_pack_epochs(t->net.pack),
            opt_given(t->net.o, "save") ? "; the weights are not saved" : "");
    return 128 + signals_caught();
}

static int run(struct cli *cli, const struct options *o)
{
    struct train t = { .cli = cli, .net = { .o = o }, .quiet = opt_given(o, "quiet") };
    il_status st = train_check(&t), end;
    int code = 0;

    if (st == IL_OK && opt_given(o, "dry-run"))
        st = train_plan(&t);
    else if (st == IL_OK)
        st = train_open(&t);
    if (st != IL_OK || opt_given(o, "dry-run"))
        goto out;
    st = sum_files(&t);
    if (st != IL_OK)
        goto out;
    train_introduce(&t);
    t.stuck.accuracy =
        il_stuck_accuracy(il_dataset_guess(t.net.set), il_dataset_test(t.net.set).count);
    st = train(&t);
    if (st != IL_OK)
        goto out;
    st = finish(&t);
    if ((t.epochs > 0 || !stopped(&t)) && strcmp(opt_get(o, "out"), "-") != 0)
        printf("test accuracy %.4f\n", t.last.test_accuracy);
    if (stuck(&t) && !t.quiet)
        cli_say(cli,
                "stuck: guessing gets up to %.4f, and no test accuracy of the last half of the "
                "epochs is above that",
                t.stuck.accuracy);
    if (opt_given(o, "profile"))
        train_profile(&t);
    if (st == IL_OK && t.epochs > 0 && opt_given(o, "term"))
        st = show_costs(&t);
    if (st == IL_OK && stopped(&t))
        code = interrupted(&t);
out:
    if (st != IL_OK)
        code = cli_fail(cli, st, "%s%s", t.net.err.text,
                        st == IL_E_USAGE && !t.net.err.helps ? " (see 'initlab help train')" : "");
    end = run_report_close(&t.report, &t.net.err);
    if (code == 0 && end != IL_OK)
        code = cli_fail(cli, end, "%s", t.net.err.text);
    network_close(&t.net);
    json_decref(t.files);
    free(t.cost);
    free(t.held_out);
    return code;
}

static const struct opt_row rows[] = {
    { .name = "recipe",
      .metavar = "NAME|FILE",
      .group = "Input",
      .complete = COMPLETE_RECIPE,
      .help = "start from a recipe, - is standard input; other options go over it" },
    { .name = "data",
      .metavar = "DIR",
      .group = "Input",
      .complete = COMPLETE_FOLDER,
      .help = "folder of the four IDX files, raw or .gz; without it the bundled MNIST" },
    { .name = "device",
      .metavar = "DEVICE",
      .value = "auto",
      .group = "Input",
      .help = "where to train: cpu, cuda, cuda:N, or auto for the first GPU, else the CPU" },
    { .name = "threads",
      .metavar = "N",
      .value = "1",
      .group = "Input",
      .help = "of the CPU's matrix products; more than 1 is slower today, a hundred times where a "
              "core is busy: they wait at work; part of what makes results repeatable" },
    { .name = "out",
      .letter = 'o',
      .metavar = "FILE",
      .group = "Output",
      .complete = COMPLETE_FILE,
      .help =
          "the numbers of each epoch, as FILE.jsonl or FILE.csv; - is JSONL on standard output" },
    { .name = "plot",
      .metavar = "FILE.svg",
      .group = "Output",
      .complete = COMPLETE_FILE,
      .help = "draw the loss over the epochs, .svg, .png or .pdf; - is SVG to standard output, and "
              "what is printed goes to standard error" },
    TERM_ROW("Output"),
    { .name = "save",
      .metavar = "FILE",
      .group = "Output",
      .complete = COMPLETE_FILE,
      .help = "the weights, as FILE.safetensors, or FILE.npy: a file a tensor" },
    DIAG_ROW("Output"),
    { .name = "dry-run", .help = "check everything, print the memory needed, and train nothing" },
    { .name = "profile",
      .group = "Output",
      .help = "time every kernel and product, and print a table at the end" },
    { .name = "progress",
      .metavar = "WHEN",
      .value = "auto",
      .words = "auto|always|never",
      .help = "show how far the run is: auto (on a terminal), always or never" },
    { .name = "quiet", .letter = 'q', .help = "say nothing on standard error but errors" },
    { .name = "verbose", .letter = 'v', .help = "say more: the time of each epoch" },
    { .name = "" }
};

const struct command cmd_train = {
    .name = "train",
    .summary = "train one network",
    .text =
        "Train one network and print cost, learning rate and accuracies of each epoch on standard "
        "output, then the test accuracy; what is trained, and where, goes to standard error.\n\n"
        "A run whose cost stops being finite is a result: it goes on, and is reported as diverged "
        "with epoch and step. One that ends and was never better than a guess in the last half of "
        "its "
        "epochs is reported as stuck. SIGINT, SIGTERM or SIGHUP stop a run at once: the epochs "
        "that were "
        "finished "
        "are in "
        "--out, --plot and --term, the weights are not saved.",
    .examples = "initlab train --recipe seed-zeros-softmax --plot loss.svg\n"
                "initlab train --layers in,128,out --init uniform:-0.05:0.05 --epochs 5 --out "
                "run.jsonl --term\n"
                "initlab train --data /usr/share/datasets/fashion-mnist --device cuda:0 --save "
                "weights.safetensors",
    .rows = rows,
    .parameters = PARAMETERS_ONCE,
    .run = run
};
