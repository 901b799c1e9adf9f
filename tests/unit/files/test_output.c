/*
 * test_output.c - files: written whole or not at all; weights that a reader of its own understands;
 * figures.
 */
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initlab/initlab.h"
#include "core/file.h"
#include "formats/weights.h"
#include "support.h"

static char dir[] = "/tmp/initlab-output-XXXXXX";

static char *in_dir(const char *name)
{
    static char path[2][320];
    static int turn;
    char *to = path[turn ^= 1];

    snprintf(to, sizeof path[0], "%s/%s", dir, name);
    return to;
}

/* Files in the folder, those that begin with a dot too; remove them if asked to. */
static int entries(int sweep)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    int n = 0;

    assert_non_null(d);
    while ((e = readdir(d)))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            n++;
            if (sweep)
                assert_int_equal(remove(in_dir(e->d_name)), 0);
        }
    closedir(d);
    return n;
}

static int setup(void **state)
{
    (void)state;
    strcpy(dir + strlen(dir) - 6, "XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    entries(1);
    return rmdir(dir);
}

/* A whole file as text; free it. */
static char *slurp(const char *path, size_t *n)
{
    FILE *in = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);

    assert_non_null(in);
    *n = fread(text, 1, (1 << 20) - 1, in);
    fclose(in);
    return text;
}

static void check_text(const char *path, const char *expected)
{
    size_t n;
    char *text = slurp(path, &n);

    assert_string_equal(text, expected);
    free(text);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void test_write(void **state)
{
    il_error err = { 0 };
    char link[256];
    struct stat info;

    (void)state;
    must(il_write_file(in_dir("a"), "one", 3, &err), &err, "il_write_file");
    must(il_write_file(in_dir("a"), "two", 3, &err), &err, "il_write_file");
    check_text(in_dir("a"), "two");
    must(il_write_file(in_dir("empty"), NULL, 0, &err), &err, "il_write_file");
    check_text(in_dir("empty"), "");
    strcpy(link, in_dir("link"));
    assert_int_equal(symlink("a", link), 0);
    must(il_write_file(link, "three", 5, &err), &err, "il_write_file");
    check_text(in_dir("a"), "three");
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(entries(0), 3); /* no temporary file is left */
    assert_int_equal(chdir(dir), 0); /* a bare name: the temporary file lies here, too */
    must(il_write_file("bare", "x", 1, &err), &err, "il_write_file");
    check_text("bare", "x");
    assert_int_equal(chdir("/"), 0);
}

/* A temporary file that a killed process of our number left is stepped over, and stays. */
static void test_stale(void **state)
{
    il_error err = { 0 };
    char name[64];

    (void)state;
    snprintf(name, sizeof name, ".a.tmp-%ld", (long)getpid());
    must(il_write_file(in_dir(name), "stale", 5, &err), &err, "il_write_file");
    must(il_write_file(in_dir("a"), "new", 3, &err), &err, "il_write_file");
    check_text(in_dir("a"), "new");
    check_text(in_dir(name), "stale");
    assert_int_equal(entries(0), 2);
}

static void test_cannot_create(void **state)
{
    il_error err = { 0 };

    (void)state;
    assert_int_equal(il_write_file(in_dir("no/file"), "x", 1, &err), IL_E_CREATE);
    assert_int_equal(err.status, IL_E_CREATE);
    assert_non_null(strstr(err.text, "no/file': No such file or directory"));
    assert_int_equal(il_write_file(dir, "x", 1, &err), IL_E_CREATE);
    assert_non_null(strstr(err.text, "Is a directory"));
    assert_int_equal(il_write_file("", "x", 1, &err), IL_E_CREATE);
    assert_int_equal(il_write_file(in_dir("no/file"), "x", 1, NULL), IL_E_CREATE);
    assert_int_equal(entries(0), 0);
}

/* /dev/full is written to directly and says what a full disk says. */
static void test_full(void **state)
{
    il_error err = { 0 };
    struct stat info;

    (void)state;
    assert_int_equal(il_write_file("/dev/full", "x", 1, &err), IL_E_IO);
    assert_non_null(strstr(err.text, "cannot write to '/dev/full': No space left on device"));
    assert_int_equal(stat("/dev/full", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    must(il_write_file("/dev/null", "x", 1, &err), &err, "il_write_file");
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

/* A write that fails halfway, here at a limit on file size, leaves the old file and no other. */
static void test_failed_write(void **state)
{
    static char big[100000];
    struct rlimit old, tight;
    il_error err = { 0 };
    il_status st;

    (void)state;
    must(il_write_file(in_dir("a"), "old", 3, &err), &err, "il_write_file");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = 10000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    st = il_write_file(in_dir("a"), big, sizeof big, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(st, IL_E_IO);
    assert_non_null(strstr(err.text, "/a': File too large"));
    check_text(in_dir("a"), "old");
    assert_int_equal(entries(0), 1);
}

static void test_abandon(void **state)
{
    struct il_file f;
    il_error err = { 0 };

    (void)state;
    must(il_file_open(&f, in_dir("a"), &err), &err, "il_file_open");
    il_file_put(&f, "half", 4);
    assert_int_equal(entries(0), 1);
    il_file_abandon(&f);
    il_file_abandon(&f);
    assert_int_equal(entries(0), 0);
}

/* ---- weights --------------------------------------------------------------------------------- */

static int have_python(void)
{
    if (system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null") == 0)
        return 1;
    print_message("skipped: no python3\n");
    return 0;
}

/* Exit status of tests/golden/read_weights.py FILE EXPECTED SHAPES. */
static int read_back(const char *name, const char *expected, const char *shapes)
{
    char command[1024];
    int status;

    snprintf(command, sizeof command, "python3 '%s' '%s/%s' '%s/%s' %s",
             INITLAB_SOURCE_DIR "/tests/golden/read_weights.py", dir, name, dir, expected, shapes);
    status = system(command);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static const char SHAPES[] = "layer1.weight:3x4 layer1.bias:4 layer2.weight:4x2 layer2.bias:2";

enum { FLOATS = 3 * 4 + 4 + 4 * 2 + 2 };

/* any bits: files hold what is in memory, infinities, NaN's payload and -0 too */
static void fill(float *values)
{
    for (int i = 0; i < FLOATS; i++)
        values[i] = (float)(i - 9) / 7;
    values[1] = NAN, values[2] = -INFINITY, values[3] = -0.0f, values[4] = 1e-42f;
}

static void test_weights(void **state)
{
    float v[FLOATS];
    const struct il_tensor tensors[] = {
        { "layer1.weight", 2, { 3, 4 }, v },
        { "layer1.bias", 1, { 4, 0 }, v + 12 },
        { "layer2.weight", 2, { 4, 2 }, v + 16 },
        { "layer2.bias", 1, { 2, 0 }, v + 24 },
    };
    il_error err = { 0 };

    (void)state;
    fill(v);
    if (!have_python())
        skip();
    must(il_write_file(in_dir("expected"), v, sizeof v, &err), &err, "il_write_file");
    must(il_weights_write(in_dir("w.safetensors"), tensors, 4, &err), &err, "il_weights_write");
    must(il_weights_write(in_dir("w.npy"), tensors, 4, &err), &err, "il_weights_write");
    assert_int_equal(entries(0), 1 + 1 + 4);
    assert_int_equal(read_back("w.safetensors", "expected", SHAPES), 0);
    assert_int_equal(read_back("w.npy", "expected", SHAPES), 0);
    v[25] = 77; /* the reader does see a difference */
    must(il_write_file(in_dir("other"), v, sizeof v, &err), &err, "il_write_file");
    print_message("(two complaints follow, as they should)\n");
    assert_int_equal(read_back("w.safetensors", "other", SHAPES), 1);
    assert_int_equal(read_back("w.npy", "other", SHAPES), 1);
}

static void test_weights_refused(void **state)
{
    float v[1] = { 0 };
    struct il_tensor tensors[2] = { { "a", 2, { (size_t)1 << 40, (size_t)1 << 23 }, v } };
    il_error err = { 0 };

    (void)state;
    assert_int_equal(il_weights_write(in_dir("w.txt"), tensors, 1, &err), IL_E_USAGE);
    assert_non_null(
        strstr(err.text, "w.txt: the name of a weights file ends in .safetensors or .npy"));
    assert_int_equal(il_weights_write(in_dir(".npy"), tensors, 1, &err), IL_E_USAGE);
    assert_int_equal(il_weights_write(in_dir("w.safetensors"), tensors, 1, &err), IL_E_MEMORY);
    assert_non_null(strstr(err.text, "a is too large"));
    assert_int_equal(il_weights_write(in_dir("w.npy"), tensors, 1, &err), IL_E_MEMORY);
    tensors[0].size[1] = 1 << 21; /* 2^63 each: their sum overflows */
    tensors[1] = tensors[0];
    assert_int_equal(il_weights_write(in_dir("w.safetensors"), tensors, 2, &err), IL_E_MEMORY);
    assert_int_equal(entries(0), 0);
}

/* ---- the weights of a pack ------------------------------------------------------------------- */

static void test_pack_weights(void **state)
{
    enum { N = 2 * 3 * 3 + 3 };
    uint8_t images[6 * 6], labels[6] = { 0, 1, 2, 0, 1, 2 };
    const il_samples samples = { 6, images, labels };
    il_dataset *set = NULL;
    il_device *device = NULL;
    il_config *config = NULL;
    il_pack *pack = NULL;
    il_error err = { 0 };
    float v[N];

    (void)state;
    for (unsigned i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)(i * 7);
    for (int i = 0; i < N; i++)
        v[i] = (float)i - .25f;
    if (!have_python())
        skip();
    must(il_dataset_from(&set, 2, 3, samples, samples, &err), &err, "il_dataset_from");
    must(il_device_open(&device, "cpu", 1, NULL, &err), &err, "il_device_open");
    must(il_config_new(&config, &err), &err, "il_config_new");
    must(il_config_set(config, "batch", "3", &err), &err, "il_config_set");
    must(il_config_set(config, "layers", "6-3", &err), &err, "il_config_set");
    must(il_pack_open(&pack, device, set, (const il_config *[]){ config, config }, 2, &err), &err,
         "il_pack_open");
    must(il_pack_set(pack, 1, 0, v, v + 18, &err), &err, "il_pack_set");
    must(il_write_file(in_dir("expected"), v, sizeof v, &err), &err, "il_write_file");
    must(il_save_weights(pack, 1, in_dir("w.safetensors"), &err), &err, "il_save_weights");
    must(il_save_weights(pack, 1, in_dir("w.npy"), &err), &err, "il_save_weights");
    assert_int_equal(read_back("w.safetensors", "expected", "layer1.weight:6x3 layer1.bias:3"), 0);
    assert_int_equal(read_back("w.npy", "expected", "layer1.weight:6x3 layer1.bias:3"), 0);
    assert_int_equal(il_save_weights(pack, 2, in_dir("x.npy"), &err), IL_E_USAGE);
    assert_non_null(strstr(err.text, "no run 2 in a pack of 2"));
    assert_int_equal(il_save_weights(pack, 0, in_dir("x.pt"), &err), IL_E_USAGE);
    assert_int_equal(il_save_weights(pack, 0, in_dir("no/x.npy"), &err), IL_E_CREATE);
    il_pack_close(pack);
    il_config_free(config);
    il_device_close(device);
    il_dataset_free(set);
}

/* ---- figures --------------------------------------------------------------------------------- */

static int count(const char *text, const char *word)
{
    int n = 0;

    for (; (text = strstr(text, word)); text += strlen(word))
        n++;
    return n;
}

/* The corners of the first curve's line, from M to the quotation mark. */
static char *first_line(char *svg)
{
    char *line = strstr(svg, "stroke-linejoin");

    line = line ? strstr(line, " d=\"") : NULL;
    assert_non_null(line);
    return line + strlen(" d=\"");
}

/* Draw to fig.svg; the text, which an XML parser has accepted where there is one; free it. */
static char *draw(const char *title, const il_curve *curves, size_t n)
{
    static const char check[] =
        "python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' '%s'";
    char command[512];
    il_error err = { 0 };
    size_t length;

    must(il_plot_svg(in_dir("fig.svg"), title, "epoch", "mean cost", curves, n, &err), &err,
         "il_plot_svg");
    snprintf(command, sizeof command, check, in_dir("fig.svg"));
    if (have_python())
        assert_int_equal(system(command), 0);
    return slurp(in_dir("fig.svg"), &length);
}

static void test_plot(void **state)
{
    const double a[] = { .6, .4, .35, NAN, .32, INFINITY, .31 }, b[] = { .5, .25 };
    const il_curve curves[] = { { "he_normal", a, 7 }, { "zeros", b, 2 } };
    char *svg = draw("Cost", curves, 2), *again;

    (void)state;
    assert_int_equal(count(svg, "mean cost"), 2); /* the axis, and the description */
    assert_int_equal(count(svg, ">epoch<"), 1);
    assert_int_equal(count(svg, ">Cost<"), 2); /* <title> and heading */
    assert_int_equal(count(svg, ">he_normal<") + count(svg, ">zeros<"), 2);
    assert_int_equal(count(svg, "<circle"), 2); /* .32 and .31 stand alone */
    for (int i = 2; i <= 6; i++) {              /* ticks of step .1 around .25 to .6 */
        char label[16];

        snprintf(label, sizeof label, ">0.%d<", i);
        assert_int_equal(count(svg, label), 1);
    }
    assert_int_equal(count(svg, ">0.1<") + count(svg, ">0.7<"), 0);
    assert_null(strstr(svg, "nan"));
    assert_null(strstr(svg, "inf"));
    again = draw("Cost", curves, 2);
    assert_string_equal(svg, again);
    *strchr(first_line(again), '"') = '\0'; /* .6 .4 .35, then .32 and .31 begin anew */
    assert_int_equal(count(first_line(again), "M"), 3);
    assert_int_equal(count(first_line(again), "L"), 2);
    free(again);
    free(svg);
    svg = draw("Cost", curves, 1); /* a single curve needs no legend */
    assert_null(strstr(svg, "he_normal"));
    free(svg);
}

/* The line's corners by hand: x from 1 to 3 over 600 pixels, y from 0 to 1 over 340, top 52. */
static void test_plot_places(void **state)
{
    const double y[] = { 0, 1, .25 };
    const il_curve curve = { "", y, 3 };
    char *svg = draw("t", &curve, 1), cut;
    double x[3], v[3];

    (void)state;
    assert_int_equal(sscanf(first_line(svg), "M%lf %lfL%lf %lfL%lf %lf%c", &x[0], &v[0], &x[1],
                            &v[1], &x[2], &v[2], &cut),
                     7);
    assert_int_equal(cut, '"');
    assert_true(fabs(x[1] - x[0] - 300) < .011 && fabs(x[2] - x[1] - 300) < .011); /* 1/100 pixel */
    assert_true(v[0] == 392 && v[1] == 52 && v[2] == 307);
    free(svg);
}

static void test_plot_edges(void **state)
{
    const double none[] = { NAN, INFINITY, -INFINITY, 1e301 }, one[] = { .25 };
    const double same[] = { 2.3, 2.3, 2.3 }, zero[] = { 0, 0 }, huge[] = { -1e300, 1e300 };
    const double tiny[] = { 1e-300, 2e-300, 5e-324 }, close[] = { 1, 1 + 1e-15 },
                 large[] = { 1e15, 1e15 + 2 };
    const il_curve edge[] = { { "", one, 1 },  { "", same, 3 },  { "", zero, 2 }, { "", huge, 2 },
                              { "", tiny, 3 }, { "", close, 2 }, { "", large, 2 } };
    const il_curve nothing[] = { { "x", none, 4 }, { NULL, NULL, 0 } };
    char *svg;

    (void)state;
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++) {
        svg = draw("edge", &edge[i], 1);
        assert_null(strstr(svg, "no finite values"));
        assert_int_equal(count(svg, "<circle"), i == 0);
        assert_null(strstr(svg, "nan"));
        assert_null(strstr(svg, "inf"));
        assert_true(count(svg, "<text") > 6);
        assert_true(count(svg, "<text") < 40);
        free(svg);
    }
    for (size_t n = 0; n <= 2; n++) {
        svg = draw("nothing", nothing, n);
        assert_int_equal(count(svg, "no finite values"), 1);
        free(svg);
    }
}

/* What the axis has no room for is told, and nothing else. */
static void test_plot_beyond(void **state)
{
    static const double y[] = { 1, 1.1 }, near[] = { .9, 1 }, far[] = { -50, 1 },
                        high[] = { 1.05, 1.2 };
    static const double start[] = { 1e6, 1 }, lost[] = { 1, INFINITY }, at[] = { 1, 1 },
                        cross[] = { 1, 99 };
    static const struct {
        il_line line;
        const char *words;
    } cases[] = {
        { { .y = y, .low = near, .high = high, .count = 2 }, NULL },
        { { .y = y, .low = far, .high = high, .count = 2 },
          ">bands at the edge lie beyond this axis<" },
        { { .y = y, .low = near, .high = lost, .count = 2 }, NULL }, /* a band that breaks off */
        { { .y = y, .count = 2, .cross_x = at, .cross_y = cross, .crosses = 2 },
          ">crosses at the edge lie beyond this axis<" },
        { { .y = start, .count = 2 }, ">the first value, 1e6, is off this axis<" },
        { { .y = y,
            .low = far,
            .high = high,
            .count = 2,
            .cross_x = at,
            .cross_y = cross,
            .crosses = 2 },
          ">bands and crosses at the edge lie beyond this axis<" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const il_panel panel = { .y_label = "y", .line = &cases[i].line, .lines = 1 };
        const il_lines figure = { .title = "beyond", .x_label = "x", .panel = &panel, .panels = 1 };
        char *svg;
        size_t n;

        assert_int_equal(il_figure_lines(&svg, &n, &figure, NULL, NULL), IL_OK);
        if (cases[i].words && !strstr(svg, cases[i].words))
            fail_msg("case %zu: no %s", i, cases[i].words);
        assert_int_equal(count(svg, "this axis<"), cases[i].words != NULL);
        free(svg);
    }
}

/* where the first measured line of a figure begins */
static void begins(const char *svg, double *x, double *y)
{
    const char *const line = strstr(svg, "stroke-linejoin=\"round\"");
    const char *const d = line ? strstr(line, " d=\"M") : NULL;

    assert_non_null(d);
    assert_int_equal(sscanf(d, " d=\"M%lf %lf", x, y), 2);
}

/* A start that is left out: its line comes from there, over the axis's edge; beside values that are all equal, too. */
static void test_plot_start(void **state)
{
    static const double y[] = { 1e6, 1, 2 }, flat[] = { 2.7e7, .09, .09 },
                        low[] = { 2.6e7, .09, .09 }, high[] = { 2.8e7, .09, .09 },
                        other[] = { 1, 2, 1 };
    const il_line lines[] = { { .label = "a", .y = y, .count = 3 },
                              { .label = "b", .y = flat, .low = low, .high = high, .count = 3 },
                              { .label = "c", .y = other, .count = 3 },
                              { .label = "d", .y = y, .count = 3, .style = 1 } };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const il_panel panel = { .y_label = "y", .line = &lines[i], .lines = 1 };
        const il_lines figure = { .title = "start", .x_label = "x", .panel = &panel, .panels = 1 };
        double at, up;
        char *svg;
        size_t n;

        assert_int_equal(il_figure_lines(&svg, &n, &figure, NULL, NULL), IL_OK);
        assert_non_null(strstr(svg, i ? ">the first value of b, 2.7e7, is off this axis<"
                                      : ">the first value of a, 1e6, is off this axis<"));
        assert_null(strstr(svg, "e7</text>"));
        begins(svg, &at, &up);
        assert_true(
            up ==
            52); /* the plot's upper edge; 600 pixels wide, so that the second value is 300 from the first */
        assert_true(at > 340 && at < 400);
        free(svg);
    }
    {
        const il_panel panels[] = { { .title = "1", .y_label = "y", .line = &lines[2], .lines = 2 },
                                    { .title = "2", .y_label = "y", .line = &lines[2], .lines = 1 },
                                    { .title = "3", .y_label = "y", .line = lines, .lines = 2 } };
        const il_lines figure = {
            .title = "starts", .x_label = "x", .panel = panels, .panels = 3, .columns = 3
        };
        char *svg;
        size_t n;

        assert_int_equal(il_figure_lines(&svg, &n, &figure, NULL, NULL), IL_OK);
        assert_int_equal(count(svg, ">the first value of d, 1e6"), 1);
        assert_int_equal(count(svg, ">the first values of 2 lines"), 1);
        free(svg);
    }
}

/* What has no value to be drawn says so, in its own words. */
static void test_plot_none(void **state)
{
    static const double y[] = { 1, 2 }, none[] = { INFINITY, INFINITY };
    const il_line lines[] = {
        { .label = "a", .y = y, .count = 2 },
        { .label = "b", .y = none, .count = 2 },
        { .label = "c", .y = none, .count = 2, .none = "median not finite" }
    };
    const il_panel panels[] = { { .title = "1", .y_label = "y", .line = lines, .lines = 3 },
                                { .title = "2", .y_label = "y", .line = lines, .lines = 1 } };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const il_lines figure = {
            .title = "none", .x_label = "x", .panel = panels, .panels = 1 + i, .columns = 2 * i
        };
        char *svg;
        size_t n;

        assert_int_equal(il_figure_lines(&svg, &n, &figure, NULL, NULL), IL_OK);
        assert_non_null(
            strstr(svg, i ? "no finite value: b; median not finite: c" : ">b (no finite value)<"));
        assert_non_null(i ? svg : strstr(svg, ">c (median not finite)<"));
        free(svg);
    }
}

/* Lines upon each other are told apart, too, where theory's lie among them, and where no more than rounding parts them. */
static void test_plot_upon(void **state)
{
    static const double y[] = { 1, 2 }, near[] = { 1 + 1e-5, 2 }, expected[] = { 1, 3 };
    const il_line lines[] = { { .y = expected, .count = 2, .theory = 1 },
                              { .label = "a", .y = y, .count = 2 },
                              { .y = expected, .count = 2, .style = 1, .theory = 1 },
                              { .label = "b", .y = near, .count = 2, .style = 1 } };
    const il_panel panel = { .y_label = "y", .line = lines, .lines = 4 };
    const il_lines figure = { .title = "upon", .x_label = "x", .panel = &panel, .panels = 1 };
    char *svg;
    size_t n;

    (void)state;
    assert_int_equal(il_figure_lines(&svg, &n, &figure, NULL, NULL), IL_OK);
    assert_int_equal(count(svg, "stroke-dasharray=\"8 8\""), 2); /* b and its name */
    free(svg);
}

/* A log axis of less than a decade has ticks of two digits, of more than that of one. */
static void test_plot_fine(void **state)
{
    static const double y[] = { .9, 1, 1.5 }, wide[] = { 1, 2, 9 };
    static const struct {
        const double *y;
        const char *has, *lacks;
    } cases[] = { { y, ">1.2<", ">2<" }, { wide, ">2<", ">1.2<" } };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const il_line line = { .y = cases[i].y, .count = 3 };
        const il_panel panel = {
            .y_label = "y", .y_scale = IL_SCALE_LOG, .line = &line, .lines = 1
        };
        const il_lines figure = { .title = "fine", .x_label = "x", .panel = &panel, .panels = 1 };
        char *svg, *up;
        size_t n;

        assert_int_equal(il_figure_lines(&svg, &n, &figure, NULL, NULL), IL_OK);
        up = strstr(svg, "text-anchor=\"end\""); /* the labels of the upright axis */
        assert_non_null(up);
        *strstr(up, "</g>") = 0;
        assert_non_null(strstr(up, cases[i].has));
        assert_null(strstr(up, cases[i].lacks));
        free(svg);
    }
}

/* Curves that lie upon others, are nowhere, or leave all others behind, are seen, and so are the others. */
static void test_plot_seen(void **state)
{
    const double flat[] = { 2.3, 2.3, 2.3 }, never[] = { NAN, NAN, NAN },
                 away[] = { 2.3, 1e30, NAN };
    const il_curve curves[] = {
        { "a", flat, 3 }, { "b", flat, 3 }, { "c", flat, 3 }, { "d", never, 3 }, { "e", away, 3 }
    };
    const il_curve dots[] = { { "a", flat, 1 }, { "b", flat, 1 } };
    char *svg = draw("seen", curves, 5);

    (void)state;
    assert_int_equal(count(svg, "stroke-dasharray=\"8 8\""), 2); /* b and its legend */
    assert_int_equal(count(svg, "stroke-dasharray=\"8 16\""), 2);
    assert_int_equal(count(svg, ">d (no finite value)<"), 1);
    assert_int_equal(count(svg, ">2.5<"), 1); /* the axis is that of what stays */
    assert_int_equal(count(svg, "L450 52"), 0);
    assert_null(strstr(svg, "e30"));
    free(svg);
    svg = draw("dots", dots, 2);
    assert_int_equal(count(svg, "r=\"3.00\""), 1);
    assert_int_equal(count(svg, "r=\"2.00\""), 1);
    free(svg);
}

/* Labels that differ stay different, wherever they do. */
static void test_plot_labels(void **state)
{
    static const char *const texts[] = { "runs/seed=1/", "runs/seed=2/", "" };
    const double y[] = { 1, 2 };
    char label[4][200], *svg;
    il_curve curves[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) { /* they differ at their beginning, their end, and in between */
        snprintf(label[i], sizeof label[i], "%s%080d%s%080d", i < 3 ? texts[i] : "", 0,
                 i == 3 ? "x" : "", i == 2);
        curves[i] = (il_curve){ label[i], y, 2 };
    }
    svg = draw("labels", curves, 4);
    assert_int_equal(count(svg, ">runs/seed=1/00000000000000000\xe2\x80\xa6"), 1);
    assert_int_equal(count(svg, ">runs/seed=2/00000000000000000\xe2\x80\xa6"), 1);
    assert_int_equal(count(svg, "\xe2\x80\xa6"
                                "000000000000000000000000000001<"),
                     1);
    free(svg);
    label[2][strlen(label[2]) - 1] = '0';
    svg = draw("labels", curves + 2, 2);
    assert_int_equal(count(svg, ">1: 00000000000000000000000000000\xe2\x80\xa6"), 1);
    assert_int_equal(count(svg, ">2: 00000000000000000000000000000\xe2\x80\xa6"), 1);
    free(svg);
}

/* What XML must not see as it is: its own characters, control characters, bytes of no UTF-8. */
static void test_plot_text(void **state)
{
    const double y[] = { 1, 2 };
    const il_curve curves[] = { { "<b>&\"q\"", y, 2 },
                                { "\xc3\xa9 \xff\x01\xed\xa0\x80\xe2\x82", y, 2 } };
    char longest[2000];
    char *svg = draw("a<b && c>d \"\"", curves, 2);

    (void)state;
    assert_int_equal(count(svg, ">a&lt;b &amp;&amp; c&gt;d &quot;&quot;<"), 2);
    assert_int_equal(count(svg, ">&lt;b&gt;&amp;&quot;q&quot;<"), 1);
    assert_int_equal(count(svg, ">\xc3\xa9 \?\?\?\?\?\?\?<"), 1);
    free(svg);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    svg = draw(longest, curves, 2);
    assert_int_equal(count(svg, "xx\xe2\x80\xa6</text>"), 1);
    free(svg);
}

static void test_plot_many(void **state)
{
    double y[2] = { 1, 2 };
    il_curve curves[40];
    char *svg;

    (void)state;
    for (int i = 0; i < 40; i++)
        curves[i] = (il_curve){ "run", y, 2 };
    svg = draw("many", curves, 40);
    assert_int_equal(count(svg, ">run<"), 40); /* none is left out: the legend goes below */
    free(svg);
}

static void test_plot_fails(void **state)
{
    const double y[] = { 1, 2 };
    const il_curve curve = { "", y, 2 };
    il_error err = { 0 };

    (void)state;
    assert_int_equal(il_plot_svg(in_dir("no/fig.svg"), "t", "x", "y", &curve, 1, &err),
                     IL_E_CREATE);
    assert_non_null(strstr(err.text, "no/fig.svg"));
    assert_int_equal(il_plot_svg("/dev/full", "t", "x", "y", &curve, 1, &err), IL_E_IO);
}

/* Set a locale with a decimal comma, made in the test's folder where none is installed. */
static int set_comma(void)
{
    char command[512];

    snprintf(command, sizeof command, "localedef -f UTF-8 -i de_DE '%s' >/dev/null 2>&1",
             in_dir("de_DE.UTF-8"));
    if (system(command) == 0)
        setenv("LOCPATH", dir, 1);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

/* Under a locale with a decimal comma the bytes are the same. */
static void test_plot_locale(void **state)
{
    const double y[] = { .123, .456 };
    const il_curve curve = { "", y, 2 };
    char *before = draw("t", &curve, 1), *after, number[8], command[512];
    const int found = set_comma();

    (void)state;
    snprintf(number, sizeof number, "%.1f", .5);
    after = draw("t", &curve, 1);
    setlocale(LC_ALL, "C");
    snprintf(command, sizeof command, "rm -rf '%s'", in_dir("de_DE.UTF-8"));
    assert_int_equal(system(command), 0);
    assert_string_equal(number, found ? "0,5" : "0.5");
    assert_string_equal(before, after);
    assert_non_null(strstr(before, ">0.2<"));
    free(before);
    free(after);
    if (!found) {
        print_message("skipped: no locale with a decimal comma, and localedef makes none\n");
        skip();
    }
}

/* Text of any length, and none; a write that found no memory is not forgotten, whatever comes after it. */
static void test_text(void **state)
{
    char want[8 * 20000 + 1], *at = want;
    il_error err = { .text = "" };
    il_text t;

    (void)state;
    assert_int_equal(il_text_open(&t, &err), IL_OK);
    for (int i = 0; i < 20000; i++) {
        fprintf(t.stream, "%07d,", i);
        at += sprintf(at, "%07d,", i);
    }
    assert_int_equal(il_text_close(&t, &err), IL_OK);
    assert_int_equal(t.length, sizeof want - 1);
    assert_string_equal(t.bytes, want);
    free(t.bytes);
    assert_int_equal(il_text_open(&t, &err), IL_OK);
    assert_int_equal(il_text_close(&t, &err), IL_OK);
    assert_string_equal(t.bytes, "");
    free(t.bytes);
    assert_int_equal(il_text_open(&t, &err), IL_OK);
    fputs("a", t.stream);
    assert_int_equal(fflush(t.stream), 0);
    t.length = SIZE_MAX / 4; /* more than fits in memory */
    fputs("b", t.stream);
    fflush(t.stream);
    clearerr(t.stream);
    t.length = 1;
    fputs("c", t.stream);
    assert_int_equal(il_text_close(&t, &err), IL_E_MEMORY);
    assert_null(t.bytes);
    assert_int_equal(t.length, 0);
}

/* numbers get shorter, and nothing else changes */
static void test_json(void **state)
{
    static const struct {
        const char *from, *to;
    } texts[] = {
        { "0.94999999999999996", "0.95" },
        { "{\"a\":[0.10000000000000001,-2.5000000000000000e-7,1,-7,12345678901234567890]}",
          "{\"a\":[0.1,-2.5e-07,1,-7,12345678901234567890]}" },
        { "3.0", "3.0" },
        { "1.0000000000000000e22", "1e+22" },
        { "1e22", "1e22" },
        { "0.30000000000000004", "0.30000000000000004" },
        { "[1.7976931348623157e308, 5.0e-324]", "[1.7976931348623157e308, 5.0e-324]" },
        { "\"0.94999999999999996\"", "\"0.94999999999999996\"" },
        { "\"\\\"0.94999999999999996\\\\\":0.94999999999999996",
          "\"\\\"0.94999999999999996\\\\\":0.95" },
        { "[true, null, false]", "[true, null, false]" },
        { "\"\\", "\"\\" },
        { "", "" },
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(text, sizeof text, "%s", texts[i].from);
        il_json_shorten(text);
        assert_string_equal(text, texts[i].to);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        IN_FOLDER(test_write),
        IN_FOLDER(test_stale),
        IN_FOLDER(test_cannot_create),
        IN_FOLDER(test_full),
        IN_FOLDER(test_failed_write),
        IN_FOLDER(test_abandon),
        IN_FOLDER(test_weights),
        IN_FOLDER(test_weights_refused),
        IN_FOLDER(test_pack_weights),
        IN_FOLDER(test_plot),
        IN_FOLDER(test_plot_places),
        IN_FOLDER(test_plot_edges),
        IN_FOLDER(test_plot_seen),
        IN_FOLDER(test_plot_labels),
        IN_FOLDER(test_plot_text),
        IN_FOLDER(test_plot_many),
        IN_FOLDER(test_plot_fails),
        IN_FOLDER(test_plot_locale),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_plot_beyond),
        cmocka_unit_test(test_plot_start),
        cmocka_unit_test(test_plot_none),
        cmocka_unit_test(test_plot_fine),
        cmocka_unit_test(test_plot_upon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
