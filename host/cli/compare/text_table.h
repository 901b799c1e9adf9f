/* text_table.h - a table that people read: as text, Markdown or LaTeX. */
#ifndef HOST_CLI_COMPARE_TEXT_TABLE_H
#define HOST_CLI_COMPARE_TEXT_TABLE_H

#include <stddef.h>
#include "common/messages.h"

struct text_table {
    char **cell; /* [rows, columns], each to be freed; row 0 is the head; safe for a terminal */
    size_t rows, columns;
    size_t named; /* the first columns are words, to the left; the others numbers, to the right */
};

void text_table_free(struct text_table *t);

/* format: md, tex, or else text */
void text_table_print(const struct cli *cli, const struct text_table *t, const char *format);

/* a line of small print under a table of that format, whatever the text has in it */
void text_table_note(const char *format, const char *text);

/* a text with Markdown's own characters escaped */
void text_table_markdown(const char *text);

#endif
