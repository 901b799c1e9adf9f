/* choice.c - choices as text: NAME:VALUE:PARAM=VALUE..., checked against a row of a list. */
#include "choice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/number.h"
#include "core/word.h"
#include "catalog/gain.h"
#include "catalog/scheme_draw.h"
#include "initlab/schemes.h"
#include "catalog/catalog.h"
#include "entry.h"
#include "framework_names.h"
#include "framework_values.h"
#include "path_text.h"

enum { PIECE = 64, NAME = 128, NAMES = 256, TEXT = 4096 };
enum { VALUE_TEXT = 2 * IL_CHOICE_TEXT_SIZE }; /* a text, all of it escaped */

/* ---- nearest names --------------------------------------------------------------------------- */

/* "; did you mean 'x'?" or nothing: of a list of names none is meant more than the others */
static const char *hint(char text[PIECE], const char *word, const char *const *candidates)
{
    const char *const near = strpbrk(word, ",;| ") ? NULL : il_nearest(word, candidates);

    if (near)
        snprintf(text, PIECE, "; did you mean '%.40s'?", near);
    else
        text[0] = 0;
    return text;
}

/* ---- parsing --------------------------------------------------------------------------------- */

/*
 * Names to hint at, NULL after the last. Of one framework for a name that begins with it: another's of
 * nearly the same name has another law.
 */
static void near_names(il_list list, const char *plain, const char *names[NAMES])
{
    const char *const dot = strchr(plain, '.');
    const size_t framework = dot ? (size_t)(dot - plain) + 1 : 0;
    const char *other, *ours;
    const il_entry *e;
    size_t n = 0;

    for (size_t i = 0;
         list == IL_SCHEMES && framework && (other = il_scheme_alias(i, &ours)) && n + 1 < NAMES;
         i++)
        if (strncmp(other, plain, framework) == 0)
            names[n++] = other;
    names[n] = NULL;
    if (n)
        return;
    for (size_t i = 0; (e = il_list_at(list, i)) && n + 1 < NAMES; i++)
        names[n++] = e->name;
    for (size_t i = 0; list == IL_SCHEMES && (other = il_scheme_alias(i, &ours)) && n + 1 < NAMES;
         i++)
        names[n++] = other;
    names[n] = NULL;
}

/*
 * torch.he_normal_ has a name of ours behind a framework's: what the framework calls that, or that it has no such
 * scheme, and not a name that is spelled nearly so. 0: it has not.
 */
static int ours_as_theirs(const char *plain, char text[2 * PIECE])
{
    const char *const dot = strchr(plain, '.'), *other, *ours;
    const size_t framework = dot ? (size_t)(dot - plain) + 1 : 0;
    const il_entry *const e = dot ? il_entry_named(IL_SCHEMES, dot + 1, strlen(dot + 1)) : NULL;

    if (!e)
        return 0;
    for (size_t i = 0; (other = il_scheme_alias(i, &ours)); i++) {
        if (strncmp(other, plain, framework) == 0 &&
            il_entry_named(IL_SCHEMES, ours, strcspn(ours, ":")) == e) {
            snprintf(text, 2 * PIECE, "; did you mean '%.40s'?", other);
            return 1;
        }
    }
    snprintf(text, 2 * PIECE, "; '%.40s' without a framework is ours", e->name);
    return 1;
}

/* why no row of the list has this name */
static il_status unknown(il_list list, const char *name,
                         const struct il_framework_name *const differ[2], il_error *err)
{
    const char *names[NAMES], *why;
    char near[2 * PIECE], plain[NAME];

    if (differ[0])
        return il_fail(err, IL_E_USAGE, "'%.60s' is %s (%s) and %s (%s); name the one you mean",
                       name, differ[0]->name, differ[0]->ours, differ[1]->name, differ[1]->ours);
    il_framework_name_plain(name, strlen(name), plain, sizeof plain);
    why = list == IL_SCHEMES ? il_framework_name_refused(plain) : NULL;
    if (why)
        return il_fail_help(err, IL_E_USAGE, "schemes", "'%.60s' %s", name, why);
    if (list == IL_SCHEMES && ours_as_theirs(plain, near))
        return il_fail_help(err, IL_E_USAGE, "schemes", "no scheme named '%.60s'%s", name, near);
    near_names(list, plain, names);
    return il_fail_help(err, IL_E_USAGE, il_list_name(list), "no %s named '%.60s'%s",
                        il_list_noun(list), name, hint(near, plain, names));
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
        text += *text == '\\' && text[1] && strchr(",:\\", text[1]);
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

int il_choice_path_goes_on(il_list list, const char *choice, const char *rest)
{
    const il_entry *const e = il_list_find(list, choice);
    const char *piece = choice + strcspn(choice, ":");
    int first = 1;

    if (!e || !il_path_span(rest, ":,"))
        return 0;
    for (; *piece; piece += il_choice_span(piece, ":"), first = 0) {
        const char *const path = il_path_in(e, ++piece, first, 1);

        if (path)
            return !il_path_span(path, ":");
    }
    return 0;
}

/* a gain's words alone have colons in them */
static int is_gain(const il_param *p) { return p->words && strchr(p->words, ':'); }

static il_status read_value(struct il_choice *c, int at, const char *text, il_error *err)
{
    const il_entry *const e = c->entry;
    const il_param *const p = &e->param[at];
    il_param_value *const value = &c->value[at];
    const int word = p->words ? il_word_index(p->words, text) : -1;
    char low[IL_NUMBER_TEXT], high[IL_NUMBER_TEXT];

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
        if (e->traits & IL_READS_FILE && at == il_entry_param(e, "path") && !il_path_ends(to))
            return il_fail(err, IL_E_USAGE, "%s: %s must end in .npy or .safetensors, not '%.200s'",
                           e->name, p->name, to);
        return IL_OK;
    }
    if (p->kind == IL_PARAM_WORD)
        return il_fail(err, IL_E_USAGE, "%s: %s must be one of %s, not '%.60s'", e->name, p->name,
                       p->words, text);
    if (!il_read_real(text, &value->number))
        return il_fail(err, IL_E_USAGE, "%s: %s must be a number%s%s, not '%.60s'", e->name,
                       p->name, p->words ? " or one of " : "", p->words ? p->words : "", text);
    if (!(value->number >= p->min && value->number <= p->max)) {
        il_write_real(p->min, low);
        il_write_real(p->max, high);
        return il_fail(err, IL_E_USAGE, "%s: %s must be from %s to %s, not %.60s", e->name, p->name,
                       low, high, text);
    }
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

/* why there is no such parameter; behind a framework's name, a hint is of its own: ours may be in other units */
static il_status no_param(const il_entry *e, const char *name,
                          const struct il_framework_name *framework, il_error *err)
{
    const char *names[IL_MAX_PARAMS + IL_THEIRS + 1] = { NULL }, *found;
    char near[PIECE], theirs[128];

    if (framework) {
        il_framework_params(framework, names, theirs);
        return il_fail(err, IL_E_USAGE, "%s has no parameter '%.60s'%s", framework->name, name,
                       names[0] ? hint(near, name, names) : "; it takes none");
    }
    for (int k = 0; k < IL_MAX_PARAMS && e->param[k].name; k++)
        names[k] = e->param[k].name;
    found = il_nearest(name, names);
    if (found)
        return il_fail(err, IL_E_USAGE, "%s has no parameter '%.60s'; did you mean '%s' (%s)?",
                       e->name, name, found, e->param[il_entry_param(e, found)].help);
    return il_fail(err, IL_E_USAGE, "%s has no parameter '%.60s'%s", e->name, name,
                   names[0] ? "" : "; it takes none");
}

/* one VALUE or PARAM=VALUE of ours; next is where a value without a name goes */
static il_status read_param(struct il_choice *c, char *piece, int *next, unsigned *given,
                            const struct il_framework_name *framework, il_error *err)
{
    const il_entry *const e = c->entry;
    char *const equals = il_path_in(e, piece, *next == 0, 0) == piece ? NULL : strchr(piece, '=');
    int i;

    if (equals) {
        *equals = 0;
        i = il_entry_param(e, piece);
        if (i < 0)
            return no_param(e, piece, framework, err);
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

/* our parameter in place of theirs, which is in other units; `given` by both is refused */
static il_status place_of(const struct il_choice *c, const char *param, unsigned given, int theirs,
                          const char *their, int *at, il_error *err)
{
    *at = il_entry_param(c->entry, param);
    return theirs && given >> *at & 1
               ? il_fail(err, IL_E_USAGE, "%s: %s is given twice, by our name and theirs", their,
                         param)
               : IL_OK;
}

/* bounds in standard deviations: where they are; alike on both sides, where z is cut */
static il_status apply_bounds(struct il_choice *c, const struct il_framework_values *theirs,
                              unsigned given, il_error *err)
{
    int low_given, high_given, low, high, cut;
    double from, to;
    il_status st;

    if (!il_framework_unit(theirs, "low", &from, &low_given, &st, err))
        return IL_OK;
    IL_TRY(st);
    il_framework_unit(theirs, "high", &to, &high_given, &st, err);
    IL_TRY(st);
    if (!low_given && !high_given)
        return IL_OK;
    IL_TRY(place_of(c, "low", given, 1, theirs->row->name, &low, err));
    IL_TRY(place_of(c, "high", given, 1, theirs->row->name, &high, err));
    IL_TRY(place_of(c, "cut", given, 1, theirs->row->name, &cut, err));
    if (!(from < to))
        return il_fail(err, IL_E_USAGE,
                       "%s: the lower bound must be below the upper, not %g and %g",
                       theirs->row->name, from, to);
    if (from == -to && to < c->entry->param[cut].min)
        return il_fail(err, IL_E_USAGE,
                       "%s: bounds must be at least %g standard deviations away, not %g",
                       theirs->row->name, c->entry->param[cut].min, to);
    if (from == -to && to != 2) {
        to = fmin(to, c->entry->param[cut].max); /* which cuts nothing */
        c->value[cut] = (il_param_value){ .kind = IL_PARAM_NUMBER, .number = to };
    } else if (from != -to) {
        const double mean = il_choice_value(c, "mean").number,
                     std = il_choice_value(c, "std").number;

        c->value[low].number = fmax(mean + std * from, c->entry->param[low].min);
        c->value[high].number = fmin(mean + std * to, c->entry->param[high].max);
    }
out:
    return st;
}

/* MXNet's magnitude: of a uniform law it is the squared bound, three times the variance */
static il_status apply_scale(struct il_choice *c, const struct il_framework_values *theirs,
                             unsigned given, il_error *err)
{
    double magnitude;
    int is_given, at;
    il_status st;

    if (!il_framework_unit(theirs, "scale", &magnitude, &is_given, &st, err))
        return IL_OK;
    IL_TRY(st);
    IL_TRY(place_of(c, "scale", given, is_given, theirs->row->name, &at, err));
    if (given >> at & 1)
        return IL_OK;
    if (!(magnitude >= 0 && magnitude <= c->entry->param[at].max))
        return il_fail(err, IL_E_USAGE, "%s: magnitude must be between 0 and %g, not %g",
                       theirs->row->name, c->entry->param[at].max, magnitude);
    c->value[at].number =
        il_choice_value(c, "distribution").word == IL_UNIFORM ? magnitude / 3 : magnitude;
out:
    return st;
}

/* what a framework's name was given, once all is known */
static il_status read_theirs(struct il_choice *c, const struct il_framework_values *theirs,
                             unsigned *given, il_error *err)
{
    char value[TEXT + PIECE];
    il_status st = IL_OK;
    int ignored = 0;

    for (size_t k = 0; k < IL_THEIRS; k++) {
        il_error why = { .text = "" };

        IL_TRY(il_framework_as_ours(theirs, k, value, sizeof value, err));
        if (!*value)
            continue;
        st = read_param(c, value, &ignored, given, theirs->row, &why);
        if (st != IL_OK)
            return il_framework_blame(theirs, k, st, why.text, err);
    }
    IL_TRY(apply_bounds(c, theirs, *given, err));
    st = apply_scale(c, theirs, *given, err);
out:
    return st;
}

/* NAME:VALUE:PARAM=VALUE into c, whose values are the defaults so far; a bit of *seen for each */
static il_status read_text(struct il_choice *c, const char *text,
                           const struct il_framework_name *framework, unsigned *seen, il_error *err)
{
    struct il_framework_values theirs = { .row = framework };
    char copy[TEXT], *piece, *colon;
    il_status st = IL_OK;
    unsigned given = 0;
    int next = 0, taken = 0;

    if (strlen(text) >= sizeof copy)
        return il_fail(err, IL_E_USAGE, "'%.60s...' is too long", text);
    strcpy(copy, text);
    colon = strchr(copy, ':');
    while (colon) {
        const char *path;

        piece = colon + 1;
        path = il_path_in(c->entry, piece, next == 0, 0);
        colon = piece + il_choice_span(piece, ":");
        if (path && il_path_span(path, ":"))
            colon = piece + (path - piece) + il_path_span(path, ":");
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
            IL_TRY(il_framework_take(&theirs, piece, &taken, err));
        if (!taken)
            IL_TRY(read_param(c, piece, &next, &given, framework, err));
    }
    if (framework)
        IL_TRY(read_theirs(c, &theirs, &given, err));
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

int il_choice_has_param(il_list list, const char *choice, const char *name)
{
    const struct il_framework_name *framework, *differ[2];
    const il_entry *const e = find(list, choice, strcspn(choice, ":"), &framework, differ);

    return e && (il_entry_param(e, name) >= 0 ||
                 (framework && il_framework_param(framework, name, strlen(name)) >= 0));
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
