/* outputs.c - is an output's name well, and may it be written? Figures, to files and to standard output. */
#include "outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli_error.h"
#include "data_paths.h"

/* ---- names ----------------------------------------------------------------------------------- */

static int may_be_stdout(const char *option)
{
    return strcmp(option, "out") == 0 || strcmp(option, "plot") == 0 || strcmp(option, "to") == 0;
}

/* the option that has standard output already; NULL: none */
static const char *rival(const struct options *o)
{
    for (size_t i = 0; i < o->rows; i++) {
        const struct opt_row *const row = &o->row[i];

        if (row->given && strcmp(row->name, "json") == 0)
            return "--json";
        if (row->given && strcmp(row->name, "out") == 0 && strcmp(row->given, "-") == 0)
            return "--out -";
    }
    return NULL;
}

il_status output_check(const struct options *o, const char *option, const char *ending,
                       const char *other, il_error *err)
{
    const char *path = opt_get(o, option);
    char folder[4096];
    const char *slash;

    if (!opt_given(o, option))
        return IL_OK;
    if (may_be_stdout(option) && strcmp(path, "-") == 0)
        return strcmp(option, "plot") == 0 && rival(o)
                   ? cli_error(err, IL_E_USAGE,
                               "--plot - and %s: standard output takes one of them", rival(o))
                   : IL_OK;
    slash = strrchr(path, '/');
    if (strcmp(slash ? slash + 1 : path, ending) == 0 ||
        strcmp(slash ? slash + 1 : path, other) == 0)
        return cli_error(err, IL_E_USAGE, "--%s: '%.300s' has no name before its ending", option,
                         path);
    if (!data_path_ends_in(path, ending) && !data_path_ends_in(path, other))
        return cli_error(
            err, IL_E_USAGE, "--%s: '%.300s' does not end in %s%s%s%s", option, path, ending,
            strcmp(ending, other) ? " or " : "", strcmp(ending, other) ? other : "",
            strcmp(ending, ".svg") == 0 ? ": figures are SVG, of which rsvg-convert, say, makes PNG"
                                        : "");
    if ((size_t)snprintf(folder, sizeof folder, "%s", path) >= sizeof folder)
        return cli_error(err, IL_E_CREATE, "cannot create '%s': %s", path, strerror(ENAMETOOLONG));
    slash = strrchr(folder, '/');
    if (slash)
        folder[slash == folder ? 1 : slash - folder] = 0;
    if (access(slash ? folder : ".", W_OK | X_OK) != 0 ||
        (access(path, F_OK) == 0 && access(path, W_OK) != 0))
        return cli_error(err, cli_or_memory(IL_E_CREATE), "cannot create '%s': %s", path,
                         strerror(errno));
    return IL_OK;
}

/* ---- figures --------------------------------------------------------------------------------- */

il_status figure_open(struct figure *f, const struct options *o, il_error *err)
{
    *f = (struct figure){ .path = opt_given(o, "plot") ? opt_get(o, "plot") : NULL, .to = -1 };
    if (!f->path || strcmp(f->path, "-") != 0)
        return IL_OK;
    f->to = dup(STDOUT_FILENO);
    if (f->to < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return cli_error(err, IL_E_IO, "cannot write to standard output: %s", strerror(errno));
    return IL_OK;
}

static il_status write_stdout(int to, const char *bytes, size_t n, il_error *err)
{
    for (ssize_t k; n > 0; bytes += k, n -= (size_t)k) {
        do
            k = write(to, bytes, n);
        while (k < 0 && errno == EINTR);
        if (k <= 0)
            return cli_error(err, IL_E_IO, "cannot write to standard output: %s",
                             strerror(k < 0 ? errno : EIO));
    }
    return IL_OK;
}

il_status figure_draw(const struct figure *f, const char *title, const char *x_label,
                      const char *y_label, const il_curve *curves, size_t count, il_error *err)
{
    char *svg;
    size_t n;
    il_status st;

    if (!f->path)
        return IL_OK;
    if (f->to < 0)
        return il_plot_svg(f->path, title, x_label, y_label, curves, count, err);
    st = il_plot_text(&svg, &n, title, x_label, y_label, curves, count, err);
    if (st == IL_OK)
        st = write_stdout(f->to, svg, n, err);
    free(svg);
    return st;
}
