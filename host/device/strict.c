/*
 * strict.c - the CPU device for tests, with memory as strange to the host as a GPU's. Every
 * allocation lies between two pages that nobody may touch, its end as near to the second as
 * alignment to 64 bytes allows, and what is left of its pages is a canary that every call checks.
 * Fresh memory is 0xFF bytes: NaN. Pages can be read and written only while a call of the seam
 * runs; freed ones never again.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "seam.h"

enum { ALIGNMENT = 64, CANARY = 0xA5, FRESH = 0xFF };
enum { E_STRICT = -1 }; /* ours; the words are in the device */

struct area {
    uint8_t *map, *data;  /* map: the guard page before; then inside; then the guard after */
    size_t inside, bytes; /* inside: bytes of the pages between the guards */
    int live;
};
struct strict {
    struct il_device head;
    struct il_device *inner;
    struct area *area;
    size_t areas, room, live, page;
    char words[200];
};
struct il_record {
    il_step_fn *step;
    void *arg;
};

static const struct il_seam strict_seam;

static struct strict *self(struct il_device *d) { return (struct strict *)d; }

__attribute__((format(printf, 2, 3))) static int fail(struct strict *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(s->words, sizeof s->words, fmt, ap);
    va_end(ap);
    return E_STRICT;
}

static uint8_t *inside(const struct strict *s, const struct area *a) { return a->map + s->page; }

static int protect(struct strict *s, const struct area *a, int how)
{
    return mprotect(inside(s, a), a->inside, how) == 0 ? 0 : fail(s, "mprotect failed");
}

static int whole(const uint8_t *from, const uint8_t *to)
{
    while (from < to && *from == CANARY)
        from++;
    return from == to;
}

/* Were the bytes around an open allocation left alone? */
static int check(struct strict *s, const struct area *a, const char *call)
{
    if (!whole(inside(s, a), a->data))
        return fail(s, "%s wrote before an allocation of %zu bytes", call, a->bytes);
    if (!whole(a->data + a->bytes, inside(s, a) + a->inside))
        return fail(s, "%s wrote past the end of an allocation of %zu bytes", call, a->bytes);
    return 0;
}

static int unlock(struct strict *s)
{
    int e = 0;

    for (size_t i = 0; !e && i < s->areas; i++)
        if (s->area[i].live)
            e = protect(s, &s->area[i], PROT_READ | PROT_WRITE);
    return e;
}

/* Check and lock all; e is what the call returned, and goes first. */
static int lock(struct strict *s, const char *call, int e)
{
    for (size_t i = 0; i < s->areas; i++) {
        if (!s->area[i].live)
            continue;
        if (!e)
            e = check(s, &s->area[i], call);
        if (protect(s, &s->area[i], PROT_NONE) && !e)
            e = E_STRICT;
    }
    return e;
}

/* The allocation, live or freed, between whose guards p lies; guards included. NULL: none. */
static struct area *owner(struct strict *s, const void *p)
{
    const uintptr_t at = (uintptr_t)p;

    for (size_t i = 0; i < s->areas; i++) {
        const uintptr_t begin = (uintptr_t)s->area[i].map;

        if (at >= begin && at < begin + s->area[i].inside + 2 * s->page)
            return &s->area[i];
    }
    return NULL;
}

/* Does [p, p + bytes) lie within one live allocation? */
static int device_range(struct strict *s, const char *call, const void *p, size_t bytes)
{
    const struct area *const a = owner(s, p);
    const uintptr_t at = (uintptr_t)p;

    if (bytes == 0)
        return 0;
    if (!a)
        return fail(s, "%s: %p is no device memory", call, p);
    if (!a->live)
        return fail(s, "%s: memory was freed", call);
    if (at < (uintptr_t)a->data || at - (uintptr_t)a->data > a->bytes ||
        bytes > a->bytes - (at - (uintptr_t)a->data))
        return fail(s, "%s: outside an allocation of %zu bytes", call, a->bytes);
    return 0;
}

static int host_range(struct strict *s, const char *call, const void *p)
{
    return owner(s, p) ? fail(s, "%s: the host's side is device memory", call) : 0;
}

static int strict_alloc(struct il_device *d, void **p, size_t bytes)
{
    struct strict *const s = self(d);
    const size_t page = s->page;
    struct area a = { .bytes = bytes, .live = 1 };
    void *map;

    *p = NULL;
    if (s->areas == s->room) {
        const size_t room = s->room ? 2 * s->room : 32;
        struct area *const more = realloc(s->area, room * sizeof *more);

        if (!more)
            return fail(s, "out of memory");
        s->area = more;
        s->room = room;
    }
    if (bytes > SIZE_MAX / 2)
        return fail(s, "out of memory");
    a.inside = ((bytes ? bytes : 1) + page - 1) / page * page;
    map = mmap(NULL, a.inside + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
               -1, 0);
    if (map == MAP_FAILED)
        return fail(s, "out of memory");
    a.map = map;
    a.data =
        a.map + page + a.inside - ((bytes ? bytes : 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (protect(s, &a, PROT_READ | PROT_WRITE)) {
        munmap(map, a.inside + 2 * page);
        return E_STRICT;
    }
    memset(inside(s, &a), CANARY, a.inside);
    memset(a.data, FRESH, bytes);
    s->area[s->areas++] = a;
    s->live++;
    *p = a.data;
    return protect(s, &a, PROT_NONE);
}

static int strict_free(struct il_device *d, void *p)
{
    struct strict *const s = self(d);
    struct area *const a = owner(s, p);
    int e;

    if (!p)
        return 0;
    if (!a || a->data != p)
        return fail(s, "free: %p is no allocation", p);
    if (!a->live)
        return fail(s, "free: memory was freed before");
    e = protect(s, a, PROT_READ | PROT_WRITE);
    if (!e)
        e = check(s, a, "a call before free");
    madvise(inside(s, a), a->inside,
            MADV_DONTNEED); /* the address stays taken, the memory need not */
    if (protect(s, a, PROT_NONE))
        e = E_STRICT;
    a->live = 0;
    s->live--;
    return e;
}

/* Pass a call on with all memory open: d is the strict device, in the arguments the one inside. */
#define FORWARD(slot, args)                                                                        \
    do {                                                                                           \
        struct strict *const strict_ = self(d);                                                    \
        int e_ = unlock(strict_);                                                                  \
        d = strict_->inner;                                                                        \
        if (!e_)                                                                                   \
            e_ = d->seam->slot args;                                                               \
        return lock(strict_, #slot, e_);                                                           \
    } while (0)

#define X(name, params, args, bytes, flops)                                                        \
    static int strict_##name params { FORWARD(name, args); }
#include "ops.def"
#undef X

static int strict_put(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    if (device_range(self(d), "put", dst, bytes) || host_range(self(d), "put", src))
        return E_STRICT;
    FORWARD(put, (d, dst, src, bytes));
}
static int strict_get(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    if (device_range(self(d), "get", src, bytes) || host_range(self(d), "get", dst))
        return E_STRICT;
    FORWARD(get, (d, dst, src, bytes));
}
static int strict_zero(struct il_device *d, void *p, size_t bytes)
{
    if (device_range(self(d), "zero", p, bytes))
        return E_STRICT;
    FORWARD(zero, (d, p, bytes));
}
static int strict_copy(struct il_device *d, void *dst, const void *src, size_t bytes)
{
    if (device_range(self(d), "copy", dst, bytes) || device_range(self(d), "copy", src, bytes))
        return E_STRICT;
    FORWARD(copy, (d, dst, src, bytes));
}
static int strict_wait(struct il_device *d) { FORWARD(wait, (d)); }
static int strict_math(struct il_device *d, enum il_math mode) { FORWARD(math, (d, mode)); }
static int strict_gemm(struct il_device *d, int ta, int tb, unsigned m, unsigned n, unsigned k,
                       float alpha, const float *a, unsigned lda, const float *b, unsigned ldb,
                       float beta, float *c, unsigned ldc)
{
    FORWARD(gemm, (d, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc));
}
static int strict_gemm_batched(struct il_device *d, int ta, int tb, unsigned m, unsigned n,
                               unsigned k, float alpha, const float *a, unsigned lda, size_t sa,
                               const float *b, unsigned ldb, size_t sb, float beta, float *c,
                               unsigned ldc, size_t sc, unsigned count)
{
    FORWARD(gemm_batched,
            (d, ta, tb, m, n, k, alpha, a, lda, sa, b, ldb, sb, beta, c, ldc, sc, count));
}
static size_t strict_chunk(struct il_device *d)
{
    return self(d)->inner->seam->chunk(self(d)->inner);
}

static int strict_input_lists(struct il_device *d, double density)
{
    return self(d)->inner->seam->input_lists(self(d)->inner, density);
}
static int strict_input_gather(struct il_device *d, const struct il_batch *b)
{
    FORWARD(input_gather, (d, b));
}
static int strict_input_forward(struct il_device *d, const struct il_batch *b, unsigned n,
                                const float *w, unsigned ldw, float *z, unsigned ldz)
{
    FORWARD(input_forward, (d, b, n, w, ldw, z, ldz));
}
static int strict_input_update(struct il_device *d, const struct il_batch *b, unsigned n,
                               float alpha, const float *dz, unsigned lddz, float beta, float *w,
                               unsigned ldw)
{
    FORWARD(input_update, (d, b, n, alpha, dz, lddz, beta, w, ldw));
}

static int strict_count(char *why, size_t n) { return il_cpu_seam()->count(why, n); }
static int strict_make(struct il_device **d, int index, int threads, char *why, size_t n)
{
    struct il_device *inner;
    int e = il_cpu_seam()->open(&inner, index, threads, why, n);

    *d = NULL;
    if (!e && (e = il_strict_open(d, inner)) != 0)
        inner->seam->close(inner);
    return e;
}
static void strict_close(struct il_device *d)
{
    struct strict *const s = d ? self(d) : NULL;

    if (!s)
        return;
    for (size_t i = 0; i < s->areas; i++)
        munmap(s->area[i].map, s->area[i].inside + 2 * s->page);
    s->inner->seam->close(s->inner);
    free(s->area);
    free(s);
}
static int strict_about(struct il_device *d, struct il_about *out)
{
    return self(d)->inner->seam->about(self(d)->inner, out);
}
static const char *strict_error(struct il_device *d, int code)
{
    return code == E_STRICT ? self(d)->words : self(d)->inner->seam->error(self(d)->inner, code);
}

/* The step runs on the strict device: each of its calls opens and closes the memory by itself. */
static int strict_record(struct il_device *d, il_step_fn *step, void *arg, struct il_record **out)
{
    struct il_record *const r = malloc(sizeof *r);
    const int e = r ? step(d, arg) : fail(self(d), "out of memory");

    *out = NULL;
    if (e) {
        free(r);
        return e;
    }
    *r = (struct il_record){ step, arg };
    *out = r;
    return 0;
}
static int strict_replay(struct il_device *d, struct il_record *r, unsigned times)
{
    int e = 0;

    while (!e && times-- > 0)
        e = r->step(d, r->arg);
    return e;
}
static void strict_record_free(struct il_device *d, struct il_record *r)
{
    (void)d;
    free(r);
}

static const struct il_seam strict_seam = {
    .abi = IL_SEAM_ABI,
    .size = sizeof(struct il_seam),
    .kind = "strict",
    .count = strict_count,
    .open = strict_make,
    .close = strict_close,
    .about = strict_about,
    .error = strict_error,
    .alloc = strict_alloc,
    .free = strict_free,
    .put = strict_put,
    .get = strict_get,
    .zero = strict_zero,
    .copy = strict_copy,
    .wait = strict_wait,
    .math = strict_math,
    .gemm = strict_gemm,
    .gemm_batched = strict_gemm_batched,
    .chunk = strict_chunk,
    .input_lists = strict_input_lists,
    .input_gather = strict_input_gather,
    .input_forward = strict_input_forward,
    .input_update = strict_input_update,
    .record = strict_record,
    .replay = strict_replay,
    .record_free = strict_record_free,
#define X(name, params, args, bytes, flops) .name = strict_##name,
#include "ops.def"
#undef X
};

int il_strict_open(struct il_device **d, struct il_device *inner)
{
    struct strict *const s = calloc(1, sizeof *s);

    *d = NULL;
    if (!s)
        return E_STRICT;
    s->head = *inner;
    s->head.seam = &strict_seam;
    s->inner = inner;
    s->page = (size_t)sysconf(_SC_PAGESIZE);
    *d = &s->head;
    return 0;
}

size_t il_strict_live(const struct il_device *d)
{
    return d->seam == &strict_seam ? ((const struct strict *)d)->live : 0;
}
