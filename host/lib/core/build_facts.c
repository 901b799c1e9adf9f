/* build_facts.c - what this build is, in words: il_build_fact of version.h. */
#include <stddef.h>
#include "commit.h"
#include "initlab/version.h"

#if defined(INITLAB_X86_FLAVOURS)
#define FLAVOURS "cpu_base cpu_v3 cpu_v4"
#else
#define FLAVOURS "cpu_base"
#endif

static const struct {
    const char *name, *value;
} facts[] = {
    { "version", IL_VERSION },        { "commit", INITLAB_COMMIT },
    { "compiler", INITLAB_COMPILER }, { "build", INITLAB_BUILD_TYPE },
    { "blas", INITLAB_BLAS_NAME },    { "kernels", FLAVOURS },
};

int il_build_fact(unsigned index, const char **name, const char **value)
{
    if (index >= sizeof facts / sizeof *facts)
        return 0;
    *name = facts[index].name;
    *value = facts[index].value;
    return 1;
}
