/**
 * folder.h - a sweep's folder: what is to be trained, what is done, and who trains it. Any number of
 * processes, on any number of machines that share the folder, may train its packs at once; what each
 * commits goes to a journal of its own (docs/formats.md), and is never lost, nor counted twice.
 */
#ifndef INITLAB_FOLDER_H
#define INITLAB_FOLDER_H

#include <stddef.h>
#include "api.h"
#include "dataset.h"
#include "device.h"
#include "pack.h"
#include "status.h"
#include "sweep.h"
#include "watch.h"

IL_API_BEGIN

typedef struct il_folder il_folder;

/** What is fixed when a folder is made, besides the sweep. */
typedef struct il_folder_setup {
    const char *kind;                           /**< of device: "cpu", "cuda" */
    size_t pack_size, pack_weights, pack_units; /**< il_packing's runs, weights and units */
    const char *data; /**< where the dataset lies, for whoever continues; "": the bundled one */
    const il_dataset *set; /**< the dataset itself: its sum becomes part of the runs' ids */
} il_folder_setup;

/**
 * Make a sweep's folder, with a copy of the sweep file's text and the plan of packs, and open it. The
 * folder may exist if it is empty, or holds the same sweep with the same setup: it is then left as it
 * is. *sweep becomes the folder's, and NULL; after a failure it is still the caller's.
 *
 * IL_E_USAGE: the folder holds another sweep, or something else; IL_E_CREATE, IL_E_IO.
 */
il_status il_folder_create(il_folder **out, const char *dir, il_sweep **sweep,
                           const il_folder_setup *setup, il_error *err);

/** Open a sweep's folder. IL_E_DATA: it is none, or its plan is of another version. */
il_status il_folder_open(il_folder **out, const char *dir, il_error *err);

/**
 * The folder as it is when a part is added to its sweep (il_sweep_parse_parts has the text): opened, but not written.
 * Files that the new runs begin with count as they are now. IL_E_DATA names places of the text, as it has no path.
 */
il_status il_folder_extend(il_folder **out, const il_folder *folder, const char *text, size_t n,
                           il_error *err);

/**
 * Write what il_folder_extend made: from then on the folder has these runs. Nobody may be at work on it, and it must
 * be as it was when that was called. IL_E_USAGE: no run is added; IL_E_CREATE, IL_E_IO: it is as before.
 */
il_status il_folder_keep(const il_folder *folder, il_error *err);

/** Open it again where another process has added to its sweep; else leave it as it is. After a failure it is. */
il_status il_folder_refresh(il_folder **folder, il_error *err);

/** Close; NULL is legal. */
void il_folder_close(il_folder *folder);

const char *il_folder_path(const il_folder *folder);
const char *il_folder_kind(const il_folder *folder);    /**< of device */
const char *il_folder_data(const il_folder *folder);    /**< il_folder_setup's */
size_t il_folder_pack_size(const il_folder *folder);    /**< il_folder_setup's */
size_t il_folder_pack_weights(const il_folder *folder); /**< the same */
size_t il_folder_pack_units(const il_folder *folder);   /**< the same */
const il_sweep *il_folder_sweep(const il_folder *folder);
const il_sweep_plan *il_folder_plan(const il_folder *folder);

/** The id of a run: il_sweep_id with the folder's dataset, and with its files' content. */
il_status il_folder_id(const il_folder *folder, size_t run, char id[17], il_error *err);

/**
 * IL_E_DATA unless this is the dataset that the folder was made for, and the files that its runs begin with
 * (the scheme `file`) have the same content as then. One that was not there then, or cannot be read, is left to its runs.
 */
il_status il_folder_check(const il_folder *folder, const il_dataset *set, il_error *err);

/**
 * IL_E_DATA where the run of this config (NULL: any run) begins with a file that could not be read when the sweep was made,
 * or added to: it is never trained, whether the file has come since or not, as its id says nothing of the content.
 */
il_status il_folder_check_known(const il_folder *folder, const il_config *config, il_error *err);

/** What il_folder_repair did with a journal. */
typedef struct il_repair {
    char journal[256]; /**< name of the file in journal/ that was not right */
    char aside[300]; /**< what it is called now: no journal any more; "": it stays, as `why` says */
    char kept[300];  /**< the new journal of its groups that are right; "": it had none */
    size_t groups;   /**< how many these are */
    char why[128];   /**< why it stays where it is; "": it does not */
} il_repair;
typedef void il_repair_fn(void *arg, const il_repair *repair);

/**
 * Move aside each journal that is damaged, or has a group that cannot be: what is right in it goes to a new
 * one first. Nothing is deleted. Nobody may write to the folder meanwhile. IL_E_CREATE, IL_E_IO, IL_E_MEMORY.
 */
il_status il_folder_repair(il_folder *folder, il_repair_fn *each, void *arg, il_error *err);

/**
 * To do: some runs may be trained, where it was halved; done: each was tried, and some are trained, perhaps not all; failed:
 * each was tried, and none is.
 */
typedef enum il_pack_status { IL_PACK_TODO, IL_PACK_DONE, IL_PACK_FAILED } il_pack_status;

/** One pack of the plan, as il_folder_scan found it. */
typedef struct il_folder_pack {
    double cost; /**< of its training, in multiply-adds: for orders and estimates */
    il_pack_status status;
    unsigned attempts; /**< that ended, well or not */
    size_t trained;    /**< of its runs: those that any attempt has trained */
    size_t failed;     /**< those that were tried, and that no attempt has trained */
    int halved;        /**< some of them were trained, or tried, in halves of it (il_piece_begun) */
    char *error;       /**< of the last failure, where there was one; else NULL */
    size_t diverged;   /**< of those that are trained */
    size_t stuck;      /**< the same, as far as the journals say: earlier ones do not */
    double best;       /**< highest test accuracy of its runs; < 0: none */
    char best_run[17]; /**< and whose */
} il_folder_pack;

/** Read all journals: what is done and what failed, by whomever. IL_E_MEMORY, IL_E_IO. */
il_status il_folder_scan(il_folder *folder, il_error *err);

/**
 * A number that is another one when journals have grown, come or gone, or runs were added to the sweep, for who waits
 * for more: no journal is read. IL_E_MEMORY, IL_E_IO.
 */
il_status il_folder_mark(const il_folder *folder, uint64_t *mark, il_error *err);

/**
 * The numbers (numbers.h) of what is committed, as il_folder_scan found them; IL_NUMBERS where there is
 * nothing yet.
 */
unsigned il_folder_numbers(const il_folder *folder);

/** May more be trained in the folder, as it was scanned? IL_E_DATA, with what to do: its numbers are others. */
il_status il_folder_goes_on(const il_folder *folder, il_error *err);

/**
 * A place of a journal that is not as it was written, or says what cannot be. What was committed there does
 * not count, its pack is trained again.
 */
typedef struct il_damage {
    char journal[256]; /**< name of the file in journal/ */
    size_t byte;       /**< where the damaged line, or the wrong group, begins */
    int unread;        /**< the file cannot be opened: nothing in it was looked at */
    char what[120];    /**< what is wrong there, or why it cannot */
} il_damage;

/**
 * What il_folder_scan and il_results_merge found damaged and was not asked for yet, one at a time; NULL:
 * no more. What a killed writer leaves at a journal's end is no damage.
 */
const il_damage *il_folder_damage(il_folder *folder);

/**
 * Remove the saved states of packs that are done, all runs of them, as il_folder_scan found them: a worker that is killed
 * just behind its commit leaves one.
 */
void il_folder_tidy(const il_folder *folder);

/** A pack, by its place in the plan. */
const il_folder_pack *il_folder_pack_at(const il_folder *folder, size_t pack);

/**
 * Which packs are shard k of n, 1 to n: mine [packs of the plan] becomes 1 or 0. Packs are dealt in
 * snake order by cost, so that shards cost about the same. IL_E_USAGE, IL_E_MEMORY.
 */
il_status il_folder_shard(const il_folder *folder, size_t k, size_t n, unsigned char *mine,
                          il_error *err);

/** The packs by cost, the largest first: order [packs of the plan]. */
il_status il_folder_by_cost(const il_folder *folder, size_t *order, il_error *err);

/** Record that a pack failed for good: a run's error, not the device's. IL_E_CREATE, IL_E_IO. */
il_status il_folder_fail(il_folder *folder, size_t pack, il_status why, const char *text,
                         il_error *err);

/**
 * Open a file of the folder for its lock (flock), made if need be; *fd is the caller's, and stays open in
 * programs that it starts. IL_E_CREATE: it is a link, or no regular file; IL_E_IO.
 */
il_status il_folder_lock_file(const il_folder *folder, const char *name, int *fd, il_error *err);

/** Write a file of the folder, as il_write_file does; a link in its place is replaced. */
il_status il_folder_write(const il_folder *folder, const char *name, const char *text,
                          il_error *err);

/* ---- training -------------------------------------------------------------------------------- */

/** What trains packs: one device, one dataset, one journal. */
typedef struct il_worker il_worker;

/**
 * A worker of a folder. folder, set and device must outlive it; no pack may be open on the device, where
 * the dataset is kept (il_device_keep) until the worker is closed. The journal is made when the first
 * pack is committed. IL_E_MEMORY; IL_E_DATA: another dataset.
 */
il_status il_worker_open(il_worker **out, const il_folder *folder, const il_dataset *set,
                         il_device *device, il_error *err);

/**
 * Save the pack in training every so many seconds (300 at first; 0: never), so that a killed worker's
 * successor goes on there.
 */
void il_worker_checkpoint(il_worker *worker, double seconds);

/**
 * Watch every pack that is trained from now on; what is seen is committed beside its results. It changes no result. A pack
 * that was interrupted when it was not watched so begins anew.
 */
void il_worker_watch(il_worker *worker, const il_watch *watch);

/** IL_E_USAGE where a run of the folder would have more than IL_WATCH_ROWS_MOST rows. */
il_status il_folder_check_watch(const il_folder *folder, const il_watch *watch, il_error *err);

/**
 * What is trained of a pack that its device cannot hold: a half, or a half of a half, and so on, the first half the larger
 * one. It begins now.
 */
typedef struct il_piece_begun {
    size_t pack, first, runs; /**< first: the place in the pack of its first run */
    size_t of;                /**< runs of the pack */
    const char *why;          /**< what the device said; "": an earlier worker halved the pack */
} il_piece_begun;
typedef void il_piece_fn(void *arg, const il_piece_begun *piece);

/** Have a function called before each piece of a pack is trained; never for packs that are trained whole. */
void il_worker_on_piece(il_worker *worker, il_piece_fn *each, void *arg);

/** Close; NULL is legal. */
void il_worker_close(il_worker *worker);

/** Words for a pack and il_trained's begun_on, by printf. */
#define IL_BEGUN_ELSEWHERE                                                                         \
    "pack %ld was begun on %s and went on with another model: products of other hardware can "     \
    "differ in their last bits"

/** Words for a pack and il_piece_begun's why, by printf. */
#define IL_HALVED "pack %ld is trained in halves, as is each that does not fit: %s"

/** What training a pack came to; of one in halves, those that were trained now. */
typedef struct il_trained {
    size_t runs, diverged;
    size_t failed;     /**< of the runs: they cannot be trained, and the others were without them */
    il_error failure;  /**< of the first of these */
    double best;       /**< highest test accuracy of the pack's runs */
    char best_run[17]; /**< and whose */
    /**
     * Name of the device that it was begun on, if it goes on with one of another name: products of other
     * hardware may differ in their last bits. Empty otherwise.
     */
    char begun_on[64];
    double seconds, evaluation_seconds;
} il_trained;

/**
 * Train a pack to its end and commit its results as this attempt (from 1); where an earlier worker was interrupted in it, it
 * goes on there, to the same bits. A run that cannot be trained (its file of weights is gone, say) fails alone: the others
 * have the bits that they have beside it. A pack that the device cannot hold is halved until it can, and each half is
 * committed when it is trained; halves that the folder's journals have, as it was scanned last, are not trained again.
 *
 * IL_E_INTERRUPTED: progress said so; its state is saved for whoever goes on. IL_E_IO, IL_E_CREATE:
 * nothing of it is committed, as where il_folder_goes_on says no. IL_E_DEVICE: the device failed, or cannot hold one run; others may. Others: the pack's own
 * error, il_folder_fail records it.
 */
il_status il_worker_train(il_worker *worker, size_t pack, unsigned attempt,
                          il_progress_fn *progress, void *arg, il_trained *out, il_error *err);

/**
 * Train a pack again for the sake of one of its runs, or the half that the run was trained in, as the folder was scanned;
 * nothing is committed. IL_E_USAGE, IL_E_DATA: that run cannot be.
 */
typedef struct il_again {
    il_pack *pack;   /**< trained; il_pack_close frees */
    size_t run;      /**< the run's place in it, or in the half */
    il_epoch *epoch; /**< [il_pack_epochs] of that run; free frees */
} il_again;
il_status il_worker_again(il_worker *worker, size_t run, il_progress_fn *progress, void *arg,
                          il_again *out, il_error *err);

/**
 * Train the pack of a run again, or its half as il_worker_again, to the step at which a number of the run is first not finite; nothing is committed. No pack
 * may be open on the device. IL_E_USAGE, IL_E_DATA: the run cannot be trained; IL_E_INTERRUPTED: progress said so.
 */
il_status il_folder_broken(const il_folder *folder, size_t run, const il_dataset *set,
                           il_device *device, il_progress_fn *progress, void *arg, il_broken *out,
                           il_error *err);

IL_API_END
#endif
