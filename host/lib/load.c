/* load.c - initial weights of the scheme `file`: read on the host, written over the drawn ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "init.h"
#include "pack_impl.h"
#include "weights.h"

static int is_file(const struct il_choice *c) { return c && strcmp(c->entry->name, "file") == 0; }

static int holds_names(const char *path)
{
    const size_t n = strlen(path);

    return n > 12 && strcmp(path + n - 12, ".safetensors") == 0;
}

/* weights or bias of one layer of one run */
static il_status load_tensor(struct il_pack *p, size_t run, unsigned l, int bias,
                             const struct il_choice *c, il_error *err)
{
    const struct il_layer *const at = &p->layer[l].at;
    struct il_tensor t = { .dims = bias ? 1 : 2 };
    il_status st;

    t.size[0] = bias ? at->fan_out : at->fan_in;
    t.size[1] = at->fan_out;
    snprintf(t.name, sizeof t.name, "layer%u.%s", l + 1, bias ? "bias" : "weight");
    t.data = malloc(t.size[0] * (bias ? 1 : t.size[1]) * sizeof *t.data);
    if (!t.data)
        return il_fail(err, IL_E_MEMORY, "out of memory for %s", t.name);
    st = il_weights_read(c->text, &t, (int)il_choice_value(c, "transpose"), err);
    if (st == IL_OK)
        st = il_pack_set(p, run, l, bias ? NULL : t.data, bias ? t.data : NULL, err);
    free(t.data);
    return st;
}

static il_status load_run(struct il_pack *p, size_t run, const struct il_init *init, il_error *err)
{
    il_status st = IL_OK;

    for (unsigned l = 0; l < p->layers; l++) {
        const struct il_choice *weight, *bias;
        char name[16];

        il_layer_name(l, p->layers, name);
        weight = il_init_find(init, name, 0);
        bias = il_init_find(init, name, 1);
        if (is_file(weight))
            IL_TRY(load_tensor(p, run, l, 0, weight, err));
        if (is_file(bias))
            IL_TRY(load_tensor(p, run, l, 1, bias, err));
        else if (!bias && is_file(weight) && holds_names(weight->text))
            IL_TRY(load_tensor(p, run, l, 1, weight, err)); /* it comes along */
    }
out:
    return st;
}

il_status il_pack_load(struct il_pack *p, const il_config *const *runs, il_error *err)
{
    struct il_init *const init = malloc(sizeof *init);
    il_status st = init ? IL_OK : il_fail(err, IL_E_MEMORY, "out of memory");

    for (size_t m = 0; st == IL_OK && m < p->runs; m++) {
        const char *const text = il_config_get(runs[m], "init");

        if (!strstr(text, "file:"))
            continue;
        st = il_init_parse(init, text, err);
        if (st == IL_OK)
            st = load_run(p, m, init, err);
    }
    free(init);
    return st;
}
