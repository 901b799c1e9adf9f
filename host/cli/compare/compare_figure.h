/* compare_figure.h - a comparison as a figure: --plot and --figure. */
#ifndef HOST_CLI_COMPARE_COMPARE_FIGURE_H
#define HOST_CLI_COMPARE_COMPARE_FIGURE_H

#include "initlab/initlab.h"
#include "common/options.h"
#include "common/outputs.h"
#include "to_draw.h"

/*
 * The kinds: name, word, whether it is without --across, with or without it, or with it alone, and what it shows.
 * The first is the default; with --across it is the first that needs it.
 */
#define COMPARISON_FIGURES(FIRST, X)                                                               \
    FIRST(intervals, "intervals", WITHOUT, "means and differences with their intervals")           \
    X(curves, "curves", WITHOUT, "medians over the epochs, and the middle half of the runs")       \
    X(heatmap, "heatmap", WITHOUT, "means by the two columns of --by")                             \
    X(rates, "rates", WITHOUT, "means over the learning rate")                                     \
    X(layers, "layers", WITHOUT, "a --diagnostic of layers through training, a panel a group")     \
    X(budget, "budget", WITHOUT,                                                                   \
      "of --best-over, the expected result of the best of 1, 2, ... trials")                       \
    X(profile, "profile", EITHER, "the share of runs above each value of the metric")              \
    X(improvement, "improvement", EITHER, "how often runs of one group beat another's")            \
    X(critical_difference, "critical-difference", WITH,                                            \
      "mean ranks across the conditions of --across, and which are not told apart")

/* All of them, as the values of an option, and as help has them. */
#define FIGURE_FIRST_WORD(name, word, across, what) word
#define FIGURE_NEXT_WORD(name, word, across, what)  "|" word
#define FIGURE_FIRST_HELP(name, word, across, what) word ", " what
#define FIGURE_NEXT_HELP(name, word, across, what)  "; " word ", " what
#define FIGURE_WORDS                                COMPARISON_FIGURES(FIGURE_FIRST_WORD, FIGURE_NEXT_WORD)
#define FIGURE_HELP                                 COMPARISON_FIGURES(FIGURE_FIRST_HELP, FIGURE_NEXT_HELP)

/* The kind that --figure names, else the default. */
const char *compare_figure_kind(const struct options *o);

/* Is there such a kind? */
int compare_figure_is(const char *kind);

/* Does it show what more trials give? kind NULL: no. */
int compare_figure_needs_budgets(const char *kind);

/* Asked before anything is read. IL_E_USAGE: options that the kind needs, or does not take. */
il_status compare_figure_check(const char *kind, const struct options *o, il_error *err);

/* Keep what the kind shows beside the comparison; before runs are added. */
il_status compare_figure_prepare(const char *kind, il_runs *runs, il_error *err);

/*
 * One kind, as SVG or for from's terminal, which free frees; curves of runs whose epochs were kept. IL_E_USAGE: groups are not by what the kind
 * shows, or too many.
 */
il_status compare_figure_svg(const char *kind, char **svg, size_t *n, const struct to_draw *from,
                             il_error *err);

/* Draw it there. Errors as above. */
il_status compare_figure_draw(const char *kind, const struct figure *to, const struct to_draw *from,
                              il_error *err);

#endif
