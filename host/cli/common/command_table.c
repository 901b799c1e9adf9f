/* command_table.c - find commands by place, name and group. */
#include "command_table.h"

#include <stdio.h>
#include <string.h>

const struct command *command_at(const struct command_table *table, size_t index)
{
    return index < table->count ? table->command[index] : NULL;
}

const struct command *command_named(const struct command_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->command[i]->name, name) == 0)
            return table->command[i];
    return NULL;
}

int command_is_group(const struct command *command) { return command->run == NULL; }

int command_in(const struct command *command, const struct command *group)
{
    const size_t n = strlen(group->name);

    return strncmp(command->name, group->name, n) == 0 && command->name[n] == ' ';
}

void command_list(const struct command_table *table, const struct command *group,
                  const char *separator, char *text, size_t size)
{
    size_t n = 0;

    text[0] = 0;
    for (size_t i = 0; i < table->count && n < size; i++) {
        const struct command *const c = table->command[i];

        if (command_in(c, group) && !c->hidden)
            n += (size_t)snprintf(text + n, size - n, "%s%s", n ? separator : "",
                                  c->name + strlen(group->name) + 1);
    }
}
