#!/usr/bin/env python3
"""Schemes by the names that frameworks give them are what those frameworks draw.

frameworks.py INITLAB [CSV]   compares the law that `initlab schemes NAME` states with the figures of numbers that the
frameworks drew (frameworks_draw.py; by default those stored in frameworks.csv): mean, standard deviation and shape
(kurtosis) within five standard deviations of the sample's own, bounds never passed and, where the law is uniform,
reached; shift and scale, where they are known, within 1e-5; exact where nothing is random. Every name of these
frameworks that initlab takes has to be among them. Standard library only.
"""
import csv
import json
import math
import os
import struct
import subprocess
import sys
import tempfile

import read_weights

PROGRAM = os.path.abspath(sys.argv[1])
FILE = sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__), "frameworks.csv")
FIGURES = {"n", "mean", "std", "kurtosis", "min", "max", "shift", "scale"}
KURTOSIS = {"normal": 3, "uniform": 1.8}
# named by initlab, but not to be drawn from what can be installed
NOT_DRAWN = {"timm.vit",                                    # a model's own function
             "tf1.variance_scaling", "tf1.glorot_normal"}  # TensorFlow's up to 1.8
WRONG = []


def check(good, *words):
    if not good:
        WRONG.append(" ".join(map(str, words)))


def initlab(*words):
    return subprocess.run([PROGRAM, *words], check=False, capture_output=True, text=True)


def law(name, tensor, shape):
    """What we say of a tensor; None: the name is refused."""
    said = initlab("schemes", name, "--fan-in", str(shape[0]), "--fan-out", str(shape[1]), "--json")
    check(said.returncode == 0, name, said.stderr.strip())
    return None if said.returncode else json.loads(said.stdout)[tensor]


def ours(name, shape):
    """Our own numbers, for schemes whose places count: each input's weights."""
    with tempfile.TemporaryDirectory() as folder:
        done = initlab("init", "--layers", f"{shape[0]},{shape[1]}", "--init", name, "--save",
                       os.path.join(folder, "w.npy"), "--device", "cpu")
        if done.returncode:
            sys.exit(f"{name}: {done.stderr}")
        found, data = read_weights.read_npy(os.path.join(folder, "w.layer1.weight.npy"))
    check(found == shape, name, found, shape)
    numbers = struct.unpack(f"<{shape[0] * shape[1]}f", data)
    return [numbers[i * shape[1]:(i + 1) * shape[1]] for i in range(shape[0])]


def cut_normal(k):
    """Standard deviation and kurtosis of N(0, 1) cut at k on both sides."""
    density, mass = math.exp(-k * k / 2) / math.sqrt(2 * math.pi), math.erf(k / math.sqrt(2))
    second = 1 - 2 * k * density / mass
    fourth = 3 * second - 2 * k**3 * density / mass
    return math.sqrt(second), fourth / second**2


def cut_of(ratio):
    """Where N(0, 1) is cut if its standard deviation is that share of half its range."""
    low, high = 1e-3, 40
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if cut_normal(middle)[0] / middle > ratio else (low, middle)
    return low


def compare_exact(name, shape, want, got):
    """Shift and scale of a unit against our law."""
    unit, shift, scale = got["unit"], got["shift"], got["scale"]
    std = {"normal": 1, "uniform": 1 / math.sqrt(3), "truncated": cut_normal(2)[0]}[unit] * scale
    near = 1e-5 * (abs(shift) + scale)
    where = (name, shape, want, "is", shift, "+", scale, unit)
    check(abs(want["mean"] - shift) <= near and abs(want["std"] / std - 1) <= 1e-5, *where)
    if unit != "normal":
        reach = scale * (2 if unit == "truncated" else 1)
        check(abs(want["high"] - shift - reach) <= near and abs(shift - reach - want["low"]) <= near, *where, "bounds")


def compare_law(name, shape, want, got):
    """Figures of a sample against our law."""
    n, std, where = got["n"], want["std"], (name, shape, want)
    high = math.inf if want["high"] is None else want["high"]
    low = -math.inf if want["low"] is None else want["low"]
    if std == 0:
        return check(max(abs(got["min"] - want["mean"]), abs(got["max"] - want["mean"])) <= 1e-6 * abs(want["mean"]),
                     *where, "is not constant", got)
    half = high - want["mean"]
    kurtosis = KURTOSIS.get(want["law"]) or (3 if half > 5 * std else cut_normal(cut_of(std / half))[1])
    check(abs(got["mean"] - want["mean"]) <= 5 * std / math.sqrt(n), *where, "mean", got["mean"])
    check(abs(got["std"] / std - 1) <= 2.5 * math.sqrt((kurtosis - 1) / n), *where, "std", got["std"])
    check(abs(got["kurtosis"] - kurtosis) <= 5 * math.sqrt(24 / n), *where, "kurtosis", got["kurtosis"], kurtosis)
    check(got["max"] <= high * (1 + 1e-6) and got["min"] >= low - 1e-6 * abs(low), *where, "bounds", got)
    if want["law"] == "uniform":  # missed by 40 / n of its width: e^-20 by chance
        check(got["max"] > high - 40 / n * (high - low) and got["min"] < low + 40 / n * (high - low), *where, "reach")
    if got["unit"]:
        compare_exact(name, shape, want, got)
    return None


def product(a, b):
    return math.fsum(x * y for x, y in zip(a, b))


def compare_orthogonal(name, shape, want, got):
    """Each vector of ours has their gain as its norm, and is orthogonal to the next (to all: unit.schemes)."""
    rows = ours(name, shape)
    vectors = rows if shape[0] < shape[1] else list(zip(*rows))
    gain = got["scale"]
    check(got["max"] < 1e-4, name, shape, "theirs is not orthogonal", got)
    for i, vector in enumerate(vectors):
        norm, next_one = math.sqrt(product(vector, vector)), product(vector, vectors[i - 1])
        check(abs(norm / gain - 1) < 1e-5, name, shape, "vector", i, "has norm", norm, "not", gain)
        check(abs(next_one) < 1e-4 * gain**2, name, shape, "vectors", i - 1, i, "have product", next_one)
    check(abs(want["std"] / got["std"] - 1) < 1e-5, name, shape, "std", want["std"], got["std"])


def compare_places(name, shape, kind, got):
    """Where ours are not 0: on the diagonal, with their bounds; or as many in each input's weights."""
    rows = ours(name, shape)
    if kind == "identity":
        numbers = [x for row in rows for x in row if x]
        diagonal = sum(rows[i][i] != 0 for i in range(min(shape)))
        mine = {"n": len(numbers), "mean": diagonal, "min": min(numbers), "max": max(numbers)}
    else:
        zeros = [row.count(0) for row in rows]
        mine = {"n": shape[0] * shape[1] - sum(zeros), "min": min(zeros), "max": max(zeros)}
    for key, value in mine.items():
        check(value == got[key], name, shape, kind, key, value, "theirs", got[key])


def compare(row):
    """One row of theirs."""
    name, kind, shape = row["name"], row["kind"], (int(row["fan_in"]), int(row["fan_out"]))
    got = {key: float(text) if text and key in FIGURES else text for key, text in row.items()}
    want = law(name, row["tensor"], shape)
    if want is None:
        return
    if kind == "law":
        compare_law(name, shape, want, got)
    elif kind == "gain":
        gain = want["std"] * math.sqrt(sum(shape) / 2)
        check(abs(gain / got["scale"] - 1) < 1e-6, name, "gain", gain, got["scale"])
    elif kind == "orthogonal":
        compare_orthogonal(name, shape, want, got)
    else:
        compare_places(name, shape, kind, got)


def check_all_named(drawn):
    """Every name that initlab takes from a framework which is here was drawn."""
    here = {name.partition(".")[0] for name in drawn}
    listed = {name for scheme in json.loads(initlab("schemes", "--json").stdout) for name in scheme["frameworks"]}
    missing = {name for name in listed if name.partition(".")[0] in here} - {name.partition(":")[0] for name in drawn}
    check(missing <= NOT_DRAWN, "not drawn:", *sorted(missing - NOT_DRAWN))


def main():
    with open(FILE, encoding="ascii") as file:
        print(file.readline().strip("# \n"))
        rows = list(csv.DictReader(file))
    for row in rows:
        compare(row)
    check_all_named({row["name"] for row in rows})
    check(len(rows) > 20, "too few figures: the file or this script have changed")
    print(f"{len(rows)} figures of {len({row['name'] for row in rows})} names")
    sys.exit("\n".join(WRONG) if WRONG else 0)


main()
