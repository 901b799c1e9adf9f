/*
 * options_as_file.c - a command line's lists and ranges as the text of a sweep file, so that both are read
 * by the same rules and a folder always holds the file. Commas separate values where a value has none
 * of its own: not in --layers, nor in an --init by layers (h*=...,out=...); these are given again.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "sweep.h"

static il_status fail(il_error *err, il_status st, const char *text)
{
    err->status = st;
    snprintf(err->text, sizeof err->text, "%s", text);
    return st;
}

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

/* --depth and --width: how many hidden layers, and how wide, as widths of layers */
static il_status put_depths(FILE *f, const struct options *o, il_error *err)
{
    const char *const depth = opt_given(o, "depth") ? opt_get(o, "depth") : "1";
    const char *const width = opt_given(o, "width") ? opt_get(o, "width") : "256";
    int any = 0;

    fputs("  layers: [", f);
    for (const char *w = width; *w; w += strcspn(w, ",") + (w[strcspn(w, ",")] == ','))
        for (const char *d = depth; *d; d += strcspn(d, ",") + (d[strcspn(d, ",")] == ',')) {
            char one[64], number[32];
            il_range range;
            int ranged;

            snprintf(one, sizeof one, "%.*s", (int)strcspn(d, ","), d);
            ranged = il_range_read(&range, one);
            if (ranged == 0) {
                range = (il_range){ .first = strtod(one, NULL), .step = 1, .count = 1 };
                ranged = isdigit((unsigned char)one[0]) ? 1 : -1;
            }
            for (size_t i = 0; ranged > 0 && i < range.count; i++) {
                il_range_value(&range, i, number);
                if (strspn(number, "0123456789") != strlen(number))
                    ranged = -1;
                else if (strcmp(number, "0") == 0)
                    fprintf(f, "%s\"in,out\"", any ? ", " : "");
                else
                    fprintf(f, "%s\"in,%.*sx%s,out\"", any ? ", " : "", (int)strcspn(w, ","), w,
                            number);
                any = 1;
            }
            if (ranged < 0)
                return fail(err, IL_E_USAGE,
                            "--depth: expected numbers of hidden layers, as 1..10 "
                            "or 2,4,8");
        }
    fputs("]\n", f);
    return IL_OK;
}

static int any_parameter(const struct options *o)
{
    for (size_t i = 0; i < o->onces; i++)
        if (o->once[i].row->parameter)
            return 1;
    return 0;
}

il_status options_as_file(const struct options *o, char **text, il_error *err)
{
    const int depths = opt_given(o, "depth") || opt_given(o, "width");
    size_t size = 0;
    FILE *const f = open_memstream(text, &size);
    il_status st = IL_OK;

    if (!f)
        return fail(err, IL_E_MEMORY, il_status_text(IL_E_MEMORY));
    fputs("# made from the options of a command line\nmethod: grid\n", f);
    fputs(depths || any_parameter(o) ? "parameters:\n" : "", f);
    for (size_t i = 0; i < o->onces && st == IL_OK; i++) {
        size_t first = 0;

        if (!o->once[i].row->parameter)
            continue;
        while (o->once[first].row != o->once[i].row)
            first++;
        if (depths && strcmp(o->once[i].row->parameter, "layers") == 0)
            st = fail(err, IL_E_USAGE,
                      "--layers is what --depth and --width make: give one of them");
        else if (first == i)
            put_parameter(f, o, i);
    }
    if (st == IL_OK && depths)
        st = put_depths(f, o, err);
    if (opt_given(o, "seeds")) {
        int any = 0;

        fputs("seeds: [", f);
        for (size_t i = 0; i < o->onces; i++)
            if (strcmp(o->once[i].row->name, "seeds") == 0)
                put_values(f, "seeds", o->once[i].value, &any);
        fputs("]\n", f);
    }
    if (fclose(f) != 0 && st == IL_OK)
        st = fail(err, IL_E_MEMORY, il_status_text(IL_E_MEMORY));
    if (st != IL_OK) {
        free(*text);
        *text = NULL;
    }
    return st;
}

/* the parameter that a line of the text has, and the option that it was made of; 0: none */
static int made_of(const struct options *o, const char *line, char parameter[32], char option[48])
{
    const char *const word = line + strspn(line, " ");
    const int n = (int)strcspn(word, ":\n"), seeds = strncmp(word, "seeds:", 6) == 0;

    if (!seeds && (word == line || n >= 32))
        return 0;
    snprintf(parameter, 32, "%.*s", n - seeds, word);
    snprintf(option, 48, "%.*s", n, word);
    for (char *p = option; *p; p++)
        *p = *p == '_' ? '-' : *p;
    if (strcmp(parameter, "layers") == 0 && !opt_given(o, "layers"))
        snprintf(option, 48, "%s",
                 !opt_given(o, "width")   ? "depth"
                 : !opt_given(o, "depth") ? "width"
                                          : "depth and --width");
    return 1;
}

il_status options_as_file_blame(const struct options *o, const char *text, il_error *err)
{
    const il_error inner = *err;
    const char *rest = inner.text;
    char parameter[32], option[48];
    unsigned long line = 1;
    int after = 0;

    if (err->status != IL_E_DATA || !text)
        return err->status;
    err->status = IL_E_USAGE;
    sscanf(rest, "options:%lu:%*u: %n", &line, &after);
    for (; line > 1 && text; line--) {
        text = strchr(text, '\n');
        text += text != NULL;
    }
    rest += after ? after : strncmp(rest, "options: ", 9) == 0 ? 9 : 0; /* 9: about a default */
    if (!after || !text || !made_of(o, text, parameter, option)) {
        snprintf(err->text, sizeof err->text, "%.511s", rest);
        return err->status;
    }
    if (strncmp(rest, parameter, strlen(parameter)) == 0 && rest[strlen(parameter)] == ':')
        rest += strlen(parameter) + 2; /* the option says it already */
    snprintf(err->text, sizeof err->text, "--%s: %s", option, rest);
    return err->status;
}
