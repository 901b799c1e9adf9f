#!/usr/bin/env python3
"""memory.py INITLAB FAIL.SO [all [WORD...]] - each command with one allocation that fails: every one with `all` (of commands that
have these words), else a sample. inject.py does this to `sweep run`.

Whatever fails: nothing crashes; what ends with 0 has said and written the same as without a failure; all else ends with 71, or 69 of a device, and
says so; and the same command, once more, comes to what it would have come to."""
import glob
import os
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import dump, tiny  # noqa: E402

INITLAB, PRELOAD = map(os.path.abspath, sys.argv[1:3])
ALL, WORDS = sys.argv[3:4] == ["all"], sys.argv[4:]
SEED = int(os.environ.get("SEED", "14"))
RANDOM = random.Random(SEED)
SAMPLE = 20
MEMORY = {71, 69}  # docs/formats.md; 69 is a device's, as the CPU is one
RECIPE = "{layers: \"in,3,out\", init: \"lsuv\", batch: 16, epochs: 1, lr: \"0.1\"}\n"
SWEEP = 'method: grid\nparameters: {layers: ["in,out", "in,2,out"], batch: 16, epochs: 2, lr: [0.1, 0.2]}\nexclude: [{lr: 0.2, layers: "in,out"}]\n' \
    'seeds: 0..1\n'
RANDOM_SWEEP = "method: random\ncount: 4\nparameters: {batch: 16, lr: {min: 0.1, max: 1}, optimizer: [sgd, adam]}\nseeds: 0..1\n"

# each command, in a folder with data, s.yaml, random.yaml, recipe.yaml, a.jsonl, b.jsonl, w.safetensors, w.npy, and a sweep in r
COMMANDS = [
    "train --data data --layers in,2,out --batch 16 --epochs 1 --out o.jsonl --save o.safetensors --plot o.svg -v",
    "train --data data --batch 16 --epochs 1 --out o.csv --save o.npy --init file:w.npy --profile",
    "train --data data --layers in,2,2,out --batch 16 --epochs 1 --init lsuv --optimizer adam --schedule cosine --validation 16 --save o.safetensors",
    "train --data data --layers in,2,out --init file:w.safetensors --batch 16 --epochs 1 --dry-run",
    "train --data data --recipe recipe.yaml",
    "train --data data --layers in,2,out --batch 16 --epochs 1 --diag every=step:3 --out o.jsonl",
    "init --layers 16,2,3 --init orthogonal --save o.safetensors",
    "init --data data --layers in,2,out --batch 16 --init kraehenbuehl --save o.npy",
    "inspect --data data --layers in,3,out --batch 16 --samples 16 --plot o.svg",
    "inspect --data data --layers in,3,out --batch 16 --samples 16 --json",
    "inspect --data data --layers in,3,3,out --batch 16 --samples 16 --init zeros --init ones --plot o.svg",
    "schemes",
    "schemes he_normal --fan-in 9 --fan-out 4",
    "compare --runs a.jsonl b.jsonl --plot o.svg",
    "compare r --by init,lr",
    "compare r --plot o.svg",
    "compare r --metric cost --plot o.svg --figure curves",
    "compare r --by layers,lr --plot o.svg --figure heatmap",
    "compare r --plot o.svg --figure rates",
    "report r --by init,lr -o o.html",
    "report a.jsonl b.jsonl -o o.html",
    "sweep plan s.yaml --data data",
    "sweep plan random.yaml --data data --json",
    "sweep plan r",
    "sweep plan --data data --lr 0.1,0.2 --seeds 0..2 --depth 1..2 --batch 16",
    "sweep status r",
    "sweep status r --json",
    "sweep merge r",
    "sweep merge fresh",
    "sweep export fresh",
    "sweep export r --epochs -o jsonl --to o.jsonl",
    "sweep export r --layers --to o.csv",
    "sweep export r --diagnostics --to o.csv",
    "sweep export r -o tensorboard --to board",
    "sweep repair r",
    "sweep extend r --seeds 1..2 --optimizer adam",
    "sweep extend random --seeds 2",
    "sweep repair damaged",
    "sweep rerun r RUN --save o.safetensors",
    "explain r RUN",
    "explain broken RUN --json",
    "sweep submit --engine slurm s.yaml --data data --out new --kind cpu --parallel 2",
    "sweep submit --engine mpi random.yaml --data data --out new --kind cpu --parallel 2",
    "selftest --level 1",
    "devices",
    "env",
    "version",
    "help",
    "help sweep plan",
    "help schemes",
    "help recipes",
    "help sweeps",
    "completion bash",
]


def initlab(words, **env):
    """A command, and what it printed: times of whole words are masked, as they differ anyway."""
    done = subprocess.run([INITLAB, *words], check=False, encoding="utf-8", errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, stdin=subprocess.DEVNULL,
                          env={**os.environ, "BLIS_NUM_THREADS": "1", "LC_ALL": "C", "PATH": "/nonexistent",  # no scontrol
                               "INITLAB_PLUGIN": "/nonexistent",  # CUDA's own libraries die of a failed allocation
                               **env})
    return done


def fault(index, **more):
    return {"LD_PRELOAD": PRELOAD, "FAIL_WHAT": "malloc", "FAIL_AT": str(index), "FAIL_SKIP": "libblis,libopenblas,libcu", **more}


def make():
    """The folder that each command begins in."""
    tiny("data", 64)
    for name, text in (("s.yaml", SWEEP), ("random.yaml", RANDOM_SWEEP), ("recipe.yaml", RECIPE)):
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
    for command in ("train --data data --batch 16 --epochs 2 --out a.jsonl --save w.npy", "train --data data --batch 16 --seed 1 --epochs 2 --out b.jsonl",
                    "train --data data --layers in,2,out --batch 16 --epochs 1 --save w.safetensors",
                    "sweep run s.yaml --data data --out r --pack-size 1 --devices cpu:1 --quiet --diag every=epoch",
                    "sweep run random.yaml --data data --out random --devices cpu:1 --quiet",
                    "sweep run --layers in,2,2,out --init normal:std=1e20 --activation relu --batch 16 --epochs 1 --data data --out broken "
                    "--devices cpu:1 --quiet"):
        done = initlab(command.split())
        assert done.returncode == 0, (command, done.stderr)
    shutil.copytree("r", "fresh")
    for file in glob.glob("fresh/results.sqlite*"):
        os.unlink(file)
    shutil.copytree("fresh", "damaged")
    journal, = glob.glob("damaged/journal/*.jsonl")
    with open(journal, "r+b") as file:
        file.seek(700)
        file.write(b"#")
    with open("r/sweep.yaml", encoding="utf-8") as file:
        assert file.read()


def run_id(folder):
    return sorted(row[1] for row in dump(f"../keep/{folder}") if row[0] == "runs")[0]


def content(path):
    """What a file says: of results their rows, of journals and heads all that is not a time."""
    if path.endswith("results.sqlite"):
        try:
            return dump(os.path.dirname(path))
        except sqlite3.Error as error: # it was begun, no more
            return str(error)
    with open(path, "rb") as file:
        return events(file.read()) if "tfevents" in path else file.read()


def events(data):
    """Records without their sums and times: 12 bytes, an event that begins with 9 of its time, 4 more. A session
    begins at that time, too, and ends some seconds later."""
    found, at = [], 0
    while at + 12 <= len(data):
        size = struct.unpack_from("<Q", data, at)[0]
        said = data[at + 21:at + 12 + size].replace(data[at + 13:at + 21], b"time")
        found.append(re.sub(rb"(session_end_info.*\x11).{8}", rb"\1time", said, flags=re.DOTALL))
        at += 16 + size
    return found


def files():
    """All files but those that SQLite makes and removes, and those that a killed writer may leave."""
    found = {}
    for folder, _, names in os.walk("."):
        for name in names:
            path = os.path.join(folder, name)
            if not re.search(r"results\.sqlite-|/lock$|\.tmp-|damaged/journal/.*\.damaged", path):
                found[path] = content(path)
    return found


def parts(value):
    """In pieces, so that those that differ between two runs can be left out."""
    return re.split(rb"([\s,:=]+)", value) if isinstance(value, bytes) else value


class Reference:
    """What a command says and leaves where nothing fails; of several runs, as times differ."""

    def __init__(self, words):
        self.words = words
        seen = [self.once({}) for _ in range(3)]
        for done, _ in seen:
            assert done.returncode in (0, 1, 65), (words, done.returncode, done.stderr)
        self.code = seen[0][0].returncode
        self.left = [{name: parts(value) for name, value in left.items()} for _, left in seen]

    def once(self, env):
        reset(self.words)
        done = initlab(self.words, **env)
        return done, {**files(), "stdout": done.stdout.encode()}

    def differs(self, left):
        """The name of what is not as in a run without a failure; None: nothing."""
        one, *others = self.left
        if set(left) != set(one):
            return f"files {sorted(set(left) ^ set(one))}"
        for name, value in left.items():
            got, want = parts(value), one[name]
            if isinstance(got, list) and isinstance(value, bytes):
                if name.endswith(".svg") or len(got) != len(want):
                    if got != want and all(other[name] == want for other in others):
                        return name
                    continue
                wrong = [i for i, part in enumerate(got) if part != want[i] and all(other[name][i:i + 1] == [want[i]] for other in others)]
                # a number that happens to be the same in three runs may be another in the fourth: a time
                if any(not re.fullmatch(rb"-?[0-9.]+(e[-+]?[0-9]+)?[}\]\"]*", got[i]) or is_exact(name) for i in wrong):
                    return f"{name}: {got[wrong[0]]!r}, not {want[wrong[0]]!r}"
            elif got != want:
                return name
        return None


def is_exact(name):
    return name.endswith((".npy", ".safetensors", ".sqlite", ".yaml", ".sbatch"))


def reset(words=()):
    """A folder with what a command is told of."""
    os.chdir("..")
    shutil.rmtree("w", ignore_errors=True)
    os.mkdir("w")
    os.symlink("../keep/data", "w/data")
    for word in words:
        name = word.removeprefix("file:")
        if os.path.isdir(f"keep/{name}") and name != "data":
            shutil.copytree(f"keep/{name}", f"w/{name}")
        for path in glob.glob(f"keep/{name}") or glob.glob(f"keep/{name.removesuffix('.npy')}.*.npy"):
            if os.path.isfile(path):
                shutil.copy(path, "w")
    os.chdir("w")


def check(reference, index):
    """What is wrong when that allocation fails; None: nothing."""
    name = f"{' '.join(reference.words)}: allocation {index}"
    try:
        done, left = reference.once(fault(index))
    except subprocess.TimeoutExpired:
        return f"{name}: it waits for ever"
    if done.returncode == reference.code:
        if "out of memory" in done.stdout:
            return None  # as devices says of one
        different = reference.differs(left)
        return different and f"{name}: ends with {done.returncode}, but differs in {different}: {done.stderr.strip()}"
    if done.returncode not in MEMORY:
        return f"{name}: {done.returncode}: {done.stderr.strip()}"
    if "memory" not in done.stderr:
        return f"{name}: {done.returncode} says: {done.stderr.strip()}"
    again = initlab(reference.words)
    different = again.returncode == reference.code and reference.differs({**files(), "stdout": again.stdout.encode()})
    if again.returncode != reference.code and not os.path.exists("new"):
        return f"{name}: then {again.returncode}: {again.stderr.strip()}"
    if not different or "new" in reference.words or "damaged" in reference.words and different.startswith("stdout"):
        return None  # a folder that is there; what was moved aside
    return f"{name}: then it differs in {different}"


def walk(command):
    """All that is wrong with a command."""
    words = command.split()
    words = [run_id(words[i - 1]) if word == "RUN" else word for i, word in enumerate(words)]
    begin, reference, counted = time.monotonic(), Reference(words), os.path.abspath("../count")
    if os.path.exists(counted):
        os.unlink(counted)
    reference.once(fault(10 ** 9, FAIL_COUNT=counted))
    with open(counted, encoding="ascii") as file:
        n = max(map(int, file.read().split()))
    indices = range(1, n + 1)
    if not ALL and n > SAMPLE:
        indices = sorted(RANDOM.sample(indices, SAMPLE))
    wrong = 0
    for one in filter(None, (check(reference, index) for index in indices)):
        print(one, flush=True)  # at once: a walk of all takes long, and may be ended
        wrong += 1
    print(f"{command}: {len(indices)} of {n} in {time.monotonic() - begin:.1f} s", flush=True)
    return wrong


def main():
    os.mkdir("keep")
    os.chdir("keep")
    make()
    os.mkdir("../w")
    os.chdir("../w")
    reset()
    return sum(walk(command) for command in COMMANDS if all(word in command for word in WORDS))


print(f"SEED={SEED}", flush=True)
with tempfile.TemporaryDirectory() as FOLDER:
    os.chdir(FOLDER)
    sys.exit(main() > 0)
