#!/usr/bin/env python3
"""to_wandb.py - the runs of a sweep, as Weights & Biases has them: a run each, offline.

    to_wandb.py [--project NAME] [--entity NAME] [--initlab PROGRAM] DIR

Reads what `initlab sweep export DIR -o jsonl` prints, and needs Python's `wandb` (pip install wandb), but neither an
account nor a network: runs are written below ./wandb, and `wandb sync wandb/offline-run-*` uploads them.
A run has its parameters as config; a group of runs is what differs in seeds alone; curves are over epochs, those of
layers, of runs with --diag, as layer1/gradient_norm. Its id is initlab's, so that a run that is uploaded again is the same.
"""
import argparse
import json
import subprocess
import sys

import wandb

SEEDS = ("seed", "data_seed")


def exported(program, folder, *table):
    """Rows of a table as dicts; null is what was not finite, or is not there."""
    done = subprocess.run([program, "sweep", "export", folder, "-o", "jsonl", *table], stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def parameters(run):
    """A run's parameters: the columns between `error` and `depth`."""
    names = list(run)
    return {name: run[name] for name in names[names.index("error") + 1:names.index("depth")]}


def called(run, names):
    """he_normal lr=0.1 seed=3"""
    return " ".join(str(run[name]) if name == "init" else f"{name}={run[name]}" for name in names)


def curves(epochs, looks):
    """What is logged of each run: by epoch, which of a look may be a part of one."""
    rows = {}
    for row in epochs + looks:
        id, epoch, layer = row.pop("run_id"), row.pop("epoch"), row.pop("layer", None)
        prefix = "" if layer is None else f"layer{layer}/"
        row.pop("step", None)
        values = {prefix + name: value for name, value in row.items() if value is not None}
        if values:
            rows.setdefault(id, {}).setdefault(epoch, {"epoch": epoch}).update(values)
    return {id: [at[epoch] for epoch in sorted(at)] for id, at in rows.items()}


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", metavar="DIR", help="a sweep's folder")
    words.add_argument("--project", default="initlab")
    words.add_argument("--entity", help="your user or team there")
    words.add_argument("--initlab", default="initlab", metavar="PROGRAM", help="where initlab is")
    given = words.parse_args()
    try:
        runs, epochs, looks = (exported(given.initlab, given.folder, *table)
                               for table in ([], ["--epochs"], ["--diagnostics"]))
    except (OSError, subprocess.CalledProcessError) as error: # which has said why
        sys.exit(f"to_wandb.py: {error}")
    logged = curves(epochs, looks)
    varied = [name for name in (parameters(runs[0]) if runs else ()) if len({run[name] for run in runs}) > 1]
    unseeded = [name for name in varied if name not in SEEDS]
    for run in runs:
        to = wandb.init(project=given.project, entity=given.entity, mode="offline", id=run["run_id"],
                        name=called(run, varied) or run["run_id"], group=called(run, unseeded) or None,
                        config=parameters(run), tags=[run["status"]] + ["stuck"] * (run["stuck"] == 1))
        to.define_metric("*", step_metric="epoch")
        for row in logged.get(run["run_id"], ()):
            to.log(row)
        to.summary.update({name: value for name, value in run.items()
                           if value is not None and name not in parameters(run)})
        to.finish(exit_code=int(run["status"] == "failed"))


if __name__ == "__main__":
    main()
