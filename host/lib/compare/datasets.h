/* datasets.h - what runs were trained on, which is no parameter of theirs. */
#ifndef HOST_LIB_COMPARE_DATASETS_H
#define HOST_LIB_COMPARE_DATASETS_H

#include "runs.h"

/*
 * The datasets of the runs from `first` on, which are all of these results. The column is a dataset's folder, by as
 * much of its path as tells it from the others; behind it the first digits of its sum, where paths do not.
 * IL_E_USAGE: more than IL_DATASETS_MOST of them.
 */
il_status il_datasets_of(il_runs *runs, size_t first, il_results *results, il_error *err);

#endif
