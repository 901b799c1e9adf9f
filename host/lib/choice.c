/* choice.c - choices as text: NAME:VALUE:PARAM=VALUE..., checked against a row of a list. */
#include "choice.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "number.h"
#include "tables.h"

enum { PIECE = 64, NAMES = 128 };

/* ---- nearest names --------------------------------------------------------------------------- */

/*
 * edits (insert, delete, change, swap) between two words; words longer than PIECE are far from all
 */
static unsigned distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    unsigned row[3][PIECE + 1];

    if (n > PIECE || m > PIECE)
        return PIECE;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *const now = row[i % 3], *const up = row[(i + 2) % 3],
                        *const up2 = row[(i + 1) % 3];

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned best = up[j - 1] + (a[i - 1] != b[j - 1]);

            best = up[j] + 1 < best ? up[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = up2[j - 2] + 1 < best ? up2[j - 2] + 1 : best;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *il_nearest(const char *word, const char *const *candidates)
{
    unsigned best = (unsigned)strlen(word) / 3 + 2; /* further away is no slip of the finger */
    const char *found = NULL;

    for (; *candidates; candidates++) {
        const unsigned d = distance(word, *candidates);

        if (d < best) {
            best = d;
            found = *candidates;
        }
    }
    return found;
}

/* " (did you mean 'x'?)" or nothing */
static const char *hint(char text[PIECE], const char *word, const char *const *candidates)
{
    const char *const near = il_nearest(word, candidates);

    if (near)
        snprintf(text, PIECE, "; did you mean '%.40s'?", near);
    else
        text[0] = 0;
    return text;
}

/* ---- parsing --------------------------------------------------------------------------------- */

/* Is name the row's, or one of its aliases? Dashes and underscores are equal. */
static int same(const char *a, size_t n, const char *b, size_t m)
{
    if (n != m)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)(a[i] == '-' ? '_' : a[i])) != tolower((unsigned char)b[i]))
            return 0;
    return 1;
}

static int named(const il_entry *e, const char *name, size_t n)
{
    const char *p = e->aliases;

    if (same(name, n, e->name, strlen(e->name)))
        return 1;
    while (*p) {
        const size_t m = strcspn(p, " ");

        if (same(name, n, p, m))
            return 1;
        p += m + (p[m] == ' ');
    }
    return 0;
}

const il_entry *il_entry_named(il_list list, const char *name, size_t n)
{
    const il_entry *e;

    for (size_t i = 0; (e = il_list_at(list, i)) != NULL; i++)
        if (named(e, name, n))
            return e;
    return NULL;
}

int il_entry_param(const il_entry *e, const char *name)
{
    for (int i = 0; i < IL_MAX_PARAMS && e->param[i].name; i++)
        if (same(name, strlen(name), e->param[i].name, strlen(e->param[i].name)))
            return i;
    return -1;
}

static il_status find_entry(struct il_choice *c, il_list list, const char *name, il_error *err)
{
    const char *names[NAMES + 1];
    char near[PIECE];
    size_t n = 0;

    for (; (c->entry = il_list_at(list, n)) != NULL && n < NAMES; n++) {
        if (named(c->entry, name, strlen(name))) {
            c->index = (unsigned)n;
            return IL_OK;
        }
        names[n] = c->entry->name;
    }
    names[n] = NULL;
    return il_fail(err, IL_E_USAGE, "no %s named '%.60s'%s (see 'initlab help %s')",
                   il_list_noun(list), name, hint(near, name, names), il_list_name(list));
}

/* index of a word in "a|b|c", -1 if it is none */
static int word_index(const char *words, const char *word)
{
    for (int i = 0; *words; i++) {
        const size_t n = strcspn(words, "|");

        if (same(word, strlen(word), words, n))
            return i;
        words += n + (words[n] == '|');
    }
    return -1;
}

static il_status read_value(const il_entry *e, const il_param *p, const char *text, double *value,
                            il_error *err)
{
    if (p->words) {
        const int i = word_index(p->words, text);

        if (i < 0)
            return il_fail(err, IL_E_USAGE, "%s: %s must be one of %s, not '%.60s'", e->name,
                           p->name, p->words, text);
        *value = i;
        return IL_OK;
    }
    if (!il_read_real(text, value))
        return il_fail(err, IL_E_USAGE, "%s: %s must be a number, not '%.60s'", e->name, p->name,
                       text);
    if (!(*value >= p->min && *value <= p->max))
        return il_fail(err, IL_E_USAGE, "%s: %s must be between %g and %g, not %.60s", e->name,
                       p->name, p->min, p->max, text);
    return IL_OK;
}

/* one VALUE or PARAM=VALUE; next is where a value without a name goes */
static il_status read_param(struct il_choice *c, char *piece, int *next, unsigned *given,
                            il_error *err)
{
    const il_entry *const e = c->entry;
    const char *names[IL_MAX_PARAMS + 1] = { NULL };
    char *const equals = strchr(piece, '=');
    char near[PIECE];
    int i;

    for (int k = 0; k < IL_MAX_PARAMS && e->param[k].name; k++)
        names[k] = e->param[k].name;
    if (equals) {
        *equals = 0;
        i = il_entry_param(e, piece);
        if (i < 0)
            return il_fail(err, IL_E_USAGE, "%s has no parameter '%.60s'%s", e->name, piece,
                           names[0] ? hint(near, piece, names) : "; it takes none");
        piece = equals + 1;
    } else {
        i = *next;
        if (i >= IL_MAX_PARAMS || !e->param[i].name)
            return il_fail(err, IL_E_USAGE, "%s takes %d parameter%s; '%.60s' is one too many",
                           e->name, i, i == 1 ? "" : "s", piece);
    }
    if (*given >> i & 1)
        return il_fail(err, IL_E_USAGE, "%s: %s is given twice", e->name, e->param[i].name);
    *given |= 1u << i;
    *next = i + 1;
    return read_value(e, &e->param[i], piece, &c->value[i], err);
}

il_status il_choice_parse(struct il_choice *out, il_list list, const char *text, il_error *err)
{
    struct il_choice c = { .entry = NULL };
    char copy[512], *piece = copy, *colon;
    il_status st = IL_OK;
    unsigned given = 0;
    int next = 0;

    if (strlen(text) >= sizeof copy)
        return il_fail(err, IL_E_USAGE, "'%.60s...' is too long", text);
    strcpy(copy, text);
    colon = strchr(piece, ':');
    if (colon)
        *colon = 0;
    IL_TRY(find_entry(&c, list, piece, err));
    for (int i = 0; i < IL_MAX_PARAMS && c.entry->param[i].name; i++)
        c.value[i] = c.entry->param[i].value;
    while (colon) {
        piece = colon + 1;
        colon = strchr(piece, ':');
        if (colon)
            *colon = 0;
        IL_TRY(read_param(&c, piece, &next, &given, err));
    }
    for (int i = 0; i < IL_MAX_PARAMS && c.entry->param[i].name; i++)
        if (isnan(c.value[i]))
            return il_fail(err, IL_E_USAGE, "%s: %s must be given, as %s:%s=...", c.entry->name,
                           c.entry->param[i].name, c.entry->name, c.entry->param[i].name);
    *out = c;
out:
    return st;
}

/* ---- the normal form ------------------------------------------------------------------------- */

void il_choice_text(const struct il_choice *c, char text[IL_CHOICE_TEXT])
{
    size_t n = (size_t)snprintf(text, IL_CHOICE_TEXT, "%s", c->entry->name);

    for (int i = 0; i < IL_MAX_PARAMS && c->entry->param[i].name; i++) {
        const il_param *const p = &c->entry->param[i];
        char number[IL_NUMBER_TEXT];
        const char *word = p->words;

        if (c->value[i] == p->value)
            continue;
        for (int k = 0; word && k < (int)c->value[i]; k++)
            word += strcspn(word, "|") + 1;
        if (!word)
            il_write_real(c->value[i], number);
        n += (size_t)snprintf(text + n, IL_CHOICE_TEXT - n, ":%s=%.*s", p->name,
                              word ? (int)strcspn(word, "|") : (int)strlen(number),
                              word ? word : number);
    }
}

double il_choice_value(const struct il_choice *c, const char *param)
{
    const int i = il_entry_param(c->entry, param);

    return i < 0 ? NAN : c->value[i];
}
