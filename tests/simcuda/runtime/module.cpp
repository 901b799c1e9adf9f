/*
 * module.cpp - what nvcc's generated code calls as a program is loaded: register a fat binary and
 * its kernels. Each PTX in the fat binary is looked up by its hash among the translations in
 * libsimptx.so; one that is missing means that the translations are of another build.
 */
#include "kernels.h"
#include "simcuda.h"
#include <cstring>
#include <dlfcn.h>
#include <map>
#include <vector>

struct Module {
    std::vector<uint64_t> hash;
};
enum { PTX = 1 }; /* kind of an entry; 2 is machine code */

static std::map<const void *, const simt_kernel *> kernels; /* by the address of the host's stub */

static uint64_t fnv1a(const char *p, size_t n)
{
    uint64_t h = 0xcbf29ce484222325ull;

    while (n--)
        h = (h ^ (unsigned char)*p++) * 0x100000001b3ull;
    return h;
}

template <class T> static T at(const char *p)
{
    T v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* one entry of a fat binary: kind u16, -, header u32, size u64, packed u32, ... */
static void add_ptx(Module *m, const char *entry)
{
    const char *text = entry + at<uint32_t>(entry + 4);
    size_t n = (size_t)at<uint64_t>(entry + 8);

    if (at<uint32_t>(entry + 16))
        simcuda_die("compressed PTX: build with --compress-mode=none");
    while (n && !text[n - 1])
        n--;
    m->hash.push_back(fnv1a(text, n));
    if (!simt_have(m->hash.back()))
        simcuda_die("PTX %016lx has no translation: build the target simcuda again",
                    (unsigned long)m->hash.back());
}

const simt_kernel *simcuda_kernel(const void *stub)
{
    const auto it = kernels.find(stub);

    return it == kernels.end() ? nullptr : it->second;
}

extern "C" {
void **__cudaRegisterFatBinary(void *wrapper)
{
    static void *const translated = dlopen("libsimptx.so", RTLD_NOW | RTLD_GLOBAL);
    const char *data = at<const char *>((const char *)wrapper + 8);
    const char *p = data + at<uint16_t>(data + 6), *end = p + at<uint64_t>(data + 8);
    Module *m = new Module;

    if (!translated)
        simcuda_die("no translated PTX: %s", dlerror());
    for (; p < end; p += at<uint32_t>(p + 4) + at<uint64_t>(p + 8))
        if (at<uint16_t>(p) == PTX)
            add_ptx(m, p);
    return (void **)m;
}

void __cudaRegisterFatBinaryEnd(void **) {}
char __cudaInitModule(void **) { return 1; }

void __cudaUnregisterFatBinary(void **m) { delete (Module *)m; }

void __cudaRegisterFunction(void **m, const char *stub, char *, const char *name, int, uint3 *,
                            uint3 *, dim3 *, dim3 *, int *)
{
    for (uint64_t h : ((Module *)m)->hash)
        if (const simt_kernel *k = simt_find_kernel(h, name))
            kernels[stub] = k;
}
}
