/*
 * stream.cpp - streams, capture and graphs. Every call that does work hands it to simcuda_submit,
 * which runs it now, keeps it for the next wait (SIMCUDA_LAZY=1), or notes it down while the stream
 * is captured.
 */
#include "simcuda.h"
#include "simt.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <map>
#include <string>
#include <vector>
#include <xmmintrin.h>

struct Node {
    std::string name;
    std::function<void()> work;
};
struct CUstream_st {
    int device = simcuda_device();
    bool blocking = true; /* is ordered with the default stream */
    bool capturing = false, broken = false;
    cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
    std::vector<Node> queue, captured;
};
struct CUevent_st {
    cudaStream_t stream = nullptr;    /* that it was last recorded in */
    unsigned wanted = 0, reached = 0; /* records, and how many of them the stream has come to */
};
struct CUgraph_st {
    std::vector<Node> nodes;
};
struct CUgraphExec_st {
    std::vector<Node> nodes;
};

static std::list<CUstream_st> streams;
static std::map<int, CUstream_st> legacy; /* each device's default stream */
static std::list<CUevent_st> events;
static std::list<CUgraph_st> graphs;
static std::list<CUgraphExec_st> execs;

static CUstream_st *of(cudaStream_t s) { return s ? s : &legacy[simcuda_device()]; }

template <class T> static bool holds(const std::list<T> &list, const T *p)
{
    for (const T &x : list)
        if (&x == p)
            return true;
    return false;
}

/* 1: it was there. Also for a call that is made to fail: a program can do no more than try. */
template <class T> static bool drop(std::list<T> &list, const T *p)
{
    const size_t before = list.size();

    list.remove_if([p](const T &x) { return &x == p; });
    return list.size() < before;
}

/* the caller may have set flush-to-zero for its own sums: the device has its own rules */
static void run(const Node &n)
{
    static const bool trace = getenv("SIMCUDA_TRACE") != nullptr;
    const unsigned caller = _mm_getcsr();

    if (trace)
        fprintf(stderr, "simcuda: %s\n", n.name.c_str());
    simt_name = n.name.c_str();
    _mm_setcsr(0x1f80); /* as at start: all exceptions masked, nearest, no flushing */
    n.work();
    _mm_setcsr(caller);
    simt_name = "?";
}

static void drain(CUstream_st *s)
{
    for (const Node &n : s->queue)
        run(n);
    s->queue.clear();
}

/* as far as the event's last record, as what is behind it may not have run yet */
static void drain_to(const CUevent_st *e)
{
    std::vector<Node> &queue = of(e->stream)->queue;

    while (e->reached < e->wanted && !queue.empty()) {
        const Node n = queue.front();

        queue.erase(queue.begin());
        run(n);
    }
}

void simcuda_drain(int device, bool all)
{
    for (CUstream_st &s : streams)
        if (s.device == device && (all || s.blocking))
            drain(&s);
    drain(&legacy[device]);
}

void simcuda_submit(cudaStream_t stream, const char *name, std::function<void()> work)
{
    static const bool lazy = getenv("SIMCUDA_LAZY") != nullptr;
    CUstream_st *s = of(stream);

    if (s->capturing)
        s->captured.push_back(Node{ name, work });
    else if (lazy) {
        s->queue.push_back(Node{ name, work });
        simcuda_counts[SIMCUDA_QUEUED] =
            std::max(simcuda_counts[SIMCUDA_QUEUED], (long)s->queue.size());
    } else
        run(Node{ name, work });
}

void simcuda_report_streams()
{
    simcuda_leaked(streams.size(), "streams");
    simcuda_leaked(events.size(), "events");
    simcuda_leaked(graphs.size(), "graphs");
    simcuda_leaked(execs.size(), "executable graphs");
}

int simcuda_device_of(cudaStream_t s) { return of(s)->device; }
int simcuda_capturing(cudaStream_t s) { return of(s)->capturing; }

static bool forbids(const CUstream_st &s, simcuda_kind kind)
{
    return kind == SIMCUDA_UNSAFE
               ? s.mode != cudaStreamCaptureModeRelaxed
               : s.device == simcuda_device() && (kind == SIMCUDA_WAITS || s.blocking);
}

int simcuda_spoils(simcuda_kind kind)
{
    int any = 0;

    for (CUstream_st &s : streams)
        if (s.capturing && forbids(s, kind))
            any = s.broken = true;
    return any;
}

int simcuda_refuses(cudaStream_t s)
{
    if (!s)
        return simcuda_spoils(SIMCUDA_LEGACY) ? cudaErrorStreamCaptureImplicit : cudaSuccess;
    if (!holds(streams, s))
        return cudaErrorInvalidResourceHandle;
    return s->capturing && s->broken ? cudaErrorStreamCaptureInvalidated : cudaSuccess;
}

/* the stream is there */
#define STREAM(s)                                                                                  \
    do {                                                                                           \
        if (s && !holds(streams, s))                                                               \
            return simcuda_error(cudaErrorInvalidResourceHandle);                                  \
    } while (0)

extern "C" {
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned flags)
{
    ENTER();
    streams.emplace_back();
    streams.back().blocking = !(flags & cudaStreamNonBlocking);
    *s = &streams.back();
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t s)
{
    if (s && holds(streams, s)) {
        if (s->capturing) /* CUDA does not say what becomes of it */
            simcuda_die("cudaStreamDestroy of a stream that is being captured");
        drain(s);
    }
    const bool was = drop(streams, s);

    ENTER();
    return was ? cudaSuccess : simcuda_error(cudaErrorInvalidResourceHandle);
}

cudaError_t cudaStreamSynchronize(cudaStream_t s)
{
    ENTER();
    WORK(s);
    if (of(s)->capturing) {
        of(s)->broken = true;
        return simcuda_error(cudaErrorStreamCaptureUnsupported);
    }
    drain(of(s));
    return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize(void)
{
    ENTER();
    if (simcuda_spoils(SIMCUDA_WAITS))
        return simcuda_error(cudaErrorStreamCaptureUnsupported);
    simcuda_drain(simcuda_device());
    return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode mode)
{
    ENTER();
    STREAM(s);
    if (!s) /* the default stream cannot be captured */
        return simcuda_error(cudaErrorStreamCaptureUnsupported);
    if (s->capturing)
        return simcuda_error(cudaErrorIllegalState);
    s->capturing = true;
    s->broken = false;
    s->mode = mode;
    s->captured.clear();
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t s, cudaGraph_t *g)
{
    const bool was = s && holds(streams, s) && s->capturing;

    if (was) /* also where the call is made to fail: there is no other call to end it */
        s->capturing = false;
    *g = nullptr;
    ENTER();
    STREAM(s);
    if (!was)
        return simcuda_error(cudaErrorIllegalState);
    if (s->broken)
        return simcuda_error(cudaErrorStreamCaptureInvalidated);
    graphs.push_back(CUgraph_st{ s->captured });
    *g = &graphs.back();
    return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t s, enum cudaStreamCaptureStatus *status)
{
    ENTER();
    STREAM(s);
    *status = !of(s)->capturing ? cudaStreamCaptureStatusNone
              : of(s)->broken   ? cudaStreamCaptureStatusInvalidated
                                : cudaStreamCaptureStatusActive;
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *e, unsigned)
{
    ENTER();
    events.emplace_back();
    *e = &events.back();
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
    if (e && holds(events, e)) /* what is queued may yet come to it */
        drain_to(e);
    const bool was = drop(events, e);

    ENTER();
    return was ? cudaSuccess : simcuda_error(cudaErrorInvalidResourceHandle);
}

cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s)
{
    ENTER();
    WORK(s);
    if (!holds(events, e))
        return simcuda_error(cudaErrorInvalidResourceHandle);
    if (of(s)->capturing)
        simcuda_die("events within a capture are not simulated");
    e->stream = s;
    const unsigned number = ++e->wanted;

    simcuda_submit(s, "event", [e, number] { e->reached = number; });
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t e)
{
    ENTER();
    if (!holds(events, e))
        return simcuda_error(cudaErrorInvalidResourceHandle);
    drain_to(e);
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *x, cudaGraph_t g, unsigned long long)
{
    ENTER();
    if (!holds(graphs, g))
        return simcuda_error(cudaErrorInvalidValue);
    execs.push_back(CUgraphExec_st{ g->nodes });
    *x = &execs.back();
    return cudaSuccess;
}

/* A graph's nodes, for who asks what a step has; handles are good as long as the graph. */
cudaError_t cudaGraphGetNodes(cudaGraph_t g, cudaGraphNode_t *nodes, size_t *count)
{
    ENTER();
    if (!holds(graphs, g) || !count)
        return simcuda_error(cudaErrorInvalidValue);
    for (size_t i = 0; nodes && i < *count && i < g->nodes.size(); i++)
        nodes[i] = (cudaGraphNode_t)&g->nodes[i];
    *count = g->nodes.size();
    return cudaSuccess;
}

cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, enum cudaGraphNodeType *type)
{
    ENTER();
    const std::string &name = ((const Node *)node)->name;

    *type = name == "memcpy"   ? cudaGraphNodeTypeMemcpy
            : name == "memset" ? cudaGraphNodeTypeMemset
                               : cudaGraphNodeTypeKernel;
    return cudaSuccess;
}

/* func is the node itself: the simulated products have no other */
cudaError_t cudaGraphKernelNodeGetParams(cudaGraphNode_t node, struct cudaKernelNodeParams *params)
{
    ENTER();
    *params = cudaKernelNodeParams{};
    params->func = (void *)node;
    return cudaSuccess;
}

cudaError_t cudaFuncGetName(const char **name, const void *func)
{
    ENTER();
    *name = ((const Node *)func)->name.c_str();
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t g)
{
    const bool was = drop(graphs, g);

    ENTER();
    return was ? cudaSuccess : simcuda_error(cudaErrorInvalidValue);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t x)
{
    const bool was = drop(execs, x); /* launches have copies, as CUDA keeps it until they end */

    ENTER();
    return was ? cudaSuccess : simcuda_error(cudaErrorInvalidValue);
}

cudaError_t cudaGraphUpload(cudaGraphExec_t x, cudaStream_t s)
{
    ENTER();
    WORK(s);
    return holds(execs, x) ? cudaSuccess : simcuda_error(cudaErrorInvalidValue);
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t x, cudaStream_t s)
{
    ENTER();
    WORK(s);
    if (!holds(execs, x))
        return simcuda_error(cudaErrorInvalidValue);
    if (of(s)->capturing)
        simcuda_die("child graphs are not simulated");
    simcuda_counts[SIMCUDA_REPLAYS]++;
    for (const Node &n : x->nodes)
        simcuda_submit(s, n.name.c_str(), n.work);
    return cudaSuccess;
}
}
