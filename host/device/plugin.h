/* plugin.h - find and open the CUDA plugin. */
#ifndef HOST_DEVICE_PLUGIN_H
#define HOST_DEVICE_PLUGIN_H

#include "seam.h"

/*
 * The plugin's seam, or NULL and one line of words in why. It stays loaded until the process ends.
 */
const struct il_seam *il_plugin_load(char *why, size_t n);

#endif
