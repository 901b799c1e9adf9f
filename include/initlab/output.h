/**
 * output.h - files that a run leaves: weights, and bytes of the caller's. Each is
 * written whole under another name first and renamed: a reader never sees half a file, and a
 * failure leaves the old one.
 */
#ifndef INITLAB_OUTPUT_H
#define INITLAB_OUTPUT_H

#include <stddef.h>
#include <stdio.h>
#include "api.h"
#include "pack.h"
#include "status.h"

IL_API_BEGIN

/**
 * Write bytes [n] to a file: to .NAME.tmp-PID beside it, to the disk, then under its name. A
 * symbolic link is followed; what is no regular file (/dev/stdout, a pipe) is written to directly.
 * IL_E_CREATE: it cannot be made; IL_E_IO: it cannot be written (disk full). Path and reason are
 * named.
 */
il_status il_write_file(const char *path, const void *bytes, size_t n, il_error *err);

/**
 * Text that is gathered in memory by a stream. Not open_memstream's: a write of that one which finds no memory
 * is lost, and neither ferror nor fclose tells of it.
 */
typedef struct il_text {
    FILE *stream; /**< to write to, until il_text_close */
    char *bytes; /**< [length], with a 0 behind them; the caller's, and NULL before il_text_close */
    size_t length;
    size_t room; /**< the implementation's */
    int failed;  /**< the implementation's */
} il_text;

/** Begin; text must stay where it is until il_text_close. IL_E_MEMORY. */
il_status il_text_open(il_text *text, il_error *err);

/** End the stream. IL_E_MEMORY: memory was short at any time since il_text_open; bytes is NULL then. */
il_status il_text_close(il_text *text, il_error *err);

/**
 * Save the weights of one run. The format goes by the path's ending:
 *   FILE.safetensors  one file; tensors layer1.weight [fan_in, fan_out], layer1.bias [fan_out], ..., F32
 *   STEM.npy          a file a tensor: STEM.layer1.weight.npy, STEM.layer1.bias.npy, ...
 * IL_E_USAGE: another ending, no such run. IL_E_CREATE, IL_E_IO: the path and the reason.
 */
il_status il_save_weights(il_pack *pack, size_t run, const char *path, il_error *err);

/**
 * The same of a network in memory: layer l has widths[l] inputs and widths[l + 1] units, weights[l]
 * is [inputs * units], unit j in column j, bias[l] is [units].
 */
il_status il_save_layers(const char *path, size_t layers, const size_t *widths,
                         float *const *weights, float *const *bias, il_error *err);

/** A number in the fewest digits, 15 to 17, that read back as the same double; in any locale. */
void il_number_text(double value, char text[32]);

/** Write each number of a JSON text anew, in place, in the fewest digits that read back as the same double. */
void il_json_shorten(char *text);

IL_API_END
#endif
