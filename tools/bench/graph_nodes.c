/*
 * graph_nodes.c - which nodes a recorded step has: a library to be loaded before a program of the CUDA plugin's.
 *
 *   LD_PRELOAD=build/libgraph_nodes.so GRAPH_NODES=FILE build/bench_steps cuda:0 ...
 *
 * Appends a line of JSON to FILE for each graph that is instantiated: its kernels by name, one after another in
 * the graph's own order, and its other nodes by kind. cuBLAS's kernels, how it splits a sum and what it clears
 * are seen here alone. Names are asked of the driver, which knows cuBLAS's kernels too; where there is
 * none (the simulated device) of the runtime.
 */
#include <cuda.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include "json_line.h"

#define TEXT(x)   #x
#define SYMBOL(x) TEXT(x)
#define RUNTIME   "libcudart.so." SYMBOL(CUDA_MAJOR)

typedef cudaError_t instantiate_fn(cudaGraphExec_t *, cudaGraph_t, unsigned long long);

/* A function of a library that the program has opened by now; NULL: it has none. */
static void *function(const char *library, const char *name)
{
    void *const handle = dlopen(library, RTLD_NOW | RTLD_NOLOAD);

    return handle ? dlsym(handle, name) : NULL;
}

/* ISO C has no cast from an object to a function */
#define LOAD(library, to, name)                                                                    \
    do {                                                                                           \
        void *const symbol_ = function(library, name);                                             \
        memcpy(&(to), &symbol_, sizeof symbol_);                                                   \
    } while (0)

static const char *name_by_driver(cudaGraphNode_t node)
{
    CUresult (*params)(CUgraphNode, CUDA_KERNEL_NODE_PARAMS *);
    CUresult (*of_function)(const char **, CUfunction);
    CUresult (*of_kernel)(const char **, CUkernel);
    CUDA_KERNEL_NODE_PARAMS p;
    const char *name = NULL;

    LOAD("libcuda.so.1", params, "cuGraphKernelNodeGetParams_v2");
    LOAD("libcuda.so.1", of_function, "cuFuncGetName");
    LOAD("libcuda.so.1", of_kernel, "cuKernelGetName");
    if (!params || params(node, &p) != CUDA_SUCCESS)
        return NULL;
    if (p.func && of_function && of_function(&name, p.func) == CUDA_SUCCESS)
        return name;
    return p.kern && of_kernel && of_kernel(&name, p.kern) == CUDA_SUCCESS ? name : NULL;
}

static const char *name_by_runtime(cudaGraphNode_t node)
{
    cudaError_t (*params)(cudaGraphNode_t, struct cudaKernelNodeParams *);
    cudaError_t (*of_function)(const char **, const void *);
    struct cudaKernelNodeParams p;
    const char *name = NULL;

    LOAD(RUNTIME, params, "cudaGraphKernelNodeGetParams");
    LOAD(RUNTIME, of_function, "cudaFuncGetName");
    if (!params || !of_function || params(node, &p) != cudaSuccess)
        return NULL;
    return of_function(&name, p.func) == cudaSuccess ? name : NULL;
}

/* a kernel's name, as it is in the library: _Z4fillPf... */
static const char *name_of(cudaGraphNode_t node)
{
    const char *const name = name_by_driver(node);
    const char *const other = name ? name : name_by_runtime(node);

    return other ? other : "kernel without a name";
}

static const char *kind_of(cudaGraphNode_t node)
{
    cudaError_t (*type_of)(cudaGraphNode_t, enum cudaGraphNodeType *);
    enum cudaGraphNodeType type = cudaGraphNodeTypeCount;

    LOAD(RUNTIME, type_of, "cudaGraphNodeGetType");
    if (!type_of || type_of(node, &type) != cudaSuccess)
        return "unknown";
    switch (type) {
    case cudaGraphNodeTypeKernel:
        return name_of(node);
    case cudaGraphNodeTypeMemcpy:
        return "memcpy";
    case cudaGraphNodeTypeMemset:
        return "memset";
    default:
        return "other";
    }
}

static void tell(cudaGraph_t graph, const char *path)
{
    cudaError_t (*nodes_of)(cudaGraph_t, cudaGraphNode_t *, size_t *);
    cudaGraphNode_t *nodes;
    size_t count = 0;
    json_t *names = json_array();
    FILE *file;

    LOAD(RUNTIME, nodes_of, "cudaGraphGetNodes");
    if (!nodes_of || nodes_of(graph, NULL, &count) != cudaSuccess)
        count = 0;
    nodes = calloc(count + 1, sizeof(cudaGraphNode_t));
    if (nodes && count && nodes_of(graph, nodes, &count) == cudaSuccess)
        for (size_t i = 0; i < count; i++)
            (void)json_array_append_new(names, json_string(kind_of(nodes[i])));
    free(nodes);
    file = fopen(path, "ae");
    if (file) {
        (void)json_line(json_pack("{s:I, s:o}", "nodes", (json_int_t)count, "kernels", names),
                        file);
        (void)fclose(file);
    } else {
        json_decref(names);
    }
}

/* Before the runtime's own, which is called then: nothing else is changed. */
__attribute__((visibility("default"))) cudaError_t
cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags)
{
    const char *const path = getenv("GRAPH_NODES");
    instantiate_fn *real;

    LOAD(RUNTIME, real, "cudaGraphInstantiate");
    if (!real)
        return cudaErrorUnknown;
    if (path)
        tell(graph, path);
    return real(exec, graph, flags);
}
