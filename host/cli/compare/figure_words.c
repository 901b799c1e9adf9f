/* figure_words.c - titles and small print. */
#include "figure_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"

enum { GROUPS_MOST = 100 /* that can be told apart */ };

il_status figure_few_groups(size_t groups, il_error *err)
{
    return groups <= GROUPS_MOST
               ? IL_OK
               : cli_error(
                     err, IL_E_USAGE,
                     "%zu groups are too many for this figure: --where or --by leaves up to %d",
                     groups, GROUPS_MOST);
}

/* a number that a text begins with, and in *s what is behind it; letters alone (inf, nan) are none */
static int take_number(const char **s, double *x)
{
    const char *const digit = *s + (**s == '-');
    char *end;

    if (*digit < '0' || *digit > '9')
        return 0;
    *x = strtod(*s, &end);
    *s = end;
    return 1;
}

int figure_by_value(const void *a, const void *b)
{
    const char *s = *(const char *const *)a, *t = *(const char *const *)b;
    double x = 0, y = 0;

    for (;;) {
        const char *s_end = s, *t_end = t;

        if (take_number(&s_end, &x) && take_number(&t_end, &y)) {
            if (x != y)
                return x < y ? -1 : 1;
            s = s_end;
            t = t_end;
        } else if (*s != *t || !*s) {
            return (unsigned char)*s - (unsigned char)*t;
        } else {
            s++;
            t++;
        }
    }
}

void figure_metric(const char *metric, char text[WORDS])
{
    const char *const words = il_metric_words(metric);
    size_t n = strcspn(words, "(");

    while (n > 0 && words[n - 1] == ' ')
        n--;
    snprintf(text, WORDS, "%.*s", (int)n, words);
}

void figure_limits(const char *metric, double *least, double *most)
{
    *least = 0;
    *most = strstr(il_metric_words(metric), "(share of") ? 1 : 0;
}

void figure_title(const il_comparison *c, const char *what, char text[WORDS])
{
    char metric[WORDS];
    int n;

    figure_metric(c->metric, metric);
    n = snprintf(text, WORDS, "%s%.200s", what, metric);
    for (size_t i = 0; i < c->columns && n < WORDS; i++)
        n += snprintf(text + n, WORDS - (size_t)n, "%s %s", i ? "," : " by", c->column[i]);
    if (what[0] == 0 && text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
}

void figure_runs(const size_t *n, size_t count, const char *of, char text[WORDS])
{
    size_t least = 0, most = 0;

    for (size_t i = 0; i < count; i++) {
        if (n[i] == 0)
            continue;
        least = least == 0 || n[i] < least ? n[i] : least;
        most = n[i] > most ? n[i] : most;
    }
    if (most == 0)
        snprintf(text, WORDS, "n = 0: no run of any %s has a finite value", of);
    else if (least == most)
        snprintf(text, WORDS, "n = %zu run%s a %s", most, most == 1 ? "" : "s", of);
    else
        snprintf(text, WORDS, "n = %zu to %zu runs a %s", least, most, of);
}

const char *figure_group(const il_comparison *c, size_t group)
{
    return c->columns ? c->group[group].label : NULL;
}

void figure_diverged(char strip[STRIP], const char *group, size_t diverged, size_t runs)
{
    static const char MORE[] = ", ...";
    const size_t at = strlen(strip), most = STRIP - sizeof MORE;
    char share[64], one[WORDS + 96];
    size_t n;

    snprintf(share, sizeof share, diverged == runs ? "all %zu" : "%zu of %zu", diverged, runs);
    n = (size_t)snprintf(one, sizeof one, group ? "%s%.300s (%s)" : "%s%.0s%s",
                         at ? ", " : "runs that diverged: ", group ? group : "", share);
    if (at + n < most)
        strcpy(strip + at, one);
    else if (strcmp(strip + at - strlen(MORE), MORE) != 0)
        strcpy(strip + at, MORE);
}

void figure_note(char note[NOTE], const char *line)
{
    const size_t n = strlen(note);

    if (line[0])
        snprintf(note + n, NOTE - n, "%s%s", n ? "\n" : "", line);
}

void figure_interval_words(const il_comparison *c, const char *mark, char text[WORDS])
{
    size_t some = 0, none = 0;

    for (size_t i = 0; i < c->groups; i++) {
        const il_summary *const m = &c->group[i].metric;

        some += m->n > 0 && m->interval.kind != IL_INTERVAL_NONE;
        none += m->n > 0 && m->interval.kind == IL_INTERVAL_NONE;
    }
    if (some)
        snprintf(text, WORDS, "%s: its %g %% interval%s", mark, 100 * c->level,
                 none ? ", which takes 3 runs that differ" : "");
    else
        snprintf(text, WORDS, "no %s: no group has an interval%s", mark,
                 c->of_pack ? "" : ", which takes 3 runs that differ");
}

const char figure_hidden_bands[] = "more than 8 bands hide each other: the one of a group is seen "
                                   "when its button above is pressed";

int figure_hides_bands(const il_comparison *c) { return c->groups > IL_FIGURE_NAMES; }

void figure_limits_note(char note[NOTE], const il_comparison *c)
{
    double least, most;
    int passed = 0;

    figure_limits(c->metric, &least, &most);
    for (size_t i = 0; i < c->groups && most > least; i++) {
        const il_summary *const m = &c->group[i].metric;

        passed |= m->n > 0 && (m->interval.low < least || m->interval.high > most);
    }
    if (passed)
        figure_note(note,
                    "an interval that passes 0 or 1 is drawn up to there: no mean lies beyond; "
                    "the table has it whole");
}

void figure_lost_note(char note[NOTE], const il_comparison *c, const char *what)
{
    char text[WORDS];
    size_t lost = 0, runs = 0;

    for (size_t i = 0; i < c->groups; i++) {
        lost += c->group[i].lost;
        runs += c->group[i].runs;
    }
    snprintf(text, sizeof text,
             "%zu of %zu runs have no finite %.100s, as those that diverged: they are in no %s",
             lost, runs, c->metric, what);
    if (lost)
        figure_note(note, text);
}

void figure_answer_note(char note[NOTE], const il_comparison *c, size_t index)
{
    char line[ANSWER];

    answer_note(c, index, line);
    figure_note(note, line);
}

void figure_pooled_note(char note[NOTE], const il_comparison *c)
{
    char line[ANSWER] = "";

    answer_pooled(c->pooled, c->pooleds, "groups", line);
    figure_note(note, line);
}
