/*
 * fuzz_weights.c - il_weights_read on arbitrary bytes, as .npy and as .safetensors. What it accepts
 * must be numbers of the file; what it refuses must say why, with the file's name.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "formats/weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { ROWS = 2, COLUMNS = 3 };

static char folder[64];

static void require(int good, const char *what)
{
    if (!good) {
        fprintf(stderr, "fuzz_weights: %s\n", what);
        abort();
    }
}

static void clean(void)
{
    char path[96];

    snprintf(path, sizeof path, "%s/w.npy", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/w.safetensors", folder);
    unlink(path);
    rmdir(folder);
}

/* the name must have the ending, so that a file in memory alone does not do */
static void write_file(const char *path, const uint8_t *bytes, size_t n)
{
    FILE *const f = fopen(path, "wb");

    require(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0, "cannot write the file");
}

/* a half as a float, by the definition: 1 sign, 5 bits of exponent, 10 bits */
static float half(const uint8_t *p)
{
    const int h = p[0] | p[1] << 8, e = h >> 10 & 31, m = h & 1023;

    return (h >> 15 ? -1.0f : 1.0f) * ldexpf((float)(e ? m + 1024 : m), (e ? e : 1) - 25);
}

/* Is x in the file, as a float, a double, a half or the upper half of a float? */
static int holds(const uint8_t *bytes, size_t n, float x)
{
    for (size_t i = 0; i + 2 <= n; i++) {
        const uint8_t bfloat[sizeof x] = { 0, 0, bytes[i], bytes[i + 1] };
        double wide;

        if (half(bytes + i) == x || memcmp(bfloat, &x, sizeof x) == 0)
            return 1;
        if (i + sizeof x <= n && memcmp(bytes + i, &x, sizeof x) == 0)
            return 1;
        if (i + sizeof wide <= n) {
            memcpy(&wide, bytes + i, sizeof wide);
            if ((float)wide == x)
                return 1;
        }
    }
    return 0;
}

static void check(const char *path, unsigned dims, int transpose, const uint8_t *bytes, size_t n)
{
    float data[ROWS * COLUMNS] = { 0 };
    struct il_tensor t = { .name = "layer1.weight", .dims = dims, .data = data };
    il_error err = { 0 };
    il_status st;

    t.size[0] = dims == 2 ? ROWS : COLUMNS;
    t.size[1] = dims == 2 ? COLUMNS : 7; /* of no meaning with one dimension */
    st = il_weights_read(path, &t, transpose, &err);
    if (st == IL_OK) {
        for (size_t i = 0; i < (dims == 2 ? ROWS * COLUMNS : COLUMNS); i++)
            require(isfinite(data[i]) && holds(bytes, n, data[i]),
                    "a number that is not in the file");
    } else {
        require(st == IL_E_DATA || st == IL_E_MEMORY, "refused with another status");
        require(err.status == st && strstr(err.text, path) != NULL, "the error names no file");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const names[] = { "w.npy", "w.safetensors" };

    if (!folder[0]) {
        strcpy(folder, "/tmp/fuzz_weights.XXXXXX");
        require(mkdtemp(folder) != NULL, "no folder");
        atexit(clean);
    }
    for (int k = 0; k < 2; k++) {
        char path[96];

        snprintf(path, sizeof path, "%s/%s", folder, names[k]);
        write_file(path, bytes, n);
        for (unsigned dims = 1; dims <= 2; dims++)
            for (int transpose = 0; transpose < 2; transpose++)
                check(path, dims, transpose, bytes, n);
    }
    return 0;
}
