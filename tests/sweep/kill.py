#!/usr/bin/env python3
"""kill.py INITLAB KILLS RUNS - a sweep that is killed again and again loses nothing and counts nothing twice.

Every start trains with another number of workers or shards, and is ended by kill -9 of all its processes, of one
worker, or by SIGTERM, at a random time after a random number of commits, few enough to leave work for the kills
to come. In the end the results must be those of a sweep that nobody stopped. A kill counts where something was
committed by then and something was left."""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import children, committed, dump, tiny, write_sweep  # noqa: E402

INITLAB, KILLS, RUNS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SEED = int(os.environ.get("SEED", time.time_ns() % 1000000))
RANDOM = random.Random(SEED)
PACK = 8


def start(arguments):
    return subprocess.Popen([INITLAB, "sweep", "run", *arguments, "--quiet"], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, start_new_session=True)


def end(process, how):
    """Kill all, one worker, or ask to end; returns the exit code."""
    try:
        if how == "worker":
            victims = children(process.pid)
            if victims:
                os.kill(RANDOM.choice(victims), signal.SIGKILL)
            time.sleep(0.02)
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.killpg(process.pid, signal.SIGTERM if how == "term" else signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()
    return process.returncode


def kill_until_done(killed, words, packs, pack, most):
    """Train the folder to its end through at most so many kills; returns starts, kills and SIGTERMs that count."""
    kills = terms = starts = 0
    while True:
        before = committed(killed)[0] if os.path.isdir(killed) else 0
        assert before <= packs, f"{before} packs are committed, the sweep has {packs}"
        if before == packs:
            return starts, kills, terms
        shards = RANDOM.choice([1, 1, 2, 3])
        arguments = [killed] if os.path.exists(os.path.join(killed, "sweep.json")) else words
        arguments = arguments + ["--devices", f"cpu:{RANDOM.randint(1, 4)}"]
        if shards > 1:
            arguments += ["--shard", f"{RANDOM.randint(1, shards)}/{shards}"]
        if kills >= most:
            arguments = [killed, "--devices", "cpu:2"]
        share = (packs - before) // (most - kills + 1) // 2
        aim = before + 1 + RANDOM.randrange(max(1, share))
        process = start(arguments)
        starts += 1
        while process.poll() is None and (kills >= most or committed(killed)[0] < aim):
            time.sleep(0.002)
        if process.poll() is None:
            time.sleep(RANDOM.uniform(0, pack))
            how = RANDOM.choice(["all", "all", "worker", "term"])
            code = end(process, how)
            if how == "term":
                assert code in (0, 75), f"SIGTERM ended it with {code}"
            if 0 < committed(killed)[0] < packs:
                kills += how != "term"
                terms += how == "term"
        else:
            error = process.communicate()[1].decode()
            assert process.returncode == 0, f"{process.returncode}: {error}"


def main(folder):
    data, file, plain = (os.path.join(folder, name) for name in ("data", "sweep.yaml", "plain"))
    tiny(data)
    runs = write_sweep(file, RUNS)
    words = ["--data", data, "--pack-size", str(PACK)]
    begin = time.monotonic()
    subprocess.run([INITLAB, "sweep", "run", file, "--out", plain, *words, "--devices", "cpu:2", "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    packs = committed(plain)[0]
    pack = 2 * (time.monotonic() - begin) / packs  # seconds of a worker's, of two
    want = dump(plain)
    total = 0
    for attempt in range(10):  # a busy machine may use a sweep up before its kills: then another is killed
        killed = os.path.join(folder, f"killed{attempt}")
        starts, kills, terms = kill_until_done(killed, [file, "--out", killed, *words], packs, pack, KILLS - total)
        subprocess.run([INITLAB, "sweep", "run", killed, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        lines, distinct = committed(killed)
        got = dump(killed)
        runs_got = [row[1] for row in got if row[0] == "runs"]
        print(f"seed {SEED}: {runs} runs in {packs} packs, {starts} starts, {kills} kills and {terms} SIGTERMs that "
              f"count; lost {runs - len(set(runs_got))}, twice {len(runs_got) - len(set(runs_got))}, "
              f"packs committed twice {lines - distinct}")
        assert lines == distinct == packs
        assert got == want, "the results differ from those of a sweep that was not killed"
        total += kills
        if total >= KILLS:
            return
    raise AssertionError(f"only {total} kills counted")


FOLDER = tempfile.mkdtemp(prefix="initlab-kill-")
try:
    print(f"seed {SEED}", flush=True)
    main(FOLDER)
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
