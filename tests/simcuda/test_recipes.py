#!/usr/bin/env python3
"""test_recipes.py INITLAB RECIPES - the seed recipes end to end, on the CUDA plugin beside the CPU device: real MNIST.

Two epochs each. Costs may differ by 1e-4 (test_training.c derives it), accuracies by as many samples as that can move, 1e-3;
everything else but times, such as where a run diverged, is the same. Standard library only.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

INITLAB, RECIPES = sys.argv[1:3]
TIMES = ("seconds", "evaluation_seconds", "device")


def train(recipe, device):
    """All lines of --out but times, as parsed; NaN is text there."""
    r = subprocess.run([INITLAB, "train", "--recipe", recipe, "--epochs", "2", "--device", device, "--out", "-", "--quiet"],
                       capture_output=True, text=True)
    if r.returncode:
        return f"{recipe} on {device}: exit {r.returncode}, {r.stderr}"
    return [{k: v for k, v in json.loads(line).items() if k not in TIMES} for line in r.stdout.splitlines()]


def same(a, b):
    """Equal, or numbers of a cost or an accuracy within their bounds."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return all(same(a[k], b[k]) if "cost" not in k and "accuracy" not in k else close(k, a[k], b[k]) for k in a)
    return a == b


def close(name, a, b):
    if not isinstance(a, float) or not isinstance(b, float):
        return a == b
    return abs(a - b) <= (1e-4 * (1 + abs(a)) if "cost" in name else 1e-3)


def main():
    recipes = sorted(path.stem for path in pathlib.Path(RECIPES).glob("seed-*.yaml"))
    jobs = [(recipe, device) for recipe in recipes for device in ("cpu", "cuda:0")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = dict(zip(jobs, pool.map(lambda job: train(*job), jobs)))
    wrong = []
    for recipe in recipes:
        cpu, cuda = results[recipe, "cpu"], results[recipe, "cuda:0"]
        print(f"{recipe}: {json.dumps(cuda)[:150]}")
        if isinstance(cuda, str) or isinstance(cpu, str) or len(cuda) != 3 or not all(map(same, cpu, cuda)):
            wrong.append(f"{recipe}: the CPU has {cpu}, CUDA {cuda}")
    if len(recipes) != 6:
        wrong.append(f"{len(recipes)} recipes, not six")
    sys.exit("\n".join(wrong) if wrong else 0)


main()
