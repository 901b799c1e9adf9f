#!/usr/bin/env python3
"""extend.py INITLAB KILLS RUNS - a sweep that is added to while it is killed again and again loses nothing and counts
nothing twice.

It begins with a part of its seeds and one network; seeds, a scheme and a network come later, each by a `sweep extend` that is
killed, too: the sweep is then as before, or has all that is new. Training is killed between and after, with other numbers of
workers and shards. In the end the results are those of a sweep that was added to alike and that nobody stopped, and the runs
those of one that had all values from the beginning."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import children, committed, dump, tiny  # noqa: E402

INITLAB, KILLS, RUNS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SEED = int(os.environ.get("SEED", time.time_ns() % 1000000))
RANDOM = random.Random(SEED)
FIRST, LAST = max(1, RUNS // 30), max(2, RUNS // 16)  # seeds, at first and at the end: 16 runs a seed
FILE = """parameters:
  layers: {layers}
  init: {init}
  activation: [relu, tanh]
  batch: 8
  epochs: 2
  lr: 0.05
seeds: 0..{seeds}
"""
ADDITIONS = [["--seeds", f"0..{LAST - 1}"], ["--init", "orthogonal,normal:0:1e30"], ["--layers", "in,8,out"]]


def run(*words):
    subprocess.run([INITLAB, "sweep", *words], check=True, stdout=subprocess.DEVNULL)


def write(path, whole):
    with open(path, "w", encoding="utf-8") as file:
        file.write(FILE.format(layers='["in,out", "in,8,out"]' if whole else '"in,out"', seeds=(LAST if whole else FIRST) - 1,
                               init='[he_normal, zeros, orthogonal, "normal:0:1e30"]' if whole else "[he_normal, zeros]"))


def end_all(process):
    victims = children(process.pid)
    if victims and RANDOM.random() < 0.3:
        try:
            os.kill(RANDOM.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            pass
        time.sleep(0.02)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()


def start(*words):
    return subprocess.Popen([INITLAB, "sweep", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            start_new_session=True)


def runs_of(folder):
    """How many runs sweep.json says there are; whole it must be, whenever it is read."""
    with open(os.path.join(folder, "sweep.json"), encoding="utf-8") as file:
        setup = json.load(file)
    status = json.loads(subprocess.run([INITLAB, "sweep", "status", folder, "--json"], check=True,
                                       stdout=subprocess.PIPE).stdout)
    assert status["runs"] == setup["runs"], (status, setup)
    return setup["runs"]


def kill_training(folder):
    """Train, and kill in the midst of it; was something committed, and something left?"""
    words = ["--devices", f"cpu:{RANDOM.randint(1, 3)}", "--quiet"]
    shards = RANDOM.choice([1, 1, 2, 3])
    if shards > 1:
        words += ["--shard", f"{RANDOM.randint(1, shards)}/{shards}"]
    before = committed(folder)[0]
    process = start("run", folder, *words)
    while process.poll() is None and committed(folder)[0] < before + RANDOM.randint(1, 3):
        time.sleep(0.002)
    ended = process.poll() is not None
    end_all(process)
    return not ended and committed(folder)[0] > before


def kill_extension(folder, words):
    """Add until it is done, each time killed a little later; how many kills came before, how many after it was written."""
    before, early, delay = runs_of(folder), 0, 0.0
    while runs_of(folder) == before:
        process = start("extend", folder, *words)
        time.sleep(delay)
        end_all(process)
        early += runs_of(folder) == before
        delay += RANDOM.uniform(0, 0.004)
    return early


def main(folder):
    data, file, whole, plain, killed, once = (os.path.join(folder, name) for name in
                                              ("data", "sweep.yaml", "whole.yaml", "plain", "killed", "once"))
    tiny(data)
    write(file, False)
    write(whole, True)
    make = ["--data", data, "--pack-size", "8", "--quiet"]
    run("run", file, "--out", plain, *make)
    for words in ADDITIONS:
        run("extend", plain, *words)
        run("run", plain, "--quiet")
    run("run", whole, "--out", once, *make)
    process = start("run", file, "--out", killed, *make)
    while not os.path.exists(os.path.join(killed, "sweep.json")):
        time.sleep(0.002)
    end_all(process)
    kills = early = 0
    for words in ADDITIONS:
        for _ in range(KILLS // (len(ADDITIONS) + 1)):
            kills += kill_training(killed)
        early += kill_extension(killed, words)
    for _ in range(KILLS // (len(ADDITIONS) + 1)):
        kills += kill_training(killed)
    run("run", killed, "--quiet")
    lines, distinct = committed(killed)
    got, want, all_at_once = dump(killed), dump(plain), dump(once)
    ids = sorted(row[1] for row in got if row[0] == "runs")
    print(f"seed {SEED}: {len(ids)} runs in {distinct} packs, {kills} kills of training that count, {early} of 'sweep extend' "
          f"that left the sweep as it was; twice {len(ids) - len(set(ids))}, packs committed twice {lines - distinct}")
    assert lines == distinct == committed(plain)[0]
    assert got == want, "the results differ from those of a sweep that was not killed"
    assert ids == sorted(row[1] for row in all_at_once if row[0] == "runs"), "other runs than those of all values at once"
    assert kills > 0 and early > 0


FOLDER = tempfile.mkdtemp(prefix="initlab-extend-")
try:
    print(f"seed {SEED}", flush=True)
    main(FOLDER)
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
