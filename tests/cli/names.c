/* names.c - print what the library has, for the tests to compare with what the program shows: a
 * line "LIST NAME" for each row of each list, and "parameter NAME DEFAULT" for each parameter of a
 * run. */
#include <stdio.h>
#include "initlab/initlab.h"

int main(void)
{
    const il_entry *e;
    const il_parameter *p;

    for (int list = 0; list < IL_LISTS; list++)
        for (size_t i = 0; (e = il_list_at((il_list)list, i)); i++)
            printf("%s %s\n", il_list_name((il_list)list), e->name);
    for (size_t i = 0; (p = il_parameter_at(i)); i++)
        printf("parameter %s %s\n", p->name, p->value);
    return 0;
}
