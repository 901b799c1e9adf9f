/*
 * singular.c - singular values as square roots of the Gram matrix's eigenvalues: Householder's
 * reduction to a tridiagonal matrix, then bisection by Sturm's count (Golub & Van Loan, 8.3 and
 * 8.4).
 *
 * The Gram matrix halves the digits of small values. Ours are of float weights, whose own rounding
 * is as large, and reports have seven digits. Cost: 2 n^3 flops for the reduction, n the smaller
 * side, and as much for the Gram matrix if it is square.
 */
#include "singular.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* g [n, n] = a a' of the smaller side */
static void gram(const double *a, size_t rows, size_t columns, double *g)
{
    const size_t n = rows < columns ? rows : columns;

    if (rows <= columns) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++) {
                double sum = 0;

                for (size_t k = 0; k < columns; k++)
                    sum += a[i * columns + k] * a[j * columns + k];
                g[i * n + j] = g[j * n + i] = sum;
            }
        return;
    }
    for (size_t i = 0; i < n * n; i++)
        g[i] = 0;
    for (size_t k = 0; k < rows; k++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                g[i * n + j] += a[k * columns + i] * a[k * columns + j];
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            g[i * n + j] = g[j * n + i];
}

/*
 * Reduce g [n, n], symmetric, to diagonal d [n] and off-diagonal e [n - 1]. Each step reflects
 * column k below the diagonal onto its first element and updates the rest by a matrix of rank 2.
 * v and w [n] are scratch.
 */
static void tridiagonal(double *g, size_t n, double *d, double *e, double *v, double *w)
{
    for (size_t k = 0; k + 1 < n; k++) {
        double norm = 0, vv = 0, vp = 0, beta, first;

        for (size_t i = k + 1; i < n; i++)
            norm += g[i * n + k] * g[i * n + k];
        first = -copysign(sqrt(norm), g[(k + 1) * n + k]);
        for (size_t i = k + 1; i < n; i++) {
            v[i] = g[i * n + k] - (i == k + 1 ? first : 0);
            vv += v[i] * v[i];
        }
        e[k] = first;
        if (vv == 0)
            continue;
        beta = 2 / vv;
        for (size_t i = k + 1; i < n; i++)
            w[i] = 0;
        for (size_t j = k + 1; j < n; j++) /* a row at a time, which is a column, too */
            for (size_t i = k + 1; i < n; i++)
                w[i] += g[j * n + i] * v[j];
        for (size_t i = k + 1; i < n; i++) {
            w[i] *= beta;
            vp += v[i] * w[i];
        }
        for (size_t i = k + 1; i < n; i++)
            w[i] -= beta / 2 * vp * v[i];
        for (size_t i = k + 1; i < n; i++)
            for (size_t j = k + 1; j < n; j++)
                g[i * n + j] -= v[i] * w[j] + w[i] * v[j];
    }
    for (size_t k = 0; k < n; k++)
        d[k] = g[k * n + k];
}

/* so many eigenvalues are looked for at once: a quotient waits for the one before it, not for its neighbours' */
enum { AT_ONCE = 8 };

/* count[i]: how many eigenvalues are below x[i], the negative pivots of the matrix less x[i] */
static void below(const double *d, const double *e, size_t n, const double x[AT_ONCE], double tiny,
                  double count[AT_ONCE])
{
    double pivot[AT_ONCE];

    for (int i = 0; i < AT_ONCE; i++) {
        pivot[i] = d[0] - x[i];
        count[i] = pivot[i] < 0 ? 1 : 0;
    }
    for (size_t k = 1; k < n; k++) {
        const double square = e[k - 1] * e[k - 1], here = d[k];

        for (int i = 0; i < AT_ONCE; i++) {
            const double safe = fabs(pivot[i]) < tiny ? -tiny : pivot[i];

            pivot[i] = here - x[i] - square / safe;
            count[i] += pivot[i] < 0 ? 1 : 0;
        }
    }
}

/* eigenvalues from the first-th largest on, up to AT_ONCE of them: the k-th largest has n - 1 - k below it */
static void bisect_some(const double *d, const double *e, size_t n, size_t first, double bound,
                        double tiny, double found[AT_ONCE])
{
    double low[AT_ONCE], high[AT_ONCE], middle[AT_ONCE], count[AT_ONCE];

    for (int i = 0; i < AT_ONCE; i++) {
        low[i] = 0;
        high[i] = bound;
    }
    for (int wide = 1; wide;) {
        wide = 0;
        for (int i = 0; i < AT_ONCE; i++)
            middle[i] = low[i] + (high[i] - low[i]) / 2;
        below(d, e, n, middle, tiny, count);
        for (int i = 0; i < AT_ONCE; i++) {
            if (!(high[i] - low[i] > DBL_EPSILON * bound))
                continue;
            if (count[i] + (double)(first + (size_t)i) > (double)n - 1)
                high[i] = middle[i];
            else
                low[i] = middle[i];
            wide = 1;
        }
    }
    for (int i = 0; i < AT_ONCE; i++)
        found[i] = low[i] + (high[i] - low[i]) / 2;
}

/* values: square roots of the eigenvalues, falling */
static void bisect(const double *d, const double *e, size_t n, double *values)
{
    double bound = 0, tiny, found[AT_ONCE];

    for (size_t i = 0; i < n; i++)
        bound = fmax(bound, fabs(d[i]) + (i ? fabs(e[i - 1]) : 0) + (i + 1 < n ? fabs(e[i]) : 0));
    tiny = fmax(DBL_MIN, bound * DBL_EPSILON * DBL_EPSILON);
    for (size_t k = 0; k < n; k++) {
        if (k % AT_ONCE == 0)
            bisect_some(d, e, n, k, bound, tiny, found);
        values[k] = sqrt(found[k % AT_ONCE]);
        if (!(values[k] > sqrt((double)n * DBL_EPSILON) * values[0]))
            values[k] = 0;
    }
}

int il_singular(const double *a, size_t rows, size_t columns, double *values)
{
    const size_t n = rows < columns ? rows : columns;
    double scale = 0, *const g = malloc((n * n + rows * columns + 4 * n) * sizeof *g);
    double *const at = g ? g + n * n : NULL, *const d = g ? at + rows * columns : NULL;

    if (!g)
        return -1;
    for (size_t i = 0; i < rows * columns; i++)
        if (!isnan(scale))
            scale = isfinite(a[i]) ? fmax(scale, fabs(a[i])) : NAN;
    for (size_t i = 0; i < rows * columns; i++)
        at[i] = scale > 0 ? a[i] / scale : 0; /* squares neither overflow nor vanish */
    gram(at, rows, columns, g);
    tridiagonal(g, n, d, d + n, d + 2 * n, d + 3 * n);
    bisect(d, d + n, n, values);
    for (size_t k = 0; k < n; k++)
        values[k] = isfinite(scale) ? values[k] * scale : NAN;
    free(g);
    return 0;
}
