#!/usr/bin/env python3
"""shards.py INITLAB TRIALS - a sweep that is trained in shards, added to between them, watched now one way and now another,
stopped and killed in the midst, has the results of one that nobody did this to.

Each trial draws a grid or a random search, additions to it, and what is done: shards of any count in any order, side by side,
ended by SIGKILL or SIGTERM, `sweep extend`, `sweep merge`, results.sqlite deleted. In the end every pack was committed once,
runs, epochs and layers are to the bit those of the same sweep unsharded, and what was seen in a run's layers is what one
of the ways to watch sees. Shards of one count, however many additions come between them, train all that was there at the
first of them."""
import glob
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import children, committed, dump, tiny  # noqa: E402

INITLAB, TRIALS = sys.argv[1], int(sys.argv[2])
SEED = int(os.environ.get("SEED", time.time_ns() % 1000000))
RANDOM = random.Random(SEED)
EPOCHS = [2, 2, 2, 12, 40]  # the longer ones, for packs to be stopped within
WATCHES = [[], ["--diag", "every=epoch"], ["--diag", "every=step:7"]]
GRID = """parameters:
  layers: ["in,out", "in,8,out"]
  init: [he_normal, zeros]
  optimizer: [sgd, adam]
  batch: 8
  epochs: {epochs}
  lr: 0.05
seeds: 0..{seeds}
"""
SEARCH = """method: random
count: {count}
seed: {seed}
parameters:
  layers: ["in,out", "in,8,out"]
  init: [he_normal, orthogonal, "normal:0:1e30"]
  batch: 8
  epochs: {epochs}
  lr: {{min: 0.001, max: 0.5, distribution: log_uniform_values}}
seeds: 0..{seeds}
"""


def sweep(*words):
    ended = subprocess.run([INITLAB, "sweep", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 0, (words, ended.returncode, ended.stderr.decode())
    return ended.stdout.decode()


def draw(path):
    """Write a sweep's file; the additions to it."""
    search, last, epochs = RANDOM.random() < 0.5, RANDOM.randint(0, 1), RANDOM.choice(EPOCHS)
    with open(path, "w", encoding="utf-8") as file:
        file.write((SEARCH if search else GRID).format(epochs=epochs, seeds=last, count=RANDOM.randint(2, 5),
                                                       seed=RANDOM.randint(0, 99)))
    all_of = [["--seeds", f"0..{last + 1}"], ["--seeds", f"{last + 2}"]]
    if not search:
        all_of += [["--init", "orthogonal,normal:0:1e30"], ["--layers", "in,4,4,out"], ["--lr", "0.5"],
                   ["--init", "lsuv", "--seeds", f"{last + 3}"]]
    return RANDOM.sample(all_of, RANDOM.randint(1, len(all_of[:3])))


def seen(folder):
    """Of each run that was watched, what was seen of its layers."""
    rows = {}
    db = sqlite3.connect(os.path.join(folder, "results.sqlite"))
    for row in db.execute("SELECT * FROM diagnostics ORDER BY run_id, step, layer"):
        rows.setdefault(row[0], []).append(row)
    db.close()
    return rows


def trained(folder):
    """The packs that are done."""
    packs = set()
    for path in glob.glob(os.path.join(folder, "journal", "*.jsonl")):
        with open(path, encoding="utf-8") as file:
            packs |= {json.loads(line[10:])["pack"] for line in file if line[9:10] == "." and '"status":"done"' in line}
    return packs


def start(folder, *words):
    return subprocess.Popen([INITLAB, "sweep", "run", folder, "--quiet", *words], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, start_new_session=True)


def end(process):
    """SIGKILL to a worker, or to all, or SIGTERM."""
    victims = children(process.pid)
    try:
        if victims and RANDOM.random() < 0.3:
            os.kill(RANDOM.choice(victims), signal.SIGKILL)
            time.sleep(0.01)
        os.killpg(process.pid, RANDOM.choice([signal.SIGKILL, signal.SIGTERM]))
    except ProcessLookupError:
        pass
    error = process.communicate()[1].decode()
    assert process.returncode in (0, 75, -signal.SIGKILL, -signal.SIGTERM), (process.returncode, error)


class Trial:
    def __init__(self, folder, additions):
        self.folder, self.additions, self.stopped, self.saved = folder, list(additions), 0, 0

    def extend(self):
        if self.additions:
            sweep("extend", self.folder, *self.additions.pop(0))

    def stop(self):
        """A shard, ended after some commits and a moment."""
        shards = RANDOM.randint(1, 3)
        before, more = committed(self.folder)[0], RANDOM.randint(0, 2)
        process = start(self.folder, "--shard", f"{RANDOM.randint(1, shards)}/{shards}", "--devices",
                        f"cpu:{RANDOM.randint(1, 2)}", *RANDOM.choice(WATCHES))
        while process.poll() is None and committed(self.folder)[0] < before + more:
            time.sleep(0.002)
        time.sleep(RANDOM.uniform(0, 0.03))
        self.stopped += process.poll() is None
        end(process)
        self.saved += len(glob.glob(os.path.join(self.folder, "state", "*.state")))

    def shards(self):
        """All of them, one after the other, now and then with an addition between."""
        count = RANDOM.randint(2, 3)
        there = json.loads(sweep("status", self.folder, "--json"))["packs"]
        for shard in RANDOM.sample(range(1, count + 1), count):
            sweep("run", self.folder, "--shard", f"{shard}/{count}", "--devices", "cpu:1", "--quiet",
                  *RANDOM.choice(WATCHES))
            if RANDOM.random() < 0.7:
                self.extend()
        assert trained(self.folder) >= set(range(there)), "a shard left a pack of what was there"

    def together(self):
        both = [start(self.folder, "--shard", f"{shard}/2", "--devices", "cpu:1") for shard in (1, 2)]
        for process in both:
            error = process.communicate()[1].decode()
            assert process.returncode == 0, error

    def merge(self):
        sweep("merge", self.folder)
        if RANDOM.random() < 0.5:
            os.remove(os.path.join(self.folder, "results.sqlite"))


def plainly(folder, file, make, additions, watch):
    """The same sweep with nothing done to it but the additions."""
    sweep("run", file, "--out", folder, *make, *watch)
    for words in additions:
        sweep("extend", folder, *words)
    sweep("run", folder, "--quiet", *watch)


def try_one(place, data):
    file, folder = os.path.join(place, "sweep.yaml"), os.path.join(place, "sharded")
    additions = draw(file)
    make = ["--data", data, "--pack-size", str(RANDOM.randint(2, 4)), "--quiet", "--devices", "cpu:1"]
    plain = [os.path.join(place, f"plain{i}") for i in range(len(WATCHES))]
    for name, watch in zip(plain, WATCHES, strict=True):
        plainly(name, file, make, additions, watch)
    sweep("run", file, "--out", folder, *make, "--shard", "1000/1000")  # which trains nothing
    trial = Trial(folder, additions)
    some = RANDOM.choices([trial.stop, trial.extend, trial.merge, trial.together], [6, 2, 1, 1], k=7)
    for what in RANDOM.choice([[trial.shards] + some, some + [trial.shards], some[:3] + [trial.shards] + some[3:]]):
        what()
    while trial.additions:
        trial.extend()
    sweep("run", folder, "--quiet")
    lines, distinct = committed(folder)
    status = json.loads(sweep("status", folder, "--json"))
    print(f"{status['runs']} runs in {status['packs']} packs of {status['parts']} parts: stopped in the midst {trial.stopped} "
          f"times, {trial.saved} states saved", flush=True)
    assert lines == distinct == status["packs"] and status["left"] == status["failed"] == 0, (lines, distinct, status)
    assert not glob.glob(os.path.join(folder, "state", "*.state")), "a state is left"
    want, looks = dump(plain[0]), [seen(name) for name in plain]
    assert all(dump(name) == want for name in plain), "who watches changes results"
    assert dump(folder) == want, "shards and additions change results"
    for run, rows in seen(folder).items():
        assert rows in [of.get(run) for of in looks], f"run {run} was seen otherwise"
    return trial.stopped


def main(place):
    data = os.path.join(place, "data")
    tiny(data)
    stopped = 0
    for trial in range(TRIALS):
        os.mkdir(os.path.join(place, str(trial)))
        stopped += try_one(os.path.join(place, str(trial)), data)
    assert stopped > 0


FOLDER = tempfile.mkdtemp(prefix="initlab-shards-")
try:
    print(f"seed {SEED}", flush=True)
    main(FOLDER)
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
