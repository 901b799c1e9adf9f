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
            for (size_t j = 0; j < n; j++)
                g[i * n + j] += a[k * columns + i] * a[k * columns + j];
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
        for (size_t i = k + 1; i < n; i++) {
            w[i] = 0;
            for (size_t j = k + 1; j < n; j++)
                w[i] += g[i * n + j] * v[j];
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

/* how many eigenvalues are below x: negative pivots of the matrix less x */
static size_t below(const double *d, const double *e, size_t n, double x, double tiny)
{
    double pivot = d[0] - x;
    size_t count = pivot < 0;

    for (size_t i = 1; i < n; i++) {
        if (fabs(pivot) < tiny)
            pivot = -tiny;
        pivot = d[i] - x - e[i - 1] * e[i - 1] / pivot;
        count += pivot < 0;
    }
    return count;
}

/* values: square roots of the eigenvalues, falling */
static void bisect(const double *d, const double *e, size_t n, double *values)
{
    double bound = 0, tiny;

    for (size_t i = 0; i < n; i++)
        bound = fmax(bound, fabs(d[i]) + (i ? fabs(e[i - 1]) : 0) + (i + 1 < n ? fabs(e[i]) : 0));
    tiny = fmax(DBL_MIN, bound * DBL_EPSILON * DBL_EPSILON);
    for (size_t k = 0; k < n; k++) { /* the k-th largest has n - 1 - k below it */
        double low = 0, high = bound;

        while (high - low > DBL_EPSILON * bound) {
            const double middle = low + (high - low) / 2;

            if (below(d, e, n, middle, tiny) > n - 1 - k)
                high = middle;
            else
                low = middle;
        }
        values[k] = sqrt(low + (high - low) / 2);
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
