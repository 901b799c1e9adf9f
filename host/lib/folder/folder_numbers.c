/* folder_numbers.c - which numbers (numbers.h) a folder's journals have, and if they may go on. */
#include "folder_impl.h"
#include "initlab/numbers.h"

void il_folder_note_numbers(struct il_folder *f, const json_t *head)
{
    const json_t *const said = json_object_get(head, "numbers");
    const unsigned n = said ? (unsigned)json_integer_value(said) : 1;

    if (f->numbers == 0 || n != IL_NUMBERS)
        f->numbers = n;
}

unsigned il_folder_numbers(const il_folder *f) { return f->numbers ? f->numbers : IL_NUMBERS; }

il_status il_folder_goes_on(const il_folder *f, il_error *err)
{
    const unsigned n = il_folder_numbers(f);

    return n == IL_NUMBERS
               ? IL_OK
               : il_fail(err, IL_E_DATA,
                         "'%s' has numbers %u, this initlab computes numbers %d (see "
                         "docs/numerics.md): what it has can be ranked and exported, but the rest "
                         "would not be of its kind; train the sweep anew in another folder, or go "
                         "on with the initlab that began it",
                         f->path, n, IL_NUMBERS);
}

il_status il_folder_may_add(const struct il_folder *f, il_error *err)
{
    if (il_folder_goes_on(f, err) == IL_OK)
        return IL_OK;
    if (err)
        err->status = IL_E_CREATE;
    return IL_E_CREATE;
}
