/* troubles.c - what went wrong: runs that failed, diverged or are stuck, those alike together. */
#include "troubles.h"

#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"

enum { KINDS = 200 /* that are listed; the table of runs has all */, WHY = 400, IDS = 3 };

struct kind {
    enum run_end end;
    size_t group, runs;
    char why[WHY], id[IDS][17];
    int64_t first, last; /* epochs in which runs diverged */
};

struct wrong {
    struct kind *kind; /* [count] */
    size_t count, others, groups;
};

static struct kind *kind_of(struct wrong *w, const struct row *row, const char *why)
{
    struct kind *k = w->kind;

    for (size_t i = 0; i < w->count; i++, k++)
        if (k->end == row->end && k->group == row->group && strcmp(k->why, why) == 0)
            return k;
    if (w->count == KINDS) {
        w->others++;
        return NULL;
    }
    w->count++;
    *k = (struct kind){ .end = row->end, .group = row->group };
    strcpy(k->why, why);
    return k;
}

static int take(void *arg, const struct row *row)
{
    const il_value *const error = row_value(row, "error");
    const il_value *const epoch = row_value(row, "diverged_epoch");
    char why[WHY] = "";
    struct kind *k;

    if (row->end == RUN_OK)
        return 0;
    if (row->end == RUN_FAILED && error)
        snprintf(why, sizeof why, "%s", error->text);
    k = kind_of(arg, row, why);
    if (!k)
        return 0;
    if (k->runs < IDS)
        snprintf(k->id[k->runs], sizeof k->id[0], "%.16s", row->id);
    if (epoch && epoch->kind == IL_VALUE_WHOLE) {
        k->first = k->first && k->first < epoch->whole ? k->first : epoch->whole;
        k->last = k->last > epoch->whole ? k->last : epoch->whole;
    }
    k->runs++;
    return 0;
}

static int by_end(const void *a, const void *b)
{
    const struct kind *const x = a, *const y = b;

    if (x->end != y->end)
        return x->end < y->end ? 1 : -1;
    return x->group != y->group ? (x->group < y->group ? -1 : 1) : strcmp(x->why, y->why);
}

static void put_why(struct html *h, const struct kind *k)
{
    if (k->end == RUN_STUCK)
        fputs("no better than a guess in the last half of the epochs", h->f);
    else if (k->end == RUN_FAILED)
        html_text(h, k->why[0] ? k->why : "no reason is known");
    else if (k->first == k->last)
        fprintf(h->f, "cost or weights were not finite in epoch %lld", (long long)k->first);
    else
        fprintf(h->f, "cost or weights were not finite in epochs %lld to %lld", (long long)k->first,
                (long long)k->last);
}

static void put_kind(struct html *h, const struct kind *k, const il_comparison *c)
{
    fprintf(h->f, "<tr><th scope=\"row\"><span class=\"end %s\">%s</span></th><td>",
            run_end_word[k->end], run_end_word[k->end]);
    html_text(h, k->group < c->groups ? c->group[k->group].label : "-");
    if (k->group < c->groups)
        fprintf(h->f, "</td><td class=\"n\">%zu of %zu</td><td>", k->runs, c->group[k->group].runs);
    else
        fprintf(h->f, "</td><td class=\"n\">%zu</td><td>", k->runs);
    put_why(h, k);
    fputs("</td><td>", h->f);
    for (size_t i = 0; i < IDS && i < k->runs; i++) {
        fputs(i ? " <code>" : "<code>", h->f);
        html_text(h, k->id[i]);
        fputs("</code>", h->f);
    }
    fputs(k->runs > IDS ? " and others</td></tr>\n" : "</td></tr>\n", h->f);
}

/* what runs that did not train are to the ranking, as they have its metric or have not */
static void put_part(struct html *h, const il_comparison *c)
{
    size_t lost = 0;

    for (size_t i = 0; i < c->groups; i++)
        lost += c->group[i].lost;
    if (lost)
        fprintf(h->f, "%zu without a finite ", lost);
    if (lost) {
        html_text(h, c->metric);
        fputs(" are in no mean, and count as the worst in a median; ", h->f);
    } else {
        fputs("None that has a ", h->f);
        html_text(h, c->metric);
        fputs(" is left out of the ranking: one that diverged counts with what it had; ", h->f);
    }
    fputs("none of them reached a target.", h->f);
}

static void put_table(struct html *h, const struct wrong *w, const il_comparison *c)
{
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"What went wrong\">"
          "<table><caption>Runs that did not train, those alike together. ",
          h->f);
    put_part(h, c);
    fputs("</caption>\n<thead><tr><th scope=\"col\">what</th><th scope=\"col\">"
          "group</th><th scope=\"col\" class=\"n\">runs</th><th scope=\"col\">why</th>"
          "<th scope=\"col\">which</th></tr></thead>\n<tbody>\n",
          h->f);
    for (size_t i = 0; i < w->count; i++)
        put_kind(h, &w->kind[i], c);
    fputs("</tbody></table></div>\n", h->f);
    if (w->others)
        fprintf(h->f, "<p>And %zu runs more: the table of runs has all.</p>\n", w->others);
}

il_status troubles(struct html *h, const struct compared *k, il_error *err)
{
    struct wrong w = { .kind = calloc(KINDS, sizeof *w.kind) };
    il_status st = w.kind ? rows_each(k, take, &w, err) : cli_no_memory(err);

    fputs("<section id=\"wrong\"><h2>What went wrong</h2>\n", h->f);
    if (st == IL_OK && w.count) {
        qsort(w.kind, w.count, sizeof *w.kind, by_end);
        put_table(h, &w, k->comparison);
    } else {
        fputs("<p>Nothing: no run failed, diverged or is stuck.</p>\n", h->f);
    }
    fputs("</section>\n", h->f);
    free(w.kind);
    return st;
}
