/* recipe.c - recipes: YAML files with a description and parameters. */
#include "initlab/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/word.h"
#include "core/yaml.h"

enum { SETTINGS = 64, TEXT = 4096 };

struct setting {
    char name[64], *value;
    size_t line, column;
};
struct recipe {
    struct il_yaml yaml;
    char description[TEXT];
    struct setting *setting;
    size_t count;
};

/* the value of a parameter: a scalar, or {value: scalar} */
static il_status read_value(struct recipe *r, struct setting *s)
{
    char key[64];
    il_status st;

    IL_TRY(il_yaml_next(&r->yaml));
    if (r->yaml.event.type == YAML_MAPPING_START_EVENT) {
        IL_TRY(il_yaml_next(&r->yaml));
        IL_TRY(il_yaml_scalar(&r->yaml, key, sizeof key, "expected 'value:'"));
        if (strcmp(key, "value") != 0)
            return il_yaml_complain(&r->yaml, "a parameter of a recipe takes 'value', not", key);
        IL_TRY(il_yaml_next(&r->yaml));
        IL_TRY(il_yaml_text(&r->yaml, &s->value, "expected one value"));
        IL_TRY(il_yaml_expect(&r->yaml, YAML_MAPPING_END_EVENT,
                              "a parameter of a recipe takes 'value' alone"));
    } else {
        IL_TRY(il_yaml_text(&r->yaml, &s->value, "expected one value; lists are for sweeps"));
    }
out:
    return st;
}

static il_status read_parameters(struct recipe *r)
{
    il_status st;

    IL_TRY(
        il_yaml_expect(&r->yaml, YAML_MAPPING_START_EVENT, "expected parameters, as NAME: VALUE"));
    for (;;) {
        struct setting *const s = &r->setting[r->count];

        IL_TRY(il_yaml_next(&r->yaml));
        if (r->yaml.event.type == YAML_MAPPING_END_EVENT)
            return IL_OK;
        if (r->count == SETTINGS)
            return il_yaml_complain(&r->yaml, "too many parameters", NULL);
        s->line = r->yaml.event.start_mark.line + 1;
        s->column = r->yaml.event.start_mark.column + 1;
        IL_TRY(il_yaml_scalar(&r->yaml, s->name, sizeof s->name, "expected a parameter's name"));
        il_underscores(s->name);
        for (size_t i = 0; i < r->count; i++)
            if (strcmp(r->setting[i].name, s->name) == 0)
                return il_yaml_complain(&r->yaml, "a second", s->name);
        r->count++;
        IL_TRY(read_value(r, s));
    }
out:
    return st;
}

static il_status read_document(struct recipe *r)
{
    static const char *const keys[] = { "description", "parameters", NULL };
    struct il_yaml *const y = &r->yaml;
    int seen[2] = { 0, 0 };
    size_t k;
    il_status st;

    IL_TRY(
        il_yaml_expect(y, YAML_MAPPING_START_EVENT, "expected 'description:' and 'parameters:'"));
    for (;;) {
        IL_TRY(il_yaml_next(y));
        if (y->event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(il_yaml_key(y, keys, "a recipe has the keys", &k));
        if (seen[k]++)
            return il_yaml_complain(y, "a second", keys[k]);
        if (k == 1) {
            IL_TRY(read_parameters(r));
        } else {
            IL_TRY(il_yaml_next(y));
            IL_TRY(il_yaml_scalar(y, r->description, sizeof r->description, "expected a text"));
        }
    }
    st = il_yaml_end(y);
out:
    return st;
}

/* settings, also where reading them failed */
static void free_recipe(struct recipe *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->setting[i].value);
    free(r->setting);
}

static il_status read_recipe(struct recipe *r, const char *path, il_error *err)
{
    il_status st;

    memset(r, 0, sizeof *r);
    IL_TRY(il_yaml_open(&r->yaml, path, err));
    r->setting = calloc(SETTINGS + 1, sizeof *r->setting);
    st = r->setting ? read_document(r) : il_fail(err, IL_E_MEMORY, "out of memory");
out:
    il_yaml_close(&r->yaml);
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
                st = il_fail_around(err,
                                    il_fail_place(err, IL_E_DATA, path, r.setting[i].line,
                                                  r.setting[i].column, "%.400s", inner.text),
                                    &inner);
            else if (st != IL_OK)
                st = il_fail(err, st, "%s", inner.text);
            if (st != IL_OK)
                goto out;
        }
out:
    il_config_free(trial);
    free_recipe(&r);
    return st;
}

il_status il_config_describe(const char *path, char *text, size_t size, il_error *err)
{
    struct recipe r;
    const il_status st = read_recipe(&r, path, err);

    if (st == IL_OK && size > 0)
        snprintf(text, size, "%s", r.description);
    free_recipe(&r);
    return st;
}
