/* folder_commit.c - commit a group, checked whole before its mark is written; and record a failure. */
#include <stdlib.h>
#include <string.h>
#include "group.h"

/* is the group right? */
static il_status look(void *arg, struct il_journal_group *text, il_error *err)
{
    const struct il_folder *const f = arg;
    struct il_group_owner owner = { IL_OWNER_US, 0 };
    struct il_group g;
    il_status st = il_group_read(&g, f, text, &owner, err);

    if (st == IL_OK && !g.counts)
        st = il_fail(err, IL_E_MEMORY, "out of memory: what was to be committed is not whole: %s",
                     text->wrong);
    il_group_free(&g);
    return st;
}

il_status il_folder_commit(const struct il_folder *f, struct il_journal *j, il_error *err)
{
    il_status st = IL_OK;

    if (j->length > 0)
        st = il_journal_look(j, look, (void *)f, err);
    if (st == IL_OK)
        st = il_journal_commit(j, err);
    if (st != IL_OK)
        il_folder_drop(f, j);
    return st;
}

il_status il_folder_fail(il_folder *f, size_t pack, il_status why, const char *text, il_error *err)
{
    char *words = strdup(text);
    il_status st;

    if (!words)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    il_utf8(words);
    IL_TRY(il_folder_may_add(f, err));
    IL_TRY(il_folder_make_parts(f, err));
    if (!f->journal.path)
        IL_TRY(il_folder_journal(f, &f->journal, json_object(), err));
    IL_TRY(il_journal_add(&f->journal,
                          json_pack("{s:I, s:s, s:I, s:i, s:s}", "pack", (json_int_t)pack, "status",
                                    "failed", "attempt", (json_int_t)f->pack[pack].attempts + 1,
                                    "code", il_status_exit(why), "error", words),
                          err));
    IL_TRY(il_folder_commit(f, &f->journal, err));
    f->pack[pack].status = f->pack[pack].trained > 0 ? IL_PACK_DONE : IL_PACK_FAILED;
    f->pack[pack].failed = f->plan->pack[pack].count - f->pack[pack].trained;
    f->pack[pack].attempts++;
    free(f->pack[pack].error);
    f->pack[pack].error = words;
    words = NULL;
out:
    if (st != IL_OK)
        il_folder_drop(f, &f->journal);
    free(words);
    return st;
}
