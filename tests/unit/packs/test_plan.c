/*
 * test_plan.c - the memory plan of a pack is what it takes, watched or not, to the byte, on a device that counts; a pack
 * that does not fit is refused with the number of runs that do.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/seam.h"
#include "initlab/initlab.h"
#include "catalog/catalog.h"
#include "pack/draw.h"
#include "support.h"

enum { MOST = 1024, RUNS = 6 };

/* a CPU device that counts what it gives, says that it has this much left, and gives no more than `most` at once */
static struct {
    const struct il_seam *cpu;
    void *at[MOST];
    size_t size[MOST], now, peak, left, reserve, asked, most;
    unsigned blocks;
} count;

static int counted_alloc(struct il_device *d, void **p, size_t bytes)
{
    const int e = count.most && bytes > count.most ? -1 : count.cpu->alloc(d, p, bytes);

    for (size_t i = 0; !e && i < MOST; i++)
        if (!count.at[i]) {
            count.at[i] = *p;
            count.size[i] = bytes;
            count.now += bytes;
            count.peak = count.peak > count.now ? count.peak : count.now;
            return 0;
        }
    return e ? e : -1;
}

static int counted_free(struct il_device *d, void *p)
{
    for (size_t i = 0; p && i < MOST; i++)
        if (count.at[i] == p) {
            count.at[i] = NULL;
            count.now -= count.size[i];
        }
    return count.cpu->free(d, p);
}

static int counted_about(struct il_device *d, struct il_about *out)
{
    const int e = count.cpu->about(d, out);

    count.asked++;
    out->memory_free = count.left;
    out->blocks = count.blocks ? count.blocks : out->blocks;
    out->reserve = count.reserve;
    return e;
}

static il_device *counted(struct il_seam *seam)
{
    il_device *d = NULL;

    assert_int_equal(il_device_open(&d, "cpu", 1, NULL, NULL), IL_OK);
    memset(&count, 0, sizeof count);
    count.cpu = d->seam;
    *seam = *d->seam;
    seam->alloc = counted_alloc;
    seam->free = counted_free;
    seam->about = counted_about;
    d->seam = seam;
    return d;
}

/* full: hardly any byte is 0; else three of four are, and the first layer gets lists */
static il_dataset *small_set(int full)
{
    enum { N = 60, PIXELS = 16 };
    static uint8_t images[N * PIXELS], labels[N];
    const il_samples all = { N, images, labels };
    il_dataset *set = NULL;

    for (int i = 0; i < N * PIXELS; i++)
        images[i] = full || i % 4 == 0 ? (uint8_t)(i * 37) : 0;
    for (int i = 0; i < N; i++)
        labels[i] = (uint8_t)(i % 4);
    assert_int_equal(il_dataset_from(&set, 4, 4, all, all, NULL), IL_OK);
    return set;
}

static void configs(il_config **c, size_t n, const char *init, const char *optimizer,
                    const char *activation)
{
    for (size_t m = 0; m < n; m++) {
        const struct setting s[] = {
            { "layers", "in,12,8,out" }, { "init", init },
            { "optimizer", optimizer },  { "activation", m ? activation : "relu" },
            { "batch", "20" },           { NULL, NULL },
        };

        c[m] = make_config(s, NULL);
    }
}

static void configs_free(il_config **c, size_t n)
{
    for (size_t m = 0; m < n; m++)
        il_config_free(c[m]);
}

static void plan_is_what_is_taken(int full, int keep, int watched)
{
    static const char *const inits[] = { "he_normal", "orthogonal",   "nguyen_widrow", "lsuv",
                                         "mup",       "looks_linear", "kraehenbuehl" };
    il_dataset *const set = small_set(full);
    const il_watch watch = { .steps = watched ? 2 : 0 };
    struct il_seam seam;
    il_device *const d = counted(&seam);
    size_t kept, need;

    if (keep)
        assert_int_equal(il_device_keep(d, set, NULL), IL_OK);
    kept = count.now;
    assert_true((kept > 0) == keep);
    for (size_t k = 0; k < sizeof inits / sizeof *inits * IL_OPTIMIZER_ROWS * 2; k++) {
        const size_t runs = k % 2 ? RUNS : 1;
        const char *const init = inits[k / (2 * IL_OPTIMIZER_ROWS)];
        const char *const optimizer = il_list_at(IL_OPTIMIZERS, k / 2 % IL_OPTIMIZER_ROWS)->name;
        il_config *c[RUNS];
        il_pack *p = NULL;
        il_epoch out[RUNS];
        il_memory plan;
        il_error err = { .text = "" };

        configs(c, runs, init, optimizer, k % 4 ? "gelu" : "tanh");
        count.peak = kept;
        must(il_pack_plan(&plan, d, set, (const il_config *const *)c, runs, &err), &err, "a plan");
        assert_int_equal(count.peak, kept); /* nothing is allocated to know it */
        assert_true(keep ? plan.dataset == 0 && plan.held == kept : plan.dataset > 0);
        need = watched ? plan.watched : plan.total;
        must(il_pack_open_watched(&p, d, set, (const il_config *const *)c, runs, &watch, &err),
             &err, "a pack");
        must(il_pack_epoch(p, out, NULL, NULL, &err), &err, "an epoch");
        assert_string_equal(il_pack_input(p), full ? "dense" : "sparse");
        if (count.peak - kept != need)
            fail_msg("%s, %s, %zu runs: %zu bytes were taken, %zu planned", init, optimizer, runs,
                     count.peak - kept, need);
        assert_true(plan.watching > 2 * plan.weights && plan.watched == plan.total + plan.watching);
        assert_int_equal(plan.dataset + plan.weights + plan.optimizer + plan.activations +
                             plan.tables + plan.drawing,
                         plan.total);
        assert_int_equal(count.now - kept, need - plan.drawing);
        il_pack_close(p);
        assert_int_equal(count.now, kept);
        configs_free(c, runs);
    }
    il_device_close(d);
    assert_int_equal(count.now, 0);
    il_dataset_free(set);
}

static void test_plan_is_what_is_taken(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++)
        plan_is_what_is_taken(i / 4, i / 2 % 2, i % 2);
}

/* what the plan says fits is opened, one more is refused, with the numbers */
static void test_too_large_is_refused(void **state)
{
    il_dataset *const set = small_set(0);
    struct il_seam seam;
    il_device *const d = counted(&seam);
    il_config *c[RUNS];
    il_memory one, plan, bytes;
    il_pack *p = NULL;
    il_error err = { .text = "" };
    char words[64];

    (void)state;
    configs(c, RUNS, "orthogonal", "adam", "gelu");
    assert_int_equal(il_pack_plan(&one, d, set, (const il_config *const *)c, RUNS, &err), IL_OK);
    assert_true(one.fits == SIZE_MAX); /* nobody knows how much there is */
    count.asked = 0;
    assert_int_equal(il_pack_bytes(&bytes, d, set, (const il_config *const *)c, RUNS, &err), IL_OK);
    assert_int_equal(bytes.total, one.total);
    assert_int_equal(bytes.watched, one.watched);
    assert_int_equal(count.asked, 0);
    count.reserve = 1000;
    count.left = one.total + count.reserve - 1;
    assert_int_equal(il_pack_plan(&plan, d, set, (const il_config *const *)c, RUNS, &err), IL_OK);
    assert_true(plan.fits > 0 && plan.fits < RUNS);
    assert_int_equal(plan.free, count.left);
    assert_int_equal(il_pack_open(&p, d, set, (const il_config *const *)c, RUNS, &err),
                     IL_E_DEVICE);
    snprintf(words, sizeof words, "%zu such runs fit", plan.fits);
    if (!strstr(err.text, "a pack of 6 runs needs") || !strstr(err.text, words))
        fail_msg("%s", err.text);
    assert_int_equal(count.peak, 0); /* refused before anything was allocated */
    assert_int_equal(il_pack_open(&p, d, set, (const il_config *const *)c, plan.fits, &err), IL_OK);
    il_pack_close(p);
    count.left++;
    assert_int_equal(il_pack_open(&p, d, set, (const il_config *const *)c, RUNS, &err), IL_OK);
    il_pack_close(p);
    count.left = 10; /* less than the reserve */
    assert_int_equal(il_pack_plan(&plan, d, set, (const il_config *const *)c, 1, &err), IL_OK);
    assert_int_equal(plan.fits, 0);
    configs_free(c, RUNS);
    il_device_close(d);
    il_dataset_free(set);
}

/* a pack that fits is refused watched before it takes anything, and opened with a byte more, or with as many as fit */
static void test_watched_is_refused(void **state)
{
    const il_watch watch = { .epochs = 1 };
    il_dataset *const set = small_set(1);
    struct il_seam seam;
    il_device *const d = counted(&seam);
    il_config *c[RUNS];
    const il_config *const *const all = (const il_config *const *)c;
    const il_layer_state *rows;
    il_memory plan;
    il_pack *p = NULL;
    il_epoch out[RUNS];
    il_error err = { .text = "" };
    char words[64];

    (void)state;
    configs(c, RUNS, "he_normal", "sgd", "gelu");
    must(il_pack_bytes(&plan, d, set, all, RUNS, &err), &err, "a plan");
    count.left = plan.watched - 1;
    must(il_pack_plan(&plan, d, set, all, RUNS, &err), &err, "a plan");
    assert_true(plan.fits >= RUNS && plan.fits_watched > 0 && plan.fits_watched < RUNS);
    must(il_pack_open(&p, d, set, all, RUNS, &err), &err, "unwatched");
    il_pack_close(p);
    count.peak = 0;
    assert_int_equal(il_pack_open_watched(&p, d, set, all, RUNS, &watch, &err), IL_E_DEVICE);
    snprintf(words, sizeof words, "%zu such runs fit", plan.fits_watched);
    if (!strstr(err.text, "a pack of 6 watched runs needs") || !strstr(err.text, words))
        fail_msg("%s", err.text);
    assert_int_equal(count.peak, 0);
    must(il_pack_open_watched(&p, d, set, all, plan.fits_watched, &watch, &err), &err, "what fits");
    il_pack_close(p);
    count.left++;
    must(il_pack_open_watched(&p, d, set, all, RUNS, &watch, &err), &err, "a byte more");
    must(il_pack_epoch(p, out, NULL, NULL, &err), &err, "an epoch");
    assert_int_equal(il_pack_seen(p, &rows), 2);
    assert_int_equal(count.peak, count.left);
    il_pack_close(p);
    configs_free(c, RUNS);
    il_device_close(d);
    il_dataset_free(set);
}

/*
 * Orthogonal matrices' work memory: what the plan has; with more blocks than that is for, up to a quarter of what is
 * free, and the plan's again where that cannot be had after all. The largest area is the work's.
 */
static void test_work_of_orthogonal(void **state)
{
    enum { N = 2000, SIZE = 100, BLOCKS = 1900, ALL = 1628 /* fit into 64 MiB */ };
    static const struct {
        unsigned blocks;
        size_t free, most, runs;
    } cases[] = { { 1, SIZE_MAX, 0, ALL },
                  { BLOCKS, SIZE_MAX, 0, BLOCKS },
                  { 2 * N, SIZE_MAX, 0, N },
                  { BLOCKS, (size_t)280 << 20, 0, (70 << 20) / 41200 },
                  { BLOCKS, (size_t)9 << 20, 0, ALL },
                  { BLOCKS, SIZE_MAX, (size_t)64 << 20, ALL } };
    struct il_seam seam;
    il_device *const d = counted(&seam);
    struct il_fill *const fill = calloc(N, sizeof *fill);
    struct il_layer layout;
    void *w;

    (void)state;
    assert_non_null(fill);
    fill[N - 1].after = IL_AFTER_ORTHOGONAL; /* one is drawn: the others take memory alone */
    fill[N - 1].gain = 1;
    assert_true(il_layout(&layout, 0, 2, (const unsigned[]){ SIZE, SIZE, SIZE }, N));
    assert_int_equal(il_draw_work(&layout, N), (size_t)ALL * 41200);
    assert_int_equal(seam.alloc(d, &w, (size_t)layout.rows * layout.ld * sizeof(float)), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t before = count.now;

        count.blocks = cases[i].blocks;
        count.left = cases[i].free;
        count.most = cases[i].most;
        count.peak = before;
        assert_int_equal(seam.zero(d, w, (size_t)layout.rows * layout.ld * sizeof(float)), 0);
        assert_int_equal(il_draw_layer(d, &layout, N, w, fill, fill), 0);
        assert_int_equal(count.peak - before, N * sizeof *fill + cases[i].runs * 41200);
        assert_int_equal(count.now, before);
    }
    seam.free(d, w);
    free(fill);
    il_device_close(d);
}

/*
 * Where a run broke is looked for with the memory of a watched pack: that is refused before anything is taken, or is all that
 * is taken.
 */
static void test_search_is_planned(void **state)
{
    static const char text[] =
        "parameters:\n  layers: \"in,12,8,out\"\n  init: \"normal:std=1e20\"\n"
        "  activation: relu\n  batch: 20\nseeds: 0..5\n";
    char place[] = "/tmp/test_plan.XXXXXX", path[64], command[64];
    il_dataset *const set = small_set(1);
    struct il_seam seam;
    il_device *const d = counted(&seam);
    il_sweep *sweep = NULL;
    il_folder *f = NULL;
    il_config *c[RUNS];
    il_broken broken;
    il_memory plan;
    il_error err = { .text = "" };

    (void)state;
    assert_non_null(mkdtemp(place));
    snprintf(path, sizeof path, "%s/r", place);
    must(il_sweep_parse(&sweep, "sweep.yaml", text, strlen(text), &err), &err, "a sweep");
    for (size_t i = 0; i < RUNS; i++)
        must(il_sweep_config(sweep, i, &c[i], &err), &err, "a run");
    must(il_folder_create(&f, path, &sweep, &(il_folder_setup){ "cpu", RUNS, 0, 0, "", set }, &err),
         &err, "a folder");
    must(il_pack_bytes(&plan, d, set, (const il_config *const *)c, RUNS, &err), &err, "a plan");
    count.left = plan.watched - 1;
    assert_int_equal(il_folder_broken(f, 3, set, d, NULL, NULL, &broken, &err), IL_E_DEVICE);
    if (!strstr(err.text, "a pack of 6 watched runs needs"))
        fail_msg("%s", err.text);
    assert_int_equal(count.peak, 0);
    count.left++;
    must(il_folder_broken(f, 3, set, d, NULL, NULL, &broken, &err), &err, "the search");
    assert_int_equal(broken.kind, IL_BROKEN_PREACTIVATIONS);
    assert_int_equal(count.peak, plan.watched);
    assert_int_equal(count.now, 0);
    il_folder_close(f);
    snprintf(command, sizeof command, "rm -rf '%s'", place);
    assert_int_equal(system(command), 0);
    configs_free(c, RUNS);
    il_device_close(d);
    il_dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan_is_what_is_taken), cmocka_unit_test(test_watched_is_refused),
        cmocka_unit_test(test_search_is_planned),     cmocka_unit_test(test_too_large_is_refused),
        cmocka_unit_test(test_work_of_orthogonal),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
