/* libraries.h - find and open a shared library of NVIDIA's that may lie in many places. */
#ifndef HOST_DEVICE_LIBRARIES_H
#define HOST_DEVICE_LIBRARIES_H

#include <stddef.h>

/*
 * Open a library by its name ("libcublas.so.13"): where the loader finds it, else in the folders of CUDA's
 * toolkit, of conda, and of pip's packages for the Python on PATH. NULL, and one line of words in why, which
 * say where it was looked for. It stays loaded until the process ends. Any thread.
 */
void *il_library_open(const char *name, char *why, size_t n);

/*
 * The library's name in the loader's words, if they say that a file is not there ("NAME: cannot open shared
 * object file: No such file or directory"); 0: they say something else.
 */
int il_library_missing(const char *words, char *name, size_t n);

#endif
