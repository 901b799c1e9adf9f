/* folder_impl.h - the inside of a sweep's folder. */
#ifndef HOST_LIB_FOLDER_FOLDER_IMPL_H
#define HOST_LIB_FOLDER_FOLDER_IMPL_H

#include "initlab/folder.h"
#include "journal.h"

enum { IL_PATH = 4096 };

struct il_folder {
    char path[IL_PATH - 300]; /* names in it fit behind */
    il_sweep *sweep;
    il_sweep_plan *plan;
    il_folder_pack *pack; /* [packs] */
    struct {
        char *kind, *data, *data_sum, *sum; /* sum: of the plan, by the ids of all runs */
        size_t pack_size, pack_weights, pixels, classes, samples;
    } setup;
    unsigned numbers;          /* of the journals that were scanned; 0: none of them says */
    struct il_journal journal; /* of failures; made when there is one */
    il_damage *damage;         /* [damages], of which `told` were asked for */
    size_t damages, told;
};

/* The path of a file of the folder. */
void il_folder_file(const struct il_folder *f, const char *fmt, char path[IL_PATH], size_t number);

/* Make its folders journal and state, where they are not there: copies leave out empty ones. */
il_status il_folder_make_parts(const struct il_folder *f, il_error *err);

/* il_folder_goes_on, as IL_E_CREATE: that is no pack's own error, which would be recorded. */
il_status il_folder_may_add(const struct il_folder *f, il_error *err);

/* Make a journal of a name that nobody else has, with its first line; env is taken over. */
il_status il_folder_journal(const struct il_folder *f, struct il_journal *j, json_t *env,
                            il_error *err);

/* All journals, in the order of their names, none without the folder; names [*n] of files, freed by il_folder_free_names. */
il_status il_folder_journals(const struct il_folder *f, char ***names, size_t *n, il_error *err);
void il_folder_free_names(char **names, size_t n);

/* whose a journal is, as its first line says */
enum il_owner {
    IL_OWNER_UNKNOWN, /* that line is damaged: il_folder_has may know of a group */
    IL_OWNER_US,
    IL_OWNER_OTHER
};
enum il_owner il_folder_owner(const struct il_folder *f, const json_t *head);

/* Is the group a pack of this folder's plan, by the ids of its runs? */
int il_folder_has(const struct il_folder *f, char *const *line, size_t lines);

/* il_journal_read of the folder's journal of that name; damage is noted. */
il_status il_folder_read(struct il_folder *f, const char *name, size_t *from,
                         il_journal_group_fn *each, void *arg, il_error *err);

#endif
