/* cmd_selftest.c - initlab selftest: does this device compute what it should, and how fast? */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "initlab/initlab.h"
#include "common/messages.h"
#include "common/options.h"

struct selftest {
    struct cli *cli;
    int json;       /* else print lines */
    json_t *checks; /* NULL: out of memory */
    size_t count;
};

static void print_check(const struct selftest *t, const il_check *c)
{
    const struct cli *const cli = t->cli;

    printf("%s%s%s %-44s", c->good ? "" : cli->bold, c->good ? "ok  " : "FAIL",
           c->good ? "" : cli->plain, c->name);
    if (c->gigaflops > 0)
        printf(" %9.1f GFLOP/s %5.0f %%", c->gigaflops, 100 * c->share);
    else if (c->gigabytes > 0)
        printf(" %9.2f GB/s    %5.0f %%", c->gigabytes, 100 * c->share);
    printf("  %s\n", c->detail);
    fflush(stdout);
}

static void on_check(void *arg, const il_check *c)
{
    struct selftest *const t = arg;
    json_t *o;

    t->count++;
    if (!t->json) {
        print_check(t, c);
        return;
    }
    o = json_pack("{s:s, s:b, s:f, s:s}", "name", c->name, "good", c->good, "seconds", c->seconds,
                  "detail", c->detail);
    if (o && c->gigabytes > 0)
        cli_json_set(&o, "gb_per_s", json_real(c->gigabytes));
    if (o && c->gigaflops > 0)
        cli_json_set(&o, "gflop_per_s", json_real(c->gigaflops));
    if (o && isfinite(c->share))
        cli_json_set(&o, "share", json_real(c->share));
    cli_json_add(&t->checks, o);
}

/* the last lines, or the whole object; returns the exit code */
static int finish(struct selftest *t, const il_device_info *about, const char *why, int level,
                  unsigned long long seed, size_t failed)
{
    if (t->json) {
        json_t *const all =
            json_pack("{s:s, s:s, s:s, s:i, s:I, s:I, s:o}", "device", about->id, "name",
                      about->name, "detail", about->detail, "level", level, "seed",
                      (json_int_t)seed, "failed", (json_int_t)failed, "checks", t->checks);
        const int code = cli_json(t->cli, all);

        return code ? code : failed ? 1 : 0;
    }
    printf("%zu checks of %s (%s), seed %llu: %zu failed%s%s\n", t->count, about->id, about->name,
           seed, failed, why[0] ? "; " : "", why);
    return failed ? 1 : 0;
}

static int run(struct cli *cli, const struct options *o)
{
    struct selftest t = { .cli = cli };
    const int level = opt_get(o, "level")[0] - '0'; /* one of its words */
    char *end, why[256] = "";
    unsigned long long seed;
    il_device *device = NULL;
    il_device_info about = { 0 };
    il_error err = { .text = "" };
    size_t failed = 0;
    il_status st;
    int code;

    errno = 0;
    seed = strtoull(opt_get(o, "seed"), &end, 10);
    if (*end || errno || opt_get(o, "seed")[0] < '0' || opt_get(o, "seed")[0] > '9')
        return cli_fail(cli, IL_E_USAGE, "--seed: '%s' is not a whole number below 2^64",
                        opt_get(o, "seed"));
    st = il_device_open(&device, opt_get(o, "device"), 1, why, &err);
    if (st == IL_OK)
        st = il_device_about(device, &about, &err);
    t.json = opt_given(o, "json");
    if (t.json)
        t.checks = json_array();
    if (st == IL_OK)
        st = il_selftest(device, level, seed, on_check, &t, &failed, &err);
    if (st != IL_OK) {
        json_decref(t.checks);
        code = cli_fail(cli, st, "%s", err.text);
    } else {
        code = finish(&t, &about, why, level, seed, failed);
    }
    il_device_close(device);
    return code;
}

static const struct opt_row rows[] = {
    { .name = "level",
      .letter = 'r',
      .metavar = "N",
      .value = "2",
      .words = "1|2|3",
      .help = "1: seconds; 2: shapes of a pack and speeds, too; 3: larger ones" },
    { .name = "device",
      .metavar = "DEVICE",
      .value = "auto",
      .help = "what to test: cpu, cuda, cuda:N, or auto for the first GPU, else the CPU" },
    { .name = "seed", .metavar = "N", .value = "20261123", .help = "of all random numbers" },
    { .name = "json", .help = "print an object with every check" },
    { .name = "" }
};

const struct command cmd_selftest = {
    .name = "selftest",
    .summary = "test a device against the CPU, and measure it",
    .text =
        "Every op must write the same bits as the CPU device; products may differ by the rounding "
        "of sums, but those of whole numbers are exact, in each arithmetic that the device has; "
        "equal columns must give equal columns; trainings must begin alike, cost alike, and "
        "end in the same bits when they are run again. From level 2 on every op is timed: GB/s by "
        "formula, and its share of the device's own copy; products in GFLOP/s.\n\n"
        "The exit code is 1 if a check failed.",
    .examples = "initlab selftest --device cuda:0\n"
                "INITLAB_REQUIRE_CUDA=1 initlab selftest -r 3 --json",
    .rows = rows,
    .run = run
};
