/* data_paths.h - where the bundled dataset, the recipes and the sweeps lie. */
#ifndef HOST_CLI_DATA_PATHS_H
#define HOST_CLI_DATA_PATHS_H

#include <stddef.h>

/* Folders that hold mnist/, recipes/ and sweeps/, in the order of search; NULL past the end. */
const char *data_path_at(size_t index);

/* The bundled dataset's folder: 1, or 0 if no folder has it. */
int data_path_of_dataset(char *path, size_t size);

/*
 * A dataset's folder from / on, as far as it is there: its last part may be how files begin, FOLDER/emnist-SPLIT. data has
 * 4096 bytes.
 */
void data_path_absolute(const char *path, char *data);

/* What else is bundled, by its folder there. */
#define DATA_RECIPES "recipes"
#define DATA_SWEEPS  "sweeps"

/* A recipe's or a sweep's file by its name: 1, or 0 if no folder has it. */
int data_path_of(const char *kind, const char *name, char *path, size_t size);

/* All names of a kind, sorted, and NULL behind them; NULL: out of memory. NULL is legal to free. What is in a folder of
 * the kind's is FOLDER/NAME. */
char **data_names(const char *kind);
void data_names_free(char **names);

/* May it be such a name, and no path? Names have no ending, and begin with neither slash nor dot. */
int data_is_name(const char *text);

/* Does a path end in this? */
int data_path_ends_in(const char *path, const char *ending);

#endif
