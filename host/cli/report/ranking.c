/*
 * ranking.c - the groups, the best first, with what answers the question first: who, and by how much. On a phone page.css
 * makes a card of each row, where data-of stands before its value; on paper what is "last" gets a line of its own.
 */
#include "ranking.h"

#include <string.h>
#include "compare/answer.h"
#include "compare/columns.h"
#include "drawings.h"

enum { LONG = 40 /* groups, from which on a ranking scrolls in a frame of its own */, FIRST = 100 };
enum { COLUMNS = 32 };

struct ranked {
    const il_comparison *of;
    const struct shown_column *column[COLUMNS]; /* [columns] */
    size_t columns;
};

/* the verdict stands beside the group's name */
static void choose_columns(struct ranked *r, const il_comparison *c)
{
    *r = (struct ranked){ .of = c };
    for (int place = 0; place < SHOWN_PLACES; place++)
        for (const struct shown_column *s = shown_columns; s->name; s++)
            if (s->place == place && strcmp(s->name, "verdict") != 0 &&
                (!s->is_shown || s->is_shown(c)) && r->columns < COLUMNS)
                r->column[r->columns++] = s;
}

static void put_head(struct html *h, const struct ranked *r)
{
    const il_comparison *const c = r->of;

    fputs("<thead><tr>", h->f);
    for (size_t i = 0; i < c->columns; i++) {
        fputs("<th scope=\"col\">", h->f);
        html_text(h, c->column[i]);
        fputs("</th>", h->f);
    }
    if (c->columns == 0)
        fputs("<th scope=\"col\">group</th>", h->f);
    if (c->groups > 1)
        fputs("<th scope=\"col\" data-of=\"verdict\">verdict</th>", h->f);
    for (size_t i = 0; i < r->columns; i++) {
        char text[CELL];

        shown_head(r->column[i], c, text);
        fprintf(h->f, "<th scope=\"col\" class=\"n%s\" data-of=\"%s\">%s</th>",
                r->column[i]->place == SHOWN_LAST ? " last" : "", r->column[i]->name, text);
    }
    fputs("</tr></thead>\n", h->f);
}

static const char *class_of(const struct shown_column *s, int none)
{
    if (s->place == SHOWN_LAST)
        return none ? " class=\"last none\"" : " class=\"last\"";
    return none ? " class=\"none\"" : "";
}

static void put_row(struct html *h, const struct ranked *r, const il_run_group *g)
{
    const il_comparison *const c = r->of;
    char text[CELL];

    fputs("<tr>", h->f);
    for (size_t i = 0; i < c->columns; i++) {
        fputs("<th scope=\"row\" data-of=\"", h->f);
        html_text(h, c->column[i]);
        fputs("\">", h->f);
        html_text(h, g->shown[i][0] ? g->shown[i] : "-");
        fputs("</th>", h->f);
    }
    if (c->columns == 0)
        fputs("<th scope=\"row\">all runs</th>", h->f);
    if (c->groups > 1)
        fprintf(h->f, "<td data-of=\"verdict\">%s</td>", report_verdict(c, g));
    for (size_t i = 0; i < r->columns; i++) {
        r->column[i]->put(c, g, text);
        fprintf(h->f, "<td data-of=\"%s\"%s>", r->column[i]->name,
                class_of(r->column[i], strcmp(text, "-") == 0));
        html_text(h, text);
        fputs("</td>", h->f);
    }
    fputs("</tr>\n", h->f);
}

static void put_notes(struct html *h, const struct compared *k)
{
    char text[ANSWER];

    fputs("<ul class=\"small\">\n", h->f);
    for (size_t i = 0; i < k->notes; i++)
        if (k->note[i][0]) {
            fputs("<li>", h->f);
            html_text(h, k->note[i]);
            fputs("</li>\n", h->f);
        }
    for (size_t i = 0; answer_note(k->comparison, i, text); i++)
        if (text[0]) {
            fputs("<li>", h->f);
            html_text(h, text);
            fputs("</li>\n", h->f);
        }
    if (k->comparison->groups > 1)
        fputs("<li>same: cannot be told from the best group, or the control; too few: so few pairs "
              "that no difference could be told; -: no test was made</li>\n",
              h->f);
    fputs("</ul>\n", h->f);
}

void ranking(struct html *h, const struct compared *k)
{
    const il_comparison *const c = k->comparison;
    struct ranked r;

    choose_columns(&r, c);
    fprintf(h->f,
            "<section id=\"ranking\"><h2>Ranking</h2>\n<div class=\"scroll%s\" tabindex=\"0\" "
            "role=\"region\" aria-label=\"Ranking\"><table><caption>Groups of runs by ",
            c->groups > LONG ? " long" : "");
    html_text(h, c->metric);
    fputs(", the best first</caption>\n", h->f);
    put_head(h, &r);
    fputs("<tbody>\n", h->f);
    for (size_t i = 0; i < c->groups && i < FIRST; i++)
        put_row(h, &r, &c->group[i]);
    fputs("</tbody></table></div>\n", h->f);
    if (c->groups >
        FIRST) { /* a browser takes a second for 20,000 cells: page.js adds them when they are asked for */
        fputs("<script type=\"text/html\" id=\"rest\">\n", h->f);
        for (size_t i = FIRST; i < c->groups; i++)
            put_row(h, &r, &c->group[i]);
        fprintf(
            h->f,
            "</script>\n<p><button type=\"button\" id=\"all\">Show all %zu groups</button></p>\n",
            c->groups);
    }
    put_notes(h, k);
    fputs("</section>\n", h->f);
}
