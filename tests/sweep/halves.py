#!/usr/bin/env python3
"""halves.py INITLAB SIMCUDA - a sweep on simulated GPUs that hold 3 runs of its packs of 8: each pack is trained two runs at a
time, which is said once, and has the results of a sweep whose packs are of two. Killed between two pieces, in shards, read
with other memory, and each run trained again; and a GPU that holds no run."""
import glob
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import committed, dump, tiny  # noqa: E402

INITLAB, SIMCUDA = map(os.path.abspath, sys.argv[1:3])
MIB = 1 << 20
RESERVED = (32 + 128) * MIB  # cuBLAS's workspace, and what is left free: test_limits.sh
SWEEP = """parameters:
  layers: ["in,256,256,out"]
  init: [he_normal, zeros]
  batch: 8
  epochs: 2
  lr: 0.05
seeds: 0..7
"""
RUNS = 16


def environment(memory, more):
    return {**os.environ, "LD_LIBRARY_PATH": SIMCUDA, "SIMCUDA_BLOCK": "1", "BLIS_NUM_THREADS": "1",
            **({"SIMCUDA_MEMORY": str(memory)} if memory else {}), **more}


def initlab(*words, memory=0, **more):
    return subprocess.run([INITLAB, *words], check=False, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment(memory, more))


def words_of_run(folder, *words):
    return ["sweep", "run", "sweep.yaml", "--data", "data", "--devices", "cuda:0", "--out", folder, *words]


def good(result):
    assert result.returncode == 0, (result.args, result.returncode, result.stderr)
    return result


def status(folder):
    return json.loads(good(initlab("sweep", "status", folder, "--json")).stdout)


def memory_of(runs, what="memory"):
    """What the largest pack needs, the dataset with it; memory_watched: where it is watched."""
    plan = json.loads(good(initlab("sweep", "plan", "sweep.yaml", "--data", "data", "--device", "cuda:0", "--pack-size", str(runs),
                                   "--json")).stdout)
    return plan["keys"][0][what]


def results(folder):
    good(initlab("sweep", "merge", folder))
    return dump(folder, but={"pack"})  # packs of 2 have other numbers


def kill_between(folder, memory, pieces):
    """Kill the sweep, workers too, when so many pieces are committed."""
    with subprocess.Popen([INITLAB, *words_of_run(folder, "--pack-size", "8", "--quiet")], env=environment(memory, {}),
                          stdout=subprocess.DEVNULL, start_new_session=True) as process:
        while committed(folder)[0] < pieces:
            assert process.poll() is None, "it ended before it was killed"
        os.killpg(process.pid, signal.SIGKILL)


def main():
    tiny("data", 64)
    with open("sweep.yaml", "w", encoding="utf-8") as file:
        file.write(SWEEP)
    three = RESERVED + memory_of(3)
    assert memory_of(4) - memory_of(3) > MIB // 4

    # packs of 2, which fit: what must come of it
    pairs = good(initlab(*words_of_run("pairs", "--pack-size", "2"), memory=three))
    assert "halves" not in pairs.stderr, pairs.stderr
    want = results("pairs")
    assert status("pairs")["halved"] == 0

    # packs of 8, of which 3 runs fit; it is said once
    small = good(initlab(*words_of_run("small", "--pack-size", "8"), memory=three))
    said = [line for line in small.stderr.splitlines() if "halves" in line]
    assert len(said) == 1 and "a pack of 8 runs needs " in said[0] and "; 3 such runs fit" in said[0], small.stderr
    assert results("small") == want
    assert committed("small") == (8, 2)
    now = status("small")
    assert (now["done"], now["left"], now["failed"], now["halved"], now["packs"]) == (RUNS, 0, 0, 2, 2), now
    assert "halved         2 packs" in initlab("sweep", "status", "small").stdout
    quiet = good(initlab(*words_of_run("quiet", "--pack-size", "8", "--quiet"), memory=three))
    assert quiet.stderr == "", quiet.stderr
    assert "not right" not in good(initlab("sweep", "repair", "small")).stdout

    # each run again, where three fit and where all do
    ids = [row[1] for row in want if row[0] == "runs"]
    for run in ids[:4]:
        for memory in (three, 0):
            again = good(initlab("sweep", "rerun", "small", run, memory=memory))
            assert "to the bit" in again.stdout, again.stdout
    good(initlab("explain", "small", ids[0]))
    timed = good(initlab("sweep", "plan", "sweep.yaml", "--data", "data", "--device", "cuda:0", "--pack-size", "8", "--measure",
                         memory=three))
    assert "measured" in timed.stdout, timed.stdout

    # watched, of which 3 need more memory
    watched = RESERVED + memory_of(3, "memory_watched")
    good(initlab(*words_of_run("watched", "--pack-size", "8", "--diag", "every=epoch", "--quiet"), memory=watched))
    assert committed("watched") == (8, 2) and results("watched") == want
    assert "to the bit" in good(initlab("sweep", "rerun", "watched", ids[0], memory=three)).stdout
    good(initlab("explain", "watched", ids[0], memory=watched))

    # killed when so many of 8 pieces are there: they stay, and what is left has the same bits
    for pieces in (1, 3, 5):
        folder = f"killed{pieces}"
        kill_between(folder, three, pieces)
        there, (done, left) = committed(folder)[0], (status(folder)["done"], status(folder)["left"])
        assert there >= pieces and (done, left) == (2 * there, RUNS - 2 * there), (there, done, left)
        good(initlab("sweep", "run", folder, "--devices", "cuda:0", memory=three))
        assert committed(folder) == (8, 2), committed(folder)
        assert results(folder) == want

    # a worker that dies in a pack, and the next one goes on with its other pieces: it needs fewer calls than the first
    for call in (2000, 2300):
        folder = f"hurt{call}"
        hurt = good(initlab(*words_of_run(folder, "--pack-size", "8"), memory=three, SIMCUDA_FAIL=f"{call}:214"))
        assert committed(folder) == (8, 2) and results(folder) == want, hurt.stderr
        packs = [set(re.findall(r'"pack":(\d+),"status"', open(path, encoding="utf-8").read())) for path in glob.glob(f"{folder}/journal/*")]
        assert len(packs) == 2 and packs[0] & packs[1], packs

    # where there is more memory by then, the half that nobody began is trained whole
    kill_between("larger", three, 2)
    pieces = committed("larger")[0]
    good(initlab("sweep", "run", "larger", "--devices", "cuda:0"))
    assert committed("larger")[0] < 8 or pieces == 8
    assert [row[1] for row in results("larger")] == [row[1] for row in want]
    for run in ids[:4]:
        good(initlab("sweep", "rerun", "larger", run))

    # shards
    for k in (1, 2):
        good(initlab(*words_of_run("shards", "--pack-size", "8", "--shard", f"{k}/2", "--quiet"), memory=three))
    assert results("shards") == want

    # not one run fits: as ever
    none = initlab(*words_of_run("none", "--pack-size", "8"), memory=RESERVED + memory_of(1) - MIB // 4)
    assert none.returncode == 69 and "no device is left" in none.stderr, none.stderr
    assert "a pack of 8 runs needs" in none.stderr and "; 0 such runs fit" in none.stderr, none.stderr
    assert not glob.glob("none/journal/*") and status("none")["left"] == RUNS
    print(f"{RUNS} runs in packs of 8, trained 2 at a time, killed 4 times: as in packs of 2")


with tempfile.TemporaryDirectory() as FOLDER:
    os.chdir(FOLDER)
    main()
