/*
 * test_strict.c - the strict device catches what a GPU would: each mistake in a child of its own.
 */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "device/seam.h"
#include "initlab/device.h"

enum { N = 100, BYTES = N * 4 }; /* 400 bytes: 48 of canary behind them */

static il_device *open_strict(float **p)
{
    il_device *d = NULL;
    void *v = NULL;

    assert_int_equal(il_device_open(&d, "strict", 1, NULL, NULL), IL_OK);
    assert_int_equal(d->seam->alloc(d, &v, BYTES), 0);
    assert_int_equal(d->seam->wait(d), 0); /* a call opens all memory, and must close it */
    *p = v;
    return d;
}

/* Does the mistake end its process by SIGSEGV? */
static void faults(void (*mistake)(il_device *d, float *p), int expected)
{
    float *p;
    il_device *const d = open_strict(&p);
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        signal(SIGSEGV, SIG_DFL);
        mistake(d, p);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, expected);
    il_device_close(d);
}
static void host_read(il_device *d, float *p)
{
    (void)d;
    _exit(*(volatile float *)p > 0.0f);
}
static void host_write(il_device *d, float *p)
{
    (void)d;
    *(volatile float *)p = 1.0f;
}
static void legal(il_device *d, float *p) { d->seam->zero(d, p, BYTES); }
static void far_overrun(il_device *d, float *p)
{
    d->seam->gemm(d, 0, 0, 1, 1, 1, 1.0f, p, 1, p, 1, 0.0f, p + 112,
                  1); /* 448 bytes on: the guard */
}
static void underrun_guard(il_device *d, float *p)
{
    d->seam->gemm(d, 0, 0, 1, 1, 1, 1.0f, p, 1, p, 1, 0.0f, p - 1000,
                  1); /* 4000 bytes before it: the guard, which ends 3648 before */
}
static void use_after_free(il_device *d, float *p)
{
    void *q;

    d->seam->alloc(d, &q, 4);
    d->seam->free(d, p);
    d->seam->gemm(d, 0, 0, 1, 1, 1, 1.0f, p, 1, p, 1, 0.0f, q, 1);
}
static void faults_all(void **state)
{
    (void)state;
    faults(legal, 0);
    faults(host_read, SIGSEGV);
    faults(host_write, SIGSEGV);
    faults(far_overrun, SIGSEGV);
    faults(underrun_guard, SIGSEGV);
    faults(use_after_free, SIGSEGV);
}

static void says(il_device *d, int e, const char *words)
{
    assert_int_not_equal(e, 0);
    if (!strstr(d->seam->error(d, e), words))
        fail_msg("'%s' does not say '%s'", d->seam->error(d, e), words);
}
static void reports(void **state)
{
    const float ones[N] = { 1.0f };
    float *p, host = 0.0f;
    il_device *d = open_strict(&p);

    (void)state;
    assert_int_equal(d->seam->put(d, p, ones, BYTES), 0);
    says(d, d->seam->put(d, p + 1, ones, BYTES), "outside");
    says(d, d->seam->get(d, &host, p + N, 4), "outside");
    says(d, d->seam->zero(d, &host, 4), "no device memory");
    says(d, d->seam->copy(d, p, p + N, 4), "outside");
    says(d, d->seam->copy(d, &host, p, 4), "no device memory");
    says(d, d->seam->put(d, p, p, 4), "host's side");
    says(d, d->seam->free(d, &host), "no allocation");
    says(d, d->seam->free(d, p + 1), "no allocation");
    assert_int_equal(il_strict_live(d), 1);
    assert_int_equal(d->seam->free(d, p), 0);
    assert_int_equal(il_strict_live(d), 0);
    says(d, d->seam->free(d, p), "freed before");
    says(d, d->seam->get(d, &host, p, 4), "was freed");
    il_device_close(d);

    d = open_strict(&p); /* one float past the end, in the canary */
    assert_int_equal(d->seam->put(d, p, ones, BYTES), 0);
    says(d, d->seam->gemm(d, 0, 0, 1, 1, 1, 1.0f, p, 1, p, 1, 0.0f, p + N, 1), "past the end");
    il_device_close(d);
    d = open_strict(&p); /* and one before it */
    assert_int_equal(d->seam->put(d, p, ones, BYTES), 0);
    says(d, d->seam->gemm(d, 0, 0, 1, 1, 1, 1.0f, p, 1, p, 1, 0.0f, p - 1, 1), "before");
    il_device_close(d);
}

static void fresh_is_nan(void **state)
{
    float *p, host[N];
    il_device *const d = open_strict(&p);

    (void)state;
    memset(host, 0, sizeof host);
    assert_int_equal(d->seam->get(d, host, p, BYTES), 0);
    for (int i = 0; i < N; i++)
        assert_true(isnan(host[i]));
    il_device_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_all),
        cmocka_unit_test(reports),
        cmocka_unit_test(fresh_is_nan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
