/* test_layers_text.c - the text of `layers`: widths of all layers, as many as there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "initlab/initlab.h"
#include "config/config.h"
#include "config/run.h"

/* what a text reads as */
static void normal_forms(void **state)
{
    static const struct {
        const char *text, *normal;
        unsigned count;
    } good[] = {
        { "784,10", "784,10", 2 },         { "784-32-10", "784,32,10", 3 },
        { "in,256x3,out", NULL, 5 },       { "8x1,7", "8,7", 2 },
        { "16777216,1", "16777216,1", 2 }, { "in,in,out,out", "in,in,out,out", 4 },
        { "0007,08x02", "7,8,8", 3 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct il_layers layers;
        il_error err = { .text = "" };
        char *text;

        if (il_layers_parse(&layers, good[i].text, &err) != IL_OK)
            fail_msg("'%s': %s", good[i].text, err.text);
        assert_int_equal(layers.count, good[i].count);
        text = il_layers_text(&layers);
        assert_string_equal(text, good[i].normal ? good[i].normal : "in,256,256,256,out");
        free(text);
        il_layers_free(&layers);
    }
}

static void garbage(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "", "'' is not a width from 1 to 16777216, nor WIDTHxN, in or out" },
        { "784", "at least 2 widths, as 784,256,10, not '784'" },
        { "784,", "'' is not a width" },
        { ",784", "'' is not a width" },
        { "784,,10", "'' is not a width" },
        { "784,0,10", "'0' is not a width" },
        { "784,16777217", "'16777217' is not a width" },
        { "784,99999999999999999999", "'99999999999999999999' is not a width" },
        { "784,8x0,10", "'8x0': behind the x stands how many layers" },
        { "784,8x,10", "'8x': behind the x stands how many layers" },
        { "784,x8,10", "'x8' is not a width" },
        { "784,8x2x2,10", "'8x2x2': behind the x stands how many layers" },
        { "784,8 ,10", "'8 ' is not a width" },
        { "784,+8,10", "'+8' is not a width" },
        { "784,inx2,10", "'inx2' is not a width" },
        { "784,In,10", "'In' is not a width" },
        { "784,1234567890123456789012345678901234567890123456789012345678901234,10",
          "'123456789012345678901234567890...' is too long for a width" },
        { "784,8x16777217", "with '8x16777217' there are more than 16777216 layers" },
        { "8x16777216,8,8", "with '8' there are more than" },
        { "784,8x18446744073709551616", "with '8x18446744073709551616' there are more than" },
        { "8x18446744073709551615,8", "there are more than" },
        { "in,3,out,in,4,out", "'in' stands behind 'out', where a second network begins" },
        { "in-3-out-in-4-out", "'in' stands behind 'out'" },
        { "in-3-out,in-4-out", "commas or dashes, not both" },
        { "784-3-10,784-4-10", "commas or dashes, not both" },
        { "784,3-10", "commas or dashes, not both" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct il_layers layers;
        il_error err = { .text = "" };

        assert_int_equal(il_layers_parse(&layers, bad[i].text, &err), IL_E_USAGE);
        if (!strstr(err.text, bad[i].says))
            fail_msg("'%s' gives \"%s\", which does not say \"%s\"", bad[i].text, err.text,
                     bad[i].says);
        assert_null(layers.width);
        assert_int_equal(il_layers_parse(&layers, bad[i].text, NULL), IL_E_USAGE);
    }
}

static void words_resolve(void **state)
{
    static const unsigned expected[] = { 784, 256, 784, 10, 5, 10 };
    struct il_layers layers;

    (void)state;
    assert_int_equal(il_layers_parse(&layers, "in,256,in,out,5,out", NULL), IL_OK);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(il_layers_width(&layers, i, 784, 10), expected[i]);
    il_layers_free(&layers);
    il_layers_free(&layers);
}

/* N layers of a width are the same however they are written, up to 100,000 of them */
static void deep(void **state)
{
    static const unsigned depths[] = { 1, 64, 65, 400, 100000 };

    (void)state;
    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
        const unsigned n = depths[d];
        struct il_layers layers, again;
        char text[64], *normal;

        snprintf(text, sizeof text, "in,256x%u,out", n);
        assert_int_equal(il_layers_parse(&layers, text, NULL), IL_OK);
        assert_int_equal(layers.count, n + 2);
        normal = il_layers_text(&layers);
        assert_int_equal(strlen(normal), 3 + 4 * (size_t)n + 3);
        assert_true(strspn(normal + 3, "256,") == 4 * (size_t)n);
        assert_int_equal(il_layers_parse(&again, normal, NULL), IL_OK);
        assert_int_equal(again.count, layers.count);
        assert_memory_equal(again.width, layers.width, layers.count * sizeof *layers.width);
        il_layers_free(&again);
        il_layers_free(&layers);
        free(normal);
    }
}

/* 400 different widths, through a config, its copies and a run, with an item of init a layer */
static void deep_run(void **state)
{
    enum { LAYERS = 400 };
    static char widths[LAYERS * 8], init[LAYERS * 32];
    il_config *c = NULL, *copy = NULL;
    struct il_initial_layer at;
    struct il_run run = { .layers = 0 };
    il_error err = { .text = "" };
    size_t n = 0, k = 0;

    (void)state;
    for (int i = 0; i <= LAYERS; i++)
        n += (size_t)sprintf(widths + n, "%s%d", i ? "," : "", i + 3);
    for (int i = 1; i < LAYERS; i++)
        k += (size_t)sprintf(init + k, "h%d=constant:value=%d,", i, i);
    sprintf(init + k, "out=ones,h1[0-9]*.b=ones");
    il_run_free(&run); /* of zeros */
    assert_int_equal(il_config_new(&c, &err), IL_OK);
    if (il_config_set(c, "layers", widths, &err) != IL_OK ||
        il_config_set(c, "init", init, &err) != IL_OK || il_config_copy(&copy, c, &err) != IL_OK)
        fail_msg("%s", err.text);
    il_config_free(c);
    assert_string_equal(il_config_get(copy, "layers"), widths);
    assert_string_equal(strrchr(il_config_get(copy, "init"), ','), ",h1[0-9]*.b=ones");
    assert_int_equal(il_config_widths(copy), LAYERS + 1);
    assert_int_equal(il_config_width(copy, LAYERS), LAYERS + 3);
    for (unsigned l = 0; l < LAYERS; l++) {
        char name[16];

        if (il_run_initial(&at, copy, l, &err) != IL_OK)
            fail_msg("%s", err.text);
        assert_int_equal(at.layers, LAYERS);
        assert_int_equal(at.width[0], l + 3);
        assert_int_equal(at.width[1], l + 4);
        assert_true(at.draw.weight.fill.a == (l + 1 < LAYERS ? (float)(l + 1) : 1));
        il_layer_name(l, LAYERS, name);
        assert_true(at.draw.bias.fill.a == (name[1] == '1' && name[2] ? 1 : 0));
    }
    assert_int_equal(il_run_initial(&at, copy, LAYERS, &err), IL_E_USAGE);
    assert_int_equal(il_config_set(copy, "layers", "3,4x399,out", &err), IL_OK);
    assert_int_equal(il_run_initial(&at, copy, 398, &err), IL_OK); /* its own widths are numbers */
    assert_int_equal(il_run_initial(&at, copy, LAYERS - 1, &err), IL_E_USAGE);
    assert_string_equal(err.parameter, "layers");
    assert_non_null(strstr(err.text, "there is none; give numbers"));
    il_config_free(copy);
}

/* short where people read it, and read back as what it was; what is no width is not counted */
static void for_people(void **state)
{
    static const char *const texts[][2] = {
        { "in,8,8,8,out", "in,8x3,out" },
        { "784,1,1,10", "784,1x2,10" },
        { "in,8,88,8,out", "in,8,88,8,out" },
        { "5,5", "5x2" },
        { "in,8,8,4,4,4,8,out", "in,8x2,4x3,8,out" },
        { "in,out", "in,out" },
        { "12,1,12,12", "12,1,12x2" },
    };
    static const char *const as_they_are[] = { "in,in,out", "", ",,,", "in,,8", "8," };
    il_config *c = NULL;

    (void)state;
    assert_int_equal(il_config_new(&c, NULL), IL_OK);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *const shown = il_config_shown("layers", texts[i][0]);

        assert_string_equal(shown, texts[i][1]);
        assert_int_equal(il_config_set(c, "layers", shown, NULL), IL_OK);
        assert_string_equal(il_config_get(c, "layers"), texts[i][0]);
        free(shown);
    }
    for (size_t i = 0; i < sizeof as_they_are / sizeof *as_they_are; i++) {
        char *const shown = il_config_shown("layers", as_they_are[i]);

        assert_string_equal(shown, as_they_are[i]);
        free(shown);
    }
    for (size_t i = 0; i < 2; i++) {
        char *const shown = il_config_shown(i ? "init" : "no such", "8,8,8");

        assert_string_equal(shown, "8,8,8");
        free(shown);
    }
    il_config_free(c);
}

/* numbers with a point, and nothing else, in as few digits as tell values apart; never longer than they are */
static void few_digits(void **state)
{
    static const struct {
        const char *value, *shown;
        int digits;
    } texts[] = {
        { "0.0031622776601683794", "0.003162", 4 },
        { "0.0031622776601683794", "0.0031623", 5 },
        { "0.0031622776601683794", "0.0031622776601683794", 17 },
        { "1.2345678e-05", "1.235e-05", 4 },
        { "-0.123456", "-0.1235", 4 },
        { "0.1", "0.1", 4 },
        { "123456", "123456", 4 },
        { "12345.678", "12345.678", 4 }, /* 1.235e+04 is as long */
        { "h1=normal:std=0.123456,h2=uniform:-0.654321:0.654321",
          "h1=normal:std=0.1235,h2=uniform:-0.6543:0.6543", 4 },
        { "file:w0.123456.npy", "file:w0.123456.npy", 4 },
        { "file:/a,0.123456,b.npy", "file:/a,0.123456,b.npy", 4 },
        { "1.23456.7", "1.23456.7", 4 },
        { "v1.234567", "v1.234567", 4 },
        { "", "", 4 },
    };
    const char *far[] = { "0.123456", "0.1", "0.123456", "0.223456" };
    const char *near[] = { "0.1234561", "0.1234562", "0.1234561", "zeros" };
    const char *nearest[] = { "0.30000000000000004", "0.3" };
    const char *whole[] = { "1234567", "1234568" };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *const shown = il_config_shown_in("init", texts[i].value, texts[i].digits);

        assert_string_equal(shown, texts[i].shown);
        free(shown);
    }
    assert_int_equal(il_config_digits(far, 4), 4);
    assert_int_equal(il_config_digits(near, 4), 7);
    assert_int_equal(il_config_digits(nearest, 2), 17);
    assert_int_equal(il_config_digits(whole, 2), 4);
    assert_int_equal(il_config_digits(whole, 0), 4);
}

/* copies of a config share values, and a set changes one of them alone */
static void copies(void **state)
{
    il_config *a = NULL, *b = NULL, *c = NULL;

    (void)state;
    assert_int_equal(il_config_new(&a, NULL), IL_OK);
    assert_int_equal(il_config_set(a, "layers", "5,4,3", NULL), IL_OK);
    assert_int_equal(il_config_copy(&b, a, NULL), IL_OK);
    assert_int_equal(il_config_set(b, "layers", "5,3", NULL), IL_OK);
    assert_int_equal(il_config_set(b, "init", "zeros,b=ones", NULL), IL_OK);
    assert_int_equal(il_config_copy(&c, b, NULL), IL_OK);
    assert_int_equal(il_config_set(b, "init", il_config_get(b, "init"), NULL), IL_OK);
    assert_int_equal(il_config_set(b, "init", "ones", NULL), IL_OK);
    assert_string_equal(il_config_get(a, "layers"), "5,4,3");
    assert_string_equal(il_config_get(a, "init"), "uniform");
    il_config_free(a);
    assert_string_equal(il_config_get(b, "layers"), "5,3");
    assert_int_equal(il_config_value(b, IL_PARAMETER_INIT)->init.count, 1);
    il_config_free(b);
    assert_string_equal(il_config_get(c, "init"), "zeros,b=ones");
    assert_int_equal(il_config_value(c, IL_PARAMETER_INIT)->init.count, 2);
    il_config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_forms),  cmocka_unit_test(garbage),
        cmocka_unit_test(words_resolve), cmocka_unit_test(deep),
        cmocka_unit_test(deep_run),      cmocka_unit_test(copies),
        cmocka_unit_test(for_people),    cmocka_unit_test(few_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
