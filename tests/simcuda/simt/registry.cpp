/* registry.cpp - the translated modules, each found by the hash of the PTX that it was made from.
 */
#include "simt.h"
#include <cstring>
#include <vector>

struct Translated {
    uint64_t hash;
    const simt_kernel *kernels;
    const simt_var *vars;
};

/* in a function: modules register from constructors, maybe before this file's own would run */
static std::vector<Translated> &modules()
{
    static std::vector<Translated> m;

    return m;
}

void simt_register(uint64_t hash, const simt_kernel *k, const simt_var *v)
{
    modules().push_back(Translated{ hash, k, v });
}

int simt_have(uint64_t hash)
{
    for (auto &m : modules())
        if (m.hash == hash)
            return 1;
    return 0;
}

const simt_kernel *simt_find_kernel(uint64_t hash, const char *name)
{
    for (auto &m : modules())
        for (const simt_kernel *k = m.kernels; m.hash == hash && k->name; k++)
            if (!strcmp(k->name, name))
                return k;
    return nullptr;
}

void *simt_global(uint64_t a, int n)
{
    for (auto &m : modules())
        for (const simt_var *v = m.vars; v->name; v++)
            if (a >= (uint64_t)v->addr && a + n <= (uint64_t)v->addr + v->size)
                return (void *)a;
    simt_fault("%d bytes at %#lx are in no live allocation", n, (unsigned long)a);
}
