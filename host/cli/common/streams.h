/* streams.h - standard input, output and error, each there or known not to be. */
#ifndef HOST_CLI_STREAMS_H
#define HOST_CLI_STREAMS_H

/*
 * Take the place of those that are closed (>&-), before anything is opened: else a file would get the number, and what is
 * printed would go into it. Reading and writing fail as before; what is said on standard error is lost.
 */
void streams_hold(void);

#endif
