/* man.h - the man page. */
#ifndef HOST_CLI_MAN_H
#define HOST_CLI_MAN_H

#include "messages.h"

/* The whole page, in roff, on stdout. Returns the exit code. */
int man_page(const struct cli *cli);

#endif
