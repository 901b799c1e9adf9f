/**
 * dataset.h - IDX images and labels: MNIST, Fashion-MNIST, or any set of the same four files.
 */
#ifndef INITLAB_DATASET_H
#define INITLAB_DATASET_H

#include <stddef.h>
#include <stdint.h>
#include "api.h"
#include "status.h"

IL_API_BEGIN

/** A part of a dataset, in host memory: images [count, pixels] and labels [count], bytes. */
typedef struct il_samples {
    size_t count;
    const uint8_t *images, *labels;
} il_samples;

typedef struct il_dataset il_dataset;

/**
 * Read a dataset from a folder.
 *
 * dir   holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
 *       t10k-labels-idx1-ubyte, each raw or with .gz behind its name (streamed; raw is taken first).
 *       A file SHA256SUMS beside them, if there is one, is checked: sums of the uncompressed files.
 *       Other spellings and folders of torchvision, Kaggle and EMNIST are found, too, and dir may be
 *       FOLDER/emnist-SPLIT (docs/formats.md).
 * *out  on success a dataset that il_dataset_free frees; NULL on failure.
 *
 * Any number of samples (1 to 2^31 - 1), any image size of at most 2^20 pixels, classes are the
 * largest training label + 1 (at least 2, at most 256); the test labels may not exceed it.
 * IL_E_DATA names the file and what is wrong with it (missing, magic, dimensions, length, label,
 * sum); IL_E_MEMORY: a header announces more than can be held. Thread-safe.
 */
il_status il_dataset_open(il_dataset **out, const char *dir, il_error *err);

/** Free; NULL is legal. */
void il_dataset_free(il_dataset *set);

il_samples il_dataset_train(const il_dataset *set); /**< all training samples, file order */
il_samples il_dataset_test(const il_dataset *set);  /**< all test samples, file order */
size_t il_dataset_pixels(const il_dataset *set);    /**< of one image: rows * columns */
size_t il_dataset_rows(const il_dataset *set);      /**< of one image */
size_t il_dataset_classes(const il_dataset *set);
double il_dataset_density(const il_dataset *set); /**< share of training bytes that are not 0 */
double il_dataset_guess(
    const il_dataset *set); /**< share of the test samples that are of their largest class */

/** "mnist" or "fashion-mnist" where the sums of all four files are known, else "". */
const char *il_dataset_name(const il_dataset *set);

/** SHA-256 over the four files' contents in the order above, as 64 hexadecimal digits. */
const char *il_dataset_sum(const il_dataset *set);

/**
 * A dataset of the caller's own bytes, which are copied. Same limits and errors as il_dataset_open.
 */
il_status il_dataset_from(il_dataset **out, size_t rows, size_t columns, il_samples train,
                          il_samples test, il_error *err);

IL_API_END
#endif
