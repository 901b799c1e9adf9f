/* csv.h - fields of comma-separated values (RFC 4180). */
#ifndef HOST_CLI_CSV_H
#define HOST_CLI_CSV_H

#include <stdio.h>

/*
 * Quoted where it must be; a ' before what a spreadsheet would take for a formula; what a terminal would obey, but ends
 * of lines, as \xNN.
 */
void csv_text(FILE *f, const char *text);

/* as short as reads back to the same number; nothing where it is not finite */
void csv_number(FILE *f, double x);

#endif
