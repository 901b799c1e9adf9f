/*
 * blas.c - the CBLAS: BLIS where the build found it, else any other with OpenBLAS's words if it has
 * them.
 */
#include "blas.h"

#include <stdio.h>

#if defined(INITLAB_BLIS)
#include <stdlib.h>
#include <blis.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <string.h>

/* the newest family of AMD's CPUs that BLIS 0.9 knows by number: Zen 3 */
enum { KNOWN_FAMILY = 0x19 };

/*
 * Is this an AMD CPU from after BLIS? Intel's are told apart by their features, so new ones do
 * well.
 */
static int unknown_to_blis(void)
{
    unsigned a, b, c, d, family;
    char vendor[13] = "";

    if (!__get_cpuid(0, &a, &b, &c, &d))
        return 0;
    memcpy(vendor, &b, 4);
    memcpy(vendor + 4, &d, 4);
    memcpy(vendor + 8, &c, 4);
    if (strcmp(vendor, "AuthenticAMD") != 0 || !__get_cpuid(1, &a, &b, &c, &d))
        return 0;
    family = (a >> 8 & 15) + (a >> 20 & 255);
    return family > KNOWN_FAMILY;
}

/*
 * BLIS takes its generic kernels on a CPU that it does not know: 36 GFLOP/s instead of 168 on a Zen
 * 5 core. There is no call to say better; it reads this variable when it is first used.
 */
int il_blas_start(void)
{
    char type[16];

    __builtin_cpu_init();
    if (unknown_to_blis() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        snprintf(type, sizeof type, "%d",
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                     ? BLIS_ARCH_SKX
                     : BLIS_ARCH_ZEN3);
        if (setenv("BLIS_ARCH_TYPE", type, 0) != 0)
            return 0;
    }
    bli_init(); /* or a question about the kernels, coming first, aborts */
    return 1;
}
#else
int il_blas_start(void)
{
    bli_init();
    return 1;
}
#endif

void il_blas_about(char *text, size_t n)
{
    snprintf(text, n, "BLIS %s (%s)", bli_info_get_version_str(),
             bli_arch_string(bli_arch_query_id()));
}

/*
 * By BLIS's own interface: it takes the number of threads with the call, so that devices in one
 * process do not disturb each other, and it can leave out the path for small matrices ("sup"). That
 * path's AVX2 kernels (BLIS 0.9.0, haswell and zen) read past the end of an operand, and give equal
 * columns unequal bits where n is odd; without it only products of a layer as narrow as the output
 * cost more (test_device.c).
 */
void il_blas_sgemm(int threads, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                   int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    rntm_t how;

    bli_rntm_init(&how);
    bli_rntm_set_num_threads(threads, &how);
    bli_rntm_disable_l3_sup(&how);
    bli_sgemm_ex(ta ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE, tb ? BLIS_TRANSPOSE : BLIS_NO_TRANSPOSE,
                 m, n, k, &alpha, (float *)(uintptr_t)a, lda, 1, (float *)(uintptr_t)b, ldb, 1,
                 &beta, c, ldc, 1, NULL, &how);
}

#else
#include <cblas.h>

int il_blas_start(void) { return 1; }

/* Weak: null where the CBLAS is not OpenBLAS. */
extern void openblas_set_num_threads(int threads) __attribute__((weak));
extern char *openblas_get_config(void) __attribute__((weak));

void il_blas_about(char *text, size_t n)
{
    snprintf(text, n, "%s", openblas_get_config ? openblas_get_config() : INITLAB_BLAS_NAME);
}

void il_blas_sgemm(int threads, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                   int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(threads);
    cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n,
                k, alpha, a, lda, b, ldb, beta, c, ldc);
}
#endif
