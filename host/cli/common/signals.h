/*
 * signals.h - SIGINT, SIGTERM and SIGHUP, once: the second SIGINT or SIGTERM kills, its handler was reset.
 */
#ifndef HOST_CLI_SIGNALS_H
#define HOST_CLI_SIGNALS_H

/* Begin to catch; one that is ignored (nohup, a script's background) stays ignored. */
void signals_catch(void);

/* A file that grows beyond its limit (ulimit -f) is an error of writing, as a full disk is. */
void signals_no_file_limit(void);

/* The signal that came, 0: none. */
int signals_caught(void);
const char *signals_name(void); /* of it */

#endif
