/* data_paths.h - where the bundled dataset and the recipes lie. */
#ifndef HOST_CLI_DATA_PATHS_H
#define HOST_CLI_DATA_PATHS_H

#include <stddef.h>

/* Folders that hold mnist/ and recipes/, in the order of search; NULL past the end. */
const char *data_path_at(size_t index);

/* The bundled dataset's folder, and a recipe's file by its name: 1, or 0 if no folder has it. */
int data_path_of_dataset(char *path, size_t size);
int data_path_of_recipe(const char *name, char *path, size_t size);

/* The names of all recipes, sorted, and NULL behind them; NULL: out of memory. NULL is legal to free. */
char **data_recipe_names(void);
void data_recipe_names_free(char **names);

/* Does a path end in this? */
int data_path_ends_in(const char *path, const char *ending);

#endif
