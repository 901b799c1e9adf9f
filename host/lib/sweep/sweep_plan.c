/*
 * sweep_plan.c - which runs of a sweep train together. Runs are told apart by the text of their pack
 * key; the texts are in a table of hashes, so that 20,000 runs take milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/error.h"
#include "core/hash.h"
#include "config/config.h"
#include "config/run.h"
#include "pack/memory_plan.h"
#include "catalog/scheme.h"
#include "sweep_impl.h"

/* a distinct key, and its runs in order: a list by way of the plan's `next` */
struct key {
    char *text;
    size_t first, last, runs;
    size_t most; /* runs of a pack */
};
struct planner {
    const struct il_sweep *s;
    const il_packing *packing;
    struct key *key;
    size_t keys, room;
    size_t *slot; /* [slots]: 1 + index of a key; 0: empty */
    size_t slots, *next;
    il_config *trial; /* reads values of `init` */
    char *text;       /* [text_room]: a run's key */
    size_t text_room;
};

static const size_t NONE = (size_t)-1;

/* Does a scheme of this `init` have rates of its own? That is the pack key's, too. */
static int parametrised(const struct il_init *init)
{
    static const struct il_tensor_place anywhere = {
        .fan_in = 16, .fan_out = 16, .layer = 1, .layers = 3
    };
    int any = 0;

    for (size_t i = 0; i < init->count; i++) {
        struct il_draw draw;

        memset(&draw, 0, sizeof draw);
        if (il_scheme_of(&init->item[i].scheme, &anywhere, 0, &draw, NULL) == IL_OK)
            any |= draw.parametrised;
    }
    return any;
}

static int in_key(const char *name)
{
    const il_parameter *p;

    for (size_t i = 0; (p = il_parameter_at(i)); i++)
        if (strcmp(p->name, name) == 0)
            return p->in_key;
    return 0;
}

/* one more line of the key's text, of which there are *n bytes; 0: out of memory */
static int add_line(struct planner *q, size_t *n, const char *line)
{
    const size_t length = strlen(line), need = *n + length + 2;

    if (need > q->text_room) {
        char *const more = realloc(q->text, 2 * need);

        if (!more)
            return 0;
        q->text = more;
        q->text_room = 2 * need;
    }
    memcpy(q->text + *n, line, length);
    strcpy(q->text + *n + length, "\n");
    *n += length + 1;
    return 1;
}

/* the key of a run: values of the axes that are in it, and if its rates are its own; NULL: no memory */
static const char *key_text(struct planner *q, size_t run, int own_rates)
{
    size_t n = 0;
    int ok = add_line(q, &n, own_rates ? "own rates" : "");

    for (unsigned i = 0; ok && i < q->s->axes; i++)
        if (in_key(q->s->axis[i].name))
            ok = add_line(q, &n, il_sweep_axis_value(q->s, run, i));
    return ok ? q->text : NULL;
}

/* the key with this text, a new one if there is none; NULL: out of memory */
static struct key *key_of(struct planner *q, const char *text)
{
    size_t i = (size_t)il_hash_text(IL_HASH_START, text) % q->slots;

    for (; q->slot[i]; i = (i + 1) % q->slots)
        if (strcmp(q->key[q->slot[i] - 1].text, text) == 0)
            return &q->key[q->slot[i] - 1];
    if (q->keys == q->room) {
        const size_t room = q->room ? 2 * q->room : 16;
        struct key *const more = realloc(q->key, room * sizeof *more);

        if (!more)
            return NULL;
        q->key = more;
        q->room = room;
    }
    q->key[q->keys] = (struct key){ strdup(text), NONE, NONE, 0, 0 };
    if (!q->key[q->keys].text)
        return NULL;
    q->slot[i] = ++q->keys;
    return &q->key[q->keys - 1];
}

/* weights and biases, and units, that a network has */
static double weights_of(const il_config *c, const il_packing *packing, double *units)
{
    const struct il_layers *const layers = &il_config_value(c, IL_PARAMETER_LAYERS)->layers;
    double weights = 0;

    *units = 0;
    for (unsigned l = 0; l + 1 < layers->count; l++) {
        const double fan_in = il_layers_width(layers, l, packing->inputs, packing->classes);
        const double fan_out = il_layers_width(layers, l + 1, packing->inputs, packing->classes);

        weights += (fan_in + 1) * fan_out;
        *units += fan_out;
    }
    return weights;
}

double il_sweep_cost(const il_config *c, size_t runs, const il_packing *packing, size_t samples)
{
    static const double STEP = 1e6;
    const double batch = (double)il_config_value(c, IL_PARAMETER_BATCH)->whole;
    const double epochs = (double)il_config_value(c, IL_PARAMETER_EPOCHS)->whole;
    double units;

    return epochs * (double)samples *
           (3 * weights_of(c, packing, &units) * (double)runs + STEP / batch);
}

/* at most so many runs, of each of which there is so much, within a limit; one in any case */
static size_t as_fit(size_t runs, size_t limit, double each)
{
    const double fit = (double)limit / each;

    return limit == 0 || fit >= (double)runs ? runs : fit < 1 ? 1 : (size_t)fit;
}

/* runs of a pack of this key, by its first run */
static il_status size_of(const struct planner *q, struct key *k, il_error *err)
{
    const il_packing *const how = q->packing;
    struct il_plan_key key = { .inputs = how->inputs, .classes = how->classes };
    il_config *c = NULL;
    double weights, units;
    il_status st;

    IL_TRY(il_sweep_config(q->s, k->first, &c, err));
    weights = weights_of(c, how, &units);
    k->most = as_fit(how->runs, how->weights, weights);
    k->most = as_fit(k->most, how->units, units);
    if (!how->limits.columns && !how->limits.bytes && !how->limits.elements)
        goto out; /* a folder of an earlier version */
    key.config = c;
    key.steps = il_run_steps(c, how->samples);
    key.own_rates = parametrised(&il_config_value(c, IL_PARAMETER_INIT)->init);
    st = il_plan_most(&key, &how->limits, k->most, &k->most, err);
out:
    il_config_free(c);
    return st;
}

/* the key of a run, which is put behind those that it has */
static il_status add_run(struct planner *q, size_t run, int own_rates, il_error *err)
{
    const char *const text = key_text(q, run, own_rates);
    struct key *const k = text ? key_of(q, text) : NULL;
    il_status st = IL_OK;

    if (!k)
        return il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", q->s->runs);
    if (k->first == NONE) {
        k->first = run;
        st = k->most ? IL_OK : size_of(q, k, err);
    } else {
        q->next[k->last] = run;
    }
    k->last = run;
    q->next[run] = NONE;
    k->runs++;
    return st;
}

/* the packs of a part's runs, all keys in order of first use */
static void deal(const struct planner *q, size_t part, il_sweep_plan *plan)
{
    for (size_t k = 0; k < q->keys; k++) {
        struct key *const key = &q->key[k];
        size_t left = key->runs;

        for (size_t run = key->first; run != NONE; run = q->next[run]) {
            if (left == key->runs || plan->pack[plan->packs - 1].count == key->most)
                plan->pack[plan->packs++] =
                    (il_sweep_pack){ .first = plan->runs, .part = part, .key = k };
            plan->pack[plan->packs - 1].count++;
            plan->order[plan->runs++] = run;
            left--;
        }
        key->first = NONE; /* another part's runs of it are a list of their own */
        key->runs = 0;
    }
}

/* put the runs into packs, part by part */
static il_status deal_runs(struct planner *q, il_sweep_plan *plan, il_error *err)
{
    const char *init = NULL;
    unsigned axis = 0;
    size_t part = 0;
    int own_rates = 0;
    il_status st;

    IL_TRY(il_config_copy(&q->trial, q->s->base, err));
    while (axis < q->s->axes && strcmp(q->s->axis[axis].name, "init") != 0)
        axis++;
    for (size_t run = 0; run < q->s->runs; run++) {
        const char *const value = axis < q->s->axes ? il_sweep_axis_value(q->s, run, axis) : NULL;

        if (value && (!init || strcmp(init, value) != 0)) { /* most runs have the one before's */
            IL_TRY(il_config_set(q->trial, "init", value, err));
            own_rates = parametrised(&il_config_value(q->trial, IL_PARAMETER_INIT)->init);
            init = value;
        }
        while (run == il_sweep_part_end(q->s, part))
            deal(q, part++, plan);
        IL_TRY(add_run(q, run, own_rates, err));
    }
    deal(q, part, plan);
out:
    return st;
}

il_status il_sweep_plan_new(il_sweep_plan **out, const il_sweep *s, const il_packing *packing,
                            il_error *err)
{
    struct planner q = { .s = s, .packing = packing, .slots = 2 * s->runs + 1 };
    il_sweep_plan *plan = NULL;
    il_status st = IL_OK;

    *out = NULL;
    if (packing->runs == 0)
        return il_fail(err, IL_E_USAGE, "a pack has at least one run");
    q.slot = calloc(q.slots, sizeof *q.slot);
    q.next = malloc(s->runs * sizeof *q.next);
    plan = calloc(1, sizeof *plan);
    if (plan) {
        plan->pack = calloc(s->runs, sizeof *plan->pack);
        plan->order = malloc(s->runs * sizeof *plan->order);
    }
    if (!q.slot || !q.next || !plan || !plan->pack || !plan->order) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for %zu runs", s->runs);
        goto out;
    }
    IL_TRY(deal_runs(&q, plan, err));
    plan->keys = q.keys;
    *out = plan;
    plan = NULL;
out:
    il_sweep_plan_free(plan);
    for (size_t k = 0; k < q.keys; k++)
        free(q.key[k].text);
    il_config_free(q.trial);
    free(q.text);
    free(q.key);
    free(q.next);
    free(q.slot);
    return st;
}

void il_sweep_plan_free(il_sweep_plan *plan)
{
    if (!plan)
        return;
    free(plan->pack);
    free(plan->order);
    free(plan);
}
