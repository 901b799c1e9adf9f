/* kit_parts.c - what each part of a first hour said, read back: JSON whole, JSON by lines, checks, or lines of text. */
#include "kit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1 << 16, LINES_MOST = 5000, ERRORS = 20, OUT_OF_TIME = 124, KILLED = 137 };

/* a line of text, whatever its bytes are */
static json_t *text(char *line)
{
    json_t *s = json_string(line);

    if (!s) { /* not UTF-8 */
        for (char *p = line; *p; p++)
            if ((unsigned char)*p >= 0x80)
                *p = '?';
        s = json_string(line);
    }
    return s;
}

/* The number that ends before `unit`, with where it begins; NULL: the line has none. */
static char *number_before(char *line, const char *unit, double *number)
{
    char *const at = strstr(line, unit);
    char *begin = at;

    while (begin && begin > line && begin[-1] != ' ')
        begin--;
    if (!begin || begin == at)
        return NULL;
    *number = strtod(begin, NULL);
    return begin;
}

/*
 * A line of a self-test, "ok   NAME   12.3 GB/s   45 %  6.7 us (quartiles ...)" or "FAIL NAME   DETAIL", as an
 * object; NULL: it is none.
 */
static json_t *check(char *line)
{
    const int good = strncmp(line, "ok   ", 5) == 0;
    double rate = 0;
    char *name = line + 5, *end, *rest;
    const char *key = "gb_per_s";
    json_t *o;

    if (!good && strncmp(line, "FAIL ", 5) != 0)
        return NULL;
    end = number_before(name, " GB/s ", &rate);
    if (!end && (end = number_before(name, " GFLOP/s ", &rate)))
        key = "gflop_per_s";
    rest = end ? strstr(end, "%  ") : (end = strstr(name, "  "));
    if (!end || !rest)
        return NULL;
    rest += rest == end ? 0 : 1;
    rest += strspn(rest, " ");
    while (end > name && end[-1] == ' ')
        end--;
    o = json_pack("{s:b, s:o, s:o}", "good", good, "name", json_stringn(name, (size_t)(end - name)),
                  "detail", text(rest));
    if (o && rate > 0) {
        (void)json_object_set_new(o, key, json_real(rate));
        (void)json_object_set_new(o, "us", json_real(strtod(rest, NULL)));
    }
    return o;
}

/* An object or an array of one line; a check; else the line. */
static json_t *read_line(char *line)
{
    json_t *o = *line == '{' || *line == '[' ? json_loads(line, 0, NULL) : NULL;

    o = o ? o : check(line);
    return o ? o : text(line);
}

/* All lines of a file; those behind the last `most`, if only these are wanted. */
static json_t *read_lines(const char *path, size_t most, int last)
{
    json_t *const all = json_array();
    char *const line = malloc(LINE);
    FILE *const file = fopen(path, "re");

    while (all && line && file && fgets(line, LINE, file)) {
        line[strcspn(line, "\r\n")] = 0;
        if (json_array_size(all) == most) {
            if (!last)
                break;
            (void)json_array_remove(all, 0);
        }
        (void)json_array_append_new(all, last ? text(line) : read_line(line));
    }
    if (file)
        (void)fclose(file);
    free(line);
    return all;
}

static const char *outcome(int code)
{
    return code == 0                               ? "done"
           : code == -1                            ? "left out"
           : code == OUT_OF_TIME || code == KILLED ? "out of time"
                                                   : "failed";
}

static json_t *read_part(const char *out, char *line)
{
    char *rest = line, path[4096];
    const char *const name = strsep(&rest, "\t"), *const limit = strsep(&rest, "\t");
    const char *const seconds = strsep(&rest, "\t"), *const code = strsep(&rest, "\t");
    json_t *whole, *part;

    if (!code || !rest)
        return NULL;
    part =
        json_pack("{s:s, s:i, s:i, s:i, s:s, s:s}", "name", name, "limit", atoi(limit), "seconds",
                  atoi(seconds), "exit", atoi(code), "outcome", outcome(atoi(code)), "words", rest);
    if (!part || atoi(code) == -1)
        return part;
    snprintf(path, sizeof path, "%s/parts/%s.out", out, name);
    whole = json_load_file(path, 0, NULL);
    (void)json_object_set_new(part, "results",
                              json_is_array(whole) ? json_incref(whole)
                                                   : read_lines(path, LINES_MOST, 0));
    json_decref(whole);
    snprintf(path, sizeof path, "%s/parts/%s.err", out, name);
    (void)json_object_set_new(part, "errors", read_lines(path, ERRORS, 1));
    return part;
}

json_t *kit_parts(const char *out)
{
    json_t *const all = json_array();
    char path[4096], line[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/parts.tsv", out);
    file = fopen(path, "re");
    while (all && file && fgets(line, sizeof line, file)) {
        json_t *part;

        line[strcspn(line, "\n")] = 0;
        part = read_part(out, line);
        if (part)
            (void)json_array_append_new(all, part);
    }
    if (file)
        (void)fclose(file);
    return all;
}

const json_t *kit_results(const json_t *parts, const char *name)
{
    size_t i;
    json_t *part;

    json_array_foreach(parts, i,
                       part) if (strcmp(json_string_value(json_object_get(part, "name")), name) ==
                                 0) return json_object_get(part, "results");
    return NULL;
}
