/*
 * sparse_input.c - the first layer's gather and two products over the bytes that are not 0.
 *
 *   x [rows, k]    not stored: x[r, j] = images[s, j] / 255, x[r, pixels] = 1, 0 to the end;
 *                  row r is the list of sample s = order(step * rows + r)
 *   forward        z[r, c] = sum_j x[r, j] w[j, c] + w[pixels, c],      j ascending
 *   update         w[j, c] = beta w[j, c] + sum_r (alpha x[r, j]) dz[r, c],   r ascending
 *
 * Rule: each sum is one chain of fused multiply-adds from 0, in that order, which no pack, width of
 * vector or compiler changes; a zero pixel is no term, so 0 * inf leaves no NaN. The bias and beta w
 * are added to the whole sum, by one more fma: where they are large beside the terms they round the
 * sum, not each term. Rows past the end of the epoch are zero in z and no term of the update.
 * beta = 0 does not read w.
 *
 * Compiled once per flavour of CPU. A panel of 64 columns of sums stays in registers while the
 * other operand is read once per non-zero pixel. Forward takes the pixels in parts, so that
 * the panel's rows of w, copied to follow each other, stay in the second-level cache (2 parts of 392
 * rows; 3 or 8 gain nothing); several sums go side by side, as one chain waits for its own latency. The update walks the batch pixel by pixel, sorted by
 * counting, over a copied panel of dz; where all columns fit into few vectors it adds image by image
 * to sums that lie where that panel would: the same chains, without the sort.
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
_Static_assert(SCATTER *IL_PARTS <= IL_PANEL, "the panel holds SCATTER columns of all pixels");
#define INLINED static inline __attribute__((always_inline))

/* ---- gather ---------------------------------------------------------------------------------- */

/* the lists of some rows of the batch */
struct bunch {
    const uint16_t *list[BUNCH];
    uint32_t sample[BUNCH];
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
        s->sample[i] = il_order((uint32_t)(at + i), clock->samples, clock->half_bits, clock->key);
        s->list[i] = b->lists.data + b->lists.at[s->sample[i]];
        b->label[first + i] = b->labels[s->sample[i]];
    }
    for (unsigned i = 0; i < n; i++) {
        const unsigned count = b->lists.part[(size_t)s->sample[i] * IL_PARTS + IL_PARTS - 1];

        for (unsigned k = 0; k < count + count / 2; k += 32)
            touched += s->list[i][k];
    }
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

    to->begin[0] = 0;
    for (unsigned first = 0; first < live; first += BUNCH) {
        const unsigned some = live - first < BUNCH ? live - first : BUNCH;

        find(b, (size_t)step * b->rows + first, first, some, &s);
        for (unsigned i = 0; i < some; i++) {
            const uint16_t *const part = b->lists.part + (size_t)s.sample[i] * IL_PARTS;
            const uint32_t count = part[IL_PARTS - 1];
            uint32_t *const begin = to->begin + (size_t)(first + i) * IL_PARTS + 1;

            convert(s.list[i], count, to->column + n, to->value + n);
            for (unsigned p = 0; p < IL_PARTS; p++)
                begin[p] = n + part[p];
            n += count;
        }
    }
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
    const float *bias; /* forward: the row of w that sums end with */
    unsigned ldfrom, ldto, live;
    unsigned rows;     /* of w, in the update */
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

INLINED void clear(unsigned vectors, vec *a)
{
    for (unsigned v = 0; v < vectors; v++)
        a[v] = vec_set(0.0f);
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

/* ---- sums ------------------------------------------------------------------------------------ */

/* entries of all sums, and the copied rows that their indices from `base` on mean */
struct terms {
    const uint16_t *index;
    const float *value, *rows;
    unsigned base;
};

INLINED void add_term(unsigned vectors, const struct terms *t, uint32_t k, vec *a)
{
    add(vectors, t->value[k], t->rows + (size_t)(t->index[k] - t->base) * (VEC * vectors), a);
}

INLINED void add_rest(unsigned vectors, const struct terms *t, uint32_t at, uint32_t end, vec *a)
{
    for (; at < end; at++)
        add_term(vectors, t, at, a);
}

/*
 * Each of the sums a[i], i < side, gets its entries from at[i] to end[i]; `side` (1, 2 or 4) of them
 * go side by side while all have entries left.
 */
INLINED void add_terms(unsigned vectors, unsigned side, const struct terms *t, uint32_t *at,
                       const uint32_t *end, vec (*a)[VEC_PANEL])
{
    uint32_t least = UINT32_MAX;

    for (unsigned i = 0; i < side; i++)
        least = end[i] - at[i] < least ? end[i] - at[i] : least;
    for (uint32_t k = 0; side > 1 && k < least; k++)
        for (unsigned i = 0; i < side; i++) {
            add_term(vectors, t, at[i], a[i]);
            at[i]++;
        }
    add_rest(vectors, t, at[0], end[0], a[0]); /* written out, or a is no register */
    if (side > 1)
        add_rest(vectors, t, at[1], end[1], a[1]);
    if (side > 2) {
        add_rest(vectors, t, at[2], end[2], a[2]);
        add_rest(vectors, t, at[3], end[3], a[3]);
    }
}

/* Sums of this many vectors that keep an fma unit busy. */
INLINED unsigned side_by_side(unsigned vectors)
{
    return 4 * vectors <= CHAINS ? 4 : 2 * vectors <= CHAINS ? 2 : 1;
}

/* ---- forward --------------------------------------------------------------------------------- */

/* `side` rows of z from r on: entries of parts first ... next, and behind the last the bias */
INLINED void forward_rows(unsigned vectors, unsigned side, const struct il_nonzero *x,
                          const struct panel *p, const struct terms *t, unsigned r, unsigned first,
                          unsigned next)
{
    float *const z = p->to + (size_t)r * p->ldto;
    uint32_t at[4], end[4];
    vec a[4][VEC_PANEL], bias[VEC_PANEL];

    for (unsigned i = 0; i < side; i++) {
        at[i] = x->begin[(size_t)(r + i) * IL_PARTS + first];
        end[i] = x->begin[(size_t)(r + i) * IL_PARTS + next];
        if (first)
            load(vectors, p->last, z + (size_t)i * p->ldto, a[i]);
        else
            clear(vectors, a[i]);
    }
    add_terms(vectors, side, t, at, end, a);
    if (next == IL_PARTS)
        load(vectors, p->last, p->bias, bias);
    for (unsigned i = 0; i < side; i++) {
        for (unsigned v = 0; next == IL_PARTS && v < vectors; v++)
            a[i][v] = vec_fma(vec_set(1.0f), bias[v], a[i][v]);
        store(vectors, p->last, z + (size_t)i * p->ldto, a[i]);
    }
}

INLINED void forward_panel(unsigned vectors, const struct il_batch *b, const struct panel *p)
{
    const unsigned side = side_by_side(vectors), columns = vectors * VEC;
    const unsigned parts = IL_PANEL / columns < IL_PARTS ? IL_PANEL / columns : IL_PARTS;

    for (unsigned first = 0, next; first < IL_PARTS; first = next) {
        const unsigned from = first ? il_part_end(first - 1, b->pixels) : 0;
        const struct terms t = { b->nonzero.column, b->nonzero.value, b->nonzero.panel, from };
        unsigned r = 0;

        next = first + parts < IL_PARTS ? first + parts : IL_PARTS;
        copy_rows(vectors, p, from, il_part_end(next - 1, b->pixels) - from, b->nonzero.panel);
        for (; r + side <= p->live; r += side)
            forward_rows(vectors, side, &b->nonzero, p, &t, r, first, next);
        for (; r < p->live; r++)
            forward_rows(vectors, 1, &b->nonzero, p, &t, r, first, next);
    }
}

static void forward(const struct il_batch *b, unsigned n, const float *w, unsigned ldw, float *z,
                    unsigned ldz)
{
    const unsigned live = live_rows(b, b->clock->now);

    for (unsigned j = 0, vectors; j < n; j += vectors * VEC) {
        const struct panel p = { .from = w + j,
                                 .bias = w + (size_t)b->pixels * ldw + j,
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
    uint32_t *const end = x->pixel + 1; /* of pixel j, once all are there */

    memset(x->pixel, 0, (b->pixels + 2) * sizeof *x->pixel);
    for (uint32_t k = 0; k < x->begin[(size_t)live * IL_PARTS]; k++)
        x->pixel[x->column[k] + 2]++;
    for (unsigned j = 1; j < b->pixels; j++)
        end[j] += end[j - 1];
    for (unsigned r = 0; r < live; r++)
        for (uint32_t k = x->begin[(size_t)r * IL_PARTS]; k < x->begin[(size_t)(r + 1) * IL_PARTS];
             k++) {
            const uint32_t to = end[x->column[k]]++;

            x->row[to] = (uint16_t)r;
            x->scaled[to] = alpha * x->value[k];
        }
}

/* the whole sum a to beta times a row of w */
INLINED void end_sum(unsigned vectors, const struct panel *p, float *w, const vec *a)
{
    const vec beta = vec_set(p->beta);
    const unsigned last = vectors - 1;

    if (p->beta == 0.0f) {
        store(vectors, p->last, w, a);
        return;
    }
    for (unsigned v = 0; v < last; v++)
        vec_store(w + VEC * v, vec_fma(beta, vec_load(w + VEC * v), a[v]));
    w += VEC * last;
    vec_store_part(p->last, w, vec_fma(beta, vec_load_part(p->last, w), a[last]));
}

/* `side` rows of w from pixel j on */
INLINED void walk_pixels(unsigned vectors, unsigned side, const struct il_nonzero *x,
                         const struct panel *p, const struct terms *t, unsigned j)
{
    float *const w = p->to + (size_t)j * p->ldto;
    uint32_t at[4], end[4];
    vec a[4][VEC_PANEL];

    for (unsigned i = 0; i < side; i++) {
        at[i] = x->pixel[j + i];
        end[i] = x->pixel[j + i + 1];
        if (j + i + AHEAD < p->rows)
            prefetch(vectors, w + (size_t)(i + AHEAD) * p->ldto);
        clear(vectors, a[i]);
    }
    add_terms(vectors, side, t, at, end, a);
    for (unsigned i = 0; i < side; i++)
        end_sum(vectors, p, w + (size_t)i * p->ldto, a[i]);
}

/* the bias row has every live row of dz, the padding after it none */
INLINED void walk_bias(unsigned vectors, const struct il_batch *b, const struct panel *p)
{
    for (unsigned j = b->pixels; j < b->k; j++) {
        vec a[VEC_PANEL];

        clear(vectors, a);
        for (unsigned r = 0; j == b->pixels && r < p->live; r++)
            add(vectors, p->alpha, b->nonzero.panel + (size_t)r * (VEC * vectors), a);
        end_sum(vectors, p, p->to + (size_t)j * p->ldto, a);
    }
}

INLINED void walk_panel(unsigned vectors, const struct il_batch *b, const struct panel *p)
{
    const struct terms t = { b->nonzero.row, b->nonzero.scaled, b->nonzero.panel, 0 };
    const unsigned side = side_by_side(vectors);
    unsigned j = 0;

    copy_rows(vectors, p, 0, p->live, b->nonzero.panel);
    for (; j + side <= b->pixels; j += side)
        walk_pixels(vectors, side, &b->nonzero, p, &t, j);
    for (; j < b->pixels; j++)
        walk_pixels(vectors, 1, &b->nonzero, p, &t, j);
    walk_bias(vectors, b, p);
}

/* an image's terms of all sums, g being its row of dz */
INLINED void scatter_image(unsigned vectors, const struct il_nonzero *x, const struct panel *p,
                           unsigned r, const vec *g, float *sums)
{
    const uint32_t end = x->begin[(size_t)(r + 1) * IL_PARTS];

    for (uint32_t k = x->begin[(size_t)r * IL_PARTS]; k < end; k++) {
        float *const sum = sums + (size_t)x->column[k] * (VEC * vectors);
        const vec value = vec_set(p->alpha * x->value[k]);

        for (unsigned v = 0; v < vectors; v++)
            vec_store(sum + VEC * v, vec_fma(value, g[v], vec_load(sum + VEC * v)));
    }
}

/* The same sums, image by image, each kept in memory; the bias's in registers. */
INLINED void scatter_panel(unsigned vectors, const struct il_batch *b, const struct panel *p)
{
    float *const sums = b->nonzero.panel;
    vec g[VEC_PANEL], a[VEC_PANEL], bias[VEC_PANEL];

    memset(sums, 0, (size_t)b->pixels * (VEC * vectors) * sizeof *sums);
    clear(vectors, bias);
    for (unsigned r = 0; r < p->live; r++) {
        load(vectors, p->last, p->from + (size_t)r * p->ldfrom, g);
        scatter_image(vectors, &b->nonzero, p, r, g, sums);
        for (unsigned v = 0; v < vectors; v++)
            bias[v] = vec_fma(vec_set(p->alpha), g[v], bias[v]);
    }
    for (unsigned j = 0; j < b->pixels; j++) {
        for (unsigned v = 0; v < vectors; v++)
            a[v] = vec_load(sums + (size_t)j * (VEC * vectors) + VEC * v);
        end_sum(vectors, p, p->to + (size_t)j * p->ldto, a);
    }
    end_sum(vectors, p, p->to + (size_t)b->pixels * p->ldto, bias);
    clear(vectors, a);
    for (unsigned j = b->pixels + 1; j < b->k; j++)
        end_sum(vectors, p, p->to + (size_t)j * p->ldto, a);
}

static void update(const struct il_batch *b, unsigned n, float alpha, const float *dz,
                   unsigned lddz, float beta, float *w, unsigned ldw)
{
    const unsigned live = live_rows(b, b->clock->now);
    const int scatter = n <= SCATTER;

    if (!scatter)
        transpose(b, live, alpha);
    for (unsigned j = 0, vectors; j < n; j += vectors * VEC) {
        const struct panel p = { .from = dz + j,
                                 .to = w + j,
                                 .ldfrom = lddz,
                                 .ldto = ldw,
                                 .live = live,
                                 .rows = b->k,
                                 .alpha = alpha,
                                 .beta = beta,
                                 .last = vec_first(last_columns(n - j)) };

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
