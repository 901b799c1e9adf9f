/* meter.c - how far a sweep is, on stderr. */
#include "meter.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "common/clock.h"

static const double BAR = 0.2, JSON = 1, LINES = 2; /* seconds between two shows at least */
enum { CELLS = 24, LEAST = 4 };                     /* of a bar; fewer are none */

void meter_start(struct meter *m, const char *when, int quiet)
{
    const int terminal = isatty(STDERR_FILENO) && tcgetpgrp(STDERR_FILENO) == getpgrp();

    memset(m, 0, sizeof *m);
    m->best = -1;
    m->begin = m->last = seconds_now();
    m->kind = strcmp(when, "json") == 0             ? METER_JSON
              : strcmp(when, "always") == 0         ? (terminal ? METER_BAR : METER_LINES)
              : strcmp(when, "never") == 0 || quiet ? METER_OFF
              : terminal                            ? METER_BAR
                                                    : METER_LINES;
}

/* what a person reads: seconds, minutes and seconds, hours and minutes */
static void duration(double s, char text[32])
{
    if (s < 60)
        snprintf(text, 32, "%.0f s", s);
    else if (s < 3600)
        snprintf(text, 32, "%.0f:%02.0f min", (double)(long)(s / 60),
                 s - 60 * (double)(long)(s / 60));
    else
        snprintf(text, 32, "%.0f:%02.0f h", (double)(long)(s / 3600),
                 (s - 3600 * (double)(long)(s / 3600)) / 60);
}

static void words(const struct meter *m, double elapsed, double left, char *text, size_t size)
{
    const double rate = elapsed > 0 ? (double)(m->ended - m->ended_before) / elapsed : 0;
    char time[32];
    size_t n = (size_t)snprintf(text, size, "%zu of %zu runs", m->ended, m->runs);

    if (rate > 0)
        n += (size_t)snprintf(text + n, size - n, ", %.3g runs/s", rate);
    if (left > 0) {
        duration(left, time);
        n += (size_t)snprintf(text + n, size - n, ", %s left", time);
    }
    if (m->best >= 0)
        n += (size_t)snprintf(text + n, size - n, ", best %.4f", m->best);
    if (m->failed)
        snprintf(text + n, size - n, ", %zu failed", m->failed);
}

/* of the terminal; 80 where it does not say */
static int columns(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* A line that is longer than the terminal's is broken, and \r does not bring it back. */
static void bar(struct meter *m, const char *text)
{
    const int room = columns() - 1, spare = room - (int)strlen(text) - 3; /* for "[] " */
    const int cells = spare < LEAST ? 0 : spare < CELLS ? spare : CELLS;
    const int full = m->cost > 0 ? (int)(cells * m->done / m->cost) : cells;
    const int old = m->width < room ? m->width : room;
    char filled[CELLS], line[512];
    int n = 0;

    memset(filled, '.', sizeof filled);
    memset(filled, '#', (size_t)full);
    if (cells > 0)
        n = snprintf(line, sizeof line, "[%.*s] ", cells, filled);
    n += snprintf(line + n, sizeof line - (size_t)n, "%.*s", room - n, text);
    fprintf(stderr, "\r%-*s", old, line);
    fflush(stderr);
    m->width = n;
}

static void json(const struct meter *m, double elapsed, double left)
{
    fprintf(stderr,
            "{\"runs\":%zu,\"ended\":%zu,\"diverged\":%zu,\"failed\":%zu,\"share\":%.4f,"
            "\"seconds\":%.1f,\"seconds_left\":",
            m->runs, m->ended, m->diverged, m->failed, m->cost > 0 ? m->done / m->cost : 1,
            elapsed);
    if (left >= 0)
        fprintf(stderr, "%.1f", left);
    else
        fputs("null", stderr);
    if (m->best >= 0)
        fprintf(stderr, ",\"best\":%.6g,\"best_run\":\"%s\"}\n", m->best, m->best_run);
    else
        fputs(",\"best\":null,\"best_run\":null}\n", stderr);
}

void meter_show(struct meter *m, int end)
{
    const double t = seconds_now(), elapsed = t - m->begin, did = m->done - m->done_before;
    const double left = did > 0 ? elapsed * (m->cost - m->done) / did : -1;
    const double pause = m->kind == METER_BAR ? BAR : m->kind == METER_JSON ? JSON : LINES;
    const int tenth = m->cost > 0 ? (int)(10 * m->done / m->cost) : 10;
    char text[256];

    if (m->kind == METER_OFF || (!end && t - m->last < pause) ||
        (m->kind == METER_LINES && !end && tenth == m->tenth))
        return;
    m->last = t;
    m->tenth = tenth;
    words(m, elapsed, end ? 0 : left, text, sizeof text);
    if (m->kind == METER_BAR)
        bar(m, text);
    else if (m->kind == METER_JSON)
        json(m, elapsed, left);
    else
        fprintf(stderr, "%s\n", text);
    if (end && m->kind == METER_BAR) {
        fputc('\n', stderr);
        m->width = 0;
    }
}

void meter_clear(struct meter *m)
{
    if (m->width == 0)
        return;
    fprintf(stderr, "\r%*s\r", m->width, "");
    fflush(stderr);
    m->width = 0;
}
