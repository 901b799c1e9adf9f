/* csv.c - fields of comma-separated values. */
#include "csv.h"

#include <math.h>
#include <string.h>
#include "initlab/initlab.h"

void csv_text(FILE *f, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        fputs(text, f);
        return;
    }
    fputc('"', f);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', f);
        fputc(*text, f);
    }
    fputc('"', f);
}

void csv_number(FILE *f, double x)
{
    char text[32];

    if (!isfinite(x))
        return;
    il_number_text(x, text);
    fputs(text, f);
}
