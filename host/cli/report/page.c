/* page.c - a comparison of sweeps as one HTML file: it asks for nothing, and runs no script but its own. */
#include "page.h"

#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "across.h"
#include "compare/answer.h"
#include "drawings.h"
#include "html.h"
#include "layers.h"
#include "ranking.h"
#include "runs_table.h"
#include "sweep/options_as_file.h"
#include "sweep/sweep.h"
#include "troubles.h"

/* page.css and page.js (tools/cmake/Embed.cmake) */
extern const char page_css[], page_js[];

/* ---- the answer ------------------------------------------------------------------------------ */

/* "Which init, depth has the highest test_accuracy?" */
static void put_question(struct html *h, const il_comparison *c)
{
    fputs(c->columns ? "Which " : "What is the ", h->f);
    for (size_t i = 0; i < c->columns; i++) {
        fputs(!i ? "" : i + 1 == c->columns ? " and " : ", ", h->f);
        html_text(h, c->column[i]);
    }
    if (c->columns)
        fprintf(h->f, " %s the %s ", c->columns > 1 ? "have" : "has",
                c->more_is_better ? "highest" : "lowest");
    html_text(h, c->metric);
    fputs("?", h->f);
}

/* seconds after which a page of runs that are still trained is to look again; "": it is not */
static const char *looks_again(const struct options *o, const struct compared *k)
{
    return k->left && opt_given(o, "watch") ? opt_get(o, "watch") : "";
}

static void put_head(struct html *h, const il_comparison *c, const char *again)
{
    fputs(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n<title>",
        h->f);
    put_question(h, c);
    fputs("</title>\n", h->f);
    if (again[0])
        fprintf(h->f, "<noscript><meta http-equiv=\"refresh\" content=\"%s\"></noscript>\n", again);
    fprintf(h->f, "<style>\n%s</style>\n</head>\n<body>\n<main data-again=\"%s\">\n", page_css,
            again);
}

static void put_answer(struct html *h, const struct compared *k, const char *again)
{
    const il_comparison *const c = k->comparison;
    char text[ANSWER];

    fputs("<header>\n<h1>", h->f);
    put_question(h, c);
    fputs("</h1>\n<p class=\"answer\">", h->f);
    answer(c, text);
    html_text(h, text);
    fprintf(h->f, "</p>\n<p class=\"small\">%zu runs in %zu group%s, from ", il_runs_count(k->runs),
            c->groups, c->groups == 1 ? "" : "s");
    for (size_t i = 0; i < k->sources; i++) {
        fputs(i ? ", " : "", h->f);
        html_text(h, compared_source(k, i));
    }
    fputs("; made by initlab ", h->f);
    html_text(h, IL_VERSION);
    if (again[0])
        fprintf(h->f,
                ".</p>\n<p class=\"small\">The sweep is not done: this page is made anew as runs "
                "end, and "
                "looks for that every %s s, unless something in it was chosen",
                again);
    fprintf(h->f, ".</p>\n<nav aria-label=\"Sections\"><a href=\"#ranking\">Ranking</a> %s",
            k->across ? "<a href=\"#across\">Across conditions</a> " : "");
    fputs("<a href=\"#figures\">Figures</a> <a href=\"#layers\">Layers</a> <a href=\"#wrong\">What "
          "went wrong</a> "
          "<a href=\"#runs\">Runs</a> <a href=\"#again\">How to repeat it</a></nav>\n</header>\n",
          h->f);
}

/* ---- the runs -------------------------------------------------------------------------------- */

static il_status put_runs(struct html *h, const struct run_columns *columns,
                          const struct compared *k, const struct file_commands *commands,
                          il_error *err)
{
    fputs("<section id=\"runs\"><h2>Runs</h2>\n<noscript><p>The table of runs needs scripts: "
          "initlab sweep show prints it, too.</p></noscript>\n<form class=\"filters\">\n"
          "<label>Find <input id=\"find\" type=\"search\" autocomplete=\"off\" "
          "placeholder=\"words, or seed=3\"></label>\n"
          "<label>Group <select id=\"group\"><option value=\"\">all</option></select></label>\n"
          "<label>Ended <select id=\"end\"><option value=\"\">all</option></select></label>\n"
          "</form>\n<p id=\"count\" class=\"small\" role=\"status\"></p>\n"
          "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Runs\"><table "
          "id=\"list\">"
          "<caption>All runs, numbers to 6 digits<span class=\"unprinted\">; the last column "
          "trains a "
          "run again, to the bit</span></caption>\n<thead></thead><tbody></tbody></table></div>\n"
          "<p><button type=\"button\" id=\"more\" hidden>Show more</button></p>\n",
          h->f);
    fputs("</section>\n", h->f);
    return runs_table(h, columns, k, commands, err);
}

/* ---- again ----------------------------------------------------------------------------------- */

static void put_command(struct html *h, const char *command, size_t n)
{
    fputs("<pre tabindex=\"0\"><code>", h->f);
    html_lines(h, command, n);
    fputs("</code></pre>\n", h->f);
}

/* How its runs were watched: the second look of the first that was. */
struct look {
    size_t step;
    double epoch;
};

static int take_look(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct look *const look = arg;

    for (size_t i = 0; i < columns; i++) {
        if (strcmp(name[i], "step") == 0)
            look->step = (size_t)value[i].whole;
        if (strcmp(name[i], "epoch") == 0)
            look->epoch = value[i].real;
    }
    return look->step > 0;
}

/* The commands that train a folder's sweep again, into `again`, part by part as it grew. */
static void put_commands(FILE *f, const il_folder *folder, const struct look *look,
                         const char *again)
{
    const il_sweep *const sweep = il_folder_sweep(folder);
    const size_t parts = il_sweep_parts(sweep);
    char word[CLI_COMMAND], path[8192];
    size_t n;

    snprintf(path, sizeof path, "%s/sweep.yaml", il_folder_path(folder));
    fprintf(f, "initlab sweep run %s", cli_word(word, path));
    if (il_folder_data(folder)[0])
        fprintf(f, " --data %s", cli_word(word, il_folder_data(folder)));
    if (sweep_packs_by_size(folder))
        fprintf(f, " --pack-size %zu", il_folder_pack_size(folder));
    fprintf(f, " --devices %s", il_folder_kind(folder));
    diag_put(f, look->step, look->epoch);
    fprintf(f, " --out %s", again);
    for (size_t k = 1; k < parts; k++) {
        fprintf(f, "\ninitlab sweep extend %s", again);
        if (!options_of_addition(f, il_sweep_part_text(sweep, k, &n)))
            fprintf(f, " # what part %zu of the sweep file below says", k + 1);
    }
    if (parts > 1) {
        fprintf(f, "\ninitlab sweep run %s", again);
        diag_put(f, look->step, look->epoch);
    }
}

static il_status put_folder(struct html *h, const il_folder *f, il_results *results,
                            const char *again, il_error *err)
{
    il_text commands;
    struct look look = { .step = 0 };
    const char *text;
    size_t n;
    il_status st = il_results_rows(results, IL_TABLE_DIAGNOSTICS, take_look, &look, err);

    if (st == IL_OK)
        st = il_text_open(&commands, err);
    if (st != IL_OK)
        return st;
    put_commands(commands.stream, f, &look, again);
    st = il_text_close(&commands, err);
    if (st == IL_OK)
        put_command(h, commands.bytes, commands.length);
    free(commands.bytes);
    fputs("<details><summary>The sweep file of ", h->f);
    html_text(h, il_folder_path(f));
    fputs("</summary><pre tabindex=\"0\">", h->f);
    for (size_t k = 0; k < il_sweep_parts(il_folder_sweep(f)); k++) {
        if (k > 0)
            fputs("</pre><p>Then added, as by <code>sweep extend</code>:</p><pre "
                  "tabindex=\"0\">",
                  h->f);
        text = il_sweep_part_text(il_folder_sweep(f), k, &n);
        html_lines(h, text, n);
    }
    fputs("</pre></details>\n", h->f);
    return st;
}

enum { FILE_COMMANDS = 100 /* that are listed; the table of runs has all */ };

struct listing {
    struct html *h;
    const struct file_commands *commands;
    FILE *f;
    size_t runs;
};

static int list_command(void *arg, const struct row *row)
{
    struct listing *const l = arg;

    if (row->folder != l->commands->source || l->runs++ >= FILE_COMMANDS)
        return 0;
    if (l->runs > 1)
        fputc('\n', l->f);
    if (!file_command_put(l->f, l->commands, row))
        fputs(" # and more, which is too long", l->f);
    return 0;
}

/* The commands that train runs of files again. */
static il_status put_files(struct html *h, const struct compared *k,
                           const struct file_commands *commands, il_error *err)
{
    struct listing l = { .h = h, .commands = commands };
    il_text text;
    il_status st = il_text_open(&text, err), closed;

    if (st != IL_OK)
        return st;
    l.f = text.stream;
    st = rows_each(k, list_command, &l, err);
    closed = il_text_close(&text, st == IL_OK ? err : NULL);
    st = st == IL_OK ? closed : st;
    fputs("<p>Runs of files that <code>initlab train --out</code> left, each by its own command; "
          "where one begins with files of weights, in the folder that it was trained in",
          h->f);
    if (l.runs > FILE_COMMANDS)
        fprintf(h->f, "; the first %d of %zu, the table of runs has all", FILE_COMMANDS, l.runs);
    fputs(":</p>\n", h->f);
    if (st == IL_OK)
        put_command(h, text.bytes, text.length);
    free(text.bytes);
    return st;
}

struct environments {
    struct html *h;
    const char *source;
    int heads;
};

static int put_environment(void *arg, const char *const *name, const il_value *value,
                           size_t columns)
{
    struct environments *const e = arg;
    FILE *const f = e->h->f;

    for (size_t i = 0; i < columns && !e->heads; i++)
        if (strcmp(name[i], "facts") != 0) {
            fputs(i ? "<th scope=\"col\">" : "<tr><th scope=\"col\">folder</th><th scope=\"col\">",
                  f);
            html_text(e->h, name[i]);
            fputs("</th>", f);
        }
    fputs(e->heads ? "<tr><th scope=\"row\">" : "</tr></thead>\n<tbody><tr><th scope=\"row\">", f);
    e->heads = 1;
    html_text(e->h, e->source);
    fputs("</th>", f);
    for (size_t i = 0; i < columns; i++)
        if (strcmp(name[i], "facts") != 0) {
            fputs("<td>", f);
            html_text(e->h, value[i].kind == IL_VALUE_NULL ? "-" : value[i].text);
            fputs("</td>", f);
        }
    fputs("</tr>\n", f);
    return 0;
}

static il_status put_environments(struct html *h, const struct compared *k, il_error *err)
{
    struct environments e = { .h = h };
    il_status st = IL_OK;

    fputs("<h3>Where it was trained</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Environments\"><table><caption>Machines and builds</caption>\n<thead>",
          h->f);
    for (size_t i = 0; i < k->sources && st == IL_OK; i++) {
        e.source = compared_source(k, i);
        st = il_results_rows(k->results[i], IL_TABLE_ENVIRONMENTS, put_environment, &e, err);
    }
    fputs(e.heads ? "</tbody></table></div>\n" : "</thead></table></div>\n", h->f);
    return st;
}

static il_status put_again(struct html *h, const struct run_columns *columns,
                           const struct compared *k, const struct file_commands *commands,
                           const char *command, il_error *err)
{
    char again[32] = "again";
    il_status st = IL_OK;

    fprintf(h->f,
            "<section id=\"again\"><h2>How to repeat it</h2>\n<p>Train all of it again%s, on the "
            "kind of device that trained it, as numbers differ between kinds%s:</p>\n",
            k->folder[0] ? ", into a new folder" : "",
            k->folder[0] ? "; more devices of that kind, as cpu:4 or cuda:0,cuda:1, give the same"
                         : "");
    for (size_t i = 0; i < k->sources && st == IL_OK; i++) {
        if (k->sources > 1)
            snprintf(again, sizeof again, "again-%zu", i + 1);
        if (k->folder[i])
            st = put_folder(h, k->folder[i], k->results[i], again, err);
        else
            st = put_files(h, k, commands, err);
    }
    fputs("<p>This page was made by the following; name what is new in it:</p>\n", h->f);
    put_command(h, command, strlen(command));
    fputs("<details><summary>What all runs have in common</summary><table><caption>Parameters with "
          "one value in all runs</caption>\n<thead><tr><th scope=\"col\">parameter</th>"
          "<th scope=\"col\">value</th></tr></thead>\n<tbody>\n",
          h->f);
    runs_in_common(h, columns);
    fputs("</tbody></table></details>\n", h->f);
    if (st == IL_OK)
        st = put_environments(h, k, err);
    fputs("</section>\n", h->f);
    return st;
}

/* ---- the page -------------------------------------------------------------------------------- */

static il_status put_page(struct html *h, const struct options *o,
                          const struct run_columns *columns, const struct compared *k,
                          const char *command, il_error *err)
{
    const char *const again = looks_again(o, k);
    struct file_commands commands;
    il_status st = file_commands_open(&commands, k, err);

    if (st != IL_OK)
        goto out;

    put_head(h, k->comparison, again);
    put_answer(h, k, again);
    ranking(h, k);
    st = across_section(h, o, k, err);
    if (st == IL_OK)
        st = drawings(h, k, err);
    if (st == IL_OK)
        st = layers(h, o, k, err);
    if (st == IL_OK)
        st = troubles(h, k, err);
    if (st == IL_OK)
        st = put_runs(h, columns, k, &commands, err);
    if (st == IL_OK)
        st = put_again(h, columns, k, &commands, command, err);
    fprintf(h->f,
            "</main>\n<div id=\"tip\" hidden></div>\n<script>\n%s</script>\n</body>\n</html>\n",
            page_js);
out:
    file_commands_close(&commands);
    return st;
}

il_status report_page(il_text *page, const struct options *o, const struct compared *k,
                      const char *command, il_error *err)
{
    struct run_columns columns;
    struct html h = { .failed = 0 };
    il_status st = run_columns_open(&columns, k, err), closed;

    *page = (il_text){ .bytes = NULL };
    if (st == IL_OK)
        st = il_text_open(page, err);
    if (st == IL_OK) {
        h.f = page->stream;
        st = put_page(&h, o, &columns, k, command, err);
        closed = il_text_close(page, st == IL_OK ? err : NULL);
        st = st == IL_OK ? closed : st;
        if (st == IL_OK && h.failed)
            st = cli_no_memory(err);
    }
    run_columns_close(&columns);
    return st;
}
