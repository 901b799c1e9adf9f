/* packing.c - how large packs may be on a kind of device: packing.def. */
#include <stdint.h>
#include <string.h>
#include "initlab/sweep.h"

struct row {
    const char *kind;
    size_t runs, weights, units;
    il_pack_limits limits;
};

static const struct row rows[] = {
#define X(kind, runs, weights, units, columns, bytes, elements)                                    \
    { kind, runs, weights, units, { columns, bytes, elements } },
#include "packing.def"
#undef X
};

void il_packing_for(il_packing *out, const char *device, size_t runs)
{
    const size_t n = strcspn(device, ":");

    *out = (il_packing){ .runs = runs ? runs : 1 };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strncmp(rows[i].kind, device, n) != 0 || rows[i].kind[n])
            continue;
        out->limits = rows[i].limits;
        if (runs == 0) {
            out->runs = rows[i].runs;
            out->weights = rows[i].weights;
            out->units = rows[i].units;
        }
    }
}
