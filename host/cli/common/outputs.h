/* outputs.h - files that commands leave: their endings, and figures, which may go to standard output. */
#ifndef HOST_CLI_OUTPUTS_H
#define HOST_CLI_OUTPUTS_H

#include "initlab/initlab.h"
#include "messages.h"
#include "options.h"

/*
 * An output's ending must be one of two and its folder writable: to be asked before anything is
 * computed. An option that was not given is well, and so is - for --out and --to.
 */
il_status output_check(const struct options *o, const char *option, const char *ending,
                       const char *other, il_error *err);

/*
 * The same of the option that says where a figure goes (plot, out): .svg, or .png and .pdf where they can be drawn; - is
 * well where no other option wants it.
 */
il_status figure_check(const struct options *o, const char *option, il_error *err);

/* the option of commands that can show their figure there, too */
#define TERM_ROW(heading)                                                                          \
    {                                                                                              \
        .name = "term", .group = heading,                                                          \
        .help = "show the figure in the terminal, by Unicode blocks, as wide as it is"             \
    }

/* Where a figure goes. */
struct figure {
    const char *path; /* NULL: nowhere */
    int to;    /* what standard output was, which is now standard error; -1: path is a file */
    int shown; /* as blocks among what the command prints, and path is NULL */
    il_terminal terminal;
};

/* One that is shown on standard output, as wide as the terminal or COLUMNS say, else 80 columns. */
struct figure figure_on_terminal(const struct cli *cli);

/* What il_figure_... is to draw for there. */
const il_terminal *figure_terminal(const struct figure *f);

/*
 * To be called before anything is printed, of opt_get's value: with - the figure alone goes to standard output, and what
 * the command prints to standard error. "": nowhere.
 */
il_status figure_open(struct figure *f, const char *path, il_error *err);

/* A figure, drawn for there, to there: as what its ending says. */
il_status figure_put(const struct figure *f, const char *text, size_t n, il_error *err);

/* il_figure_lines to there. */
il_status figure_put_lines(const struct figure *f, const il_lines *lines, il_error *err);

/* il_plot_text to there. */
il_status figure_draw(const struct figure *f, const char *title, const char *x_label,
                      const char *y_label, const il_curve *curves, size_t count, il_error *err);

#endif
