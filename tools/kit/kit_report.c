/*
 * kit_report.c - a first hour so far, as OUT/first-hour.json and OUT/first-hour.md. Called after each part, so that
 * there is something whatever comes next.
 *
 *   kit_report ESTIMATES OUT MINUTES DEVICE
 */
#include "kit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int fail(const char *what)
{
    fprintf(stderr, "kit_report: %s\n", what);
    return 74;
}

/* written whole, then put in its place */
static int write_files(const json_t *report, const char *out)
{
    char path[2][4096], name[4096];
    FILE *to;
    int ok;

    snprintf(path[0], sizeof path[0], "%s/first-hour.json", out);
    snprintf(path[1], sizeof path[1], "%s/first-hour.md", out);
    for (int i = 0; i < 2; i++) {
        if ((size_t)snprintf(name, sizeof name, "%s.new", path[i]) >= sizeof name)
            return 0;
        to = fopen(name, "we");
        if (!to)
            return 0;
        ok = 1;
        if (i == 0)
            ok = json_dumpf(report, to, JSON_INDENT(1)) == 0 && fputs("\n", to) >= 0;
        else
            kit_markdown(to, report);
        ok &= !ferror(to);
        ok &= fclose(to) == 0;
        if (!ok || rename(name, path[i]) != 0)
            return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    char now[32] = "";
    const time_t t = time(NULL);
    json_t *estimates, *parts, *comparison, *report;
    struct tm utc;
    int code = 0;

    if (argc != 5) {
        fprintf(stderr, "usage: kit_report ESTIMATES OUT MINUTES DEVICE\n");
        return 2;
    }
    estimates = json_load_file(argv[1], 0, NULL);
    if (!estimates)
        return fail("cannot read the estimates");
    if (gmtime_r(&t, &utc))
        (void)strftime(now, sizeof now, "%Y-%m-%d %H:%M UTC", &utc);
    parts = kit_parts(argv[2]);
    comparison = parts ? kit_compare(parts, estimates, argv[4]) : NULL;
    report = json_pack("{s:O, s:O, s:s, s:s, s:i, s:o?, s:o?}", "version",
                       json_object_get(estimates, "version"), "commit",
                       json_object_get(estimates, "commit"), "written", now, "device", argv[4],
                       "minutes", atoi(argv[3]), "comparison", comparison, "parts", parts);
    if (!report || !comparison || !parts)
        code = fail("out of memory");
    else if (!write_files(report, argv[2]))
        code = fail("cannot write the report");
    json_decref(report);
    json_decref(estimates);
    return code;
}
