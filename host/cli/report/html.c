/* html.c - what files say, as text of a page. */
#include "html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "common/messages.h"
#include "initlab/initlab.h"

static void put_escaped(struct html *h, const char *shown)
{
    while (*shown) {
        const size_t n = strcspn(shown, "&<>\"'");

        fwrite(shown, 1, n, h->f);
        shown += n;
        if (*shown)
            fprintf(h->f, "&#%d;", *shown++);
    }
}

void html_text(struct html *h, const char *text)
{
    char *const shown = cli_shown(text);

    if (shown)
        put_escaped(h, shown);
    else
        h->failed = 1;
    free(shown);
}

void html_lines(struct html *h, const char *text, size_t n)
{
    char *const all = strndup(text, n), *line = all;

    h->failed |= !all;
    while (line && *line) {
        const size_t length = strcspn(line, "\n\t");
        const char end = line[length];

        line[length] = 0;
        html_text(h, line);
        if (end)
            fputc(end, h->f);
        line += length + (end != 0);
    }
    free(all);
}

void html_json(struct html *h, const char *text)
{
    char *const shown = cli_shown(text);

    h->failed |= !shown;
    fputc('"', h->f);
    for (const char *p = shown; p && *p;) {
        const size_t n = strcspn(p, "\"\\<>&");

        fwrite(p, 1, n, h->f);
        p += n;
        if (*p)
            fprintf(h->f, "\\u%04x", (unsigned)*p++);
    }
    fputc('"', h->f);
    free(shown);
}

void html_figure(struct html *h, const char *classes, const char *name, const char *svg, size_t n)
{
    fprintf(h->f, "<div class=\"figure %s\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n",
            classes, name);
    fwrite(svg, 1, n, h->f);
    fputs("</div>\n", h->f);
}

void html_number(struct html *h, double x, int digits)
{
    char text[32];

    if (!isfinite(x)) {
        fputs("null", h->f);
        return;
    }
    if (digits)
        snprintf(text, sizeof text, "%.*g", digits, x);
    else
        il_number_text(x, text);
    fputs(text, h->f);
}
