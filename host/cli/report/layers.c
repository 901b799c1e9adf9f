/* layers.c - the section about layers: figures, a table of their numbers, or how to get them. */
#include "layers.h"

#include <math.h>
#include <stdlib.h>
#include "compare/figure_words.h"
#include "layer_figures.h"

enum { GROUPS_MOST = 100 /* that can be told apart */, THROUGH = 8 /* groups */, ROWS = 1000 };

static void put_none(struct html *h)
{
    fputs(
        "<p>Not looked at. A sweep that is run with <code>--diag every=epoch</code> keeps, of each "
        "layer, its activations' mean and variance, saturated and dead units, the gradient's "
        "norm, the update-to-weight ratio and more; results stay the same to the bit.</p>\n",
        h->f);
}

static il_status put_over_layers(struct html *h, const struct compared *k, const struct states *s,
                                 const struct expectations *e, int end, il_error *err)
{
    const char *const name =
        end ? "Layers after training" : "Layers before training, beside theory";
    il_status st = IL_OK;
    size_t parts = 1;

    for (size_t i = 0; i < parts && st == IL_OK; i++) {
        char *svg = NULL;
        size_t n = 0;

        st = draw_over_layers(&svg, &n, k, s, e, end, i, &parts, err);
        if (svg)
            html_figure(h, figure_hides_bands(k->comparison) ? "layers many" : "layers", name, svg,
                        n);
        free(svg);
    }
    return st;
}

/* one figure a group, closed at first: what is a line in them is a layer */
static il_status put_through(struct html *h, const struct compared *k, const struct states *s,
                             il_error *err)
{
    size_t shown = 0, others = 0;
    il_status st = IL_OK;

    for (size_t i = 0; i < k->comparison->groups && st == IL_OK; i++) {
        char *svg = NULL;
        size_t n = 0;

        if (shown < THROUGH)
            st = draw_over_epochs(&svg, &n, k, s, i, err);
        else
            others++;
        if (!svg)
            continue;
        shown++;
        fputs("<details><summary>Through training: ", h->f);
        html_text(h, k->comparison->group[i].label);
        fputs("</summary>\n", h->f);
        html_figure(h, "through ungrouped", "Layers through training", svg, n);
        fputs("</details>\n", h->f);
        free(svg);
    }
    if (others)
        fprintf(h->f,
                "<p class=\"small\">Through training: the first %d groups alone; --where init=... "
                "chooses others.</p>\n",
                THROUGH);
    return st;
}

/* ---- the table ------------------------------------------------------------------------------- */

static void put_number(struct html *h, double x)
{
    if (isnan(x))
        fputs("<td class=\"n\">-</td>", h->f);
    else
        fprintf(h->f, "<td class=\"n\">%.4g</td>", x);
}

static void put_rows(struct html *h, const struct compared *k, const struct states *s,
                     const struct expectations *e, size_t group, int end)
{
    const struct group_theory *const t = &e->group[group];
    size_t n, starts;
    const struct state *const state = states_at(s, group, end, &n);
    const struct state *const start = states_at(s, group, 0, &starts);

    for (size_t i = 0; i < n; i++) {
        const size_t l = state[i].layer - 1;
        const int has = !end && l < t->layers;

        fputs("<tr><th scope=\"row\">", h->f);
        html_text(h, k->comparison->group[group].label);
        fprintf(h->f,
                "</th><td class=\"n\">%zu</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td>",
                state[i].layer, state[i].step, state[i].runs);
        for (size_t q = 0; q < IL_DIAGNOSTIC_COUNT; q++)
            put_number(h, state[i].median[q]);
        put_number(h, has ? t->layer[l].q : NAN);
        put_number(h, has ? t->layer[l].a_variance : NAN);
        put_number(h, has ? theory_gradient(t, start, starts, l) : NAN);
        fputs("</tr>\n", h->f);
    }
}

static size_t rows_of(const struct compared *k, const struct states *s)
{
    size_t rows = 0, n;

    for (size_t i = 0; i < k->comparison->groups; i++)
        for (int end = 0; end < 2; end++) {
            states_at(s, i, end, &n);
            rows += n;
        }
    return rows;
}

static void put_table(struct html *h, const struct compared *k, const struct states *s,
                      const struct expectations *e)
{
    static const char *const theory[] = { "theory: mean square of z (q)",
                                          "theory: variance of activations",
                                          "theory: norm of the gradient" };

    if (rows_of(k, s) > ROWS)
        return;
    fputs("<details><summary>The layers as a table</summary><div class=\"scroll\" tabindex=\"0\" "
          "role=\"region\" aria-label=\"The layers as a table\"><table><caption>Medians over runs, "
          "before the first step and after the last</caption>\n<thead><tr><th "
          "scope=\"col\">group</th><th scope=\"col\" class=\"n\">layer</th><th scope=\"col\" "
          "class=\"n\">step</th><th scope=\"col\" class=\"n\">runs</th>",
          h->f);
    for (size_t q = 0; state_words(q); q++)
        fprintf(h->f, "<th scope=\"col\" class=\"n\">%s</th>", state_words(q));
    for (size_t i = 0; i < sizeof theory / sizeof *theory; i++)
        fprintf(h->f, "<th scope=\"col\" class=\"n\">%s</th>", theory[i]);
    fputs("</tr></thead>\n<tbody>\n", h->f);
    for (size_t i = 0; i < k->comparison->groups; i++)
        for (int end = 0; end < 2; end++)
            put_rows(h, k, s, e, i, end);
    fputs("</tbody></table></div></details>\n", h->f);
}

/* ---- the section ----------------------------------------------------------------------------- */

static il_status put_states(struct html *h, const struct options *o, const struct compared *k,
                            const struct states *s, il_error *err)
{
    struct expectations e;
    il_status st = expectations_read(&e, o, k, err);

    if (st == IL_OK && e.why[0]) {
        fputs("<p class=\"small\">Without theory: ", h->f);
        html_text(h, e.why);
        fputs("</p>\n", h->f);
    }
    for (int end = 0; end < 2 && st == IL_OK; end++)
        st = put_over_layers(h, k, s, &e, end, err);
    if (st == IL_OK)
        put_table(h, k, s, &e);
    if (st == IL_OK)
        st = put_through(h, k, s, err);
    expectations_free(&e);
    return st;
}

il_status layers(struct html *h, const struct options *o, const struct compared *k, il_error *err)
{
    struct states s = { .state = NULL };
    il_status st = IL_OK;

    fputs("<section id=\"layers\"><h2>Layers</h2>\n", h->f);
    if (k->comparison->groups > GROUPS_MOST)
        fprintf(h->f,
                "<p class=\"small\">%zu groups are too many to be told apart: --where or --by "
                "leaves up to %d.</p>\n",
                k->comparison->groups, GROUPS_MOST);
    else
        st = states_read(&s, k, err);
    if (st == IL_OK && s.count)
        st = put_states(h, o, k, &s, err);
    else if (st == IL_OK && k->comparison->groups <= GROUPS_MOST)
        put_none(h);
    fputs("</section>\n", h->f);
    states_free(&s);
    return st;
}
