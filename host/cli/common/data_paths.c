/* data_paths.c - where the bundled dataset, the recipes and the sweeps lie. */
#include "data_paths.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
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

void data_path_absolute(const char *path, char *data)
{
    const char *const slash = strrchr(path, '/'), *const base = slash ? slash + 1 : path;
    char folder[4096], whole[PATH_MAX];

    if (realpath(path, whole)) {
        snprintf(data, 4096, "%s", whole);
        return;
    }
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    if (!realpath(folder, whole) || (size_t)snprintf(data, 4096, "%s/%s", whole, base) >= 4096)
        snprintf(data, 4096, "%s", path);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
    char **list; /* NULL behind the last */
    size_t count;
};

static int is_known(const struct names *n, const char *name)
{
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->list[i], name) == 0)
            return 1;
    return 0;
}

/* Earlier names hide later ones. 0, or -1 when out of memory. */
static int add_name(struct names *n, const char *name)
{
    char **more;

    if (is_known(n, name))
        return 0;
    more = realloc(n->list, (n->count + 2) * sizeof *more);
    if (!more)
        return -1;
    n->list = more;
    more[n->count] = strdup(name);
    more[n->count + 1] = NULL;
    if (!more[n->count])
        return -1;
    n->count++;
    return 0;
}

/* Add names of a folder's files NAME.yaml, and those of its folders: FOLDER/NAME, one level down. 0, or -1 when out of
 * memory. */
static int add_folder(struct names *n, const char *kind, const char *within)
{
    char path[4096], name[2 * NAME_MAX + 2];
    struct dirent *e;
    DIR *dir;
    int bad = 0;

    if ((size_t)snprintf(path, sizeof path, "%s%s%s", kind, within ? "/" : "",
                         within ? within : "") >= sizeof path)
        return 0;
    errno = 0;
    dir = opendir(path);
    bad = !dir && errno == ENOMEM;
    while (dir && !bad && (e = readdir(dir))) {
        char *dot = strrchr(e->d_name, '.');

        if (!dot && !within)
            bad = add_folder(n, kind, e->d_name);
        if (!dot || dot == e->d_name || strcmp(dot, ".yaml") != 0)
            continue;
        *dot = 0;
        snprintf(name, sizeof name, "%s%s%s", within ? within : "", within ? "/" : "", e->d_name);
        bad = add_name(n, name);
    }
    if (dir)
        closedir(dir);
    return bad ? -1 : 0;
}

char **data_names(const char *kind)
{
    struct names n = { calloc(1, sizeof *n.list), 0 };
    char path[4096];

    for (size_t i = 0; n.list && data_path_at(i); i++)
        if ((size_t)snprintf(path, sizeof path, "%s/%s", data_path_at(i), kind) < sizeof path &&
            add_folder(&n, path, NULL) != 0) {
            data_names_free(n.list);
            return NULL;
        }
    if (n.list)
        qsort(n.list, n.count, sizeof *n.list, by_name);
    return n.list;
}

void data_names_free(char **names)
{
    for (size_t i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}

int data_is_name(const char *text)
{
    return text[0] != '/' && text[0] != '.' && !strstr(text, "..") && !strstr(text, ".yaml") &&
           !strstr(text, ".yml");
}

int data_path_ends_in(const char *path, const char *ending)
{
    const size_t n = strlen(path), k = strlen(ending);

    return n > k && strcmp(path + n - k, ending) == 0;
}
