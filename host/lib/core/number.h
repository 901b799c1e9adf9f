/*
 * number.h - numbers as text, the same in every locale: no inf, no nan, nothing behind the number.
 */
#ifndef HOST_LIB_CORE_NUMBER_H
#define HOST_LIB_CORE_NUMBER_H

#include <stdint.h>

enum { IL_NUMBER_TEXT = 32 };

/*
 * Return 0 if text is not a finite decimal number, or not a whole one of 64 bits, else 1. The wide
 * one is for sums and products of decimals, which have more digits than a double.
 */
int il_read_real(const char *text, double *value);
int il_read_wide(const char *text, long double *value);
int il_read_whole(const char *text, uint64_t *value);

/* The shortest text of 15 to 17 digits that reads back as value: il_number_text of output.h. */
void il_write_real(double value, char text[IL_NUMBER_TEXT]);

/* The same of 12 to 17 digits that is within an error of value. */
void il_write_wide(long double value, long double error, char text[IL_NUMBER_TEXT]);

void il_write_whole(uint64_t value, char text[IL_NUMBER_TEXT]);

#endif
