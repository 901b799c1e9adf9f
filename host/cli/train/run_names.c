/* run_names.c - names that differ: more of the path, the ending, and at last a number. */
#include "run_names.h"

#include <search.h>
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

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

static void keep(void *name) { (void)name; } /* it is the run's */

/* Add a name to those that are taken: 1; 0: it is one; -1: out of memory. */
static int add(void **taken, char *name)
{
    char *const *const there = tsearch(name, taken, by_text);

    return there ? *there == name : -1;
}

/* the name of run i, whose file has several or one, added to those that are taken */
static char *name_of(const struct run_files *f, const struct short_name *s, size_t i, void **taken)
{
    const struct seen_run *const r = &f->run[i];
    const int several = r->number > 1 || (i + 1 < f->runs && r[1].file == r->file);
    char number[32] = "", *name = NULL, *free_one = NULL;
    int added;
    size_t n;
    const char *const text = words(&s[r->file], &n);

    if (several)
        snprintf(number, sizeof number, ":%zu", r->number);
    if (asprintf(&name, "%.*s%s", (int)n, text, number) < 0)
        return NULL;
    for (char *c = name; *c; c++) /* names go to terminals */
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    added = add(taken, name);
    if (added > 0)
        return name;
    for (size_t k = 2; added == 0; k++) { /* the same file twice */
        if (asprintf(&free_one, "%s (%zu)", name, k) < 0)
            added = -1, free_one = NULL;
        else if ((added = add(taken, free_one)) <= 0)
            free(free_one);
    }
    free(name);
    return added > 0 ? free_one : NULL;
}

il_status run_files_name(struct run_files *f, il_error *err)
{
    struct short_name *const s = calloc(f->paths, sizeof *s);
    unsigned char *const alike = malloc(f->paths);
    void *taken = NULL; /* the names of the runs before */
    il_status st = s && alike ? IL_OK : cli_no_memory(err);

    for (size_t i = 0; st == IL_OK && i < f->paths; i++)
        s[i] = (struct short_name){ f->path[i], 1, 0 };
    while (st == IL_OK && grow_apart(s, f->paths, alike))
        ;
    for (size_t i = 0; st == IL_OK && i < f->runs; i++) {
        f->run[i].name = name_of(f, s, i, &taken);
        if (!f->run[i].name)
            st = cli_no_memory(err);
    }
    tdestroy(taken, keep);
    free(alike);
    free(s);
    return st;
}
