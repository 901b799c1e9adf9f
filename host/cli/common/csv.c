/* csv.c - fields of comma-separated values. */
#include "csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/initlab.h"
#include "messages.h"

/* A spreadsheet takes what begins so for a formula, and runs it, unless it is a number. */
static int is_formula(const char *text)
{
    char *end;

    if (!text[0] || !strchr("=+-@\t\r", text[0]))
        return 0;
    strtod(text, &end);
    return *end != 0 || text[0] == '+';
}

void csv_text(FILE *f, const char *text)
{
    const char *const quote = strpbrk(text, ",\"\n") ? "\"" : "";
    char shown[8];

    fprintf(f, "%s%s", quote, is_formula(text) ? "'" : "");
    while (*text) {
        if (*text == '"')
            fputc('"', f);
        if (*text == '\n') {
            fputc(*text++, f);
        } else {
            text += cli_piece(text, shown);
            fputs(shown, f);
        }
    }
    fputs(quote, f);
}

void csv_number(FILE *f, double x)
{
    char text[32];

    if (!isfinite(x))
        return;
    il_number_text(x, text);
    fputs(text, f);
}
