/*
 * main.c - initlab-mpi: ranks that train a sweep's folder together. They pull packs from one queue, the
 * dearest first: a number in rank 0's memory that each fetches and adds one to. What is committed is
 * committed as by 'sweep run': a rank may be killed, and the same command goes on.
 *
 *   mpirun -np 64 initlab-mpi [--diag every=WHEN] DIR [DATA]
 *
 * GPUs: rank r of a node takes cuda:r. The folder is made by 'initlab sweep submit --engine mpi'.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mpi.h>
#include "initlab/initlab.h"
#include "cli/common/data_paths.h"
#include "cli/common/signals.h"

enum { FAILED_RUNS = 1 };

struct rank {
    int rank, ranks, local; /* local: among those of this node */
    il_folder *folder;
    il_dataset *set;
    il_device *device;
    il_worker *worker;
    size_t *order, left; /* packs that are to be trained */
    MPI_Win window;
    long *next; /* rank 0's: how many of them are taken */
    long failed, trained;
    int told; /* that a pack was halved */
    il_error err;
};

static int on_progress(void *arg, size_t epoch, size_t step, size_t steps)
{
    (void)arg, (void)epoch, (void)step, (void)steps;
    return signals_caught() != 0;
}

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* each rank says once that packs do not fit on its device */
static void on_piece(void *arg, const il_piece_begun *piece)
{
    struct rank *const r = arg;

    if (piece->why[0] && !r->told++)
        say(IL_HALVED, (long)piece->pack, piece->why);
}

static const char USAGE[] = "usage: mpirun -np N initlab-mpi [--diag every=WHEN] DIR [DATA]\n";

/* how many of the words are of --diag, before DIR [DATA]; -1: they are no such line */
static int diag_words(int argc, char **argv)
{
    const int words = argc > 1 && strcmp(argv[1], "--diag") == 0 ? 2 : 0;

    return argc - words == 2 || argc - words == 3 ? words : -1;
}

static il_status open_all(struct rank *r, const char *when, const char *dir, const char *data)
{
    char path[4096], device[32] = "cpu";
    il_watch watch = { 0 };
    il_status st = when ? il_watch_parse(&watch, when, &r->err) : IL_OK;

    if (st == IL_OK)
        st = il_folder_open(&r->folder, dir, &r->err);
    if (st == IL_OK && when)
        st = il_folder_check_watch(r->folder, &watch, &r->err);
    if (st != IL_OK)
        return st;
    if (strcmp(il_folder_kind(r->folder), "cuda") == 0)
        snprintf(device, sizeof device, "cuda:%d", r->local);
    if (!data && il_folder_data(r->folder)[0])
        data = il_folder_data(r->folder);
    if (!data && !data_path_of_dataset(path, sizeof path)) {
        snprintf(r->err.text, sizeof r->err.text, "the bundled MNIST is not found; name a folder");
        return IL_E_DATA;
    }
    st = il_dataset_open(&r->set, data ? data : path, &r->err);
    if (st == IL_OK)
        st = il_device_open(&r->device, device, 1, NULL, &r->err);
    if (st == IL_OK)
        st = il_worker_open(&r->worker, r->folder, r->set, r->device, &r->err);
    if (st == IL_OK) {
        il_worker_watch(r->worker, &watch);
        il_worker_on_piece(r->worker, on_piece, r);
    }
    if (st == IL_OK)
        st = il_folder_scan(r->folder, &r->err);
    if (st == IL_OK)
        il_folder_tidy(r->folder);
    return st;
}

/* A line on stderr; what a terminal would obey, in a name or a journal's words, as \xNN. */
static void say(const char *fmt, ...)
{
    char text[8192];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    fputs("initlab-mpi: ", stderr);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0) ||
            (p > (const unsigned char *)text && p[-1] == 0xc2 && *p < 0xa0))
            fprintf(stderr, "\\x%02x", *p);
        else
            fputc(*p, stderr);
    fputc('\n', stderr);
}

/* each rank read the same journals: one of them says so */
static void say_damage(struct rank *r)
{
    const il_damage *d;

    while (r->rank == 0 && (d = il_folder_damage(r->folder)))
        say("%s/journal/%s %s at byte %zu (%s): what was committed there is left out, and trained "
            "again",
            il_folder_path(r->folder), d->journal, d->unread ? "cannot be read" : "is damaged",
            d->byte, d->what);
}

/* the packs that nobody has trained, the dearest first: the same on each rank, as rank 0 sees them */
static il_status queue(struct rank *r)
{
    const size_t packs_here = il_folder_plan(r->folder)->packs;
    unsigned long mine = packs_here, packs = 0;
    unsigned char *const todo = calloc(packs_here, 1);
    il_status st = IL_E_MEMORY;

    /* runs may be added between the openings of two ranks: what all know is trained, and packs never move */
    MPI_Allreduce(&mine, &packs, 1, MPI_UNSIGNED_LONG, MPI_MIN, MPI_COMM_WORLD);
    r->order = malloc(packs_here * sizeof *r->order);
    if (todo && r->order)
        st = il_folder_by_cost(r->folder, r->order, &r->err);
    for (size_t p = 0; todo && p < packs; p++)
        todo[p] = il_folder_pack_at(r->folder, p)->status == IL_PACK_TODO;
    if (todo)
        MPI_Bcast(todo, (int)packs, MPI_UNSIGNED_CHAR, 0, MPI_COMM_WORLD);
    for (size_t i = 0; st == IL_OK && i < packs_here; i++)
        if (r->order[i] < packs && todo[r->order[i]])
            r->order[r->left++] = r->order[i];
    if (st == IL_OK && r->left > 0)
        st = il_folder_goes_on(r->folder, &r->err);
    free(todo);
    return st;
}

/* the next place in the queue; those behind its end are nobody's */
static long take(struct rank *r)
{
    const long one = 1;
    long got = 0;

    MPI_Fetch_and_op(&one, &got, MPI_LONG, 0, 0, MPI_SUM, r->window);
    MPI_Win_flush(0, r->window);
    return got;
}

/* Train until the queue is empty, a signal comes, or this rank can do no more. */
static il_status work(struct rank *r)
{
    il_status st = IL_OK;

    while (!signals_caught()) {
        const long i = take(r);
        il_trained t;
        size_t pack;

        if ((size_t)i >= r->left)
            break;
        pack = r->order[i];
        st = il_worker_train(r->worker, pack, il_folder_pack_at(r->folder, pack)->attempts + 1,
                             on_progress, NULL, &t, &r->err);
        r->trained += st == IL_OK && t.failed == 0;
        if (st == IL_OK && t.begun_on[0])
            say(IL_BEGUN_ELSEWHERE, (long)pack, t.begun_on);
        if (st == IL_OK && t.failed > 0) {
            say("pack %zu: %zu of its %zu runs failed: %s", pack, t.failed, t.runs, t.failure.text);
            r->failed++;
        }
        if (st == IL_E_USAGE || st == IL_E_DATA || st == IL_E_MEMORY) {
            say("pack %zu failed: %s", pack, r->err.text);
            r->failed++;
            st = il_folder_fail(r->folder, pack, st, r->err.text, &r->err);
        }
        if (st != IL_OK)
            break;
    }
    return st;
}

static void make_window(struct rank *r)
{
    MPI_Win_allocate(r->rank == 0 ? sizeof *r->next : 0, sizeof *r->next, MPI_INFO_NULL,
                     MPI_COMM_WORLD, &r->next, &r->window);
    if (r->rank == 0)
        *r->next = 0;
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_lock_all(0, r->window);
}

/* the worst that any rank ended with becomes every rank's exit code */
static int agree(struct rank *r, il_status st)
{
    int mine = st == IL_OK ? (r->failed ? FAILED_RUNS : 0) : il_status_exit(st), all = 0;
    long sums[2] = { r->trained, r->failed }, total[2];

    if (st != IL_OK && st != IL_E_INTERRUPTED)
        say("rank %d: %s", r->rank, r->err.text);
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    MPI_Allreduce(sums, total, 2, MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
    if (r->rank == 0 && r->folder) {
        const long undone = (long)r->left - total[0] - total[1];

        say("%ld packs trained on %d ranks, %ld with failures, %ld left%s", total[0], r->ranks,
            total[1], undone, undone > 0 ? ": the same command goes on" : "");
        say("'initlab sweep merge' folds the results of %s together", il_folder_path(r->folder));
    }
    return all;
}

static void close_all(struct rank *r)
{
    free(r->order);
    il_worker_close(r->worker);
    il_device_close(r->device);
    il_dataset_free(r->set);
    il_folder_close(r->folder);
}

int main(int argc, char **argv)
{
    struct rank r = { 0 };
    MPI_Comm node;
    il_status st;
    const int words = diag_words(argc, argv);
    char **const operand = argv + 1 + (words > 0 ? words : 0);
    int ok, all, code;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &r.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &r.ranks);
    if (words < 0) {
        if (r.rank == 0)
            fputs(USAGE, stderr);
        MPI_Finalize();
        return il_status_exit(IL_E_USAGE);
    }
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, r.rank, MPI_INFO_NULL, &node);
    MPI_Comm_rank(node, &r.local);
    MPI_Comm_free(&node);
    signals_catch();
    signals_no_file_limit();
    st = open_all(&r, words > 0 ? argv[2] : NULL, operand[0], operand[1]);
    ok = st == IL_OK;
    MPI_Allreduce(&ok, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (all) {
        say_damage(&r);
        st = queue(&r);
        make_window(&r);
        if (st == IL_OK)
            st = work(&r);
        if (st == IL_OK && signals_caught())
            st = IL_E_INTERRUPTED;
        MPI_Win_unlock_all(r.window);
        code = agree(&r, st);
        MPI_Win_free(&r.window);
    } else {
        code = agree(&r, st);
    }
    close_all(&r);
    MPI_Finalize();
    return code;
}
