#!/usr/bin/env python3
"""test_planted.py PLANTED SIMCUDA PLAIN [tsan=FOLDER] [asan=FOLDER] - a test of the tests: one bug in each kernel of
planted.cu.

Each must be found by the check that is meant for it, and the same kernel without the bug must pass all of them. PLAIN and
the FOLDERs have look-alikes and translations of planted.cu, LIBTSAN and LIBASAN name the sanitizers' libraries; a
sanitizer that is not given finds nothing, and that is said. Under AddressSanitizer simt's own checks of addresses are off.
"""
import os
import subprocess
import sys

PLANTED, SIMCUDA, PLAIN = sys.argv[1:4]
SANITIZERS = dict(word.split("=", 1) for word in sys.argv[4:])

WRONG, REFUSED, ABORTED, FOUND = 1, 3, -6, 66
WORDS = {"tsan": "data race", "asan": "use-after-poison"}
# case: (what the plain simulation must end with, words of it, the sanitizer that finds it)
CASES = {
    "race": (0, "", "tsan"),
    "race_of_blocks": (0, "", "tsan"),
    "missing_barrier": (WRONG, "", "tsan"),
    "tile_race": (WRONG, "", "tsan"),
    "past_the_end": (ABORTED, "in no live allocation", "asan"),
    "past_shared": (ABORTED, "shared memory accessed out of range", "asan"),
    "divergent_barrier": (ABORTED, "barrier not reached by every thread", ""),
    "shuffle_mask": (ABORTED, "mask does not name the calling lane", ""),
    "uninitialised": (WRONG, "", ""),
    "nvcc_alone": (WRONG, "", ""),
    "block_limit": (REFUSED, "cudaErrorInvalidConfiguration", ""),
    "grid_limit": (REFUSED, "cudaErrorInvalidConfiguration", ""),
    "empty_grid": (REFUSED, "cudaErrorInvalidConfiguration", ""),
    "shared_limit": (REFUSED, "cudaErrorInvalidValue", ""),
    "any_limit": (REFUSED, "cudaFuncSetAttribute: cudaErrorInvalidValue", ""),
    "null_pointer": (ABORTED, "at 0 are in no live allocation", ""),
    "foreign_pointer": (ABORTED, "in no live allocation", ""),
    "use_after_free": (ABORTED, "in no live allocation", "asan"),
    "other_memory": (ABORTED, "in no live allocation", ""),
    "other_stream": (REFUSED, "cudaErrorInvalidResourceHandle", ""),
    "destroyed_stream": (REFUSED, "cudaErrorInvalidResourceHandle", ""),
}


def run(folder, *words, **settings):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("SIMCUDA_", "SIMT_"))}
    env.update(LD_LIBRARY_PATH=f"{folder}:{SIMCUDA}", SIMCUDA_DEVICES="2", **settings)
    return subprocess.run([PLANTED, *words], env=env, capture_output=True, text=True, timeout=120)


def sanitized(kind, *words):
    folder = SANITIZERS[kind]
    return run(f"{folder}/planted:{folder}", *words, LD_PRELOAD=os.environ["LIB" + kind.upper()],
               TSAN_OPTIONS=f"exitcode={FOUND}:halt_on_error=1", ASAN_OPTIONS=f"exitcode={FOUND}:detect_leaks=0")


def main():
    wrong = []
    for name, (code, text, finder) in CASES.items():
        r = run(PLAIN, name)
        if r.returncode != code or text not in r.stderr:
            wrong.append(f"{name}: {r.returncode}, {r.stderr!r}; expected {code} and '{text}'")
        for settings in ({}, {"SIMT_ORDER": "reverse"}, {"SIMT_ORDER": "7"}):
            r = run(PLAIN, name, "mended", **settings)
            if r.returncode:
                wrong.append(f"{name}, mended, {settings}: {r.returncode}, {r.stderr!r}")
        for kind in SANITIZERS:
            r = sanitized(kind, name)
            if kind == finder and (r.returncode != FOUND or WORDS[kind] not in r.stderr):
                wrong.append(f"{name}: {kind} found nothing ({r.returncode}): {r.stderr[:500]!r}")
            r = sanitized(kind, name, "mended")
            if r.returncode:
                wrong.append(f"{name}, mended: {r.returncode} under {kind}: {r.stderr[:500]!r}")
    r = run(PLAIN, "any_limit", "mended", SIMCUDA_CAPABILITY="75")  # 96 KiB, and a T4 has 64
    if r.returncode != REFUSED or "cudaErrorInvalidValue" not in r.stderr:
        wrong.append(f"any_limit on capability 7.5: {r.returncode}, {r.stderr!r}")
    print(f"{len(CASES)} bugs planted, under", ", ".join(SANITIZERS) or "no sanitizer")
    sys.exit("\n".join(wrong) if wrong else 0)


main()
