/* run_report.c - the writers of JSONL and CSV. Both come from one list of columns. */
#include "run_report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "common/cli_error.h"
#include "common/messages.h"
#include "common/data_paths.h"

static const struct column {
    const char *name;
    size_t offset; /* of a double in il_epoch */
    int validation;
} columns[] = {
#define X(name, validation) { #name, offsetof(il_epoch, name), validation },
    IL_EPOCH_NUMBERS(X)
#undef X
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static double column_of(const il_epoch *e, size_t i)
{
    double x;

    memcpy(&x, (const char *)e + columns[i].offset, sizeof x);
    return x;
}

static il_status fail(il_error *err, il_status status, const char *verb, const struct run_report *r)
{
    const char *reason = strerror(errno ? errno : EIO);

    if (strcmp(r->path, "-") == 0)
        return cli_error(err, status, "cannot %s standard output: %s", verb, reason);
    return cli_error(err, status, "cannot %s '%s': %s", verb, r->path, reason);
}

static il_status end_line(struct run_report *r, il_error *err)
{
    fputc('\n', r->file);
    if (fflush(r->file) != 0 || ferror(r->file))
        return fail(err, IL_E_IO, "write to", r);
    return IL_OK;
}

il_status run_report_open(struct run_report *r, const char *path, int validation, il_error *err)
{
    r->path = path;
    r->validation = validation;
    r->csv = data_path_ends_in(path, ".csv");
    r->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (!r->file)
        return fail(err, cli_or_memory(IL_E_CREATE), "create", r);
    if (!r->csv)
        return IL_OK;
    fputs("epoch", r->file);
    for (size_t i = 0; i < COLUMNS; i++)
        if (validation || !columns[i].validation)
            fprintf(r->file, ",%s", columns[i].name);
    return end_line(r, err);
}

/* not finite numbers as the format has them */
static void put_number(const struct run_report *r, double x)
{
    char text[32];

    il_number_text(cli_number(x), text);
    fputs(isfinite(x) || r->csv ? text : "null", r->file);
}

il_status run_report_epoch(struct run_report *r, const il_epoch *e, il_error *err)
{
    if (!r->file)
        return IL_OK;
    errno = 0; /* a write's error stays in the file, its reason here */
    fprintf(r->file, r->csv ? "%zu" : "{\"epoch\":%zu", e->epoch);
    for (size_t i = 0; i < COLUMNS; i++)
        if (r->validation || !columns[i].validation) {
            if (r->csv)
                fputc(',', r->file);
            else
                fprintf(r->file, ",\"%s\":", columns[i].name);
            put_number(r, column_of(e, i));
        }
    if (!r->csv)
        fputc('}', r->file);
    return end_line(r, err);
}

il_status run_report_states(struct run_report *r, const il_layer_state *state, size_t n,
                            il_error *err)
{
    il_status st = IL_OK;

    for (size_t k = 0; r->file && k < n && st == IL_OK; k++) {
        errno = 0;
        fprintf(r->file, "{\"step\":%zu,\"layer\":%zu", state[k].step, state[k].layer);
        for (size_t i = 0; i < IL_DIAGNOSTIC_COUNT; i++) {
            fprintf(r->file, ",\"%s\":", il_diagnostic_name(i));
            put_number(r, state[k].value[i]);
        }
        fputc('}', r->file);
        st = end_line(r, err);
    }
    return st;
}

il_status run_report_end(struct run_report *r, json_t *last, il_error *err)
{
    char *const text = r->file && !r->csv ? cli_json_text(last, JSON_COMPACT) : NULL;
    il_status st = IL_OK;

    if (r->file && !r->csv) {
        errno = 0;
        if (text)
            fputs(text, r->file);
        st = text ? end_line(r, err) : cli_no_memory(err);
    }
    free(text);
    json_decref(last);
    return st;
}

il_status run_report_close(struct run_report *r, il_error *err)
{
    FILE *f = r->file;

    r->file = NULL;
    if (f && f != stdout && fclose(f) != 0)
        return fail(err, IL_E_IO, "write to", r);
    return IL_OK;
}

/* yes and no of a flag; a number where the parameter's default is one; else text. */
static json_t *parameter(const il_parameter *p, const char *text)
{
    char *end;
    long long whole;
    double x;

    if (p->metavar[0] == 0)
        return json_boolean(strcmp(text, "yes") == 0);
    strtod(p->value, &end);
    if (end == p->value || *end != 0)
        return json_string(text);
    errno = 0;
    whole = strtoll(text, &end, 10);
    if (end != text && *end == 0)
        return errno == 0 ? json_integer(whole) : json_string(text);
    x = strtod(text, &end);
    return end != text && *end == 0 && isfinite(x) ? json_real(x) : json_string(text);
}

json_t *run_report_config(const il_config *config)
{
    json_t *all = json_object();
    const il_parameter *p;

    for (size_t i = 0; all && (p = il_parameter_at(i)); i++) {
        const char *text = il_config_get(config, p->name);

        if (json_object_set_new(all, p->name, parameter(p, text ? text : "")) != 0) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}
