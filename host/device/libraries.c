/*
 * libraries.c - the libraries of CUDA's toolkit, wherever they were installed: by the distribution, by
 * NVIDIA's installer, by conda, or by pip (nvidia-cublas and its like lay them into
 * site-packages/nvidia/cu13/lib, those for CUDA 12 into nvidia/NAME/lib).
 */
#include "libraries.h"

#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int il_library_missing(const char *words, char *name, size_t n)
{
    const char *const end = strstr(words, ": cannot open shared object file");
    const size_t length = end ? (size_t)(end - words) : 0;

    if (length == 0 || length >= n || memchr(words, '/', length))
        return 0;
    memcpy(name, words, length);
    name[length] = 0;
    return 1;
}

/* A library of a folder; one that lies beside it and that it needs is opened first. */
static void *open_beside(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    char other[PATH_MAX], needed[64];
    const char *words, *slash;

    if (handle || !(words = dlerror()) || !il_library_missing(words, needed, sizeof needed))
        return handle;
    slash = strrchr(path, '/');
    snprintf(other, sizeof other, "%.*s/%s", (int)(slash - path), path, needed);
    return dlopen(other, RTLD_NOW | RTLD_LOCAL) ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
}

/* The first file of a pattern that can be opened. */
static void *open_match(const char *pattern)
{
    glob_t found = { 0 };
    void *handle = NULL;

    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && !handle; i++)
            handle = open_beside(found.gl_pathv[i]);
    globfree(&found);
    return handle;
}

/* In folders below one that a variable names; one that does not begin at the root is nobody's. */
static void *open_below(const char *folder, size_t length, const char *const *below,
                        const char *name)
{
    char pattern[PATH_MAX];
    void *handle = NULL;

    if (!folder || *folder != '/' || strcspn(folder, "*?[\\{") < length)
        return NULL;
    for (; *below && !handle; below++)
        if (snprintf(pattern, sizeof pattern, "%.*s/%s/%s", (int)length, folder, *below, name) <
            (int)sizeof pattern)
            handle = open_match(pattern);
    return handle;
}

static const char *const toolkit[] = { "lib64", "lib", "targets/*/lib", NULL };
static const char *const wheels[] = { "lib/python3*/site-packages/nvidia/*/lib",
                                      "local/lib/python3*/dist-packages/nvidia/*/lib", NULL };

/* In pip's packages of the first python3 or python on PATH, PREFIX/bin/python3. */
static void *open_of_python(const char *name)
{
    static const char *const programs[] = { "python3", "python" };
    const char *path = getenv("PATH");
    char program[PATH_MAX];

    while (path && *path) {
        const size_t length = strcspn(path, ":");

        for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
            if (*path != '/' || snprintf(program, sizeof program, "%.*s/%s", (int)length, path,
                                         programs[i]) >= (int)sizeof program)
                continue;
            if (access(program, X_OK) == 0) {
                *strrchr(program, '/') = 0;
                if (strrchr(program, '/'))
                    *strrchr(program, '/') = 0;
                return open_below(program, strlen(program), wheels, name);
            }
        }
        path += length + (path[length] == ':');
    }
    return NULL;
}

void *il_library_open(const char *name, char *why, size_t n)
{
    static const char *const user[] = { ".local/lib/python3*/site-packages/nvidia/*/lib", NULL };
    static const char *const system[] = { "cuda/lib64", "cuda-*/lib64", NULL };
    const struct {
        const char *folder;
        const char *const *below;
    } places[] = { { getenv("CUDA_HOME"), toolkit },   { getenv("CUDA_PATH"), toolkit },
                   { getenv("VIRTUAL_ENV"), wheels },  { getenv("CONDA_PREFIX"), toolkit },
                   { getenv("CONDA_PREFIX"), wheels }, { getenv("HOME"), user },
                   { "/usr/local", system },           { "/opt", system } };
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);

    if (!handle)
        handle = open_of_python(name);
    for (size_t i = 0; i < sizeof places / sizeof *places && !handle; i++)
        handle = open_below(places[i].folder, places[i].folder ? strlen(places[i].folder) : 0,
                            places[i].below, name);
    if (!handle)
        snprintf(why, n,
                 "%s is not found: not by the loader (LD_LIBRARY_PATH), in nvidia/*/lib of the "
                 "Python on PATH, in CUDA_HOME, CONDA_PREFIX or /usr/local/cuda; install CUDA's "
                 "runtime libraries, or name their folder",
                 name);
    return handle;
}
