/* help.c - help on stdout: the commands, a command's options, lists of what exists, pages. */
#include "help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/output.h"
#include "initlab/config.h"
#include "initlab/sweep.h"
#include "data_paths.h"
#include "options.h"

enum { WIDTH = 80, COLUMN = 28 };

/* n bytes that have no blank, of a recipe's author perhaps */
static void put_word(const char *text, size_t n)
{
    char word[256];

    for (size_t k; n > 0; text += k, n -= k) {
        k = n < sizeof word ? n : sizeof word - 1;
        snprintf(word, sizeof word, "%.*s", (int)k, text);
        cli_put(stdout, word);
    }
}

/* Print words from column at on, wrapped before WIDTH, following lines indented; then a newline. */
static void wrap(const char *text, size_t at, size_t indent)
{
    int first = 1;

    while (*text != 0) {
        const size_t blank = strspn(text, " "), n = strcspn(text + blank, " ");

        text += blank;
        if (n == 0)
            break;
        if (!first && at + 1 + n > WIDTH) {
            printf("\n%*s", (int)indent, "");
            at = indent;
            first = 1;
        }
        fputs(first ? "" : " ", stdout);
        put_word(text, n);
        at += n + !first;
        first = 0;
        text += n;
    }
    putchar('\n');
}

/* Paragraphs, a blank line between them. */
static void paragraphs(const char *text)
{
    while (*text != 0) {
        const char *end = strstr(text, "\n\n");
        const size_t n = end ? (size_t)(end - text) : strlen(text);
        char one[2048];

        snprintf(one, sizeof one, "%.*s", (int)n, text);
        wrap(one, 0, 0);
        text += n;
        if (end) {
            putchar('\n');
            text += 2;
        }
    }
}

static void option(const struct opt_row *row)
{
    const char *optional = row->parameter && row->metavar[0] == 0 ? "[=no]" : "";
    const int list = opt_list(row);
    char head[160], text[1024];
    int n, at = 0;

    n = snprintf(head, sizeof head, row->letter ? "  -%c, --%s%s%s%s" : "  %c   --%s%s%s%s",
                 row->letter ? row->letter : ' ', row->name, optional, row->metavar[0] ? " " : "",
                 row->metavar);
    at = snprintf(text, sizeof text, "%s", row->help);
    if (list >= 0)
        at += snprintf(text + at, sizeof text - (size_t)at, " ('initlab help %s')",
                       il_list_name((il_list)list));
    if (row->value[0])
        snprintf(text + at, sizeof text - (size_t)at, " [default: %s]", row->value);
    printf("%s", head);
    if (n + 2 > COLUMN)
        printf("\n%*s", COLUMN, "");
    else
        printf("%*s", COLUMN - n, "");
    wrap(text, COLUMN, COLUMN);
}

static void option_groups(const struct cli *cli, const struct options *o)
{
    const char *group;

    for (size_t i = 0; (group = opt_group(o, i)); i++) {
        printf("\n%s%s:%s\n", cli->bold, group, cli->plain);
        for (size_t j = 0; j < o->rows; j++)
            if (!o->row[j].hidden && strcmp(o->row[j].group, group) == 0)
                option(&o->row[j]);
    }
}

/* Lines, each indented. */
static void lines(const char *text)
{
    while (*text != 0) {
        const size_t n = strcspn(text, "\n");

        fputs("  ", stdout);
        fwrite(text, 1, n, stdout);
        putchar('\n');
        text += n + (text[n] != 0);
    }
}

/* A line for each command: those of a group, or (NULL) those of none. */
static void summaries(const struct cli *cli, const struct command *of)
{
    for (size_t i = 0; command_at(cli->commands, i); i++) {
        const struct command *const c = command_at(cli->commands, i);

        if (c->hidden || (of ? !command_in(c, of) : strchr(c->name, ' ') != NULL))
            continue;
        printf("  %-12s", of ? c->name + strlen(of->name) + 1 : c->name);
        wrap(c->summary, 14, 14);
    }
}

static void group(const struct cli *cli, const struct command *command)
{
    printf("\n%sCommands:%s\n", cli->bold, cli->plain);
    summaries(cli, command);
    printf("\n'initlab help %s COMMAND' shows a command's options.\n", command->name);
}

int help_command(const struct cli *cli, const struct command *command)
{
    struct options o;

    if (options_open(&o, command) != 0)
        return cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    printf("%sUsage:%s initlab %s%s%s%s\n\n", cli->bold, cli->plain, command->name,
           command_is_group(command) ? "" : " [OPTION]...", command->operands ? " " : "",
           command->operands ? command->operands : "");
    paragraphs(command->text);
    if (command_is_group(command))
        group(cli, command);
    option_groups(cli, &o);
    if (command->examples) {
        printf("\n%sExamples:%s\n", cli->bold, cli->plain);
        lines(command->examples);
    }
    options_free(&o);
    return 0;
}

int help_overview(const struct cli *cli)
{
    printf("%sUsage:%s initlab COMMAND [OPTION]...\n\n", cli->bold, cli->plain);
    paragraphs(
        "Train neural networks on NVIDIA GPUs, or on the CPU, and compare how their weights are "
        "initialised: networks of dense layers ('initlab help layers').");
    printf("\n%sCommands:%s\n", cli->bold, cli->plain);
    summaries(cli, NULL);
    printf("\n%sLists of what exists:%s\n", cli->bold, cli->plain);
    for (int i = 0; i < IL_LISTS; i++)
        printf("  initlab help %s\n", il_list_name((il_list)i));
    for (size_t i = 0; help_page_name(i); i++)
        printf("  initlab help %s\n", help_page_name(i));
    printf("\n'initlab help COMMAND' shows a command's options.\n");
    return 0;
}

void help_topics(const struct cli *cli, char *text, size_t size)
{
    const struct command *c;
    size_t n = 0;

    for (size_t i = 0; (c = command_at(cli->commands, i)) && n < size; i++)
        if (!strchr(c->name, ' '))
            n += (size_t)snprintf(text + n, size - n, "%s ", c->name);
    for (int i = 0; i < IL_LISTS && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s ", il_list_name((il_list)i));
    for (size_t i = 0; help_page_name(i) && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", i ? " " : "", help_page_name(i));
}

/* "a, b, c" of "a|b|c" */
static void listed(const char *words, char *text, size_t size)
{
    size_t n = 0;

    for (; *words && n + 3 < size; words++) {
        if (*words == '|')
            text[n++] = ',';
        text[n++] = *words == '|' ? ' ' : *words;
    }
    text[n] = 0;
}

/* a bound, short where that is the same number: 0.99999999 is not 1 */
static void bound(double x, char text[32])
{
    snprintf(text, 32, "%g", x);
    if (strtod(text, NULL) != x)
        il_number_text(x, text);
}

void help_valid(const il_param *p, char *text, size_t size)
{
    const int numbers = p->kind == IL_PARAM_NUMBER || p->kind == IL_PARAM_NUMBER_OR_WORD;
    char words[256] = "", low[32], high[32];
    size_t n = 0;

    if (p->words)
        listed(p->words, words, sizeof words);
    if (numbers) {
        bound(p->min, low);
        bound(p->max, high);
        n = (size_t)snprintf(text, size, "%s to %s", low, high);
    }
    snprintf(text + n, size - n, "%s%s", numbers && words[0] ? ", or " : "",
             p->kind == IL_PARAM_TEXT ? "any text" : words);
}

/* The index-th word of "a|b|c" */
static void word_at(const char *words, unsigned index, char *text, size_t size)
{
    for (; index > 0 && strchr(words, '|'); index--)
        words = strchr(words, '|') + 1;
    snprintf(text, size, "%.*s", (int)strcspn(words, "|"), words);
}

int help_default(const il_param *p, char *text, size_t size)
{
    char number[32];

    if (p->required)
        return 0;
    if (p->value.kind == IL_PARAM_TEXT) {
        snprintf(text, size, "none");
    } else if (p->value.kind == IL_PARAM_WORD) {
        word_at(p->words, p->value.word, text, size);
    } else {
        il_number_text(p->value.number, number);
        snprintf(text, size, "%s", number);
    }
    return 1;
}

static void parameter(const il_param *p)
{
    char values[512], normal[64], text[1024];
    const int given = !help_default(p, normal, sizeof normal);

    help_valid(p, values, sizeof values);
    snprintf(text, sizeof text, "%s: %s [%s%s]", p->help, values,
             given ? "" : "default: ", given ? "must be given" : normal);
    printf("      %-14s", p->name);
    wrap(text, 20, 22);
}

void help_entry(const struct cli *cli, const il_entry *e)
{
    printf("  %s%s%s", cli->bold, e->name, cli->plain);
    if (e->aliases[0])
        printf(" (also %s)", e->aliases);
    printf("\n      ");
    wrap(e->formula, 6, 8);
    for (size_t k = 0; k < IL_MAX_PARAMS && e->param[k].name; k++)
        parameter(&e->param[k]);
    if (e->source[0]) {
        printf("      ");
        wrap(e->source, 6, 8);
    }
}

void help_list(const struct cli *cli, il_list list)
{
    const il_entry *e;

    printf("%s%s:%s spelled NAME, NAME:VALUE or NAME:PARAM=VALUE:...\n", cli->bold,
           il_list_name(list), cli->plain);
    for (size_t i = 0; (e = il_list_at(list, i)); i++) {
        putchar('\n');
        help_entry(cli, e);
    }
    if (list == IL_SCHEMES)
        printf("\n'initlab schemes NAME' shows what a scheme becomes for a layer, and what"
               "\nframeworks call it. n is fan_in, m fan_out, F the fan that mode names, g the"
               "\ngain; U(L) is uniform in (-L, L), N(s) normal, T(s) normal cut at two sigma.\n");
}

/* ---- pages ----------------------------------------------------------------------------------- */

static il_status layers(const struct cli *cli)
{
    printf("%slayers:%s --layers in,256,out\n\n", cli->bold, cli->plain);
    paragraphs(
        "Networks are dense layers, one behind the other: each multiplies by its weights, adds its "
        "bias, and applies an activation, that of --activation in the hidden layers ('initlab help "
        "activations') and that of --output, softmax by default, in the last. --loss is what the "
        "outputs are trained for ('initlab help losses'). Convolutions, pooling, residual sums, "
        "normalisation, dropout, recurrence and attention are not there yet.\n\n"
        "WIDTHS are numbers of units, inputs first, with commas or dashes between them; 256x3 is "
        "256,256,256. in and out are the dataset's pixels and classes. A layer's weights are named "
        "by where they lead: h1, h2, ... and out, as in --init 'h*=he_normal,out=zeros'.");
    fputs("\n  784,256,10         one hidden layer of 256 units\n"
          "  in,256x3,out       three of them, for any dataset\n"
          "  in,out             none: softmax regression\n",
          stdout);
    return IL_OK;
}

static void named_file(const struct cli *cli, const char *name, const char *about)
{
    printf("\n  %s", cli->bold);
    cli_put(stdout, name);
    printf("%s\n      ", cli->plain);
    wrap(about[0] ? about : "(no description)", 6, 6);
}

static il_status recipes(const struct cli *cli)
{
    char **names = data_names(DATA_RECIPES);
    il_status st = names ? IL_OK : IL_E_MEMORY;

    printf("%srecipes:%s 'initlab train --recipe NAME'\n", cli->bold, cli->plain);
    for (size_t i = 0; st == IL_OK && names[i]; i++) {
        char path[4096], text[1024] = "";

        if (data_path_of(DATA_RECIPES, names[i], path, sizeof path))
            st = il_config_describe(path, text, sizeof text, NULL);
        st = st == IL_E_MEMORY ? st : IL_OK; /* one that is wrong has no description */
        named_file(cli, names[i], text);
    }
    data_names_free(names);
    return st;
}

static il_status sweeps(const struct cli *cli)
{
    char **names = data_names(DATA_SWEEPS);
    il_status st = names ? IL_OK : IL_E_MEMORY;

    printf("%ssweeps:%s 'initlab sweep plan NAME', 'initlab sweep run NAME --out DIR'\n", cli->bold,
           cli->plain);
    for (size_t i = 0; st == IL_OK && names[i]; i++) {
        char path[4096];
        il_sweep *s = NULL;

        if (data_path_of(DATA_SWEEPS, names[i], path, sizeof path))
            st = il_sweep_load(&s, path, NULL);
        st = st == IL_E_MEMORY ? st : IL_OK;
        named_file(cli, names[i], s ? il_sweep_description(s) : "");
        il_sweep_free(s);
    }
    data_names_free(names);
    return st;
}

static const struct {
    const char *name;
    il_status (*show)(const struct cli *cli);
} pages[] = { { "layers", layers }, { "recipes", recipes }, { "sweeps", sweeps } };

const char *help_page_name(size_t index)
{
    return index < sizeof pages / sizeof *pages ? pages[index].name : NULL;
}

int help_page(const struct cli *cli, size_t index)
{
    const il_status st = pages[index].show(cli);

    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", il_status_text(st));
}
