/* sweep_file.c - a sweep from its YAML file: the document, and its parameters' values. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/number.h"
#include "config/config.h"
#include "core/word.h"
#include "sweep_reader.h"

enum { VALUES = 1 << 20, ADDED = 2 << 20 /* by all additions, old values among them */ };

/* ---- values ---------------------------------------------------------------------------------- */

/*
 * The value that was read last: a sweep goes on from any folder, and its runs' ids must mean the same there, so
 * no path of `file` may depend on it.
 */
static il_status keep_files(struct il_sweep_reader *r)
{
    const char *path;

    for (size_t i = 0; (path = il_config_file(r->trial, i)); i++)
        if (*path != '/') {
            il_error inner = { .text = "" };

            il_fail_parameter(&inner, IL_E_DATA, "init",
                              "a sweep goes on from any folder, so file: takes a path from / on, "
                              "not '%.60s'",
                              path);
            return il_fail_around(r->y.err, il_yaml_complain(&r->y, inner.text, NULL), &inner);
        }
    return il_sweep_keep_files(r->s, r->trial, r->y.err);
}

static il_status add_value(struct il_sweep_reader *r, struct il_axis *a, const char *text)
{
    il_status st;

    st = il_axis_grow(a, r->y.err);
    if (st != IL_OK)
        return st;
    if (a->count == VALUES || r->s->values++ >= r->s->values_most)
        return il_yaml_complain(&r->y, "too many values", NULL);
    st = il_sweep_normal(r, a->name, text, &a->value[a->count]);
    if (st != IL_OK)
        return st;
    a->part[a->count++] = 0; /* the sweep's, right or wrong */
    return strcmp(a->name, "init") == 0 ? keep_files(r) : IL_OK;
}

/* Is what is no number two of them, as people write ranges elsewhere: 1:10, 1-10, 1 - 10, 0.1/0.3? */
static int is_other_range(const char *text)
{
    const size_t first = strspn(text, "0123456789.eE"), sign = strspn(text + first, ":;/- ");
    long double ignored;

    return first > 0 && sign > 0 && strspn(text + first + sign, "0123456789.") > 0 &&
           !il_read_wide(text, &ignored);
}

/* a value, or all values of a range: 0..29, 1e-3..1*10 */
static il_status add_values(struct il_sweep_reader *r, struct il_axis *a, const char *text)
{
    il_range range;
    char one[32];
    il_status st = IL_OK;
    const int ranged =
        il_parameter_number(a->name) != IL_NO_NUMBER ? il_range_read(&range, text) : 0;

    if (ranged == 0 && (il_parameter_number(a->name) == IL_NO_NUMBER || !is_other_range(text)))
        return add_value(r, a, text);
    if (ranged <= 0)
        return il_yaml_complain(&r->y,
                                "a range is FIRST..LAST of whole numbers, FIRST..LAST+STEP or "
                                "FIRST..LAST*FACTOR, rising, of at most 1048576 values, not",
                                text);
    for (size_t i = 0; i < range.count && st == IL_OK; i++) {
        il_range_value(&range, i, one);
        st = add_value(r, a, one);
    }
    return st;
}

/* the current event is a value, or a range */
static il_status read_value(struct il_sweep_reader *r, struct il_axis *a)
{
    char *text = NULL;
    il_status st;

    IL_TRY(il_yaml_text(&r->y, &text, "expected a value"));
    st = add_values(r, a, text);
out:
    free(text);
    return st;
}

/* the current event is the sequence's start, or a scalar: one value */
static il_status read_values(struct il_sweep_reader *r, struct il_axis *a)
{
    il_status st;

    if (r->y.event.type == YAML_SCALAR_EVENT)
        return read_value(r, a);
    if (r->y.event.type != YAML_SEQUENCE_START_EVENT)
        return il_yaml_complain(&r->y, "expected a list of values", NULL);
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_SEQUENCE_END_EVENT)
            break;
        IL_TRY(read_value(r, a));
    }
    if (a->count == 0)
        st = il_yaml_complain(&r->y, "no values for", a->name);
out:
    return st;
}

/* min or max: where it stands, as it is spelled, and as a number */
struct bound {
    yaml_mark_t at;
    char text[64];
    double real;
};

static il_status read_bound(struct il_sweep_reader *r, struct bound *b)
{
    il_status st;

    IL_TRY(il_yaml_scalar(&r->y, b->text, sizeof b->text, "expected a number"));
    b->at = r->y.event.start_mark;
    if (!il_read_real(b->text, &b->real))
        st = il_yaml_complain(&r->y, "expected a number, not", b->text);
out:
    return st;
}

/* The first whole number from a bound on, upwards or downwards; 0: it has none of 64 bits. */
static int whole_bound(const struct bound *b, int upwards, uint64_t *out)
{
    double x;

    if (il_read_whole(b->text, out)) /* exact, where a double is not */
        return 1;
    x = upwards ? ceil(b->real) : floor(b->real);
    if (!(x >= 0 && x < 18446744073709551616.0))
        return 0;
    *out = (uint64_t)x;
    return 1;
}

static int rises(const struct bound *low, const struct bound *high)
{
    uint64_t a, b;

    return il_read_whole(low->text, &a) && il_read_whole(high->text, &b) ? a < b
                                                                         : low->real < high->real;
}

/* Is the current event a scalar of this text? */
static int is_word(const struct il_sweep_reader *r, const char *text)
{
    return r->y.event.type == YAML_SCALAR_EVENT &&
           strcmp((const char *)r->y.event.data.scalar.value, text) == 0;
}

static il_status read_law(struct il_sweep_reader *r, struct il_axis *a)
{
    static const char *const laws[] = { "uniform", "log_uniform_values", "int_uniform", NULL };
    /* which W&B has, and nothing here is alike: a name near to one would draw something else */
    static const char *const theirs[] = { "q_uniform", "q_log_uniform", "q_log_uniform_values",
                                          "inv_log_uniform", "inv_log_uniform_values" };
    size_t k;
    il_status st;

    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (is_word(r, theirs[i]))
            return il_yaml_complain(&r->y,
                                    "W&B's laws by steps (q_) and of inverses (inv_) are not here: "
                                    "write values, or uniform, log_uniform_values or int_uniform "
                                    "where that will do, not",
                                    theirs[i]);
    if (is_word(r, "log_uniform"))
        return il_yaml_complain(
            &r->y,
            "W&B's log_uniform takes the logarithms of its bounds: write "
            "log_uniform_values with min and max themselves (e^min, e^max), not",
            "log_uniform");
    st = il_yaml_key(&r->y, laws, "a distribution is one of", &k);
    if (st == IL_OK)
        a->law = (enum il_sweep_law)(IL_SWEEP_UNIFORM + k);
    return st;
}

/* a bound must be a value that the parameter can take, and then so are those between */
static il_status check_bound(struct il_sweep_reader *r, const char *name, const char *text,
                             const struct bound *at)
{
    char *value;
    il_status st;

    r->y.event.start_mark = at->at; /* where a complaint points */
    st = il_sweep_normal(r, name, text, &value);
    free(value);
    return st;
}

static il_status check_whole_bounds(struct il_sweep_reader *r, struct il_axis *a,
                                    const struct bound *min, const struct bound *max)
{
    char text[2][IL_NUMBER_TEXT];
    il_status st;

    if (!whole_bound(min, 1, &a->least))
        return check_bound(r, a->name, min->text, min);
    if (!whole_bound(max, 0, &a->most))
        return check_bound(r, a->name, max->text, max);
    if (a->least > a->most)
        return il_yaml_complain_at(&r->y, &min->at, "no whole number from min to max of", a->name);
    il_write_whole(a->least, text[0]);
    il_write_whole(a->most, text[1]);
    IL_TRY(check_bound(r, a->name, text[0], min));
    IL_TRY(check_bound(r, a->name, text[1], max));
out:
    return st;
}

/* min, max and distribution, which is NULL where none is given */
static il_status check_law(struct il_sweep_reader *r, struct il_axis *a, const struct bound *min,
                           const struct bound *max, const yaml_mark_t *distribution)
{
    const int number = il_parameter_number(a->name);
    char text[2][IL_NUMBER_TEXT];
    il_status st;

    if (number == IL_NO_NUMBER)
        return il_yaml_complain_at(&r->y, &min->at, "no number, and so needs values:", a->name);
    if (!distribution)
        a->law = number == IL_WHOLE_NUMBER ? IL_SWEEP_INT_UNIFORM : IL_SWEEP_UNIFORM;
    if (number == IL_WHOLE_NUMBER && a->law != IL_SWEEP_INT_UNIFORM)
        return il_yaml_complain_at(&r->y, distribution,
                                   "a whole number's distribution is int_uniform, and so is that "
                                   "of",
                                   a->name);
    if (a->law == IL_SWEEP_INT_UNIFORM)
        return check_whole_bounds(r, a, min, max);
    a->min = min->real;
    a->max = max->real;
    if (a->law == IL_SWEEP_LOG_UNIFORM && a->min <= 0)
        return il_yaml_complain_at(&r->y, &min->at,
                                   "log_uniform_values needs min above 0:", a->name);
    il_write_real(a->min, text[0]);
    il_write_real(a->max, text[1]);
    IL_TRY(check_bound(r, a->name, text[0], min));
    IL_TRY(check_bound(r, a->name, text[1], max));
out:
    return st;
}

/* {value: X}, {values: [X, ...]}, {min: A, max: B, distribution: D} */
static il_status read_mapping(struct il_sweep_reader *r, struct il_axis *a)
{
    static const char *const keys[] = { "value", "values", "min", "max", "distribution", NULL };
    int seen[5] = { 0 }, listed = 0;
    struct bound min = { .real = NAN }, max = { .real = NAN };
    yaml_mark_t distribution = { 0 };
    size_t k;
    il_status st;

    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(il_yaml_key(&r->y, keys, "a parameter has the keys", &k));
        if (seen[k]++)
            return il_yaml_complain(&r->y, "a second", keys[k]);
        IL_TRY(il_yaml_next(&r->y));
        if (k == 4 && (is_word(r, "constant") || is_word(r, "categorical"))) {
            listed = 1; /* W&B's words for a value and for values */
            seen[k] = 0;
            continue;
        }
        if (k == 4)
            distribution = r->y.event.start_mark;
        IL_TRY(k < 2    ? read_values(r, a)
               : k == 2 ? read_bound(r, &min)
               : k == 3 ? read_bound(r, &max)
                        : read_law(r, a));
    }
    if (seen[0] + seen[1] > 1 || (a->count > 0 && seen[2] + seen[3] + seen[4] > 0))
        return il_yaml_complain(&r->y, "give value, or values, or min and max for", a->name);
    if (a->count > 0)
        return IL_OK;
    if (listed)
        return il_yaml_complain(&r->y, "constant takes a value, and categorical values:", a->name);
    if (!rises(&min, &max)) /* nor if one is missing */
        return il_yaml_complain(&r->y, "needs values, or min below max:", a->name);
    st = check_law(r, a, &min, &max, seen[4] ? &distribution : NULL);
out:
    return st;
}

static il_status new_axis(struct il_sweep_reader *r, const char *name, struct il_axis **out)
{
    struct il_sweep *const s = r->s;
    char plain[IL_SWEEP_NAME];

    snprintf(plain, sizeof plain, "%s", name);
    il_underscores(plain);
    for (size_t i = 0; i < s->axes; i++)
        if (strcmp(s->axis[i].name, plain) == 0)
            return il_yaml_complain(&r->y, "a second", plain);
    if (s->axes == IL_SWEEP_AXES)
        return il_yaml_complain(&r->y, "too many parameters", NULL);
    *out = &s->axis[s->axes++];
    (*out)->at = il_sweep_here(r);
    strcpy((*out)->name, plain);
    return IL_OK;
}

static il_status read_parameters(struct il_sweep_reader *r)
{
    char name[IL_SWEEP_NAME], *ignored = NULL;
    il_status st;

    IL_TRY(il_yaml_expect(&r->y, YAML_MAPPING_START_EVENT, "expected NAME: {values: [...]}"));
    for (;;) {
        struct il_axis *a;

        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_MAPPING_END_EVENT)
            break;
        IL_TRY(il_yaml_scalar(&r->y, name, sizeof name, "expected a parameter's name"));
        if (strcmp(name, "threads") == 0)
            return il_yaml_complain(&r->y,
                                    "each worker of a sweep has one thread, and there are more "
                                    "workers where there are more cores: leave out",
                                    name);
        if (!il_config_get(r->s->base, name)) /* il_config_set finds the nearest */
            return il_sweep_normal(r, name, "", &ignored);
        IL_TRY(new_axis(r, name, &a));
        IL_TRY(il_yaml_next(&r->y));
        IL_TRY(r->y.event.type == YAML_MAPPING_START_EVENT ? read_mapping(r, a)
                                                           : read_values(r, a));
    }
out:
    free(ignored);
    return st;
}

/* 0..29, a list, or one number */
static il_status read_seeds(struct il_sweep_reader *r)
{
    struct il_axis *a;
    il_status st;

    IL_TRY(new_axis(r, "seed", &a));
    a->every = 1;
    IL_TRY(il_yaml_next(&r->y));
    st = read_values(r, a);
out:
    return st;
}

/* ---- the document ---------------------------------------------------------------------------- */

static il_status read_whole(struct il_sweep_reader *r, uint64_t *out, uint64_t least, uint64_t most)
{
    char text[64], wanted[96];
    il_status st;

    IL_TRY(il_yaml_next(&r->y));
    IL_TRY(il_yaml_scalar(&r->y, text, sizeof text, "expected a whole number"));
    if (!il_read_whole(text, out) || *out < least || *out > most) {
        snprintf(wanted, sizeof wanted, "expected a whole number up to %llu, not",
                 (unsigned long long)most);
        st = il_yaml_complain(&r->y, wanted, text);
    }
out:
    return st;
}

static il_status read_method(struct il_sweep_reader *r)
{
    static const char *const methods[] = { "grid", "random", NULL };
    size_t k;
    il_status st;

    IL_TRY(il_yaml_next(&r->y));
    if (is_word(r, "bayes"))
        return il_yaml_complain(&r->y,
                                "no run here waits for the results of others: "
                                "method is grid, or random with count, not",
                                "bayes");
    IL_TRY(il_yaml_key(&r->y, methods, "a method is one of", &k));
    r->s->random = k == 1;
out:
    return st;
}

static il_status read_description(struct il_sweep_reader *r)
{
    il_status st;

    IL_TRY(il_yaml_next(&r->y));
    st = il_yaml_text(&r->y, &r->s->description, "expected a text");
out:
    return st;
}

/* W&B's keys that say nothing of which runs there are; they are passed over, and told of */
static const char *const foreign[IL_SWEEP_FOREIGN] = { "metric",  "program", "command",
                                                       "project", "entity",  "name" };

/* The current event is a key: is it W&B's, and done with here? */
static il_status read_foreign(struct il_sweep_reader *r, int *done)
{
    il_status st = IL_OK;

    *done = 0;
    if (is_word(r, "early_terminate"))
        return il_yaml_complain(&r->y,
                                "runs of a pack are trained together, so none can be ended before "
                                "the others: give fewer epochs, and leave out",
                                "early_terminate");
    if (is_word(r, "run_cap"))
        return il_yaml_complain(&r->y, "the number of random runs is count, not", "run_cap");
    for (unsigned i = 0; i < IL_SWEEP_FOREIGN && !*done; i++)
        if (is_word(r, foreign[i])) {
            r->s->foreign |= 1u << i;
            *done = 1;
        }
    if (*done) {
        IL_TRY(il_yaml_next(&r->y));
        st = il_yaml_skip(&r->y);
    }
out:
    return st;
}

const char *il_sweep_passed_over(const il_sweep *s, size_t index)
{
    for (unsigned i = 0; i < IL_SWEEP_FOREIGN; i++)
        if (s->foreign >> i & 1 && index-- == 0)
            return foreign[i];
    return NULL;
}

/* Does an axis take its values with no other? */
static int alone(const il_sweep *s, size_t axis)
{
    for (size_t i = 0; i < s->axes; i++)
        if (i != axis && s->axis[i].group == s->axis[axis].group)
            return 0;
    return 1;
}

static il_status read_document(struct il_sweep_reader *r)
{
    static const char *const keys[] = { "description", "method", "count",   "seed", "parameters",
                                        "seeds",       "zip",    "exclude", "when", NULL };
    static const char *const added[] = { "parameters", "seeds", NULL };
    int seen[9] = { 0 }, done;
    uint64_t n;
    size_t k;
    il_status st;

    IL_TRY(il_yaml_expect(&r->y, YAML_MAPPING_START_EVENT, "expected 'parameters:'"));
    for (;;) {
        IL_TRY(il_yaml_next(&r->y));
        if (r->y.event.type == YAML_MAPPING_END_EVENT)
            break;
        if (r->s->addition) {
            IL_TRY(il_yaml_key(&r->y, added, "what is added has the keys", &k));
            k += 4;
        } else {
            IL_TRY(read_foreign(r, &done));
            if (done)
                continue;
            IL_TRY(il_yaml_key(&r->y, keys, "a sweep has the keys", &k));
        }
        if (seen[k]++)
            return il_yaml_complain(&r->y, "a second", keys[k]);
        switch (k) {
        case 0:
            IL_TRY(read_description(r));
            break;
        case 1:
            IL_TRY(read_method(r));
            break;
        case 2:
            r->s->count_at = il_sweep_here(r);
            IL_TRY(read_whole(r, &n, 1, IL_SWEEP_RUNS));
            r->s->count = (size_t)n;
            break;
        case 3:
            IL_TRY(read_whole(r, &r->s->seed, 0, UINT64_MAX));
            break;
        case 4:
            IL_TRY(read_parameters(r));
            break;
        case 5:
            IL_TRY(read_seeds(r));
            break;
        case 6:
            IL_TRY(il_sweep_read_list(r, IL_RULE_ZIP));
            break;
        case 7:
            r->s->exclude_at = il_sweep_here(r);
            IL_TRY(il_sweep_read_list(r, IL_RULE_EXCLUDE));
            break;
        default:
            IL_TRY(il_sweep_read_when(r));
        }
    }
    if (r->s->random != (seen[2] != 0))
        return il_yaml_complain(&r->y,
                                r->s->random ? "method: random needs count, the number of runs"
                                             : "count is for method: random",
                                NULL);
    IL_TRY(il_yaml_end(&r->y));
    IL_TRY(il_sweep_resolve_rules(r));
    for (size_t i = 0; i < r->s->axes; i++)
        r->s->axis[i].every &= r->s->random && alone(r->s, i);
out:
    return st;
}

il_status il_sweep_read(il_sweep *s, il_error *err)
{
    struct il_sweep_reader *const r = calloc(1, sizeof *r);
    il_status st;

    if (!r)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    r->s = s;
    r->term = calloc(IL_FILE_TERMS, sizeof *r->term);
    if (!r->term) {
        free(r);
        return il_fail(err, IL_E_MEMORY, "out of memory");
    }
    IL_TRY(il_config_copy(&r->trial, s->base, err));
    IL_TRY(il_yaml_open_text(&r->y, s->path, s->part[0].text, s->part[0].size, err));
    st = read_document(r);
out:
    il_yaml_close(&r->y);
    il_config_free(r->trial);
    for (size_t i = 0; i < r->terms; i++)
        free(r->term[i].value);
    free(r->term);
    free(r);
    return st;
}

/* a text as it stands, with the defaults beside it; *out even after a failure */
static il_status read_text(il_sweep **out, const il_sweep_source *text, int addition, size_t values,
                           il_error *err)
{
    il_sweep *const s = *out = calloc(1, sizeof **out);
    il_status st;

    if (!s)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    s->addition = addition;
    s->values_most = values;
    s->path = text->path ? strdup(text->path) : NULL;
    if (text->path && !s->path)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(il_sweep_add_part(s, text->text, text->size, err));
    IL_TRY(il_config_new(&s->base, err));
    st = il_sweep_read(s, err);
out:
    return st;
}

/* Add a part to a sweep whose runs are not chosen yet. */
static il_status add_text(il_sweep *s, const il_sweep_source *text, il_error *err)
{
    il_sweep *addition;
    il_status st;

    IL_TRY(read_text(&addition, text, 1, ADDED - s->values, err));
    s->values += addition->values;
    IL_TRY(il_sweep_add_part(s, text->text, text->size, err));
    IL_TRY(il_sweep_take_values(s, addition, err));
    st = il_sweep_take_files(s, addition, err);
out:
    il_sweep_free(addition);
    return st;
}

il_status il_sweep_parse_parts(il_sweep **out, const il_sweep_source *text, size_t parts,
                               il_error *err)
{
    il_sweep *s;
    il_status st;

    *out = NULL;
    IL_TRY(read_text(&s, &text[0], 0, SIZE_MAX, err));
    s->values = 0; /* of additions, from here on */
    for (size_t k = 1; k < parts; k++)
        IL_TRY(add_text(s, &text[k], err));
    il_sweep_sort_files(s);
    IL_TRY(il_sweep_choose(s, err));
    IL_TRY(il_sweep_cross(s, err));
    *out = s;
    s = NULL;
out:
    il_sweep_free(s);
    return st;
}

il_status il_sweep_parse(il_sweep **out, const char *path, const char *text, size_t n,
                         il_error *err)
{
    return il_sweep_parse_parts(out, &(il_sweep_source){ path, text, n }, 1, err);
}

il_status il_sweep_load(il_sweep **out, const char *path, il_error *err)
{
    char *text = NULL;
    size_t n;
    il_status st = il_yaml_slurp(path, &text, &n, err);

    *out = NULL;
    if (st == IL_OK)
        st = il_sweep_parse(out, path, text, n, err);
    free(text);
    return st;
}

const char *il_sweep_description(const il_sweep *s) { return s->description ? s->description : ""; }

const char *il_sweep_text(const il_sweep *s, size_t *n) { return il_sweep_part_text(s, 0, n); }

const char *il_sweep_part_text(const il_sweep *s, size_t part, size_t *n)
{
    *n = s->part[part].size;
    return s->part[part].text;
}

size_t il_sweep_parts(const il_sweep *s) { return s->parts; }

size_t il_sweep_part_end(const il_sweep *s, size_t part) { return s->part[part].runs; }
