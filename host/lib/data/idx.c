/* idx.c - reads one IDX file, raw or gzip, without trusting a byte of it. */
#include "idx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include "core/inside.h"

/* The piece that is read, and hashed while it is in the cache. gzread inflates straight into the
 * caller's memory if asked for at least twice its own buffer. */
enum { PIECE = 256 * 1024, MAX_PIXELS = 1 << 20 };

static const char *type_name(unsigned type)
{
    return type == 0x08   ? "unsigned byte"
           : type == 0x09 ? "signed byte"
           : type == 0x0b ? "short"
           : type == 0x0c ? "int"
           : type == 0x0d ? "float"
           : type == 0x0e ? "double"
                          : "unknown";
}

static il_status check_magic(const uint8_t m[4], unsigned dims, const char *path, il_error *err)
{
    if (m[0] != 0 || m[1] != 0)
        return il_fail(
            err, IL_E_DATA,
            "%s: not an IDX file: begins with %02x %02x %02x %02x, expected 00 00 08 %02x", path,
            m[0], m[1], m[2], m[3], dims);
    if (m[2] != 0x08)
        return il_fail(err, IL_E_DATA,
                       "%s: holds values of type 0x%02x (%s), expected 0x08 (unsigned byte)", path,
                       m[2], type_name(m[2]));
    if (m[3] != dims)
        return il_fail(err, IL_E_DATA, "%s: has %u dimension%s, expected %u (%s)", path, m[3],
                       m[3] == 1 ? "" : "s", dims, dims == 1 ? "labels" : "images, rows, columns");
    return IL_OK;
}

il_status il_idx_check(struct il_idx *idx, const char *name, il_error *err)
{
    size_t pixels;

    for (unsigned d = 0; d < idx->dims; d++)
        if (idx->size[d] == 0)
            return il_fail(err, IL_E_DATA, "%s: dimension %u of %u is 0", name, d + 1, idx->dims);
    for (unsigned d = idx->dims; d < IL_IDX_DIMS; d++)
        idx->size[d] = 1;
    if (idx->size[0] > INT32_MAX)
        return il_fail(err, IL_E_DATA, "%s: announces %u samples, at most %d are possible", name,
                       (unsigned)idx->size[0], INT32_MAX);
    if (__builtin_mul_overflow((size_t)idx->size[1], (size_t)idx->size[2], &pixels) ||
        pixels > MAX_PIXELS)
        return il_fail(err, IL_E_DATA,
                       "%s: announces images of %u x %u pixels, at most %d are possible", name,
                       (unsigned)idx->size[1], (unsigned)idx->size[2], MAX_PIXELS);
    if (__builtin_mul_overflow(pixels, (size_t)idx->size[0], &idx->bytes))
        return il_fail(err, IL_E_MEMORY, "%s: announces more bytes than a program can address",
                       name);
    return IL_OK;
}

size_t il_idx_header(const struct il_idx *idx, uint8_t header[IL_IDX_HEADER])
{
    const uint8_t magic[4] = { 0, 0, 0x08, (uint8_t)idx->dims };

    memcpy(header, magic, sizeof magic);
    for (unsigned d = 0; d < idx->dims; d++)
        for (unsigned i = 0; i < 4; i++)
            header[4 + 4 * d + i] = (uint8_t)(idx->size[d] >> (24 - 8 * i));
    return 4 + 4 * (size_t)idx->dims;
}

/* What went wrong inside zlib or the system; IL_OK if the file merely ended. */
static il_status stream_error(gzFile in, const char *path, il_error *err)
{
    const int why = errno;
    int code = Z_OK;
    const char *text = gzerror(in, &code);

    if (code == Z_OK || code == Z_STREAM_END)
        return IL_OK;
    if (code == Z_ERRNO)
        return il_fail(err, IL_E_DATA, "%s: cannot read: %s", path, strerror(why));
    if (code == Z_MEM_ERROR)
        return il_fail(err, IL_E_MEMORY, "%s: no memory to decompress it", path);
    if (code == Z_BUF_ERROR)
        return il_fail(err, IL_E_DATA, "%s: the compressed file is cut off", path);
    if (strncmp(text, "<fd:", 4) == 0 && strstr(text, ": "))
        text = strstr(text, ": ") + 2; /* zlib puts the number of the descriptor first */
    return il_fail(err, IL_E_DATA, "%s: the compressed file is damaged: %s", path, text);
}

/* Read n bytes, n <= PIECE; how many there were, fewer only at the end. */
static il_status read_piece(gzFile in, const char *path, void *to, size_t n, size_t *got,
                            il_error *err)
{
    int r;

    errno = 0;
    r = gzread(in, to, (unsigned)n);
    *got = r > 0 ? (size_t)r : 0;
    return *got == n ? IL_OK : stream_error(in, path, err);
}

static il_status read_header(struct il_idx *idx, gzFile in, const char *path, il_error *err)
{
    const size_t length = 4 + 4 * (size_t)idx->dims;
    uint8_t header[IL_IDX_HEADER];
    size_t got;
    il_status st = read_piece(in, path, header, length, &got, err);

    if (st != IL_OK)
        return st;
    if (got >= 4 && (st = check_magic(header, idx->dims, path, err)) != IL_OK)
        return st;
    if (got < length)
        return il_fail(err, IL_E_DATA, "%s: ends after %zu of %zu bytes of the header", path, got,
                       length);
    for (unsigned d = 0; d < idx->dims; d++) {
        const uint8_t *p = header + 4 + 4 * d;

        idx->size[d] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    il_sha256_add(&idx->sha, header, length);
    return il_idx_check(idx, path, err);
}

/* A header may lie: it gets memory only in step with the bytes that come. */
static il_status read_data(struct il_idx *idx, gzFile in, const char *path, il_error *err)
{
    size_t have = 0, room = 0;

    while (have < idx->bytes) {
        size_t want = idx->bytes - have, got;
        il_status st;

        if (have == room) {
            uint8_t *more;

            room = room == 0 ? PIECE : idx->bytes - room < room ? idx->bytes : 2 * room;
            room = room < idx->bytes ? room : idx->bytes;
            more = realloc(idx->data, room);
            if (!more)
                return il_fail(err, IL_E_MEMORY, "%s: no memory for %zu bytes", path, room);
            idx->data = more;
        }
        want = want < room - have ? want : room - have;
        want = want < PIECE ? want : PIECE;
        st = read_piece(in, path, idx->data + have, want, &got, err);
        if (st != IL_OK)
            return st;
        il_sha256_add(&idx->sha, idx->data + have, got);
        have += got;
        if (got < want)
            return il_fail(err, IL_E_DATA, "%s: ends after %zu of %zu bytes of data", path, have,
                           idx->bytes);
    }
    return IL_OK;
}

/* Nothing may follow the data; looking also lets zlib check the sum that ends a compressed file. */
static il_status read_end(const struct il_idx *idx, gzFile in, const char *path, il_error *err)
{
    uint8_t byte;
    size_t got;
    const il_status st = read_piece(in, path, &byte, 1, &got, err);

    if (st == IL_OK && got > 0)
        return il_fail(err, IL_E_DATA,
                       "%s: has bytes after the last of the %zu that its header announces", path,
                       idx->bytes);
    return st;
}

/* A file that is what it says but larger than memory is refused before it fills the machine. */
static il_status check_memory(const struct il_idx *idx, const char *path, il_error *err)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    if (pages > 0 && page > 0 && idx->bytes / (size_t)page >= (size_t)pages)
        return il_fail(err, IL_E_MEMORY, "%s: announces %zu bytes, this machine has %zu", path,
                       idx->bytes, (size_t)pages * (size_t)page);
    return IL_OK;
}

il_status il_idx_read(struct il_idx *out, const char *path, unsigned dims, il_error *err)
{
    struct il_idx idx = { .dims = dims };
    il_status st = IL_OK;
    const int fd = il_open_regular(path, O_RDONLY); /* a pipe would be waited for */
    gzFile in;

    *out = (struct il_idx){ 0 };
    il_sha256_start(&idx.sha);
    if (fd < 0)
        return il_fail(err, il_or_memory(errno, IL_E_DATA), "%s: cannot open: %s", path,
                       il_open_why(errno));
    in = gzdopen(fd, "rb");
    if (!in) {
        close(fd);
        return il_fail(err, IL_E_MEMORY, "%s: no memory to open it", path);
    }
    gzbuffer(in, PIECE / 2);
    IL_TRY(read_header(&idx, in, path, err));
    IL_TRY(check_memory(&idx, path, err));
    IL_TRY(read_data(&idx, in, path, err));
    IL_TRY(read_end(&idx, in, path, err));
    *out = idx;
    idx.data = NULL;
out:
    gzclose_r(in);
    free(idx.data);
    return st;
}
