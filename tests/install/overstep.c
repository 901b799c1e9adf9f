/*
 * overstep.c LEVEL - compiled as everything here is, and writes past the end of what it has: an array on the
 * stack by a loop (the canary), an array of known size by a copy (FORTIFY 2 and 3), and a block whose size is
 * known at run time only (FORTIFY 3). Each in a child, which has to be ended by SIGABRT before it tells.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile size_t too_many = 64; /* the compiler does not know it */

/* Apart, so that the compiler knows no size of what it is given. */
__attribute__((noinline)) static void fill(volatile char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text[i] = (char)i;
}

/* A frame of its own, whose canary is checked when it returns. */
__attribute__((noinline)) static int canary(void)
{
    volatile char text[16];

    fill(text, too_many);
    return text[3];
}

static int known_size(void)
{
    char from[256] = { 1 }, text[16];

    memcpy(text, from, too_many);
    return text[0];
}

static int size_at_run_time(void)
{
    const size_t n = too_many / 4;
    char *const block = malloc(n);
    int first;

    if (!block)
        return 0;
    memset(block, 1, too_many / 2);
    first = block[0];
    free(block);
    return first;
}

/* 1: it was stopped */
static int stopped(int (*overstep)(void), const char *what)
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        fclose(stderr); /* libc's words about it */
        _exit(overstep() ? 0 : 1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 0;
    printf("%s: %s\n", what,
           WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "nothing stopped it");
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

int main(int argc, char **argv)
{
    const int level = argc > 1 ? atoi(argv[1]) : 0;
    int good = stopped(canary, "past an array, by a loop") &&
               stopped(known_size, "past an array, by memcpy");

    if (level >= 3)
        good = stopped(size_at_run_time, "past a block, by memset") && good;
    return !good;
}
