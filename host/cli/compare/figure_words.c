/* figure_words.c - titles and small print. */
#include "figure_words.h"

#include <stdio.h>
#include <string.h>

void figure_title(const il_comparison *c, const char *what, char text[WORDS])
{
    const char *const metric = il_metric_words(c->metric);
    int n = snprintf(text, WORDS, "%s%.*s", what, (int)strcspn(metric, "("), metric);

    if (n > 0 && text[n - 1] == ' ')
        n--;
    for (size_t i = 0; i < c->columns && n < WORDS; i++)
        n += snprintf(text + n, WORDS - (size_t)n, "%s %s", i ? "," : " by", c->column[i]);
    if (what[0] == 0 && text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
}

void figure_runs(const size_t *n, size_t count, const char *of, char text[WORDS])
{
    size_t least = 0, most = 0;

    for (size_t i = 0; i < count; i++) {
        if (n[i] == 0)
            continue;
        least = least == 0 || n[i] < least ? n[i] : least;
        most = n[i] > most ? n[i] : most;
    }
    if (least == most)
        snprintf(text, WORDS, "n = %zu run%s a %s", most, most == 1 ? "" : "s", of);
    else
        snprintf(text, WORDS, "n = %zu to %zu runs a %s", least, most, of);
}

void figure_note(char note[NOTE], const char *line)
{
    const size_t n = strlen(note);

    if (line[0])
        snprintf(note + n, NOTE - n, "%s%s", n ? "\n" : "", line);
}

void figure_answer_note(char note[NOTE], const il_comparison *c, size_t index)
{
    char line[ANSWER];

    answer_note(c, index, line);
    figure_note(note, line);
}
