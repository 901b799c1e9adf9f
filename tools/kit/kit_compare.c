/*
 * kit_compare.c - what was measured beside what was estimated without a GPU: docs/kernels.md's steps, as
 * tools/gpu-kit had them worked out for several cards; ops and products by the same formula from the bytes and
 * operations that the self-test counts; a launch; orthogonal matrices. An error is measured / estimate - 1.
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

static double number(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static const char *word(const json_t *o, const char *key)
{
    const char *const s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

/* One line; measured 0: it was not. */
static void add(json_t *rows, const char *group, const char *what, double measured, double estimate)
{
    json_t *const row =
        json_pack("{s:s, s:s, s:f}", "group", group, "what", what, "estimate_us", estimate);

    if (row && measured > 0) {
        (void)json_object_set_new(row, "measured_us", json_real(measured));
        (void)json_object_set_new(row, "error", json_real(measured / estimate - 1));
    }
    (void)json_array_append_new(rows, row);
}

/* us of a step that was measured; 0: it was not */
static double step_of(const json_t *parts, const char *network, double runs)
{
    static const char *const names[] = { "steps_1", "steps_3", "steps_wide" };
    size_t i;
    json_t *row;

    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        json_array_foreach(kit_results(parts, names[n]), i,
                           row) if (strcmp(word(row, "network"), network) == 0 &&
                                    number(row, "runs") == runs) return number(row, "us_a_step");
    return 0;
}

static void compare_steps(json_t *rows, const json_t *parts, const json_t *estimates,
                          const char *card)
{
    char what[96];
    size_t i;
    json_t *step;

    json_array_foreach(json_object_get(estimates, "steps"), i, step)
    {
        const char *const network = word(step, "network");
        const double runs = number(step, "runs");

        snprintf(what, sizeof what, "%s, %.0f run%s, %.0f launches", network, runs,
                 runs == 1 ? "" : "s", number(step, "launches"));
        add(rows, "step", what, step_of(parts, network, runs),
            number(json_object_get(step, "us"), card));
    }
}

/* 4 (tall - k) (small - k) loads of each reflection, by docs/kernels.md: microseconds of a matrix */
static double orthogonal(const json_t *estimates, double rows, double cols)
{
    const json_t *const by = json_object_get(estimates, "orthogonal");
    const double tall = rows > cols ? rows : cols, small = rows > cols ? cols : rows;
    double loads = 0;

    for (double k = 0; k < small; k++)
        loads += 4 * (tall - k) * (small - k);
    return loads / (number(by, "loads_under_way") / number(by, "cycles") * number(by, "ghz")) *
           1e-3;
}

static void compare_checks(json_t *rows, const json_t *parts, const json_t *estimates,
                           const json_t *card)
{
    size_t i;
    json_t *check;
    unsigned tall, wide;

    json_array_foreach(kit_results(parts, "selftest"), i, check)
    {
        const double us = number(check, "us");
        const double bytes = number(check, "gb_per_s") * us * 1e3;
        const double flops = number(check, "gflop_per_s") * us * 1e3;
        const double by_bytes = bytes / number(card, "gb_per_s") * 1e-3;
        const double by_flops = flops / number(card, "tflop_per_s") * 1e-6;
        const char *const name = word(check, "name");

        if (us <= 0 || strncmp(name, "speed ", 6) != 0)
            continue;
        if (sscanf(name, "speed orthogonal %ux%u", &tall, &wide) == 2)
            add(rows, "op", name + 6, us, orthogonal(estimates, tall, wide));
        else
            add(rows, "op", name + 6, us,
                number(estimates, "launch_us") + (by_bytes > by_flops ? by_bytes : by_flops));
    }
}

/* the layers of 784-256-10, each drawn after the one before */
static double orthogonal_network(const json_t *estimates, const char *network)
{
    double in = strtod(network, NULL), us = 0;

    while ((network = strchr(network, '-'))) {
        const double out = strtod(++network, NULL);

        us += orthogonal(estimates, in, out);
        in = out;
    }
    return us;
}

static void compare_orthogonal(json_t *rows, const json_t *parts, const json_t *estimates)
{
    double plain = 0;
    char what[96];
    size_t i;
    json_t *row;

    json_array_foreach(kit_results(parts, "orthogonal"), i, row)
    {
        const double us = 1e6 * number(row, "seconds_to_open");

        if (strcmp(word(row, "init"), "orthogonal") != 0) {
            plain = us;
            continue;
        }
        snprintf(what, sizeof what, "orthogonal weights of %s", word(row, "network"));
        add(rows, "draw", what, us - plain, orthogonal_network(estimates, word(row, "network")));
    }
}

static void compare_costs(json_t *rows, const json_t *parts, const json_t *estimates)
{
    size_t i;
    json_t *row;

    json_array_foreach(kit_results(parts, "costs"), i,
                       row) if (strcmp(word(row, "cost"), "kernel within a recorded step") == 0)
        add(rows, "cost", word(row, "cost"), number(row, "us"), number(estimates, "launch_us"));
}

/* the device's name, by its own list */
static const char *card_of(const json_t *parts, const char *device)
{
    size_t i;
    json_t *row;

    json_array_foreach(kit_results(parts, "card"), i,
                       row) if (strcmp(word(row, "id"), device) == 0) return word(row, "name");
    return "";
}

json_t *kit_compare(const json_t *parts, const json_t *estimates, const char *device)
{
    const json_t *const cards = json_object_get(estimates, "cards");
    const char *const name = card_of(parts, device);
    const json_t *as = json_array_get(cards, 0);
    json_t *const rows = json_array();
    int known = 0;
    size_t i;
    json_t *card;

    json_array_foreach(cards, i, card) if (!known && strstr(name, word(card, "match")))
    {
        as = card;
        known = 1;
    }
    compare_steps(rows, parts, estimates, word(as, "name"));
    compare_checks(rows, parts, estimates, as);
    compare_costs(rows, parts, estimates);
    compare_orthogonal(rows, parts, estimates);
    return json_pack("{s:s, s:s, s:b, s:o}", "card", name, "as", word(as, "name"), "known", known,
                     "rows", rows);
}
