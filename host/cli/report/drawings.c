/* drawings.c - the figures of a report, as SVG inside the page, and the data of curves. */
#include "drawings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "compare/columns.h"
#include "compare/compare_figure.h"
#include "compare/figure_words.h"

enum {
    LEGEND = 100 /* groups: as many as figures have */,
    LONG = 24 /* from which on it scrolls in a box */,
    VALUES = 20000 /* of curves, at most */
};
enum { DIGITS = 5, ROWS = 1000 /* of the table of curves */ };

/* lines of the kinds rates and budget, and those across conditions, are no groups of the comparison */
il_status put_drawing(struct html *h, const struct to_draw *from, const char *kind,
                      const char *name, il_error *err)
{
    const int ungrouped =
        from->across_by || strcmp(kind, "rates") == 0 || strcmp(kind, "budget") == 0;
    char *svg = NULL, classes[64];
    size_t n;
    const il_status st = compare_figure_svg(kind, &svg, &n, from, err);

    if (st == IL_E_USAGE) { /* too many groups */
        fprintf(h->f, "<p class=\"small\">%s: ", name);
        html_text(h, err->text);
        fputs("</p>\n", h->f);
        return IL_OK;
    }
    if (st != IL_OK)
        return st;
    snprintf(classes, sizeof classes, "%s%s", ungrouped ? "ungrouped" : kind,
             !ungrouped && figure_hides_bands(from->of->comparison) ? " many" : "");
    html_figure(h, classes, name, svg, n);
    free(svg);
    return IL_OK;
}

static il_status put_figure(struct html *h, const struct compared *k, const char *kind,
                            const char *name, il_error *err)
{
    const struct to_draw from = { .of = k, .page = 1 };

    return put_drawing(h, &from, kind, name, err);
}

/* ---- the data of curves ---------------------------------------------------------------------- */

static size_t epochs_of(const il_comparison *c, const il_group_curve *curve)
{
    size_t most = 0;

    for (size_t i = 0; i < c->groups; i++)
        most = curve[i].epochs > most ? curve[i].epochs : most;
    return most;
}

/* medians by group, for what is under the pointer */
static void put_values(struct html *h, const il_comparison *c, const il_group_curve *curve)
{
    fputs("<script type=\"application/json\" id=\"curves\">[", h->f);
    for (size_t i = 0; i < c->groups; i++) {
        fputs(i ? ",\n[" : "[", h->f);
        for (size_t e = 0; e < curve[i].epochs; e++) {
            fputs(e ? "," : "", h->f);
            html_number(h, curve[i].median[e], DIGITS);
        }
        fputc(']', h->f);
    }
    fputs("]</script>\n", h->f);
}

static void put_table(struct html *h, const il_comparison *c, const il_group_curve *curve,
                      size_t epochs)
{
    char low[CELL], median[CELL], high[CELL];

    fputs(
        "<details><summary>The curves as a table</summary><div class=\"scroll\" tabindex=\"0\" "
        "role=\"region\" aria-label=\"The curves as a table\"><table><caption>Median and quartiles "
        "of ",
        h->f);
    html_text(h, c->metric);
    fputs("</caption>\n<thead><tr><th scope=\"col\">epoch</th>", h->f);
    for (size_t i = 0; i < c->groups; i++) {
        fputs("<th scope=\"col\" class=\"n\">", h->f);
        html_text(h, c->group[i].label);
        fputs("</th>", h->f);
    }
    fputs("</tr></thead>\n<tbody>\n", h->f);
    for (size_t e = 0; e < epochs; e++) {
        fprintf(h->f, "<tr><th scope=\"row\">%zu</th>", e + 1);
        for (size_t i = 0; i < c->groups; i++) {
            const int has = e < curve[i].epochs;

            put_metric(c, has ? curve[i].low[e] : NAN, low);
            put_metric(c, has ? curve[i].median[e] : NAN, median);
            put_metric(c, has ? curve[i].high[e] : NAN, high);
            fprintf(h->f, "<td class=\"n\">%s [%s, %s]</td>", median, low, high);
        }
        fputs("</tr>\n", h->f);
    }
    fputs("</tbody></table></div></details>\n", h->f);
}

static il_status put_curves(struct html *h, const struct compared *k, il_error *err)
{
    const il_comparison *const c = k->comparison;
    il_group_curve *curve = NULL;
    size_t epochs;
    il_status st = put_figure(h, k, "curves", "Curves over the epochs", err);

    if (st == IL_OK)
        st = il_compare_curves(&curve, c, k->runs, err);
    if (st != IL_OK)
        return st;
    epochs = epochs_of(c, curve);
    if (c->groups <= LEGEND && epochs <= VALUES / c->groups) {
        put_values(h, c, curve);
        if (epochs <= ROWS / c->groups)
            put_table(h, c, curve, epochs);
    }
    il_group_curves_free(curve, c->groups);
    return IL_OK;
}

/* ---- the section ----------------------------------------------------------------------------- */

const char *report_verdict(const il_comparison *c, const il_run_group *g)
{
    return c->groups == 1 || g->verdict == IL_VERDICT_NONE ? "-" : verdict_word(c, g);
}

/* colour, dash and marker of a group, as figures have them */
static il_status put_key(struct html *h, size_t style, il_error *err)
{
    char *svg;
    size_t n;
    const il_status st = il_figure_key(&svg, &n, style, err);

    if (st != IL_OK)
        return st;
    fputs("<span class=\"key\">", h->f);
    fwrite(svg, 1, n, h->f);
    fputs("</span>", h->f);
    free(svg);
    return IL_OK;
}

static il_status put_legend(struct html *h, const il_comparison *c, il_error *err)
{
    il_status st = IL_OK;

    fprintf(h->f,
            "<div class=\"legend%s\" role=\"group\" aria-label=\"Groups: press one to see it "
            "alone\">\n",
            c->groups > LONG ? " long" : "");
    for (size_t i = 0; i < c->groups && i < LEGEND && st == IL_OK; i++) {
        fprintf(h->f, "<button type=\"button\" aria-pressed=\"false\" data-group=\"%zu\">", i);
        st = put_key(h, c->group[i].style, err);
        html_text(h, c->group[i].label);
        fputs("</button>\n", h->f);
    }
    fputs("</div>\n", h->f);
    return st;
}

static int is_by(const il_comparison *c, const char *column)
{
    for (size_t i = 0; i < c->columns; i++)
        if (strcmp(c->column[i], column) == 0)
            return 1;
    return 0;
}

il_status drawings(struct html *h, const struct compared *k, il_error *err)
{
    const il_comparison *const c = k->comparison;
    il_status st = IL_OK;

    fputs("<section id=\"figures\"><h2>Figures</h2>\n", h->f);
    if (c->groups > 1)
        st = put_legend(h, c, err);
    if (st == IL_OK)
        st = put_figure(h, k, "intervals", "Means and differences with their intervals", err);
    if (st == IL_OK && k->epochs)
        st = put_curves(h, k, err);
    if (st == IL_OK && c->columns == 2)
        st = put_figure(h, k, "heatmap", "Heat map of the two columns", err);
    if (st == IL_OK && is_by(c, "lr"))
        st = put_figure(h, k, "rates", "Means over the learning rate", err);
    if (st == IL_OK && k->budgets)
        st = put_figure(h, k, "budget", "What the best of more trials gives", err);
    fputs("</section>\n", h->f);
    return st;
}
