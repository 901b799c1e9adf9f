/*
 * number.h - numbers as text, the same in every locale: no inf, no nan, nothing behind the number.
 */
#ifndef HOST_LIB_CORE_NUMBER_H
#define HOST_LIB_CORE_NUMBER_H

#include <stdint.h>

enum { IL_NUMBER_TEXT = 32 };

/* Return 0 if text is not a finite decimal number, or not a whole one of 64 bits, else 1. */
int il_read_real(const char *text, double *value);
int il_read_whole(const char *text, uint64_t *value);

/* The shortest text that reads back as value. */
void il_write_real(double value, char text[IL_NUMBER_TEXT]);

#endif
