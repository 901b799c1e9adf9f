#!/usr/bin/env python3
"""faults.py INITLAB - what happens to a sweep whose workers die, on the CPU, where no simulated GPU is needed."""
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import children, committed, dump, tiny  # noqa: E402

INITLAB = os.path.abspath(sys.argv[1])


def write(path, runs, epochs):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"parameters: {{layers: \"in,8,out\", batch: 8, epochs: {epochs}}}\nseeds: 0..{runs - 1}\n")


def start(*words):
    return subprocess.Popen([INITLAB, "sweep", "run", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            encoding="utf-8", start_new_session=True)


def wait(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


def killed_workers():
    """One pack, two workers: the first dies twice, so its device is left out, and the second takes the pack."""
    write("one.yaml", 4, 2000)
    plain = start("one.yaml", "--out", "plain", "--data", "data", "--devices", "cpu:1", "--quiet")
    assert plain.wait() == 0, plain.stderr.read()
    process = start("one.yaml", "--out", "killed", "--data", "data", "--devices", "cpu:2", "--quiet")
    dead = []
    while len(dead) < 2:
        wait(lambda: set(children(process.pid)) - set(dead))
        dead += set(children(process.pid)) - set(dead)
        os.kill(dead[-1], signal.SIGKILL)
    error = process.communicate()[1]
    assert process.returncode == 0, (process.returncode, error)
    assert "cpu is left out: it failed twice in a row: the worker died: Killed" in error, error
    assert committed("killed") == (1, 1)
    assert dump("killed") == dump("plain")


with tempfile.TemporaryDirectory() as FOLDER:
    os.chdir(FOLDER)
    tiny("data")
    for test in (killed_workers,):
        begin = time.monotonic()
        test()
        print(f"{test.__name__}: {time.monotonic() - begin:.1f} s", flush=True)
