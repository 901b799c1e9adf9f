#!/usr/bin/env python3
"""mpi.py INITLAB INITLAB-MPI - ranks of a real MPI train a sweep; again and again one of them, in turn, is killed with
-9, which ends the job, and the same command goes on. In the end the results are those of a sweep without MPI. A sweep whose
ranks watch their runs has the same results, and what was seen of each run; so has one that grows between jobs."""
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sweep"))
from sweeps import committed, dump, tiny, write_sweep  # noqa: E402

INITLAB, MPI = map(os.path.abspath, sys.argv[1:3])
RANKS, KILLS = 4, 12
MPIRUN = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(RANKS)]
if os.geteuid() == 0:
    MPIRUN.insert(1, "--allow-run-as-root")


def ranks_of(folder):
    """Process ids of the ranks that work on a folder, by their rank."""
    out = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if file.read().split(b"\0")[:2] != [MPI.encode(), folder.encode()]:
                    continue
            with open(f"/proc/{pid}/environ", "rb") as file:
                names = dict(word.split(b"=", 1) for word in file.read().split(b"\0") if b"=" in word)
        except OSError:
            continue
        out[int(names.get(b"OMPI_COMM_WORLD_RANK", b"-1"))] = int(pid)
    return out


def start(folder):
    return subprocess.Popen([*MPIRUN, MPI, folder], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8")


def watched():
    """40 runs by ranks that watch them: results as without, and of each what was seen."""
    write_sweep("small.yaml", 40)
    for folder, words in (("small", []), ("watched", ["--diag", "every=epoch"])):
        command = subprocess.run([INITLAB, "sweep", "submit", "small.yaml", "--data", "data", "--engine", "mpi", "--kind",
                                  "cpu", "--parallel", "2", "--out", folder, *words], check=True, stdout=subprocess.PIPE,
                                 encoding="utf-8").stdout.split()
        assert [word for word in words if word not in command] == [], command
        subprocess.run([*MPIRUN, MPI, *words, folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run([INITLAB, "sweep", "merge", folder], check=True, stdout=subprocess.DEVNULL)
    assert dump("small") == dump("watched")
    with sqlite3.connect("watched/results.sqlite") as db:
        runs, = db.execute("SELECT count(DISTINCT run_id) FROM diagnostics").fetchone()
    print(f"{runs} runs of 40 watched by ranks")
    assert runs == 40


def quietly(*words):
    subprocess.run([INITLAB, *words], check=True, stdout=subprocess.DEVNULL)


def extended():
    """A sweep that is extended between two jobs, and once more as ranks train it: what they began with is trained, the next job
    trains what came since. In the end every pack of every part is committed once, to the results of the same without MPI."""
    write_sweep("grown.yaml", 40)
    for folder in "grown", "grown-plain":
        quietly("sweep", "submit", "grown.yaml", "--data", "data", "--engine", "mpi", "--kind", "cpu", "--parallel", "2",
                "--pack-size", "4", "--out", folder)
    parts = ["--seeds", "2..3"], ["--lr", "0.2", "--init", "uniform:-0.1:0.1"], ["--data-seed", "5"]
    packs = []
    for added in parts:
        if added == parts[-1]:
            job = start("grown")  # of two parts, as the third is added
            while job.poll() is None and committed("grown")[1] == packs[-1]:
                time.sleep(0.005)
            quietly("sweep", "extend", "grown", *added)
        else:
            job = start("grown")
            quietly("sweep", "run", "grown-plain", "--quiet", "--devices", "cpu:1")
        error = job.communicate()[1]
        assert job.returncode == 0, error
        if added != parts[-1]:
            packs.append(committed("grown")[1])
            assert f"{packs[-1] - sum(packs[-2:-1])} packs trained" in error, (packs, error)
            quietly("sweep", "extend", "grown", *added)
        quietly("sweep", "extend", "grown-plain", *added)
    for _ in range(2):
        job = start("grown")
        error = job.communicate()[1]
        assert job.returncode == 0, error
    assert "0 packs trained" in error, error
    quietly("sweep", "run", "grown-plain", "--quiet", "--devices", "cpu:2")
    quietly("sweep", "merge", "grown")
    lines, distinct = committed("grown")
    runs = len([row for row in dump("grown") if row[0] == "runs"])
    print(f"{runs} runs of 4 parts by ranks: {distinct} packs committed, {packs} of them before the last two")
    assert dump("grown") == dump("grown-plain") and lines == distinct == committed("grown-plain")[1]


def main():
    tiny("data")
    runs = write_sweep("sweep.yaml", 800, epochs=200)
    subprocess.run([INITLAB, "sweep", "run", "sweep.yaml", "--data", "data", "--out", "plain", "--pack-size", "4",
                    "--devices", "cpu:2", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    packs = committed("plain")[0]
    out = subprocess.run([INITLAB, "sweep", "submit", "sweep.yaml", "--data", "data", "--engine", "mpi", "--kind", "cpu",
                          "--parallel", str(RANKS), "--out", "ranks", "--pack-size", "4"], check=True,
                         stdout=subprocess.PIPE, encoding="utf-8").stdout
    assert out.split()[:3] == ["mpirun", "-np", str(RANKS)] and out.split()[-1].endswith("/ranks"), out
    kills = terms = 0
    while committed("ranks")[1] < packs:
        before = committed("ranks")[1]
        job = start("ranks")
        while job.poll() is None and (kills >= KILLS or committed("ranks")[1] < before + 2):
            time.sleep(0.005)
        victim = None
        if job.poll() is None and kills < KILLS:
            victim = ranks_of("ranks").get(kills % RANKS)
        if victim:
            os.kill(victim, signal.SIGKILL)
            kills += 1
        elif job.poll() is None and terms == 0:
            job.send_signal(signal.SIGTERM)
            terms += 1
        error = job.communicate()[1]
        if not victim and not terms:
            assert job.returncode == 0, error
    again = start("ranks")  # nothing is left
    error = again.communicate()[1]
    assert again.returncode == 0 and "0 packs trained" in error, error
    subprocess.run([INITLAB, "sweep", "merge", "ranks"], check=True, stdout=subprocess.DEVNULL)
    want, got = dump("plain"), dump("ranks")
    lines, distinct = committed("ranks")
    print(f"{runs} runs in {packs} packs on {RANKS} ranks, {kills} kills: {distinct} packs committed, "
          f"{lines - distinct} of them twice; results {'equal' if got == want else 'DIFFER'}")
    assert got == want and distinct == lines == packs
    assert kills >= 2 * RANKS - 2, "too few kills: the sweep is too short"
    watched()
    extended()


if not shutil.which("mpirun"):
    print("skipped: no mpirun")
    sys.exit(77)
with tempfile.TemporaryDirectory(prefix="initlab-mpi-") as FOLDER:
    os.chdir(FOLDER)
    main()
