/* place.h - a folder of its own for each test: cmocka_unit_test_setup_teardown(test, enter, leave). */
#ifndef TESTS_PLACE_H
#define TESTS_PLACE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char place[] = "/tmp/initlab-test.XXXXXX";

static inline int enter(void **state)
{
    (void)state;
    strcpy(place + strlen(place) - 6, "XXXXXX");
    return mkdtemp(place) ? 0 : -1;
}

static inline int leave(void **state)
{
    char command[sizeof place + 16];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", place);
    return system(command);
}

/* the path of what is called so in the folder; returns path */
static inline const char *at(const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", place, name);
    return path;
}

#endif
