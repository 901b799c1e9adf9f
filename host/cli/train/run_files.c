/* run_files.c - read JSON lines of runs, one run or several a file. */
#include "run_files.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "common/cli_error.h"
#include "common/messages.h"

static double number(const json_t *object, const char *key)
{
    const json_t *const value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* ---- one line -------------------------------------------------------------------------------- */

/* a new run of a file; NULL: out of memory */
static struct seen_run *begin(struct run_files *f, size_t file)
{
    const size_t number =
        f->runs && f->run[f->runs - 1].file == file ? f->run[f->runs - 1].number + 1 : 1;

    if (f->runs == f->room) {
        const size_t room = 2 * f->room + 16;
        struct seen_run *const more = realloc(f->run, room * sizeof *more);

        if (!more)
            return NULL;
        f->run = more;
        f->room = room;
    }
    f->run[f->runs] = (struct seen_run){
        .status = "unfinished", .accuracy = NAN, .file = file, .number = number
    };
    return &f->run[f->runs++];
}

/* the run of the file that goes on; NULL: none does */
static struct seen_run *open_run(struct run_files *f, size_t file)
{
    struct seen_run *const last = f->runs ? &f->run[f->runs - 1] : NULL;

    return last && last->file == file && strcmp(last->status, "unfinished") == 0 ? last : NULL;
}

static int add_epoch(struct run_files *f, size_t file, size_t epoch, const json_t *line)
{
    struct seen_run *s = open_run(f, file);
    double *more;

    if (!s || epoch <= s->last) /* the one before was killed, and another begins */
        s = begin(f, file);
    more = s ? realloc(s->cost, (s->epochs + 1) * sizeof *more) : NULL;
    if (!more)
        return 0;
    s->cost = more;
    s->cost[s->epochs++] = number(line, "cost");
    s->last = epoch;
    s->accuracy = number(line, "test_accuracy");
    return 1;
}

static int end_run(struct run_files *f, size_t file, const char *status, const json_t *line)
{
    struct seen_run *s = open_run(f, file);

    if (!s)
        s = begin(f, file);
    if (!s)
        return 0;
    snprintf(s->status, sizeof s->status, "%s", status);
    if (!isnan(number(line, "test_accuracy")))
        s->accuracy = number(line, "test_accuracy");
    return 1;
}

/* a line of the file: an epoch, or the end of a run */
static il_status take(struct run_files *f, size_t file, size_t count, const char *text,
                      il_error *err)
{
    const char *const path = f->path[file];
    json_error_t why;
    int took = 1;
    json_t *const line = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    const char *const status = json_string_value(json_object_get(line, "status"));
    const json_int_t epoch = json_integer_value(json_object_get(line, "epoch"));
    il_status st = IL_OK;

    if (!json_is_object(line))
        st = cli_error(err, IL_E_DATA,
                       "%.300s:%zu: not an object of 'train --out FILE.jsonl': %.100s", path, count,
                       line ? "another kind of JSON" : why.text);
    else if (status)
        took = end_run(f, file, status, line);
    else if (json_object_get(line, "layer")) /* of --diag */
        took = 1;
    else if (epoch > 0)
        took = add_epoch(f, file, (size_t)epoch, line);
    else
        st = cli_error(err, IL_E_DATA,
                       "%.300s:%zu: neither an epoch nor the end of a run of 'train --out "
                       "FILE.jsonl'",
                       path, count);
    json_decref(line);
    return took ? st : cli_no_memory(err);
}

/* ---- files ----------------------------------------------------------------------------------- */

static int is_folder(FILE *f)
{
    struct stat info;

    return fstat(fileno(f), &info) == 0 && S_ISDIR(info.st_mode);
}

/* The longest line has a run's whole config: a million widths at most. */
enum { LINE_MOST = 1 << 24 };

/* The next line, as getline has it, but of LINE_MOST bytes at most: *n is more where it is longer. 0: there is none. */
static int next_line(FILE *from, char **text, size_t *room, size_t *n)
{
    int c = 0;

    for (*n = 0; c != '\n' && *n <= LINE_MOST && (c = getc_unlocked(from)) != EOF;
         (*text)[*n] = 0) {
        if (*n + 2 > *room) {
            char *const more = realloc(*text, 2 * *room + 256);

            if (!more)
                return 0;
            *text = more;
            *room = 2 * *room + 256;
        }
        (*text)[(*n)++] = (char)c;
    }
    return *n > 0 && !ferror(from);
}

static il_status read_lines(struct run_files *f, size_t file, FILE *from, il_error *err)
{
    const size_t before = f->runs;
    char *text = NULL;
    size_t room = 0, n, count = 0;
    il_status st = IL_OK;

    errno = 0;
    while (st == IL_OK && next_line(from, &text, &room, &n)) {
        st = n > LINE_MOST ? cli_error(err, IL_E_DATA,
                                       "%.300s:%zu: a line of more than %d bytes is none of 'train "
                                       "--out FILE.jsonl'",
                                       f->path[file], count + 1, LINE_MOST)
                           : take(f, file, count + 1, text, err);
        count++;
        errno = 0;
    }
    if (st == IL_OK && !feof(from))
        st = cli_error(err, cli_or_memory(IL_E_DATA), "cannot read '%.300s': %s", f->path[file],
                       strerror(errno ? errno : EIO));
    if (st == IL_OK && f->runs == before)
        st = cli_error(err, IL_E_DATA, "%.300s: no epoch in it (made by 'train --out'?)",
                       f->path[file]);
    free(text);
    return st;
}

static il_status read_file(struct run_files *f, size_t file, il_error *err)
{
    const char *const path = f->path[file];
    FILE *const from = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    il_status st;

    if (!from)
        return cli_error(err, cli_or_memory(IL_E_DATA), "cannot open '%.300s': %s", path,
                         strerror(errno));
    if (is_folder(from))
        st = cli_error(err, IL_E_DATA,
                       "'%.300s' is a folder, and not a sweep's: it has no "
                       "sweep.json",
                       path);
    else
        st = read_lines(f, file, from, err);
    if (from != stdin)
        fclose(from);
    return st;
}

il_status run_files_read(struct run_files *f, char **path, size_t paths, il_error *err)
{
    size_t from_stdin = 0;
    il_status st = IL_OK;

    *f = (struct run_files){ .path = path, .paths = paths };
    for (size_t i = 0; i < paths; i++)
        from_stdin += strcmp(path[i], "-") == 0;
    if (from_stdin > 1)
        return cli_error(err, IL_E_USAGE, "- is standard input, which can be read once");
    for (size_t i = 0; i < paths && st == IL_OK; i++)
        st = read_file(f, i, err);
    return st;
}

void run_files_free(struct run_files *f)
{
    for (size_t i = 0; i < f->runs; i++) {
        free(f->run[i].name);
        free(f->run[i].cost);
    }
    free(f->run);
}
