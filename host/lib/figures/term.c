/* term.c - letters in cells, and lines of Braille dots between them. */
#include "term.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "canvas.h"
#include "core/error.h"

size_t il_term_columns(const il_terminal *t)
{
    return t->columns < IL_TERMINAL_LEAST  ? IL_TERMINAL_LEAST
           : t->columns > IL_TERMINAL_MOST ? IL_TERMINAL_MOST
                                           : t->columns;
}

/* ---- colours --------------------------------------------------------------------------------- */

/* the palette's cube: levels 0, 95, 135, 175, 215, 255 */
static unsigned level_of(unsigned char c) { return c < 48 ? 0 : c < 115 ? 1 : (c - 35u) / 40; }

unsigned il_term_nearest(struct il_rgb c)
{
    return 16 + 36 * level_of(c.red) + 6 * level_of(c.green) + level_of(c.blue);
}

unsigned il_term_colour(size_t style)
{
    unsigned red, green, blue;

    if (sscanf(il_colour(style), "#%2x%2x%2x", &red, &green, &blue) != 3 ||
        (red == green && green == blue))
        return IL_GREY; /* black would not be seen on black */
    return il_term_nearest(
        (struct il_rgb){ (unsigned char)red, (unsigned char)green, (unsigned char)blue });
}

/* ---- cells ----------------------------------------------------------------------------------- */

size_t il_cells_add(struct il_cells *c, size_t rows)
{
    const size_t first = c->rows;
    struct il_cell *const more =
        c->failed ? NULL : reallocarray(c->cell, first + rows, c->columns * sizeof *more);

    if (!more) {
        c->failed = 1;
        return first;
    }
    c->cell = more;
    memset(c->cell + first * c->columns, 0, rows * c->columns * sizeof *more);
    c->rows += rows;
    return first;
}

struct il_cell *il_cells_at(struct il_cells *c, size_t row, size_t column)
{
    return row < c->rows && column < c->columns ? &c->cell[row * c->columns + column] : NULL;
}

size_t il_cells_put(struct il_cells *c, size_t row, size_t column, const char *text, size_t most,
                    unsigned colour)
{
    const int cut = il_letters(text) > most;

    for (size_t i = 0; text && *text && i < most; i++) {
        struct il_cell *const at = il_cells_at(c, row, column++);
        char letter[5];

        text += il_letter(text, letter);
        if (!at)
            continue;
        strcpy(at->letter, cut && i + 1 == most ? "\u2026" : letter);
        at->colour = (unsigned char)colour;
    }
    return column;
}

size_t il_cells_put_ends(struct il_cells *c, size_t row, size_t column, const char *text,
                         size_t most, unsigned colour)
{
    const size_t n = il_letters(text), tail = most / 2;

    if (n <= most || tail == 0)
        return il_cells_put(c, row, column, text, most, colour);
    column = il_cells_put(c, row, column, text, most - tail, colour); /* with the ellipsis */
    return il_cells_put(c, row, column, il_behind(text, n - tail), tail, colour);
}

/* Braille's bits go down the left column, then the right, and the fourth row came later. */
static void put_dot(struct il_cells *c, size_t row, double x, double y, unsigned colour)
{
    static const unsigned char bit[IL_DOTS_HIGH][IL_DOTS_WIDE] = {
        { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
    };
    const long column = lround(floor(x)), line = lround(floor(y));
    struct il_cell *at;

    if (column < 0 || line < 0)
        return;
    at = il_cells_at(c, row + (size_t)line / IL_DOTS_HIGH, (size_t)column / IL_DOTS_WIDE);
    if (!at)
        return;
    at->dots |= bit[line % IL_DOTS_HIGH][column % IL_DOTS_WIDE];
    at->colour = (unsigned char)colour;
}

void il_cells_line(struct il_cells *c, size_t row, double x, double y, double to_x, double to_y,
                   unsigned colour, int every)
{
    const int steps = (int)ceil(fmax(fabs(to_x - x), fabs(to_y - y)));

    for (int i = 0; i <= steps; i += every)
        put_dot(c, row, x + (to_x - x) * i / fmax(steps, 1), y + (to_y - y) * i / fmax(steps, 1),
                colour);
}

/* ---- text around a figure -------------------------------------------------------------------- */

/* letters of the next line, and in *skip the blank behind it */
static size_t line_of(const char *text, size_t most, size_t *skip)
{
    size_t n = 0, blank = 0;

    for (const char *p = text; *p && *p != '\n'; p = il_behind(p, 1), n++) {
        if (n == most) {
            *skip = blank > 0;
            return blank > 0 ? blank : n;
        }
        if (*p == ' ')
            blank = n;
    }
    *skip = il_behind(text, n)[0] == '\n';
    return n;
}

void il_cells_note(struct il_cells *c, const char *text)
{
    while (text && *text) {
        size_t skip;
        const size_t n = line_of(text, c->columns, &skip), row = il_cells_add(c, 1);

        for (size_t i = 0; i < n; i++) {
            char letter[5];

            text += il_letter(text, letter);
            il_cells_put(c, row, i, letter, 1, IL_PLAIN);
        }
        text += skip;
    }
}

void il_cells_title(struct il_cells *c, const char *text)
{
    const size_t wide = il_letters(text), row = il_cells_add(c, 2);

    il_cells_put(c, row, wide < c->columns ? (c->columns - wide) / 2 : 0, text, c->columns,
                 IL_PLAIN);
    for (size_t i = 0; i < c->columns; i++)
        if (il_cells_at(c, row, i))
            il_cells_at(c, row, i)->bold = 1;
}

/* ---- out ------------------------------------------------------------------------------------- */

static int is_empty(const struct il_cell *cell)
{
    return (!cell->letter[0] || strcmp(cell->letter, " ") == 0) && !cell->dots && !cell->ground;
}

static void put_letter(FILE *f, const struct il_cell *cell)
{
    if (cell->letter[0])
        fputs(cell->letter, f);
    else if (cell->dots) /* U+2800 and the bits */
        fprintf(f, "\xe2%c%c", 0xa0 + (cell->dots >> 6), 0x80 + (cell->dots & 0x3f));
    else
        fputc(' ', f);
}

static void put_row(FILE *f, const struct il_cell *cell, size_t columns, int colour)
{
    struct il_cell now = { .colour = IL_PLAIN };

    while (columns > 0 && is_empty(&cell[columns - 1]))
        columns--;
    for (size_t i = 0; i < columns; i++) {
        if (colour && (cell[i].colour != now.colour || cell[i].ground != now.ground ||
                       cell[i].bold != now.bold)) {
            fputs("\033[0", f);
            if (cell[i].bold)
                fputs(";1", f);
            if (cell[i].colour)
                fprintf(f, ";38;5;%d", cell[i].colour);
            if (cell[i].ground)
                fprintf(f, ";48;5;%d", cell[i].ground);
            fputc('m', f);
            now = cell[i];
        }
        put_letter(f, &cell[i]);
    }
    if (now.colour || now.ground || now.bold)
        fputs("\033[0m", f);
    fputc('\n', f);
}

il_status il_cells_text(struct il_cells *c, const il_terminal *terminal, char **text, size_t *n,
                        il_error *err)
{
    il_text to;
    il_status st = c->failed ? il_fail(err, IL_E_MEMORY, "out of memory for a figure")
                             : il_text_open(&to, err);

    *text = NULL;
    if (st != IL_OK)
        goto out;
    for (size_t row = 0; row < c->rows; row++)
        put_row(to.stream, c->cell + row * c->columns, c->columns, terminal->colour);
    st = il_text_close(&to, err);
    *text = to.bytes;
    *n = to.length;
out:
    free(c->cell);
    c->cell = NULL;
    return st;
}
