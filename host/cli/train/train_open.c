/* train_open.c - what can be wrong with a training is found before it starts. */
#include <string.h>
#include "common/outputs.h"
#include "train.h"

il_status train_check(struct train *t)
{
    struct network *const n = &t->net;
    il_status st;

    if ((st = network_configure(n)) != IL_OK ||
        (st = output_check(n->o, "out", ".jsonl", ".csv", &n->err)) != IL_OK ||
        (st = output_check(n->o, "plot", ".svg", ".svg", &n->err)) != IL_OK ||
        (st = output_check(n->o, "save", ".safetensors", ".npy", &n->err)) != IL_OK ||
        (st = network_device(n)) != IL_OK || (st = network_dataset(n)) != IL_OK)
        return st;
    t->validation = strcmp(il_config_get(n->config, "validation"), "0") != 0;
    return il_config_check(n->config, n->set, &n->err);
}

il_status train_open(struct train *t)
{
    struct network *const n = &t->net;
    il_status st = figure_open(&t->figure, n->o, &n->err);

    if (st == IL_OK)
        st = network_pack(n);
    if (st == IL_OK && opt_given(n->o, "out"))
        return run_report_open(&t->report, opt_get(n->o, "out"), t->validation, &n->err);
    return st;
}
