/* weights_write.c - tensors as a safetensors file, or as one .npy file a tensor. */
#include "weights.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/file.h"
#include "core/word.h"
#include "initlab/output.h"
#include "initlab/version.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "both formats hold little-endian floats");

/*
 * End a header, which is gathered in memory since its length stands before it: pad it with spaces to a
 * multiple of `to`, `before` bytes that come first counted, and end it with `last`.
 */
static il_status header_close(il_text *t, size_t before, size_t to, const char *last, il_error *err)
{
    fflush(t->stream); /* now its length is known */
    for (size_t n = before + t->length + strlen(last); n % to != 0; n++)
        fputc(' ', t->stream);
    fputs(last, t->stream);
    return il_text_close(t, err);
}

static int tensor_bytes(const struct il_tensor *t, size_t *bytes)
{
    size_t n = sizeof(float);

    for (unsigned d = 0; d < t->dims; d++)
        if (__builtin_mul_overflow(n, t->size[d], &n))
            return 0;
    *bytes = n;
    return 1;
}

static void print_shape(FILE *stream, const struct il_tensor *t, const char *one, const char *two)
{
    if (t->dims == 1)
        fprintf(stream, one, t->size[0]);
    else
        fprintf(stream, two, t->size[0], t->size[1]);
}

/* ---- safetensors: u64 length of the JSON header, header, data without holes ------------------ */

static il_status safetensors_header(il_text *t, const char *path, const struct il_tensor *tensors,
                                    size_t count, il_error *err)
{
    size_t at = 0;

    const il_status st = il_text_open(t, err);

    if (st != IL_OK)
        return st;
    fprintf(t->stream, "{\"__metadata__\":{\"format\":\"initlab\",\"version\":\"%s\"}", IL_VERSION);
    for (size_t i = 0; i < count; i++) {
        size_t bytes, end;

        if (!tensor_bytes(&tensors[i], &bytes) || __builtin_add_overflow(at, bytes, &end)) {
            il_text_close(t, NULL);
            return il_fail(err, IL_E_MEMORY, "%s: %s is too large", path, tensors[i].name);
        }
        fprintf(t->stream, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[", tensors[i].name);
        print_shape(t->stream, &tensors[i], "%zu", "%zu,%zu");
        fprintf(t->stream, "],\"data_offsets\":[%zu,%zu]}", at, end);
        at = end;
    }
    fputc('}', t->stream);
    return header_close(t, 8, 8, "", err);
}

static il_status write_safetensors(const char *path, const struct il_tensor *tensors, size_t count,
                                   il_error *err)
{
    il_text header = { .bytes = NULL };
    struct il_file f = { 0 };
    uint64_t length;
    il_status st;

    IL_TRY(safetensors_header(&header, path, tensors, count, err));
    IL_TRY(il_file_open(&f, path, err));
    length = header.length;
    il_file_put(&f, &length, sizeof length);
    il_file_put(&f, header.bytes, header.length);
    for (size_t i = 0; i < count; i++) {
        size_t bytes = 0;

        tensor_bytes(&tensors[i], &bytes); /* checked with the header */
        il_file_put(&f, tensors[i].data, bytes);
    }
    st = il_file_close(&f, err);
out:
    free(header.bytes);
    return st;
}

/* ---- NumPy's .npy, version 1.0: magic, u16 length of the header, header, data ---------------- */

static il_status write_npy(const char *path, const struct il_tensor *tensor, il_error *err)
{
    static const char magic[8] = "\x93NUMPY\x01"; /* and the minor version, 0 */
    il_text header = { .bytes = NULL };
    struct il_file f = { 0 };
    size_t bytes;
    uint16_t length;
    il_status st;

    if (!tensor_bytes(tensor, &bytes))
        return il_fail(err, IL_E_MEMORY, "%s: %s is too large", path, tensor->name);
    IL_TRY(il_text_open(&header, err));
    fputs("{'descr': '<f4', 'fortran_order': False, 'shape': ", header.stream);
    print_shape(header.stream, tensor, "(%zu,)", "(%zu, %zu)");
    fputs(", }", header.stream);
    IL_TRY(header_close(&header, sizeof magic + sizeof length, 64, "\n", err));
    IL_TRY(il_file_open(&f, path, err));
    length = (uint16_t)header.length; /* some 110 bytes */
    il_file_put(&f, magic, sizeof magic);
    il_file_put(&f, &length, sizeof length);
    il_file_put(&f, header.bytes, header.length);
    il_file_put(&f, tensor->data, bytes);
    st = il_file_close(&f, err);
out:
    free(header.bytes);
    return st;
}

static il_status write_npys(const char *path, const struct il_tensor *tensors, size_t count,
                            il_error *err)
{
    const int stem = (int)(strlen(path) - strlen(".npy"));
    il_status st = IL_OK;

    for (size_t i = 0; i < count && st == IL_OK; i++) {
        char *own;

        if (asprintf(&own, "%.*s.%s.npy", stem, path, tensors[i].name) < 0)
            return il_fail(err, IL_E_MEMORY, "%s: no memory", path);
        st = write_npy(own, &tensors[i], err);
        free(own);
    }
    return st;
}

il_status il_weights_check_ending(const char *path, il_error *err)
{
    if (il_ends_in(path, ".safetensors") || il_ends_in(path, ".npy"))
        return IL_OK;
    return il_fail(err, IL_E_USAGE, "%s: the name of a weights file ends in .safetensors or .npy",
                   path);
}

il_status il_weights_write(const char *path, const struct il_tensor *tensors, size_t count,
                           il_error *err)
{
    const il_status st = il_weights_check_ending(path, err);

    if (st != IL_OK)
        return st;
    return il_ends_in(path, ".npy") ? write_npys(path, tensors, count, err)
                                    : write_safetensors(path, tensors, count, err);
}

/* ---- a network's ----------------------------------------------------------------------------- */

il_status il_save_layers(const char *path, size_t layers, const size_t *widths,
                         float *const *weights, float *const *bias, il_error *err)
{
    struct il_tensor *const tensors = calloc(layers, 2 * sizeof *tensors);
    il_status st;

    if (!tensors)
        return il_fail(err, IL_E_MEMORY, "%s: no memory", path);
    for (size_t l = 0; l < layers; l++) {
        struct il_tensor *const t = tensors + 2 * l;

        t[0] = (struct il_tensor){ .dims = 2,
                                   .size = { widths[l], widths[l + 1] },
                                   .data = weights[l] };
        t[1] = (struct il_tensor){ .dims = 1, .size = { widths[l + 1] }, .data = bias[l] };
        snprintf(t[0].name, sizeof t[0].name, "layer%zu.weight", l + 1);
        snprintf(t[1].name, sizeof t[1].name, "layer%zu.bias", l + 1);
    }
    st = il_weights_write(path, tensors, 2 * layers, err);
    free(tensors);
    return st;
}
