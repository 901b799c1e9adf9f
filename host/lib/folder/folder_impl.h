/* folder_impl.h - the inside of a sweep's folder. */
#ifndef HOST_LIB_FOLDER_FOLDER_IMPL_H
#define HOST_LIB_FOLDER_FOLDER_IMPL_H

#include "initlab/folder.h"
#include "journal.h"

enum { IL_PATH = 4096, IL_SWEEP_MOST = 1 << 20 /* bytes of a sweep.yaml */ };

/*
 * What the journals say of a run: bits, 0 where they say nothing; of one that is trained, that and how it ended. Of several
 * groups the first that trained it counts, as in the results. depth: how often its pack was halved for the piece that it was in.
 */
enum { IL_ENDED_TRAINED = 1, IL_ENDED_DIVERGED = 2, IL_ENDED_STUCK = 4, IL_ENDED_FAILED = 8 };
struct il_ended {
    unsigned char how, depth;
};

struct il_folder {
    char path[IL_PATH - 300]; /* names in it fit behind */
    il_sweep *sweep;
    il_sweep_plan *plan;
    il_folder_pack *pack;   /* [packs] */
    struct il_ended *ended; /* [runs of the plan, in its order], as il_folder_scan found */
    struct {
        char *kind, *data, *data_sum;
        size_t pack_size, pack_weights, pack_units, pixels, classes, samples;
        il_pack_limits limits; /* 0 in folders of versions that had none */
    } setup;
    char (*sum)[65];  /* [parts of the sweep]: of the plan to the end of each, as it is made here */
    unsigned numbers; /* of the journals that were scanned; 0: none of them says */
    struct {
        size_t line, group, file; /* bytes that no journal of it exceeds */
    } most;
    struct il_journal journal; /* of failures; made when there is one */
    il_damage *damage;         /* [damages], of which `told` were asked for */
    size_t damages, told;
};

/*
 * Is a sum that of the folder's plan, or of what it was before runs were added? Whoever wrote it numbers packs as we
 * do: they never move.
 */
int il_folder_is_ours(const struct il_folder *f, const char *sum);

/* Deal the packs of the folder's sweep; find their costs, and the sums of the parts of the plan. */
il_status il_folder_make_plan(struct il_folder *f, il_error *err);

/* folder_setup.c: the part of opening and making that both share; strings are copied */
il_status il_folder_set_up(struct il_folder *f, const char *dir, const char *kind, const char *data,
                           const char *data_sum, il_error *err);

/*
 * folder_setup.c: sweep.json's object, and what it says of the setup, of which the limits of packs; the sweep, of sweep.yaml and of the parts that are
 * added; what is known of the files that runs begin with (of an earlier version: nothing); are its sums those of the plan?
 */
il_status il_folder_load_setup(const char *dir, json_t **all, il_error *err);
il_status il_folder_read_setup(struct il_folder *f, const char *dir, json_t *all, il_error *err);
il_status il_folder_read_limits(struct il_folder *f, const char *dir, json_t *all, il_error *err);
il_status il_folder_load_sweep(struct il_folder *f, const char *dir, json_t *setup, il_error *err);
il_status il_folder_know_files(struct il_folder *f, const char *dir, json_t *setup, int all_ours,
                               il_error *err);
il_status il_folder_check_sums(const struct il_folder *f, const char *dir, const json_t *setup,
                               il_error *err);

/* folder_setup.c: write sweep.json, whole or not at all */
il_status il_folder_write_setup(const struct il_folder *f, il_error *err);

/* The sum of the whole plan, which new journals bear. */
const char *il_folder_sum(const struct il_folder *f);

/* The path of a file of the folder. */
void il_folder_file(const struct il_folder *f, const char *fmt, char path[IL_PATH], size_t number);

/* il_folder_write of bytes [n]. */
il_status il_folder_write_bytes(const struct il_folder *f, const char *name, const char *bytes,
                                size_t n, il_error *err);

/* Make its folders journal and state, where they are not there: copies leave out empty ones. */
il_status il_folder_make_parts(const struct il_folder *f, il_error *err);

/* Of several journals, the numbers that count are those that are not ours. */
void il_folder_note_numbers(struct il_folder *f, const json_t *head);

/* il_folder_goes_on, as IL_E_CREATE: that is no pack's own error, which would be recorded. */
il_status il_folder_may_add(const struct il_folder *f, il_error *err);

/* Make a journal of a name that nobody else has, with its first line; env is taken over. */
il_status il_folder_journal(const struct il_folder *f, struct il_journal *j, json_t *env,
                            il_error *err);

/* Forget the group so far; with it a journal that has nothing else: its first line would be missing. */
void il_folder_drop(const struct il_folder *f, struct il_journal *j);

/*
 * Commit the journal's group, which must be whole and right (group.h): IL_E_MEMORY where it is not. After a
 * failure nothing of it is left (il_folder_drop).
 */
il_status il_folder_commit(const struct il_folder *f, struct il_journal *j, il_error *err);

/* {path: sum} of the files that runs begin with; NULL: out of memory */
json_t *il_folder_files(const struct il_folder *f);

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

/* A group, as group.h has it. */
struct il_group {
    json_t *head, **run,
        *pack;          /* run [runs]; head NULL: none before it; pack NULL: the head alone */
    size_t runs, index; /* index: of the pack */
    size_t first,
        left; /* the place of its first run in the pack; runs that its attempt then had still to train */
    unsigned depth; /* how often the pack was halved for it */
    size_t at, end; /* the bytes [at, end) of its file */
    int whole;      /* all before it is right */
    int failed;     /* the pack as a whole: there are no runs then */
    int counts;     /* it is ours, and right */
};
/* Did the run in that place of a group that counts fail? It has `error` and no rows then. */
int il_group_failed(const struct il_group *g, size_t place);
typedef il_status il_folder_group_fn(void *arg, const struct il_group *group, il_error *err);

/* How far a journal was read; from 0 on all zeros. */
struct il_folder_reading {
    size_t from; /* as il_journal_read's */
    enum il_owner owner;
};

/* il_journal_read of the folder's journal of that name, of groups that count; damage is noted. */
il_status il_folder_read(struct il_folder *f, const char *name, struct il_folder_reading *r,
                         il_folder_group_fn *each, void *arg, il_error *err);

#endif
