/* progress.c - the progress line on stderr. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "common/clock.h"
#include "progress.h"

void progress_start(struct progress *p, const char *when, int quiet, size_t epochs)
{
    memset(p, 0, sizeof *p);
    p->terminal = isatty(STDERR_FILENO);
    p->on = strcmp(when, "always") == 0 || (strcmp(when, "auto") == 0 && !quiet && p->terminal &&
                                            tcgetpgrp(STDERR_FILENO) == getpgrp());
    p->epochs = epochs;
    p->start = p->last = seconds_now();
}

void progress_show(struct progress *p, size_t epoch, size_t step, size_t steps)
{
    const double interval = 0.2;
    double t, done;
    char text[128];
    int n;

    if (!p->on || (t = seconds_now()) - p->last < interval)
        return;
    p->last = t;
    done = steps && p->epochs
               ? ((double)(epoch - 1) + (double)step / (double)steps) / (double)p->epochs
               : 0;
    n = snprintf(text, sizeof text, "epoch %zu of %zu, step %zu of %zu, %.0f %%", epoch, p->epochs,
                 step, steps, 100 * done);
    if (done > 0)
        n += snprintf(text + n, sizeof text - (size_t)n, ", %.0f s left",
                      (t - p->start) * (1 - done) / done);
    if (!p->terminal) {
        fprintf(stderr, "%s\n", text);
        return;
    }
    fprintf(stderr, "\r%-*s", p->width, text); /* blanks over what a longer line left */
    fflush(stderr);
    p->width = n;
}

void progress_clear(struct progress *p)
{
    if (p->width == 0)
        return;
    fprintf(stderr, "\r%*s\r", p->width, "");
    fflush(stderr);
    p->width = 0;
}
