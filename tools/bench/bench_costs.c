/*
 * bench_costs.c - what a device asks for doing next to nothing: a kernel within a recorded step, a step
 * after another, a launch, waiting, and copies of a few bytes.
 *
 *   build/bench_costs [DEVICE]      a line of JSON each: microseconds, median and quartiles
 *
 * The kernel is rescale of one number. A recorded step of NODES of them less one of a single, over the
 * difference, is a node; replays in a queue are a step after another; "one step, waited for" is
 * what a single step costs whoever needs its result at once.
 */
#include "device/seam.h"
#include "initlab/initlab.h"
#include "json_line.h"
#include "timing.h"

enum { NODES = 256, BATCHES = 15, MANY = 64, SMALL = 64, PAGE = 64 << 10 };

/* a step of so many kernels */
struct kernels {
    float *w; /* device memory of PAGE bytes */
    unsigned count;
};

struct costs {
    struct il_device *d;
    struct kernels one, many, nodes;
    struct il_record *short_step, *long_step;
};

/* the smallest kernel, `count` times */
static int kernels(struct il_device *d, void *arg)
{
    const struct kernels *const k = arg;
    int e = 0;

    for (unsigned i = 0; i < k->count && !e; i++)
        e = d->seam->rescale(d, k->w, k->w + 16, NULL, 1, 1, 1);
    return e;
}

static int launches(struct costs *c) { return kernels(c->d, &c->many); }
static int steps(struct costs *c) { return c->d->seam->replay(c->d, c->short_step, MANY); }
static int long_step(struct costs *c) { return c->d->seam->replay(c->d, c->long_step, 1); }

static int step_waited(struct costs *c)
{
    const struct il_seam *const s = c->d->seam;
    int e = 0;

    for (unsigned i = 0; i < MANY && !e; i++)
        if ((e = s->replay(c->d, c->short_step, 1)) == 0)
            e = s->wait(c->d);
    return e;
}
static int waits(struct costs *c)
{
    int e = 0;

    for (unsigned i = 0; i < MANY && !e; i++)
        e = c->d->seam->wait(c->d);
    return e;
}
static int put(struct costs *c, size_t bytes)
{
    static char from[PAGE];
    int e = 0;

    for (unsigned i = 0; i < MANY && !e; i++)
        e = c->d->seam->put(c->d, c->one.w, from, bytes);
    return e;
}
static int put_small(struct costs *c) { return put(c, SMALL); }
static int put_page(struct costs *c) { return put(c, PAGE); }
static int get_small(struct costs *c)
{
    char to[SMALL];
    int e = 0;

    for (unsigned i = 0; i < MANY && !e; i++)
        e = c->d->seam->get(c->d, to, c->one.w, sizeof to);
    return e;
}

/* us [BATCHES] of one of `parts` parts of a batch, which is waited for; the first warms up */
static int measure(struct costs *c, int (*batch)(struct costs *), double parts, double *us)
{
    int e = 0;

    for (int i = 0; i <= BATCHES && !e; i++) {
        const double begin = il_seconds();

        e = batch(c);
        if (!e)
            e = c->d->seam->wait(c->d);
        us[i ? i - 1 : 0] = 1e6 * (il_seconds() - begin) / parts;
    }
    qsort(us, BATCHES, sizeof *us, by_size);
    return e;
}

static void say(const char *what, const double *us)
{
    (void)json_line(json_pack("{s:s, s:f, s:[f,f]}", "cost", what, "us", us[BATCHES / 2],
                              "quartiles", us[BATCHES / 4], us[3 * BATCHES / 4]),
                    stdout);
}

static const struct {
    const char *what;
    int (*batch)(struct costs *);
} rows[] = {
    { "kernel launched by the host", launches },
    { "one step after another", steps },
    { "one step, waited for", step_waited },
    { "wait for nothing", waits },
    { "put 64 bytes", put_small },
    { "put 64 KiB", put_page },
    { "get 64 bytes", get_small },
};

/* A node: long step less short one, each in batches of its own. */
static int node(struct costs *c)
{
    double many[BATCHES], one[BATCHES];
    int e = measure(c, long_step, 1, many);

    if (!e)
        e = measure(c, steps, MANY, one);
    for (int i = 0; i < BATCHES; i++)
        many[i] = (many[i] - one[BATCHES / 2]) / (NODES - 1);
    if (!e)
        say("kernel within a recorded step", many);
    return e;
}

static int all(struct costs *c)
{
    const struct il_seam *const s = c->d->seam;
    double us[BATCHES];
    void *memory = NULL;
    int e = s->alloc(c->d, &memory, PAGE);

    if (!e)
        e = s->zero(c->d, memory, PAGE);
    c->one = (struct kernels){ memory, 1 };
    c->many = (struct kernels){ memory, MANY };
    c->nodes = (struct kernels){ memory, NODES };
    if (!e)
        e = s->record(c->d, kernels, &c->one, &c->short_step);
    if (!e)
        e = s->record(c->d, kernels, &c->nodes, &c->long_step);
    if (!e)
        e = node(c);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !e; i++)
        if ((e = measure(c, rows[i].batch, MANY, us)) == 0)
            say(rows[i].what, us);
    if (e)
        fprintf(stderr, "bench_costs: %s\n", s->error(c->d, e));
    s->record_free(c->d, c->long_step);
    s->record_free(c->d, c->short_step);
    (void)s->free(c->d, memory);
    return e;
}

int main(int argc, char **argv)
{
    struct costs c = { .d = NULL };
    il_error err = { .text = "" };
    int code;

    if (il_device_open(&c.d, argc > 1 ? argv[1] : "auto", 1, NULL, &err) != IL_OK) {
        fprintf(stderr, "bench_costs: %s\n", err.text);
        return il_status_exit(IL_E_DEVICE);
    }
    code = all(&c) ? il_status_exit(IL_E_DEVICE) : 0;
    il_device_close(c.d);
    return code;
}
