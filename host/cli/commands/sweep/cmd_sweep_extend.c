/* cmd_sweep_extend.c - initlab sweep extend: add values to a sweep that is there, and the runs that it lacks then. */
#include <stdio.h>
#include "common/cli_error.h"
#include "sweep/create.h"
#include "sweep/lock.h"
#include "sweep/options_as_file.h"
#include "sweep/sweep.h"

struct extension {
    struct cli *cli;
    const struct options *o;
    il_folder *folder, *extended;
    il_dataset *set;
    struct options_file made;
    struct sweep_lock lock;
    il_error err;
};

static il_status check_options(struct extension *x)
{
    const struct options *const o = x->o;

    if (!sweep_of_runs(o))
        return cli_error(&x->err, IL_E_USAGE,
                         "nothing to add: give options of runs, as --seeds 5..19 or --init "
                         "orthogonal (see 'initlab help sweep extend')");
    if (opt_given(o, "depth") != opt_given(o, "width"))
        return cli_error(&x->err, IL_E_USAGE,
                         "--depth and --width: give both, or --layers: what is added is whole "
                         "networks, whatever made those that are there");
    return options_as_file(&x->made, o, 1, &x->err);
}

/* the folder as it is while nobody else is at work on it */
static il_status open_alone(struct extension *x)
{
    il_status st = sweep_folder(x->o, 0, &x->folder, &x->err);

    if (st == IL_OK)
        st = sweep_lock(&x->lock, x->folder, 1, 1, &x->err);
    if (st == IL_OK) /* who had the lock may have added to it */
        st = il_folder_refresh(&x->folder, &x->err);
    if (st == IL_OK)
        st = il_folder_scan(x->folder, &x->err);
    if (st != IL_OK)
        return st;
    sweep_damage(x->cli, x->folder);
    st = il_folder_goes_on(x->folder, &x->err);
    return st == IL_OK ? sweep_dataset(x->o, x->folder, &x->set, &x->err) : st;
}

static il_status extend(struct extension *x)
{
    il_status st =
        il_folder_extend(&x->extended, x->folder, x->made.text.bytes, x->made.text.length, &x->err);

    if (st == IL_OK)
        st = il_sweep_check(il_folder_sweep(x->extended), x->set, &x->err);
    return st == IL_OK ? st : options_as_file_blame(&x->made, &x->err);
}

static void put_addition(const struct extension *x, int dry)
{
    const il_sweep_plan *const before = il_folder_plan(x->folder);
    const il_sweep_plan *const now = il_folder_plan(x->extended);
    const size_t runs = now->runs - before->runs, packs = now->packs - before->packs;
    char command[CLI_COMMAND];

    printf("%zu run%s in %zu pack%s %s part %zu of ", runs, runs == 1 ? "" : "s", packs,
           packs == 1 ? "" : "s",
           dry         ? "would be"
           : runs == 1 ? "is"
                       : "are",
           il_sweep_parts(il_folder_sweep(x->extended)));
    cli_put(stdout, il_folder_path(x->folder));
    printf(", behind the %zu that are there", before->runs);
    if (!dry)
        printf("; %s trains %s", cli_command(command, "sweep run", il_folder_path(x->folder), ""),
               runs == 1 ? "it" : "them");
    putchar('\n');
}

static int run(struct cli *cli, const struct options *o)
{
    struct extension x = { .cli = cli, .o = o, .lock = SWEEP_UNLOCKED };
    const int dry = opt_given(o, "dry-run");
    il_status st = check_options(&x);

    if (st == IL_OK)
        st = open_alone(&x);
    if (st == IL_OK)
        st = extend(&x);
    if (st == IL_OK && il_folder_plan(x.extended)->runs == il_folder_plan(x.folder)->runs) {
        fputs("nothing to add: ", stdout);
        cli_put(stdout, il_folder_path(x.folder));
        puts(" has all runs of these values");
    } else if (st == IL_OK) {
        st = dry ? IL_OK : il_folder_keep(x.extended, &x.err);
        if (st == IL_OK)
            put_addition(&x, dry);
    }
    sweep_unlock(&x.lock);
    il_folder_close(x.extended);
    il_folder_close(x.folder);
    il_dataset_free(x.set);
    options_file_free(&x.made);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", x.err.text);
}

static const struct opt_row rows[] = {
    { .name = "seeds",
      .again = 1,
      .metavar = "RANGE",
      .group = "Sweep",
      .help = "of the initial weights: 5..19, or a list" },
    { .name = "depth",
      .again = 1,
      .metavar = "RANGE",
      .group = "Sweep",
      .help = "how many hidden layers, as 1..10, in place of --layers; with --width" },
    { .name = "width",
      .again = 1,
      .metavar = "N",
      .group = "Sweep",
      .help = "of these layers; a list or a range, too" },
    { .name = "data",
      .metavar = "DIR",
      .group = "Sweep",
      .complete = COMPLETE_FOLDER,
      .help = "folder of the dataset, where it has moved" },
    { .name = "dry-run", .group = "Sweep", .help = "say what would be added, and write nothing" },
    { .name = "" }
};

const struct command cmd_sweep_extend = {
    .name = "sweep extend",
    .operands = "DIR",
    .max_operands = 1,
    .complete = COMPLETE_FOLDER,
    .summary = "add values to a sweep that is there",
    .text =
        "Add values to what the sweep in DIR varies: it has then the runs of the whole grid, and "
        "'sweep run DIR' trains those that it lacks. Runs that are there keep their numbers, ids, "
        "packs and results. Values that it has already are passed over; where no run is new, it "
        "says so and changes nothing.\n\n"
        "An option that had one value in all runs becomes one that varies: its value so far, or "
        "its default, stays, and the runs of the new values come beside. So --lr 0.1 where lr was "
        "0.5 trains each setting once more at 0.1; no run is changed, and --epochs 50 continues "
        "none. Options that were zipped are given together, as many values each; 'exclude' and "
        "'when' hold for the new runs, too. --depth and --width are given both.\n\n"
        "A random search takes more seeds, where each draw has all of them: every draw so far "
        "gets every new one. More draws, or values of what is drawn, are another sweep; 'compare' "
        "joins folders.\n\n"
        "Nobody may train in the folder meanwhile: 75 where a 'sweep run' does. Killed at any "
        "time, the sweep is as before or has all new runs. What an initlab with other numbers "
        "began (docs/numerics.md) is not extended: 65.",
    .examples = "initlab sweep extend results --seeds 5..19\n"
                "initlab sweep extend results --init orthogonal,lecun_normal --lr 0.1",
    .rows = rows,
    .parameters = PARAMETERS_LISTS,
    .run = run
};
