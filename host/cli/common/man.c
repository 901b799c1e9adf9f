/* man.c - the man page initlab(1), in roff, from the tables that help and the parser use. */
#include "man.h"

#include <stdio.h>
#include <string.h>
#include "initlab/tables.h"
#include "initlab/version.h"
#include "options.h"

/* Print text so that roff shows it as it is. at_start: the text begins a line. */
static void roff(const char *text, int at_start)
{
    for (; *text != 0; text++) {
        if (at_start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        at_start = *text == '\n';
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '^')
            fputs("\\(ha", stdout);
        else if (*text == '~')
            fputs("\\(ti", stdout);
        else if (*text == '\'')
            fputs("\\(aq", stdout);
        else
            putchar(*text);
    }
}

/* One line of plain text. */
static void line(const char *text)
{
    roff(text, 1);
    putchar('\n');
}

/* Paragraphs; a heading stands before the first. */
static void paragraphs(const char *text)
{
    for (const char *end; (end = strstr(text, "\n\n")); text = end + 2) {
        char one[2048];

        snprintf(one, sizeof one, "%.*s", (int)(end - text), text);
        line(one);
        puts(".PP");
    }
    line(text);
}

static void option(const struct opt_row *row)
{
    const int list = opt_list(row);

    puts(".TP");
    if (row->letter)
        printf("\\fB\\-%c\\fR, ", row->letter);
    fputs("\\fB\\-\\-", stdout);
    roff(row->name, 0);
    fputs("\\fR", stdout);
    if (row->parameter && row->metavar[0] == 0)
        fputs("[=no]", stdout);
    if (row->metavar[0]) {
        fputs(" \\fI", stdout);
        roff(row->metavar, 0);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    roff(row->help, 1);
    if (list >= 0)
        printf(" (see %s under LISTS)", il_list_name((il_list)list));
    if (row->value[0]) {
        fputs(" [default: ", stdout);
        roff(row->value, 0);
        putchar(']');
    }
    putchar('\n');
}

static int command(const struct cli *cli, const struct command *c)
{
    struct options o;
    const char *group;

    if (options_open(&o, c) != 0)
        return cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    printf(".SS initlab %s [\\fIOPTION\\fR]...%s%s\n", c->name, c->operands ? " " : "",
           c->operands ? c->operands : "");
    paragraphs(c->text);
    for (size_t i = 0; (group = opt_group(&o, i)); i++) {
        printf(".PP\n\\fI%s\\fR\n", group);
        for (size_t j = 0; j < o.rows; j++)
            if (!o.row[j].hidden && strcmp(o.row[j].group, group) == 0)
                option(&o.row[j]);
    }
    if (c->examples) {
        puts(".PP\n\\fIExamples\\fR\n.PP\n.nf\n.RS");
        line(c->examples);
        puts(".RE\n.fi");
    }
    options_free(&o);
    return 0;
}

static void lists(void)
{
    const il_entry *e;

    puts(".SH LISTS");
    line("A choice is spelled NAME, NAME:VALUE or NAME:PARAM=VALUE:... The command "
         "'initlab help LIST' shows parameters, defaults and sources.");
    for (int i = 0; i < IL_LISTS; i++) {
        printf(".SS %s\n", il_list_name((il_list)i));
        for (size_t k = 0; (e = il_list_at((il_list)i, k)); k++) {
            puts(".TP");
            fputs("\\fB", stdout);
            roff(e->name, 0);
            puts("\\fR");
            line(e->formula[0] ? e->formula : e->name);
        }
    }
}

static void exit_codes(void)
{
    puts(".SH EXIT STATUS");
#define X(name, value, code, text) printf(".TP\n\\fB%d\\fR\n%s\n", code, text);
    IL_STATUS_MAP(X)
#undef X
    puts(".TP\n\\fB1\\fR\na check of selftest or a group of check failed, runs of a sweep failed, "
         "or a rerun differed");
    puts(".TP\n\\fB129\\fR, \\fB130\\fR, \\fB143\\fR\nstopped by SIGHUP, SIGINT or SIGTERM; the "
         "finished "
         "epochs are written");
    puts(".PP");
    line("A run whose cost stops being finite is a result, not an error: it is reported as "
         "diverged, with exit code 0.");
}

static void environment(void)
{
    static const char *const rows[][2] = {
        { "INITLAB_DATA",
          "folder with mnist/, recipes/ and sweeps/, searched before the installed one" },
        { "INITLAB_PLUGIN", "path of the CUDA plugin, in place of a search" },
        { "INITLAB_CPU", "kernels of the CPU device, base, v3 or v4, in place of the best" },
        { "INITLAB_INPUT", "how the CPU device takes the first layer, dense or sparse, in place of "
                           "by the data's density" },
        { "INITLAB_REQUIRE_CUDA", "where it is set, the device auto is a GPU or an error" },
        { "PATH", "its first python3: pip's packages may have CUDA's libraries" },
        { "CUDA_HOME", "a CUDA toolkit, whose libraries are taken where the loader finds none" },
        { "CUDA_PATH", "the same" },
        { "VIRTUAL_ENV", "a Python environment, in whose packages they are looked for next" },
        { "CONDA_PREFIX", "an environment of conda, the same" },
        { "HOME", "the same of .local/lib/python3" },
        { "COLUMNS", "how wide --term draws, where standard output is no terminal" },
        { "NO_COLOR", "where it is set and not empty, colour is off unless asked for" },
    };

    puts(".SH ENVIRONMENT");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        printf(".TP\n\\fB%s\\fR\n", rows[i][0]);
        line(rows[i][1]);
    }
}

int man_page(const struct cli *cli)
{
    const struct command *c;
    int code = 0;

    printf(".TH INITLAB 1 \"\" \"initlab %s\" \"User Commands\"\n", IL_VERSION);
    puts(".SH NAME\ninitlab \\- train neural networks and compare how their weights are "
         "initialised");
    puts(".SH SYNOPSIS\n.B initlab\n\\fICOMMAND\\fR [\\fIOPTION\\fR]...");
    puts(".SH DESCRIPTION");
    line("initlab trains neural networks on NVIDIA GPUs, or on the CPU, in order to compare how "
         "their weights are initialised: networks of dense layers, without convolutions, residual "
         "sums "
         "or normalisation. Results go to standard output, everything else to standard error.");
    puts(".SH COMMANDS");
    for (size_t i = 0; (c = command_at(cli->commands, i)) && code == 0; i++)
        if (!c->hidden)
            code = command(cli, c);
    lists();
    exit_codes();
    environment();
    puts(".SH FILES\n.TP");
    fputs("\\fI", stdout);
    roff(INITLAB_DATA_BESIDE, 0);
    puts("\\fR\nfrom the folder of the program: the bundled dataset, mnist/, the recipes, "
         "recipes/, and ready sweeps, sweeps/");
    return code;
}
