/* contents.c - what was in the files of weights that runs begin with: runs of another content are of another group. */
#include "contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/config.h"
#include "core/error.h"
#include "core/json.h"

enum { SUM_SHOWN = 8, CONTENT = 100 /* of some files; of more, as "+..." */ };

/* what is read again and again: the files of the runs of a folder, and an init among them */
struct reading {
    const char *text, *init, *content;
    json_t *files;
};

static il_status read_files(struct reading *now, const char *text, il_error *err)
{
    json_error_t why;
    il_status st = IL_OK;

    if (now->text == text)
        return IL_OK;
    json_decref(now->files);
    *now = (struct reading){ .text = text };
    now->files = il_json(text, strlen(text), 0, &why, &st);
    /* what is no JSON has no sums */
    return st == IL_E_MEMORY ? il_fail(err, st, "out of memory") : IL_OK;
}

/* "1f0c2a9b", or "1f0c2a9b+77de0143" */
static void put_sums(const il_config *c, const json_t *files, char text[CONTENT])
{
    const char *path;
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; (path = il_config_file(c, i)) && n < CONTENT; i++) {
        const char *const sum = json_string_value(json_object_get(files, path));

        n += (size_t)snprintf(text + n, CONTENT - n, "%s%.*s", i ? "+" : "", SUM_SHOWN,
                              sum ? sum : "unknown");
    }
}

static il_status read_content(il_runs *r, struct il_run_row *run, struct reading *now,
                              il_error *err)
{
    char text[CONTENT] = "";
    il_config *c = NULL;
    il_status st;

    if (!strstr(run->init, "file"))
        return IL_OK;
    IL_TRY(read_files(now, run->files, err));
    if (now->init != run->init) {
        IL_TRY(il_config_new(&c, err));
        st = il_config_set(c, "init", run->init, NULL);
        if (st == IL_OK)
            put_sums(c, now->files, text);
        now->init = run->init;
        now->content = il_runs_text(r, text);
        st =
            st == IL_E_MEMORY || !now->content ? il_fail(err, IL_E_MEMORY, "out of memory") : IL_OK;
    }
    if (st == IL_OK)
        run->content = now->content;
out:
    il_config_free(c);
    return st;
}

/* a content of an init, of the runs of a source; ambiguous: there is another one */
struct content {
    const char *source, *init, *content;
    int ambiguous;
};

struct contents {
    struct content *all;
    size_t count, room, source;
};

static struct content *find(const struct contents *c, const struct il_run_row *run)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->all[i].init == run->init && c->all[i].content == run->content &&
            c->all[i].source == run->value[c->source])
            return &c->all[i];
    return NULL;
}

/* 0: out of memory */
static int add(struct contents *c, const struct il_run_row *run)
{
    struct content one = { run->value[c->source], run->init, run->content, 0 };

    if (c->count == c->room) {
        const size_t room = c->room ? 2 * c->room : 16;
        struct content *const more = realloc(c->all, room * sizeof *more);

        if (!more)
            return 0;
        c->all = more;
        c->room = room;
    }
    for (size_t i = 0; i < c->count; i++)
        if (c->all[i].init == one.init && c->all[i].source == one.source)
            c->all[i].ambiguous = one.ambiguous = 1;
    c->all[c->count++] = one;
    return 1;
}

static const char *named(il_runs *r, const struct il_run_row *run)
{
    char *text = NULL;
    const char *name = NULL;

    if (asprintf(&text, "%s (%s)", run->init, run->content) >= 0)
        name = il_runs_text(r, text);
    free(text);
    return name;
}

static int name_all(il_runs *r, const struct contents *c)
{
    const size_t init = il_runs_column(r, "init", 4);

    for (size_t i = 0; i < r->count; i++) {
        struct il_run_row *const run = &r->run[i];

        if (!run->content[0])
            continue;
        run->value[init] = find(c, run)->ambiguous ? named(r, run) : run->init;
        if (!run->value[init])
            return 0;
    }
    return 1;
}

il_status il_contents_of(il_runs *r, size_t first, il_error *err)
{
    struct contents c = { .source = il_runs_column(r, "source", 6) };
    struct reading now = { .text = NULL };
    int whole = 1;
    il_status st = IL_OK;

    for (size_t i = first; i < r->count; i++)
        IL_TRY(read_content(r, &r->run[i], &now, err));
    for (size_t i = 0; whole && i < r->count; i++)
        if (r->run[i].content[0] && !find(&c, &r->run[i]))
            whole = add(&c, &r->run[i]);
    if (!whole || !name_all(r, &c))
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", r->count);
out:
    json_decref(now.files);
    free(c.all);
    return st;
}
