/*
 * support.h - what the unit tests share: calls that must succeed, numbers that must be near, devices,
 * configs and packs from lists of settings. A test that fails says what was asked for.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include "initlab/initlab.h"

static inline void must(il_status st, const il_error *err, const char *what)
{
    if (st != IL_OK)
        fail_msg("%s: %s", what, err->text);
}

/* a call that must succeed, with an il_error err of the caller's */
#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) != IL_OK)                                                                       \
            fail_msg("%s: %s", #call, err.text);                                                   \
    } while (0)

static inline void near(double got, double want, double tolerance, const char *what)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s: %.9g, not %.9g within %.2g", what, got, want, tolerance);
}

static inline il_device *open_device(const char *name)
{
    il_device *d = NULL;
    il_error err = { .text = "" };

    must(il_device_open(&d, name, 1, NULL, &err), &err, name);
    return d;
}

/* Is a scheme fitted to samples? One that follows the signal needs them for the first layer alone. */
static inline int is_fitted(const il_entry *scheme)
{
    return scheme->traits & IL_LOOKS_AT_DATA && !(scheme->traits & IL_FOLLOWS_SIGNAL);
}

/* A list of these ends in one whose name is NULL. */
struct setting {
    const char *name, *value;
};

static inline void apply(il_config *c, const struct setting *s)
{
    il_error err = { .text = "" };

    for (; s && s->name; s++)
        must(il_config_set(c, s->name, s->value, &err), &err, s->value);
}

/* The defaults, then common settings, then some of its own; either may be NULL. */
static inline il_config *make_config(const struct setting *common, const struct setting *own)
{
    il_config *c = NULL;
    il_error err = { .text = "" };

    must(il_config_new(&c, &err), &err, "config");
    apply(c, common);
    apply(c, own);
    return c;
}

/* A pack of these configs, which it frees. */
static inline il_pack *pack_of(il_device *d, const il_dataset *set, il_config **c, size_t count)
{
    il_pack *p = NULL;
    il_error err = { .text = "" };

    must(il_pack_open(&p, d, set, (const il_config *const *)c, count, &err), &err, "a pack");
    for (size_t m = 0; m < count; m++)
        il_config_free(c[m]);
    return p;
}

#endif
