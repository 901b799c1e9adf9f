/* cmd_sweep_repair.c - initlab sweep repair: move damaged journals of a sweep aside. */
#include <stdio.h>
#include "sweep/lock.h"
#include "sweep/sweep.h"

struct repairs {
    const il_folder *folder;
    size_t moved, left;
};

static void say(void *arg, const il_repair *r)
{
    struct repairs *const all = arg;
    const char *const dir = il_folder_path(all->folder);

    all->moved += r->aside[0] != 0;
    all->left += r->why[0] != 0;
    cli_put(stdout, dir);
    fputs("/journal/", stdout);
    cli_put(stdout, r->journal);
    fputs(r->why[0] ? " stays: it cannot be read (" : " is aside as ", stdout);
    cli_put(stdout, r->why[0] ? r->why : r->aside);
    if (r->why[0])
        putchar(')');
    else if (r->kept[0])
        printf("; %zu group%s of it that %s right: ", r->groups, r->groups == 1 ? "" : "s",
               r->groups == 1 ? "is" : "are");
    else
        fputs("; nothing in it was right", stdout);
    cli_put(stdout, r->why[0] ? "" : r->kept);
    putchar('\n');
}

/* how many packs nobody has trained now */
static size_t packs_left(const il_folder *f)
{
    size_t n = 0;

    for (size_t p = 0; p < il_folder_plan(f)->packs; p++)
        n += il_folder_pack_at(f, p)->status == IL_PACK_TODO;
    return n;
}

static int run(struct cli *cli, const struct options *o)
{
    struct sweep_lock lock = SWEEP_UNLOCKED;
    struct repairs all = { 0 };
    char command[CLI_COMMAND];
    il_folder *f = NULL;
    il_error err = { .text = "" };
    il_status st = sweep_folder(o, 0, &f, &err);

    all.folder = f;
    if (st == IL_OK)
        st = sweep_lock(&lock, f, 1, 1, &err);
    if (st == IL_OK)
        st = il_folder_repair(f, say, &all, &err);
    if (st == IL_OK)
        st = il_folder_scan(f, &err);
    if (st == IL_OK && all.moved + all.left == 0) {
        fputs("nothing in the journals of ", stdout);
        cli_put(stdout, il_folder_path(f));
        puts(" is damaged");
    }
    if (st == IL_OK && packs_left(f) > 0)
        printf("%zu of %zu packs are left for %s\n", packs_left(f), il_folder_plan(f)->packs,
               cli_command(command, "sweep run", il_folder_path(f), ""));
    sweep_unlock(&lock);
    il_folder_close(f);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", err.text);
}

static const struct opt_row rows[] = { { .name = "" } };

const struct command cmd_sweep_repair = {
    .name = "sweep repair",
    .operands = "DIR",
    .max_operands = 1,
    .summary = "move damaged journals aside",
    .text =
        "Move each journal of the sweep in DIR aside that is damaged, has a group that cannot be, "
        "or "
        "is no regular file: to journal/NAME.damaged, which no command reads. The groups in it "
        "that "
        "are right go to a new journal first, NAME.repaired.jsonl. Nothing is deleted, and nothing "
        "is "
        "lost that counted before: the other commands leave out what is damaged anyway, and say so "
        "each time. Then 'sweep run DIR' trains the packs that are left.\n\n"
        "Nobody may train in the folder meanwhile, on this machine or another.",
    .examples = "initlab sweep repair results",
    .rows = rows,
    .run = run
};
