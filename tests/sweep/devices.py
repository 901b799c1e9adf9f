#!/usr/bin/env python3
"""devices.py INITLAB SIMCUDA - a sweep on two simulated GPUs, one of which dies: it is left out, its packs move to
the other, and the results are those of a sweep that nothing happened to. Where all die: exit 69, and the sweep goes
on when there is a device again. A pack that fails on sound devices fails alone."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import committed, dump, tiny  # noqa: E402

INITLAB, SIMCUDA = map(os.path.abspath, sys.argv[1:3])
SWEEP = """parameters:
  layers: ["in,out", "in,4,out"]
  init: [he_normal, zeros]
  batch: 32
  epochs: 1
seeds: 0..59
"""


def sweep(*words, **env):
    return subprocess.run([INITLAB, "sweep", *words], check=False, encoding="utf-8", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE,
                          env={**os.environ, "LD_LIBRARY_PATH": SIMCUDA, "SIMCUDA_DEVICES": "2", "SIMCUDA_BLOCK": "1",
                               "BLIS_NUM_THREADS": "1", **env})


def run(folder, *words, **env):
    return sweep("run", "sweep.yaml", "--out", folder, "--data", "data", "--pack-size", "3", *words, **env)


def main():
    tiny("data", 32)
    with open("sweep.yaml", "w", encoding="utf-8") as file:
        file.write(SWEEP)
    sound = run("sound", "--devices", "cuda:0,cuda:1")
    assert sound.returncode == 0, sound.stderr
    want = dump("sound")
    assert committed("sound") == (80, 80)

    # all GPUs are found, and are two; what they are is in the results
    both = run("both", "--devices", "cuda")
    assert both.returncode == 0, both.stderr
    assert dump("both") == want

    for call in (20, 90, 150):  # while it is opened, in its first pack, in a later one
        hurt = run(f"hurt{call}", "--devices", "cuda:0,cuda:1", SIMCUDA_FAIL=f"{call}:999", SIMCUDA_FAIL_DEVICE="1")
        assert hurt.returncode == 0, hurt.stderr
        assert "cuda:1 is left out" in hurt.stderr, hurt.stderr
        assert dump(f"hurt{call}") == want
        assert committed(f"hurt{call}") == (80, 80)

    # fewer packs than devices: the second, which had nothing to do, takes over
    few = run("few", "--devices", "cuda:0,cuda:1", "--pack-size", "120", SIMCUDA_FAIL="20:999", SIMCUDA_FAIL_DEVICE="0")
    assert few.returncode == 0, few.stderr
    assert "cuda:0 is left out" in few.stderr, few.stderr
    assert [row[1] for row in dump("few")] == [row[1] for row in want]

    # every device fails now and then, but never twice in a row: memory, which is no lasting error
    lost = run("lost", "--devices", "cuda:0,cuda:1", SIMCUDA_FAIL="60:214")
    assert lost.returncode == 69, lost
    assert "no device is left" in lost.stderr
    status = sweep("status", "lost")
    assert "failed         0 runs" in status.stdout, status.stdout
    again = sweep("run", "lost")
    assert again.returncode == 0, again.stderr
    assert dump("lost") == want

    # a weight file that is gone: its pack fails, the others do not
    with open("sweep.yaml", "a", encoding="utf-8") as file:
        file.write('exclude: [{init: zeros, seed: 5}]\n')
    text = open("sweep.yaml", encoding="utf-8").read().replace("zeros]", f'zeros, "file:{os.getcwd()}/gone.safetensors"]')
    with open("sweep.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    weights = [INITLAB, "init", "--layers", "16,3", "--init", "zeros", "--save", "gone.safetensors"]
    subprocess.run(weights, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = sweep("submit", "sweep.yaml", "--engine", "slurm", "--kind", "cuda", "--out", "part", "--data", "data", "--pack-size", "3")
    assert made.returncode == 0, made.stderr
    os.unlink("gone.safetensors")  # after the sweep was made
    part = sweep("run", "part", "--devices", "cuda:0,cuda:1")
    assert part.returncode == 1, part
    assert "gone.safetensors" in part.stderr and "sweep retry" in part.stderr, part.stderr
    failed = [row for row in dump("part") if row[0] == "runs" and row[4] == "failed"]
    assert failed and len(failed) < 240, failed
    fast = run("fast", "--devices", "cuda:0", "--fail-fast")
    assert fast.returncode == 1 and "stopped after 1 failed pack" in fast.stderr, fast.stderr
    subprocess.run(weights, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    retried = sweep("retry", "part", "--failed")
    rows = [row for row in dump("part") if row[0] == "runs"]
    print(retried.returncode, retried.stderr)
    assert len([row for row in rows if row[4] == "failed"]) < len(failed), retried.stderr
    print(f"{len(want)} rows equal on 2 devices, with one that dies at 3 places, and after both died")


with tempfile.TemporaryDirectory() as FOLDER:
    os.chdir(FOLDER)
    main()
