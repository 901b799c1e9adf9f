/* html.c - what files say, as text of a page. */
#include "html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "common/messages.h"
#include "initlab/initlab.h"

/* Not open_memstream: a write of its that finds no memory is lost, and neither ferror nor fclose tells of it. */
static ssize_t take(void *cookie, const char *bytes, size_t n)
{
    struct html *const h = cookie;

    if (h->failed || n > SIZE_MAX / 4 - h->used) {
        h->failed = 1;
        return 0;
    }
    if (h->used + n + 1 > h->size) {
        const size_t size = 2 * (h->used + n + 1);
        char *const more = realloc(h->text, size);

        if (!more) {
            h->failed = 1;
            return 0;
        }
        h->text = more;
        h->size = size;
    }
    memcpy(h->text + h->used, bytes, n);
    h->used += n;
    h->text[h->used] = 0;
    return (ssize_t)n;
}

int html_open(struct html *h)
{
    *h = (struct html){ .f = NULL };
    h->f = fopencookie(h, "w", (cookie_io_functions_t){ .write = take });
    return h->f != NULL;
}

char *html_close(struct html *h, size_t *n)
{
    if (fclose(h->f) != 0 || h->failed) {
        free(h->text);
        h->text = NULL;
    }
    *n = h->used;
    return h->text;
}

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
