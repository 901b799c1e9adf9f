/* cmd_inspect.c - initlab inspect: what a network does to a signal before any training. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/messages.h"
#include "common/outputs.h"
#include "train/network.h"
#include "train/signal_figure.h"
#include "train/weights_figure.h"

/* What --plot draws: X(kind, "what that is"). The first is the default. */
#define FIGURES(FIRST, X)                                                                          \
    FIRST(signal, "q, the gradients' variance and |c - c*| over the layers")                       \
    X(spectrum, "the singular values of weights, by layer")                                        \
    X(histogram, "weights, by layer")                                                              \
    X(activations, "what leaves hidden units, by layer")

#define FIRST_WORD(kind, what) #kind
#define NEXT_WORD(kind, what)  "|" #kind
#define FIRST_HELP(kind, what) #kind ", " what
#define NEXT_HELP(kind, what)  "; " #kind ", " what

/* Jacobians are averaged over so many samples at most: each costs a pass per class. */
enum { JACOBIANS = 16 };

/* What was found of one scheme. */
struct inspect {
    char *init;
    size_t layers;
    il_signal *layer;  /* [layers] */
    double **singular; /* [layers + 1]: of each layer's weights, then of the Jacobian */
    size_t *count;     /* [layers + 1]: how many of each */
    struct weights_curve curve[WEIGHTS_PANELS]; /* where the figure is of weights */
};

struct job {
    struct network net;
    struct figure figure;
    int of_weights; /* the figure is of weights, and of this kind */
    enum weights_kind kind;
    size_t samples, schemes;
    struct inspect *scheme; /* [schemes] */
};

/* ---- measuring ------------------------------------------------------------------------------- */

static il_status measure(struct network *n, size_t samples, struct inspect *t)
{
    const size_t jacobians = samples < JACOBIANS ? samples : JACOBIANS;
    size_t first = 0, in = 0, out = 0;
    il_status st;

    t->layers = il_pack_layers(n->pack);
    t->layer = calloc(t->layers, sizeof *t->layer);
    t->singular = calloc(t->layers + 1, sizeof *t->singular);
    t->count = calloc(t->layers + 1, sizeof *t->count);
    if (!t->layer || !t->singular || !t->count)
        return cli_no_memory(&n->err);
    st = il_inspect(n->pack, 0, t->layer, &n->err);
    for (size_t l = 0; l <= t->layers && st == IL_OK; l++) {
        il_pack_shape(n->pack, l < t->layers ? l : t->layers - 1, &in, &out);
        first = l == 0 ? in : first;
        in = l < t->layers ? in : first;
        t->count[l] = in < out ? in : out;
        t->singular[l] = calloc(t->count[l], sizeof **t->singular);
        if (!t->singular[l])
            return cli_no_memory(&n->err);
        st = l < t->layers ? il_inspect_weights(n->pack, 0, l, t->singular[l], &n->err)
                           : il_inspect_jacobian(n->pack, 0, jacobians, t->singular[l], &n->err);
    }
    return st;
}

static il_status measure_weights(const struct job *j, struct inspect *t, il_error *err)
{
    size_t at[WEIGHTS_PANELS], panels = weights_layers(j->kind, t->layers, at);
    il_status st = IL_OK;

    if (panels == 0)
        return cli_error(err, IL_E_USAGE, "--figure activations: the network has no hidden layer");
    for (size_t p = 0; p < panels && st == IL_OK; p++) {
        const size_t l = at[p];
        const struct weights_layer layer = { j->net.pack,    l,          j->samples, &t->layer[l],
                                             t->singular[l], t->count[l] };

        st = weights_curve(&t->curve[p], j->kind, &layer, err);
    }
    return st;
}

/* ---- the table ------------------------------------------------------------------------------- */

static void cell(double x, int width)
{
    if (isnan(x))
        printf(" %*s", width, "-");
    else
        printf(" %*.*g", width, width < 9 ? 3 : 4, x);
}

static void forward_table(const struct cli *cli, const struct inspect *t)
{
    printf("%slayer  units distinct    z mean     z var         q    theory        c    a mean"
           "     a var     sat    zero    dead%s\n",
           cli->bold, cli->plain);
    for (size_t l = 0; l < t->layers; l++) {
        const il_signal *const s = &t->layer[l];

        printf("%5zu %6zu %8zu", l + 1, s->fan_out, s->distinct);
        cell(s->z_mean, 9);
        cell(s->z_variance, 9);
        cell(s->q, 9);
        cell(s->theory.q, 9);
        cell(s->c, 8);
        cell(s->a_mean, 9);
        cell(s->a_variance, 9);
        cell(s->saturated, 7);
        cell(s->zero, 7);
        cell(s->dead, 7);
        putchar('\n');
    }
}

static size_t rank_of(const struct inspect *t, size_t l)
{
    size_t rank = 0;

    for (size_t k = 0; k < t->count[l]; k++)
        rank += t->singular[l][k] > 0;
    return rank;
}

static void backward_table(const struct cli *cli, const struct inspect *t)
{
    printf(
        "\n%slayer  gradient var      chi1    theory   xi_grad        q*    slope       c*     xi_c"
        "   sigma max   sigma min  rank%s\n",
        cli->bold, cli->plain);
    for (size_t l = 0; l < t->layers; l++) {
        const il_signal *const s = &t->layer[l];

        printf("%5zu", l + 1);
        cell(s->gradient_variance, 13);
        cell(s->chi1, 9);
        cell(s->theory.chi1, 9);
        cell(s->theory.xi_grad, 9);
        cell(s->theory.q_star, 9);
        cell(s->theory.slope, 8);
        cell(s->theory.c_star, 8);
        cell(s->theory.xi_c, 8);
        cell(t->singular[l][0], 11);
        cell(t->singular[l][t->count[l] - 1], 11);
        printf(" %5zu\n", rank_of(t, l));
    }
}

/* Are the notes of these layers the same, but for what float weights make of one law? */
static int same_note(const il_signal *a, const il_signal *b)
{
    return fabs(a->theory.unstable_q / b->theory.unstable_q - 1) < 1e-4 &&
           (a->theory.q_star == b->theory.q_star ||
            fabs(a->theory.q_star / b->theory.q_star - 1) < 1e-4);
}

/* one line for each span of layers whose q has an unstable fixed point behind it */
static void unstable_lines(const struct inspect *t)
{
    int any = 0;

    for (size_t l = 0, next; l < t->layers; l = next) {
        const il_signal *const s = &t->layer[l];

        for (next = l + 1; next < t->layers && same_note(s, &t->layer[next]);)
            next++;
        if (isnan(s->theory.unstable_q))
            continue;
        printf("%slayer%s %zu", any++ ? "" : "\n", next > l + 1 ? "s" : "", l + 1);
        if (next > l + 1)
            printf(" to %zu", next);
        printf(": q = %.4g is a fixed point of slope %.4g, unstable: q leaves this point",
               s->theory.unstable_q, s->theory.unstable_slope);
        if (s->theory.q_star != s->theory.unstable_q)
            printf(", to %.4g", s->theory.q_star);
        putchar('\n');
    }
}

static void jacobian_line(const struct inspect *t)
{
    const double *const s = t->singular[t->layers];

    printf("\nJacobian of logits by inputs:");
    for (size_t k = 0; k < t->count[t->layers] && k < 10; k++)
        printf(" %.4g", s[k]);
    printf("%s\n", t->count[t->layers] > 10 ? " ..." : "");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *numbers(const double *x, size_t n)
{
    json_t *all = json_array();

    for (size_t i = 0; i < n; i++)
        cli_json_add(&all, cli_json_number(x[i]));
    return all;
}

/* every number of a layer under its name, once */
static json_t *layer_object(const struct inspect *t, size_t l)
{
    const il_signal *const s = &t->layer[l];
    const struct {
        const char *name;
        double value;
    } all[] = { { "z_mean", s->z_mean },
                { "z_variance", s->z_variance },
                { "q", s->q },
                { "c", s->c },
                { "a_mean", s->a_mean },
                { "a_variance", s->a_variance },
                { "saturated", s->saturated },
                { "zero", s->zero },
                { "dead", s->dead },
                { "gradient_mean", s->gradient_mean },
                { "gradient_variance", s->gradient_variance },
                { "chi1", s->chi1 },
                { "theory_q", s->theory.q },
                { "theory_q_star", s->theory.q_star },
                { "theory_slope", s->theory.slope },
                { "theory_unstable_q", s->theory.unstable_q },
                { "theory_unstable_slope", s->theory.unstable_slope },
                { "theory_chi1", s->theory.chi1 },
                { "theory_xi_grad", s->theory.xi_grad },
                { "theory_c_star", s->theory.c_star },
                { "theory_xi_c", s->theory.xi_c } };
    json_t *o = json_pack("{s:I, s:I, s:I, s:I}", "layer", (json_int_t)l + 1, "fan_in",
                          (json_int_t)s->fan_in, "fan_out", (json_int_t)s->fan_out, "distinct",
                          (json_int_t)s->distinct);

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cli_json_set(&o, all[i].name, cli_json_number(all[i].value));
    cli_json_set(&o, "rank", json_integer((json_int_t)rank_of(t, l)));
    cli_json_set(&o, "singular_values", numbers(t->singular[l], t->count[l]));
    return o;
}

static json_t *object(const struct job *j, const struct inspect *t)
{
    json_t *layers = json_array();

    for (size_t l = 0; l < t->layers; l++)
        cli_json_add(&layers, layer_object(t, l));
    return json_pack("{s:I, s:s, s:s, s:o, s:o}", "samples", (json_int_t)j->samples, "init",
                     t->init, "activation", il_config_get(j->net.config, "activation"), "layers",
                     layers, "jacobian_singular_values",
                     numbers(t->singular[t->layers], t->count[t->layers]));
}

/* ---- the command ----------------------------------------------------------------------------- */

/* Not more samples than there are: fewer than was asked for are an error, than the default a word. */
static il_status fit_samples(const struct cli *cli, struct job *j)
{
    struct network *const n = &j->net;
    const size_t count = il_dataset_train(n->set).count;
    const size_t held_out = strtoul(il_config_get(n->config, "validation"), NULL, 10);
    const size_t most = held_out < count ? count - held_out : count;
    char text[32];

    if (j->samples > most && opt_given(n->o, "samples"))
        return cli_error(&n->err, IL_E_USAGE,
                         "--samples: %zu are more than the training images, "
                         "which are %zu",
                         j->samples, most);
    if (j->samples > most) {
        cli_say(cli, "--samples: there are fewer training images than %zu: all %zu are looked at",
                j->samples, most);
        j->samples = most;
    }
    snprintf(text, sizeof text, "%zu", j->samples);
    return il_config_set(n->config, "batch", text, &n->err);
}

static il_status open(const struct cli *cli, struct job *j)
{
    struct network *const n = &j->net;
    const char *const samples = opt_get(n->o, "samples"), *const figure = opt_get(n->o, "figure");
    char *end;
    il_status st;

    j->samples = strtoul(samples, &end, 10);
    if (samples[0] < '0' || samples[0] > '9' || *end || j->samples < 1 || j->samples > 1 << 20)
        return cli_error(&n->err, IL_E_USAGE,
                         "--samples: '%s' is not a whole number from 1 to 1048576", samples);
    if (opt_given(n->o, "figure") && !opt_given(n->o, "plot") && !opt_given(n->o, "term"))
        return cli_error(&n->err, IL_E_USAGE, "--figure %s: --plot says where it goes, or --term",
                         figure);
    if (opt_given(n->o, "term") && opt_given(n->o, "json"))
        return cli_error(&n->err, IL_E_USAGE, "--term is beside the tables, not --json");
    j->of_weights =
        (opt_given(n->o, "plot") || opt_given(n->o, "term")) && strcmp(figure, "signal") != 0;
    j->kind = strcmp(figure, "spectrum") == 0    ? WEIGHTS_SPECTRUM
              : strcmp(figure, "histogram") == 0 ? WEIGHTS_HISTOGRAM
                                                 : WEIGHTS_ACTIVATIONS;
    if ((st = network_configure(n)) != IL_OK ||
        (st = figure_check(n->o, "plot", &n->err)) != IL_OK || (st = network_dataset(n)) != IL_OK)
        return st;
    if ((st = fit_samples(cli, j)) != IL_OK)
        return st;
    return network_device(n);
}

/* --init as it was given for the i-th time; 0: there is none */
static int init_given(const struct options *o, size_t i, struct opt_row *init)
{
    for (size_t k = 0; k < o->onces; k++)
        if (o->once[k].row->parameter && strcmp(o->once[k].row->parameter, "init") == 0 &&
            i-- == 0) {
            *init = *o->once[k].row;
            init->given = o->once[k].value;
            return 1;
        }
    return 0;
}

static il_status measure_scheme(const struct cli *cli, struct job *j, size_t i)
{
    struct network *const n = &j->net;
    struct inspect *const t = &j->scheme[i];
    struct opt_row init;
    il_status st = init_given(n->o, i, &init) ? network_set(n, &init) : IL_OK;

    if (st != IL_OK)
        return st;
    t->init = strdup(il_config_get(n->config, "init"));
    if (!t->init)
        return cli_no_memory(&n->err);
    st = network_pack(n, &(il_watch){ 0 });
    if (st == IL_OK)
        st = measure(n, j->samples, t);
    if (st == IL_OK && j->of_weights)
        st = measure_weights(j, t, &n->err);
    if (st == IL_OK)
        network_say_unfitted(cli, n);
    il_pack_close(n->pack);
    n->pack = NULL;
    return st;
}

static il_status measure_all(const struct cli *cli, struct job *j)
{
    struct opt_row init;
    il_status st = IL_OK;

    while (init_given(j->net.o, j->schemes, &init))
        j->schemes++;
    j->schemes += j->schemes == 0;
    j->scheme = calloc(j->schemes, sizeof *j->scheme);
    if (!j->scheme)
        return cli_no_memory(&j->net.err);
    for (size_t i = 0; i < j->schemes && st == IL_OK; i++)
        st = measure_scheme(cli, j, i);
    return st;
}

static il_status plot_weights(struct job *j, const struct figure *to)
{
    struct scheme_weights *const all = calloc(j->schemes, sizeof *all);
    il_status st;

    if (!all)
        return cli_no_memory(&j->net.err);
    for (size_t i = 0; i < j->schemes; i++)
        all[i] = (struct scheme_weights){ j->scheme[i].init, j->scheme[i].curve };
    st = weights_figure(to, j->kind, all, j->schemes, j->scheme->layers, j->samples, &j->net.err);
    free(all);
    return st;
}

static il_status plot_signal(struct job *j, const struct figure *to)
{
    struct scheme_signal *const all = calloc(j->schemes, sizeof *all);
    il_status st;

    if (!all)
        return cli_no_memory(&j->net.err);
    for (size_t i = 0; i < j->schemes; i++)
        all[i] = (struct scheme_signal){ j->scheme[i].init, j->scheme[i].layer };
    st = signal_figure(to, all, j->schemes, j->scheme->layers,
                       il_config_get(j->net.config, "activation"), j->samples, &j->net.err);
    free(all);
    return st;
}

static il_status plot(struct job *j, const struct figure *to)
{
    return j->of_weights ? plot_weights(j, to) : plot_signal(j, to);
}

static void tables(const struct cli *cli, const struct job *j)
{
    for (size_t i = 0; i < j->schemes; i++) {
        const struct inspect *const t = &j->scheme[i];

        if (j->schemes > 1) {
            printf("%s%s", i ? "\n" : "", cli->bold);
            cli_put(stdout, t->init);
            printf("%s\n", cli->plain);
        }
        forward_table(cli, t);
        backward_table(cli, t);
        unstable_lines(t);
        jacobian_line(t);
    }
}

/* an object; of several schemes an array of them */
static json_t *objects(const struct job *j)
{
    json_t *all;

    if (j->schemes == 1)
        return object(j, j->scheme);
    all = json_array();
    for (size_t i = 0; i < j->schemes; i++)
        cli_json_add(&all, object(j, &j->scheme[i]));
    return all;
}

static void inspect_free(struct inspect *t)
{
    for (size_t l = 0; t->singular && l <= t->layers; l++)
        free(t->singular[l]);
    for (size_t p = 0; p < WEIGHTS_PANELS; p++)
        weights_curve_free(&t->curve[p]);
    free(t->singular);
    free(t->count);
    free(t->layer);
    free(t->init);
}

static int run(struct cli *cli, const struct options *o)
{
    struct job j = { .net = { .o = o } };
    il_status st;
    int code = 0;

    if ((st = open(cli, &j)) != IL_OK ||
        (st = figure_open(&j.figure, opt_get(o, "plot"), &j.net.err)) != IL_OK ||
        (st = measure_all(cli, &j)) != IL_OK || (st = plot(&j, &j.figure)) != IL_OK)
        code = cli_fail(cli, st, "%s", j.net.err.text);
    else if (opt_given(o, "json"))
        code = cli_json(cli, objects(&j));
    else
        tables(cli, &j);
    if (st == IL_OK && opt_given(o, "term")) {
        const struct figure shown = figure_on_terminal(cli);

        putchar('\n');
        if ((st = plot(&j, &shown)) != IL_OK)
            code = cli_fail(cli, st, "%s", j.net.err.text);
    }
    for (size_t i = 0; j.scheme && i < j.schemes; i++)
        inspect_free(&j.scheme[i]);
    free(j.scheme);
    network_close(&j.net);
    return code;
}

static const struct opt_row rows[] = {
    { .name = "samples",
      .metavar = "N",
      .value = "256",
      .help = "training images to look at, the first in file order; takes the place of --batch" },
    { .name = "plot",
      .metavar = "FILE.svg",
      .complete = COMPLETE_FILE,
      .help =
          "draw a figure of every --init that is given, beside what the theory expects, .svg, .png "
          "or .pdf; - is SVG to standard output, and the tables go to standard error" },
    TERM_ROW(NULL),
    { .name = "figure",
      .metavar = "KIND",
      .value = "signal",
      .words = FIGURES(FIRST_WORD, NEXT_WORD),
      .help = "what --plot draws: " FIGURES(FIRST_HELP, NEXT_HELP) },
    { .name = "json",
      .help = "print an object with every number, all singular values too; of several --init an "
              "array" },
    { .name = "recipe",
      .metavar = "NAME|FILE",
      .complete = COMPLETE_RECIPE,
      .help = "start from a recipe, - is standard input; other options go over it" },
    { .name = "data",
      .metavar = "DIR",
      .complete = COMPLETE_FOLDER,
      .help = "folder of a dataset; without it the bundled MNIST" },
    { .name = "device",
      .metavar = "DEVICE",
      .value = "auto",
      .help = "where to compute: cpu, cuda, cuda:N, or auto" },
    { .name = "" }
};

const struct command cmd_inspect = {
    .name = "inspect",
    .summary = "show what a network does to a signal before any training",
    .text =
        "For each layer of the drawn network, on some training images: how many units differ; mean "
        "and variance of the pre-activations z and of the activations a; q, the mean of z^2, "
        "beside "
        "what mean-field theory expects; c, the mean cosine between two images; the shares of "
        "saturated (|f'| < 0.02) and zero activations, and of dead units.\n\n"
        "Then, backwards: the variance of the gradient at z; chi1, by which a small difference "
        "grows in the next layer, beside the theory's. That is of many layers like this one: "
        "xi_grad = 1 / |log chi1|, in so many the gradients grow or shrink by e; q*, where q goes "
        "from what it is here, and its slope dq'/dq there; c*, the cosine that two images come to, "
        "and xi_c, in so many layers they come nearer to it by e. Where q has left a fixed point "
        "of a slope above 1, a line says so. At last the largest and smallest singular value of "
        "the weights and their rank; the singular values of the Jacobian of logits by inputs, "
        "means over at most 16 images.\n\n"
        "--init may be given several times: schemes are shown one after the other, and in one "
        "figure. --figure spectrum draws the singular values of weights, sorted, beside the law of "
        "wide "
        "layers: Marchenko and Pastur's for independent weights, the gain alone for orthogonal "
        "ones; "
        "--figure histogram the weights, beside the density that they were drawn from; --figure "
        "activations what leaves the "
        "hidden layers, beside f(z) of a normal z of theory's variance. Of more than three layers "
        "the first, one in the middle and the last are drawn.",
    .examples =
        "initlab inspect --layers in,256,256,256,out --init he_normal\n"
        "initlab inspect --layers in,256x50,out --init edge_of_chaos:q=0.25 --activation "
        "tanh --plot signal.svg\n"
        "initlab inspect --layers in,256x30,out --activation tanh --init glorot_normal --init "
        "orthogonal --plot signal.svg\n"
        "initlab inspect --layers in,256x3,out --init he_normal --init orthogonal --plot "
        "spectrum.svg --figure spectrum\n"
        "initlab inspect --layers in,64,out --init ones --json",
    .rows = rows,
    .parameters = PARAMETERS_INITS,
    .run = run
};
