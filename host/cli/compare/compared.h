/* compared.h - what was read and compared. */
#ifndef HOST_CLI_COMPARE_COMPARED_H
#define HOST_CLI_COMPARE_COMPARED_H

#include "initlab/initlab.h"

/* Sweeps' folders and files of 'train --out', read and compared. */
struct compared {
    il_folder **folder;   /* [sources], open, in the order of the command line; NULL: of files */
    il_results **results; /* [sources] */
    size_t sources;       /* folders, and all files of 'train --out' together as the last one */
    il_runs *runs;
    int epochs;                /* does it keep them, for curves? */
    il_comparison *comparison; /* NULL: of --across, unless for a page */
    il_across *across;
    il_budget *budget; /* [budgets] */
    size_t budgets;
    const char *select; /* what settings are chosen by; of the options */
    char *by;           /* what groups are by; NULL: all that varies */
    const char **note;  /* [notes]: lines of small print, "" for none */
    char *lines;        /* that they are in */
    size_t notes;
    int left;        /* does a folder have runs that have not ended? */
    size_t repeated; /* runs that were left out, as another has their id */
};

#endif
