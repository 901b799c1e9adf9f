/* data_paths.c - where the bundled dataset, the recipes and the sweeps lie. */
#include "data_paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* the data of the prefix that this program is installed in, wherever that was moved; "" if unknown */
static const char *data_of_program(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof INITLAB_DATA_BESIDE - 1);

    while (n > 0 && path[n - 1] != '/')
        n--;
    strcpy(path + (n > 0 ? n : 0), n > 0 ? INITLAB_DATA_BESIDE : "");
    return path;
}

const char *data_path_at(size_t index)
{
    const char *own = getenv("INITLAB_DATA");

    if (own && own[0] != 0 && index-- == 0)
        return own;
    return index == 0   ? data_of_program()
           : index == 1 ? INITLAB_DATA_DIR
           : index == 2 ? INITLAB_SOURCE_DATA
                        : NULL;
}

int data_path_of_dataset(char *path, size_t size)
{
    for (size_t i = 0; data_path_at(i); i++)
        if ((size_t)snprintf(path, size, "%s/mnist", data_path_at(i)) < size &&
            access(path, R_OK) == 0)
            return 1;
    return 0;
}

int data_path_of(const char *kind, const char *name, char *path, size_t size)
{
    for (size_t i = 0; data_path_at(i); i++)
        if ((size_t)snprintf(path, size, "%s/%s/%s.yaml", data_path_at(i), kind, name) < size &&
            access(path, R_OK) == 0)
            return 1;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int is_known(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return 1;
    return 0;
}

/* Add a folder's NAME.yaml; 0, or -1 when out of memory. Earlier folders hide later ones' files. */
static int add_folder(char ***names, size_t *count, const char *folder, const char *kind)
{
    char path[4096];
    struct dirent *e;
    DIR *dir;
    int bad = 0;

    snprintf(path, sizeof path, "%s/%s", folder, kind);
    errno = 0;
    dir = opendir(path);
    bad = !dir && errno == ENOMEM;
    while (dir && !bad && (e = readdir(dir))) {
        char *dot = strrchr(e->d_name, '.');
        char **more;

        if (!dot || dot == e->d_name || strcmp(dot, ".yaml") != 0)
            continue;
        *dot = 0;
        if (is_known(*names, *count, e->d_name))
            continue;
        more = realloc(*names, (*count + 2) * sizeof *more);
        bad = more == NULL;
        if (more) {
            *names = more;
            more[*count] = strdup(e->d_name);
            more[*count + 1] = NULL;
            bad = more[*count] == NULL;
            *count += !bad;
        }
    }
    if (dir)
        closedir(dir);
    return bad ? -1 : 0;
}

char **data_names(const char *kind)
{
    char **names = calloc(1, sizeof *names);
    size_t count = 0;

    for (size_t i = 0; names && data_path_at(i); i++)
        if (add_folder(&names, &count, data_path_at(i), kind) != 0) {
            data_names_free(names);
            return NULL;
        }
    if (names)
        qsort(names, count, sizeof *names, by_name);
    return names;
}

void data_names_free(char **names)
{
    for (size_t i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}

int data_is_name(const char *text)
{
    return !strchr(text, '/') && !strstr(text, ".yaml") && !strstr(text, ".yml");
}

int data_path_ends_in(const char *path, const char *ending)
{
    const size_t n = strlen(path), k = strlen(ending);

    return n > k && strcmp(path + n - k, ending) == 0;
}
