/*
 * weights_read.c - one tensor out of a .npy or .safetensors file, as rows of float. Files may come
 * from anyone: every length is checked against the file's own size before it is believed.
 */
#include "weights.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include "core/inside.h"
#include "core/json.h"
#include "core/sha256.h"
#include "core/word.h"

enum { HEADER_MOST = 16 << 20 };

static float from_half(const uint8_t *p)
{
    const unsigned h = p[0] | (unsigned)p[1] << 8, e = h >> 10 & 31, m = h & 1023;
    const double x = e == 31  ? m ? NAN : INFINITY
                     : e == 0 ? ldexp(m, -24)
                              : ldexp(1024 + m, (int)e - 25);

    return (float)(h >> 15 ? -x : x);
}

/* the upper half of a float */
static float from_bfloat(const uint8_t *p)
{
    const uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 24;
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static float from_float(const uint8_t *p)
{
    float x;

    memcpy(&x, p, sizeof x);
    return x;
}

static float from_double(const uint8_t *p)
{
    double x;

    memcpy(&x, p, sizeof x);
    return (float)x;
}

/* the numbers that may be in a file */
static const struct type {
    const char *npy, *safetensors; /* NULL: it has none */
    size_t bytes;
    float (*read)(const uint8_t *p);
} types[] = { { "<f4", "F32", 4, from_float },
              { "<f8", "F64", 8, from_double },
              { "<f2", "F16", 2, from_half },
              { NULL, "BF16", 2, from_bfloat },
              { NULL, NULL, 0, NULL } };

/* where a tensor's numbers lie in its file, and what they are */
struct found {
    long long at, bytes;
    unsigned dims;
    unsigned long long size[2];
    const struct type *type;
    int columns; /* column after column, as Fortran has them */
};

static long long file_size(FILE *f)
{
    return fseeko(f, 0, SEEK_END) == 0 ? (long long)ftello(f) : -1;
}

/* the n bytes at `at` as a string of their own, or NULL */
static char *read_text(FILE *f, long long at, size_t n)
{
    char *const text = malloc(n + 1);

    if (text && fseeko(f, at, SEEK_SET) == 0 && fread(text, 1, n, f) == n) {
        text[n] = 0;
        return text;
    }
    free(text);
    return NULL;
}

/* ---- .npy: magic, version, length, a Python dictionary, data --------------------------------- */

/* the text after 'key': or NULL */
static const char *npy_value(const char *header, const char *key)
{
    const char *at = strstr(header, key);

    at = at ? strchr(at + strlen(key), ':') : NULL;
    return at ? at + 1 + strspn(at + 1, " ") : NULL;
}

/* a type between single quotes; NULL: none of ours */
static const struct type *npy_type(const char *text)
{
    for (const struct type *t = types; *text == '\'' && t->bytes; t++)
        if (t->npy && strncmp(text + 1, t->npy, 3) == 0 && text[4] == '\'')
            return t;
    return NULL;
}

static int npy_shape(const char *text, struct found *out)
{
    if (!text || *text++ != '(')
        return 0;
    for (out->dims = 0;; text++) {
        char *end;

        text += strspn(text, " ");
        if (*text == ')')
            return 1;
        if (out->dims == 2 || *text < '0' || *text > '9')
            return 0;
        errno = 0;
        out->size[out->dims++] = strtoull(text, &end, 10);
        text = end + strspn(end, " ");
        if (errno || (*text != ',' && *text != ')'))
            return 0;
        if (*text == ')')
            return 1;
    }
}

static il_status npy_find(FILE *f, const char *path, long long size, struct found *out,
                          il_error *err)
{
    uint8_t head[12] = { 0 };
    const size_t got = fseeko(f, 0, SEEK_SET) == 0 ? fread(head, 1, sizeof head, f) : 0;
    const size_t begin = head[6] == 1 ? 10 : 12;
    const size_t n = head[6] == 1 ? (size_t)(head[8] | head[9] << 8)
                                  : (size_t)head[8] | (size_t)head[9] << 8 |
                                        (size_t)head[10] << 16 | (size_t)head[11] << 24;
    const char *type, *order;
    il_status st = IL_OK;
    char *text = NULL;

    if (got < 10 || memcmp(head, "\x93NUMPY", 6) != 0 || head[6] < 1 || head[6] > 3)
        return il_fail(err, IL_E_DATA, "%s: not an .npy file of version 1 to 3", path);
    if (n > HEADER_MOST || (long long)(begin + n) > size ||
        !(text = read_text(f, (long long)begin, n)))
        return il_fail(err, IL_E_DATA, "%s: the header is cut off or too long", path);
    type = npy_value(text, "'descr'");
    order = npy_value(text, "'fortran_order'");
    if (!type || !order || (strncmp(order, "True", 4) != 0 && strncmp(order, "False", 5) != 0) ||
        !npy_shape(npy_value(text, "'shape'"), out))
        st = il_fail(err, IL_E_DATA, "%s: the header is not that of an array of 1 or 2 dimensions",
                     path);
    else if (!(out->type = npy_type(type)))
        st = il_fail(err, IL_E_DATA, "%s: numbers of type %.*s; valid are '<f2', '<f4' and '<f8'",
                     path, (int)(strcspn(type, ",}") < 24 ? strcspn(type, ",}") : 24), type);
    if (st == IL_OK) {
        out->columns = strncmp(order, "True", 4) == 0;
        out->at = (long long)(begin + n);
        out->bytes = size - out->at;
    }
    free(text);
    return st;
}

/* ---- .safetensors: length, JSON, data -------------------------------------------------------- */

/* the tensor's entry into out; 0: it is not of this form */
static int entry_of(const json_t *entry, struct found *out)
{
    const json_t *const shape = json_object_get(entry, "shape");
    const json_t *const offsets = json_object_get(entry, "data_offsets");
    const char *const type = json_string_value(json_object_get(entry, "dtype"));
    const json_int_t begin = json_integer_value(json_array_get(offsets, 0));
    const json_int_t end = json_integer_value(json_array_get(offsets, 1));

    out->dims = (unsigned)json_array_size(shape);
    if (!type || out->dims < 1 || out->dims > 2 || json_array_size(offsets) != 2 || begin < 0 ||
        end < begin)
        return 0;
    for (unsigned d = 0; d < out->dims; d++) {
        const json_int_t n = json_integer_value(json_array_get(shape, d));

        if (n < 0)
            return 0;
        out->size[d] = (unsigned long long)n;
    }
    out->at = begin;
    out->bytes = end - begin;
    for (out->type = types; out->type->bytes; out->type++)
        if (strcmp(type, out->type->safetensors) == 0)
            return 1;
    return 0;
}

/* the object of all entries, and the length of its text */
static il_status safetensors_header(FILE *f, const char *path, long long size, json_t **all,
                                    long long *length, il_error *err)
{
    uint8_t head[8];
    uint64_t n = 0;
    json_error_t why;
    char *text = NULL;
    il_status st;

    if (fseeko(f, 0, SEEK_SET) != 0 || fread(head, 1, 8, f) != 8)
        return il_fail(err, IL_E_DATA, "%s: too short for a safetensors file", path);
    for (int i = 8; i-- > 0;)
        n = n << 8 | head[i];
    if (n > HEADER_MOST || (long long)n + 8 > size || !(text = read_text(f, 8, (size_t)n)))
        return il_fail(err, IL_E_DATA, "%s: not a safetensors file, or its header is cut off",
                       path);
    *all = il_json(text, (size_t)n, JSON_REJECT_DUPLICATES, &why, &st);
    *length = (long long)n;
    free(text);
    if (json_is_object(*all))
        return IL_OK;
    if (st == IL_E_MEMORY)
        return il_fail(err, st, "out of memory for the header of %s", path);
    return il_fail(err, IL_E_DATA, "%s: the header is no JSON object: %.80s", path, why.text);
}

/* with a name that there is */
static il_status no_tensor(json_t *all, const char *path, const char *name, il_error *err)
{
    void *at = json_object_iter(all);
    const char *first;

    if (at && strcmp(json_object_iter_key(at), "__metadata__") == 0)
        at = json_object_iter_next(all, at);
    first = at ? json_object_iter_key(at) : NULL;
    return il_fail(err, IL_E_DATA, "%s: no tensor named '%s' in it%s%.60s%s", path, name,
                   first ? "; there is '" : "", first ? first : "", first ? "'" : "");
}

/* where a tensor's bytes lie in the file's rest */
struct piece {
    json_int_t begin, end;
};

static int by_place(const void *a, const void *b)
{
    const struct piece *const x = a, *const y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* the pieces of all tensors, whose number is *n */
static il_status pieces_of(json_t *all, const char *path, long long rest, struct piece *piece,
                           size_t *n, il_error *err)
{
    const char *name;
    json_t *entry;

    *n = 0;
    json_object_foreach(all, name, entry)
    {
        const json_t *const offsets = json_object_get(entry, "data_offsets");
        const json_t *const begin = json_array_get(offsets, 0), *const end =
                                                                    json_array_get(offsets, 1);

        if (strcmp(name, "__metadata__") == 0)
            continue;
        if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end) ||
            json_integer_value(begin) < 0 || json_integer_value(end) < json_integer_value(begin) ||
            json_integer_value(end) > rest)
            return il_fail(err, IL_E_DATA, "%s: '%.60s' lies past the end of the file", path, name);
        piece[(*n)++] = (struct piece){ json_integer_value(begin), json_integer_value(end) };
    }
    return IL_OK;
}

/* The tensors' bytes are the file's rest, all of it: what is behind them, or between, is of no tensor. */
static il_status check_cover(json_t *all, const char *path, long long rest, il_error *err)
{
    struct piece *const piece = calloc(json_object_size(all) + 1, sizeof *piece);
    json_int_t last = 0;
    il_status st;
    size_t n;

    if (!piece)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    IL_TRY(pieces_of(all, path, rest, piece, &n, err));
    qsort(piece, n, sizeof *piece, by_place);
    for (size_t i = 0; i < n; i++) {
        if (piece[i].begin != last) {
            st = il_fail(err, IL_E_DATA, "%s: its tensors overlap, or leave bytes between them",
                         path);
            goto out;
        }
        last = piece[i].end;
    }
    if (last < rest)
        st = il_fail(err, IL_E_DATA, "%s: %lld bytes after its last tensor are of none", path,
                     rest - (long long)last);
out:
    free(piece);
    return st;
}

static il_status safetensors_find(FILE *f, const char *path, const char *name, long long size,
                                  struct found *out, il_error *err)
{
    json_t *all = NULL, *entry;
    long long n = 0;
    il_status st;

    IL_TRY(safetensors_header(f, path, size, &all, &n, err));
    entry = json_object_get(all, name);
    if (!entry)
        st = no_tensor(all, path, name, err);
    else if (!entry_of(entry, out))
        st = il_fail(err, IL_E_DATA,
                     "%s: '%s' is not an F16, BF16, F32 or F64 tensor of 1 or 2 dimensions", path,
                     name);
    else if (out->at > size - 8 - n || out->bytes > size - 8 - n - out->at)
        st = il_fail(err, IL_E_DATA, "%s: '%s' lies past the end of the file", path, name);
    else
        st = check_cover(all, path, size - 8 - n, err);
    out->at += 8 + n;
out:
    json_decref(all);
    return st;
}

il_status il_weights_sum(const char *path, char hex[65], il_error *err)
{
    FILE *const f = il_open_stream(path);
    char bytes[1 << 14];
    struct il_sha256 sha;
    il_status st = IL_OK;
    size_t n;

    if (!f)
        return il_fail(err, errno == ENOMEM ? IL_E_MEMORY : IL_E_DATA, "cannot open '%s': %s", path,
                       il_open_why(errno));
    il_sha256_start(&sha);
    while ((n = fread(bytes, 1, sizeof bytes, f)) > 0)
        il_sha256_add(&sha, bytes, n);
    if (ferror(f))
        st = il_fail(err, IL_E_IO, "cannot read '%s'", path);
    fclose(f);
    il_sha256_hex(&sha, hex);
    return st;
}

int il_weights_has(const char *path, const char *name)
{
    FILE *const f = il_open_stream(path);
    json_t *all = NULL;
    long long n;
    const int has = f && safetensors_header(f, path, file_size(f), &all, &n, NULL) == IL_OK &&
                    json_object_get(all, name) != NULL;

    json_decref(all);
    if (f)
        fclose(f);
    return has;
}

/* ---- both ------------------------------------------------------------------------------------ */

/* the shape wanted, turned round if asked for; the reason why not in err */
static il_status check_shape(const struct found *x, const char *path, const struct il_tensor *t,
                             int transpose, il_error *err)
{
    const unsigned long long rows = t->size[0], cols = t->dims == 2 ? t->size[1] : 1;
    const unsigned long long a = transpose && t->dims == 2 ? cols : rows,
                             b = transpose && t->dims == 2 ? rows : cols;
    const unsigned long long got = x->dims == 2 ? x->size[1] : 1;

    if (x->dims != t->dims || x->size[0] != a || got != b)
        return il_fail(err, IL_E_DATA, "%s: %s is %llu x %llu, but %llu x %llu is wanted%s", path,
                       t->name, x->size[0], got, a, b,
                       x->dims == 2 && x->size[0] == b && got == a ? " (try transpose=yes)" : "");
    if ((unsigned long long)x->bytes != rows * cols * x->type->bytes)
        return il_fail(err, IL_E_DATA, "%s: %s has %lld bytes, not those of %llu x %llu numbers",
                       path, t->name, x->bytes, rows, cols);
    return IL_OK;
}

static il_status read_numbers(FILE *f, const struct found *x, const char *path,
                              const struct il_tensor *t, int transpose, il_error *err)
{
    const size_t rows = t->size[0], cols = t->dims == 2 ? t->size[1] : 1;
    const int turned = t->dims == 2 && (transpose != x->columns);
    const size_t n = rows * cols, each = x->type->bytes;
    uint8_t *const raw = malloc(n * each + 1);
    il_status st = IL_OK;
    size_t bad = 0;

    if (!raw)
        return il_fail(err, IL_E_MEMORY, "%s: no memory for %s", path, t->name);
    if (fseeko(f, x->at, SEEK_SET) != 0 || fread(raw, each, n, f) != n)
        st = il_fail(err, IL_E_DATA, "%s: %s is cut off", path, t->name);
    for (size_t i = 0; st == IL_OK && i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const uint8_t *const at = raw + each * (turned ? j * rows + i : i * cols + j);
            const float number = x->type->read(at);

            t->data[i * cols + j] = number;
            bad += !isfinite(number);
        }
    if (bad)
        st = il_fail(err, IL_E_DATA, "%s: %zu of the %zu numbers of %s are not finite as floats",
                     path, bad, n, t->name);
    free(raw);
    return st;
}

il_status il_weights_read(const char *path, const struct il_tensor *t, int transpose, il_error *err)
{
    const int npy = il_ends_in(path, ".npy");
    struct found x = { 0 };
    long long size;
    il_status st;
    FILE *f;

    if (!npy && !il_ends_in(path, ".safetensors"))
        return il_fail(err, IL_E_USAGE, "%s: the name must end in .npy or .safetensors", path);
    f = il_open_stream(path);
    size = f ? file_size(f) : -1;
    if (size < 0)
        st = il_fail(err, il_or_memory(errno, IL_E_DATA), "cannot open '%s': %s", path,
                     il_open_why(errno));
    else if (npy)
        st = npy_find(f, path, size, &x, err);
    else
        st = safetensors_find(f, path, t->name, size, &x, err);
    if (st == IL_OK)
        st = check_shape(&x, path, t, transpose, err);
    if (st == IL_OK)
        st = read_numbers(f, &x, path, t, transpose, err);
    if (f)
        fclose(f);
    return st;
}
