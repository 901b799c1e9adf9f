/* kernels.h - from the host's stub of a kernel to its translation. Internal to libcudart. */
#ifndef SIMCUDA_KERNELS_H
#define SIMCUDA_KERNELS_H

#include "simt.h"

const simt_kernel *simcuda_kernel(const void *stub); /* nullptr: no such kernel */

#endif
