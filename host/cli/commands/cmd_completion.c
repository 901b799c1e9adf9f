/* cmd_completion.c - initlab completion: scripts for bash, zsh and fish, from the option tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/data_paths.h"
#include "common/help.h"
#include "common/options.h"

enum { WORDS = 4096 };

/* What a row's value may be, recipes included; 0: out of memory. */
static int row_words(const struct opt_row *row, char *text, size_t size)
{
    char **names = row->complete == COMPLETE_RECIPE ? data_names(DATA_RECIPES) : NULL;
    size_t n = 0;

    if (row->complete == COMPLETE_RECIPE && !names)
        return 0;
    opt_words(row, text, size);
    for (size_t i = 0; names && names[i] && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", i ? " " : "", names[i]);
    data_names_free(names);
    return 1;
}

/* The words that a command's operand may be, separated by spaces; "" where it takes none. */
static void operand_words(const struct cli *cli, const struct command *c, char *text, size_t size)
{
    if (c->complete == COMPLETE_TOPIC)
        help_topics(cli, text, size);
    else if (command_is_group(c))
        command_list(cli->commands, c, " ", text, size);
    else
        opt_spaced(c->words, text, size);
}

/* May its operands be files or folders, too? */
static int takes_paths(const struct command *c)
{
    return c->complete == COMPLETE_FILE || c->complete == COMPLETE_FOLDER;
}

/* Text inside single quotes of a shell; zsh also gives : [ ] a meaning. */
static void quoted(const char *text, const char *shell)
{
    for (; *text != 0; text++) {
        if (*text == '\'')
            fputs(shell[0] == 'f' ? "\\'" : "'\\''", stdout);
        else if (shell[0] == 'f' && *text == '\\')
            fputs("\\\\", stdout);
        else if (shell[0] == 'z' && strchr(":[]\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

/* ---- bash ---- */

static int bash_row(const struct command *c, const struct opt_row *row)
{
    char words[WORDS];

    if (row->metavar[0] == 0)
        return 1;
    if (!row_words(row, words, sizeof words))
        return 0;
    printf("    '%s',--%s", c->name, row->name);
    if (row->letter)
        printf("|'%s',-%c", c->name, row->letter);
    if (row->complete == COMPLETE_FOLDER)
        puts(") COMPREPLY=($(compgen -d -- \"$cur\")); return ;;");
    else if (row->complete == COMPLETE_NONE)
        printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", words);
    else
        printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\") $(compgen -f -- \"$cur\")); "
               "return ;;\n",
               words);
    return 1;
}

/* One branch a command: its options, or its operands. */
static int bash_command(const struct cli *cli, const struct command *c, const struct options *o)
{
    char words[WORDS];

    printf("    '%s') words='", c->name);
    for (size_t i = 0; i < o->rows; i++)
        if (!o->row[i].hidden)
            printf("--%s ", o->row[i].name);
    operand_words(cli, c, words, sizeof words);
    printf("'; operands='%s'%s ;;\n", words, takes_paths(c) ? " paths=1" : "");
    return 1;
}

static void bash_head(const struct cli *cli)
{
    puts("# bash completion of initlab: source <(initlab completion bash)\n"
         "_initlab()\n{\n"
         "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
         "    local command= words= operands= paths= word\n"
         "    COMPREPLY=()\n"
         "    if [[ $cur == = ]]; then cur=; "
         "elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "        [[ $word != -* ]] || continue\n"
         "        command=${command:+$command }$word");
    for (size_t i = 0; command_at(cli->commands, i); i++)
        if (command_is_group(command_at(cli->commands, i)))
            printf("        [[ $command != %s ]] || continue\n",
                   command_at(cli->commands, i)->name);
    puts("        break\n"
         "    done\n"
         "    case $command,$prev in");
}

static void bash_tail(void)
{
    puts("    esac\n"
         "    if [[ $cur == -* ]]; then\n"
         "        COMPREPLY=($(compgen -W \"${words:---help --version}\" -- \"$cur\"))\n"
         "    else\n"
         "        COMPREPLY=($(compgen -W \"$operands\" -- \"$cur\"))\n"
         "        [[ -z $paths ]] || compopt -o default 2>/dev/null\n"
         "    fi\n}\n"
         "complete -F _initlab initlab");
}

/* ---- zsh ---- */

static int zsh_row(const struct opt_row *row)
{
    char words[WORDS];
    const int takes = row->metavar[0] != 0;

    printf(" \\\n                ");
    if (row->letter)
        printf("'(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter,
               takes ? "+" : "", row->name, takes ? "=" : "");
    else
        printf("'--%s%s[", row->name, takes ? "=" : row->parameter ? "=-" : "");
    quoted(row->help, "zsh");
    putchar(']');
    if (!row_words(row, words, sizeof words))
        return 0;
    if (takes) {
        putchar(':');
        quoted(row->metavar, "zsh");
        if (row->complete == COMPLETE_FOLDER)
            fputs(":_files -/", stdout);
        else if (row->complete == COMPLETE_FILE)
            fputs(":_files", stdout);
        else
            printf(":(%s)", words);
    } else if (row->parameter)
        fputs("::value:(yes no)", stdout);
    putchar('\'');
    return 1;
}

static int zsh_command(const struct cli *cli, const struct command *c, const struct options *o)
{
    char words[WORDS];

    printf("        '%s')\n            _arguments -s", c->name);
    for (size_t i = 0; i < o->rows; i++)
        if (!o->row[i].hidden && !zsh_row(&o->row[i]))
            return 0;
    operand_words(cli, c, words, sizeof words);
    if (words[0] && takes_paths(c))
        printf(" \\\n                '*:operand:_alternative \"words:operand:(%s)\" "
               "\"files:file:_files\"'",
               words);
    else if (words[0])
        printf(" \\\n                '1:operand:(%s)'", words);
    else if (takes_paths(c))
        fputs(" \\\n                '*:operand:_files'", stdout);
    puts(" ;;");
    return 1;
}

static void zsh_head(const struct cli *cli)
{
    puts("#compdef initlab\n"
         "# zsh completion of initlab: put it in a folder of $fpath as _initlab\n"
         "_initlab()\n{\n"
         "    local state line curcontext=$curcontext\n"
         "    local -a commands\n"
         "    commands=(");
    for (size_t i = 0; command_at(cli->commands, i); i++) {
        if (strchr(command_at(cli->commands, i)->name, ' '))
            continue;
        printf("        '%s:", command_at(cli->commands, i)->name);
        quoted(command_at(cli->commands, i)->summary, "zsh");
        puts("'");
    }
    puts("    )\n"
         "    _arguments -C '1: :->command' '*:: :->args'\n"
         "    case $state in\n"
         "    command) _describe command commands ;;\n"
         "    args)\n"
         "        local command=$words[1]");
    for (size_t i = 0; command_at(cli->commands, i); i++)
        if (command_is_group(command_at(cli->commands, i)))
            printf("        if [[ $command == %s ]] && (( CURRENT > 2 )); then\n"
                   "            command=\"$words[1] $words[2]\"; shift words; (( CURRENT-- ))\n"
                   "        fi\n",
                   command_at(cli->commands, i)->name);
    puts("        case $command in");
}

static void zsh_tail(void)
{
    puts("        esac ;;\n"
         "    esac\n}\n"
         "if [[ $funcstack[1] == _initlab ]]; then\n"
         "    _initlab \"$@\"\n"
         "else\n"
         "    compdef _initlab initlab\n"
         "fi");
}

/* ---- fish ---- */

/* The condition that this command is being completed: both words of a group's. */
static void fish_seen(const struct command *c)
{
    const char *const space = strchr(c->name, ' ');

    printf("complete -c initlab -n '__fish_seen_subcommand_from %.*s",
           space ? (int)(space - c->name) : (int)strlen(c->name), c->name);
    if (space)
        printf("; and __fish_seen_subcommand_from %s", space + 1);
    putchar('\'');
}

static int fish_row(const struct command *c, const struct opt_row *row)
{
    char words[WORDS];

    fish_seen(c);
    printf(" -l %s", row->name);
    if (row->letter)
        printf(" -s %c", row->letter);
    if (!row_words(row, words, sizeof words))
        return 0;
    if (row->complete == COMPLETE_FOLDER)
        fputs(" -x -a '(__fish_complete_directories)'", stdout);
    else if (row->complete == COMPLETE_NONE && row->metavar[0])
        printf(" -x -a '%s'", words);
    else if (row->metavar[0])
        printf(" -r -F -a '%s'", words);
    fputs(" -d '", stdout);
    quoted(row->help, "fish");
    puts("'");
    return 1;
}

static int fish_command(const struct cli *cli, const struct command *c, const struct options *o)
{
    char words[WORDS];

    if (!strchr(c->name, ' ')) {
        printf("complete -c initlab -n __fish_use_subcommand -a %s -d '", c->name);
        quoted(c->summary, "fish");
        puts("'");
    }
    for (size_t i = 0; i < o->rows; i++)
        if (!o->row[i].hidden && !fish_row(c, &o->row[i]))
            return 0;
    operand_words(cli, c, words, sizeof words);
    if (words[0] || takes_paths(c)) {
        fish_seen(c);
        printf("%s -a '%s'\n", takes_paths(c) ? " -F" : "", words);
    }
    return 1;
}

/* ---- the command ---- */

/* Visit every command with its table of options; visit returns 0 when out of memory. */
static int each(const struct cli *cli,
                int (*visit)(const struct cli *, const struct command *, const struct options *))
{
    for (size_t i = 0; command_at(cli->commands, i); i++) {
        struct options o;
        int good;

        if (command_at(cli->commands, i)->hidden)
            continue;
        good = options_open(&o, command_at(cli->commands, i)) == 0;
        if (good) {
            good = visit(cli, command_at(cli->commands, i), &o);
            options_free(&o);
        }
        if (!good)
            return cli_fail(cli, IL_E_MEMORY, "%s", il_status_text(IL_E_MEMORY));
    }
    return 0;
}

static int bash_rows(const struct cli *cli, const struct command *c, const struct options *o)
{
    (void)cli;
    for (size_t i = 0; i < o->rows; i++)
        if (!o->row[i].hidden && !bash_row(c, &o->row[i]))
            return 0;
    return 1;
}

static int bash(const struct cli *cli)
{
    int code;

    bash_head(cli);
    code = each(cli, bash_rows);
    puts("    esac\n    case $command in");
    if (code == 0)
        code = each(cli, bash_command);
    fputs("    '') operands='", stdout);
    for (size_t i = 0; command_at(cli->commands, i); i++)
        if (!strchr(command_at(cli->commands, i)->name, ' '))
            printf("%s%s", i ? " " : "", command_at(cli->commands, i)->name);
    puts("' ;;");
    bash_tail();
    return code;
}

static int zsh(const struct cli *cli)
{
    int code;

    zsh_head(cli);
    code = each(cli, zsh_command);
    zsh_tail();
    return code;
}

static int fish(const struct cli *cli)
{
    puts("# fish completion of initlab: initlab completion fish | source\n"
         "complete -c initlab -f");
    return each(cli, fish_command);
}

static int run(struct cli *cli, const struct options *o)
{
    const char *shell = o->operands ? o->operand[0] : "";

    if (strcmp(shell, "bash") == 0)
        return bash(cli);
    if (strcmp(shell, "zsh") == 0)
        return zsh(cli);
    if (strcmp(shell, "fish") == 0)
        return fish(cli);
    return cli_fail(cli, IL_E_USAGE, "%s%s%s: bash, zsh or fish (see 'initlab help completion')",
                    shell[0] ? "unknown shell '" : "no shell given", shell, shell[0] ? "'" : "");
}

static const struct opt_row rows[] = { { .name = "" } };

const struct command cmd_completion = {
    .name = "completion",
    .operands = "SHELL",
    .max_operands = 1,
    .words = "bash|zsh|fish",
    .summary = "print a completion script for bash, zsh or fish",
    .text = "Print the script that makes a shell complete commands, options and their values.",
    .examples = "source <(initlab completion bash)\n"
                "initlab completion zsh > ~/.zsh/completions/_initlab\n"
                "initlab completion fish > ~/.config/fish/completions/initlab.fish",
    .rows = rows,
    .run = run
};
