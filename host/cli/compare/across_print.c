/* across_print.c - groups across conditions, as a sentence, a table, and for programs. */
#include "across_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "columns.h"
#include "common/cli_error.h"
#include "common/csv.h"
#include "common/messages.h"

enum { LETTERS = 27 };

/* Groups that share a letter cannot be told apart; beyond 26 sets of them there is "+". */
static void letters_of(const il_across *a, size_t group, char text[LETTERS + 1])
{
    size_t n = 0;

    for (size_t k = 0; k < a->cliques && n < LETTERS; k++)
        if (group >= a->clique[k].first && group <= a->clique[k].last)
            text[n++] = (char)(k < 26 ? 'a' + (int)k : '+');
    text[n] = 0;
}

void across_sentence(const il_across *a, const char *across, char text[ANSWER])
{
    const il_friedman *const f = &a->friedman;

    if (isnan(f->f_p))
        snprintf(text, ANSWER, "Over %zu conditions (%.200s) all groups tie in every one.",
                 a->conditions, across);
    else
        snprintf(text, ANSWER,
                 "Over %zu conditions (%.200s) %.100s has the best mean rank, %.2f of %zu; %s "
                 "(Friedman's "
                 "F = %.4g, p = %.2g).",
                 a->conditions, across, a->group[0].label, a->group[0].rank, a->groups,
                 f->f_p < 0.05 ? "the groups differ"
                               : "no difference between the groups is detectable",
                 f->f, f->f_p);
}

/* ---- for people ------------------------------------------------------------------------------ */

/* "83 % [71, 92]" */
static void put_improvement(const il_ranked *g, char text[CELL])
{
    const il_interval *const i = &g->improvement_interval;

    if (isnan(g->improvement))
        snprintf(text, CELL, "-");
    else if (i->kind == IL_INTERVAL_NONE)
        snprintf(text, CELL, "%.0f %% [-]", 100 * g->improvement);
    else
        snprintf(text, CELL, "%.0f %% [%.0f, %.0f]", 100 * g->improvement, 100 * i->low,
                 100 * i->high);
}

static int fill(struct text_table *t, const il_across *a)
{
    static const char *const head[] = { "group", "rank", "mean", "best beats it", "same as" };
    const il_comparison like = { .metric = a->metric };
    char text[5][CELL];

    for (size_t r = 0; r < t->rows; r++) {
        const il_ranked *const g = r ? &a->group[r - 1] : NULL;

        for (size_t i = 0; i < t->columns; i++)
            snprintf(text[i], CELL, "%s", head[i]);
        if (g) {
            snprintf(text[1], CELL, "%.2f", g->rank);
            put_metric(&like, g->mean, text[2]);
            put_improvement(g, text[3]);
            letters_of(a, r - 1, text[4]);
        }
        for (size_t i = 0; i < t->columns; i++)
            if (!(t->cell[r * t->columns + i] = cli_shown(g && i == 0 ? g->label : text[i])))
                return 0;
    }
    return 1;
}

il_status across_table(struct text_table *t, const il_across *a, il_error *err)
{
    *t = (struct text_table){ .rows = a->groups + 1, .columns = 5, .named = 1 };
    t->cell = calloc(t->rows * t->columns, sizeof *t->cell);
    return t->cell && fill(t, a) ? IL_OK : cli_no_memory(err);
}

int across_note(const il_across *a, size_t index, char text[ANSWER])
{
    const size_t pairs = a->groups * (a->groups - 1) / 2;

    text[0] = 0;
    if (index == 0 && a->left_out)
        snprintf(text, ANSWER, "%zu condition%s a run of some group and %s left out", a->left_out,
                 a->left_out == 1 ? " lacks" : "s lack", a->left_out == 1 ? "is" : "are");
    if (index == 1 && a->lost)
        snprintf(text, ANSWER,
                 "%zu of %zu runs have no finite %.60s, as those that diverged: each is worse than "
                 "any that has one; within a condition the fewer of them a group has, the better "
                 "its rank, whatever the mean of the others",
                 a->lost, a->runs, a->metric);
    if (index == 2) {
        char drawn[WORDS_DRAWN];

        answer_drawn(a->drawn, 1, drawn);
        snprintf(
            text, ANSWER,
            "rank: within each condition, of the mean %.60s, 1 the best; best beats it: how "
            "often a run of the best-ranked group is ahead of one of this, within a "
            "condition, with its 95 %% interval (%s); groups with a letter in common cannot be "
            "told apart (Wilcoxon's signed ranks of conditions, Holm over %zu pairs, which "
            "takes %zu conditions at least)",
            a->metric, drawn, pairs, il_pairs_least(0.05, pairs));
    }
    if (index == 3)
        answer_pooled(a->pooled, a->pooleds, "groups and conditions", text);
    if (index == 4)
        snprintf(text, ANSWER,
                 "n = %zu conditions, each by the groups' means in it; without --across n is pairs "
                 "of runs of equal seeds: one may tell apart what the other does not",
                 a->conditions);
    return index < 5;
}

/* the group's place among those of a comparison; its groups: none is called so */
static size_t place_in(const il_comparison *c, const char *name)
{
    size_t i = 0;

    while (i < c->groups && strcmp(c->group[i].name, name) != 0)
        i++;
    return i;
}

void across_beside(const il_across *a, const il_comparison *c, char text[ANSWER])
{
    size_t apart = 0, joined = 0, n = 0;

    text[0] = 0;
    if (!c->tested || c->reference >= c->groups)
        return;
    for (size_t i = 0; i < a->groups; i++)
        if (place_in(c, a->group[i].name) == c->groups) /* groups are by other columns */
            return;
    for (size_t i = 1; i < a->groups; i++) {
        const il_run_group *const g = &c->group[place_in(c, a->group[i].name)];
        const int ranks = a->p[i] < c->alpha, runs = g->verdict == IL_VERDICT_WORSE;

        apart += ranks && !runs && g->verdict != IL_VERDICT_NONE;
        joined += !ranks && runs;
    }
    if (place_in(c, a->group[0].name) != c->reference)
        n = (size_t)snprintf(text, ANSWER, "%.120s has the best mean rank, while %.120s %s above",
                             a->group[0].label, c->group[c->reference].label,
                             c->has_control ? "is the control" : "is best");
    else if (apart || joined)
        n = (size_t)snprintf(
            text, ANSWER, "%zu of %zu groups %s told apart from %.120s by %s, and not by %s",
            apart ? apart : joined, a->groups - 1, (apart ? apart : joined) == 1 ? "is" : "are",
            a->group[0].label, apart ? "ranks over conditions" : "runs",
            apart ? "runs" : "ranks over conditions");
    if (n)
        snprintf(text + n, ANSWER - n,
                 ": ranks count each of %zu conditions once, whatever the distance of means in it; "
                 "the ranking above counts each run, seed by seed, by how far it is apart",
                 a->conditions);
}

static void print_lines(const il_across *a, const char *format, const char *const *notes,
                        size_t count)
{
    char text[ANSWER];

    for (size_t i = 0; i < count; i++)
        if (notes[i][0])
            text_table_note(format, notes[i]);
    for (size_t i = 0; across_note(a, i, text); i++)
        if (text[0])
            text_table_note(format, text);
}

static il_status print_read(const struct cli *cli, const il_across *a, const char *across,
                            const char *format, const char *const *notes, size_t count,
                            il_error *err)
{
    struct text_table t;
    const int markdown = strcmp(format, "md") == 0, latex = strcmp(format, "tex") == 0;
    char text[ANSWER], *shown;
    il_status st = across_table(&t, a, err);

    across_sentence(a, across, text);
    shown = cli_shown(text);
    if (st == IL_OK && !shown)
        st = cli_no_memory(err);
    if (st != IL_OK)
        goto out;
    if (markdown)
        text_table_markdown(shown);
    else
        printf("%s%s", latex ? "% " : "", shown);
    puts(latex ? "" : "\n");
    text_table_print(cli, &t, format);
    puts("");
    print_lines(a, format, notes, count);
out:
    text_table_free(&t);
    free(shown);
    return st;
}

/* ---- for programs ---------------------------------------------------------------------------- */

static void print_csv(const il_across *a)
{
    puts("group,rank,mean,improvement,improvement_low,improvement_high,same_as,lost");
    for (size_t i = 0; i < a->groups; i++) {
        char letters[LETTERS + 1];

        letters_of(a, i, letters);
        csv_text(stdout, a->group[i].name);
        putchar(',');
        csv_number(stdout, a->group[i].rank);
        putchar(',');
        csv_number(stdout, a->group[i].mean);
        putchar(',');
        csv_number(stdout, a->group[i].improvement);
        putchar(',');
        csv_number(stdout, a->group[i].improvement_interval.low);
        putchar(',');
        csv_number(stdout, a->group[i].improvement_interval.high);
        printf(",%s,%zu\n", letters, a->group[i].lost);
    }
}

static json_t *group_json(const il_across *a, size_t i)
{
    json_t *const object = json_object(), *const p = json_array();
    char letters[LETTERS + 1];
    int ok = object && p;

    letters_of(a, i, letters);
    for (size_t k = 0; ok && k < a->groups; k++)
        ok = json_array_append_new(p, json_real(a->p[i * a->groups + k])) == 0;
    ok =
        ok && json_object_set_new(object, "group", cli_json_utf8(a->group[i].name)) == 0 &&
        json_object_set_new(object, "rank", json_real(a->group[i].rank)) == 0 &&
        json_object_set_new(object, "mean", cli_json_number(a->group[i].mean)) == 0 &&
        json_object_set_new(object, "lost", json_integer((json_int_t)a->group[i].lost)) == 0 &&
        json_object_set_new(object, "improvement", cli_json_number(a->group[i].improvement)) == 0 &&
        json_object_set_new(object, "improvement_low",
                            cli_json_number(a->group[i].improvement_interval.low)) == 0 &&
        json_object_set_new(object, "improvement_high",
                            cli_json_number(a->group[i].improvement_interval.high)) == 0 &&
        json_object_set_new(object, "same_as", cli_json_utf8(letters)) == 0 &&
        json_object_set(object, "p", p) == 0;
    json_decref(p);
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

/* a list of numbers under a name */
static int add_numbers(json_t *object, const char *name, const double *x, size_t n)
{
    json_t *const list = json_array();
    int ok = list != NULL;

    for (size_t i = 0; ok && i < n; i++)
        ok = json_array_append_new(list, cli_json_number(x[i])) == 0;
    ok = ok && json_object_set(object, name, list) == 0;
    json_decref(list);
    return ok;
}

/* {"bounds": [...], "groups": {"zeros": {"share": [...], "low": [...], "high": [...]}}} */
static int add_profiles(json_t *all, const il_profiles *p)
{
    json_t *const profile = json_object(), *const groups = json_object();
    int ok = profile && groups && add_numbers(profile, "bounds", p->bound, p->points);

    for (size_t i = 0; ok && i < p->groups; i++) {
        const il_group_profile *const g = &p->group[i];
        json_t *const one = json_object();

        ok = one && add_numbers(one, "share", g->share, p->points) &&
             add_numbers(one, "low", g->low, p->points) &&
             add_numbers(one, "high", g->high, p->points) &&
             json_object_set(groups, g->name, one) == 0;
        json_decref(one);
    }
    ok = ok && json_object_set(profile, "groups", groups) == 0 &&
         json_object_set(all, "profile", profile) == 0;
    json_decref(groups);
    json_decref(profile);
    return ok;
}

static int add_improvements(json_t *all, const il_improvements *m)
{
    json_t *const list = json_array();
    int ok = list != NULL;

    for (size_t i = 0; ok && i < m->pairs; i++) {
        const il_improved *const p = &m->pair[i];
        json_t *const one = json_object();

        ok = one && json_object_set_new(one, "group", cli_json_utf8(m->name[p->first])) == 0 &&
             json_object_set_new(one, "beats", cli_json_utf8(m->name[p->second])) == 0 &&
             json_object_set_new(one, "p", cli_json_number(p->p)) == 0 &&
             json_object_set_new(one, "low", cli_json_number(p->interval.low)) == 0 &&
             json_object_set_new(one, "high", cli_json_number(p->interval.high)) == 0 &&
             json_array_append(list, one) == 0;
        json_decref(one);
    }
    ok = ok && json_object_set(all, "improvements", list) == 0;
    json_decref(list);
    return ok;
}

static il_status print_json(const struct cli *cli, const il_across *a, const char *across,
                            const struct spread *spread, il_error *err)
{
    json_t *const all = json_object(), *const groups = json_array(), *const pooled = json_array();
    char text[ANSWER];
    int ok = all && groups && pooled;

    across_sentence(a, across, text);
    for (size_t i = 0; ok && i < a->groups; i++) {
        json_t *const g = group_json(a, i);

        ok = g && json_array_append_new(groups, g) == 0;
    }
    for (size_t i = 0; ok && i < a->pooleds; i++)
        ok = json_array_append_new(pooled, cli_json_utf8(a->pooled[i])) == 0;
    ok = ok && json_object_set_new(all, "answer", cli_json_utf8(text)) == 0 &&
         json_object_set_new(all, "metric", cli_json_utf8(a->metric)) == 0 &&
         json_object_set(all, "pooled", pooled) == 0 &&
         json_object_set_new(all, "conditions", json_integer((json_int_t)a->conditions)) == 0 &&
         json_object_set_new(all, "left_out", json_integer((json_int_t)a->left_out)) == 0 &&
         json_object_set_new(all, "chi2", cli_json_number(a->friedman.chi2)) == 0 &&
         json_object_set_new(all, "chi2_p", cli_json_number(a->friedman.chi2_p)) == 0 &&
         json_object_set_new(all, "f", cli_json_number(a->friedman.f)) == 0 &&
         json_object_set_new(all, "f_p", cli_json_number(a->friedman.f_p)) == 0 &&
         json_object_set(all, "groups", groups) == 0 && add_profiles(all, spread->profiles) &&
         (!spread->improvements || add_improvements(all, spread->improvements));
    json_decref(groups);
    json_decref(pooled);
    if (ok)
        return cli_json(cli, all) == 0 ? IL_OK : cli_no_memory(err);
    json_decref(all);
    return cli_no_memory(err);
}

static il_status print_jsonl(const il_across *a, il_error *err)
{
    for (size_t i = 0; i < a->groups; i++)
        if (!cli_json_line(group_json(a, i)))
            return cli_no_memory(err);
    return IL_OK;
}

il_status across_print(const struct cli *cli, const il_across *a, const char *across,
                       const struct spread *spread, const char *format, const char *const *notes,
                       size_t count, il_error *err)
{
    if (strcmp(format, "csv") == 0) {
        print_csv(a);
        return IL_OK;
    }
    if (strcmp(format, "jsonl") == 0)
        return print_jsonl(a, err);
    if (strcmp(format, "json") == 0)
        return print_json(cli, a, across, spread, err);
    return print_read(cli, a, across, format, notes, count, err);
}
