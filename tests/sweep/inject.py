#!/usr/bin/env python3
"""inject.py INITLAB FAIL.SO [all [WORD...]] - a sweep in which one call fails: an allocation, a write, a sync, a rename, an open, in
a worker or in what started it; once, by a signal, or in half. Every index with `all` (of kinds that have these words), else a
sample of each kind.

Whatever fails: nothing crashes, nothing waits for ever, what ends with 0 has every row, and the same command goes on to
the results of a sweep that nothing happened to."""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import dump, tiny  # noqa: E402

INITLAB, PRELOAD = map(os.path.abspath, sys.argv[1:3])
ALL, WORDS = sys.argv[3:4] == ["all"], set(sys.argv[4:])
SEED = int(os.environ.get("SEED", "14"))
RANDOM = random.Random(SEED)
SWEEP = 'parameters: {layers: ["in,out", "in,2,out"], batch: 16, epochs: 2}\nseeds: 0..1\n'
CODES = {0, 1, 65, 69, 71, 73, 74, 75}  # docs/formats.md; 2 would blame the command line
# what fails, in whom, how, and how many of its indices a sample has
KINDS = [
    ("malloc", "worker", {}, 80), ("malloc", "super", {}, 60),
    ("write", "worker", {"FAIL_STDOUT": "1"}, 9), ("write", "worker", {"FAIL_STDOUT": "1", "FAIL_ERRNO": "4"}, 9),
    ("write", "worker", {"FAIL_STDOUT": "1", "FAIL_SHORT": "1"}, 9), ("write", "worker", {"FAIL_ERRNO": "28"}, 4),
    ("write", "super", {"FAIL_ERRNO": "28"}, 4), ("write", "super", {"FAIL_ERRNO": "4"}, 9),
    ("write", "super", {"FAIL_SHORT": "1"}, 2),
    ("fsync", "worker", {}, 2), ("fsync", "super", {}, 5), ("rename", "super", {}, 2),
    ("open", "worker", {}, 15), ("open", "super", {}, 15), ("open", "super", {"FAIL_ERRNO": "28"}, 3),
    ("mkdir", "worker", {}, 1), ("mkdir", "super", {}, 1),
]


def sweep(*words, seconds=120, **env):
    return subprocess.run([INITLAB, "sweep", *words], check=False, encoding="utf-8", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=seconds, env={**os.environ, "BLIS_NUM_THREADS": "1", **env})


def rows(folder):
    return dump(folder, but=["attempt"])  # a pack may have failed first


def run(folder, **env):
    words = [folder] if os.path.exists(f"{folder}/sweep.json") else ["s.yaml", "--out", folder, "--data", "data"]
    words += [] if len(words) == 1 else ["--pack-size", "1"]
    return sweep("run", *words, "--devices", "cpu:1", "--stall", "30", "--checkpoint", "0", "--quiet", **env)


def fault(what, role, how, index):
    return {"LD_PRELOAD": PRELOAD, "FAIL_WHAT": what, "FAIL_ROLE": role, "FAIL_AT": str(index),
            "FAIL_SKIP": "libblis,libopenblas,libcu", **how}


def calls(what, role, how):
    """How many calls there are of a kind, in a sweep in which none fails."""
    if os.path.exists("count"):
        os.unlink("count")
    shutil.rmtree("counted", ignore_errors=True)
    done = run("counted", FAIL_COUNT=os.path.abspath("count"), **fault(what, role, how, 10 ** 9))
    assert done.returncode == 0, done.stderr
    with open("count", encoding="ascii") as file:
        n = max(map(int, file.read().split()))
    assert n > 0, f"no {what} in the {role}: is {PRELOAD} loaded?"
    return n


def go_on(folder):
    """The same command until there is no more to do, with one retry of what failed for good."""
    done = run(folder)
    if done.returncode == 1:
        done = sweep("retry", folder, "--failed", "--devices", "cpu:1", "--quiet")
    return done


def check(what, role, how, index, want):
    """What is wrong when that call fails; None: nothing."""
    name = f"{what} {index} of the {role} {how}"
    shutil.rmtree("r", ignore_errors=True)
    try:
        done = run("r", **fault(what, role, how, index))
    except subprocess.TimeoutExpired:
        return f"{name}: it waits for ever"
    if done.returncode not in CODES:
        return f"{name}: {done.returncode}: {done.stderr}"
    if done.returncode == 0 and rows("r") != want:
        return f"{name}: ends with 0, and rows are missing: {done.stderr}"
    again = go_on("r")
    if again.returncode != 0:
        return f"{name}: {done.returncode}, and does not go on: {again.returncode}: {again.stderr}"
    if rows("r") != want:
        return f"{name}: {done.returncode}, and goes on to other results"
    return None


def main():
    tiny("data", 64)
    with open("s.yaml", "w", encoding="utf-8") as file:
        file.write(SWEEP)
    assert run("plain").returncode == 0
    want = rows("plain")
    assert len([row for row in want if row[0] == "runs"]) == 4
    wrong = []
    for what, role, how, sample in KINDS:
        if not WORDS <= {what, role}:
            continue
        begin = time.monotonic()
        n = calls(what, role, how)
        indices = range(1, n + 1)
        if not ALL and n > sample:
            indices = sorted(RANDOM.sample(indices, sample))
        found = [one for one in (check(what, role, how, index, want) for index in indices) if one]
        wrong += found
        print(*found, sep="\n", end="\n" if found else "", flush=True)
        print(f"{what} in the {role} {how or ''}: {len(indices)} of {n} in {time.monotonic() - begin:.1f} s", flush=True)
    return len(wrong)


print(f"SEED={SEED}", flush=True)
with tempfile.TemporaryDirectory() as FOLDER:
    os.chdir(FOLDER)
    sys.exit(main() > 0)
