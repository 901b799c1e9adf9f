/**
 * initlab.h - the whole public API, in reading order.
 *
 *   status.h   what a call returns          pack.h     train runs together
 *   tables.h   what there is to choose      inspect.h  what a network does to a signal
 *   device.h   where packs train            output.h   weights as files
 *   dataset.h  what is trained on           schemes.h  the schemes alone
 *   config.h   what one run is              selftest.h does a device compute what it should
 *   sweep.h    many runs from one file      folder.h   training them, and who does
 *   results.h  what came of them            version.h  version of the library
 *   compare.h  which group of them is best   statistics.h  and how sure that is
 *   figures.h  all that as figures         numbers.h  which bits it computes
 */
#ifndef INITLAB_INITLAB_H
#define INITLAB_INITLAB_H

#include "status.h"
#include "tables.h"
#include "device.h"
#include "dataset.h"
#include "config.h"
#include "pack.h"
#include "inspect.h"
#include "watch.h"
#include "output.h"
#include "schemes.h"
#include "selftest.h"
#include "statistics.h"
#include "sweep.h"
#include "folder.h"
#include "results.h"
#include "compare.h"
#include "figures.h"
#include "numbers.h"
#include "initlab/version.h"

#endif
