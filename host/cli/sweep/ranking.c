/* ranking.c - the ranking as a table: groups of runs in rows, as wide as what is in them. */
#include "ranking.h"

#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "sweep.h"

/* The table is kept until its widths are known. */
struct table {
    char *(*cell)[64]; /* [rows][columns] */
    char *head[64];
    size_t rows, columns;
    int failed; /* out of memory */
};

static char *shown(const il_value *v, const char *column)
{
    char text[64];

    if (v->kind == IL_VALUE_NULL)
        return strdup("-");
    if (v->kind == IL_VALUE_REAL && (strcmp(column, "mean") == 0 || strcmp(column, "best") == 0))
        snprintf(text, sizeof text, "%.4f", v->real);
    else if (v->kind == IL_VALUE_REAL && strcmp(column, "sd") == 0)
        snprintf(text, sizeof text, "%.2g", v->real);
    else if (v->kind == IL_VALUE_REAL)
        snprintf(text, sizeof text, "%g", v->real);
    else
        return strdup(v->text);
    return strdup(text);
}

static int take_row(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct table *const t = arg;
    char *(*more)[64] = realloc(t->cell, (t->rows + 1) * sizeof *more);

    if (!more || columns > 64)
        return t->failed = 1;
    t->cell = more;
    t->columns = columns;
    memset(t->cell[t->rows++], 0, sizeof *more);
    for (size_t i = 0; i < columns; i++) {
        if (!t->head[i])
            t->head[i] = strdup(name[i]);
        t->cell[t->rows - 1][i] = shown(&value[i], name[i]);
        t->failed |= !t->head[i] || !t->cell[t->rows - 1][i];
    }
    return t->failed;
}

static void print_table(const struct cli *cli, const struct table *t)
{
    int width[64];

    for (size_t i = 0; i < t->columns; i++) {
        width[i] = (int)strlen(t->head[i]);
        for (size_t r = 0; r < t->rows; r++)
            if ((int)strlen(t->cell[r][i]) > width[i])
                width[i] = (int)strlen(t->cell[r][i]);
    }
    fputs(cli->bold, stdout);
    for (size_t i = 0; i < t->columns; i++)
        printf("%s%-*s", i ? "  " : "", width[i], t->head[i]);
    printf("%s\n", cli->plain);
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t i = 0; i < t->columns; i++)
            printf("%s%-*s", i ? "  " : "", i + 1 < t->columns ? width[i] : 0, t->cell[r][i]);
        putchar('\n');
    }
}

il_status sweep_ranking(const struct cli *cli, il_folder *folder, const char *by, il_error *err)
{
    struct table t = { .rows = 0 };
    il_results *r = NULL;
    il_status st = sweep_results(cli, folder, &r, err);

    if (st == IL_OK)
        st = il_results_rank(r, by && by[0] ? by : "init", take_row, &t, err);
    if (st == IL_OK && t.failed)
        st = cli_no_memory(err);
    if (st == IL_OK && t.rows)
        print_table(cli, &t);
    else if (st == IL_OK)
        cli_say(cli, "no run of '%s' has ended yet", il_folder_path(folder));
    for (size_t i = 0; i < t.columns; i++)
        free(t.head[i]);
    for (size_t i = 0; i < t.rows * 64; i++)
        free(t.cell[i / 64][i % 64]);
    free(t.cell);
    il_results_close(r);
    return st;
}
