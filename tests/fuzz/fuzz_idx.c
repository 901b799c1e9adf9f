/*
 * fuzz_idx.c - il_idx_read on arbitrary bytes, as images and as labels. What it accepts must agree
 * with the header and be written back as the same bytes; what it refuses must say why and leave
 * nothing behind.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "data/idx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void require(int good, const char *what)
{
    if (!good) {
        fprintf(stderr, "fuzz_idx: %s\n", what);
        abort();
    }
}

/* An accepted file: sizes multiply up, and a raw file is its header and its data. */
static void check_accepted(const struct il_idx *idx, const uint8_t *bytes, size_t n)
{
    uint8_t header[IL_IDX_HEADER];
    const size_t length = il_idx_header(idx, header);
    struct il_sha256 sha;
    char sum[65], again[65];

    require(idx->bytes == (size_t)idx->size[0] * idx->size[1] * idx->size[2],
            "bytes are not the product");
    il_sha256_start(&sha);
    il_sha256_add(&sha, header, length);
    il_sha256_add(&sha, idx->data, idx->bytes); /* reads all of it: a sanitizer sees too few */
    il_sha256_hex(&sha, again);
    il_sha256_hex(&idx->sha, sum);
    require(strcmp(sum, again) == 0, "the sum is not that of header and data");
    if (bytes[0] == 0) /* raw: gzip begins with 1f */
        require(n == length + idx->bytes && memcmp(bytes, header, length) == 0 &&
                    memcmp(bytes + length, idx->data, idx->bytes) == 0,
                "the data are not the file's");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char path[32];
    const int fd = memfd_create("idx", MFD_CLOEXEC);

    require(fd >= 0 && write(fd, bytes, n) == (ssize_t)n, "no memory file");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (unsigned dims = 1; dims <= 3; dims += 2) {
        il_error err = { 0 };
        struct il_idx idx;
        const il_status st = il_idx_read(&idx, path, dims, &err);

        if (st == IL_OK) {
            check_accepted(&idx, bytes, n);
        } else {
            require(st == IL_E_DATA || st == IL_E_MEMORY, "refused with another status");
            require(err.status == st && strncmp(err.text, path, strlen(path)) == 0,
                    "the error names no file");
            require(!idx.data, "refused, but data are left");
        }
        free(idx.data);
    }
    close(fd);
    return 0;
}
