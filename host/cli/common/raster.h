/*
 * raster.h - SVG to PNG and PDF by librsvg. It is opened when it is asked for, not linked: it brings some
 * forty libraries, with which every start would take several times as long, and the program runs without it.
 */
#ifndef HOST_CLI_COMMON_RASTER_H
#define HOST_CLI_COMMON_RASTER_H

#include "initlab/initlab.h"

/* IL_OK where raster() can be called; else what to install. */
il_status raster_check(il_error *err);

/* The figure as PNG, at two pixels for each of its own, or as PDF; free frees bytes. */
il_status raster(const char *svg, size_t n, int pdf, char **bytes, size_t *size, il_error *err);

#endif
