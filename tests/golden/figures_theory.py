#!/usr/bin/env python3
"""The line of theory over a heat map of depths: where it lies, against correlation lengths worked out here, and inspect's.

figures_theory.py PROGRAM: trains in a folder of its own. Needs numpy.
"""
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from figures import HERE, SVG, WRONG, Figure, check, corners, initlab

DEPTHS = [2, 4, 12, 20]
# name as it is given: sigma_w^2 and sigma_b^2; None: no mean-field theory
INITS = {"mean_field:0.8:0.1": (.64, .01), "mean_field:1.1:0.3": (1.21, .09), "mean_field:1.5:0.5": (2.25, .25),
         "mean_field:2.5:0.1": (6.25, .01), "orthogonal": (1, 0), "he_normal": (2, 0), "ones": None}
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(151)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
PLANE = WEIGHTS[:, None] * WEIGHTS[None, :]


def slope(z):
    return 1 / np.cosh(z) ** 2


def correlation_length(sw2, sb2):
    """xi_c of tanh by iterating the two maps (Schoenholz et al. 2017, equations 3 and 5), not by their roots."""
    q = 1.0
    for _ in range(20000):
        q = sw2 * WEIGHTS @ np.tanh(math.sqrt(q) * NODES) ** 2 + sb2
    chi = sw2 * WEIGHTS @ slope(math.sqrt(q) * NODES) ** 2
    if chi > 1:
        c, before = 0.5, 0
        while abs(c - before) > 1e-14:
            u = math.sqrt(q) * NODES[:, None]
            v = math.sqrt(q) * (c * NODES[:, None] + math.sqrt(1 - c * c) * NODES[None, :])
            before, c = c, (sw2 * (PLANE * np.tanh(u) * np.tanh(v)).sum() + sb2) / q
        chi = sw2 * (PLANE * slope(u) * slope(v)).sum()
    return -1 / math.log(chi)


def center(rect):
    x, y, wide, high = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
    return x + wide / 2, y + high / 2


def cells_to(depth):
    """In cells from the edge: a depth lies in its cell's middle, and between two middles in equal steps."""
    i = 0
    while i + 2 < len(DEPTHS) and depth > DEPTHS[i + 1]:
        i += 1
    return i + .5 + (depth - DEPTHS[i]) / (DEPTHS[i + 1] - DEPTHS[i])


def steps(f, across):
    """(where in the map, how far) of every stretch of the line that lies in a column, or row, in cells"""
    cells = {tuple(center(e)) for e in f.of_class("cell", "rect")}
    first = f.of_class("cell", "rect")[0]
    wide, high = float(first.get("width")), float(first.get("height"))
    left = min(x for x, _ in cells) - wide / 2
    bottom = max(y for _, y in cells) + high / 2
    found = {}
    for piece in f.of_class("limit")[0].get("d").split("M")[1:]:
        points = [((bottom - y) / high, (x - left) / wide) if across else ((x - left) / wide, (bottom - y) / high)
                  for x, y in corners("M" + piece)]
        for (a, far), (b, same) in zip(points, points[1:]):
            if b - a > .9:
                check(abs(far - same) < .01, f.path, "a step that is not level:", far, same)
                found[round(a)] = far
    return found


def check_line(folder, to, by, expected):
    """expected: init in its normal form -> xi, None where no line is to be"""
    initlab("plot", folder, "heatmap", "--by", by, "--where", "activation=tanh", "-o", to)
    f = Figure(to, "6 correlation lengths", "Schoenholz")
    names = {e.find(SVG + "title").text.split(": ")[0] for e in f.of_class("cell", "rect")}
    check(len(names) == len(expected) * len(DEPTHS), to, "cells", names)
    across = by.startswith("depth") or by.startswith("layers")
    order = []
    for e in sorted(f.of_class("cell", "rect"), key=lambda e: -center(e)[1] if across else center(e)[0]):
        init = e.find(SVG + "title").text.rsplit(": ", 1)[0].split(", ")[1 if across else 0].split("=", 1)[1]
        order += [init] * (init not in order)
    found, beyond = steps(f, across), 0
    for i, init in enumerate(order):
        xi = expected[init]
        if xi is None:
            check(i not in found, to, init, "has a line")
            continue
        far = cells_to(6 * xi) if math.isfinite(xi) else math.inf
        beyond += far > len(DEPTHS)
        # a hundredth of a pixel is what places are rounded to, of cells no smaller than 18
        check(i in found and abs(found[i] - min(far, len(DEPTHS))) < .002, to, init, found.get(i), "not", far)
    arrows = [e for e in f.root.iter(SVG + "path") if e.get("d").endswith("Z") and e.get("stroke-width") == "1"]
    check(len(arrows) == beyond > 0, to, len(arrows), "triangles, not", beyond)


def no_line(folder, to, *words):
    initlab("plot", folder, "heatmap", *words, "-o", to)
    f = Figure(to)
    check(not f.of_class("limit") and not any("correlation lengths" in w for w in f.words), words, "has a line of theory")


def main():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        subprocess.run([sys.executable, HERE.parent / "cli/make_idx.py", top / "set", "96"], check=True)
        more = ["--data", top / "set", "--devices", "cpu:1", "--epochs", "1", "--batch", "32", "-q"]
        initlab("sweep", "run", "--init", ",".join(INITS), "--width", "4", "--depth", ",".join(map(str, DEPTHS)),
                "--activation", "tanh,relu", "--out", top / "a", *more)
        expected = {}
        for init, law in INITS.items():
            seen = json.loads(initlab("inspect", "--layers", "in,4x20,out", "--activation", "tanh", "--init", init, "--samples", "8",
                                      "--data", top / "set", "--json"))
            xi = None if law is None else math.inf if law == (1, 0) else correlation_length(*law)
            inspected = seen["layers"][-2]["theory_xi_c"]
            check(inspected is None if xi is None or xi == math.inf else abs(inspected / xi - 1) < 1e-4, init, "inspect's xi_c", inspected,
                  "not", xi)
            expected[seen["init"]] = xi
        for by in ("depth,init", "init,depth", "layers,init", "init,layers"):
            check_line(top / "a", top / "map.svg", by, expected)
        no_line(top / "a", top / "map.svg", "--by", "init,depth")   # two activations in each column
        no_line(top / "a", top / "map.svg", "--by", "init,activation")
        no_line(top / "a", top / "map.svg", "--by", "activation,depth", "--where", "activation=tanh")
    sys.exit("\n".join(WRONG) if WRONG else 0)


main()
