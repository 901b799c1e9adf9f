#!/usr/bin/env python3
"""test_planted.py PLANTED SIMCUDA PLAIN [TSAN LIBTSAN] - a test of the tests: one bug in each kernel of planted.cu.

Each must be found by the check that is meant for it, and the same kernel without the bug must pass all of them. PLAIN and
TSAN are folders of look-alikes and translations of planted.cu; without TSAN the races are not looked for, and that is said.
"""
import os
import subprocess
import sys

PLANTED, SIMCUDA, PLAIN = sys.argv[1:4]
TSAN, LIBTSAN = sys.argv[4:6] if len(sys.argv) > 5 else (None, None)

WRONG, REFUSED, ABORTED, RACED = 1, 3, -6, 66
# case: (what the plain simulation must end with, words of it, does the race detector find it?)
CASES = {
    "race": (0, "", True),
    "race_of_blocks": (0, "", True),
    "missing_barrier": (WRONG, "", True),
    "tile_race": (WRONG, "", True),
    "past_the_end": (ABORTED, "in no live allocation", False),
    "past_shared": (ABORTED, "shared memory accessed out of range", False),
    "divergent_barrier": (ABORTED, "barrier not reached by every thread", False),
    "shuffle_mask": (ABORTED, "mask does not name the calling lane", False),
    "uninitialised": (WRONG, "", False),
    "nvcc_alone": (WRONG, "", False),
    "block_limit": (REFUSED, "cudaErrorInvalidConfiguration", False),
    "grid_limit": (REFUSED, "cudaErrorInvalidConfiguration", False),
    "empty_grid": (REFUSED, "cudaErrorInvalidConfiguration", False),
    "shared_limit": (REFUSED, "cudaErrorInvalidValue", False),
    "any_limit": (REFUSED, "cudaFuncSetAttribute: cudaErrorInvalidValue", False),
    "null_pointer": (ABORTED, "at 0 are in no live allocation", False),
    "foreign_pointer": (ABORTED, "in no live allocation", False),
    "use_after_free": (ABORTED, "in no live allocation", False),
    "other_memory": (ABORTED, "in no live allocation", False),
    "other_stream": (REFUSED, "cudaErrorInvalidResourceHandle", False),
    "destroyed_stream": (REFUSED, "cudaErrorInvalidResourceHandle", False),
}


def run(folder, *words, **settings):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("SIMCUDA_", "SIMT_"))}
    env.update(LD_LIBRARY_PATH=f"{folder}:{SIMCUDA}", SIMCUDA_DEVICES="2", **settings)
    return subprocess.run([PLANTED, *words], env=env, capture_output=True, text=True, timeout=120)


def raced(*words):
    """Under ThreadSanitizer, with few blocks, so that they loop."""
    return run(f"{TSAN}/planted:{TSAN}", *words, LD_PRELOAD=LIBTSAN, TSAN_OPTIONS=f"exitcode={RACED}:halt_on_error=1")


def main():
    wrong = []
    for name, (code, text, race) in CASES.items():
        r = run(PLAIN, name)
        if r.returncode != code or text not in r.stderr:
            wrong.append(f"{name}: {r.returncode}, {r.stderr!r}; expected {code} and '{text}'")
        for settings in ({}, {"SIMT_ORDER": "reverse"}, {"SIMT_ORDER": "7"}):
            r = run(PLAIN, name, "mended", **settings)
            if r.returncode:
                wrong.append(f"{name}, mended, {settings}: {r.returncode}, {r.stderr!r}")
        if TSAN:
            r = raced(name)
            if race and r.returncode != RACED:
                wrong.append(f"{name}: ThreadSanitizer saw no race ({r.returncode}): {r.stderr[:500]!r}")
            r = raced(name, "mended")
            if r.returncode:
                wrong.append(f"{name}, mended: {r.returncode} under ThreadSanitizer: {r.stderr[:500]!r}")
    r = run(PLAIN, "any_limit", "mended", SIMCUDA_CAPABILITY="75")  # 96 KiB, and a T4 has 64
    if r.returncode != REFUSED or "cudaErrorInvalidValue" not in r.stderr:
        wrong.append(f"any_limit on capability 7.5: {r.returncode}, {r.stderr!r}")
    print(f"{len(CASES)} bugs planted; races were {'' if TSAN else 'not '}looked for")
    sys.exit("\n".join(wrong) if wrong else 0)


main()
