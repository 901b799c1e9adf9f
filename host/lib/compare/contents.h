/* contents.h - what was in the files of weights that runs begin with, which is a part of what a run is. */
#ifndef HOST_LIB_COMPARE_CONTENTS_H
#define HOST_LIB_COMPARE_CONTENTS_H

#include "runs.h"

/*
 * Look at the files of the runs from `first` on, and name all runs' init anew: where runs of one source have the same
 * init and other contents, "file:w.npy (1f0c2a9b)", with the first digits of the files' sums. IL_E_MEMORY.
 */
il_status il_contents_of(il_runs *runs, size_t first, il_error *err);

#endif
