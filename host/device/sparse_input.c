/*
 * sparse_input.c - the first layer's gather and two products over the bytes that are not 0.
 *
 *   x [rows, k]    not stored: x[r, j] = images[s, j] / 255, x[r, pixels] = 1, 0 to the end;
 *                  row r is the list of sample s = order(step * rows + r)
 *   forward        z[r, c] = w[pixels, c] + sum_j x[r, j] w[j, c],      j ascending
 *   update         w[j, c] = beta w[j, c] + sum_r (alpha x[r, j]) dz[r, c],   r ascending
 *
 * Rule: each sum is one chain of fused multiply-adds, in that order, which no pack, width of vector
 * or compiler changes; a zero pixel is no term, so 0 * inf leaves no NaN. Rows past the end of the
 * epoch are zero in z and no term of the update. beta = 0 does not read w.
 *
 * Compiled once per flavour of CPU. A panel of 64 columns of sums stays in registers while the
 * other operand is read once per non-zero pixel. Forward takes the pixels in two halves, so that
 * the panel's half of w, copied so that its rows follow each other, stays in the cache; several
 * images go at once, as one chain would wait for its own latency. The update walks the batch pixel by pixel, sorted by
 * counting, over a copied panel of dz; where all columns fit into few vectors it adds image by image to w instead: the same
 * chains, without the sort.
 *
 * Cost: 2 * n flops per non-zero pixel each, a fifth of the dense products on MNIST.
 */
#include "sparse_input.h"
#include "kernel.h"
#include "random.h"
#include "vector.h"

enum {
    CHAINS = 8,   /* sums in flight, at least: fma's latency times its throughput */
    SCATTER = 32, /* columns up to which the update goes image by image */
    AHEAD = 8,    /* rows of w or dz asked for before they are read */
    BUNCH = 128   /* images whose lists are looked up before the first is read */
};
#define INLINED static inline __attribute__((always_inline))

/* ---- gather ---------------------------------------------------------------------------------- */

/* the lists of some rows of the batch */
struct bunch {
    const uint16_t *list[BUNCH];
    uint32_t count[BUNCH], half[BUNCH];
};

/*
 * Where the lists of rows first ... first + n are, then one load from each of their lines: tight
 * loops, so that many misses are in flight at once.
 */
static void find(const struct il_batch *b, size_t at, unsigned first, unsigned n, struct bunch *s)
{
    const struct il_clock *const clock = b->clock;
    unsigned touched = 0;

    for (unsigned i = 0; i < n; i++) {
        const uint32_t sample =
            il_order((uint32_t)(at + i), clock->samples, clock->half_bits, clock->key);

        s->list[i] = b->lists.data + b->lists.at[sample];
        s->count[i] = b->lists.count[sample];
        s->half[i] = b->lists.half[sample];
        b->label[first + i] = b->labels[sample];
    }
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < s->count[i] + s->count[i] / 2; k += 32)
            touched += s->list[i][k];
    __asm__ volatile("" ::"r"(touched)); /* or the loads are left out */
}

/* A list as columns and floats. Rounds up to the slack; the next image overwrites the surplus. */
static void convert(const uint16_t *restrict list, uint32_t n, uint16_t *restrict column,
                    float *restrict value)
{
    const uint8_t *restrict const bytes = (const uint8_t *)(list + n);

    for (uint32_t k = 0; k < n; k += IL_NONZERO_SLACK) {
        memcpy(column + k, list + k, IL_NONZERO_SLACK * sizeof *column);
        for (unsigned i = 0; i < IL_NONZERO_SLACK; i++)
            value[k + i] = (float)bytes[k + i] * (1.0f / 255.0f);
    }
}

static unsigned live_rows(const struct il_batch *b, unsigned step)
{
    const size_t begin = (size_t)step * b->rows, n = b->clock->samples;

    return step >= b->clock->steps || begin >= n ? 0
           : n - begin < b->rows                 ? (unsigned)(n - begin)
                                                 : b->rows;
}

static void gather(const struct il_batch *b)
{
    const struct il_nonzero *const to = &b->nonzero;
    const unsigned step = b->clock->next, live = live_rows(b, step);
    struct bunch s;
    uint32_t n = 0;

    for (unsigned first = 0; first < live; first += BUNCH) {
        const unsigned some = live - first < BUNCH ? live - first : BUNCH;

        find(b, (size_t)step * b->rows + first, first, some, &s);
        for (unsigned i = 0; i < some; i++) {
            convert(s.list[i], s.count[i], to->column + n, to->value + n);
            to->begin[first + i] = n;
            to->middle[first + i] = n + s.half[i];
            n += s.count[i];
        }
    }
    to->begin[live] = n;
    memset(b->label + live, 0, b->rows - live);
    b->clock->now = step;
}

/* ---- panels ---------------------------------------------------------------------------------- */

/* Of `left` columns: vectors of the next panel, and columns of its last vector. */
static unsigned panel_vectors(unsigned left)
{
    return left >= VEC_PANEL * VEC ? VEC_PANEL : (left + VEC - 1) / VEC;
}
static unsigned last_columns(unsigned left)
{
    return left >= VEC_PANEL * VEC || left % VEC == 0 ? VEC : left % VEC;
}

/* A panel of one of the products: from its first column on. */
struct panel {
    const float *from; /* w forward, dz in the update */
    float *to;         /* z forward, w in the update */
    unsigned ldfrom, ldto, live;
    float alpha, beta; /* of the update */
    vec_part last;     /* of the last vector */
};

INLINED void load(unsigned vectors, vec_part last, const float *p, vec *a)
{
    for (unsigned v = 0; v + 1 < vectors; v++)
        a[v] = vec_load(p + VEC * v);
    a[vectors - 1] = vec_load_part(last, p + VEC * (vectors - 1));
}

INLINED void store(unsigned vectors, vec_part last, float *p, const vec *a)
{
    for (unsigned v = 0; v + 1 < vectors; v++)
        vec_store(p + VEC * v, a[v]);
    vec_store_part(last, p + VEC * (vectors - 1), a[vectors - 1]);
}

/* a += x * p; p is a row of the copied panel, whole vectors */
INLINED void add(unsigned vectors, float x, const float *p, vec *a)
{
    const vec xs = vec_set(x);

    for (unsigned v = 0; v < vectors; v++)
        a[v] = vec_fma(xs, vec_load(p + VEC * v), a[v]);
}

INLINED void prefetch(unsigned vectors, const float *p)
{
    for (unsigned v = 0; v < vectors * VEC; v += 16)
        PREFETCH(p + v);
}

/* n rows of a panel, copied so that they follow each other, zeros in place of columns past its end */
INLINED void copy_rows(unsigned vectors, const struct panel *p, unsigned first, unsigned n,
                       float *to)
{
    const float *row = p->from + (size_t)first * p->ldfrom;
    vec a[VEC_PANEL];

    for (unsigned i = 0; i < n; i++, row += p->ldfrom, to += VEC * vectors) {
        if (i + AHEAD < n)
            prefetch(vectors, row + (size_t)AHEAD * p->ldfrom);
        load(vectors, p->last, row, a);
        for (unsigned v = 0; v < vectors; v++)
            vec_store(to + VEC * v, a[v]);
    }
}

/* ---- forward --------------------------------------------------------------------------------- */

/* one half of the pixels of all runs: their rows of w, copied, and where the sums begin */
struct half {
    const float *w;    /* of pixel `from` first */
    const float *bias; /* what the sums of the first half begin with; NULL: the second half */
    unsigned from;
};

INLINED const float *row_of(unsigned vectors, const struct half *h, unsigned column)
{
    return h->w + (size_t)(column - h->from) * (VEC * vectors);
}

/* entries from `at` on, and the sums' way to row r of z */
INLINED void rest(unsigned vectors, const struct il_nonzero *x, const struct panel *p,
                  const struct half *h, unsigned r, uint32_t at, uint32_t end, vec *a)
{
    for (; at < end; at++)
        add(vectors, x->value[at], row_of(vectors, h, x->column[at]), a);
    store(vectors, p->last, p->to + (size_t)r * p->ldto, a);
}

/* `images` (1, 2 or 4) rows from r on, side by side while all have entries left */
INLINED void rows_half(unsigned vectors, unsigned images, const struct il_nonzero *x,
                       const struct panel *p, const struct half *h, unsigned r)
{
    uint32_t at[4], end[4], least = UINT32_MAX;
    vec a[4][VEC_PANEL];

    for (unsigned i = 0; i < images; i++) {
        at[i] = h->bias ? x->begin[r + i] : x->middle[r + i];
        end[i] = h->bias ? x->middle[r + i] : x->begin[r + i + 1];
        least = end[i] - at[i] < least ? end[i] - at[i] : least;
        load(vectors, p->last, h->bias ? h->bias : p->to + (size_t)(r + i) * p->ldto, a[i]);
    }
    for (uint32_t k = 0; images > 1 && k < least; k++)
        for (unsigned i = 0; i < images; i++) {
            add(vectors, x->value[at[i]], row_of(vectors, h, x->column[at[i]]), a[i]);
            at[i]++;
        }
    rest(vectors, x, p, h, r, at[0], end[0], a[0]);
    if (images > 1)
        rest(vectors, x, p, h, r + 1, at[1], end[1], a[1]);
    if (images > 2) {
        rest(vectors, x, p, h, r + 2, at[2], end[2], a[2]);
        rest(vectors, x, p, h, r + 3, at[3], end[3], a[3]);
    }
}

INLINED void forward_panel(unsigned vectors, const struct il_batch *b, const struct panel *p)
{
    const unsigned images = 4 * vectors <= CHAINS ? 4 : 2 * vectors <= CHAINS ? 2 : 1;
    const unsigned middle = b->pixels / 2;

    for (int second = 0; second < 2; second++) {
        const struct half h = { b->nonzero.panel,
                                second ? NULL : p->from + (size_t)b->pixels * p->ldfrom,
                                second ? middle : 0 };
        unsigned r = 0;

        copy_rows(vectors, p, h.from, second ? b->pixels - middle : middle, b->nonzero.panel);
        for (; r + images <= p->live; r += images)
            rows_half(vectors, images, &b->nonzero, p, &h, r);
        for (; r < p->live; r++)
            rows_half(vectors, 1, &b->nonzero, p, &h, r);
    }
}

static void forward(const struct il_batch *b, unsigned n, const float *w, unsigned ldw, float *z,
                    unsigned ldz)
{
    const unsigned live = live_rows(b, b->clock->now);

    for (unsigned j = 0, vectors; j < n; j += vectors * VEC) {
        const struct panel p = { .from = w + j,
                                 .to = z + j,
                                 .ldfrom = ldw,
                                 .ldto = ldz,
                                 .live = live,
                                 .last = vec_first(last_columns(n - j)) };

        vectors = panel_vectors(n - j);
        switch (vectors) {
#define X(v)                                                                                       \
    case v:                                                                                        \
        forward_panel(v, b, &p);                                                                   \
        break;
            VEC_PANELS(X)
#undef X
        }
    }
    for (unsigned r = live; r < b->rows; r++)
        memset(z + (size_t)r * ldz, 0, n * sizeof *z);
}

/* ---- update ---------------------------------------------------------------------------------- */

/* The batch pixel by pixel, images ascending, values times alpha: a counting sort. */
static void transpose(const struct il_batch *b, unsigned live, float alpha)
{
    const struct il_nonzero *const x = &b->nonzero;
    uint32_t *const pixel = x->pixel;
    uint32_t before = 0;

    memset(pixel, 0, (b->pixels + 1) * sizeof *pixel);
    for (uint32_t k = 0; k < x->begin[live]; k++)
        pixel[x->column[k]]++;
    for (unsigned j = 0; j <= b->pixels; j++) {
        const uint32_t count = pixel[j];

        pixel[j] = before;
        before += count;
    }
    for (unsigned r = 0; r < live; r++)
        for (uint32_t k = x->begin[r]; k < x->begin[r + 1]; k++)
            x->tap[pixel[x->column[k]]++] = (struct il_tap){ alpha * x->value[k], r };
    /* now pixel[j] is where j ends */
}

/* beta times a row of w, in registers: the sums' first term */
INLINED void begin_sums(unsigned vectors, vec_part last, float beta, const float *w, vec *a)
{
    if (beta == 0.0f) {
        for (unsigned v = 0; v < vectors; v++)
            a[v] = vec_set(0.0f);
        return;
    }
    load(vectors, last, w, a);
    if (beta != 1.0f)
        for (unsigned v = 0; v < vectors; v++)
            a[v] = vec_mul(a[v], vec_set(beta));
}

/* row j of w, from its taps; the bias row has every live row of dz, the padding none */
INLINED void walk_pixel(unsigned vectors, const struct il_batch *b, const struct panel *p,
                        unsigned j)
{
    const struct il_tap *const tap = b->nonzero.tap;
    const uint32_t *const pixel = b->nonzero.pixel;
    const uint32_t end = j < b->pixels ? pixel[j] : 0;
    float *const w = p->to + (size_t)j * p->ldto;
    vec a[VEC_PANEL];

    begin_sums(vectors, p->last, p->beta, w, a);
    for (uint32_t k = end && j ? pixel[j - 1] : 0; k < end; k++)
        add(vectors, tap[k].value, b->nonzero.panel + (size_t)tap[k].row * (VEC * vectors), a);
    for (unsigned r = 0; j == b->pixels && r < p->live; r++)
        add(vectors, p->alpha, b->nonzero.panel + (size_t)r * (VEC * vectors), a);
    store(vectors, p->last, w, a);
}

INLINED void walk_panel(unsigned vectors, const struct il_batch *b, const struct panel *p)
{
    copy_rows(vectors, p, 0, p->live, b->nonzero.panel);
    for (unsigned j = 0; j < b->k; j++) {
        if (j + AHEAD < b->k)
            prefetch(vectors, p->to + (size_t)(j + AHEAD) * p->ldto);
        walk_pixel(vectors, b, p, j);
    }
}

/* The same sums, image by image, each kept in w. */
INLINED void scatter_panel(unsigned vectors, const struct il_batch *b, const struct panel *p)
{
    const struct il_nonzero *const x = &b->nonzero;
    float *const bias_row = p->to + (size_t)b->pixels * p->ldto;
    vec g[VEC_PANEL], a[VEC_PANEL], bias[VEC_PANEL];

    for (unsigned j = 0; p->beta != 1.0f && j < b->k; j++) {
        begin_sums(vectors, p->last, p->beta, p->to + (size_t)j * p->ldto, a);
        store(vectors, p->last, p->to + (size_t)j * p->ldto, a);
    }
    load(vectors, p->last, bias_row, bias);
    for (unsigned r = 0; r < p->live; r++) {
        load(vectors, p->last, p->from + (size_t)r * p->ldfrom, g);
        for (uint32_t k = x->begin[r]; k < x->begin[r + 1]; k++) {
            float *const w = p->to + (size_t)x->column[k] * p->ldto;
            const vec value = vec_set(p->alpha * x->value[k]);

            load(vectors, p->last, w, a);
            for (unsigned v = 0; v < vectors; v++)
                a[v] = vec_fma(value, g[v], a[v]);
            store(vectors, p->last, w, a);
        }
        for (unsigned v = 0; v < vectors; v++)
            bias[v] = vec_fma(vec_set(p->alpha), g[v], bias[v]);
    }
    store(vectors, p->last, bias_row, bias);
}

static void update(const struct il_batch *b, unsigned n, float alpha, const float *dz,
                   unsigned lddz, float beta, float *w, unsigned ldw)
{
    const unsigned live = live_rows(b, b->clock->now);
    const int scatter = n <= SCATTER;

    if (!scatter)
        transpose(b, live, alpha);
    for (unsigned j = 0, vectors; j < n; j += vectors * VEC) {
        const struct panel p = { dz + j, w + j, lddz, ldw,
                                 live,   alpha, beta, vec_first(last_columns(n - j)) };

        vectors = panel_vectors(n - j);
        switch (vectors) {
#define X(v)                                                                                       \
    case v:                                                                                        \
        if (scatter)                                                                               \
            scatter_panel(v, b, &p);                                                               \
        else                                                                                       \
            walk_panel(v, b, &p);                                                                  \
        break;
            VEC_PANELS(X)
#undef X
        }
    }
}

const struct sparse_input OP(sparse_input) = { gather, forward, update };
