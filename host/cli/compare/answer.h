/* answer.h - a comparison in sentences. */
#ifndef HOST_CLI_COMPARE_ANSWER_H
#define HOST_CLI_COMPARE_ANSWER_H

#include "initlab/initlab.h"

enum { ANSWER = 600 };

/* Which group is best, by how much the next one is behind, and how sure that is. "": nothing to say. */
void answer(const il_comparison *c, char text[ANSWER]);

/* "pooled within groups: lr, batch"; nothing is written where nothing is pooled. */
void answer_pooled(const char *const *pooled, size_t count, const char *within, char text[ANSWER]);

/*
 * "runs drawn again 2000 times within each condition": what intervals counted by il_drawn are made of; across: are
 * there conditions?
 */
enum { WORDS_DRAWN = 120 };
void answer_drawn(const size_t *drawn, int across, char text[WORDS_DRAWN]);

/* Lines of small print: how the numbers came about. */
enum {
    NOTE_INTERVALS,
    NOTE_COVER,
    NOTE_TESTS,
    NOTE_COPIES,
    NOTE_UNPAIRED,
    NOTE_EFFECT,
    NOTE_TARGET,
    NOTE_LOST,
    NOTE_POOLED,
    NOTE_DATA,
    NOTE_LEFT_OVER,
    NOTE_AREA
};

/* The index-th of them, "" where it has nothing to say. 0: there is none. */
int answer_note(const il_comparison *c, size_t index, char text[ANSWER]);

#endif
