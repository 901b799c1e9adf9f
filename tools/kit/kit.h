/* kit.h - what kit_report is made of: the parts of a first hour, read and told. */
#ifndef TOOLS_KIT_KIT_H
#define TOOLS_KIT_KIT_H

#include <jansson.h>
#include <stdio.h>

/*
 * What OUT/parts.tsv and OUT/parts have, an object a part, in order: name, limit and seconds, exit code, outcome, words,
 * results (objects of JSON, checks of a self-test, or lines) and the last lines of its errors. NULL: out of memory, or
 * there is nothing to read.
 */
json_t *kit_parts(const char *out);

/* A part's results; an empty array: it has none, or did not run. */
const json_t *kit_results(const json_t *parts, const char *name);

/* {"card": ..., "as": the card of the estimates, "rows": [what, measured, estimate, error]}; NULL: out of memory */
json_t *kit_compare(const json_t *parts, const json_t *estimates, const char *device);

/* The parts and their comparison as Markdown. */
void kit_markdown(FILE *to, const json_t *report);

#endif
