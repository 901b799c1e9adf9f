/* yaml.c - libyaml's events, with our bounds and our errors. */
#include "yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/tables.h"

enum { BYTES_MOST = 1 << 20 };

il_status il_yaml_complain_at(struct il_yaml *y, const yaml_mark_t *at, const char *what,
                              const char *word)
{
    return il_fail_place(y->err, IL_E_DATA, y->path, at->line + 1, at->column + 1, "%s%s%.60s%s",
                         what, word ? " '" : "", word ? word : "", word ? "'" : "");
}

il_status il_yaml_complain(struct il_yaml *y, const char *what, const char *word)
{
    return il_yaml_complain_at(y, &y->event.start_mark, what, word);
}

/* where libyaml stopped; it says so only by a byte where the text is not UTF-8 */
static yaml_mark_t problem_mark(const struct il_yaml *y)
{
    yaml_mark_t at = { 0 };

    if (y->parser.error != YAML_READER_ERROR)
        return y->parser.problem_mark;
    for (; at.index < y->parser.problem_offset && at.index < y->size; at.index++) {
        const unsigned char c = (unsigned char)y->text[at.index];

        if (c == '\n')
            at.line++, at.column = 0;
        else
            at.column += (c & 0xc0) != 0x80; /* a character's first byte */
    }
    return at;
}

il_status il_yaml_next(struct il_yaml *y)
{
    yaml_event_t *const e = &y->event;

    if (y->have_event)
        yaml_event_delete(e);
    errno = 0;
    y->have_event = yaml_parser_parse(&y->parser, e);
    if (!y->have_event && (errno == ENOMEM || y->parser.error == YAML_MEMORY_ERROR))
        return il_fail(y->err, IL_E_MEMORY, "out of memory"); /* of which not all has that error */
    if (!y->have_event) {
        const yaml_mark_t at = problem_mark(y);

        return il_yaml_complain_at(y, &at, y->parser.problem ? y->parser.problem : "bad YAML",
                                   NULL);
    }
    if (e->type == YAML_ALIAS_EVENT)
        return il_yaml_complain(y, "aliases are not allowed", NULL);
    if ((e->type == YAML_SCALAR_EVENT && (e->data.scalar.anchor || e->data.scalar.tag)) ||
        (e->type == YAML_MAPPING_START_EVENT &&
         (e->data.mapping_start.anchor || e->data.mapping_start.tag)) ||
        (e->type == YAML_SEQUENCE_START_EVENT &&
         (e->data.sequence_start.anchor || e->data.sequence_start.tag)))
        return il_yaml_complain(y, "anchors and tags are not allowed", NULL);
    return IL_OK;
}

il_status il_yaml_expect(struct il_yaml *y, yaml_event_type_t type, const char *what)
{
    il_status st = il_yaml_next(y);

    if (st == IL_OK && y->event.type != type)
        st = il_yaml_complain(y, what, NULL);
    return st;
}

il_status il_yaml_scalar(struct il_yaml *y, char *to, size_t size, const char *what)
{
    if (y->event.type != YAML_SCALAR_EVENT)
        return il_yaml_complain(y, what, NULL);
    if (y->event.data.scalar.length >= size ||
        strlen((char *)y->event.data.scalar.value) != y->event.data.scalar.length)
        return il_yaml_complain(y, "the text is too long, or has a zero byte", NULL);
    memcpy(to, y->event.data.scalar.value, y->event.data.scalar.length + 1);
    return IL_OK;
}

il_status il_yaml_skip(struct il_yaml *y)
{
    size_t depth = 0;
    il_status st = IL_OK;

    for (;;) {
        const yaml_event_type_t type = y->event.type;

        depth += type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT;
        depth -= type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT;
        if (depth == 0)
            break;
        IL_TRY(il_yaml_next(y));
    }
out:
    return st;
}

il_status il_yaml_text(struct il_yaml *y, char **to, const char *what)
{
    const size_t size = y->event.type == YAML_SCALAR_EVENT ? y->event.data.scalar.length + 1 : 1;

    *to = malloc(size);
    if (!*to)
        return il_fail(y->err, IL_E_MEMORY, "out of memory");
    **to = 0;
    return il_yaml_scalar(y, *to, size, what);
}

il_status il_yaml_key(struct il_yaml *y, const char *const *keys, const char *phrase, size_t *which)
{
    char key[64], what[256];
    const char *near;
    size_t n;
    il_status st;

    n = (size_t)snprintf(what, sizeof what, "%s", phrase);
    for (size_t i = 0; keys[i] && n < sizeof what; i++)
        n += (size_t)snprintf(what + n, sizeof what - n, "%s%s", i ? ", " : " ", keys[i]);
    IL_TRY(il_yaml_scalar(y, key, sizeof key, what));
    for (*which = 0; keys[*which]; ++*which)
        if (strcmp(key, keys[*which]) == 0)
            return IL_OK;
    near = il_nearest(key, keys);
    if (near)
        snprintf(what, sizeof what, "unknown key; did you mean %s for", near);
    else if (n < sizeof what)
        snprintf(what + n, sizeof what - n, ", not");
    st = il_yaml_complain(y, what, key);
out:
    return st;
}

il_status il_yaml_end(struct il_yaml *y)
{
    il_status st;

    IL_TRY(il_yaml_expect(y, YAML_DOCUMENT_END_EVENT, "expected the end of the document"));
    IL_TRY(il_yaml_expect(y, YAML_STREAM_END_EVENT, "the file must be one document"));
out:
    return st;
}

il_status il_yaml_slurp(const char *path, char **text, size_t *n, il_error *err)
{
    FILE *const f = fopen(path, "rb");
    il_status st = IL_OK;

    *text = NULL;
    if (!f)
        return il_fail(err, il_or_memory(errno, IL_E_DATA), "%s: %s", path, strerror(errno));
    *text = malloc(BYTES_MOST + 1);
    if (!*text) {
        st = il_fail(err, IL_E_MEMORY, "out of memory");
        goto out;
    }
    *n = fread(*text, 1, BYTES_MOST + 1, f);
    if (ferror(f))
        st = il_fail(err, il_or_memory(errno, IL_E_DATA), "%s: %s", path, strerror(errno));
    else if (*n > BYTES_MOST)
        st = il_fail(err, IL_E_DATA, "%s: more than %d bytes is too much", path, BYTES_MOST);
out:
    fclose(f);
    if (st != IL_OK) {
        free(*text);
        *text = NULL;
    }
    return st;
}

il_status il_yaml_open_text(struct il_yaml *y, const char *path, const char *text, size_t n,
                            il_error *err)
{
    il_status st;

    memset(y, 0, sizeof *y);
    y->path = path;
    y->text = text;
    y->size = n;
    y->err = err;
    y->have_parser = yaml_parser_initialize(&y->parser);
    if (!y->have_parser)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    yaml_parser_set_input_string(&y->parser, (const unsigned char *)text, n);
    IL_TRY(il_yaml_expect(y, YAML_STREAM_START_EVENT, "expected YAML"));
    IL_TRY(il_yaml_expect(y, YAML_DOCUMENT_START_EVENT, "the file is empty"));
out:
    return st;
}

il_status il_yaml_open(struct il_yaml *y, const char *path, il_error *err)
{
    char *text = NULL;
    size_t n = 0;
    il_status st;

    memset(y, 0, sizeof *y);
    IL_TRY(il_yaml_slurp(path, &text, &n, err));
    st = il_yaml_open_text(y, path, text, n, err);
    y->bytes = text;
out:
    return st;
}

void il_yaml_close(struct il_yaml *y)
{
    if (y->have_event)
        yaml_event_delete(&y->event);
    if (y->have_parser)
        yaml_parser_delete(&y->parser);
    free(y->bytes);
}
