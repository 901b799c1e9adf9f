/* signals.c - SIGINT, SIGTERM and SIGHUP, once; SIGXFSZ never. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static volatile sig_atomic_t caught;

static void on_signal(int number) { caught = number; }

void signals_catch(void)
{
    const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action, old;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            /* a terminal that goes away says so more than once: by the kernel, and by the shell */
            action.sa_flags = numbers[i] == SIGHUP ? 0 : (int)SA_RESETHAND;
            sigaction(numbers[i], &action, NULL);
        }
}

int signals_caught(void) { return caught; }

const char *signals_name(void)
{
    return caught == SIGINT ? "SIGINT" : caught == SIGHUP ? "SIGHUP" : "SIGTERM";
}

/* by sigaction, as a leak checker that is loaded into the program has no signal() before it is ready */
void signals_no_file_limit(void)
{
    struct sigaction ignore;

    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &ignore, NULL);
}
