/* cmd_schemes.c - initlab schemes: what there is, and what each becomes for a layer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/initlab.h"
#include "common/help.h"
#include "common/messages.h"
#include "common/options.h"

/* an option's number, at least 1; 0 after a line on stderr */
static size_t count(const struct cli *cli, const struct options *o, const char *name)
{
    const char *const text = opt_get(o, name);
    char *end;
    const unsigned long long n = strtoull(text, &end, 10);

    if (*text >= '0' && *text <= '9' && !*end && n >= 1 && n <= 1 << 24)
        return (size_t)n;
    cli_fail(cli, IL_E_USAGE,
             "--%s: '%s' is not a whole number from 1 to %d (see 'initlab help schemes')", name,
             text, 1 << 24);
    return 0;
}

/* "in (-0.07, 0.07)", "0", or nothing where the law has no end */
static void range(const il_tensor_law *law, char *text, size_t size)
{
    if (law->low == law->high)
        snprintf(text, size, "%.7g", law->low);
    else if (isinf(law->low))
        text[0] = 0;
    else
        snprintf(text, size, "%.7g to %.7g", law->low, law->high);
}

static void law_line(const char *what, const il_tensor_law *law)
{
    char ends[64];

    range(law, ends, sizeof ends);
    printf("      %-8s %s", what, law->name);
    if (law->low != law->high && !isnan(law->std))
        printf(", mean %.7g, std %.7g", law->mean, law->std);
    if (ends[0])
        printf("%s %s", law->low == law->high ? "" : ",", ends);
    if (law->rate != 1)
        printf(", learning rate times %.7g", law->rate);
    putchar('\n');
}

/* a slope above this makes a fixed point unstable; nearer to 1, floats do not tell */
static int is_unstable(const il_tensor_law *law) { return law->slope > 1 + 1e-6; }

static void keeps_line(const il_tensor_law *law)
{
    if (isnan(law->keeps))
        return;
    printf("      %-8s %.7g from layer to layer, slope dq'/dq %.4g", "keeps q", law->keeps,
           law->slope);
    puts(is_unstable(law) ? ", unstable: q leaves this point; q=stable asks for one that it keeps"
                          : "");
}

static void framework_names(const il_entry *e)
{
    const char *name, *ours;
    int any = 0;

    for (size_t i = 0; (name = il_scheme_alias(i, &ours)); i++)
        if (il_list_find(IL_SCHEMES, ours) == e) {
            printf("%s%s", any++ ? "" : "      in frameworks:\n", "");
            printf("        %-30s = %s\n", name, ours);
        }
}

/* A scheme's bare name asks what it is, though it may have no law here; with values, what it becomes. */
static int asks_law(const char *text)
{
    return strchr(text, ':') || !il_list_find(IL_SCHEMES, text);
}

/* in place of a law */
static const char *no_law(const il_entry *e, const il_error *why)
{
    return e->traits & IL_READS_FILE ? "what the file has" : why->text;
}

static int one(const struct cli *cli, const char *text, const il_place *at)
{
    const il_entry *const e = il_list_find(IL_SCHEMES, text);
    il_tensor_law weights, bias;
    il_error err = { .text = "" };
    const il_status st = il_scheme_law(text, at, &weights, &bias, &err);

    if (st != IL_OK && asks_law(text))
        return cli_fail(cli, err.status, "%s", err.text);
    help_entry(cli, e);
    printf("      for layer %u of %u, %zu -> %zu, activation %s:\n", at->layer + 1, at->layers,
           at->fan_in, at->fan_out, at->activation);
    if (st == IL_OK) {
        law_line("weights", &weights);
        law_line("bias", &bias);
        keeps_line(&weights);
    } else {
        printf("      %-8s %s\n", "weights", no_law(e, &err));
    }
    framework_names(e);
    return 0;
}

static void all(const struct cli *cli, const il_place *at)
{
    const il_entry *e;

    printf("%s%-20s %-18s %-13s range%s   (weights of %zu -> %zu, activation %s)\n", cli->bold,
           "scheme", "law", "std", cli->plain, at->fan_in, at->fan_out, at->activation);
    for (size_t i = 0; (e = il_list_at(IL_SCHEMES, i)); i++) {
        il_error err = { .text = "" };
        il_tensor_law w;
        char ends[64];

        if (il_scheme_law(e->name, at, &w, NULL, &err) != IL_OK) {
            printf("%-20s (%s)\n", e->name, no_law(e, &err));
            continue;
        }
        range(&w, ends, sizeof ends);
        if (w.low == w.high)
            printf("%-20s %-18s %-13s %s\n", e->name, w.name, "0", ends);
        else
            printf("%-20s %-18s %-13.7g %s%s\n", e->name, w.name, w.std, ends,
                   is_unstable(&w) ? "unstable: q leaves this point" : "");
    }
}

static json_t *law_object(const il_tensor_law *law)
{
    json_t *o = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "law", law->name, "mean",
                          cli_json_number(law->mean), "std", cli_json_number(law->std), "low",
                          cli_json_number(law->low), "high", cli_json_number(law->high), "rate",
                          cli_json_number(law->rate));

    if (o && !isnan(law->keeps)) {
        cli_json_set(&o, "keeps_q", cli_json_number(law->keeps));
        cli_json_set(&o, "slope", cli_json_number(law->slope));
        cli_json_set(&o, "unstable", json_boolean(is_unstable(law)));
    }
    return o;
}

static json_t *parameters(const il_entry *e)
{
    json_t *all = json_array();

    for (size_t i = 0; i < IL_MAX_PARAMS && e->param[i].name; i++) {
        const il_param *const p = &e->param[i];
        char valid[512], normal[64];
        const int given = !help_default(p, normal, sizeof normal);

        help_valid(p, valid, sizeof valid);
        cli_json_add(&all, json_pack("{s:s, s:s, s:s, s:s?}", "name", p->name, "help", p->help,
                                     "valid", valid, "default", given ? NULL : normal));
    }
    return all;
}

static json_t *in_frameworks(const il_entry *e)
{
    const char *name, *ours;
    json_t *all = json_object();

    for (size_t i = 0; (name = il_scheme_alias(i, &ours)); i++)
        if (il_list_find(IL_SCHEMES, ours) == e)
            cli_json_set(&all, name, json_string(ours));
    return all;
}

/* NULL out of memory; a scheme that is not for this place has no weights and no bias */
static json_t *object(const char *text, const il_place *at)
{
    const il_entry *const e = il_list_find(IL_SCHEMES, text);
    il_tensor_law weights, bias;
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "scheme", text, "name", e->name,
                          "aliases", e->aliases, "formula", e->formula, "source", e->source,
                          "parameters", parameters(e), "frameworks", in_frameworks(e));

    if (o && il_scheme_law(text, at, &weights, &bias, NULL) == IL_OK) {
        cli_json_set(&o, "weights", law_object(&weights));
        cli_json_set(&o, "bias", law_object(&bias));
    }
    return o;
}

static int in_json(const struct cli *cli, const char *text, const il_place *at)
{
    json_t *list = json_array();
    const il_entry *e;

    if (text) {
        il_error err = { .text = "" };

        json_decref(list);
        if (il_scheme_law(text, at, NULL, NULL, &err) != IL_OK && asks_law(text))
            return cli_fail(cli, err.status, "%s", err.text);
        return cli_json(cli, object(text, at));
    }
    for (size_t i = 0; list && (e = il_list_at(IL_SCHEMES, i)); i++)
        cli_json_add(&list, object(e->name, at));
    return cli_json(cli, list);
}

static int run(struct cli *cli, const struct options *o)
{
    const char *const text = o->operands ? o->operand[0] : NULL;
    il_place at = { .fan_in = count(cli, o, "fan-in"),
                    .activation = opt_get(o, "activation"),
                    .optimizer = opt_get(o, "optimizer") };
    size_t layer, layers;

    if (at.fan_in == 0 || (at.fan_out = count(cli, o, "fan-out")) == 0 ||
        (layer = count(cli, o, "layer")) == 0 || (layers = count(cli, o, "of")) == 0)
        return il_status_exit(IL_E_USAGE);
    at.layer = (unsigned)layer - 1;
    at.layers = (unsigned)layers;
    if (!il_list_find(IL_ACTIVATIONS, at.activation) ||
        !il_list_find(IL_OPTIMIZERS, at.optimizer) || layer > layers) {
        il_error err = { .text = "" };

        il_scheme_law("zeros", &at, NULL, NULL, &err);
        return cli_fail(cli, IL_E_USAGE, "%s", err.text);
    }
    if (opt_given(o, "json"))
        return in_json(cli, text, &at);
    if (text)
        return one(cli, text, &at);
    all(cli, &at);
    return 0;
}

static const struct opt_row rows[] = {
    { .name = "fan-in", .metavar = "N", .value = "784", .help = "inputs of the layer" },
    { .name = "fan-out", .metavar = "N", .value = "256", .help = "its units" },
    { .name = "layer", .metavar = "N", .value = "1", .help = "which layer it is, from 1" },
    { .name = "of", .metavar = "N", .value = "1", .help = "of how many layers" },
    { .name = "activation",
      .metavar = "ACTIVATION",
      .value = "relu",
      .help = "of the hidden layers: for gain=auto and schemes that look at it" },
    { .name = "optimizer",
      .metavar = "OPTIMIZER",
      .value = "sgd",
      .help = "for schemes that scale learning rates" },
    { .name = "json", .help = "print JSON: an object, or an array of all" },
    { .name = "" }
};

const struct command cmd_schemes = {
    .name = "schemes",
    .operands = "[SCHEME]",
    .max_operands = 1,
    .summary = "list the initialisation schemes, or show what one becomes for a layer",
    .text = "Without a scheme, print each with its law for a layer. With one, spelled as in --init "
            "and by our name or a framework's, print formula, source, parameters, the law of "
            "weights and bias as numbers, and what frameworks call it.",
    .examples = "initlab schemes\n"
                "initlab schemes he_normal:gain=auto --activation gelu --fan-in 512 --fan-out 512\n"
                "initlab schemes torch.kaiming_uniform_",
    .rows = rows,
    .run = run
};
