/*
 * sgd.cu - one update of the weights of M runs from their gradient, with or without momentum.
 *
 *   w, v, g [rows, ld]   run m at column m*block, cols of them real; the bias is the last row
 *   lr = rate[m, now] * multiplier[m, 0], for the bias multiplier[m, 1]  (multiplier NULL: 1)
 *
 *   decay, in rows < decay_rows:  decoupled: d = lr decay w;  else: g += decay w, d = 0
 *   sgd              w -= lr g + d
 *   momentum keras   v = mu v - lr g,  w += v - d
 *   momentum torch   v = mu v + g,     w -= lr v + d
 *   nesterov keras   v as keras,       w += mu v - lr g - d
 *   nesterov torch   v as torch,       w -= lr (g + mu v) + d
 *
 * The two forms of momentum differ as soon as the rate changes. mu comes as rest = 1 - mu, taken by
 * the host in double: of a mu near 1 a float keeps few digits of what is lost. v may be NULL for
 * plain sgd. A step past the end of the epoch changes nothing; padding is not touched.
 *
 * Launch: any grid, any block; a block walks tiles of some rows of one run, a thread QUAD columns at a
 * time where they begin at a multiple.
 * Cost: 12 bytes an element, 20 with momentum.
 */
#include "kernel.h"
#include "lanes.h"
#include "quads.h"

struct sgd_tile {
    unsigned first, n, rows, cols, quads, ld, decay_rows;
    size_t at;
    float lr, bias_lr, rest, decay;
    int decoupled;
};

/* (1 - rest) v + x, in the form that keeps rest's digits; rest 1 is x */
static inline __device__ float keep(float v, float x, float rest)
{
    const int most = rest > 0.5f;

    return (x + (most ? 1.0f - rest : -rest) * v) + (most ? 0.0f : v);
}

/* n elements of row r; the rule and n are constants in each call */
static inline __device__ void update(const struct sgd_tile *t, unsigned rule, unsigned r,
                                     unsigned n, float *w, float *v, const float *g)
{
    const float rest = t->rest, decay = t->decay;
    const float lr = t->first + r + 1 < t->rows ? t->lr : t->bias_lr, shrink = lr * decay;
    const int decays = t->first + r < t->decay_rows;

    for (unsigned i = 0; i < n; i++) {
        const float old = w[i];
        const float lost = decays && t->decoupled ? shrink * old : 0.0f;
        const float slope = decays && !t->decoupled ? g[i] + decay * old : g[i];

        if (rule == IL_RULE_SGD) {
            w[i] = old - (lr * slope + lost);
        } else if (rule == IL_RULE_MOMENTUM_KERAS || rule == IL_RULE_NESTEROV_KERAS) {
            const float own = -lr * slope, next = keep(v[i], own, rest);

            v[i] = next;
            w[i] = old + ((rule == IL_RULE_MOMENTUM_KERAS ? next : keep(next, own, rest)) - lost);
        } else {
            const float next = keep(v[i], slope, rest);

            v[i] = next;
            w[i] = old -
                   (lr * (rule == IL_RULE_MOMENTUM_TORCH ? next : keep(next, slope, rest)) + lost);
        }
    }
}

/* The rule is a constant in each call, so that the loops have no choice left in them. */
static inline __device__ void sgd_tile(const struct sgd_tile *t, unsigned rule,
                                       float *__restrict__ w, float *__restrict__ v,
                                       const float *__restrict__ g)
{
    const unsigned done = QUAD * t->quads;

    FOR_TILE(r, q, t->n, t->quads) {
        const size_t e = t->at + (size_t)r * t->ld + (size_t)QUAD * q;
        float own[QUAD], speed[QUAD] = { 0 }, slope[QUAD];

        il_load_quad(own, w + e);
        il_load_quad(slope, g + e);
        if (v)
            il_load_quad(speed, v + e);
        update(t, rule, r, QUAD, own, speed, slope);
        il_store_quad(w + e, own);
        if (v)
            il_store_quad(v + e, speed);
    }
    FOR_TILE(r, j, t->n, t->cols - done) {
        const size_t e = t->at + (size_t)r * t->ld + done + j;

        update(t, rule, r, 1, w + e, v ? v + e : NULL, g + e);
    }
}

__global__ void sgd(float *__restrict__ w, float *__restrict__ v, const float *__restrict__ g,
                    const float *__restrict__ rate, const float *__restrict__ multiplier,
                    const struct il_clock *__restrict__ clock, unsigned runs, unsigned rows,
                    unsigned cols, unsigned block, unsigned ld, unsigned rule, float rest,
                    float decay, int decoupled, unsigned decay_rows)
{
    const unsigned tall = IL_TILE_ROWS(block), tiles = (rows + tall - 1) / tall;
    const unsigned step = clock->now, steps = clock->steps;

    FOR_BLOCKS(t, step < steps ? tiles * runs : 0) {
        const unsigned m = t % runs, first = t / runs * tall;
        const float lr = rate[(size_t)m * steps + step];
        struct sgd_tile tile;

        tile.first = first;
        tile.n = il_min(tall, rows - first);
        tile.rows = rows;
        tile.cols = cols;
        tile.quads = il_quads(cols, block, ld);
        tile.ld = ld;
        tile.decay_rows = decay_rows;
        tile.at = (size_t)first * ld + (size_t)m * block;
        tile.lr = lr * (multiplier ? multiplier[2 * (size_t)m] : 1.0f);
        tile.bias_lr = lr * (multiplier ? multiplier[2 * (size_t)m + 1] : 1.0f);
        tile.rest = rest;
        tile.decay = decay;
        tile.decoupled = decoupled;
        switch (rule) {
        case IL_RULE_SGD:
            sgd_tile(&tile, IL_RULE_SGD, w, v, g);
            break;
        case IL_RULE_MOMENTUM_KERAS:
            sgd_tile(&tile, IL_RULE_MOMENTUM_KERAS, w, v, g);
            break;
        case IL_RULE_MOMENTUM_TORCH:
            sgd_tile(&tile, IL_RULE_MOMENTUM_TORCH, w, v, g);
            break;
        case IL_RULE_NESTEROV_KERAS:
            sgd_tile(&tile, IL_RULE_NESTEROV_KERAS, w, v, g);
            break;
        case IL_RULE_NESTEROV_TORCH:
            sgd_tile(&tile, IL_RULE_NESTEROV_TORCH, w, v, g);
            break;
        }
    }
}

OP_BEGIN
int OP(sgd)(struct il_device *d, float *w, float *v, const float *g, const float *rate,
            const float *multiplier, const struct il_clock *clock, unsigned runs, unsigned rows,
            unsigned cols, unsigned block, unsigned ld, unsigned rule, float rest, float decay,
            int decoupled, unsigned decay_rows)
{
    return LAUNCH(sgd, il_tiles(runs, rows, block), d,
                  (w, v, g, rate, multiplier, clock, runs, rows, cols, block, ld, rule, rest, decay,
                   decoupled, decay_rows));
}
OP_END
