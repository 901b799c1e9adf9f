/*
 * cmd_sweep_submit.c - initlab sweep submit: make a sweep's folder, and what hands its shards to a cluster:
 * for Slurm one file of a job array, for MPI a command line. Nothing is started.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "common/cli_error.h"
#include "common/clock.h"
#include "sweep/create.h"
#include "sweep/sweep.h"
#include "sweep/sweep_rows.h"

/* Slurm's default for MaxArraySize, and shards of a task that runs at a time: smaller ones lose less
 * when a task dies, and snake order needs few */
enum { ARRAY_DEFAULT = 1001, SHARDS_EACH = 8, SITE_SECONDS = 10 };

static const char NOT_PLAIN[] =
    "--out: Slurm takes no folder whose path has blanks, control characters or a %";

struct submission {
    const struct cli *cli;
    const struct options *o;
    il_folder *folder;
    char program[4096], dir[4096];
    size_t shards, parallel, array; /* array: MaxArraySize of this site */
    int known;                      /* array is what the site said */
    il_watch watch;                 /* --diag, which those who train are given */
    il_error err;
};

/* Start `scontrol show config` by PATH and no shell: what it prints can be read from this. -1: it cannot be had. */
static int ask_slurm(pid_t *child)
{
    char name[] = "scontrol", show[] = "show", config[] = "config";
    char *const words[] = { name, show, config, NULL };
    posix_spawn_file_actions_t actions;
    int ends[2], started = 0;

    if (pipe(ends) != 0)
        return -1;
    if (posix_spawn_file_actions_init(&actions) == 0) {
        started = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0 &&
                  posix_spawn_file_actions_addclose(&actions, ends[0]) == 0 &&
                  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
                                                   0) == 0 &&
                  posix_spawnp(child, name, &actions, NULL, words, environ) == 0;
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    if (!started)
        close(ends[0]);
    return started ? ends[0] : -1;
}

/* What comes within SITE_SECONDS, up to a text's size: where no controller answers scontrol asks for minutes. */
static void read_answer(int from, char *text, size_t size)
{
    const double end = seconds_now() + SITE_SECONDS;
    size_t n = 1;

    text[0] = '\n'; /* before every line there is one */
    while (n + 1 < size) {
        const int left = (int)(1000 * (end - seconds_now()));
        struct pollfd wait = { .fd = from, .events = POLLIN };
        const int ready = left > 0 ? poll(&wait, 1, left) : 0;
        ssize_t got = 0;

        if (ready > 0)
            got = read(from, text + n, size - 1 - n);
        else if (ready < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    text[n] = 0;
}

/* MaxArraySize as `scontrol show config` prints it: the largest index is one less */
static void ask_site(struct submission *s)
{
    char text[65536];
    const char *at;
    pid_t child = 0;
    unsigned long n;
    const int from = ask_slurm(&child);

    s->array = ARRAY_DEFAULT;
    if (from < 0)
        return;
    read_answer(from, text, sizeof text);
    kill(child, SIGKILL);
    close(from);
    waitpid(child, NULL, 0);
    at = strstr(text, "\nMaxArraySize");
    if (at && sscanf(at, " MaxArraySize = %lu", &n) == 1 && n > 1) {
        s->array = n;
        s->known = 1;
    }
}

/* how many tasks, and shards if that was said; asked before there is a folder */
static il_status read_numbers(struct submission *s)
{
    il_status st = sweep_number(s->o, "parallel", 1, 1000000, 8, &s->parallel, &s->err);

    return st == IL_OK ? sweep_number(s->o, "shards", 1, 1000000, SHARDS_EACH * s->parallel,
                                      &s->shards, &s->err)
                       : st;
}

/* no more shards than packs, and within the site's limit */
static void share_out(struct submission *s)
{
    const size_t packs = il_folder_plan(s->folder)->packs;

    if (s->shards > packs)
        s->shards = packs;
    if (s->shards > s->array - 1)
        s->shards = s->array - 1;
    if (s->parallel > s->shards)
        s->parallel = s->shards;
}

/* a word that a shell reads back as it is */
static void put_word(FILE *f, const char *word)
{
    fputc('\'', f);
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (char[2]){ *word }, f);
    fputc('\'', f);
}

/* #SBATCH lines are read by sbatch, not by a shell: a path with blanks cannot stand there */
static int is_plain(const char *path)
{
    for (; *path; path++)
        if (isspace((unsigned char)*path) || iscntrl((unsigned char)*path) || *path == '%')
            return 0;
    return 1;
}

/* One option of sbatch, which is a line of the script: a second line would be another, or a command. */
static int is_option(const char *text)
{
    if (text[0] != '-')
        return 0;
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            return 0;
    return 1;
}

static void put_options(const struct submission *s, FILE *f)
{
    const char *const name = strrchr(s->dir, '/');

    fprintf(f, "#SBATCH --job-name=initlab-%s\n", name ? name + 1 : s->dir);
    fprintf(f, "#SBATCH --array=1-%zu%%%zu\n", s->shards, s->parallel);
    if (strcmp(il_folder_kind(s->folder), "cuda") == 0)
        fputs("#SBATCH --gres=gpu:1\n", f);
    fprintf(f, "#SBATCH --output=%s/slurm-%%A_%%a.log\n", s->dir);
    fputs("#SBATCH --open-mode=append\n#SBATCH --requeue\n#SBATCH --signal=B:USR1@60\n", f);
    for (size_t i = 0; i < s->o->onces; i++)
        if (strcmp(s->o->once[i].row->name, "sbatch") == 0)
            fprintf(f, "#SBATCH %s\n", s->o->once[i].value);
}

static void put_script(const struct submission *s, FILE *f)
{
    fputs("#!/bin/bash\n"
          "# made by 'initlab sweep submit': a task of the array trains a shard of the sweep's "
          "packs.\n",
          f);
    put_options(s, f);
    fputs("\n# A minute before the time limit (USR1), or when it is preempted or cancelled (TERM), "
          "the packs in\n"
          "# training are saved; initlab ends with 75 then, or with 143 where it had not begun. "
          "After "
          "USR1 the task goes\n# back to the queue.\n"
          "requeue=no\n"
          "child=\n"
          "trap 'requeue=yes; [ -z \"$child\" ] || kill -TERM \"$child\"' USR1\n"
          "trap '[ -z \"$child\" ] || kill -TERM \"$child\"' TERM\n\n",
          f);
    put_word(f, s->program);
    fputs(" sweep run ", f);
    put_word(f, s->dir);
    fprintf(f, " --shard \"$SLURM_ARRAY_TASK_ID/%zu\" --progress always", s->shards);
    if (opt_given(s->o, "diag")) {
        fputs(" --diag ", f);
        put_word(f, opt_get(s->o, "diag"));
    }
    fputs(" \\\n    --devices ", f);
    fputs(strcmp(il_folder_kind(s->folder), "cuda") == 0 ? "cuda &\n"
                                                         : "\"cpu:${SLURM_CPUS_PER_TASK:-1}\" &\n",
          f);
    fputs("child=$!\n"
          "[ $requeue = no ] || kill -TERM \"$child\" # asked to end before it had begun\n"
          "wait \"$child\"; code=$?\n"
          "while kill -0 \"$child\" 2>/dev/null; do wait \"$child\"; code=$?; done # a trap ends "
          "wait\n"
          "case $requeue.$code in\n"
          "yes.75 | yes.143)\n"
          "    scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\" ;;\n"
          "esac\n"
          "exit \"$code\"\n",
          f);
}

static il_status slurm(struct submission *s)
{
    char path[4200], word[CLI_COMMAND];
    il_text text;
    il_status st;

    if (!is_plain(s->dir)) /* by a link */
        return cli_error(&s->err, IL_E_USAGE, "%s", NOT_PLAIN);
    ask_site(s);
    share_out(s);
    st = il_text_open(&text, &s->err);
    if (st != IL_OK)
        return st;
    put_script(s, text.stream);
    st = il_text_close(&text, &s->err);
    if (st == IL_OK)
        st = il_folder_write(s->folder, "submit.sbatch", text.bytes, &s->err);
    free(text.bytes);
    if (st != IL_OK)
        return st;
    snprintf(path, sizeof path, "%s/submit.sbatch", s->dir);
    cli_say(s->cli, "%zu packs in %zu shards, %zu at a time; MaxArraySize is %zu%s",
            il_folder_plan(s->folder)->packs, s->shards, s->parallel, s->array,
            s->known ? "" : ", as nobody answered 'scontrol show config'");
    cli_say(s->cli, "when the array has ended: initlab sweep merge %s", cli_word(word, s->dir));
    printf("sbatch %s\n", cli_word(word, path));
    return IL_OK;
}

static void mpi(const struct submission *s)
{
    const char *const slash = strrchr(s->program, '/');
    char program[4200], word[CLI_COMMAND];

    snprintf(program, sizeof program, "%.*sinitlab-mpi", slash ? (int)(slash + 1 - s->program) : 0,
             s->program);
    printf("mpirun -np %zu ", s->parallel);
    fputs(cli_word(word, program), stdout);
    if (opt_given(s->o, "diag"))
        printf(" --diag %s", cli_word(word, opt_get(s->o, "diag")));
    putchar(' ');
    puts(cli_word(word, s->dir));
}

/* What must be so before there is a folder. */
static il_status check(struct submission *s)
{
    const char *const out = opt_get(s->o, "out");
    const int slurm = strcmp(opt_get(s->o, "engine"), "slurm") == 0;
    char here[4096] = "";
    il_status st;

    if (!opt_given(s->o, "engine"))
        return cli_error(&s->err, IL_E_USAGE,
                         "--engine: slurm or mpi (see 'initlab help sweep submit')");
    for (size_t i = 0; i < s->o->onces; i++)
        if (strcmp(s->o->once[i].row->name, "sbatch") == 0 && !is_option(s->o->once[i].value))
            return cli_error(&s->err, IL_E_USAGE,
                             "--sbatch: '%.60s' is not one option of sbatch, as --partition=long; "
                             "give --sbatch again for another",
                             s->o->once[i].value);
    if (slurm && !sweep_continues(s->o) &&
        !(is_plain(out) && (out[0] == '/' || (getcwd(here, sizeof here) && is_plain(here)))))
        return cli_error(&s->err, IL_E_USAGE, "%s", NOT_PLAIN);
    st = sweep_watch(s->o, &s->watch, &s->err);
    return st == IL_OK ? read_numbers(s) : st;
}

static int run(struct cli *cli, const struct options *o)
{
    struct submission s = { .cli = cli, .o = o };
    const ssize_t n = readlink("/proc/self/exe", s.program, sizeof s.program - 1);
    il_status st;

    if (n <= 0)
        snprintf(s.program, sizeof s.program, "initlab");
    st = check(&s);
    if (st == IL_OK)
        st = sweep_open(o, sweep_continues(o) ? NULL : opt_get(o, "kind"), &s.folder, &s.err);
    if (st == IL_OK)
        sweep_tell(cli, o, il_folder_sweep(s.folder));
    if (st == IL_OK)
        st = il_folder_scan(s.folder, &s.err);
    if (st == IL_OK)
        st = il_folder_goes_on(s.folder, &s.err);
    if (st == IL_OK && opt_given(o, "diag"))
        st = il_folder_check_watch(s.folder, &s.watch, &s.err);
    if (st == IL_OK && !realpath(il_folder_path(s.folder), s.dir))
        st = cli_error(&s.err, IL_E_CREATE, "the folder is gone");
    if (st == IL_OK && strcmp(opt_get(o, "engine"), "slurm") == 0)
        st = slurm(&s);
    else if (st == IL_OK)
        mpi(&s);
    il_folder_close(s.folder);
    return st == IL_OK ? 0 : cli_fail(cli, st, "%s", s.err.text);
}

static const struct opt_row rows[] = {
    { .name = "engine",
      .metavar = "ENGINE",
      .words = "slurm|mpi",
      .group = "Cluster",
      .help = "slurm: a job array, DIR/submit.sbatch; mpi: a command line" },
    { .name = "kind",
      .metavar = "KIND",
      .value = "cuda",
      .words = "cuda|cpu",
      .group = "Cluster",
      .help = "of the devices that will train; this machine needs none" },
    { .name = "parallel",
      .metavar = "N",
      .value = "8",
      .group = "Cluster",
      .help = "tasks at a time, each with one GPU; or ranks" },
    { .name = "shards",
      .metavar = "N",
      .group = "Cluster",
      .help = "tasks of the array; 8 for each at a time unless given, and at most one a pack" },
    { .name = "sbatch",
      .again = 1,
      .metavar = "OPTION",
      .group = "Cluster",
      .help = "a further option of sbatch, as --partition=long; given again: another" },
    DIAG_ROW("Cluster"),
    SWEEP_MAKE_ROWS,
    { .name = "" }
};

const struct command cmd_sweep_submit = {
    .name = "sweep submit",
    .operands = "[FILE | NAME | DIR]",
    .max_operands = 1,
    .summary = "prepare a sweep for a cluster: Slurm or MPI",
    .text = "Make a sweep's folder as 'sweep run' does, on a file system that all machines share, "
            "and write "
            "what starts it there; the line to type is printed. Nothing is trained here.\n\n"
            "slurm: each task of a job array trains a shard of the packs, dealt so that they cost "
            "about the "
            "same. Before the time limit a task saves its packs and is queued again; a task that "
            "is lost is "
            "submitted again, and trains what is left. mpi: ranks pull packs from one queue, the "
            "dearest "
            "first; it needs a build with -DINITLAB_MPI=ON. 'sweep run DIR --shard K/N' is what "
            "both stand on, "
            "for GNU parallel and CI matrices, too.",
    .examples =
        "initlab sweep submit sweep.yaml --engine slurm --out results --sbatch --time=2:00:00\n"
        "initlab sweep submit sweep.yaml --engine mpi --kind cpu --parallel 64 --out results",
    .rows = rows,
    .parameters = PARAMETERS_LISTS,
    .run = run
};
