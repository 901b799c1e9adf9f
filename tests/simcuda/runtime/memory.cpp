/*
 * memory.cpp - device memory: a reserved range of addresses that is never readable, the bytes at a
 * constant distance (simt.h), a table of what is allocated, and copies. Fresh memory is 0xFF bytes:
 * NaN. SIMCUDA_MEMORY=bytes sets how much there is (8 GiB unless set).
 */
#include "asan.h"
#include "simcuda.h"
#include "simt.h"
#include <cstdlib>
#include <cstring>
#include <csignal>
#include <map>
#include <set>
#include <sys/mman.h>

enum : uint32_t { MAX_RANGES = 1 << 20 };

uint32_t *simt_page;
struct simt_range *simt_ranges;

struct Allocation {
    size_t bytes;
    int device;
};
static std::map<uint64_t, Allocation> live; /* by address */
static std::set<uint64_t> tried;            /* what was to be freed, even where the call failed */
static uint64_t top =
    SIM_BASE; /* addresses are never used again: a stale one stays wrong for ever */
static uint32_t ranges;
static std::map<int, size_t> used;       /* bytes of each device */
static std::map<int, uint32_t *> tables; /* each device's own simt_page */

static size_t whole_pages(size_t n) { return (n + SIM_PAGE - 1) & ~(size_t)(SIM_PAGE - 1); }

static size_t capacity()
{
    static const char *const e = getenv("SIMCUDA_MEMORY");

    return e ? (size_t)strtoull(e, nullptr, 0) : (size_t)8 << 30;
}

/* the allocation that has this address */
static std::map<uint64_t, Allocation>::iterator find(uint64_t a)
{
    auto it = live.upper_bound(a);

    if (it == live.begin())
        return live.end();
    --it;
    return a - it->first < it->second.bytes ? it : live.end();
}

static size_t room(uint64_t a)
{
    const auto it = find(a);

    return it == live.end() ? 0 : it->first + it->second.bytes - a;
}

size_t simcuda_allocations()
{
    size_t n = 0;

    for (const auto &a : live)
        n += !tried.count(a.first);
    return n;
}

void simcuda_memory(size_t *unused, size_t *total)
{
    if (unused)
        *unused = capacity() - used[simcuda_device()];
    if (total)
        *total = capacity();
}

void *simcuda_bytes(const void *p, size_t n, int device, const char *what)
{
    if (n && room((uint64_t)p) < n)
        simcuda_die("%s: [%p, +%zu) is not inside one device allocation", what, p, n);
    if (n && device != SIMCUDA_ANY && find((uint64_t)p)->second.device != device)
        simcuda_die("%s: %p is memory of device %d, used on device %d", what, p,
                    find((uint64_t)p)->second.device, device);
    return (char *)p + SIM_SHIFT;
}

/* the program touched a device address: say so, instead of a bare fault */
static void on_fault(int sig, siginfo_t *info, void *)
{
    const uint64_t a = (uint64_t)info->si_addr;

    if (a - SIM_BASE < SIM_SIZE)
        simcuda_die(
            "the host touched device memory at %#lx (%zu bytes before the end of its allocation)",
            (unsigned long)a, room(a));
    signal(sig, SIG_DFL); /* not ours: the access faults again, for good */
}

static void *reserve(uint64_t at, size_t bytes, int access)
{
    void *p =
        mmap((void *)at, bytes, access,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED_NOREPLACE : 0), -1, 0);

    return p == MAP_FAILED || (at && p != (void *)at) ? nullptr : p;
}

uint32_t *simcuda_table(int device)
{
    uint32_t *&table = tables[device];
    const size_t bytes = SIM_SIZE / SIM_PAGE * sizeof *table;

    if (!table)
        table = (uint32_t *)reserve(0, bytes, PROT_READ | PROT_WRITE);
    if (!table)
        simcuda_die("no memory for the table of device %d", device);
    return table;
}

static bool prepare()
{
    struct sigaction s = {};

    s.sa_sigaction = on_fault;
    s.sa_flags = SA_SIGINFO;
    simt_page = simcuda_table(0); /* for who launches by simt_launch alone */
    simt_ranges =
        (struct simt_range *)reserve(0, MAX_RANGES * sizeof *simt_ranges, PROT_READ | PROT_WRITE);
    return simt_ranges && reserve(SIM_BASE, SIM_SIZE, PROT_NONE) &&
           reserve(SIM_BASE + SIM_SHIFT, SIM_SIZE, PROT_NONE) && !sigaction(SIGSEGV, &s, nullptr);
}

/* one side of a copy: where its bytes lie */
struct Side {
    const void *at;
    bool device;
    const char *what;

    void *bytes(size_t n) const
    {
        return device ? simcuda_bytes(at, n, SIMCUDA_ANY, what) : (void *)at;
    }
    bool legal(size_t n) const
    {
        return device || !n || (at && (uint64_t)at - SIM_BASE >= SIM_SIZE);
    }
};

/* checked at the call, and again as it runs: a graph may outlive what it works on */
static cudaError_t copy(void *dst, const void *src, size_t n, enum cudaMemcpyKind kind,
                        cudaStream_t stream)
{
    const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    const Side to = { dst, to_device, "copy to the device" },
               from = { src, from_device, "copy from the device" };

    if (kind == cudaMemcpyDefault)
        simcuda_die("copies of kind cudaMemcpyDefault are not simulated");
    if (!to.legal(n) || !from.legal(n))
        return cudaErrorInvalidValue;
    (void)to.bytes(n);
    (void)from.bytes(n);
    simcuda_submit(stream, "memcpy", [=] { memcpy(to.bytes(n), from.bytes(n), n); });
    return cudaSuccess;
}

/* likewise */
static void fill(void *p, int value, size_t n, cudaStream_t stream)
{
    const int device = simcuda_device_of(stream);
    const auto bytes = [=] { return simcuda_bytes(p, n, device, "memset"); };

    (void)bytes();
    simcuda_submit(stream, "memset", [=] { memset(bytes(), value, n); });
}

extern "C" {
cudaError_t cudaMalloc(void **p, size_t n)
{
    const size_t pages = whole_pages(n);
    const uint64_t a = top;
    const int device = simcuda_device();

    ENTER();
    if (simcuda_spoils(SIMCUDA_UNSAFE))
        return simcuda_error(cudaErrorStreamCaptureUnsupported);
    *p = nullptr;
    if (!n)
        return cudaSuccess;
    static const bool ready = prepare();
    if (!ready)
        simcuda_die("cannot reserve the device's address range");
    if (n > capacity() - used[device] || pages < n)
        return simcuda_error(cudaErrorMemoryAllocation);
    if (ranges + 1 >= MAX_RANGES || pages + SIM_PAGE > SIM_BASE + SIM_SIZE - top)
        simcuda_die("more was allocated over time than there are addresses");
    if (mprotect((void *)(a + SIM_SHIFT), pages, PROT_READ | PROT_WRITE))
        return simcuda_error(cudaErrorMemoryAllocation);
    madvise((void *)(a + SIM_SHIFT), pages, MADV_HUGEPAGE); /* a third of a short run was faults */
    memset((void *)(a + SIM_SHIFT), 0xff, pages);
    ASAN_POISON_MEMORY_REGION((char *)a + SIM_SHIFT + n, pages - n);
    live[a] = Allocation{ n, device };
    used[device] += n;
    simt_ranges[++ranges] = simt_range{ a, a + n };
    for (size_t i = 0; i < pages / SIM_PAGE; i++)
        simcuda_table(device)[(a - SIM_BASE) / SIM_PAGE + i] = ranges;
    top += pages + SIM_PAGE; /* a page between two, which is never readable */
    *p = (void *)a;
    return cudaSuccess;
}

cudaError_t cudaFree(void *p)
{
    tried.insert((uint64_t)p);
    ENTER();
    if (!p)
        return cudaSuccess;
    if (simcuda_spoils(SIMCUDA_UNSAFE))
        return simcuda_error(cudaErrorStreamCaptureUnsupported);
    const auto it = live.find((uint64_t)p);
    if (it == live.end())
        return simcuda_error(cudaErrorInvalidValue);
    const uint64_t a = it->first;
    const Allocation gone = it->second;
    const size_t pages = whole_pages(gone.bytes);
    simcuda_drain(gone.device); /* cudaFree waits for the device */
    simt_ranges[simcuda_table(gone.device)[(a - SIM_BASE) / SIM_PAGE]] = simt_range{ 0, 0 };
    ASAN_POISON_MEMORY_REGION((char *)a + SIM_SHIFT, pages);
    madvise((void *)(a + SIM_SHIFT), pages, MADV_DONTNEED);
    mprotect((void *)(a + SIM_SHIFT), pages, PROT_NONE);
    used[gone.device] -= gone.bytes;
    live.erase(it);
    return cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t *unused, size_t *total)
{
    ENTER();
    simcuda_memory(unused, total);
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t n, enum cudaMemcpyKind kind,
                            cudaStream_t stream)
{
    ENTER();
    WORK(stream);
    return simcuda_error(copy(to, from, n, kind, stream));
}

/* these use the default stream and wait for it */
cudaError_t cudaMemcpy(void *to, const void *from, size_t n, enum cudaMemcpyKind kind)
{
    ENTER();
    WORK(nullptr);
    if (simcuda_spoils(SIMCUDA_UNSAFE))
        return simcuda_error(cudaErrorStreamCaptureUnsupported);
    const cudaError_t e = copy(to, from, n, kind, nullptr);
    simcuda_drain(simcuda_device(), false);
    return simcuda_error(e);
}

cudaError_t cudaMemset(void *p, int value, size_t n)
{
    ENTER();
    WORK(nullptr);
    if (simcuda_spoils(SIMCUDA_UNSAFE))
        return simcuda_error(cudaErrorStreamCaptureUnsupported);
    fill(p, value, n, nullptr);
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *p, int value, size_t n, cudaStream_t stream)
{
    ENTER();
    WORK(stream);
    fill(p, value, n, stream);
    return cudaSuccess;
}
}
