/* plugin.h - find and open the CUDA plugin. */
#ifndef HOST_DEVICE_PLUGIN_H
#define HOST_DEVICE_PLUGIN_H

#include "seam.h"

/*
 * The seam of the first plugin that has devices, and how many; or NULL and one line of words in why. A
 * plugin that was opened stays loaded until the process ends.
 */
const struct il_seam *il_plugin_load(int *count, char *why, size_t n);

#endif
