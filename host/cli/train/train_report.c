/* train_report.c - what initlab train says: the set-up and the profile on stderr, epochs on stdout. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "train.h"

static const char *value(const struct train *t, const char *name)
{
    const char *text = il_config_get(t->net.config, name);

    return text ? text : "";
}

/* layers of one width in a row that are counted instead of repeated; a value that is shown whole */
enum { MANY = 8, LONGEST = 240 };

static size_t width_behind(const struct train *t, size_t layer, size_t *parameters)
{
    size_t in, out;

    il_pack_shape(t->net.pack, layer, &in, &out);
    *parameters += (in + 1) * out;
    return out;
}

/* 784-256-256-10; 784-64x400-10 where it is as deep as that */
static void introduce_network(const struct train *t)
{
    const size_t layers = il_pack_layers(t->net.pack);
    size_t in = 0, out = 0, count = 0;

    il_pack_shape(t->net.pack, 0, &in, &out);
    fprintf(stderr, "network  %zu", in);
    for (size_t l = 0, same; l < layers; l += same) {
        out = width_behind(t, l, &count);
        for (same = 1; l + same < layers; same++) {
            size_t more = 0;

            if (width_behind(t, l + same, &more) != out)
                break;
            count += more;
        }
        if (same >= MANY)
            fprintf(stderr, "-%zux%zu", out, same);
        for (size_t i = 0; same < MANY && i < same; i++)
            fprintf(stderr, "-%zu", out);
    }
    fprintf(stderr, ", %zu parameters\n", count);
}

static void introduce_data(const struct train *t)
{
    const size_t held_out = strtoul(value(t, "validation"), NULL, 10);

    fputs("data     ", stderr);
    cli_put(stderr, il_dataset_name(t->net.set)[0] ? il_dataset_name(t->net.set) : t->net.folder);
    fprintf(stderr, ": %zu training", il_dataset_train(t->net.set).count - held_out);
    if (held_out)
        fprintf(stderr, ", %zu validation", held_out);
    fprintf(stderr, " and %zu test images of %zu pixels, %zu classes\n",
            il_dataset_test(t->net.set).count, il_dataset_pixels(t->net.set),
            il_dataset_classes(t->net.set));
}

/* Is this parameter the first of its group? */
static int is_first(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(il_parameter_at(i)->group, il_parameter_at(index)->group) == 0)
            return 0;
    return 1;
}

/* One line a group of parameters. */
static void introduce_group(const struct train *t, const char *group)
{
    const il_parameter *p;
    const char *text;
    char cut[LONGEST + 1];
    int n = 0;

    for (size_t i = 0; (p = il_parameter_at(i)); i++) {
        if (strcmp(p->group, group) != 0)
            continue;
        text = value(t, p->name)[0] ? value(t, p->name) : "none";
        snprintf(cut, sizeof cut, "%s", text);
        fprintf(stderr, "%s%s ", n++ ? ", " : "         ", p->name);
        cli_put(stderr, cut);
        fputs(strlen(text) > LONGEST ? "..." : "", stderr);
    }
    fputc('\n', stderr);
}

void train_introduce(const struct train *t)
{
    il_device_info info = { 0 };

    if (t->quiet)
        return;
    il_device_about(t->net.device, &info, NULL);
    fprintf(stderr, "device   %s: %s", il_device_id(t->net.device), info.name);
    fputs(t->net.why[0] ? "; " : "", stderr);
    cli_put(stderr, t->net.why);
    fputc('\n', stderr);
    introduce_data(t);
    if (opt_given(t->net.o, "verbose"))
        fprintf(stderr, "input    %s: %.1f %% of the training bytes are not 0\n",
                il_pack_input(t->net.pack), 100 * il_dataset_density(t->net.set));
    introduce_network(t);
    for (size_t i = 0; il_parameter_at(i); i++)
        if (is_first(i))
            introduce_group(t, il_parameter_at(i)->group);
    network_say_unfitted(t->cli, &t->net);
    fputc('\n', stderr);
}

static void memory_line(const char *what, size_t bytes)
{
    printf("%-34s %12.2f MiB\n", what, (double)bytes / 1048576);
}

il_status train_plan(struct train *t)
{
    struct network *const n = &t->net;
    il_memory m;
    const il_status st =
        il_pack_plan(&m, n->device, n->set, (const il_config *const *)&n->config, 1, &n->err);

    if (st != IL_OK)
        return st;
    printf("memory of one run on %s\n", il_device_id(n->device));
    memory_line("dataset", m.dataset);
    memory_line("weights", m.weights);
    memory_line("gradients and optimiser", m.optimizer);
    memory_line("activations", m.activations);
    memory_line("tables", m.tables);
    memory_line("while weights are drawn", m.drawing);
    memory_line("total", m.total);
    if (t->watch.epochs || t->watch.steps) {
        memory_line("watched by --diag", m.watching);
        memory_line("total when watched", m.watched);
        m.fits = m.fits_watched;
    }
    if (m.held > 0)
        memory_line("held already (cuBLAS's workspace)", m.held);
    if (m.reserve > 0)
        memory_line("in reserve (kernels, graphs)", m.reserve);
    if (m.free > 0) {
        memory_line("free", m.free);
        printf("%zu such runs fit%s\n", m.fits, m.fits == 0 ? ": too few to train" : "");
    }
    return IL_OK;
}

/* Six decimals, as the seed printed them; more digits where those would hide the number. */
static void cost_text(double x, char *text, size_t size)
{
    snprintf(text, size, x != 0 && (fabs(x) < 1e-3 || fabs(x) >= 1e6) ? "%.6e" : "%.6f",
             cli_number(x));
}

void train_print_epoch(struct train *t)
{
    const il_epoch *e = &t->last;
    char cost[32];

    if (t->report.file == stdout) /* --out -: JSONL in place of the table */
        return;
    if (e->epoch == 1)
        printf("%sepoch          cost            lr  train_accuracy  test_accuracy%s%s\n",
               t->cli->bold, t->validation ? "  validation_cost  validation_accuracy" : "",
               t->cli->plain);
    cost_text(e->cost, cost, sizeof cost);
    printf("%5zu  %12s  %12.8g  %14.4f  %13.4f", e->epoch, cost, e->lr, e->train_accuracy,
           e->test_accuracy);
    if (t->validation) {
        cost_text(e->validation_cost, cost, sizeof cost);
        printf("  %15s  %19.4f", cost, e->validation_accuracy);
    }
    putchar('\n');
    cli_flush(t->cli);
}

void train_profile(const struct train *t)
{
    il_profile_row row;
    double total = 0;

    for (size_t i = 0; il_device_profile(t->net.device, i, &row); i++)
        total += row.seconds;
    fprintf(stderr, "\n%-20s %10s %16s %18s %10s %7s %8s %8s\n", "op", "calls", "bytes", "flops",
            "seconds", "share", "GB/s", "GFLOP/s");
    for (size_t i = 0; il_device_profile(t->net.device, i, &row); i++) {
        fprintf(stderr, "%-20s %10llu %16llu %18llu %10.4f %6.1f%%", row.name,
                (unsigned long long)row.calls, (unsigned long long)row.bytes,
                (unsigned long long)row.flops, row.seconds,
                total > 0 ? 100 * row.seconds / total : 0);
        if (row.bytes && row.seconds > 0)
            fprintf(stderr, " %8.2f", 1e-9 * (double)row.bytes / row.seconds);
        if (row.flops && row.seconds > 0)
            fprintf(stderr, " %8.2f", 1e-9 * (double)row.flops / row.seconds);
        fputc('\n', stderr);
    }
}
