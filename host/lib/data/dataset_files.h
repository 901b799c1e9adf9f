/* dataset_files.h - where the four files of a dataset are: as published, as others unpack and name them. */
#ifndef HOST_LIB_DATA_DATASET_FILES_H
#define HOST_LIB_DATA_DATASET_FILES_H

#include "core/error.h"

enum { IL_TRAIN_IMAGES, IL_TRAIN_LABELS, IL_TEST_IMAGES, IL_TEST_LABELS, IL_DATASET_FILES };

/* A file's name as first published. */
const char *il_dataset_file_name(int file);

struct il_dataset_files {
    char *folder;                 /* of SHA256SUMS */
    char *path[IL_DATASET_FILES]; /* found */
};

/*
 * Find them in dir, or where torchvision and NIST unpack to below it; dir may also be FOLDER/emnist-SPLIT,
 * which is no folder but how files in FOLDER begin. IL_E_DATA: no such folder; none of them, with what was
 * looked for; one of them, with the name of another that is missing; several datasets, which are named.
 * *out can be freed in any case.
 */
il_status il_dataset_find(struct il_dataset_files *out, const char *dir, il_error *err);
void il_dataset_files_free(struct il_dataset_files *found);

#endif
