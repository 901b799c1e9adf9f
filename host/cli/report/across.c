/* across.c - the section about groups across conditions: their mean ranks, and which cannot be told apart. */
#include "across.h"

#include "compare/across_print.h"
#include "drawings.h"

static void put_table(struct html *h, const struct text_table *t, const char *metric)
{
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Mean ranks\"><table>"
          "<caption>Mean ranks over conditions by ",
          h->f);
    html_text(h, metric);
    fputs("</caption>\n<thead>", h->f);
    for (size_t r = 0; r < t->rows; r++) {
        fputs("<tr>", h->f);
        for (size_t i = 0; i < t->columns; i++) {
            const char *const tag = r == 0 || i == 0 ? "th" : "td";

            fprintf(h->f, "<%s%s%s>", tag,
                    r == 0   ? " scope=\"col\""
                    : i == 0 ? " scope=\"row\""
                             : "",
                    i < t->named ? "" : " class=\"n\"");
            html_text(h, t->cell[r * t->columns + i]);
            fprintf(h->f, "</%s>", tag);
        }
        fputs(r ? "</tr>\n" : "</tr></thead>\n<tbody>\n", h->f);
    }
    fputs("</tbody></table></div>\n", h->f);
}

static void put_note(struct html *h, const char *text)
{
    if (!text[0])
        return;
    fputs("<li>", h->f);
    html_text(h, text);
    fputs("</li>\n", h->f);
}

static void put_notes(struct html *h, const il_across *a, const il_comparison *c)
{
    char text[ANSWER];

    fputs("<ul class=\"small\">\n", h->f);
    across_beside(a, c, text);
    put_note(h, text);
    for (size_t i = 0; across_note(a, i, text); i++)
        put_note(h, text);
    fputs("</ul>\n", h->f);
}

il_status across_section(struct html *h, const struct options *o, const struct compared *k,
                         il_error *err)
{
    const struct to_draw from = compared_to_draw(k, o);
    struct text_table t;
    char text[ANSWER];
    il_status st;

    if (!k->across)
        return IL_OK;
    across_sentence(k->across, from.across_by, text);
    fputs("<section id=\"across\"><h2>Across conditions</h2>\n<p>", h->f);
    html_text(h, text);
    fputs("</p>\n", h->f);
    st = across_table(&t, k->across, err);
    if (st == IL_OK)
        put_table(h, &t, k->across->metric);
    text_table_free(&t);
    put_notes(h, k->across, k->comparison);
    if (st == IL_OK)
        st = put_drawing(h, &from, "critical-difference", "Mean ranks across conditions", err);
    if (st == IL_OK)
        st = put_drawing(h, &from, "profile", "Share of runs above each value", err);
    if (st == IL_OK)
        st =
            put_drawing(h, &from, "improvement", "How often runs of one group beat another's", err);
    fputs("</section>\n", h->f);
    return st;
}
