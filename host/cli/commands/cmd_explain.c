/* cmd_explain.c - initlab explain: train a run again, and say in which layer it broke, or where it died. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "sweep/again.h"

struct job {
    struct again run; /* trained again, where it did not diverge */
    char status[16];
    int stuck;
    size_t layers; /* of weights */
};

/* what is to be said */
struct answer {
    const char *what; /* a word for programs */
    char text[512];   /* a sentence for people */
    size_t epoch, step, layer;
    const il_layer_state *state; /* [layers * runs] of the look it is about; NULL: none */
};

/* h1, h2, ..., out */
static const char *name_of(const struct job *j, size_t layer, char name[24])
{
    if (layer == j->layers)
        snprintf(name, 24, "out");
    else
        snprintf(name, 24, "h%zu", layer);
    return name;
}

/* ---- what the results say of it -------------------------------------------------------------- */

static int take_run(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct job *const j = arg;

    if (strcmp(value[0].text, j->run.id) != 0)
        return 0;
    for (size_t i = 0; i < columns; i++)
        if (strcmp(name[i], "status") == 0)
            snprintf(j->status, sizeof j->status, "%.15s", value[i].text);
        else if (strcmp(name[i], "error") == 0 && strcmp(j->status, "failed") == 0)
            cli_error(&j->run.err, IL_E_USAGE, "run %s could not be trained: %.300s", j->run.id,
                      value[i].text);
        else if (strcmp(name[i], "stuck") == 0)
            j->stuck = value[i].kind == IL_VALUE_WHOLE && value[i].whole != 0;
    return 1;
}

static il_status read_results(struct job *j)
{
    il_results *r = NULL;
    il_status st = sweep_results(j->run.cli, j->run.folder, &r, &j->run.err);

    if (st == IL_OK)
        st = il_results_rows(r, IL_TABLE_RUNS, take_run, j, &j->run.err);
    il_results_close(r);
    if (st == IL_OK && !j->status[0])
        st = cli_error(&j->run.err, IL_E_USAGE, "run %s has no results yet", j->run.id);
    return st == IL_OK && strcmp(j->status, "failed") == 0 ? IL_E_USAGE : st;
}

/* ---- a run that diverged --------------------------------------------------------------------- */

static void say_broken(const struct job *j, const il_broken *b, struct answer *a)
{
    static const struct {
        const char *what, *before, *behind; /* the layer's name stands between */
    } kinds[] = {
        [IL_BROKEN_NOTHING] = { "nothing", "this time every number is finite to the end", NULL },
        [IL_BROKEN_DRAWN] = { "weights", "the drawn weights of ", " are not finite" },
        [IL_BROKEN_PREACTIVATIONS] = { "preactivations",
                                       "the first numbers that are not finite are the "
                                       "pre-activations of ",
                                       ", of finite weights and inputs" },
        [IL_BROKEN_ACTIVATIONS] = { "activations",
                                    "the first numbers that are not finite are the activations of ",
                                    ", of finite pre-activations" },
        [IL_BROKEN_COST] = { "cost", "the first number that is not finite is the cost: ",
                             " is finite, and the loss of it is not" },
        [IL_BROKEN_SIGNAL_BACK] = { "gradient",
                                    "the way forward is finite; the first numbers that are not are "
                                    "the gradient at the pre-activations of ",
                                    "" },
        [IL_BROKEN_GRADIENT] = { "gradient",
                                 "the way forward is finite; the first numbers that are not are "
                                 "the gradient by the weights of ",
                                 "" },
        [IL_BROKEN_WEIGHTS] = { "weights",
                                "the way forward and back is finite; the first numbers that are "
                                "not are the weights of ",
                                " after the step" },
    };
    const char *const behind = kinds[b->kind].behind;
    char name[24];
    int n = 0;

    a->what = kinds[b->kind].what;
    a->epoch = b->epoch;
    a->step = b->step;
    a->layer = b->layer;
    if (b->step)
        n = snprintf(a->text, sizeof a->text, "in epoch %zu, step %zu, ", b->epoch, b->step);
    snprintf(a->text + n, sizeof a->text - (size_t)n, "%s%s%s", kinds[b->kind].before,
             behind ? name_of(j, b->layer, name) : "", behind ? behind : "");
}

/* ---- a run that did not ---------------------------------------------------------------------- */

/* a value of one layer at one look */
static double seen(const struct job *j, const il_layer_state *rows, size_t layer, size_t what)
{
    return rows[(layer - 1) * il_pack_runs(j->run.it.pack) + j->run.it.run].value[what];
}

static size_t units(const struct job *j, size_t layer)
{
    size_t in, out;

    il_pack_shape(j->run.it.pack, layer - 1, &in, &out);
    return out;
}

/* what is gone at one look: the signal on its way up, then the gradient on its way down, then what tells units apart */
static int is_gone(const struct job *j, const il_layer_state *rows, struct answer *a)
{
    char name[24];

    for (size_t l = 1; l < j->layers; l++)
        if (seen(j, rows, l, IL_DIAGNOSTIC_DEAD) == 1) {
            a->what = "signal";
            a->layer = l;
            snprintf(a->text, sizeof a->text,
                     "the signal dies in %s: the activation of each of its %zu units is the same "
                     "for all samples (mean %.4g)",
                     name_of(j, l, name), units(j, l),
                     seen(j, rows, l, IL_DIAGNOSTIC_ACTIVATION_MEAN));
            return 1;
        }
    for (size_t l = j->layers; l >= 1; l--)
        if (seen(j, rows, l, IL_DIAGNOSTIC_GRADIENT_NORM) == 0) {
            a->what = "gradient";
            a->layer = l;
            snprintf(a->text, sizeof a->text,
                     "the gradient dies on its way back to %s: that by its weights and biases is "
                     "0%s",
                     name_of(j, l, name), l > 1 ? ", and so are those below" : "");
            return 1;
        }
    for (size_t l = 1; l < j->layers; l++)
        if (seen(j, rows, l, IL_DIAGNOSTIC_DISTINCT_UNITS) == 1 && units(j, l) > 1) {
            a->what = "alike";
            a->layer = l;
            snprintf(a->text, sizeof a->text,
                     "the %zu units of %s are one: they have the same weights and get the same "
                     "gradient",
                     units(j, l), name_of(j, l, name));
            return 1;
        }
    return 0;
}

/* nothing is gone: the layer that learns least */
static void say_least(const struct job *j, const il_layer_state *rows, struct answer *a)
{
    char name[24];
    size_t least = 1;

    for (size_t l = 2; l <= j->layers; l++)
        if (seen(j, rows, l, IL_DIAGNOSTIC_GRADIENT_NORM) <
            seen(j, rows, least, IL_DIAGNOSTIC_GRADIENT_NORM))
            least = l;
    a->what = "nothing";
    a->layer = least;
    snprintf(a->text, sizeof a->text,
             "no layer's signal or gradient is gone; the least gradient is that of %s, %.2g (out: "
             "%.2g), and a step changes its weights by %.2g of their size",
             name_of(j, least, name), seen(j, rows, least, IL_DIAGNOSTIC_GRADIENT_NORM),
             seen(j, rows, j->layers, IL_DIAGNOSTIC_GRADIENT_NORM),
             cli_number(seen(j, rows, least, IL_DIAGNOSTIC_UPDATE_RATIO)));
}

static void say_seen(const struct job *j, struct answer *a)
{
    const size_t runs = il_pack_runs(j->run.it.pack);
    const il_layer_state *all;
    const size_t looks = il_pack_seen(j->run.it.pack, &all);
    char text[512];

    for (size_t k = 0; k < looks; k++) {
        a->state = all + k * j->layers * runs;
        a->epoch = k;
        if (!is_gone(j, a->state, a))
            continue;
        memcpy(text, a->text, sizeof text);
        if (k == 0)
            snprintf(a->text, sizeof a->text, "before the first step %.400s", text);
        else
            snprintf(a->text, sizeof a->text, "after epoch %zu %.400s", k, text);
        return;
    }
    say_least(j, a->state, a);
}

/* ---- the command ----------------------------------------------------------------------------- */

static il_status count_layers(struct job *j)
{
    struct again *const r = &j->run;
    il_config *config = NULL;
    const il_status st = il_sweep_config(il_folder_sweep(r->folder), r->number, &config, &r->err);

    if (st == IL_OK)
        j->layers = il_config_widths(config) - 1;
    il_config_free(config);
    return st;
}

static il_status find_answer(struct job *j, struct answer *a)
{
    const il_watch watch = { .epochs = 1 };
    struct again *const r = &j->run;
    il_broken broken;
    il_status st = count_layers(j);

    if (st == IL_OK)
        st = again_open(r);
    if (st == IL_OK && strcmp(j->status, "diverged") == 0) {
        st = il_folder_broken(r->folder, r->number, r->set, r->device, again_progress, NULL,
                              &broken, &r->err);
        if (st == IL_OK)
            say_broken(j, &broken, a);
        return st;
    }
    if (st == IL_OK)
        st = again_train(r, &watch);
    if (st == IL_OK)
        say_seen(j, a);
    return st;
}

static void print_layers(const struct job *j, const il_layer_state *rows)
{
    char name[24];

    printf("\n%slayer ", j->run.cli->bold);
    for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++)
        printf("  %*s", (int)strlen(il_diagnostic_name(i)), il_diagnostic_name(i));
    printf("%s\n", j->run.cli->plain);
    for (size_t l = 1; l <= j->layers; l++) {
        printf("%-6s", name_of(j, l, name));
        for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++) {
            const double x = seen(j, rows, l, i);
            const int width = (int)strlen(il_diagnostic_name(i));

            if (isnan(x))
                printf("  %*s", width, "-");
            else
                printf("  %*.4g", width, x);
        }
        putchar('\n');
    }
}

/* an object a layer, with the columns of the table; none where there is no table */
static json_t *layers_of(const struct job *j, const il_layer_state *rows)
{
    json_t *all = json_array();
    char name[24];

    for (size_t l = 1; rows && l <= j->layers; l++) {
        json_t *one = json_object();

        cli_json_set(&one, "layer", json_string(name_of(j, l, name)));
        cli_json_set(&one, "units", json_integer((json_int_t)units(j, l)));
        for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++)
            cli_json_set(&one, il_diagnostic_name(i), cli_json_number(seen(j, rows, l, i)));
        cli_json_add(&all, one);
    }
    return all;
}

static int print(const struct job *j, const struct answer *a)
{
    char name[24];

    if (opt_given(j->run.o, "json"))
        return cli_json(j->run.cli,
                        json_pack("{s:s, s:s, s:b, s:s, s:I, s:I, s:I, s:s, s:s, s:o}", "run",
                                  j->run.id, "status", j->status, "stuck", j->stuck, "what",
                                  a->what, "epoch", (json_int_t)a->epoch, "step",
                                  (json_int_t)a->step, "layer", (json_int_t)a->layer, "name",
                                  a->layer ? name_of(j, a->layer, name) : "", "text", a->text,
                                  "layers", layers_of(j, a->state)));
    printf("run %s: %s%s: %s\n", j->run.id, j->status, j->stuck ? ", stuck" : "", a->text);
    if (a->state)
        print_layers(j, a->state);
    return 0;
}

static int run(struct cli *cli, const struct options *o)
{
    struct job j = { .run = { .cli = cli, .o = o } };
    struct answer a = { .what = "nothing" };
    il_status st = again_find(&j.run);

    if (st == IL_OK)
        st = read_results(&j);
    if (st == IL_OK)
        st = find_answer(&j, &a);
    return again_end(&j.run, st, st == IL_OK ? print(&j, &a) : 0);
}

static const struct opt_row rows[] = { { .name = "json", .help = "print an object" },
                                       AGAIN_ROWS,
                                       { .name = "" } };

const struct command cmd_explain = {
    .name = "explain",
    .operands = "DIR RUN",
    .max_operands = 2,
    .complete = COMPLETE_FOLDER,
    .summary = "say in which layer a run of a sweep broke, or where it died",
    .text =
        "Train the pack of a run of the sweep in DIR again; RUN is its id, or the first digits. Of "
        "a run that diverged: to the step where it broke, of which the first numbers that are not "
        "finite are named. Of one that is stuck, or did well: to the end, looked at before the "
        "first step and after each epoch, as by --diag every=epoch; the first layer is named whose "
        "activations are the same for all samples, that has no gradient, or whose units are all "
        "alike. It takes the device memory that --diag does. Nothing is changed.",
    .examples = "initlab explain results 4f1a",
    .rows = rows,
    .run = run
};
