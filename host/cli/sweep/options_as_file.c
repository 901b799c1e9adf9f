/*
 * options_as_file.c - a command line's lists and ranges as the text of a sweep file, so that both are read
 * by the same rules and a folder always holds the file. Commas separate values where a value has none
 * of its own: not in --layers, nor in an --init by layers (h*=...,out=...); these are given again.
 */
#include "options_as_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/sweep.h"
#include "common/cli_error.h"
#include "common/messages.h"

enum { NETWORKS = 1 << 20, NUMBER = 32, VALUE = 4096 };

/* a value in double quotes, as YAML has them */
static void quote(FILE *f, const char *text, size_t n)
{
    fputc('"', f);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"' || text[i] == '\\')
            fputc('\\', f);
        if ((unsigned char)text[i] < ' ')
            fprintf(f, "\\x%02x", (unsigned char)text[i]);
        else
            fputc(text[i], f);
    }
    fputc('"', f);
}

/* Is this one value, commas and all? */
static int is_whole(const char *name, const char *value)
{
    if (strcmp(name, "layers") == 0)
        return 1;
    if (strcmp(name, "init") != 0)
        return 0;
    for (const char *p = value; *p && *p != ':' && *p != ','; p++)
        if (*p == '=') /* PATTERN=SCHEME */
            return 1;
    return 0;
}

/* up to a comma that no backslash keeps */
static size_t span(const char *p)
{
    size_t n = 0;

    while (p[n] && p[n] != ',')
        n += p[n] == '\\' && p[n + 1] ? 2 : 1;
    return n;
}

static void put_values(FILE *f, const char *name, const char *value, int *any)
{
    for (const char *p = value;; p++) {
        const size_t n = is_whole(name, value) ? strlen(p) : span(p);

        fputs(*any ? ", " : "", f);
        quote(f, p, n);
        *any = 1;
        p += n;
        if (!*p)
            break;
    }
}

/* every option of one parameter, the first of which is the index-th of the command line */
static void put_parameter(FILE *f, const struct options *o, size_t index)
{
    const struct opt_row *const row = o->once[index].row;
    int any = 0;

    fprintf(f, "  %s: [", row->parameter);
    for (size_t i = index; i < o->onces; i++)
        if (o->once[i].row == row)
            put_values(f, row->parameter, o->once[i].value, &any);
    fputs("]\n", f);
}

/* the numbers of a list with ranges, "1,3..5" */
struct numbers {
    char (*text)[NUMBER];
    size_t count;
};

/* one more; 0: it is no whole number, or there are too many */
static int add_number(struct numbers *n, const char *text)
{
    if (!*text || strspn(text, "0123456789") != strlen(text) || n->count == NETWORKS)
        return 0;
    if ((n->count & (n->count + 1)) == 0) { /* room for 1, 3, 7, ... */
        void *const more = realloc(n->text, 2 * (n->count + 1) * sizeof *n->text);

        if (!more)
            return 0;
        n->text = more;
    }
    snprintf(n->text[n->count++], NUMBER, "%s", text);
    return 1;
}

/* an item of the list: a number, or all of a range */
static int add_item(struct numbers *n, const char *item)
{
    char number[NUMBER];
    il_range range;
    const int ranged = il_range_read(&range, item);
    int ok = ranged >= 0 && strlen(item) < sizeof number;

    if (ok && ranged == 0)
        return add_number(n, item);
    for (size_t i = 0; ok && i < range.count; i++) {
        il_range_value(&range, i, number);
        ok = add_number(n, number);
    }
    return ok;
}

/* the numbers of a list */
static il_status read_list(struct numbers *n, const char *option, const char *expected,
                           const char *list, il_error *err)
{
    for (const char *p = list;; p++) {
        const size_t length = strcspn(p, ",");
        char item[64];

        snprintf(item, sizeof item, "%.*s", (int)length, p);
        errno = 0;
        if (!add_item(n, item))
            return errno == ENOMEM ? cli_no_memory(err)
                                   : cli_error(err, IL_E_USAGE, "--%s: expected %s, not '%s'",
                                               option, expected, item);
        p += length;
        if (!*p)
            return IL_OK;
    }
}

/* those of an option, each time it was given; else its default */
static il_status read_numbers(struct numbers *n, const struct options *o, const char *option,
                              const char *expected, const char *preset, il_error *err)
{
    il_status st = IL_OK;

    *n = (struct numbers){ NULL, 0 };
    if (!opt_given(o, option))
        return read_list(n, option, expected, preset, err);
    for (size_t i = 0; i < o->onces && st == IL_OK; i++)
        if (strcmp(o->once[i].row->name, option) == 0)
            st = read_list(n, option, expected, o->once[i].value, err);
    return st;
}

/* --depth and --width: how many hidden layers, and how wide, as widths of layers */
static il_status put_depths(FILE *f, const struct options *o, il_error *err)
{
    struct numbers depth, width = { NULL, 0 };
    int any = 0;
    il_status st =
        read_numbers(&depth, o, "depth", "numbers of hidden layers, as 1..10 or 2,4,8", "1", err);

    if (st == IL_OK)
        st = read_numbers(&width, o, "width", "numbers of units, as 64 or 16..256*2", "256", err);
    if (st == IL_OK && width.count && depth.count > NETWORKS / width.count)
        st = cli_error(err, IL_E_USAGE, "--depth and --width: more than %d networks", NETWORKS);
    fputs("  layers: [", f);
    for (size_t w = 0; st == IL_OK && w < width.count; w++)
        for (size_t d = 0; d < depth.count; d++) {
            if (strcmp(depth.text[d], "0") == 0)
                fprintf(f, "%s\"in,out\"", any ? ", " : "");
            else
                fprintf(f, "%s\"in,%sx%s,out\"", any ? ", " : "", width.text[w], depth.text[d]);
            any = 1;
        }
    fputs("]\n", f);
    free(depth.text);
    free(width.text);
    return st;
}

static int any_parameter(const struct options *o)
{
    for (size_t i = 0; i < o->onces; i++)
        if (o->once[i].row->parameter)
            return 1;
    return 0;
}

/* Note what the next line of the text is made of. */
static void begin_line(struct options_file *f, const char *option) { f->line[f->lines++] = option; }

static il_status put_parameters(FILE *to, struct options_file *f, const struct options *o,
                                il_error *err)
{
    const int depth = opt_given(o, "depth"), width = opt_given(o, "width");

    if (!depth && !width && !any_parameter(o))
        return IL_OK;
    begin_line(f, NULL);
    fputs("parameters:\n", to);
    for (size_t i = 0; i < o->onces; i++) {
        const struct opt_row *const row = o->once[i].row;
        size_t first = 0;

        if (!row->parameter)
            continue;
        if ((depth || width) && strcmp(row->parameter, "layers") == 0)
            return cli_error(err, IL_E_USAGE,
                             "--layers is what --depth and --width make: give one of them");
        while (o->once[first].row != row)
            first++;
        if (first == i) {
            begin_line(f, row->name);
            put_parameter(to, o, i);
        }
    }
    if (!depth && !width)
        return IL_OK;
    begin_line(f, !width ? "depth" : !depth ? "width" : "depth and --width");
    return put_depths(to, o, err);
}

static void put_seeds(FILE *to, struct options_file *f, const struct options *o)
{
    int any = 0;

    if (!opt_given(o, "seeds"))
        return;
    begin_line(f, "seeds");
    fputs("seeds: [", to);
    for (size_t i = 0; i < o->onces; i++)
        if (strcmp(o->once[i].row->name, "seeds") == 0)
            put_values(to, "seeds", o->once[i].value, &any);
    fputs("]\n", to);
}

il_status options_as_file(struct options_file *f, const struct options *o, int addition,
                          il_error *err)
{
    il_status st, closed;

    memset(f, 0, sizeof *f);
    f->line = calloc(o->onces + 5, sizeof *f->line); /* two first, parameters:, layers, seeds */
    if (!f->line)
        return cli_no_memory(err);
    st = il_text_open(&f->text, err);
    if (st != IL_OK)
        return st;
    begin_line(f, NULL);
    fputs("# made from the options of a command line\n", f->text.stream);
    if (!addition) {
        begin_line(f, NULL);
        fputs("method: grid\n", f->text.stream);
    }
    st = put_parameters(f->text.stream, f, o, err);
    if (st == IL_OK)
        put_seeds(f->text.stream, f, o);
    closed = il_text_close(&f->text, st == IL_OK ? err : NULL);
    return st == IL_OK ? closed : st;
}

/* quote's value back, without its quotes; NULL: it is none, else what follows the last quote */
static const char *unquote(const char *p, char value[VALUE])
{
    size_t n = 0;

    if (*p++ != '"')
        return NULL;
    for (; *p && *p != '"' && n + 1 < VALUE; n++) {
        unsigned byte;

        if (*p == '\\' && p[1] == 'x') {
            if (sscanf(p + 2, "%2x", &byte) != 1 || byte == 0)
                return NULL;
            value[n] = (char)byte;
            p += 4;
        } else {
            p += *p == '\\';
            value[n] = *p++;
        }
    }
    value[n] = 0;
    return *p == '"' ? p + 1 : NULL;
}

/* ["a", "b"] behind the name of an option; NULL: it is none, else the next line */
static const char *put_options(FILE *to, const char *name, const char *p)
{
    char value[VALUE], word[CLI_COMMAND];

    do {
        p = unquote(p, value);
        if (!p)
            return NULL;
        fprintf(to, " --%s %s", name, cli_word(word, value));
    } while (strncmp(p, ", ", 2) == 0 && (p += 2));
    return strncmp(p, "]\n", 2) == 0 ? p + 2 : NULL;
}

int options_of_addition(FILE *to, const char *text)
{
    static const char *const passed[] = { "# made from the options of a command line\n",
                                          "parameters:\n" };
    const char *p = text;

    while (p && *p) {
        char name[NUMBER];
        int n = 0;

        for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
            if (strncmp(p, passed[i], strlen(passed[i])) == 0)
                p += strlen(passed[i]);
        if (!*p)
            break;
        if (sscanf(p, " %31[a-z0-9_]: [%n", name, &n) != 1 || n == 0)
            return 0;
        for (char *c = name; *c; c++)
            *c = *c == '_' ? '-' : *c;
        p = put_options(to, name, p + n);
    }
    return p != NULL;
}

void options_file_free(struct options_file *f)
{
    free(f->text.bytes);
    free(f->line);
    *f = (struct options_file){ .lines = 0 };
}

il_status options_as_file_blame(const struct options_file *f, il_error *err)
{
    const char *const option =
        err->line > 0 && err->line <= f->lines ? f->line[err->line - 1] : NULL;

    if (err->status != IL_E_DATA)
        return err->status;
    if (option)
        return cli_error(err, IL_E_USAGE, "--%s: %s", option, err->text + err->words);
    return cli_error(err, IL_E_USAGE, "%s", err->text);
}
