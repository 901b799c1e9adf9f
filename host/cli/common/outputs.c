/* outputs.c - is an output's name well, and may it be written? Figures, to files and to standard output. */
#include "outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli_error.h"
#include "data_paths.h"
#include "raster.h"

/* ---- names ----------------------------------------------------------------------------------- */

static int may_be_stdout(const char *option)
{
    return strcmp(option, "out") == 0 || strcmp(option, "to") == 0;
}

/* Has it one of these endings (the last is NULL), and a name before it? */
static il_status check_ending(const char *option, const char *path, const char *const *ending,
                              const char *words, il_error *err)
{
    const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
    int any = 0;

    for (; *ending; ending++) {
        if (strcmp(name, *ending) == 0)
            return cli_error(err, IL_E_USAGE, "--%s: '%.300s' has no name before its ending",
                             option, path);
        any |= data_path_ends_in(path, *ending);
    }
    return any ? IL_OK
               : cli_error(err, IL_E_USAGE, "--%s: '%.300s' does not end in %s", option, path,
                           words);
}

/* Is the folder there, and may the file be written? */
static il_status may_write(const char *path, il_error *err)
{
    char folder[4096];
    const char *slash;

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

il_status output_check(const struct options *o, const char *option, const char *ending,
                       const char *other, il_error *err)
{
    const char *const path = opt_get(o, option), *const endings[] = { ending, other, NULL };
    char words[64];
    il_status st;

    if (!opt_given(o, option) || (may_be_stdout(option) && strcmp(path, "-") == 0))
        return IL_OK;
    snprintf(words, sizeof words, "%s%s%s", ending, strcmp(ending, other) ? " or " : "",
             strcmp(ending, other) ? other : "");
    st = check_ending(option, path, endings, words, err);
    return st == IL_OK ? may_write(path, err) : st;
}

/* ---- figures --------------------------------------------------------------------------------- */

/* another option that has standard output already; NULL: none */
static const char *rival(const struct options *o, const char *option)
{
    for (size_t i = 0; i < o->rows; i++) {
        const struct opt_row *const row = &o->row[i];

        if (row->given && strcmp(row->name, "json") == 0)
            return "--json";
        if (row->given && strcmp(row->name, "out") == 0 && strcmp(option, "out") != 0 &&
            strcmp(row->given, "-") == 0)
            return "--out -";
    }
    return NULL;
}

static int is_raster(const char *path)
{
    return data_path_ends_in(path, ".png") || data_path_ends_in(path, ".pdf");
}

il_status figure_check(const struct options *o, const char *option, il_error *err)
{
    static const char *const endings[] = { ".svg", ".png", ".pdf", NULL };
    const char *const path = opt_get(o, option);
    il_status st;

    if (!opt_given(o, option))
        return IL_OK;
    if (strcmp(path, "-") == 0)
        return rival(o, option)
                   ? cli_error(err, IL_E_USAGE, "--%s - and %s: standard output takes one of them",
                               option, rival(o, option))
                   : IL_OK;
    st = check_ending(option, path, endings, ".svg, .png or .pdf", err);
    if (st == IL_OK && is_raster(path))
        st = raster_check(err);
    return st == IL_OK ? may_write(path, err) : st;
}

il_status figure_open(struct figure *f, const char *path, il_error *err)
{
    *f = (struct figure){ .path = path[0] ? path : NULL, .to = -1 };
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

static il_status write_raster(const char *path, const char *svg, size_t n, il_error *err)
{
    char *bytes;
    size_t size;
    il_status st = raster(svg, n, data_path_ends_in(path, ".pdf"), &bytes, &size, err);

    if (st == IL_OK)
        st = il_write_file(path, bytes, size, err);
    free(bytes);
    return st;
}

struct figure figure_on_terminal(const struct cli *cli)
{
    static const size_t USUAL = 80;
    struct figure f = { .to = -1, .shown = 1, .terminal = { USUAL, cli->bold[0] != 0 } };
    const char *const columns = getenv("COLUMNS");
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        f.terminal.columns = size.ws_col;
    else if (columns && columns[0] >= '1' && columns[0] <= '9')
        f.terminal.columns = strtoul(columns, NULL, 10);
    return f;
}

const il_terminal *figure_terminal(const struct figure *f)
{
    return f->shown ? &f->terminal : NULL;
}

il_status figure_put(const struct figure *f, const char *svg, size_t n, il_error *err)
{
    if (f->shown)
        fwrite(svg, 1, n, stdout); /* main reports what fails there */
    if (!f->path)
        return IL_OK;
    if (f->to >= 0)
        return write_stdout(f->to, svg, n, err);
    return is_raster(f->path) ? write_raster(f->path, svg, n, err)
                              : il_write_file(f->path, svg, n, err);
}

il_status figure_put_lines(const struct figure *f, const il_lines *lines, il_error *err)
{
    char *text = NULL;
    size_t n = 0;
    il_status st = IL_OK;

    if (f->path || f->shown)
        st = il_figure_lines(&text, &n, lines, figure_terminal(f), err);
    if (st == IL_OK && text)
        st = figure_put(f, text, n, err);
    free(text);
    return st;
}

il_status figure_draw(const struct figure *f, const char *title, const char *x_label,
                      const char *y_label, const il_curve *curves, size_t count, il_error *err)
{
    char *svg;
    size_t n;
    il_status st;

    if (!f->path && !f->shown)
        return IL_OK;
    st = il_plot_text(&svg, &n, title, x_label, y_label, curves, count, figure_terminal(f), err);
    if (st == IL_OK)
        st = figure_put(f, svg, n, err);
    free(svg);
    return st;
}
