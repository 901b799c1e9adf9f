/* blas.h - what the CPU device needs of whatever CBLAS was found. */
#ifndef HOST_DEVICE_BLAS_H
#define HOST_DEVICE_BLAS_H

#include <stddef.h>

/*
 * Call before anything else here, once a process or more often. Sets BLIS_ARCH_TYPE in the
 * environment, unless it is set, where BLIS would not know the CPU; so not beside another thread's
 * getenv. 0: out of memory for that.
 */
int il_blas_start(void);

/* Name, version and kernels of the CBLAS: "BLIS 0.9.0 (haswell)". */
void il_blas_about(char *text, size_t n);

/* c = alpha op(a) op(b) + beta c, row-major, on so many threads where the CBLAS can be told. */
void il_blas_sgemm(int threads, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                   int lda, const float *b, int ldb, float beta, float *c, int ldc);

#endif
