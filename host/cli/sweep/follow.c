/* follow.c - wait for what others add to sweeps' folders. */
#include "follow.h"

#include <poll.h>
#include <stdlib.h>
#include "common/cli_error.h"
#include "common/clock.h"
#include "common/signals.h"
#include "sweep.h"

enum { A_DAY = 86400, TICK = 200 /* milliseconds, after which a signal is seen at the latest */ };

il_status follow_open(struct follow *f, const struct options *o, il_error *err)
{
    il_status st;

    *f = (struct follow){ .seconds = 0 };
    st = sweep_number(o, "watch", 1, A_DAY, 0, &f->seconds, err);
    if (st != IL_OK || f->seconds == 0)
        return st;
    f->folder = calloc((size_t)o->operands + 1, sizeof *f->folder);
    if (!f->folder)
        return cli_no_memory(err);
    for (int i = 0; i < o->operands && st == IL_OK; i++) {
        if (!sweep_is_folder(o->operand[i]))
            return cli_error(err, IL_E_USAGE,
                             "--watch follows sweeps' folders, and '%.400s' is none",
                             o->operand[i]);
        st = sweep_folder(o, i, &f->folder[f->folders++], err);
    }
    if (st == IL_OK)
        signals_catch();
    return st;
}

void follow_close(struct follow *f)
{
    for (size_t i = 0; i < f->folders; i++)
        il_folder_close(f->folder[i]);
    free(f->folder);
}

static il_status mark_of(const struct follow *f, uint64_t *mark, il_error *err)
{
    il_status st = IL_OK;

    *mark = 0;
    for (size_t i = 0; i < f->folders && st == IL_OK; i++) {
        uint64_t one;

        st = il_folder_mark(f->folder[i], &one, err);
        *mark = 31 * *mark + one;
    }
    return st;
}

il_status follow_mark(struct follow *f, il_error *err) { return mark_of(f, &f->mark, err); }

il_status follow_wait(struct follow *f, il_error *err)
{
    uint64_t mark = f->mark;
    il_status st = IL_OK;

    while (st == IL_OK && mark == f->mark && !signals_caught()) {
        const double until = seconds_now() + (double)f->seconds;

        while (!signals_caught() && seconds_now() < until)
            poll(NULL, 0, TICK);
        st = mark_of(f, &mark, err);
    }
    return st;
}

int follow_stopped(const struct follow *f, const struct cli *cli)
{
    if (f->seconds == 0 || !signals_caught())
        return 0;
    cli_say(cli, "stopped by %s", signals_name());
    return 128 + signals_caught();
}
