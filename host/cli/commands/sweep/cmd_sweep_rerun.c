/* cmd_sweep_rerun.c - initlab sweep rerun: train a run's pack again, and see that nothing differs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "sweep/again.h"

/* epochs of the results are compared with those of now */
struct check {
    const char *id;
    const il_epoch *epoch;
    size_t epochs, seen, differs; /* differs: the first epoch that does; 0: none */
};

static int same(const il_value *v, double x)
{
    return v->kind == IL_VALUE_NULL ? !isfinite(x) : v->real == x;
}

static int check_row(void *arg, const char *const *name, const il_value *value, size_t columns)
{
    struct check *const c = arg;
    const il_epoch *e;

    (void)name, (void)columns;
    if (strcmp(value[0].text, c->id) != 0 || value[1].whole < 1 ||
        (size_t)value[1].whole > c->epochs)
        return 0;
    e = &c->epoch[value[1].whole - 1];
    c->seen++;
    if (c->differs == 0 &&
        !(same(&value[2], e->cost) && same(&value[3], e->lr) &&
          same(&value[4], e->train_accuracy) && same(&value[5], e->test_cost) &&
          same(&value[6], e->test_accuracy) && same(&value[7], e->validation_cost) &&
          same(&value[8], e->validation_accuracy)))
        c->differs = e->epoch;
    return 0;
}

static void print_epochs(const il_epoch *e, size_t n)
{
    char rate[32];

    for (size_t i = 0; i < n; i++) {
        il_number_text(e[i].lr, rate);
        printf("epoch %zu: cost %.9g, rate %s, train accuracy %.4f, test accuracy %.4f\n",
               e[i].epoch, cli_number(e[i].cost), rate, e[i].train_accuracy, e[i].test_accuracy);
    }
}

/* The results are of other numbers: which changes lie between. */
static void name_changes(const il_folder *f)
{
    const unsigned numbers = il_folder_numbers(f);

    if (numbers == IL_NUMBERS)
        return;
    printf("the results have numbers %u, this initlab computes numbers %u:\n", numbers, IL_NUMBERS);
    for (unsigned n = numbers + 1; n <= IL_NUMBERS; n++)
        printf("  %u: %s\n", n, il_numbers_change(n));
    if (numbers > IL_NUMBERS)
        printf("  they are of a later version\n");
}

/* Print, save, and compare with the results. differs: 1 if an epoch does, -1: it was not there. */
static il_status report(struct again *a, const char *id, int *differs)
{
    struct check c = { .id = id, .epoch = a->it.epoch, .epochs = il_pack_epochs(a->it.pack) };
    il_results *r = NULL;
    il_status st = IL_OK;

    print_epochs(c.epoch, c.epochs);
    if (opt_given(a->o, "save"))
        st = il_save_weights(a->it.pack, a->it.run, opt_get(a->o, "save"), &a->err);
    if (st == IL_OK)
        st = il_folder_scan(a->folder, &a->err);
    if (st == IL_OK)
        st = sweep_results(a->cli, a->folder, &r, &a->err);
    if (st == IL_OK)
        st = il_results_rows(r, IL_TABLE_EPOCHS, check_row, &c, &a->err);
    il_results_close(r);
    if (st != IL_OK)
        return st;
    *differs = c.seen == 0 ? -1 : c.differs != 0;
    if (c.seen == 0)
        printf("run %s has no results yet\n", id);
    else if (c.differs)
        printf("run %s differs from its results from epoch %zu on\n", id, c.differs);
    else
        printf("run %s: all %zu epochs as in the results, to the bit\n", id, c.seen);
    name_changes(a->folder);
    return IL_OK;
}

static int run(struct cli *cli, const struct options *o)
{
    struct again a = { .cli = cli, .o = o };
    int differs = 0;
    il_status st = again_find(&a);

    if (st == IL_OK)
        st = again_open(&a);
    if (st == IL_OK)
        st = again_train(&a, NULL);
    if (st == IL_OK)
        st = report(&a, a.id, &differs);
    return again_end(&a, st, differs > 0);
}

static const struct opt_row rows[] = {
    { .name = "save",
      .metavar = "FILE",
      .complete = COMPLETE_FILE,
      .help = "the run's weights, as FILE.safetensors, or FILE.npy: a file a tensor" },
    AGAIN_ROWS,
    { .name = "" }
};

const struct command cmd_sweep_rerun = {
    .name = "sweep rerun",
    .operands = "DIR RUN_ID",
    .max_operands = 2,
    .summary = "train a run again, and compare it with its results",
    .text =
        "Train the pack of a run of the sweep in DIR again (a run's bits are those of its pack), "
        "or "
        "the half of it that the run was trained in, "
        "print the run's epochs, and say whether they are what the results have; exit code 1 if "
        "they differ. The first digits of the id will do. Nothing is changed.",
    .examples = "initlab sweep rerun results 4f1a9c0e --save best.safetensors",
    .rows = rows,
    .run = run
};
