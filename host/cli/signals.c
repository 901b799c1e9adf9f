/* signals.c - SIGINT and SIGTERM, once. */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static volatile sig_atomic_t caught;

static void on_signal(int number) { caught = number; }

void signals_catch(void)
{
    const int numbers[] = { SIGINT, SIGTERM };
    struct sigaction action, old;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
}

int signals_caught(void) { return caught; }

const char *signals_name(void) { return caught == SIGINT ? "SIGINT" : "SIGTERM"; }
