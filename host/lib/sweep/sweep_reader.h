/*
 * sweep_reader.h - what reads a sweep's file: sweep_file.c its document and values, sweep_rules.c its
 * zip, exclude and when, both with what sweep_reader.c has. Internal to these.
 */
#ifndef HOST_LIB_SWEEP_SWEEP_READER_H
#define HOST_LIB_SWEEP_SWEEP_READER_H

#include "sweep_impl.h"
#include "core/yaml.h"

enum { IL_FILE_TERMS = 512 }; /* terms of a file, at most */

/* "zip: [[NAME, ...], ...]", "exclude: [{NAME: VALUE, ...}, ...]", "when: {NAME: {NAME: VALUE}}" */
enum il_rule_kind { IL_RULE_ZIP, IL_RULE_EXCLUDE, IL_RULE_WHEN };
struct il_rule_term {
    enum il_rule_kind kind;
    size_t item; /* which of the kind */
    char name[IL_SWEEP_NAME], subject[IL_SWEEP_NAME];
    char *value; /* NULL: of a zip */
    yaml_mark_t at;
};

struct il_sweep_reader {
    struct il_sweep *s;
    struct il_yaml y;
    il_config *trial; /* what values are tried on */
    struct il_rule_term *term;
    size_t terms, items[3];
};

/* the normal form of a parameter's value, to be freed; errors at the current event */
il_status il_sweep_normal(struct il_sweep_reader *r, const char *name, const char *text,
                          char **out);

/* where the current event is */
struct il_position il_sweep_here(const struct il_sweep_reader *r);

/* sweep_rules.c: keep the rules of the next events, which may be about parameters that come later */
il_status il_sweep_read_list(struct il_sweep_reader *r, enum il_rule_kind kind);
il_status il_sweep_read_when(struct il_sweep_reader *r);

/* sweep_rules.c, at the end of the document: look up what zip, exclude and when name; number the groups */
il_status il_sweep_resolve_rules(struct il_sweep_reader *r);

#endif
