/* train_open.c - what can be wrong with a training is found before it starts. */
#include <string.h>
#include "common/cli_error.h"
#include "common/data_paths.h"
#include "common/outputs.h"
#include "train.h"

/* rows of layers have other columns than those of epochs */
static il_status check_diag(struct train *t)
{
    const struct options *const o = t->net.o;
    il_error why = { .text = "" };

    if (!opt_given(o, "diag"))
        return IL_OK;
    if (il_watch_parse(&t->watch, opt_get(o, "diag"), &why) != IL_OK)
        return cli_error(&t->net.err, IL_E_USAGE, "--diag: %s", why.text);
    return opt_given(o, "out") && !data_path_ends_in(opt_get(o, "out"), ".csv")
               ? IL_OK
               : cli_error(&t->net.err, IL_E_USAGE,
                           "--diag: its rows go to --out FILE.jsonl: give that, too");
}

il_status train_check(struct train *t)
{
    struct network *const n = &t->net;
    il_status st;

    if (opt_given(n->o, "term") && strcmp(opt_get(n->o, "out"), "-") == 0)
        return cli_error(&n->err, IL_E_USAGE, "--term is beside the epochs as text, not --out -");
    if ((st = network_configure(n)) != IL_OK ||
        (st = output_check(n->o, "out", ".jsonl", ".csv", &n->err)) != IL_OK ||
        (st = figure_check(n->o, "plot", &n->err)) != IL_OK ||
        (st = output_check(n->o, "save", ".safetensors", ".npy", &n->err)) != IL_OK ||
        (st = network_device(n)) != IL_OK || (st = network_dataset(n)) != IL_OK)
        return st;
    if ((st = check_diag(t)) != IL_OK)
        return st;
    t->validation = strcmp(il_config_get(n->config, "validation"), "0") != 0;
    return il_config_check(n->config, n->set, &n->err);
}

il_status train_open(struct train *t)
{
    struct network *const n = &t->net;
    il_status st = figure_open(&t->figure, opt_get(n->o, "plot"), &n->err);

    if (st == IL_OK)
        st = network_pack(n, &t->watch);
    if (st == IL_OK && opt_given(n->o, "out"))
        return run_report_open(&t->report, opt_get(n->o, "out"), t->validation, &n->err);
    return st;
}
