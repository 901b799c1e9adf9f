/* run_names.c - names that differ: more of the path, the ending, and at last a number. */
#include "run_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"

/* a file's name so far: the last `parts` parts of its path, without ending unless `whole` */
struct short_name {
    const char *path;
    size_t parts;
    int whole;
};

/* the last parts of the path, [*n] */
static const char *words(const struct short_name *s, size_t *n)
{
    const size_t length = strlen(s->path);
    const char *begin = s->path + length, *dot = NULL, *end = begin;

    if (strcmp(s->path, "-") == 0) {
        *n = 5;
        return "stdin";
    }
    for (size_t left = s->parts; begin > s->path; begin--) {
        if (!dot && begin[-1] == '.' && begin - 1 > s->path && begin[-2] != '/')
            dot = begin - 1;
        if (begin[-1] == '/') {
            if (--left == 0)
                break;
            dot = dot ? dot : end; /* an ending is the last part's */
        }
    }
    *n = (size_t)((dot && !s->whole ? dot : end) - begin);
    return begin;
}

/* Take in one part more; 0: it is all there. */
static int grow(struct short_name *s)
{
    size_t n;

    if (strcmp(s->path, "-") == 0 || words(s, &n) == s->path)
        return 0;
    s->parts++;
    return 1;
}

/* Take in the ending; 0: it is there. */
static int grow_ending(struct short_name *s)
{
    const int could = !s->whole;

    s->whole = 1;
    return could;
}

static int same(const struct short_name *a, const struct short_name *b)
{
    size_t n, m;
    const char *const x = words(a, &n), *const y = words(b, &m);

    return n == m && memcmp(x, y, n) == 0;
}

/* Let all names grow that another has, too; 0: there was none, or none can. */
static int grow_apart(struct short_name *s, size_t n, unsigned char *alike)
{
    int any = 0, last = 0;

    memset(alike, 0, n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if ((!alike[i] || !alike[k]) && strcmp(s[i].path, s[k].path) != 0 && same(&s[i], &s[k]))
                alike[i] = alike[k] = 1;
    for (size_t i = 0; i < n; i++)
        if (alike[i])
            any |= grow(&s[i]);
    for (size_t i = 0; i < n && !any; i++)
        last |= alike[i] && grow_ending(&s[i]);
    return any | last;
}

static int is_taken(const struct run_files *f, size_t before, const char *name)
{
    for (size_t i = 0; i < before; i++)
        if (strcmp(f->run[i].name, name) == 0)
            return 1;
    return 0;
}

/* the name of run i, whose file has several or one */
static char *name_of(const struct run_files *f, const struct short_name *s, size_t i)
{
    const struct seen_run *const r = &f->run[i];
    const int several = r->number > 1 || (i + 1 < f->runs && r[1].file == r->file);
    char number[32] = "", *name = NULL, *free_one = NULL;
    size_t n;
    const char *const text = words(&s[r->file], &n);

    if (several)
        snprintf(number, sizeof number, ":%zu", r->number);
    if (asprintf(&name, "%.*s%s", (int)n, text, number) < 0)
        return NULL;
    for (char *c = name; *c; c++) /* names go to terminals */
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    if (!is_taken(f, i, name))
        return name;
    for (size_t k = 2; !free_one; k++) { /* the same file twice */
        if (asprintf(&free_one, "%s (%zu)", name, k) < 0) {
            free_one = NULL;
            break;
        }
        if (is_taken(f, i, free_one)) {
            free(free_one);
            free_one = NULL;
        }
    }
    free(name);
    return free_one;
}

il_status run_files_name(struct run_files *f, il_error *err)
{
    struct short_name *const s = calloc(f->paths, sizeof *s);
    unsigned char *const alike = malloc(f->paths);
    il_status st = s && alike ? IL_OK : cli_no_memory(err);

    for (size_t i = 0; st == IL_OK && i < f->paths; i++)
        s[i] = (struct short_name){ f->path[i], 1, 0 };
    while (st == IL_OK && grow_apart(s, f->paths, alike))
        ;
    for (size_t i = 0; st == IL_OK && i < f->runs; i++) {
        f->run[i].name = name_of(f, s, i);
        if (!f->run[i].name)
            st = cli_no_memory(err);
    }
    free(alike);
    free(s);
    return st;
}
