/* device_list.c - read --devices; GPUs are looked for in a child process. */
#include "device_list.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "initlab/device.h"
#include "common/cli_error.h"

enum { DEVICES_MOST = 256 };

static il_status add_device(struct device_list *d, const char *id, il_error *err)
{
    char(*more)[32];

    if (d->count == DEVICES_MOST)
        return cli_error(err, IL_E_USAGE, "--devices: more than 256");
    more = realloc(d->id, (d->count + 1) * sizeof *more);
    if (!more)
        return cli_no_memory(err);
    d->id = more;
    snprintf(d->id[d->count++], sizeof *d->id, "%.31s", id);
    return IL_OK;
}

static il_status add_cpus(struct device_list *d, size_t n, il_error *err)
{
    il_status st = IL_OK;

    snprintf(d->kind, sizeof d->kind, "cpu");
    for (size_t i = 0; i < n && st == IL_OK; i++)
        st = add_device(d, "cpu", err);
    return st;
}

static size_t cores(void)
{
    cpu_set_t set;
    const int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

    return n < 1 ? 1 : n > DEVICES_MOST ? DEVICES_MOST : (size_t)n;
}

/* in a child: print the GPUs, or why there are none behind a '!' */
static void print_gpus(int fd)
{
    FILE *const f = fdopen(fd, "w");
    il_device_info info;

    for (size_t i = 0; f && il_device_list(i, &info); i++)
        if (strncmp(info.id, "cuda", 4) == 0)
            fprintf(f, "%s%s\n", info.usable ? "" : "!", info.usable ? info.id : info.why_not);
    if (f)
        fclose(f);
    _exit(0);
}

/* all GPUs of this machine, as a child process sees them; why: if there are none */
static il_status add_gpus(struct device_list *d, char why[256], il_error *err)
{
    char line[300];
    int pipes[2];
    pid_t child;
    FILE *f;
    il_status st = IL_OK;

    snprintf(why, 256, "no GPU");
    if (pipe(pipes) != 0 || (child = fork()) < 0)
        return cli_error(err, IL_E_DEVICE, "cannot start a process to look for GPUs: %s",
                         strerror(errno));
    if (child == 0) {
        close(pipes[0]);
        print_gpus(pipes[1]);
    }
    close(pipes[1]);
    f = fdopen(pipes[0], "r");
    while (f && fgets(line, sizeof line, f) && st == IL_OK) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == '!')
            snprintf(why, 256, "%.255s", line + 1);
        else
            st = add_device(d, line, err);
    }
    if (f)
        fclose(f);
    waitpid(child, NULL, 0);
    snprintf(d->kind, sizeof d->kind, "cuda");
    return st;
}

/* one word of the list: cpu, cpu:N, cuda, cuda:N */
static il_status add_word(struct device_list *d, const char *word, il_error *err)
{
    const int cpu = strncmp(word, "cpu", 3) == 0;
    const char *const kind = cpu ? "cpu" : "cuda", *const rest = word + strlen(kind);
    unsigned long n;
    char *end, why[256];
    il_status st = IL_OK;

    if (strncmp(word, kind, strlen(kind)) != 0 || (*rest && *rest != ':'))
        return cli_error(err, IL_E_USAGE,
                         "--devices: '%.60s' is none of cpu, cpu:N, cuda, cuda:N, auto", word);
    if (d->kind[0] && strcmp(d->kind, kind) != 0)
        return cli_error(err, IL_E_USAGE,
                         "--devices: a sweep is trained on one kind of device, not on "
                         "cpu and cuda");
    snprintf(d->kind, sizeof d->kind, "%s", kind);
    if (!*rest && !cpu) {
        st = add_gpus(d, why, err);
        return st != IL_OK || d->count ? st : cli_error(err, IL_E_DEVICE, "--devices: %s", why);
    }
    errno = 0;
    n = *rest ? strtoul(rest + 1, &end, 10) : 1;
    if (*rest &&
        (rest[1] < '0' || rest[1] > '9' || *end || errno || n > DEVICES_MOST || (cpu && n < 1)))
        return cli_error(err, IL_E_USAGE,
                         "--devices: '%.60s': a number must follow the colon, to 256", word);
    return cpu ? add_cpus(d, n, err) : add_device(d, word, err);
}

il_status device_list_read(struct device_list *d, const char *text, const char *kind, il_error *err)
{
    char word[64], why[256];
    il_status st = IL_OK;

    *d = (struct device_list){ .count = 0 };
    if (strcmp(text, "auto") == 0) {
        if (strcmp(kind, "cpu") != 0)
            st = add_gpus(d, why, err);
        if (st != IL_OK || d->count)
            return st;
        if (strcmp(kind, "cuda") == 0 || getenv("INITLAB_REQUIRE_CUDA"))
            return cli_error(err, IL_E_DEVICE, "no GPU can be used: %s", why);
        return add_cpus(d, cores(), err);
    }
    for (const char *p = text; st == IL_OK; p++) {
        const size_t n = strcspn(p, ",");

        snprintf(word, sizeof word, "%.*s", (int)n, p);
        st = add_word(d, word, err);
        p += n;
        if (!*p)
            break;
    }
    if (st == IL_OK && kind[0] && strcmp(kind, d->kind) != 0)
        st = cli_error(err, IL_E_USAGE,
                       "--devices: the sweep was planned for %s: on another kind its "
                       "bits would differ",
                       kind);
    return st;
}

void device_list_free(struct device_list *d)
{
    free(d->id);
    *d = (struct device_list){ .count = 0 };
}
