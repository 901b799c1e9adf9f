/* names.c - what lines are called. */
#include "names.h"

#include <math.h>
#include <string.h>
#include "axes.h"
#include "palette.h"

enum { PIECE = 24, GAP = 8 }; /* pixels: a piece of the line, and what lies before the text */

/* ---- texts ----------------------------------------------------------------------------------- */

/* A long label is shown by its ends: letters of each. */
enum { HEAD = IL_LABEL / 2 - 1, TAIL = IL_LABEL - HEAD - 1 };

/* Would two labels, the first of which is long, be shown alike? */
static int alike(const char *a, const char *b)
{
    const size_t n = il_letters(a), m = il_letters(b);
    const size_t head = (size_t)(il_behind(a, HEAD) - a);

    return m > IL_LABEL && strncmp(a, b, head) == 0 &&
           strcmp(il_behind(a, n - TAIL), il_behind(b, m - TAIL)) == 0;
}

static int is_named(const il_line *line)
{
    return !line->theory && !line->faint && line->label && line->label[0];
}

/* why a line is not drawn */
static const char *none_of(const il_line *line)
{
    return line->none ? line->none : "no finite value";
}

static int is_none(const il_line *line) { return line->count > 0 && il_points(line) == 0; }

/* A label, cut in its middle if it is long; with the line's number where others would be the same. */
static void set_text(const il_panel *p, size_t k, int say_none, char *text, size_t size)
{
    const char *const label = p->line[k].label;
    const size_t n = il_letters(label);
    size_t same = 0;
    char number[24] = "", none[64] = "";

    if (say_none && is_none(&p->line[k]))
        snprintf(none, sizeof none, " (%.60s)", none_of(&p->line[k]));

    if (n <= IL_LABEL) {
        snprintf(text, size, "%s%s", label, none);
        return;
    }
    for (size_t i = 0; i < p->lines; i++)
        same += is_named(&p->line[i]) && alike(label, p->line[i].label);
    if (same > 1)
        snprintf(number, sizeof number, "%zu: ", k + 1);
    snprintf(text, size, "%s%.*s\u2026%s%s", number, (int)(il_behind(label, HEAD) - label), label,
             il_behind(label, n - TAIL), none);
}

void il_names_none(const il_panel *p, char text[IL_NAMES_NONE])
{
    enum { MOST = 5 };
    const char *said = NULL;
    size_t none = 0, n = 0;

    text[0] = 0;
    for (size_t k = 0; k < p->lines; k++)
        none += is_named(&p->line[k]) && is_none(&p->line[k]);
    if (none == 0 || none == il_names_count(p)) /* a panel of none says so as a whole */
        return;
    none = 0;
    for (size_t k = 0; k < p->lines; k++) {
        const char *const why = none_of(&p->line[k]);

        if (!is_named(&p->line[k]) || !is_none(&p->line[k]) || none++ >= MOST)
            continue;
        if (!said || strcmp(said, why) != 0)
            n += (size_t)snprintf(text + n, IL_NAMES_NONE - n, "%s%.40s: ", said ? "; " : "", why);
        else
            n += (size_t)snprintf(text + n, IL_NAMES_NONE - n, ", ");
        n += (size_t)snprintf(text + n, IL_NAMES_NONE - n, "%.70s", p->line[k].label);
        said = why;
    }
    if (none > MOST)
        snprintf(text + n, IL_NAMES_NONE - n, " and %zu more", none - MOST);
}

/* ---- lines that lie upon others -------------------------------------------------------------- */

/* but for what nobody sees, as the rounding of what was measured in two ways */
static int is_same(double a, double b)
{
    static const double SEEN = 1e-4;

    return a == b || fabs(a - b) <= SEEN * fmax(fabs(a), fabs(b));
}

static int covers(const il_line *a, const il_line *b)
{
    size_t i = 0;

    while (i < a->count && a->count == b->count && il_x_of(a, i) == il_x_of(b, i) &&
           (is_same(a->y[i], b->y[i]) || !il_is_drawn(b->y[i])))
        i++;
    return a->count > 0 && i == b->count && a->count == b->count && il_points(a) == il_points(b) &&
           il_points(a) > 0;
}

/* how many lines before this one have the same values, and would be hidden by it */
static size_t under(const il_panel *p, size_t k)
{
    size_t n = 0;

    for (size_t i = 0; i < k && !p->line[k].theory; i++)
        n += !p->line[i].theory && !p->line[i].faint && covers(&p->line[i], &p->line[k]);
    return n;
}

size_t il_names_count(const il_panel *p)
{
    size_t named = 0;

    for (size_t k = 0; k < p->lines; k++)
        named += (size_t)is_named(&p->line[k]);
    return named;
}

void il_names_make(const il_panel *p, int say_none, struct il_shown *shown)
{
    for (size_t k = 0; k < p->lines; k++) {
        shown[k].text[0] = 0;
        shown[k].under = under(p, k);
        shown[k].y = NAN;
        if (is_named(&p->line[k]))
            set_text(p, k, say_none, shown[k].text, sizeof shown[k].text);
    }
}

void il_names_stroke(struct il_file *f, const il_line *line, const struct il_shown *shown)
{
    if (shown->under > 0)
        il_file_print(f, " stroke=\"%s\" stroke-dasharray=\"8 %zu\"", il_colour(line->style),
                      8 * shown->under);
    else
        il_put_stroke(f, line->style);
}

double il_names_width(const struct il_shown *shown, size_t lines)
{
    double widest = 0;

    for (size_t k = 0; k < lines; k++)
        widest = fmax(widest, il_text_width(shown[k].text, IL_TEXT));
    return widest > 0 ? GAP + PIECE + GAP + widest : 0;
}

/* ---- drawn ----------------------------------------------------------------------------------- */

void il_names_entry(struct il_file *f, const il_line *line, const struct il_shown *shown, double x,
                    double y)
{
    if (line->group)
        il_file_print(f, "<g class=\"name\" data-group=\"%zu\">\n", line->group - 1);
    else
        il_file_print(f, "<g class=\"name\">\n");
    il_file_print(f, "<path stroke-width=\"2\"");
    if (il_is_dashed(line->style)) /* which tells it from another of its colour, wherever it lies */
        il_put_stroke(f, line->style);
    else
        il_names_stroke(f, line, shown);
    il_file_print(f, " d=\"M%s %sh%d\"/>\n", il_px(x).text, il_px(y).text, PIECE);
    if (line->markers)
        il_put_marker(f, line->style, x + PIECE / 2.0, y, 4, il_colour(line->style), 0);
    il_file_print(f, "<text x=\"%s\" y=\"%s\" font-size=\"%d\" fill=\"#222\">",
                  il_px(x + PIECE + GAP).text, il_px(y + 4).text, IL_TEXT);
    il_put_letters(f, shown->text, SIZE_MAX);
    il_file_print(f, "</text>\n</g>\n");
}

/* order[n]: the named lines from the top, those that are nowhere last */
static size_t sort_ends(const il_panel *p, const struct il_shown *shown, size_t *order)
{
    size_t n = 0;

    for (size_t k = 0; k < p->lines && n < IL_FIGURE_NAMES; k++) {
        size_t at = n;

        if (!shown[k].text[0])
            continue;
        while (at > 0 && !isnan(shown[k].y) &&
               (isnan(shown[order[at - 1]].y) || shown[order[at - 1]].y > shown[k].y)) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = k;
        n++;
    }
    return n;
}

void il_names_at_ends(struct il_file *f, const il_panel *p, const struct il_shown *shown, double x,
                      double top, double bottom)
{
    static const double NEAR = 30; /* pixels from a line's end to its name that are bridged */
    size_t order[IL_FIGURE_NAMES];
    double y[IL_FIGURE_NAMES];
    const size_t n = sort_ends(p, shown, order);

    for (size_t i = 0; i < n; i++) { /* down, as far as the one above wants */
        const double want = isnan(shown[order[i]].y) ? bottom : shown[order[i]].y;

        y[i] = fmax(fmax(want, top + 8), i ? y[i - 1] + IL_NAMES_ROW : 0);
    }
    for (size_t i = n; i-- > 0;) /* and up again, from the bottom */
        y[i] = fmin(y[i], i + 1 < n ? y[i + 1] - IL_NAMES_ROW : bottom - 4);
    for (size_t i = 0; i < n; i++) {
        const struct il_shown *const s = &shown[order[i]];

        if (!isnan(s->y) && fabs(s->y - y[i]) > 2 && x - s->x < NEAR)
            il_file_print(f, "<path d=\"M%s %sL%s %s\" fill=\"none\" stroke=\"#aaa\"/>\n",
                          il_px(s->x + 2).text, il_px(s->y).text, il_px(x + GAP - 2).text,
                          il_px(y[i]).text);
        il_names_entry(f, &p->line[order[i]], s, x + GAP, y[i]);
    }
}
