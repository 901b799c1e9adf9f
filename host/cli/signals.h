/* signals.h - SIGINT and SIGTERM, once: the second one kills, its handler was reset. */
#ifndef HOST_CLI_SIGNALS_H
#define HOST_CLI_SIGNALS_H

/* Begin to catch; one that is ignored (nohup, a script's background) stays ignored. */
void signals_catch(void);

/* The signal that came, 0: none. */
int signals_caught(void);
const char *signals_name(void); /* of it */

#endif
