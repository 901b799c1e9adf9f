/**
 * api.h - what stands around the declarations of every header: C linkage, and names that the shared library
 * exports (everything else in it is hidden).
 */
#ifndef INITLAB_API_H
#define INITLAB_API_H

#ifdef __cplusplus
#define IL_API_LINKAGE_BEGIN extern "C" {
#define IL_API_LINKAGE_END   }
#else
#define IL_API_LINKAGE_BEGIN
#define IL_API_LINKAGE_END
#endif

#define IL_API_BEGIN _Pragma("GCC visibility push(default)") IL_API_LINKAGE_BEGIN
#define IL_API_END   IL_API_LINKAGE_END _Pragma("GCC visibility pop")

#endif
