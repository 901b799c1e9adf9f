#!/usr/bin/env python3
"""initlab compare --plot and inspect --plot: what figures show, read back from the SVG, against results.sqlite.

figures.py PROGRAM: trains in a folder of its own. A place on an axis is turned back into a value by the axis's own tick labels,
to a pixel. Standard library, and numpy and scipy for figures of weights.
"""
import collections
import json
import math
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

import numpy as np
from scipy import special, stats

PROGRAM = sys.argv[1]
HERE = pathlib.Path(__file__).resolve().parent
SVG = "{http://www.w3.org/2000/svg}"
WRONG = []
# advances of DejaVu Sans, the widest font that stands for sans-serif, in its size; letters that are not here have up to .66
WIDTH = {**dict.fromkeys("ijlI|'", .29), **dict.fromkeys(" ,.", .32), **dict.fromkeys("f/:;\\", .36), **dict.fromkeys("-rt()[]", .41),
         **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ", .79), **dict.fromkeys("wM=+<>\u00d7", .87), **dict.fromkeys("mW%@\u2026", 1)}


def check(good, *words):
    if not good:
        WRONG.append(" ".join(map(str, words)))


def initlab(*words, code=0):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    if done.returncode != code:
        raise SystemExit(f"{words}: exit {done.returncode}, not {code}: {done.stderr}")
    return done.stderr if code else done.stdout


def numbers(text):
    return [float(n) for n in re.findall(r"-?[0-9.]+(?:e-?[0-9]+)?", text)]


class Figure:
    """A figure, with what holds of every one checked on the way."""

    def __init__(self, path, *say):
        self.path, text = path, path.read_text()
        self.root = ET.fromstring(text)
        self.texts = [t for t in self.root.iter(SVG + "text")]
        self.words = ["".join(t.itertext()) for t in self.texts]
        check(self.root.get("role") == "img", path, "has no role")
        check([c.tag for c in self.root][:2] == [SVG + "title", SVG + "desc"], path, "title and description come first")
        check(len(self.root.find(SVG + "desc").text) > 30, path, "describes nothing")
        for forbidden in ("<script", "href", "url(", " id=", "nan", "inf\""):
            check(forbidden not in text, path, "holds", forbidden)
        for word in say:
            check(any(word in w for w in self.words), path, "does not say", word)
        self.inside()

    def parents(self):
        return {child: parent for parent in self.root.iter() for child in parent}

    def inside(self):
        """All is within the page, and no text smaller than 11 pixels."""
        _, _, width, height = numbers(self.root.get("viewBox"))
        parents = self.parents()
        for t, words in zip(self.texts, self.words):
            up = t
            while up.get("font-size") is None:
                up = parents[up]
            size = float(up.get("font-size"))
            check(size >= 11, self.path, "has text of", size, "pixels:", words)
            long = size * sum(WIDTH.get(letter, .66) for letter in words)
            anchor = t.get("text-anchor") or parents[t].get("text-anchor") or "start"
            before = {"start": 0, "middle": long / 2, "end": long}[anchor]
            if t.get("transform"):
                x, y = numbers(t.get("transform"))[:2]
                low, high, top, bottom = x - size, x + 4, y - long + before, y + before
            else:
                x, y = float(t.get("x")), float(t.get("y"))
                low, high, top, bottom = x - before, x - before + long, y - size, y + 4
            check(low >= -1 and high <= width + 1 and top >= -1 and bottom <= height + 1, self.path, "leaves the page:", words)
        for path in self.root.iter(SVG + "path"):
            for x, y in corners(path.get("d")):
                check(-1 <= x <= width + 1 and -1 <= y <= height + 1, self.path, "leaves the page:", path.get("d"))

    def axis(self, upright, panel=0):
        """pixel -> value, of the axis with these tick labels, linear or log as the labels have it"""
        found = {}
        for t, words in zip(self.texts, self.words):
            if not re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", words) or t.get("transform") or t.get("font-size"):
                continue
            parent = self.parents()[t]
            if parent.get("text-anchor") == ("end" if upright else "middle") and parent.get("font-size"):
                found.setdefault(parent, []).append((float(t.get("y")) - 4 if upright else float(t.get("x")), float(words)))
        ticks = list(found.values())[panel]
        values = [v for _, v in ticks]
        by_step = {round(b - a, 9) for a, b in zip(values, values[1:])}
        linear = len(values) < 3 or max(by_step) - min(by_step) < 1e-9 * max(map(abs, values))
        if not linear and 0 in values:  # beneath a log axis
            ticks.pop(values.index(0))
        (p, a), (q, b) = ticks[0], ticks[-1]
        if linear:
            return lambda pixel: a + (pixel - p) / (q - p) * (b - a)
        return lambda pixel: a * (b / a) ** ((pixel - p) / (q - p))

    def lines(self):
        """colour and dash -> corners of the measured lines"""
        return {(e.get("stroke"), e.get("stroke-dasharray")): corners(e.get("d")) for e in self.root.iter(SVG + "path")
                if e.get("stroke-linejoin")}

    def of_class(self, name, tag="path"):
        return [e for e in self.root.iter(SVG + tag) if e.get("class") == name]


def corners(d):
    """absolute corners of a path of M, L, H, V, and relative h, v, l, m after one of them"""
    out, x, y = [], 0.0, 0.0
    for letter, rest in re.findall(r"([MLHVhvlmZ])([^MLHVhvlmZ]*)", d):
        n = numbers(rest)
        if letter in "ML":
            x, y = n
        elif letter in "lm":
            x, y = x + n[0], y + n[1]
        elif letter == "H":
            x = n[0]
        elif letter == "V":
            y = n[0]
        elif letter == "h":
            x += n[0]
        elif letter == "v":
            y += n[0]
        if letter != "Z":
            out.append((x, y))
    return out


def near_pixel(axis, pixel, want, *what):
    """A value lies where it should, to one pixel."""
    ends = sorted((axis(pixel - 1), axis(pixel + 1)))
    check(ends[0] <= want <= ends[1], *what, "at", axis(pixel), "not", want)


def rows(folder, sql, *values):
    with sqlite3.connect(folder / "results.sqlite") as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute(sql, values)]


def quantile(x, q):
    """Of the values as they are, between two of them; what is not finite is worst."""
    x, at = sorted(x), q * (len(x) - 1)
    i, part = int(at), at - int(at)
    return x[i] if part == 0 else math.inf if math.isinf(x[i + 1]) else x[i] + part * (x[i + 1] - x[i])


def check_curves(folder, to):
    where = "lr=0.05,lr=2.2"
    initlab("compare", folder, "--where", where, "--metric", "cost", "--figure", "curves", "--plot", to)
    f = Figure(to, "Median cost", "n = 5 runs a group", "cost (mean over training samples)", "interquartile range", "epoch",
               "a run that diverged")
    groups = {}
    for r in rows(folder, "SELECT init, runs.lr AS lr, run_id, status, epoch, epochs.cost AS cost FROM epochs JOIN runs "
                          "USING (run_id) WHERE runs.lr IN (0.05, 2.2) ORDER BY number, epoch"):
        groups.setdefault((r["init"], r["lr"]), {}).setdefault(r["run_id"], []).append(math.inf if r["cost"] is None else r["cost"])
    for init, lr in groups:
        check(any(w.startswith(f"init={init}, lr={lr:g}") for w in f.words), "curves: no name of", init, lr)
    medians = {key: [quantile([run[e] for run in runs.values()], .5) for e in range(8)] for key, runs in groups.items()}
    across, up = f.axis(False), f.axis(True)
    matched = 0
    for line in f.lines().values():
        if len(line) < 8:
            continue
        best = min((k for k in medians if all(map(math.isfinite, medians[k]))),
                   key=lambda k: abs(up(line[0][1]) - medians[k][0]))
        for e, (x, y) in enumerate(line):
            near_pixel(across, x, e + 1, "curves: epoch")
            near_pixel(up, y, medians[best][e], "curves: median of", best)
        bands = [corners(b.get("d")) for b in f.of_class("band")]
        quartile = [[quantile([run[e] for run in groups[best].values()], q) for e in range(8)] for q in (.75, .25)]
        band = [b for b in bands if len(b) == 16 and all(abs(y - q) < 99 for (_, y), q in zip(b, quartile[0]))
                or len(b) == 16]
        good = [b for b in band if all(abs(up(y) - want) <= abs(up(y) - up(y + 1.1)) + 1e-9
                                       for (_, y), want in zip(b, quartile[0] + quartile[1][::-1]))]
        check(len(good) == 1, "curves: band of", best, len(good))
        matched += 1
    check(matched == sum(all(map(math.isfinite, m)) for m in medians.values()), "curves: lines", matched)
    ends = [max(e for e in range(8) if math.isfinite(run[e])) + 1 for runs in groups.values() for run in runs.values()
            if math.isinf(run[-1]) and math.isfinite(run[0])]
    crosses = [c for c in f.of_class("diverged") if c.get("stroke") != "#333"]
    check(ends and len(crosses) == len(ends), "curves: crosses", len(crosses), len(ends))
    for want, got in zip(sorted(ends), sorted(corners(c.get("d"))[0][0] + 4 for c in crosses)):
        near_pixel(across, got, want, "curves: cross")
    strip = " ".join(f.words)
    for (init, lr), runs in groups.items():
        broke = sum(math.isinf(run[-1]) for run in runs.values())
        told = f"init={init}, lr={lr:g} ({'all 5' if broke == 5 else f'{broke} of 5'})"
        check((told in strip) == (broke > 0), "curves: the strip lacks", told)


def legend_of(f):
    """colour -> name"""
    return {e.find(SVG + "path").get("stroke"): "".join(e.find(SVG + "text").itertext()) for e in f.of_class("name", "g")}


def check_small_multiples(folder, to):
    """12 groups are more than can be named: a panel a rate, with one axis, and a line an init."""
    initlab("plot", folder, "curves", "-o", to)
    f = Figure(to, "n = 5 runs a group", *(f"lr={lr}" for lr in ("0.05", "0.5", "2.2")))
    legend, rates = legend_of(f), [float(w[3:]) for w in f.words if re.fullmatch("lr=[0-9.]+", w)]
    check(rates == [.05, .5, 2.2] and len(legend) == 4, "small multiples:", rates, legend)
    check(len({f.axis(True, j)(100) for j in range(3)}) == 1, "small multiples: axes differ")
    seen = 0
    for e in f.root.iter(SVG + "path"):
        if not e.get("stroke-linejoin"):
            continue
        line = corners(e.get("d"))
        panel = max(j for j in range(3) if f.axis(False, j)(line[0][0]) > .9)
        init, up = legend[e.get("stroke")], f.axis(True, panel)
        runs = {}
        for r in rows(folder, "SELECT run_id, epochs.test_accuracy AS y FROM epochs JOIN runs USING (run_id) "
                              "WHERE init = ? AND runs.lr = ? ORDER BY epoch", init, rates[panel]):
            runs.setdefault(r["run_id"], []).append(-math.inf if r["y"] is None else r["y"])
        for i, (x, y) in enumerate(line):
            near_pixel(f.axis(False, panel), x, i + 1, "small multiples: epoch")
            near_pixel(up, y, sorted(run[i] for run in runs.values())[2], "small multiples:", init, rates[panel], i)
        seen += 1
    check(seen >= 9, "small multiples: lines", seen)


def check_many(folder, to):
    """14 groups of one column: the best and the worst by name, the others grey."""
    initlab("plot", folder, "curves", "-o", to)
    f = Figure(to, "the best 5 and the worst 3 of 14 groups; grey: the other 6")
    ranked = [r["lr"] for r in rows(folder, "SELECT lr FROM runs GROUP BY lr ORDER BY avg(test_accuracy) DESC")]
    named = {float("".join(e.find(SVG + "text").itertext())) for e in f.of_class("name", "g")}
    check(len(f.of_class("faint")) == 6, "many: grey lines", len(f.of_class("faint")))
    # names have the least digits, 4 at least, that tell the rates apart: powers of two are apart in 4
    check(named == {float(f"{lr:.4g}") for lr in (*ranked[:5], *ranked[-3:])}, "many: names", named, ranked)


def check_layers(folder, to, column, words):
    """A panel a group, a line a layer, of medians over runs; a layer without a number has no line."""
    initlab("plot", folder, "layers", "--diagnostic", column, "-o", to)
    f = Figure(to, words, "n = 3 runs a group", "interquartile range", "he_normal", "orthogonal")
    legend, seen = legend_of(f), 0
    panels = [w for w in f.words if w in ("he_normal", "orthogonal")]
    for e in f.root.iter(SVG + "path"):
        if not e.get("stroke-linejoin"):
            continue
        line = corners(e.get("d"))
        panel = max(j for j in range(2) if f.axis(False, j)(line[0][0]) > -.1)
        layer = int(legend[e.get("stroke")].split()[1])
        looks = {}
        for r in rows(folder, f"SELECT step, {column} AS y FROM diagnostics JOIN runs USING (run_id) WHERE init = ? AND layer = ?",
                      panels[panel], layer):
            looks.setdefault(r["step"], []).append(r["y"])
        medians = [sorted(y)[1] for step, y in sorted(looks.items()) if None not in y]
        check(len(line) == len(medians) > 2, "layers: looks of", column, layer, len(line), len(medians))
        for (x, y), want in zip(line, medians):
            near_pixel(f.axis(True, panel), y, want, "layers:", column, panels[panel], layer)
        seen += 1
    hidden = column in ("activation_mean", "saturated")
    check(seen == (4 if hidden else 6), "layers: lines of", column, seen)


def check_layers_diverged(folder, to):
    """Runs that diverged: counted by group, a cross for each in each layer, at its last finite look; what has no finite value says so."""
    column = "gradient_norm"
    initlab("plot", folder, "layers", "--diagnostic", column, "-o", to)
    f = Figure(to, "n = 5 runs a group", "at its last look with a finite number")
    legend = legend_of(f)
    groups = rows(folder, "SELECT init, sum(status = 'diverged') AS diverged, count(*) AS runs FROM runs GROUP BY init")
    strip = next(w for w in f.words if w.startswith("runs that diverged: "))
    share = lambda r: "all 5" if r["diverged"] == r["runs"] else f"{r['diverged']} of 5"
    said = dict(re.findall(r"(\S+) \(([^)]*)\)", strip.removeprefix("runs that diverged: ")))
    want = {r["init"]: share(r) for r in groups if r["diverged"]}
    check(said == want and len(want) == 2 and "all 5" in want.values() and any("of" in w for w in want.values()), "layers: strip", said, want)
    panels = [w for w in f.words if w in {r["init"] for r in groups}]
    wanted = collections.Counter()
    for r in rows(folder, f"SELECT init, run_id, layer, max(epoch) AS epoch FROM diagnostics JOIN runs USING (run_id) "
                  f"WHERE status = 'diverged' AND {column} IS NOT NULL GROUP BY run_id, layer"):
        wanted[panels.index(r["init"]), r["layer"], round(3 * r["epoch"]) / 3] += 1  # a look is a third of an epoch
    seen, finite = collections.Counter(), 0
    for e in f.of_class("diverged"):
        if e.get("stroke") not in legend:
            continue # the strip's own
        x, y = (n + 4 for n in numbers(e.get("d"))[:2])
        panel = next(j for j in range(3) if -.05 < f.axis(False, j)(x) < 4.05)  # they stand in one row
        seen[panel, int(legend[e.get("stroke")].split()[1]), round(3 * f.axis(False, panel)(x)) / 3] += 1
        finite += f.axis(True, panel)(y) > 0
    check(seen == wanted and len({epoch for _, _, epoch in wanted}) > 1 and finite == seen.total(), "layers: crosses", sorted(seen.items()), sorted(wanted.items()))
    check(any(w == "no finite values" for w in f.words), "layers: a panel of nothing says nothing", f.words)


def check_layers_none(folder, to):
    """Layers without a finite value: in a panel of several beneath a legend, at the place of a name, and of a terminal's panel."""
    initlab("plot", folder, "layers", "-o", to)
    f = Figure(to, "no finite value: layer 2, layer 3")
    check(sum("no finite value: " in w for w in f.words) == 1, "layers: panels without", f.words)
    check(sorted(w for w in f.words if re.fullmatch(r"layer \d.*", w)) == ["layer 1", "layer 2", "layer 3"], "layers: legend", f.words)
    check("no finite value: layer 2, layer 3" in initlab("plot", folder, "layers", "--term"), "layers: --term is silent")
    initlab("plot", folder, "layers", "--where", "init=h2=normal:std=1e30", "-o", to)
    Figure(to, "layer 2 (no finite value)", "layer 3 (no finite value)")


def check_intervals(folder, to, metric):
    words = ["compare", folder, "--where", "lr=0.05,init=zeros,init=he_normal,init=glorot_uniform", "--metric", metric]
    said = json.loads(initlab(*words, "-o", "json"))
    initlab(*words, "--plot", to)
    f = Figure(to, "n = 5 runs a group", metric.replace("_", " "), "95 % interval", "Student's t", "difference to the best", "sign flips",
               "best")
    mean, difference = f.axis(False, 0), f.axis(False, 1)
    rules = [corners(e.get("d")) for e in f.root.iter(SVG + "path") if e.get("stroke-width") == "2" and "H" in e.get("d")]
    for i, g in enumerate(said["groups"]):
        name = g["by"]["init"]
        row = next(float(t.get("y")) - 4 for t, w in zip(f.texts, f.words) if w == name)
        check(abs(row - 78 - 24 * (i + .5)) < 1, "intervals: the rows' order", name)
        marks = sorted(center(e)[0] for e in f.root.iter() if center(e) and abs(center(e)[1] - row) < 3 and e.get("fill") != "none")
        near_pixel(mean, marks[0], g["mean"], "intervals: mean of", name)
        here = sorted((r for r in rules if abs(r[0][1] - row) < 1), key=lambda r: r[0][0])
        if g["mean_low"] is not None and len(here) > 0:
            near_pixel(mean, here[0][0][0], g["mean_low"], "intervals: low end of", name)
            # a share's axis ends at 1, which Student's interval may pass
            most = 1 if metric == "test_accuracy" else math.inf
            check(g["mean_high"] <= most or any("passes 0 or 1" in w for w in f.words), "intervals: no word of what is cut")
            near_pixel(mean, here[0][1][0], min(most, g["mean_high"]), "intervals: high end of", name)
        if i > 0:
            near_pixel(difference, marks[1], g["difference"], "intervals: difference of", name)
            near_pixel(difference, here[1][0][0], g["difference_low"], "intervals: low end of the difference of", name)
            near_pixel(difference, here[1][1][0], g["difference_high"], "intervals: high end of the difference of", name)
            check(g["verdict"] in f.words, "intervals: no verdict of", name)


def center(e):
    if e.tag == SVG + "circle":
        return float(e.get("cx")), float(e.get("cy"))
    if e.tag == SVG + "path" and e.get("d").endswith("Z") and e.get("class") is None:
        xs, ys = zip(*corners(e.get("d")))
        return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return None


def check_heatmap(folder, to):
    initlab("compare", folder, "--by", "init,lr", "--metric", "cost", "--figure", "heatmap", "--plot", to)
    f = Figure(to, "Mean cost", "runs a cell", "mean cost (mean over training samples)", "init", "lr", "are in no mean")
    check(not any("iqm" in w for w in f.words), "heatmap: words about columns that it has not")
    told = rows(folder, "SELECT init, lr, avg(cost) AS m, count(cost) AS n, sum(status != 'ok') AS lost FROM runs GROUP BY init, lr")
    want = {(r["init"], f"{r['lr']:g}"): r["m"] for r in told}
    finite_of = {(r["init"], f"{r['lr']:g}"): r["n"] for r in told}
    lost = {(r["init"], f"{r['lr']:g}"): r["lost"] for r in told}
    most, least = max(finite_of.values()), min(n for n in finite_of.values() if n)
    said = f"n = {most} runs a cell" if least == most else f"n = {least} to {most} runs a cell"
    check(said in f.words, "heatmap: n of the cells", least, most)
    cells, bads = {}, {}
    for cell in f.of_class("cell", "rect"):
        name, n, bad = re.fullmatch(r"(.*): (.*, n = \d+)(?:, (\d+) of 5 diverged or failed)?", cell.find(SVG + "title").text).groups()
        bads[tuple(part.split("=", 1)[1] for part in name.split(", "))] = int(bad or 0)
        check([part.split("=")[0] for part in name.split(", ")] == ["init", "lr"], "heatmap: what a cell is called", name)
        cells[tuple(part.split("=", 1)[1] for part in name.split(", "))] = (n.split(", ")[0], n.split("= ")[1], cell)
    check(set(cells) == set(want), "heatmap: cells", set(cells) ^ set(want))
    check(bads == lost and any(lost.values()), "heatmap: runs that diverged", bads, lost)
    places = {}
    for key, (mean, n, cell) in cells.items():
        check(int(n) == finite_of[key], "heatmap: n of", key, n, finite_of[key])
        check(mean == "-" if want[key] is None else abs(float(mean) / want[key] - 1) < 1e-5, "heatmap:", key, mean, want[key])
        x, y, w, h = (float(cell.get(k)) for k in ("x", "y", "width", "height"))
        places[key] = (x, y)
        inside = [words for t, words in zip(f.texts, f.words) if not t.get("transform") and x < float(t.get("x")) < x + w
                  and y < float(t.get("y")) < y + h]
        marks = [p for p in f.of_class("lost") if x <= corners(p.get("d"))[0][0] < x + w and y <= corners(p.get("d"))[0][1] < y + h]
        check(len(marks) == (lost[key] > 0), "heatmap: mark of", key, len(marks), lost[key])
        check(not lost[key] or str(lost[key]) in inside, "heatmap: number of lost runs of", key, inside)
        check(want[key] is None or abs(float(inside[0]) / want[key] - 1) < 6e-3, "heatmap: number of", key, inside)
    finite = {k: v for k, v in want.items() if v is not None}
    fill = {key: cells[key][2].get("fill") for key in finite}
    check(fill[min(finite, key=finite.get)] == "#440154" and fill[max(finite, key=finite.get)] == "#fde725", "heatmap: colours", fill)
    check(places["zeros", "2.2"][1] < places["zeros", "0.05"][1], "heatmap: rows are not sorted by number")


def check_heatmap_text(folder, to):
    """Text has the rows of the picture, from the top: words in their order, numbers rising upwards, which it says."""
    for by, rising, first in (("lr,init", False, "glorot_uniform"), ("init,lr", True, "2.2")):
        words = ["plot", folder, "heatmap", "--by", by, "--metric", "test_accuracy"]
        initlab(*words, "-o", to)
        f, (x, y) = Figure(to), by.split(",")
        parents = f.parents()
        named = sorted((float(t.get("y")), w) for t, w in zip(f.texts, f.words) if not (t.get("transform") or t.get("text-anchor"))
                       and parents[t].get("text-anchor") == "end" and parents[t].get("font-size"))
        lines = initlab(*words, "--term").splitlines()
        head = lines.index(f"rows: {y}" + (", rising upwards" if rising else ""))
        text = [line.split()[0] for line in lines[head + 1:head + 1 + len(named)]]
        check(text == [w for _, w in named] and text[0] == first, "heatmap: rows of text", text, "and of the picture", named)
        cells = {tuple(p.split("=", 1)[1] for p in e.find(SVG + "title").text.split(": ")[0].split(", ")):
                 float(e.find(SVG + "title").text.split(": ")[1].split(",")[0]) for e in f.of_class("cell", "rect")}
        columns = [w for _, w in sorted((float(t.get("x") or numbers(t.get("transform"))[0]), w) for t, w in zip(f.texts, f.words)
                                        if w in {key[0] for key in cells} and w not in text)]
        for line, row in zip(lines[head + 1:], text):
            shown = [float(n) for n in re.findall(r"[0-9.]+", line[line.index(row) + len(row):])]
            want = [cells[column, row] for column in columns]
            check(len(shown) == len(want) and all(abs(a - b) < .006 for a, b in zip(shown, want)), "heatmap: text of", row, shown, want)


def check_rates(folder, to):
    words = ["compare", folder, "--metric", "cost", "--where", "lr=0.05,lr=0.5,lr=2.2"]
    initlab(*words, "--figure", "rates", "--plot", to)
    f = Figure(to, "n = ", "runs a marker", "learning rate, log scale", "95 % of the mean", "zeros", "he_normal")
    across, up = f.axis(False), f.axis(True)
    want = sorted((r["lr"], r["m"]) for r in rows(folder, "SELECT lr, avg(cost) AS m FROM runs WHERE cost IS NOT NULL AND lr < 3 GROUP BY init, lr"))
    got = sorted((across(center(e)[0]), up(center(e)[1]), center(e)) for e in f.root.iter() if center(e) and center(e)[0] < axis_end(f))
    check(len(got) == len(want), "rates: markers", len(got), len(want))
    for lr, mean in want:
        near = [p for _, _, p in got if abs(math.log(across(p[0]) / lr)) < abs(math.log(across(p[0]) / across(p[0] + 1)))
                and min(up(p[1] - 1), up(p[1] + 1)) <= mean <= max(up(p[1] - 1), up(p[1] + 1))]
        check(near, "rates: no marker at", lr, mean)


def axis_end(f):
    return max(x for e in f.root.iter(SVG + "path") for x, _ in corners(e.get("d")) if "H" in e.get("d"))


def check_ranks(folder, to):
    words = ["compare", folder, "--by", "init", "--across", "lr,seed"]
    said = json.loads(initlab(*words, "-o", "json"))
    initlab(*words, "--plot", to)
    f = Figure(to, "Mean ranks by test accuracy", "n = 15 conditions", "mean rank", "Wilcoxon's signed ranks", "Friedman's test")
    ticks = [(float(t.get("x")), float(w)) for t, w in zip(f.texts, f.words) if re.fullmatch(r"\d+", w)]
    (p, a), (q, b) = ticks[0], ticks[-1]
    axis = lambda pixel: a + (pixel - p) / (q - p) * (b - a)
    places = {}
    for path in f.of_class("group"):
        name = f.parents()[path].find(SVG + "title").text.rsplit(", mean rank", 1)[0]
        places[name] = corners(path.get("d"))[0][0]
    for g in said["groups"]:
        near_pixel(axis, places[g["group"]], g["rank"], "ranks: of", g["group"])
    joined = [(corners(e.get("d"))[0][0] + 4, corners(e.get("d"))[1][0] - 4) for e in f.of_class("joined")]
    letters = {letter: [g["group"] for g in said["groups"] if letter in g["same_as"]] for g in said["groups"] for letter in g["same_as"]}
    want = sorted((places[names[0]], places[names[-1]]) for names in letters.values() if len(names) > 1)
    check(len(want) == len(joined) and all(abs(x - y) < .1 for w, j in zip(want, sorted(joined)) for x, y in zip(w, j)),
          "ranks: bars", joined, want)


def check_spread(folder, to):
    words = ["compare", folder, "--by", "init", "--across", "lr"]
    said = json.loads(initlab(*words, "-o", "json"))
    colours = {}
    for more in [], ["--across", "lr"]:
        initlab(*words[:4], *more, "--figure", "profile", "--plot", to)
        f = Figure(to, "Performance profiles", "n = 60 runs of 4 groups", "share of runs above t", "its 95 % interval")
        for e in f.root.iter(SVG + "g"):
            if e.get("class") == "name":
                colours.setdefault("".join(e.find(SVG + "text").itertext()), set()).add(e.find(SVG + "path").get("stroke"))
    across, up = f.axis(False), f.axis(True)
    drawn = [corners(e.get("d")) for e in f.root.iter(SVG + "path") if e.get("stroke-linejoin")]
    for line, (name, g) in zip(drawn, said["profile"]["groups"].items()):
        check(len(line) == 2 * len(g["share"]), "profile: points of", name)
        for k, (t, share) in enumerate(zip(said["profile"]["bounds"], g["share"])):
            near_pixel(across, line[2 * k][0], t, "profile: bound of", name)
            near_pixel(up, line[2 * k + 1][1], share, "profile: share of", name)
            near_pixel(up, line[2 * k][1], g["share"][k - 1] if k else 1, "profile: share before the bound of", name)
    initlab(*words, "--figure", "improvement", "--plot", to)
    f = Figure(to, "Probability of improvement", "n = 60 runs of 4 groups", "n = 3 conditions (lr)", "a tie by half", "beats")
    mean = f.axis(False)
    for i, pair in enumerate(said["improvements"]):
        check(f"{pair['group']} beats {pair['beats']}" in f.words, "improvement: no row of", pair)
        y = 78 + 24 * (i + .5)
        marks = [center(e)[0] for e in f.root.iter() if center(e) and abs(center(e)[1] - y) < 3 and e.get("fill") != "none"]
        near_pixel(mean, marks[0], pair["p"], "improvement: of", pair)
        ends = next((corners(e.get("d")) for e in f.root.iter(SVG + "path")
                     if e.get("stroke-width") == "2" and "H" in e.get("d") and abs(corners(e.get("d"))[0][1] - y) < 1))
        near_pixel(mean, ends[0][0], pair["low"], "improvement: low end of", pair)
        near_pixel(mean, ends[1][0], pair["high"], "improvement: high end of", pair)
    # one colour a group, whatever it is ranked by and whichever figure it is in
    for more in (["init", "--metric", "cost", "--figure", "curves"], ["init", "--where", "lr=0.05", "--figure", "curves"],
                 ["init,lr", "--figure", "rates"], ["init,lr", "--figure", "rates", "--metric", "cost"]):
        initlab("compare", folder, "--plot", to, "--by", *more)
        for e in Figure(to).root.iter(SVG + "g"):
            if e.get("class") == "name":
                name = "".join(e.find(SVG + "text").itertext()).removesuffix(" (no finite value)")
                colours[name].add(e.find(SVG + "path").get("stroke"))
    check(len(colours) == 4 and all(len(c) == 1 for c in colours.values()) and len(set.union(*colours.values())) == 4,
          "colours of groups", colours)


def check_signal(data, to):
    words = ["inspect", "--data", data, "--layers", "in,16x4,out", "--activation", "tanh", "--samples", "32", "--device", "cpu", "--init",
             "lecun_normal", "--init", "normal:std=0.5", "--plot", to]
    said = json.loads(initlab(*words, "--json"))
    f = Figure(to, "n = 1 network a scheme", "32 training images", "mean-field theory", "layer", "mean square of z (q)",
               "variance of gradients, log scale")
    measured = [corners(e.get("d")) for e in f.root.iter(SVG + "path") if e.get("stroke-linejoin")]
    theory = [corners(e.get("d")) for e in f.of_class("theory")]
    for k, scheme in enumerate(said):
        check(any(w.startswith(scheme["init"] + ": q*") for w in f.words), "signal: no name of", scheme["init"])
        for panel, name in enumerate(("q", "gradient_variance")):
            up = f.axis(True, panel)
            for (x, y), layer in zip(measured[2 * panel + k], scheme["layers"]):
                near_pixel(up, y, layer[name], "signal:", name, "of", scheme["init"], layer["layer"])
        for (x, y), layer in zip(theory[k], scheme["layers"]):
            near_pixel(f.axis(True, 0), y, layer["theory_q"], "signal: theory of", scheme["init"], layer["layer"])
        back = scheme["layers"][-2]["gradient_variance"]
        for (x, y), layer in zip(theory[2 + k][::-1], scheme["layers"][-2::-1]):
            near_pixel(f.axis(True, 1), y, back, "signal: theory of gradients of", scheme["init"], layer["layer"])
            back *= layer["theory_chi1"]


LAYERS, SHAPES = ("in,16x4,out", [(16, 16), (16, 16), (16, 3)])  # of layers 1, 3 and 5, which are drawn
# what each draws in a layer of n x m: scipy's law of a weight, and a weight's standard deviation where weights are independent;
# an orthogonal matrix's row is a uniform direction, so its weights' (1 + w) / 2 have a beta law
DRAWN = {
    "he_normal": lambda n, m: (stats.norm(0, math.sqrt(2 / n)), math.sqrt(2 / n)),
    "glorot_uniform": lambda n, m: (stats.uniform(-math.sqrt(6 / (n + m)), 2 * math.sqrt(6 / (n + m))), math.sqrt(2 / (n + m))),
    "trunc_normal:std=0.3:cut=1": lambda n, m: (stats.truncnorm(-1, 1, 0, .3), stats.truncnorm(-1, 1, 0, .3).std()),
    "orthogonal": lambda n, m: (stats.beta((max(n, m) - 1) / 2, (max(n, m) - 1) / 2, -1, 2), None),
    "sparse:k=4": lambda n, m: (None, None),
}


def saved_weights(data, folder):
    """init -> matrices of the drawn layers, as initlab init saves them"""
    all_of = {}
    for init in DRAWN:
        to = folder / "w.safetensors"
        initlab("init", "--data", data, "--layers", LAYERS, "--activation", "tanh", "--init", init, "--save", to, "--device", "cpu")
        found = tensors(to)
        all_of[init] = [found[f"layer{k}.weight"] for k in (1, 3, 5)]
    return all_of


def above(value, n, m, s):
    """Share of singular values above this one, by Marchenko and Pastur's law of eigenvalues x = value^2 / (s^2 more), whose
    density is sqrt((b - x) (x - a)) / (2 pi ratio x)."""
    less, more = sorted((n, m))
    ratio = less / more
    a, b = (1 - math.sqrt(ratio)) ** 2, (1 + math.sqrt(ratio)) ** 2
    low = min(max(value ** 2 / (s * s * more), a), b)
    nodes, weights = special.roots_legendre(200)
    top = math.acos(1 - 2 * (b - low) / (b - a))  # x = b - (b - a) (1 - cos t) / 2: its roots go away
    t = (nodes + 1) / 2 * top
    x = b - (b - a) * (1 - np.cos(t)) / 2
    return float(np.sum(weights * ((b - a) / 2 * np.sin(t)) ** 2 / (2 * math.pi * ratio * x)) * top / 2)


def check_spectrum(f, panel, measured, theory, matrices, shape):
    across, up = f.axis(False, panel), f.axis(True, panel)
    laws = [init for init in DRAWN if DRAWN[init](*shape)[0]]
    for init, line in zip(DRAWN, measured):
        values = np.linalg.svd(matrices[init][panel].astype(float), compute_uv=False)
        check(len(line) == len(values), "spectrum:", init, "has", len(line), "values, not", len(values))
        for k, (x, y) in enumerate(line):
            near_pixel(across, x, 100 * (k + .5) / len(values), "spectrum: place", init, panel)
            near_pixel(up, y, values[k], "spectrum: singular value", k, "of", init, panel)
    for init, line in zip(laws, theory):
        std = DRAWN[init](*shape)[1]
        for x, y in line[::8]:
            if std is None:
                near_pixel(up, y, 1, "spectrum: law of", init, panel)
            else:
                near_pixel(across, x, 100 * above(up(y), *shape, std), "spectrum: law of", init, panel)


def check_histogram(f, panel, measured, theory, matrices, shape):
    across, up = f.axis(False, panel), f.axis(True, panel)
    laws = [init for init in DRAWN if DRAWN[init](*shape)[0]]
    for init, line in zip(DRAWN, measured):
        w = matrices[init][panel].astype(float).ravel()
        want, edges = np.histogram(w, min(60, math.ceil(2 * w.size ** (1 / 3))), density=True)
        check(len(line) == 2 * len(edges), "histogram:", init, "has", len(line), "corners")
        near_pixel(across, line[0][0], w.min(), "histogram: least of", init, panel)
        near_pixel(across, line[-1][0], w.max(), "histogram: largest of", init, panel)
        for b, high in enumerate(want):
            for (x, y), edge in zip(line[2 * b + 1:2 * b + 3], edges[b:]):
                near_pixel(across, x, edge, "histogram: edge of", init, panel)
                near_pixel(up, y, high, "histogram: bin", b, "of", init, panel)
    for init, line in zip(laws, theory):
        law = DRAWN[init](*shape)[0]
        for x, y in line[::4]:
            around = [law.pdf(across(x + d)) for d in (-1, 0, 1)]  # at an edge a pixel decides
            check(min(around) - abs(up(1) - up(0)) <= up(y) <= max(around) + abs(up(1) - up(0)),
                  "histogram: law of", init, panel, "at", across(x), "is", up(y), "not", around[1])


def check_weights(data, top):
    matrices = saved_weights(data, top)
    schemes = [word for init in DRAWN for word in ("--init", init)]
    for kind, what, compare in (("spectrum", "singular value", check_spectrum), ("histogram", "density", check_histogram)):
        to = top / f"{kind}.svg"
        initlab("inspect", "--data", data, "--layers", LAYERS, "--activation", "tanh", "--samples", "32", "--device", "cpu", *schemes,
                "--figure", kind, "--plot", to)
        f = Figure(to, "n = 1 network a scheme", "layers 1 (16 x 16), 3 (16 x 16) and 5 (16 x 3) of 5", "he_normal",
                   "sparse:k=4: no law to compare with", *(f"{what}, layer {k}" for k in (1, 3, 5)))
        measured = [corners(e.get("d")) for e in f.root.iter(SVG + "path") if e.get("stroke-linejoin")]
        theory = [corners(e.get("d")) for e in f.of_class("theory")]
        with_law = sum(1 for init in DRAWN if DRAWN[init](4, 4)[0])
        check(len(measured) == 3 * len(DRAWN) and len(theory) == 3 * with_law, kind, "has", len(measured), "and", len(theory), "lines")
        for panel, shape in enumerate(SHAPES):
            compare(f, panel, measured[panel * len(DRAWN):], theory[panel * with_law:][:with_law], matrices, shape)


def tensors(path):
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    return {name: np.frombuffer(raw, "<f4", math.prod(t["shape"]), 8 + length + t["data_offsets"][0]).reshape(t["shape"]).astype(float)
            for name, t in json.loads(raw[8:8 + length]).items() if name != "__metadata__"}


def check_activations(data, top):
    """The histogram of f(z) against a forward pass in double, and its law against the normal law's own masses."""
    to, n = top / "activations.svg", 32
    x = np.frombuffer((data / "train-images-idx3-ubyte").read_bytes()[16:], np.uint8)[:16 * n].reshape(n, 16) / 255
    inverse = {"tanh": np.arctanh, "relu": lambda a: np.where(a > 0, a, -np.inf)}
    for activation, f in (("tanh", np.tanh), ("relu", lambda z: np.maximum(z, 0))):
        common = ["--data", data, "--layers", "in,40,30,out", "--activation", activation, "--init", "normal:std=0.3", "--device", "cpu"]
        initlab("init", *common, "--save", top / "w.safetensors")
        seen = json.loads(initlab("inspect", *common, "--samples", n, "--json"))
        initlab("inspect", *common, "--samples", n, "--figure", "activations", "--plot", to)
        figure = Figure(to, "Activations before training", f"n = 1 network a scheme, {n} images", "activation, f(z)", "density, layer 2",
                        "layers 1 (16 x 40) and 2 (40 x 30) of 3")
        measured = [corners(e.get("d")) for e in figure.root.iter(SVG + "path") if e.get("stroke-linejoin")]
        theory = [corners(e.get("d")) for e in figure.of_class("theory")]
        check(len(measured) == len(theory) == 2, "activations: lines", len(measured), len(theory))
        weights, a = tensors(top / "w.safetensors"), x
        for layer, (line, law) in enumerate(zip(measured, theory)):
            a = f(a @ weights[f"layer{layer + 1}.weight"] + weights[f"layer{layer + 1}.bias"])
            across, up = figure.axis(False, layer), figure.axis(True, layer)
            want, edges = np.histogram(a, min(60, math.ceil(2 * a.size ** (1 / 3))), density=True)
            check(len(line) == len(law) == 2 * len(edges), "activations:", activation, "has", len(line), "and", len(law), "corners")
            near_pixel(across, line[0][0], a.min(), "activations: least of", activation, layer)
            near_pixel(across, line[-1][0], a.max(), "activations: largest of", activation, layer)
            wide, high = edges[1:] - edges[:-1], edges[1:].copy()
            if activation == "tanh":
                high[-1] = min(high[-1], 1 - 1e-12)
            sigma = math.sqrt(seen["layers"][layer]["theory_q"])
            mass = np.diff(stats.norm.cdf(np.concatenate([inverse[activation](edges[:1]), inverse[activation](high)]) / sigma))
            for b in range(len(want)):
                # a float sum may put a value on the other side of an edge: one of all of them, beside the pixel
                room = 1.01 / (a.size * wide[b])
                for (_, y), what, sure in ((line[2 * b + 1], want[b], room), (law[2 * b + 1], mass[b] / wide[b], 2e-3 * mass[b] / wide[b])):
                    low, top_of = sorted((up(y - 1), up(y + 1)))
                    check(low - sure <= what <= top_of + sure or what < up(y) * 1e-9 + 1e-9, "activations:", activation, layer, "bin", b, "is",
                          up(y), "not", what)


def check_term(folder):
    """Figures in a terminal: numbers of a heat map, places on the axis of intervals, and where a curve's letters are."""
    os.environ["COLUMNS"] = "100"
    mean = {(r["init"], r["lr"]): r["y"] for r in rows(folder, "SELECT init, lr, avg(test_accuracy) AS y FROM runs GROUP BY init, lr")}
    lines = initlab("plot", folder, "heatmap", "--by", "lr,init", "--term").splitlines()
    for init in {init for init, _ in mean}:
        row = next(line for line in lines if line.split("\u00b7")[0].split()[:1] == [init] or line.strip().startswith(init + " "))
        found = [float(n) for n in re.findall(r"(?<![\d.=])\d[\d.]*", row.split(init, 1)[1]) if n]
        want = [mean[init, lr] for lr in sorted(lr for i, lr in mean if i == init)]
        if init == "normal:std=1e20":
            found = found[-len(want):]
        check(len(found) == len(want) and all(abs(a - b) <= 6e-4 for a, b in zip(found, want)), "term: heat map of", init, found, want)
    lines = initlab("plot", folder, "intervals", "--where", "lr=0.05", "--term").splitlines()
    axis = next(i for i, line in enumerate(lines) if "\u252c" in line)
    left = re.search("[\u2500\u252c]+", lines[axis])
    ticks = [m.start() for m in re.finditer("\u252c", lines[axis]) if m.start() < left.end()]
    labels = [(m.start(), m.end(), float(m[0])) for m in re.finditer(r"-?[\d.]+", lines[axis + 1])]
    mean_ticks = [(t, next(v for a, b, v in labels if a <= t <= b)) for t in ticks]
    (p, a), (q, b) = mean_ticks[0], mean_ticks[-1]
    seen = 0
    for init in {init for init, _ in mean}:
        row = next(line for line in lines if line.startswith(init))
        at = re.search("[\u25cf\u25cb\u25bc\u25b2\u25c7\u25a1]", row[:left.end()])
        value = a + (at.start() - p) / (q - p) * (b - a)
        # a cell for the marker, and one for the ticks
        check(abs(value - mean[init, .05]) <= 2.01 * abs(b - a) / (q - p), "term: mean of", init, value, mean[init, .05])
        seen += 1
    check(seen == 4 and len(mean_ticks) > 2, "term: intervals", seen, mean_ticks)


def check_hostile(folder, to):
    """Names that somebody wrote into results.sqlite."""
    name = '</text><script>alert("1")</script>&\x01\u202e' + "x" * 200
    with sqlite3.connect(folder / "results.sqlite") as db:
        db.execute("UPDATE runs SET init = ? WHERE init = 'zeros'", (name,))
    for kind, more in (("intervals", []), ("curves", []), ("heatmap", ["--by", "init,lr"]), ("rates", []),
                       ("profile", []), ("improvement", ["--by", "init"]), ("critical-difference", ["--by", "init", "--across", "lr"])):
        initlab("compare", folder, "--figure", kind, "--plot", to, *more)
        f = Figure(to)
        check(any("</text><s" in w for w in f.words), kind, "does not show the hostile name")
        check(not any("\u202e" in w for w in f.root.itertext()), kind, "lets a name turn the text around")
        again = to.read_bytes()
        initlab("compare", folder, "--figure", kind, "--plot", to, *more)
        check(to.read_bytes() == again, kind, "differs when it is drawn again")


def check_raster(folder, top):
    magic = {".png": b"\x89PNG\r\n\x1a\n", ".pdf": b"%PDF-"}
    for ending, start in magic.items():
        to = top / f"figure{ending}"
        done = subprocess.run([PROGRAM, "compare", folder, "--plot", to], capture_output=True, text=True)
        if done.returncode == 2:
            check("librsvg2-dev" in done.stderr and not to.exists(), "no librsvg:", done.stderr)
            print(f"{ending}: refused, as librsvg is not there")
            continue
        check(done.returncode == 0 and to.read_bytes().startswith(start), ending, done.stderr)
        again = to.read_bytes()
        subprocess.run([PROGRAM, "compare", folder, "--plot", to], capture_output=True, check=True)
        check(to.read_bytes() == again, ending, "differs when it is drawn again")


def main():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        subprocess.run([sys.executable, HERE.parent / "cli/make_idx.py", top / "set", "192"], check=True)
        # from rates that train to rates that diverge, after some epochs or, from huge weights, at once
        initlab("sweep", "run", "--layers", "in,out", "--loss", "mse", "--output", "linear", "--init",
                "he_normal,glorot_uniform,zeros,normal:std=1e20", "--lr", "0.05,0.5,2.2", "--seeds", "0..4", "--epochs", "8", "--batch", "32",
                "--data", top / "set", "--devices", "cpu:1", "--out", top / "a", "-q")
        check_curves(top / "a", top / "curves.svg")
        check_small_multiples(top / "a", top / "multiples.svg")
        initlab("sweep", "run", "--layers", "in,out", "--init", "he_normal", "--lr", ",".join(str(2.0 ** -i) for i in range(14)),
                "--seeds", "0..1", "--epochs", "2", "--batch", "32", "--data", top / "set", "--devices", "cpu:1", "--out", top / "b", "-q")
        check_many(top / "b", top / "many.svg")
        initlab("sweep", "run", "--layers", "in,6,5,out", "--activation", "tanh", "--init", "he_normal,orthogonal", "--lr", "0.5", "--seeds",
                "0..2", "--epochs", "3", "--batch", "32", "--data", top / "set", "--devices", "cpu:1", "--diag", "every=step:4", "--out",
                top / "c", "-q")
        for column, words in (("activation_mean", "mean of activations"), ("saturated", "saturated (share of activations)"),
                              ("gradient_norm", "norm of the gradient, log scale"), ("distance", "distance from the start")):
            check_layers(top / "c", top / "layers.svg", column, words)
        initlab("sweep", "run", "--layers", "in,16,16,out", "--output", "linear", "--loss", "mse:reduction=sum", "--init",
                "he_normal,normal:std=0.9,normal:std=1e30", "--lr", "0.4", "--seeds", "0..4", "--epochs", "4", "--batch", "16",
                "--data", top / "set", "--devices", "cpu:1", "--diag", "every=step:4", "--out", top / "d", "-q")
        check_layers_diverged(top / "d", top / "diverged.svg")
        initlab("sweep", "run", "--layers", "in,6,5,4,out", "--activation", "linear", "--output", "linear", "--loss", "mse", "--init",
                "he_normal,h2=normal:std=1e30", "--init", "he_normal", "--seeds", "0..2", "--epochs", "2", "--batch", "32", "--data", top / "set", "--devices", "cpu:1", "--diag", "every=epoch",
                "--out", top / "e", "-q")
        check_layers_none(top / "e", top / "none.svg")
        for metric in ("test_accuracy", "cost"):
            check_intervals(top / "a", top / "intervals.svg", metric)
        check_heatmap(top / "a", top / "heatmap.svg")
        check_heatmap_text(top / "a", top / "heatmap.svg")
        check_rates(top / "a", top / "rates.svg")
        check_ranks(top / "a", top / "ranks.svg")
        check_spread(top / "a", top / "spread.svg")
        check_raster(top / "a", top)
        check_signal(top / "set", top / "signal.svg")
        check_weights(top / "set", top)
        check_activations(top / "set", top)
        check_term(top / "a")
        check_hostile(top / "a", top / "hostile.svg")
    sys.exit("\n".join(WRONG) if WRONG else 0)


if __name__ == "__main__":
    main()
