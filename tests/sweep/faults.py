#!/usr/bin/env python3
"""faults.py INITLAB - signals to a sweep and workers that die, on the CPU, where no simulated GPU is needed."""
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import children, committed, dump, tiny  # noqa: E402

INITLAB = os.path.abspath(sys.argv[1])


def rerun(folder, run):
    return subprocess.Popen([INITLAB, "sweep", "rerun", folder, run], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            encoding="utf-8")


def catches(pid, number):
    """Does the process catch the signal?"""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        mask = next(line for line in file if line.startswith("SigCgt:")).split()[1]
    return int(mask, 16) >> number - 1 & 1


def ready(worker, number):
    """Is it a worker that catches the signal? A child before its exec catches what its parent does."""
    with open(f"/proc/{worker}/cmdline", "rb") as file:
        return file.read().split(b"\0")[2:3] == [b"worker"] and catches(worker, number)


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
    write("one.yaml", 2, 1000)
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


def interrupted():
    """SIGINT to all, as a terminal sends it, or to the supervisor alone: 75, and the sweep goes on to the same."""
    write("int.yaml", 4, 1000)
    assert start("int.yaml", "--out", "plain4", "--data", "data", "--pack-size", "2", "--quiet").wait() == 0
    for group in True, False:
        folder = f"int{group}"
        process = start("int.yaml", "--out", folder, "--data", "data", "--devices", "cpu:2", "--pack-size", "2", "--quiet")
        wait(lambda pid=process.pid: len(children(pid)) == 2 and all(ready(one, signal.SIGINT) for one in children(pid)))
        time.sleep(0.2)
        (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
        out, error = process.communicate()
        assert process.returncode == 75, (process.returncode, error)
        assert out == "" and "stopped by SIGINT; the packs in training are saved" in error, (out, error)
        assert start(folder, "--quiet").wait() == 0
        assert dump(folder) == dump("plain4")


def stalled():
    """A worker that does no step: it is ended after --stall seconds, and another trains its pack to the same."""
    process = start("int.yaml", "--out", "stalled", "--data", "data", "--devices", "cpu:1", "--pack-size", "2", "--quiet",
                    "--stall", "2")
    wait(lambda: any(ready(one, signal.SIGTERM) for one in children(process.pid)))
    first = children(process.pid)[0]
    os.kill(first, signal.SIGSTOP)
    error = process.communicate(timeout=100)[1]
    assert process.returncode == 0, (process.returncode, error)
    assert not os.path.exists(f"/proc/{first}")
    assert dump("stalled") == dump("plain4")
    # a stopped sweep is not blamed on its workers
    process = start("int.yaml", "--out", "slept", "--data", "data", "--devices", "cpu:1", "--pack-size", "2", "--quiet",
                    "--stall", "6")
    wait(lambda: any(ready(one, signal.SIGTERM) for one in children(process.pid)))
    before = children(process.pid)
    os.killpg(process.pid, signal.SIGSTOP)
    time.sleep(7)
    os.killpg(process.pid, signal.SIGCONT)
    time.sleep(0.3)
    assert children(process.pid) in (before, [])
    assert process.wait() == 0
    assert dump("slept") == dump("plain4")


def hung_up():
    """SIGHUP is SIGTERM, however often a terminal says it; where it is ignored from the start, as under nohup, it is."""
    process = start("int.yaml", "--out", "hup", "--data", "data", "--devices", "cpu:2", "--pack-size", "2", "--quiet")
    wait(lambda: len(children(process.pid)) == 2 and all(ready(one, signal.SIGHUP) for one in children(process.pid)))
    time.sleep(0.2)
    for _ in range(3):
        os.killpg(process.pid, signal.SIGHUP)
    error = process.communicate()[1]
    assert process.returncode == 75 and "stopped by SIGHUP; the packs in training are saved" in error, error
    assert start("hup", "--quiet").wait() == 0
    assert dump("hup") == dump("plain4")
    process = subprocess.Popen(["nohup", INITLAB, "sweep", "run", "int.yaml", "--out", "nohup", "--data", "data", "--devices",
                                "cpu:2", "--pack-size", "2", "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               stdin=subprocess.DEVNULL, start_new_session=True)
    wait(lambda: len(children(process.pid)) == 2 and all(ready(one, signal.SIGTERM) for one in children(process.pid)))
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate()
    assert process.returncode == 0, process.returncode
    assert dump("nohup") == dump("plain4")


def second_signal():
    """The second one ends it at once, saved or not; what was committed stays, and the sweep goes on."""
    process = start("int.yaml", "--out", "second", "--data", "data", "--devices", "cpu:2", "--pack-size", "2", "--quiet")
    wait(lambda: len(children(process.pid)) == 2 and all(ready(one, signal.SIGTERM) for one in children(process.pid)))
    workers = children(process.pid)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)  # they take their time
    os.kill(process.pid, signal.SIGTERM)
    wait(lambda: not catches(process.pid, signal.SIGTERM))
    os.kill(process.pid, signal.SIGTERM)
    process.communicate()
    assert process.returncode == -signal.SIGTERM, process.returncode
    wait(lambda: not any(os.path.exists(f"/proc/{worker}") for worker in workers))
    assert start("second", "--quiet").wait() == 0
    assert dump("second") == dump("plain4")


def interrupted_rerun():
    """Nothing of it is saved: 130 or 143, and words."""
    run = next(row[1] for row in dump("plain") if row[0] == "runs")
    for number, code in (signal.SIGINT, 130), (signal.SIGTERM, 143):
        process = rerun("plain", run)
        wait(lambda pid=process.pid, sought=number: catches(pid, sought))
        time.sleep(0.1)
        process.send_signal(number)
        out, error = process.communicate()
        assert process.returncode == code and out == "", (process.returncode, out)
        assert error == f"initlab: stopped by {number.name}; nothing was changed\n", error


with tempfile.TemporaryDirectory() as FOLDER:
    os.chdir(FOLDER)
    tiny("data")
    for test in killed_workers, interrupted, stalled, hung_up, second_signal, interrupted_rerun:
        begin = time.monotonic()
        test()
        print(f"{test.__name__}: {time.monotonic() - begin:.1f} s", flush=True)
