/*
 * plugin.c - find and open libinitlab_cuda.so: at INITLAB_PLUGIN if that is set, else beside the
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

#define PLUGIN "libinitlab_cuda.so"

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

/* Where the plugin lies; 0: nowhere. */
static int find(char path[PATH_MAX], size_t n)
{
    static int (*const file[])(char[PATH_MAX]) = { program_file, library_file };
    static const char *const beside[] = { "", "/../lib*/initlab", "/../lib/*/initlab", "/initlab" };
    char folder[2 * PATH_MAX], pattern[2 * PATH_MAX + 64];

    for (size_t f = 0; f < sizeof file / sizeof *file; f++) {
        if (!file[f](path) || !folder_of(path, folder, sizeof folder))
            continue;
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            snprintf(pattern, sizeof pattern, "%s%s/" PLUGIN, folder, beside[i]);
            if (first_match(pattern, path, n))
                return 1;
        }
    }
    snprintf(path, n, "%s", INITLAB_PLUGIN_DIR "/" PLUGIN);
    return access(path, F_OK) == 0;
}

const struct il_seam *il_plugin_load(char *why, size_t n)
{
    const char *const asked = getenv("INITLAB_PLUGIN");
    const struct il_seam *(*entry)(void) = NULL;
    const struct il_seam *seam;
    char path[PATH_MAX];
    void *handle, *symbol;

    if (asked && *asked) {
        snprintf(path, sizeof path, "%s", asked);
        if (access(path, F_OK) != 0) {
            snprintf(why, n, "no CUDA plugin at INITLAB_PLUGIN=%.160s", path);
            return NULL;
        }
    } else if (!find(path, sizeof path)) {
        snprintf(why, n,
                 "no CUDA plugin (" PLUGIN ") beside the program, in ../lib*/initlab or in %.120s",
                 INITLAB_PLUGIN_DIR);
        return NULL;
    }
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *const words = dlerror();

        snprintf(why, n, "the CUDA plugin does not load: %.200s", words ? words : path);
        return NULL;
    }
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
    return seam;
}
