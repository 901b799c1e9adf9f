/* figure_panels.c - many groups in small multiples. */
#include "figure_panels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "figure_words.h"

enum { COLUMNS_MOST = 10 /* that are chosen from */ };

/* Do two groups agree in all columns of a set, by bits? */
static int agree(const il_comparison *c, size_t a, size_t b, unsigned set)
{
    for (size_t i = 0; i < c->columns; i++)
        if (set >> i & 1 && strcmp(c->group[a].value[i], c->group[b].value[i]) != 0)
            return 0;
    return 1;
}

/* Panels by this set of columns, and the lines in the fullest. */
static size_t count_panels(const il_comparison *c, unsigned set, size_t *lines)
{
    size_t panels = 0;

    *lines = 0;
    for (size_t i = 0; i < c->groups && panels <= PANELS_MOST; i++) {
        size_t first = 0, same = 0;

        while (!agree(c, first, i, set))
            first++;
        for (size_t k = first; k <= i; k++)
            same += (size_t)agree(c, k, i, set);
        panels += first == i;
        *lines = same > *lines ? same : *lines;
    }
    return panels;
}

/* The best set of columns for panels; 0: none. */
static unsigned choose(const il_comparison *c)
{
    const size_t columns = c->columns < COLUMNS_MOST ? c->columns : COLUMNS_MOST;
    unsigned best = 0, init = 0;
    size_t fewest = SIZE_MAX;

    for (size_t i = 0; i < columns; i++)
        init |= strcmp(c->column[i], "init") == 0 ? 1u << i : 0;
    for (int apart = 1; apart >= 0 && best == 0; apart--) /* init among the lines, or anywhere */
        for (unsigned set = 1; set < 1u << columns; set++) {
            size_t lines;
            const size_t panels = count_panels(c, set, &lines);

            if ((apart && set & init) || panels < 2 || panels > PANELS_MOST ||
                lines > IL_FIGURE_NAMES || lines < 2 || panels >= fewest)
                continue;
            best = set;
            fewest = panels;
        }
    return best;
}

/* "activation=tanh, lr=0.1"; a single column of lines needs no name */
static void put_label(const il_comparison *c, size_t group, unsigned set, int named,
                      char text[PANEL_LABEL])
{
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; i < c->columns && n < PANEL_LABEL; i++) {
        if (!(set >> i & 1))
            continue;
        n +=
            (size_t)snprintf(text + n, PANEL_LABEL - n, "%s%s%s%s", n ? ", " : "",
                             named ? c->column[i] : "", named ? "=" : "", c->group[group].shown[i]);
    }
}

static int is_one(unsigned set) { return (set & (set - 1)) == 0; }

/* panels in the order of their values: which is best differs from line to line */
static void sort_panels(struct panels *p, size_t groups)
{
    const char *order[PANELS_MOST];
    char title[PANELS_MOST][PANEL_LABEL];
    size_t place[PANELS_MOST];

    memcpy(title, p->title, sizeof title);
    for (size_t j = 0; j < p->panels; j++)
        order[j] = title[j];
    qsort(order, p->panels, sizeof *order, figure_by_value);
    for (size_t j = 0; j < p->panels; j++) {
        place[(size_t)(order[j] - title[0]) / PANEL_LABEL] = j;
        snprintf(p->title[j], PANEL_LABEL, "%s", order[j]);
    }
    for (size_t i = 0; i < groups; i++)
        p->panel[i] = place[p->panel[i]];
}

/* beside each other: the values of the last column, where they are two or three */
static size_t beside(const il_comparison *c, unsigned set, size_t panels)
{
    size_t last = c->columns, values = 0;

    while (!(set >> (last - 1) & 1))
        last--;
    for (size_t i = 0; i < c->groups; i++) {
        size_t first = 0;

        while (!agree(c, first, i, 1u << (last - 1)))
            first++;
        values += first == i;
    }
    if ((values == 2 || values == 3) && panels % values == 0)
        return values;
    return panels < 5 && panels != 3 ? 2 : 3;
}

static void fill(struct panels *p, const il_comparison *c, unsigned set)
{
    const unsigned rest = ((c->columns < 32 ? 1u << c->columns : 0) - 1) & ~set;

    for (size_t i = 0; i < c->groups; i++) {
        size_t first = 0;

        put_label(c, i, rest, !is_one(rest), p->line[i]);
        while (!agree(c, first, i, set))
            first++;
        p->panel[i] = first == i ? p->panels : p->panel[first];
        if (first == i)
            put_label(c, i, set, 1, p->title[p->panels++]);
    }
    for (size_t i = 0; i < c->groups; i++) { /* in the order of names, each once */
        for (size_t k = 0; k < c->groups; k++) {
            size_t earlier = 0;

            while (strcmp(p->line[earlier], p->line[k]) != 0)
                earlier++;
            p->style[i] += earlier == k && strcmp(p->line[k], p->line[i]) < 0;
        }
    }
    sort_panels(p, c->groups);
    p->beside = beside(c, set, p->panels);
}

il_status panels_choose(struct panels *p, const il_comparison *c, il_error *err)
{
    const unsigned set = choose(c);

    *p = (struct panels){ .panels = 0 };
    p->panel = calloc(c->groups + 1, sizeof *p->panel);
    p->style = calloc(c->groups + 1, sizeof *p->style);
    p->line = calloc(c->groups + 1, sizeof *p->line);
    if (!p->panel || !p->style || !p->line)
        return cli_no_memory(err);
    if (set)
        fill(p, c, set);
    return IL_OK;
}

void panels_free(struct panels *p)
{
    free(p->panel);
    free(p->style);
    free(p->line);
}
