/* html.h - what files say, as text of a page: it cannot end the element or the string that it stands in. */
#ifndef HOST_CLI_REPORT_HTML_H
#define HOST_CLI_REPORT_HTML_H

#include <stdio.h>

/* A page that is being written: f is a stream of il_text. */
struct html {
    FILE *f;
    int failed; /* memory was short: what was written is not whole */
};

/* Text, between tags or in an attribute's double quotes; what a terminal would obey is \xNN (cli_shown). */
void html_text(struct html *h, const char *text);

/* The same of several lines [n], whose ends and tabs stay. */
void html_lines(struct html *h, const char *text, size_t n);

/* A string of JSON that stands in a <script>, with its quotes. */
void html_json(struct html *h, const char *text);

/* A figure: SVG of our own is the one thing on the page that is not escaped: what it holds of files is, already. */
void html_figure(struct html *h, const char *classes, const char *name, const char *svg, size_t n);

/* A number of JSON: digits 0 is as many as it takes; null where it is not finite. */
void html_number(struct html *h, double x, int digits);

#endif
