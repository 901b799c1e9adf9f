/* json_line.h - a result of a benchmark as a line of JSON, at once: it may be ended before the next one. */
#ifndef TOOLS_BENCH_JSON_LINE_H
#define TOOLS_BENCH_JSON_LINE_H

#include <jansson.h>
#include <stdio.h>

/* Takes the object; NULL, which is out of memory, is told instead. Returns 1 if it was written. */
static inline int json_line(json_t *o, FILE *to)
{
    const int ok = o && json_dumpf(o, to, JSON_COMPACT) == 0 && fputs("\n", to) >= 0;

    if (!o)
        fprintf(stderr, "out of memory for a result\n");
    json_decref(o);
    return fflush(to) == 0 && ok;
}

#endif
