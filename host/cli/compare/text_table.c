/* text_table.c - a table that people read. */
#include "text_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_table_free(struct text_table *t)
{
    for (size_t i = 0; t->cell && i < t->rows * t->columns; i++)
        free(t->cell[i]);
    free(t->cell);
}

static int letters(const char *s)
{
    int n = 0;

    for (; *s; s++)
        n += (*s & 0xc0) != 0x80;
    return n;
}

static int width_of(const struct text_table *t, size_t column)
{
    int most = 0;

    for (size_t r = 0; r < t->rows; r++)
        if (letters(t->cell[r * t->columns + column]) > most)
            most = letters(t->cell[r * t->columns + column]);
    return most;
}

/* words to the left, numbers to the right */
static void print_text(const struct cli *cli, const struct text_table *t)
{
    for (size_t r = 0; r < t->rows; r++) {
        if (r == 0)
            fputs(cli->bold, stdout);
        for (size_t i = 0; i < t->columns; i++) {
            const char *const cell = t->cell[r * t->columns + i];
            const int room = width_of(t, i) - letters(cell), last = i + 1 == t->columns;

            printf("%s%*s%s%*s", i ? "  " : "", i < t->named ? 0 : room, "", cell,
                   i < t->named && !last ? room : 0, "");
        }
        printf("%s\n", r == 0 ? cli->plain : "");
    }
}

void text_table_markdown(const char *s)
{
    for (; *s; s++)
        printf("%s%c", strchr("|\\`*_<[&", *s) ? "\\" : "", *s);
}

void text_table_note(const char *format, const char *text)
{
    const int markdown = strcmp(format, "md") == 0;
    char shown[8];

    fputs(markdown ? "- " : strcmp(format, "tex") == 0 ? "% " : "", stdout);
    while (*text) {
        text += cli_piece(text, shown);
        if (markdown)
            text_table_markdown(shown);
        else
            fputs(shown, stdout);
    }
    putchar('\n');
}

static void print_markdown(const struct text_table *t)
{
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t i = 0; i < t->columns; i++) {
            fputs(i ? " | " : "| ", stdout);
            text_table_markdown(t->cell[r * t->columns + i]);
        }
        puts(" |");
        for (size_t i = 0; r == 0 && i < t->columns; i++)
            fputs(i < t->named ? "| --- " : "| ---: ", stdout);
        if (r == 0)
            puts("|");
    }
}

static void put_latex(const char *s)
{
    for (; *s; s++)
        if (*s == '\\')
            fputs("\\textbackslash{}", stdout);
        else if (*s == '~' || *s == '^')
            printf("\\%c{}", *s);
        else if (strchr("&%$#_{}", *s))
            printf("\\%c", *s);
        else
            putchar(*s);
}

static void print_latex(const struct text_table *t)
{
    fputs("\\begin{tabular}{", stdout);
    for (size_t i = 0; i < t->columns; i++)
        putchar(i < t->named ? 'l' : 'r');
    puts("}\n\\hline");
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t i = 0; i < t->columns; i++) {
            fputs(i ? " & " : "", stdout);
            put_latex(t->cell[r * t->columns + i]);
        }
        puts(r == 0 ? " \\\\\n\\hline" : " \\\\");
    }
    puts("\\hline\n\\end{tabular}");
}

void text_table_print(const struct cli *cli, const struct text_table *t, const char *format)
{
    if (strcmp(format, "md") == 0)
        print_markdown(t);
    else if (strcmp(format, "tex") == 0)
        print_latex(t);
    else
        print_text(cli, t);
}
