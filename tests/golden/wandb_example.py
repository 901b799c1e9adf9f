#!/usr/bin/env python3
"""docs/examples/to_wandb.py on a sweep that was really trained, against its results.sqlite.

wandb_example.py PROGRAM SCRIPT: a module that records calls stands in for wandb; where the real one can be imported, its
offline runs are made, too, and counted.
"""
import importlib.util
import json
import math
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

PROGRAM, SCRIPT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
STAND_IN = '''
import json, os
class Run:
    def __init__(self, words):
        self.said = {"init": words, "log": [], "define": [], "summary": None, "finish": None}
        self.summary = self
    def define_metric(self, name, step_metric):
        self.said["define"].append([name, step_metric])
    def log(self, row):
        self.said["log"].append(row)
    def update(self, values):
        self.said["summary"] = values
    def finish(self, exit_code):
        self.said["finish"] = exit_code
        with open(os.environ["RECORD"], "a") as f:
            f.write(json.dumps(self.said, allow_nan=False) + "\\n")
def init(**words):
    return Run(words)
'''


def run(folder, python_path, *words):
    environment = {**os.environ, "PYTHONPATH": python_path, "RECORD": str(folder / "record"), "WANDB_DIR": str(folder),
                   "WANDB_SILENT": "true", "WANDB_MODE": "offline", "HOME": str(folder)}
    return subprocess.run([sys.executable, SCRIPT, "--initlab", PROGRAM, *words], cwd=folder, env=environment,
                          stderr=subprocess.PIPE, check=False)


def rows(folder, table):
    db = sqlite3.connect(folder / "r" / "results.sqlite")
    db.row_factory = sqlite3.Row
    return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]


def check(folder):
    said = [json.loads(line) for line in (folder / "record").read_text().splitlines()]
    runs, epochs, looks = (rows(folder, table) for table in ("runs", "epochs", "diagnostics"))
    assert len(said) == len(runs) == 12 and looks, len(said)
    for one, stored in zip(said, sorted(runs, key=lambda row: row["number"])):
        words, id = one["init"], stored["run_id"]
        assert (words["id"], words["project"], words["mode"]) == (id, "p", "offline")
        assert words["name"] == f"{stored['init']} lr={stored['lr']:g} seed={stored['seed']}", words
        assert words["group"] == f"{stored['init']} lr={stored['lr']:g}", words
        assert words["tags"] == [stored["status"]] + ["stuck"] * (stored["stuck"] or 0)
        assert len(words["config"]) >= 17
        assert all(value == stored[name] for name, value in words["config"].items()), words
        assert one["define"] == [["*", "epoch"]] and one["finish"] == 0
        # every finite number of the tables is there once, and nothing else
        want = {}
        for row in [row for row in epochs + looks if row["run_id"] == id]:
            prefix = f"layer{row['layer']}/" if "layer" in row else ""
            want.update({(row["epoch"], prefix + name): value for name, value in row.items()
                         if name not in ("run_id", "epoch", "step", "layer") and value is not None})
        got = {(row["epoch"], name): value for row in one["log"] for name, value in row.items() if name != "epoch"}
        assert got == want, (id, set(got.items()) ^ set(want.items()))
        assert [row["epoch"] for row in one["log"]] == sorted({epoch for epoch, _ in want})
        for name in ("test_accuracy", "test_cost", "status"):
            assert one["summary"].get(name) == stored[name], (name, one["summary"])
        assert all(math.isfinite(value) for value in got.values())
    assert {one["init"]["tags"][0] for one in said} == {"ok", "diverged"}


with tempfile.TemporaryDirectory() as top:
    folder = pathlib.Path(top)
    make = pathlib.Path(__file__).parent.parent / "cli" / "make_idx.py"
    subprocess.run([sys.executable, make, folder / "set", "96"], check=True)
    subprocess.run([PROGRAM, "sweep", "run", "--layers", "in,8,out", "--init", "he_normal,zeros", "--lr", "0.1,1e30", "--seeds", "0..2",
                    "--batch", "8", "--epochs", "2", "--diag", "every=step:6", "--data", folder / "set", "--devices", "cpu:1",
                    "--quiet", "--out", folder / "r"], stdout=subprocess.DEVNULL, check=True)
    (folder / "stand_in").mkdir()
    (folder / "stand_in" / "wandb.py").write_text(STAND_IN)
    done = run(folder, str(folder / "stand_in"), "--project", "p", "r")
    assert done.returncode == 0, done.stderr.decode()
    check(folder)
    done = run(folder, str(folder / "stand_in"), "none")
    assert done.returncode == 1 and b"no sweep's folder" in done.stderr, done.stderr
    if importlib.util.find_spec("wandb"):
        done = run(folder, "", "--project", "p", "r")
        assert done.returncode == 0, done.stderr.decode()
        made = {path.name.rsplit("-", 1)[1] for path in folder.glob("wandb/offline-run-*")}
        assert made == {row["run_id"] for row in rows(folder, "runs")}, made
        print("wandb itself wrote 12 offline runs")
