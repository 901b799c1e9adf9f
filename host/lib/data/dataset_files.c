/*
 * dataset_files.c - find a dataset's files. MNIST's four are also spelled with a dot before idx; Kaggle's
 * archives unpack each into a folder of its own name; EMNIST has a set of four for each split, which begin
 * with emnist-SPLIT; torchvision keeps all of this in ROOT/NAME/raw.
 */
#include "dataset_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME = 300, PREFIX = 128, PLACES = 32 };

static const struct {
    const char *part[3]; /* the first as published, NULL after the last */
    const char *images, *idx;
} files[IL_DATASET_FILES] = {
    { { "train", NULL }, "images", "idx3-ubyte" },
    { { "train", NULL }, "labels", "idx1-ubyte" },
    { { "t10k", "test", NULL }, "images", "idx3-ubyte" },
    { { "t10k", "test", NULL }, "labels", "idx1-ubyte" },
};

/* below the folder that was given: what torchvision makes, and NIST's archive */
static const char *const below[] = { "raw",        "MNIST/raw",  "FashionMNIST/raw",
                                     "KMNIST/raw", "EMNIST/raw", "gzip" };
enum { BELOW = sizeof below / sizeof *below };

static const char EMNIST[] = "emnist-";

/* a folder, and how the names of a dataset's files in it begin: "", or emnist-SPLIT- */
struct place {
    char *folder;
    char prefix[PREFIX];
};

struct places {
    struct place at[PLACES];
    size_t count;
};

/* ---- names ----------------------------------------------------------------------------------- */

/* the k-th spelling of a file's name; 0: there are not so many */
static int spelling(char out[NAME], const char *prefix, int f, int k)
{
    const char *const part = files[f].part[k / 2 > 1 ? 2 : k / 2];

    if (!part)
        return 0;
    snprintf(out, NAME, "%.*s%s-%s%c%s", PREFIX, prefix, part, files[f].images, "-."[k % 2],
             files[f].idx);
    return 1;
}

const char *il_dataset_file_name(int file)
{
    static const char *const name[] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" };

    return name[file];
}

/* 0: there is nothing, 1: a folder, 2: something else, which reading will tell of */
static int kind_of(const char *path)
{
    struct stat info;

    return stat(path, &info) != 0 ? 0 : S_ISDIR(info.st_mode) ? 1 : 2;
}

/* ---- one file -------------------------------------------------------------------------------- */

/* *path is that of name in folder, raw or with .gz behind it; NULL: there is none */
static il_status find_name(char **path, const char *folder, const char *name, il_error *err)
{
    static const char *const endings[] = { "", ".gz" };

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (asprintf(path, "%s/%s%s", folder, name, endings[i]) < 0) {
            *path = NULL;
            return il_fail(err, IL_E_MEMORY, "%s: no memory", folder);
        }
        if (kind_of(*path) == 2)
            return IL_OK;
        free(*path);
        *path = NULL;
    }
    return IL_OK;
}

/* the same of any spelling, also in a folder which has the file's name */
static il_status find_file(char **path, const char *folder, const char *prefix, int f,
                           il_error *err)
{
    char name[NAME], inner[NAME], *own = NULL;
    il_status st = IL_OK;

    *path = NULL;
    for (int k = 0; !*path && spelling(name, prefix, f, k); k++)
        IL_TRY(find_name(path, folder, name, err));
    for (int k = 0; !*path && spelling(name, prefix, f, k); k++) {
        free(own);
        if (asprintf(&own, "%s/%s", folder, name) < 0) {
            own = NULL;
            st = il_fail(err, IL_E_MEMORY, "%s: no memory", folder);
            goto out;
        }
        for (int i = 0; !*path && kind_of(own) == 1 && spelling(inner, prefix, f, i); i++)
            IL_TRY(find_name(path, own, inner, err));
    }
out:
    free(own);
    return st;
}

/* ---- places ---------------------------------------------------------------------------------- */

static il_status add_place(struct places *p, const char *folder, const char *prefix, il_error *err)
{
    struct place *const at = &p->at[p->count];

    if (p->count == PLACES)
        return IL_OK;
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->at[i].folder, folder) == 0 && strcmp(p->at[i].prefix, prefix) == 0)
            return IL_OK;
    at->folder = strdup(folder);
    if (!at->folder)
        return il_fail(err, IL_E_MEMORY, "%s: no memory", folder);
    snprintf(at->prefix, sizeof at->prefix, "%s", prefix);
    p->count++;
    return IL_OK;
}

/* Add the place if one of the four files is there. */
static il_status try_place(struct places *p, const char *folder, const char *prefix, il_error *err)
{
    char *path = NULL;
    il_status st = IL_OK;

    for (int f = 0; !path && f < IL_DATASET_FILES; f++)
        IL_TRY(find_file(&path, folder, prefix, f, err));
    if (path)
        st = add_place(p, folder, prefix, err);
out:
    free(path);
    return st;
}

/* the splits of EMNIST that a folder has, by their training images */
static il_status try_splits(struct places *p, const char *folder, il_error *err)
{
    DIR *const d = opendir(folder);
    const struct dirent *e;
    char prefix[PREFIX];
    il_status st = IL_OK;

    if (!d && errno == ENOMEM)
        return il_fail(err, IL_E_MEMORY, "%s: no memory", folder);
    while (d && st == IL_OK && (e = readdir(d))) {
        const char *const end = strstr(e->d_name, "-train-images");

        if (strncmp(e->d_name, EMNIST, sizeof EMNIST - 1) != 0 || !end ||
            end - e->d_name >= PREFIX - 1)
            continue;
        snprintf(prefix, sizeof prefix, "%.*s-", (int)(end - e->d_name), e->d_name);
        st = try_place(p, folder, prefix, err);
    }
    if (d)
        closedir(d);
    return st;
}

/* All that a folder has, or what begins so; what lies in it itself is meant before what is further down. */
static il_status search(struct places *p, const char *dir, const char *prefix, il_error *err)
{
    char *folder = NULL;
    il_status st;

    IL_TRY(try_place(p, dir, prefix, err));
    if (!p->count && !*prefix)
        IL_TRY(try_splits(p, dir, err));
    for (size_t i = 0; i < BELOW && (!p->count || folder); i++) {
        free(folder);
        if (asprintf(&folder, "%s/%s", dir, below[i]) < 0) {
            folder = NULL;
            st = il_fail(err, IL_E_MEMORY, "%s: no memory", dir);
            goto out;
        }
        IL_TRY(try_place(p, folder, prefix, err));
        if (!*prefix)
            IL_TRY(try_splits(p, folder, err));
    }
out:
    free(folder);
    return st;
}

/* ---- what is not there ----------------------------------------------------------------------- */

static il_status none(const char *dir, const char *prefix, il_error *err)
{
    char name[NAME];

    spelling(name, prefix, 0, 0);
    return il_fail(err, IL_E_DATA,
                   "%.120s: no dataset: looked for %.60s and three more, with or without .gz, with "
                   ".idx3, in folders of these names%s, there and in raw, MNIST/raw, "
                   "FashionMNIST/raw, KMNIST/raw, EMNIST/raw, gzip",
                   dir, name, *prefix ? "" : ", as emnist-SPLIT-train-...");
}

static int by_name(const void *a, const void *b)
{
    const struct place *const p = a, *const q = b;
    const int order = strcmp(p->folder, q->folder);

    return order ? order : strcmp(p->prefix, q->prefix);
}

/* a place as it is given, behind the folder where it was looked for; without the prefix's dash */
static size_t place_text(char *text, size_t size, const struct place *at, const char *folder)
{
    const size_t m = strlen(at->prefix), n = strlen(folder);
    const char *const rest = at->folder + n + (at->folder[n] == '/');

    return (size_t)snprintf(text, size, "%s%s%.*s", rest, *rest && m ? "/" : "", m ? (int)m - 1 : 0,
                            at->prefix);
}

static il_status several(struct places *p, const char *folder, il_error *err)
{
    char text[240] = "", first[NAME];
    size_t n = 0;

    qsort(p->at, p->count, sizeof *p->at, by_name);
    place_text(first, sizeof first, &p->at[0], folder);
    for (size_t i = 0; i < p->count && n + 4 < sizeof text; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", i ? ", " : "");
        if (n < sizeof text)
            n += place_text(text + n, sizeof text - n, &p->at[i], folder);
    }
    if (n >= sizeof text)
        strcpy(text + sizeof text - 4, "...");
    return il_fail(err, IL_E_DATA, "%.80s: several datasets: %s; name one, as %.80s/%.60s", folder,
                   text, folder, first);
}

static il_status missing(const struct place *at, int f, il_error *err)
{
    char first[NAME], other[NAME];

    spelling(first, at->prefix, f, *at->prefix && files[f].part[1] ? 2 : 0);
    spelling(other, at->prefix, f, *at->prefix && files[f].part[1] ? 3 : 1);
    return il_fail(
        err, IL_E_DATA,
        "%.200s/%s: no such file, with or without .gz, nor %s, nor either in a folder of "
        "that name",
        at->folder, first, other);
}

/* ---- all ------------------------------------------------------------------------------------- */

/* FOLDER/emnist-SPLIT as a folder and a prefix; 0: it is not of this form */
static int split_prefix(char *dir, char prefix[PREFIX])
{
    char *const slash = strrchr(dir, '/');
    const char *const base = slash ? slash + 1 : dir;

    if (strncmp(base, EMNIST, sizeof EMNIST - 1) != 0 || strlen(base) >= PREFIX - 1)
        return 0;
    snprintf(prefix, PREFIX, "%s-", base);
    if (!slash)
        strcpy(dir, ".");
    else
        slash[slash == dir] = 0;
    return 1;
}

il_status il_dataset_find(struct il_dataset_files *out, const char *dir, il_error *err)
{
    char *folder = malloc(strlen(dir) + 2), prefix[PREFIX] = "";
    struct places p = { .count = 0 };
    il_status st = IL_OK;

    *out = (struct il_dataset_files){ NULL };
    if (!folder) {
        st = il_fail(err, IL_E_MEMORY, "%s: no memory", dir);
        goto out;
    }
    strcpy(folder, dir);
    for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--)
        folder[n - 1] = 0;
    if (kind_of(dir) != 1 && (!split_prefix(folder, prefix) || kind_of(folder) != 1)) {
        errno = kind_of(dir) ? ENOTDIR : errno;
        st = il_fail(err, il_or_memory(errno, IL_E_DATA), "%s: no folder with a dataset: %s", dir,
                     strerror(errno));
        goto out;
    }
    if (access(folder, X_OK) != 0) {
        st = il_fail(err, il_or_memory(errno, IL_E_DATA), "%s: cannot look into it: %s", folder,
                     strerror(errno));
        goto out;
    }
    IL_TRY(search(&p, folder, prefix, err));
    if (p.count != 1) {
        st = p.count ? several(&p, folder, err) : none(dir, prefix, err);
        goto out;
    }
    for (int f = 0; f < IL_DATASET_FILES; f++) {
        IL_TRY(find_file(&out->path[f], p.at[0].folder, p.at[0].prefix, f, err));
        if (!out->path[f]) {
            st = missing(&p.at[0], f, err);
            goto out;
        }
    }
    out->folder = p.at[0].folder;
    p.at[0].folder = NULL;
out:
    for (size_t i = 0; i < p.count; i++)
        free(p.at[i].folder);
    free(folder);
    return st;
}

void il_dataset_files_free(struct il_dataset_files *found)
{
    free(found->folder);
    for (int f = 0; f < IL_DATASET_FILES; f++)
        free(found->path[f]);
}
