/* asan.h - what AddressSanitizer is told of bytes that no kernel may touch; nothing in other builds. */
#ifndef SIMT_ASAN_H
#define SIMT_ASAN_H

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#endif
