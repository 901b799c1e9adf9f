/*
 * recipe.c - recipes: YAML files with a description and parameters. Read as a stream of events,
 * within bounds of size and depth; anchors, aliases and tags are refused, so a file is what it
 * looks like.
 */
#include "initlab/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "choice.h"
#include "error.h"

enum { SIZE_MAX_FILE = 1 << 20, SETTINGS = 64, TEXT = 4096 };

struct setting {
    char name[64], value[TEXT];
    size_t line, column;
};
struct recipe {
    const char *path;
    char description[TEXT];
    struct setting *setting;
    size_t count;
    yaml_parser_t parser;
    yaml_event_t event;
    int have_event;
    il_error *err;
};

static il_status complain(struct recipe *r, const yaml_mark_t *at, const char *what,
                          const char *word)
{
    return il_fail(r->err, IL_E_DATA, "%s:%zu:%zu: %s%s%.60s%s", r->path, at->line + 1,
                   at->column + 1, what, word ? " '" : "", word ? word : "", word ? "'" : "");
}

static il_status next(struct recipe *r)
{
    yaml_event_t *const e = &r->event;

    if (r->have_event)
        yaml_event_delete(e);
    r->have_event = yaml_parser_parse(&r->parser, e);
    if (!r->have_event)
        return complain(r, &r->parser.problem_mark,
                        r->parser.problem ? r->parser.problem : "bad YAML", NULL);
    if (e->type == YAML_ALIAS_EVENT)
        return complain(r, &e->start_mark, "aliases are not allowed", NULL);
    if ((e->type == YAML_SCALAR_EVENT && (e->data.scalar.anchor || e->data.scalar.tag)) ||
        (e->type == YAML_MAPPING_START_EVENT &&
         (e->data.mapping_start.anchor || e->data.mapping_start.tag)) ||
        (e->type == YAML_SEQUENCE_START_EVENT &&
         (e->data.sequence_start.anchor || e->data.sequence_start.tag)))
        return complain(r, &e->start_mark, "anchors and tags are not allowed", NULL);
    return IL_OK;
}

static il_status expect(struct recipe *r, yaml_event_type_t type, const char *what)
{
    il_status st = next(r);

    if (st == IL_OK && r->event.type != type)
        st = complain(r, &r->event.start_mark, what, NULL);
    return st;
}

/* copy the scalar that is the current event */
static il_status scalar(struct recipe *r, char *to, size_t size, const char *what)
{
    if (r->event.type != YAML_SCALAR_EVENT)
        return complain(r, &r->event.start_mark, what, NULL);
    if (r->event.data.scalar.length >= size ||
        strlen((char *)r->event.data.scalar.value) != r->event.data.scalar.length)
        return complain(r, &r->event.start_mark, "the text is too long, or has a zero byte", NULL);
    memcpy(to, r->event.data.scalar.value, r->event.data.scalar.length + 1);
    return IL_OK;
}

/* the value of a parameter: a scalar, or {value: scalar} */
static il_status read_value(struct recipe *r, struct setting *s)
{
    char key[64];
    il_status st;

    IL_TRY(next(r));
    if (r->event.type == YAML_MAPPING_START_EVENT) {
        IL_TRY(next(r));
        IL_TRY(scalar(r, key, sizeof key, "expected 'value:'"));
        if (strcmp(key, "value") != 0)
            return complain(r, &r->event.start_mark, "a parameter of a recipe takes 'value', not",
                            key);
        IL_TRY(next(r));
        IL_TRY(scalar(r, s->value, sizeof s->value, "expected one value"));
        IL_TRY(expect(r, YAML_MAPPING_END_EVENT, "a parameter of a recipe takes 'value' alone"));
    } else {
        IL_TRY(scalar(r, s->value, sizeof s->value, "expected one value; lists are for sweeps"));
    }
out:
    return st;
}

static il_status read_parameters(struct recipe *r)
{
    il_status st;

    IL_TRY(expect(r, YAML_MAPPING_START_EVENT, "expected parameters, as NAME: VALUE"));
    for (;;) {
        struct setting *const s = &r->setting[r->count];

        IL_TRY(next(r));
        if (r->event.type == YAML_MAPPING_END_EVENT)
            return IL_OK;
        if (r->count == SETTINGS)
            return complain(r, &r->event.start_mark, "too many parameters", NULL);
        s->line = r->event.start_mark.line + 1;
        s->column = r->event.start_mark.column + 1;
        IL_TRY(scalar(r, s->name, sizeof s->name, "expected a parameter's name"));
        for (char *p = s->name; *p; p++)
            if (*p == '-')
                *p = '_';
        for (size_t i = 0; i < r->count; i++)
            if (strcmp(r->setting[i].name, s->name) == 0)
                return complain(r, &r->event.start_mark, "a second", s->name);
        IL_TRY(read_value(r, s));
        r->count++;
    }
out:
    return st;
}

static il_status read_document(struct recipe *r)
{
    static const char *const keys[] = { "description", "parameters", NULL };
    int seen[2] = { 0, 0 };
    char key[64];
    il_status st;

    IL_TRY(expect(r, YAML_STREAM_START_EVENT, "expected a recipe"));
    IL_TRY(expect(r, YAML_DOCUMENT_START_EVENT, "the file is empty"));
    IL_TRY(expect(r, YAML_MAPPING_START_EVENT, "expected 'description:' and 'parameters:'"));
    for (;;) {
        const char *near;
        int k;

        IL_TRY(next(r));
        if (r->event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(scalar(r, key, sizeof key, "expected 'description:' or 'parameters:'"));
        k = strcmp(key, keys[0]) == 0 ? 0 : strcmp(key, keys[1]) == 0 ? 1 : -1;
        near = il_nearest(key, keys);
        if (k < 0)
            return complain(r, &r->event.start_mark,
                            near ? near == keys[0] ? "unknown key; did you mean description for"
                                                   : "unknown key; did you mean parameters for"
                                 : "a recipe has the keys description and parameters, not",
                            key);
        if (seen[k]++)
            return complain(r, &r->event.start_mark, "a second", key);
        if (k == 1) {
            IL_TRY(read_parameters(r));
        } else {
            IL_TRY(next(r));
            IL_TRY(scalar(r, r->description, sizeof r->description, "expected a text"));
        }
    }
    IL_TRY(expect(r, YAML_DOCUMENT_END_EVENT, "expected the end of the recipe"));
    IL_TRY(expect(r, YAML_STREAM_END_EVENT, "a recipe is one document"));
out:
    return st;
}

/* the whole file; the caller frees */
static il_status slurp(const char *path, unsigned char **bytes, size_t *n, il_error *err)
{
    FILE *const f = fopen(path, "rb");
    il_status st = IL_OK;

    *bytes = NULL;
    if (!f)
        return il_fail(err, IL_E_DATA, "%s: %s", path, strerror(errno));
    *bytes = malloc(SIZE_MAX_FILE + 1);
    if (!*bytes) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    *n = fread(*bytes, 1, SIZE_MAX_FILE + 1, f);
    if (ferror(f))
        st = il_fail(err, IL_E_DATA, "%s: %s", path, strerror(errno));
    else if (*n > SIZE_MAX_FILE)
        st = il_fail(err, IL_E_DATA, "%s: more than %d bytes is no recipe", path, SIZE_MAX_FILE);
out:
    fclose(f);
    return st;
}

static il_status read_recipe(struct recipe *r, const char *path, il_error *err)
{
    unsigned char *bytes = NULL;
    size_t n = 0;
    il_status st;

    memset(r, 0, sizeof *r);
    r->path = path;
    r->err = err;
    st = slurp(path, &bytes, &n, err);
    if (st != IL_OK)
        goto out;
    r->setting = calloc(SETTINGS + 1, sizeof *r->setting);
    if (!r->setting || !yaml_parser_initialize(&r->parser)) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    yaml_parser_set_input_string(&r->parser, bytes, n);
    st = read_document(r);
    if (r->have_event)
        yaml_event_delete(&r->event);
    yaml_parser_delete(&r->parser);
out:
    free(bytes);
    return st;
}

il_status il_config_load(il_config *config, const char *path, il_error *err)
{
    struct recipe r;
    il_config *trial = NULL;
    il_error inner = { .text = "" };
    il_status st;

    IL_TRY(read_recipe(&r, path, err));
    IL_TRY(il_config_copy(&trial, config, err));
    for (int real = 0; real < 2; real++) /* all must be valid before any is taken */
        for (size_t i = 0; i < r.count; i++) {
            st =
                il_config_set(real ? config : trial, r.setting[i].name, r.setting[i].value, &inner);
            if (st == IL_E_USAGE)
                st = il_fail(err, IL_E_DATA, "%s:%zu:%zu: %.400s", path, r.setting[i].line,
                             r.setting[i].column, inner.text);
            if (st != IL_OK)
                goto out;
        }
out:
    il_config_free(trial);
    free(r.setting);
    return st;
}

il_status il_config_describe(const char *path, char *text, size_t size, il_error *err)
{
    struct recipe r;
    const il_status st = read_recipe(&r, path, err);

    if (st == IL_OK && size > 0)
        snprintf(text, size, "%s", r.description);
    free(r.setting);
    return st;
}
