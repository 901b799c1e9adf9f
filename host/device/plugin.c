/*
 * plugin.c - find and open libinitlab_cuda.so, or libinitlab_cuda12.so: at INITLAB_PLUGIN if that is set, else beside the
 * program, in the library folders of the program's prefix, the same of the shared library where another
 * program has loaded that, and where it was to be installed. It is never closed: CUDA registers what
 * runs at exit.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libraries.h"

/* The file of the running program; 0: not known. */
static int program_file(char path[PATH_MAX])
{
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

/*
 * The file that this code was loaded from: the shared library's. In a program it may be a bare name, as
 * it was called by; what does not begin at the root says nothing.
 */
static int library_file(char path[PATH_MAX])
{
    static const char here;
    Dl_info info;

    return dladdr(&here, &info) && info.dli_fname && *info.dli_fname == '/' &&
           realpath(info.dli_fname, path);
}

/* The folder of a file, with glob's own characters escaped; 0: too long. */
static int folder_of(char *path, char *folder, size_t n)
{
    size_t at = 0;

    *strrchr(path, '/') = 0;
    if (2 * strlen(path) >= n)
        return 0;
    for (const char *p = path; *p; p++) {
        if (strchr("*?[]\\{}~", *p))
            folder[at++] = '\\';
        folder[at++] = *p;
    }
    folder[at] = 0;
    return 1;
}

/* The first file that matches a pattern; 0: none. */
static int first_match(const char *pattern, char *path, size_t n)
{
    glob_t found = { 0 };
    const int any =
        glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc > 0 && strlen(found.gl_pathv[0]) < n;

    if (any)
        snprintf(path, n, "%s", found.gl_pathv[0]);
    globfree(&found);
    return any;
}

/* Where a plugin of this name lies; 0: nowhere. */
static int find(const char *name, char path[PATH_MAX], size_t n)
{
    static int (*const file[])(char[PATH_MAX]) = { program_file, library_file };
    static const char *const beside[] = { "", "/../lib*/initlab", "/../lib/*/initlab", "/initlab" };
    char folder[2 * PATH_MAX], pattern[2 * PATH_MAX + 64];

    for (size_t f = 0; f < sizeof file / sizeof *file; f++) {
        if (!file[f](path) || !folder_of(path, folder, sizeof folder))
            continue;
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            snprintf(pattern, sizeof pattern, "%s%s/%s", folder, beside[i], name);
            if (first_match(pattern, path, n))
                return 1;
        }
    }
    snprintf(path, n, "%s/%s", INITLAB_PLUGIN_DIR, name);
    return access(path, F_OK) == 0;
}

/* The plugin, after the library that it lacks, if that is found elsewhere than where the loader looks. */
static void *open_plugin(const char *path, char *why, size_t n)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const char *words = handle ? NULL : dlerror();
    char missing[64], reason[256] = "";

    if (!handle && words && il_library_missing(words, missing, sizeof missing) &&
        il_library_open(missing, reason, sizeof reason)) {
        handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        words = handle ? NULL : dlerror();
    }
    if (!handle && reason[0])
        snprintf(why, n, "%s", reason);
    else if (!handle)
        snprintf(why, n, "the CUDA plugin does not load: %.200s", words ? words : path);
    return handle;
}

/* Where INITLAB_PLUGIN says, or where a plugin of this name is found; 0, and words: nowhere. */
static int place_of(const char *name, char path[PATH_MAX], char *why, size_t n)
{
    const char *const asked = getenv("INITLAB_PLUGIN");

    if (asked && *asked) {
        snprintf(path, PATH_MAX, "%s", asked);
        if (access(path, F_OK) == 0)
            return 1;
        snprintf(why, n, "no CUDA plugin at INITLAB_PLUGIN=%.160s", path);
        return 0;
    }
    if (find(name, path, PATH_MAX))
        return 1;
    snprintf(why, n, "no CUDA plugin (%s) beside the program, in ../lib*/initlab or in %.120s",
             name, INITLAB_PLUGIN_DIR);
    return 0;
}

/* The seam of one plugin, if it has devices; NULL, and words. */
static const struct il_seam *load(const char *path, int *count, char *why, size_t n)
{
    const struct il_seam *(*entry)(void) = NULL;
    const struct il_seam *seam;
    void *const handle = open_plugin(path, why, n);
    void *symbol;

    if (!handle)
        return NULL;
    symbol = dlsym(handle, "il_plugin_seam");
    if (!symbol) {
        snprintf(why, n, "%.160s is no plugin of initlab", path);
        return NULL;
    }
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from an object to a function */
    seam = entry();
    if (seam->abi != IL_SEAM_ABI || seam->size != sizeof *seam) {
        snprintf(why, n, "the CUDA plugin %.160s is of another version of initlab", path);
        return NULL;
    }
    *count = seam->count(why, n);
    if (*count == 0)
        snprintf(why, n, "no GPU in this machine");
    return *count > 0 ? seam : NULL;
}

const struct il_seam *il_plugin_load(int *count, char *why, size_t n)
{
    /* newest first: the older one is for a driver that is too old for it, or where its libraries are */
    static const char *const names[] = { "libinitlab_cuda.so", "libinitlab_cuda12.so" };
    const char *const asked = getenv("INITLAB_PLUGIN");
    const size_t many = asked && *asked ? 1 : sizeof names / sizeof *names;
    const struct il_seam *seam = NULL;
    char path[PATH_MAX], other[256];

    *count = 0;
    for (size_t i = 0; i < many && !seam; i++) {
        char *const words = i == 0 ? why : other; /* what is said of the newest counts */

        if (place_of(names[i], path, words, i == 0 ? n : sizeof other))
            seam = load(path, count, words, i == 0 ? n : sizeof other);
    }
    return seam;
}
