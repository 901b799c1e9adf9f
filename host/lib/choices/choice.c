/* choice.c - choices as text: NAME:VALUE:PARAM=VALUE..., checked against a row of a list. */
#include "choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/number.h"
#include "core/word.h"
#include "catalog/gain.h"
#include "initlab/schemes.h"
#include "catalog/catalog.h"
#include "framework_names.h"

enum { PIECE = 64, NAME = 128, NAMES = 256 };
enum { VALUE_TEXT = 2 * IL_CHOICE_TEXT_SIZE }; /* a text, all of it escaped */

/* ---- nearest names --------------------------------------------------------------------------- */

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

/* Is name the row's, or one of its aliases? */
static int named(const il_entry *e, const char *name, size_t n)
{
    const char *p = e->aliases;

    if (il_same_word(name, n, e->name, strlen(e->name)))
        return 1;
    while (*p) {
        const size_t m = strcspn(p, " ");

        if (il_same_word(name, n, p, m))
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
        if (il_same_word(name, strlen(name), e->param[i].name, strlen(e->param[i].name)))
            return i;
    return -1;
}

/* why no row of the list has this name */
static il_status unknown(il_list list, const char *name,
                         const struct il_framework_name *const differ[2], il_error *err)
{
    const char *names[NAMES], *other, *ours;
    char near[PIECE], plain[NAME];
    const il_entry *e;
    size_t n = 0;

    if (differ[0])
        return il_fail(err, IL_E_USAGE, "'%.60s' is %s (%s) and %s (%s); name the one you mean",
                       name, differ[0]->name, differ[0]->ours, differ[1]->name, differ[1]->ours);
    il_framework_name_plain(name, strlen(name), plain, sizeof plain);
    for (size_t i = 0; (e = il_list_at(list, i)) && n + 1 < NAMES; i++)
        names[n++] = e->name;
    for (size_t i = 0; list == IL_SCHEMES && (other = il_scheme_alias(i, &ours)) && n + 1 < NAMES;
         i++)
        names[n++] = other;
    names[n] = NULL;
    return il_fail(err, IL_E_USAGE, "no %s named '%.60s'%s (see 'initlab help %s')",
                   il_list_noun(list), name, hint(near, plain, names), il_list_name(list));
}

/* the row with a name, which may be a framework's */
static const il_entry *find(il_list list, const char *name, size_t n,
                            const struct il_framework_name **framework,
                            const struct il_framework_name *differ[2])
{
    differ[0] = differ[1] = NULL;
    *framework = list == IL_SCHEMES ? il_framework_name_find(name, n, differ) : NULL;
    if (*framework)
        return il_entry_named(list, (*framework)->ours, strcspn((*framework)->ours, ":"));
    return differ[0] ? NULL : il_entry_named(list, name, n);
}

/* which of the texts is that of parameter `at` */
static size_t text_at(const il_entry *e, int at)
{
    size_t n = 0;

    for (int i = 0; i < at; i++)
        n += e->param[i].kind == IL_PARAM_TEXT;
    return n;
}

static void unescape(char *to, const char *text)
{
    while (*text) {
        text += *text == '\\' && text[1];
        *to++ = *text++;
    }
    *to = 0;
}

/* into out, of at least twice the length */
static void escape(char *out, const char *text)
{
    for (; *text; text++) {
        if (strchr(",:\\", *text))
            *out++ = '\\';
        *out++ = *text;
    }
    *out = 0;
}

size_t il_choice_span(const char *text, const char *ends)
{
    size_t n = 0;

    while (text[n] && !strchr(ends, text[n]))
        n += text[n] == '\\' && text[n + 1] ? 2 : 1;
    return n;
}

/* a gain's words alone have colons in them */
static int is_gain(const il_param *p) { return p->words && strchr(p->words, ':'); }

static il_status read_value(struct il_choice *c, int at, const char *text, il_error *err)
{
    const il_entry *const e = c->entry;
    const il_param *const p = &e->param[at];
    il_param_value *const value = &c->value[at];
    const int word = p->words ? il_word_index(p->words, text) : -1;

    *value = (il_param_value){ .kind = word < 0 ? IL_PARAM_NUMBER : IL_PARAM_WORD,
                               .word = word < 0 ? 0 : (unsigned)word };
    if (word >= 0 || (is_gain(p) && il_gain_of_slope(text, &value->number)))
        return IL_OK;
    if (p->kind == IL_PARAM_TEXT) {
        char *const to = c->text[text_at(e, at)];

        if (!*text || strlen(text) >= sizeof *c->text)
            return il_fail(err, IL_E_USAGE, "%s: %s must have 1 to %zu characters", e->name,
                           p->name, sizeof *c->text - 1);
        unescape(to, text);
        value->kind = IL_PARAM_TEXT;
        return IL_OK;
    }
    if (p->kind == IL_PARAM_WORD)
        return il_fail(err, IL_E_USAGE, "%s: %s must be one of %s, not '%.60s'", e->name, p->name,
                       p->words, text);
    if (!il_read_real(text, &value->number))
        return il_fail(err, IL_E_USAGE, "%s: %s must be a number%s%s, not '%.60s'", e->name,
                       p->name, p->words ? " or one of " : "", p->words ? p->words : "", text);
    if (!(value->number >= p->min && value->number <= p->max))
        return il_fail(err, IL_E_USAGE, "%s: %s must be between %g and %g, not %.60s", e->name,
                       p->name, p->min, p->max, text);
    return IL_OK;
}

/* a framework's word as ours, if the parameter has that */
static const char *our_word(const il_param *p, const char *text,
                            const struct il_framework_name *framework)
{
    const char *const ours = p->words ? il_framework_word(framework, text) : NULL;
    double ignored;

    return ours && (il_word_index(p->words, ours) >= 0 ||
                    (is_gain(p) && il_gain_of_slope(ours, &ignored)))
               ? ours
               : text;
}

/* one VALUE or PARAM=VALUE; next is where a value without a name goes */
static il_status read_param(struct il_choice *c, char *piece, int *next, unsigned *given,
                            const struct il_framework_name *framework, il_error *err)
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
    return read_value(c, i, our_word(&e->param[i], piece, framework), err);
}

/* a word that has a colon in it, as auto:std and leaky_relu:0.2 have: is `piece:next` one? */
static int one_word(const il_entry *e, const char *piece, const char *next)
{
    char joined[PIECE];
    double ignored;
    const char *const equals = strchr(piece, '=');

    if (snprintf(joined, sizeof joined, "%s:%.*s", equals ? equals + 1 : piece,
                 (int)strcspn(next, ":"), next) >= (int)sizeof joined)
        return 0;
    for (int i = 0; i < IL_MAX_PARAMS && e->param[i].name; i++)
        if (is_gain(&e->param[i]) &&
            (il_word_index(e->param[i].words, joined) >= 0 || il_gain_of_slope(joined, &ignored)))
            return 1;
    return 0;
}

/* NAME:VALUE:PARAM=VALUE into c, whose values are the defaults so far; a bit of *seen for each */
static il_status read_text(struct il_choice *c, const char *text,
                           const struct il_framework_name *framework, unsigned *seen, il_error *err)
{
    char copy[512], value[sizeof copy + PIECE], *piece, *colon;
    il_status st = IL_OK;
    unsigned given = 0;
    int next = 0, framework_next = 0;

    if (strlen(text) >= sizeof copy)
        return il_fail(err, IL_E_USAGE, "'%.60s...' is too long", text);
    strcpy(copy, text);
    colon = strchr(copy, ':');
    while (colon) {
        piece = colon + 1;
        colon = piece + il_choice_span(piece, ":");
        colon = *colon ? colon : NULL;
        if (colon)
            *colon = 0;
        if (colon && one_word(c->entry, piece, colon + 1)) {
            *colon = ':';
            colon = strchr(colon + 1, ':');
            if (colon)
                *colon = 0;
        }
        if (framework)
            il_framework_name_value(framework, piece, &framework_next, value, sizeof value);
        else
            strcpy(value, piece);
        IL_TRY(read_param(c, value, &next, &given, framework, err));
    }
    *seen |= given;
out:
    return st;
}

il_status il_choice_parse(struct il_choice *out, il_list list, const char *text, il_error *err)
{
    struct il_choice c = { .entry = NULL };
    const struct il_framework_name *framework, *differ[2];
    const size_t n = strcspn(text, ":");
    il_status st = IL_OK;
    unsigned seen = 0;
    char name[NAME];

    c.entry = find(list, text, n, &framework, differ);
    if (!c.entry) {
        snprintf(name, sizeof name, "%.*s", (int)n, text);
        return unknown(list, name, differ, err);
    }
    while (il_list_at(list, c.index) != c.entry)
        c.index++;
    for (int i = 0; i < IL_MAX_PARAMS && c.entry->param[i].name; i++)
        c.value[i] = c.entry->param[i].value;
    if (framework)
        IL_TRY(read_text(&c, framework->ours, NULL, &seen, err));
    IL_TRY(read_text(&c, text, framework, &seen, err));
    for (int i = 0; i < IL_MAX_PARAMS && c.entry->param[i].name; i++) {
        const il_param *const p = &c.entry->param[i];

        if (p->required && !(seen >> i & 1))
            return il_fail(err, IL_E_USAGE, "%s: %s must be given, as %s:%s=...", c.entry->name,
                           p->name, c.entry->name, p->name);
        c.value[i].number += 0.0; /* -0 is 0, as the normal form has it */
    }
    *out = c;
out:
    return st;
}

const il_entry *il_list_find(il_list list, const char *choice)
{
    const struct il_framework_name *framework, *differ[2];

    return find(list, choice, strcspn(choice, ":"), &framework, differ);
}

/* ---- the normal form ------------------------------------------------------------------------- */

static int same_value(const il_param_value *a, const il_param_value *b)
{
    return a->kind == b->kind && a->word == b->word && a->number == b->number;
}

/* a value of a parameter as it is spelled */
static void value_text(const struct il_choice *c, int i, char text[VALUE_TEXT])
{
    const il_param_value *const value = &c->value[i];
    const char *word = c->entry->param[i].words;

    if (value->kind == IL_PARAM_TEXT) {
        escape(text, c->text[text_at(c->entry, i)]);
    } else if (value->kind == IL_PARAM_WORD) {
        for (unsigned k = 0; k < value->word; k++)
            word += strcspn(word, "|") + 1;
        snprintf(text, VALUE_TEXT, "%.*s", (int)strcspn(word, "|"), word);
    } else {
        il_write_real(value->number, text);
    }
}

/* is it given by leaving it out? */
static int is_default(const struct il_choice *c, int i)
{
    const il_param *const p = &c->entry->param[i];

    return p->kind == IL_PARAM_TEXT ? !*c->text[text_at(c->entry, i)]
                                    : !p->required && same_value(&c->value[i], &p->value);
}

void il_choice_text(const struct il_choice *c, char text[IL_CHOICE_TEXT])
{
    size_t n = (size_t)snprintf(text, IL_CHOICE_TEXT, "%s", c->entry->name);

    for (int i = 0; i < IL_MAX_PARAMS && c->entry->param[i].name; i++) {
        char value[VALUE_TEXT];

        if (is_default(c, i))
            continue;
        value_text(c, i, value);
        n += (size_t)snprintf(text + n, IL_CHOICE_TEXT - n, ":%s=%s", c->entry->param[i].name,
                              value);
    }
}

const char *il_choice_word(const struct il_choice *c, const char *param)
{
    return c->text[text_at(c->entry, il_entry_param(c->entry, param))];
}

il_param_value il_choice_value(const struct il_choice *c, const char *param)
{
    return c->value[il_entry_param(c->entry, param)];
}
