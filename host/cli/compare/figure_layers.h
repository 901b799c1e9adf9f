/* figure_layers.h - what was seen in layers through training. */
#ifndef HOST_CLI_COMPARE_FIGURE_LAYERS_H
#define HOST_CLI_COMPARE_FIGURE_LAYERS_H

#include "to_draw.h"

/* A line a layer over the epochs, of one quantity; several groups: a panel each. */
il_status draw_layers(char **svg, size_t *n, const struct to_draw *from, il_error *err);

#endif
