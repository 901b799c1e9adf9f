/* check_print.c - a sweep held against another, for people and for CI. */
#include "check_print.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "columns.h"
#include "common/cli_error.h"
#include "text_table.h"

static const char *word_of(il_checked_as change)
{
    static const char *const word[] = { [IL_CHECKED_OK] = "ok",
                                        [IL_CHECKED_FELL] = "FELL",
                                        [IL_CHECKED_LOST] = "LOST",
                                        [IL_CHECKED_GONE] = "GONE",
                                        [IL_CHECKED_NEW] = "new",
                                        [IL_CHECKED_NONE] = "none",
                                        [IL_CHECKED_ELSEWHERE] = "OTHER DATA" };

    return word[change];
}

/* ---- for people ------------------------------------------------------------------------------ */

enum { COLUMNS = 8 };

static int fill_row(char **to, const il_check_list *list, const il_checked *g)
{
    static const char *const head[COLUMNS] = { "group",      "pairs",    "before", "now",
                                               "difference", "interval", "p",      "verdict" };
    const il_comparison like = { .metric = list->metric };
    char text[COLUMNS][CELL], low[CELL], high[CELL];

    for (size_t i = 0; i < COLUMNS; i++)
        snprintf(text[i], CELL, "%s", head[i]);
    if (g) {
        const il_interval *const i = &g->difference.interval;

        put_metric(&like, i->low, low);
        put_metric(&like, i->high, high);
        snprintf(text[1], CELL, "%zu", g->pairs);
        put_metric(&like, g->before, text[2]);
        put_metric(&like, g->now, text[3]);
        put_metric(&like, g->difference.n ? g->difference.mean : NAN, text[4]);
        if (g->difference.n && i->kind != IL_INTERVAL_NONE)
            snprintf(text[5], CELL, "[%.28s, %.28s]", low, high);
        else
            snprintf(text[5], CELL, "-");
        if (isnan(g->p))
            snprintf(text[6], CELL, "-");
        else
            snprintf(text[6], CELL, "%.2g", g->p);
        snprintf(text[7], CELL, "%s", word_of(g->change));
    }
    for (size_t i = 0; i < COLUMNS; i++)
        if (!(to[i] = cli_shown(g && i == 0 ? g->label : text[i])))
            return 0;
    return 1;
}

/* ---- what is said of all of them ------------------------------------------------------------- */

enum { SAID = 1024 };

static void say_unpaired(const il_check_list *list, const struct check_from *from, char text[SAID])
{
    size_t n = 0, settings = 0;
    int at = 0;

    (void)from;
    for (size_t i = 0; i < list->groups; i++) {
        n += list->group[i].unit == IL_UNIT_RUNS && !list->group[i].set_aside;
        settings += list->group[i].unit == IL_UNIT_SETTINGS;
    }
    if (n)
        at = snprintf(text, SAID,
                      "%zu group%s no pairs, as of other seeds: all runs then are held against all "
                      "now, unpaired",
                      n, n > 1 ? "s have" : " has");
    if (settings)
        snprintf(text + at, SAID - (size_t)at,
                 "%s%zu group%s no pairs, and other settings: means of settings are held against "
                 "each other, unpaired",
                 n ? "; " : "", settings, settings > 1 ? "s have" : " has");
}

/* runs that share a seed with another, and are too few of them to be compared by */
static void say_set_aside(const il_check_list *list, const struct check_from *from, char text[SAID])
{
    size_t groups = 0, pairs = 0;

    (void)from;
    for (size_t i = 0; i < list->groups; i++) {
        groups += list->group[i].set_aside > 0;
        pairs += list->group[i].set_aside;
    }
    if (groups)
        snprintf(text, SAID,
                 "%zu group%s only %zu pair%s, which could show nothing, beside runs of other "
                 "seeds: all runs then are held against all now, unpaired",
                 groups, groups > 1 ? "s have" : " has", pairs, pairs > 1 ? "s" : "");
}

static void say_copies(const il_check_list *list, const struct check_from *from, char text[SAID])
{
    size_t n = 0;

    (void)from;
    for (size_t i = 0; i < list->groups; i++)
        n += list->group[i].copies && list->group[i].difference.n && !list->of_pack &&
             isnan(list->group[i].difference.p);
    if (n)
        snprintf(
            text, SAID,
            "%zu group%s runs that are equal to the bit: the seed changes nothing in them, and "
            "the mean alone decides",
            n, n > 1 ? "s have" : " has");
}

static void say_left_over(const il_check_list *list, const struct check_from *from, char text[SAID])
{
    size_t n = 0;
    int at = 0;

    (void)from;
    for (size_t i = 0; i < list->groups; i++)
        n += list->group[i].left_over;
    if (n)
        at = snprintf(text, SAID,
                      "%zu run%s without a partner of equal seeds: in no mean and no difference: ",
                      n, n > 1 ? "s are" : " is");
    for (size_t i = 0, named = 0; n && i < list->groups && at < SAID; i++)
        if (list->group[i].left_over)
            at += snprintf(text + at, SAID - (size_t)at, "%s%zu of %.100s", named++ ? ", " : "",
                           list->group[i].left_over, list->group[i].label);
}

static void say_few(const il_check_list *list, const struct check_from *from, char text[SAID])
{
    size_t n = 0;

    (void)from;
    for (size_t i = 0; i < list->groups; i++)
        n += list->group[i].few && !isnan(list->group[i].difference.p);
    if (list->of_pack)
        snprintf(text, SAID, "runs of a pack share their %s: the mean alone decides", list->metric);
    else if (n)
        snprintf(text, SAID, "%zu group%s too few pairs or runs for a test: the mean alone decides",
                 n, n > 1 ? "s have" : " has");
}

static void say_lost(const il_check_list *list, const struct check_from *from, char text[SAID])
{
    size_t lost = 0, gained = 0;

    (void)from;
    for (size_t i = 0; i < list->groups; i++) {
        lost += list->group[i].lost;
        gained += list->group[i].gained;
    }
    if (lost + gained)
        snprintf(text, SAID, "%s: %zu run%s had one and ha%s none now, %zu the reverse",
                 list->metric, lost, lost == 1 ? "" : "s", lost == 1 ? "s" : "ve", gained);
}

static void say_same(const il_check_list *list, const struct check_from *from, char text[SAID])
{
    (void)list;
    if (from->same)
        snprintf(text, SAID, "this and the baseline are one folder: nothing can have changed");
}

static void say_done(const il_check_list *list, const struct check_from *from, char text[SAID])
{
    (void)list;
    snprintf(text, SAID, "%s%s%s%s%s", from->before[0] ? "of the baseline " : "", from->before,
             from->before[0] && from->now[0] ? "; " : "", from->now[0] ? "now " : "", from->now);
}

enum { LONG = 60, MOST = 300 /* letters of a value */ };

/*
 * Where two lists differ: *lead bytes of both are the same entries, with the comma behind them, and *tail bytes at their
 * ends, with the comma before them.
 */
static void find_change(const char *a, const char *b, size_t *lead, size_t *tail)
{
    const size_t n = strlen(a), m = strlen(b);

    *lead = *tail = 0;
    for (size_t i = 0; i < n && i < m && a[i] == b[i]; i++)
        if (a[i] == ',')
            *lead = i + 1;
    for (size_t i = 1; i <= n - *lead && i <= m - *lead && a[n - i] == b[m - i]; i++)
        if (a[n - i] == ',')
            *tail = i;
}

/* the precision of a text of n letters; of "nothing", which stands for none */
static int of_letters(size_t n) { return n > 0 && n < MOST ? (int)n : MOST; }

/* "changed: lr from 0.1 to 0.01"; of long lists the entries that differ */
static void say_change(const il_changed *c, char text[SAID])
{
    char *const short_before = il_config_shown(c->column, c->before);
    char *const short_now = il_config_shown(c->column, c->now);
    const int is_short = short_before && short_now; /* else out of memory: at length */
    const char *before = is_short ? short_before : c->before, *now = is_short ? short_now : c->now;
    size_t lead = 0, tail = 0, n = strlen(before), m = strlen(now);

    if (n > LONG || m > LONG)
        find_change(before, now, &lead, &tail);
    n -= lead + tail;
    m -= lead + tail;
    before = n ? before + lead : "nothing";
    now = m ? now + lead : "nothing";
    snprintf(text, SAID, "changed: %s from %.*s%s to %.*s%s%s", c->column, of_letters(n), before,
             n > MOST ? "..." : "", of_letters(m), now, m > MOST ? "..." : "",
             lead + tail ? "; its other entries are the same" : "");
    free(short_before);
    free(short_now);
}

/* the index-th remark, "" where it has nothing to say. 0: there is none */
static int remark(const il_check_list *list, const struct check_from *from, size_t index,
                  char text[SAID])
{
    static void (*const say[])(const il_check_list *, const struct check_from *,
                               char *) = { say_few,       say_copies, say_unpaired, say_set_aside,
                                           say_left_over, say_lost,   say_done,     say_same };
    const size_t all = sizeof say / sizeof *say;

    text[0] = 0;
    if (index < all)
        say[index](list, from, text);
    else if (index - all < list->changes)
        say_change(&list->changed[index - all], text);
    return index < all + list->changes;
}

il_status check_print_table(const struct cli *cli, const il_check_list *list,
                            const struct check_from *from, const char *format, il_error *err)
{
    struct text_table t = { .rows = list->groups + 1, .columns = COLUMNS, .named = 1 };
    char text[SAID];
    int ok;

    t.cell = calloc(t.rows * t.columns, sizeof *t.cell);
    ok = t.cell != NULL;
    for (size_t r = 0; ok && r < t.rows; r++)
        ok = fill_row(&t.cell[r * t.columns], list, r ? &list->group[r - 1] : NULL);
    if (ok) {
        text_table_print(cli, &t, format);
        putchar('\n');
        snprintf(text, SAID, "%zu of %zu groups are worse by more than %g in mean %s, or gone",
                 list->failed, list->groups, list->most, list->metric);
        text_table_note(format, text);
        for (size_t i = 0; remark(list, from, i, text); i++)
            if (text[0])
                text_table_note(format, text);
    }
    text_table_free(&t);
    return ok ? IL_OK : cli_no_memory(err);
}

/* ---- for programs ---------------------------------------------------------------------------- */

/* text of an attribute or element; what XML has no place for is shown as on a terminal */
static void put_xml(const char *text)
{
    char shown[8];

    while (*text) {
        const int none =
            strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0;

        text += none ? 3 : cli_piece(text, shown);
        if (none)
            snprintf(shown, sizeof shown, "?");
        for (const char *p = shown; *p; p++)
            if (strchr("&<>\"", *p))
                printf("&#%d;", *p);
            else
                putchar(*p);
    }
}

static void put_property(const char *name, const char *value)
{
    printf("<property name=\"%s\" value=\"", name);
    put_xml(value);
    puts("\"/>");
}

/* why a group failed, or was not checked, as the element inside its case; "": it was, and is well */
static void put_outcome(const il_check_list *list, const il_checked *g)
{
    char text[SAID], units[CELL], p[CELL] = "";

    if (g->change == IL_CHECKED_OK)
        return;
    put_units(&g->difference, g->unit, units);
    if (!isnan(g->p))
        snprintf(p, CELL, ", p = %.2g", g->p);
    if (g->change == IL_CHECKED_FELL)
        snprintf(text, SAID, "%s was %.6g, is %.6g: worse by more than %g, %s%s", list->metric,
                 g->before, g->now, list->most, units, p);
    else if (g->change == IL_CHECKED_ELSEWHERE)
        snprintf(text, SAID, "results then and now are of different datasets: not compared");
    else if (g->change == IL_CHECKED_LOST)
        snprintf(text, SAID, "%zu runs had a %s, and have none now", g->lost, list->metric);
    else
        snprintf(text, SAID, "no run %s %s", g->change == IL_CHECKED_GONE ? "now has" : "then had",
                 list->metric);
    if (g->change == IL_CHECKED_NEW || g->change == IL_CHECKED_NONE)
        printf("<skipped message=\"%s\"/>", text);
    else
        printf("<failure type=\"%s\" message=\"%s\">%s</failure>", word_of(g->change), text, text);
}

/* what readers of JUnit's XML agree on: the attributes of the schema of Jenkins' xUnit plugin */
void check_print_junit(const il_check_list *list, const struct check_from *from)
{
    char text[SAID], counts[128];
    size_t skipped = 0;

    for (size_t i = 0; i < list->groups; i++)
        skipped +=
            list->group[i].change == IL_CHECKED_NEW || list->group[i].change == IL_CHECKED_NONE;
    snprintf(counts, sizeof counts, "tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"0\"",
             list->groups, list->failed);
    printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"initlab check\" %s>\n"
           "<testsuite name=\"initlab check %s\" %s skipped=\"%zu\">\n<properties>\n",
           counts, list->metric, counts, skipped);
    put_property("metric", list->metric);
    snprintf(text, SAID, "%g", list->most);
    put_property("max_drop", text);
    for (size_t i = 0; i < list->changes; i++)
        put_property(list->changed[i].column, list->changed[i].now);
    puts("</properties>");
    for (size_t i = 0; i < list->groups; i++) {
        printf("<testcase classname=\"initlab.%s\" name=\"", list->metric);
        put_xml(list->group[i].name);
        fputs("\" time=\"0\">", stdout);
        put_outcome(list, &list->group[i]);
        puts("</testcase>");
    }
    fputs("<system-out>", stdout);
    for (size_t i = 0; remark(list, from, i, text); i++)
        if (text[0]) {
            put_xml(text);
            putchar('\n');
        }
    puts("</system-out>\n</testsuite>\n</testsuites>");
}

il_status check_print_json(const struct cli *cli, const il_check_list *list,
                           const struct check_from *from, il_error *err)
{
    json_t *const groups = json_array();
    json_t *all = NULL;
    json_t *const notes = json_array();
    char text[SAID];
    int ok = groups && notes;

    for (size_t i = 0; ok && i < list->groups; i++) {
        const il_checked *const g = &list->group[i];
        json_t *const row = json_pack(
            "{s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:s, s:o, s:s, s:b}",
            "group", g->name, "verdict", word_of(g->change), "unit", unit_word(g->unit), "before",
            cli_json_number(g->before), "now", cli_json_number(g->now), "pairs",
            (json_int_t)g->pairs, "left_over", (json_int_t)g->left_over, "lost",
            (json_int_t)g->lost, "gained", (json_int_t)g->gained, "difference",
            cli_json_number(g->difference.n ? g->difference.mean : NAN), "difference_low",
            cli_json_number(g->difference.n ? g->difference.interval.low : NAN), "difference_high",
            cli_json_number(g->difference.n ? g->difference.interval.high : NAN),
            "difference_interval", interval_word(&g->difference.interval), "p",
            cli_json_number(g->p), "p_kind", p_word(&g->difference), "few", g->few);

        ok = row && json_array_append_new(groups, row) == 0;
    }
    for (size_t i = 0; ok && remark(list, from, i, text); i++)
        ok = !text[0] || json_array_append_new(notes, cli_json_utf8(text)) == 0;
    if (ok)
        all = json_pack("{s:s, s:f, s:I, s:O, s:O}", "metric", list->metric, "max_drop", list->most,
                        "failed", (json_int_t)list->failed, "groups", groups, "notes", notes);
    json_decref(groups);
    json_decref(notes);
    return all && cli_json(cli, all) == 0 ? IL_OK : cli_no_memory(err);
}
