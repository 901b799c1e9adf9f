/* options.c - build a command's table of options, and fill it from the command line. */
#include "options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/config.h"
#include "initlab/tables.h"
#include "messages.h"

static const struct opt_row common[] = {
    { .name = "color",
      .metavar = "WHEN",
      .value = "auto",
      .words = "auto|always|never",
      .help = "use colour: auto (on a terminal, where NO_COLOR is not set), always or never" },
    { .name = "help", .letter = 'h', .help = "show this help and exit" },
};

/* A run's parameter as an option: data_seed becomes --data-seed. */
static void from_parameter(struct opt_row *row, const il_parameter *p, int again)
{
    memset(row, 0, sizeof *row);
    for (size_t i = 0; p->name[i] != 0 && i + 1 < sizeof row->name; i++)
        row->name[i] = p->name[i] == '_' ? '-' : p->name[i];
    row->metavar = p->metavar;
    row->value = p->value;
    row->help = p->help;
    row->group = p->group;
    row->parameter = p->name;
    row->again =
        again == PARAMETERS_LISTS || (again == PARAMETERS_INITS && strcmp(p->name, "init") == 0);
}

int options_open(struct options *o, const struct command *command)
{
    size_t n = 0;

    memset(o, 0, sizeof *o);
    o->command = command;
    o->rows = sizeof common / sizeof *common;
    for (const struct opt_row *r = command->rows; r->name[0] != 0; r++)
        o->rows++;
    for (size_t i = 0; command->parameters && il_parameter_at(i); i++)
        o->rows++;
    o->row = calloc(o->rows + 1, sizeof *o->row);
    if (!o->row)
        return -1;
    for (const struct opt_row *r = command->rows; r->name[0] != 0; r++)
        o->row[n++] = *r;
    for (size_t i = 0; command->parameters && il_parameter_at(i); i++)
        from_parameter(&o->row[n++], il_parameter_at(i), (int)command->parameters);
    memcpy(o->row + n, common, sizeof common);
    for (struct opt_row *r = o->row; r < o->row + o->rows; r++) {
        r->metavar = r->metavar ? r->metavar : "";
        r->value = r->value ? r->value : "";
        r->group = r->group ? r->group : OPT_GENERAL;
    }
    return 0;
}

void options_free(struct options *o)
{
    free(o->row);
    free(o->once);
    o->row = NULL;
    o->once = NULL;
}

static const struct opt_row *named(const struct options *o, const char *name)
{
    for (size_t i = 0; i < o->rows; i++)
        if (strcmp(o->row[i].name, name) == 0)
            return &o->row[i];
    return NULL;
}

const char *opt_get(const struct options *o, const char *name)
{
    const struct opt_row *row = named(o, name);

    return row == NULL ? "" : row->given ? row->given : row->value;
}

int opt_given(const struct options *o, const char *name)
{
    const struct opt_row *row = named(o, name);

    return row != NULL && row->given != NULL;
}

/* Is text one of the words "a|b|c"? */
static int is_word(const char *words, const char *text)
{
    const size_t n = strlen(text);

    for (const char *w = words; w; w = strchr(w, '|') ? strchr(w, '|') + 1 : NULL)
        if (strncmp(w, text, n) == 0 && (w[n] == '|' || w[n] == 0))
            return 1;
    return 0;
}

/* Is word, in capitals, this list's name or its singular? */
static int names_list(const char *word, const char *list)
{
    const size_t n = strlen(word);

    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)word[i]) != list[i])
            return 0;
    return list[n] == 0 || strcmp(list + n, "s") == 0 || strcmp(list + n, "es") == 0;
}

/* A parameter whose metavar names a list takes that list's rows. */
int opt_list(const struct opt_row *row)
{
    if (row->parameter && row->metavar[0] != 0)
        for (int list = 0; list < IL_LISTS; list++)
            if (names_list(row->metavar, il_list_name((il_list)list)))
                return list;
    return -1;
}

void opt_spaced(const char *words, char *text, size_t size)
{
    snprintf(text, size, "%s", words ? words : "");
    for (char *p = text; *p != 0; p++)
        if (*p == '|')
            *p = ' ';
}

void opt_words(const struct opt_row *row, char *text, size_t size)
{
    const int list = opt_list(row);
    const il_entry *e;
    size_t n = 0;

    opt_spaced(row->words, text, size);
    for (size_t i = 0; list >= 0 && n < size && (e = il_list_at((il_list)list, i)); i++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", i ? " " : "", e->name);
}

const char *opt_group(const struct options *o, size_t index)
{
    for (size_t i = 0; i < o->rows; i++) {
        int seen = strcmp(o->row[i].group, OPT_GENERAL) == 0;

        for (size_t j = 0; j < i && !seen; j++)
            seen = strcmp(o->row[j].group, o->row[i].group) == 0;
        if (!seen && index-- == 0)
            return o->row[i].group;
    }
    return index == 0 ? OPT_GENERAL : NULL;
}

/* The word behind --, up to a =, with dashes. */
static void long_name(const char *arg, char *name, size_t size)
{
    const char *start = arg + strspn(arg, "-");

    snprintf(name, size, "%.*s", (int)strcspn(start, "="), start);
    for (char *p = name; *p != 0; p++)
        if (*p == '_')
            *p = '-';
}

/* What is wrong with a long option that getopt refused. */
static void wrong_name(const struct options *o, const char *name, char *text, size_t size)
{
    const char *candidate[256] = { NULL }, *near;
    size_t n = 0, prefixed = 0;

    for (size_t i = 0; i < o->rows && n + 1 < sizeof candidate / sizeof *candidate; i++) {
        candidate[n++] = o->row[i].name;
        prefixed += strncmp(o->row[i].name, name, strlen(name)) == 0;
    }
    near = il_nearest(name, candidate);
    if (named(o, name))
        snprintf(text, size, "option '--%s' takes no value", name);
    else if (prefixed > 1)
        snprintf(text, size, "option '--%s' is ambiguous", name);
    else if (near)
        snprintf(text, size, "unknown option '--%s'; did you mean '--%s'?", name, near);
    else
        snprintf(text, size, "unknown option '--%s'", name);
}

/* getopt refused a word of argv: say why, in one line. */
static int refuse(const struct options *o, const struct cli *cli, const struct command *command,
                  const char *arg, int missing)
{
    char text[256], name[64];

    long_name(arg, name, sizeof name);
    if (strncmp(arg, "--", 2) != 0)
        snprintf(text, sizeof text, missing ? "option '-%c' needs a value" : "unknown option '-%c'",
                 optopt);
    else if (missing)
        snprintf(text, sizeof text, "option '--%s' needs a value", name);
    else if (strncmp(command->name, "sweep", 5) == 0 && strcmp(name, "threads") == 0)
        snprintf(
            text, sizeof text,
            "--threads is of train alone: a worker of a sweep has one thread, more workers are "
            "--devices cpu:N");
    else
        wrong_name(o, name, text, sizeof text);
    return cli_fail(cli, IL_E_USAGE, "%s (see 'initlab help %s')", text, command->name);
}

/* getopt's two lists. A name with a dash may be spelled with an underscore, as in files. */
static void tables(const struct options *o, struct option *list, char (*spelling)[32],
                   char *letters)
{
    size_t n = 0;

    *letters++ = ':'; /* a missing value is told apart */
    for (size_t i = 0; i < o->rows; i++) {
        const struct opt_row *row = &o->row[i];
        const int takes = row->metavar[0] != 0 ? required_argument
                          : row->parameter     ? optional_argument
                                               : no_argument;

        list[n++] = (struct option){ row->name, takes, NULL, 256 + (int)i };
        if (strchr(row->name, '-')) {
            for (size_t j = 0; j < sizeof *spelling; j++)
                spelling[i][j] = row->name[j] == '-' ? '_' : row->name[j];
            list[n++] = (struct option){ spelling[i], takes, NULL, 256 + (int)i };
        }
        if (row->letter) {
            *letters++ = row->letter;
            if (takes == required_argument)
                *letters++ = ':';
        }
    }
    list[n] = (struct option){ NULL, 0, NULL, 0 };
    *letters = 0;
}

/* The value must be one of the row's words, where it has any. */
static int check(const struct opt_row *row, const struct cli *cli, const struct command *command)
{
    if (!row->words || is_word(row->words, row->given))
        return 0;
    return cli_fail(cli, IL_E_USAGE, "--%s: '%s' is none of %s (see 'initlab help %s')", row->name,
                    row->given, row->words, command->name);
}

/* An option with its value. Of two values the last one counts, where not both do; but not in silence. */
static int take(struct options *o, struct opt_row *row, const char *value, const struct cli *cli)
{
    if (row->given && !row->again && strcmp(row->given, value) != 0)
        cli_say(cli, "--%s: '%.60s' is given later, and so '%.60s' does not count%s", row->name,
                value, row->given,
                row->parameter ? ": one network takes one value, several are for 'initlab sweep "
                                 "run'"
                               : "");
    row->given = value;
    o->once[o->onces++] = (struct opt_once){ row, value };
    return check(row, cli, o->command);
}

int options_parse(struct options *o, const struct cli *cli, const struct command *command, int argc,
                  char **argv)
{
    struct option *list = calloc(2 * o->rows + 1, sizeof *list);
    char(*spelling)[32] = calloc(o->rows + 1, sizeof *spelling);
    char *letters = calloc(2 * o->rows + 2, 1);
    int c, code = 0;

    o->once = calloc((size_t)argc, sizeof *o->once);
    if (!list || !spelling || !letters || !o->once) {
        code = cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
        goto out;
    }
    tables(o, list, spelling, letters);
    opterr = 0;
    while (code == 0 && (c = getopt_long(argc, argv, letters, list, NULL)) != -1) {
        struct opt_row *row = NULL;

        if (c == '?' || c == ':') {
            code = refuse(o, cli, command, argv[optind - 1], c == ':');
            break;
        }
        for (size_t i = 0; i < o->rows; i++)
            if (c == 256 + (int)i || c == o->row[i].letter)
                row = &o->row[i];
        code = take(o, row, optarg ? optarg : "yes", cli);
        if (strcmp(row->name, "help") == 0)
            goto out;
    }
    o->operand = argv + optind;
    o->operands = argc - optind;
    if (code == 0 && o->operands > command->max_operands)
        code = cli_fail(cli, IL_E_USAGE, "unexpected argument '%s' (see 'initlab help %s')",
                        o->operand[command->max_operands], command->name);
out:
    free(list);
    free(spelling);
    free(letters);
    return code;
}
