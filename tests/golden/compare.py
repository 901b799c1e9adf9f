#!/usr/bin/env python3
"""initlab compare of a sweep that was really trained, against SciPy on its results.sqlite, to 1e-9.

compare.py PROGRAM: trains in a folder of its own. Exits with 77 (skipped) where SciPy is missing.
"""
import csv
import io
import itertools
import json
import math
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from scipy import optimize, stats
except ImportError:
    print("skipped: no SciPy")
    sys.exit(77)

PROGRAM = sys.argv[1]
HERE = pathlib.Path(__file__).resolve().parent
WRONG = []


def check(good, *words):
    if not good:
        WRONG.append(" ".join(map(str, words)))


def near(got, want, *what):
    if got is None or got == "":
        got = math.nan
    got = float(got)
    check((math.isnan(got) and math.isnan(want)) or abs(got - want) <= 1e-9 * max(1, abs(want)), *what, repr(got), "not",
          repr(want))


def initlab(*words):
    return subprocess.run([PROGRAM, *map(str, words)], check=True, capture_output=True, text=True).stdout


def rows(folder, sql):
    with sqlite3.connect(folder / "results.sqlite") as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql)]


def holm(p):
    order, most, out = np.argsort(p), 0, np.empty(len(p))
    for i, k in enumerate(order):
        most = max(most, min(1, (len(p) - i) * p[k]))
        out[k] = most
    return out


def flips(d):
    """All sign flips, two-sided."""
    sums = np.array(list(itertools.product([1, -1], repeat=len(d)))) @ d
    return np.mean(np.abs(sums) >= abs(d.sum()) - 1e-12)


def paired(a, b):
    """Differences of the runs of two groups that have a partner, by what is not grouped by."""
    return np.array([a[key] - b[key] for key in a if key in b])


def student(df):
    """The .975 quantile, from SciPy's tail: its own ppf is off by 1e-8 where degrees of freedom are no whole number."""
    return optimize.brentq(lambda t: stats.t.sf(t, df) - .025, 1, 100, xtol=1e-13, rtol=1e-14)


def interval_of(x, conditions):
    """The 95 % interval of the mean of x: of how they differ within their conditions, where some condition has two."""
    cells = [np.array([v for v, c in zip(x, conditions) if c == one]) for one in sorted(set(conditions))]
    if len(cells) == 1 or max(map(len, cells)) == 1:
        return ("t", *stats.t.interval(.95, len(x) - 1, loc=x.mean(), scale=stats.sem(x))) if np.ptp(x) else ("equal", x[0], x[0])
    parts = [len(c) * c.var(ddof=1) / len(x)**2 for c in cells]
    if sum(parts) == 0:
        return "equal", x.mean(), x.mean()
    half = student(sum(parts)**2 / sum(v**2 / (len(c) - 1) for v, c in zip(parts, cells))) * math.sqrt(sum(parts))
    return "t within", x.mean() - half, x.mean() + half


def find_copies(runs, by, pooled):
    """Groups whose runs are equal in all results within each condition that has several: no sample of seeds."""
    cells = {}
    for run in (run for run in runs if run["test_accuracy"] is not None):
        results = tuple(run[c] for c in run if c.endswith(("accuracy", "cost")) and c not in by)
        cells.setdefault(tuple(str(run[c]) for c in by), {}).setdefault(tuple(str(run[c]) for c in pooled), []).append(results)
    return {g for g, c in cells.items() if all(len(set(x)) == 1 for x in c.values()) and max(map(len, c.values())) > 1}


def check_comparison(folder, by, pooled, metric="test_accuracy", control=None):
    words = ["--by", ",".join(by), "--metric", metric] + (["--control", control] if control else [])
    said = json.loads(initlab("compare", folder, "-o", "json", *words))
    runs = rows(folder, "SELECT * FROM runs ORDER BY number")
    groups, lost = {}, {}
    for run in runs:
        lost.setdefault(tuple(str(run[c]) for c in by), []).append(run[metric] is None)
        if run[metric] is not None:
            groups.setdefault(tuple(str(run[c]) for c in by), {})[tuple(str(run[c]) for c in ("seed", "data_seed", *pooled))] = run[metric]
    copies = find_copies(runs, by, pooled)
    sign = -1 if "cost" in metric else 1
    best_first = sorted(groups, key=lambda g: -sign * np.mean(list(groups[g].values())))
    check([tuple(g["by"][c] for c in by) for g in said["groups"]] == best_first, "order", metric)
    reference = (control,) if control else best_first[0]
    if control:
        compared = [g for g in best_first if g != reference]
        p = dict(zip(compared, holm([flips(paired(groups[g], groups[reference])) for g in compared])))
    else:
        pairs = [pair for pair in itertools.combinations(best_first, 2) if not set(pair) <= copies]
        p = dict(zip(pairs, holm([flips(paired(groups[b], groups[a])) for a, b in pairs])))
        p = {g: p.get((reference, g)) for g in best_first}
    for g in said["groups"]:
        name = tuple(g["by"][c] for c in by)
        x = np.array(list(groups[name].values()))
        near(g["mean"], x.mean(), name, "mean")
        near(g["sd"], x.std(ddof=1), name, "sd")
        # a run that diverged has no cost: it is the worst of all, and in no mean
        order = np.concatenate([x, np.full(sum(lost[name]), -sign * math.inf)])
        check((g["n"], g["lost"]) == (len(x), sum(lost[name])), name, "lost", g["lost"])
        near(g["median"], finite(np.median(order)), name, "median")
        near(g["least"], finite(order.min()), name, "least")
        near(g["most"], finite(order.max()), name, "most")
        kind, low, high = ("none", math.nan, math.nan) if name in copies else interval_of(x, [key[2:] for key in groups[name]])
        check(g["copies"] == (name in copies), name, "copies", g["copies"])
        check(g["mean_interval"] == kind, name, "kind of interval", g["mean_interval"], kind)
        near(g["mean_low"], low, name, "low end")
        near(g["mean_high"], high, name, "high end")
        if name == reference:
            check(g["verdict"] == ("control" if control else "best"), name, g["verdict"])
            check((g["difference_interval"], g["p_kind"]) == ("none", "none"), name, "kinds of no difference")
            continue
        d = paired(groups[name], groups[reference])
        check(g["pairs"] == len(d), name, "pairs", g["pairs"], len(d))
        kind, low, high = interval_of(d, [key[2:] for key in groups[name] if key in groups[reference]])
        check((g["difference_interval"], g["p_kind"], g["unit"]) == (kind, "exact", "pairs"), name, "kinds", g["difference_interval"], kind)
        check((g["units_here"], g["units_there"]) == (len(d), len(d)), name, "units")
        near(g["difference"], d.mean(), name, "difference")
        near(g["p_alone"], flips(d), name, "p")
        near(g["p"], p[name], name, "p after Holm")
        near(g["difference_low"], low, name, "difference's low end")
        near(g["difference_high"], high, name, "difference's high end")
        both = [list(groups[k].values()) for k in (name, reference)]
        larger = stats.mannwhitneyu(*[np.array(list(paired_values(groups, name, reference, i))) for i in (0, 1)],
                                    method="asymptotic").statistic / len(d) ** 2
        near(g["improvement"], larger if sign > 0 else 1 - larger, name, "improvement", len(both))
        worse = d.mean() * sign < 0
        least = next(n for n in range(1, 99) if 2 * said["comparisons"] / 2**n < .05)
        check(g["verdict"] == ("too few" if len(d) < least else "same" if p[name] >= .05 else "worse" if worse else "better"), name, "verdict", g["verdict"])
    return said


def labels(cells):
    """p of labels permuted within cells, pairs of groups' values; every way there is, and their number"""
    total = sum(len(x) + len(y) for x, y in cells)
    away = np.zeros(1)
    for x, y in cells:
        both, weight = np.concatenate([x, y]), (len(x) + len(y)) / total
        sums = np.array([both[list(c)].sum() for c in itertools.combinations(range(len(both)), len(x))])
        one = weight * (sums / len(x) - (both.sum() - sums) / len(y))
        away = np.add.outer(away, one).ravel()
    mean = sum((len(x) + len(y)) / total * (x.mean() - y.mean()) for x, y in cells)
    return np.mean(np.abs(away) >= abs(mean) - 1e-12), len(away)


def unpaired(cells):
    """The difference of groups whose runs have no partners, by cells of one condition, as numpy and SciPy have it."""
    n, m = sum(len(x) for x, _ in cells), sum(len(y) for _, y in cells)
    weight = [(len(x) + len(y)) / (n + m) for x, y in cells]
    mean = sum(w * (x.mean() - y.mean()) for w, (x, y) in zip(weight, cells))
    parts = [(w * w * v.var(ddof=1) / len(v), len(v) - 1) for w, cell in zip(weight, cells) for v in cell]
    variance = sum(v for v, _ in parts)
    df = variance**2 / sum(v * v / free for v, free in parts)
    half = student(df) * math.sqrt(variance)
    spread = sum(v.var(ddof=1) * (len(v) - 1) for cell in cells for v in cell) / (n + m - 2 * len(cells))
    larger = sum(w * stats.mannwhitneyu(x, y, method="asymptotic").statistic / len(x) / len(y) for w, (x, y) in zip(weight, cells))
    if len(cells) == 1 and all(map(np.ptp, cells[0])): # SciPy has no strata
        x, y = cells[0]
        near(2 * stats.t.sf(abs(mean) / math.sqrt(variance), df), stats.ttest_ind(x, y, equal_var=False).pvalue, "Welch")
    return {"difference": mean, "difference_low": mean - half, "difference_high": mean + half, "effect": mean / math.sqrt(spread),
            "improvement": larger, "units_here": n, "units_there": m}


def check_unpaired(folders, by, pooled, control, settings=False, metric="test_accuracy"):
    """Groups that share no seeds with the control: runs against runs within conditions, or means of settings."""
    said = json.loads(initlab("compare", *folders, "-o", "json", "--by", ",".join(by), "--control", control, "--metric", metric))
    sign, groups = -1 if "cost" in metric else 1, {}
    for run in (run for folder in folders for run in rows(folder, "SELECT * FROM runs ORDER BY number")):
        groups.setdefault(run[by[0]], {}).setdefault(tuple(run[c] for c in pooled), []).append(run[metric])
    p, counts = {}, {}
    for g in said["groups"]:
        name = g["by"][by[0]]
        if name == control:
            check(g["unit"] == "none" and g["left_over"] == 0, name, "the control", g["unit"], g["left_over"])
            continue
        if settings:
            check(not set(groups[name]) & set(groups[control]), "settings in common: the test sees nothing")
            cells = [tuple(np.array([np.mean(x) for x in groups[k].values()]) for k in (name, control))]
        else:
            cells = [(np.array(groups[name][c]), np.array(groups[control][c])) for c in groups[control]]
        for what, want in unpaired(cells).items():
            near(g[what], 1 - want if what == "improvement" and sign < 0 else want, name, what, "unpaired")
        check((g["unit"], g["pairs"], g["left_over"]) == ("settings" if settings else "runs", 0, 0), name, "unit", g["unit"])
        check(g["difference_interval"] == "Welch", name, "kind of interval", g["difference_interval"])
        p[name], counts[name] = labels(cells)
        check(g["p_kind"] == ("exact" if counts[name] <= 100000 else "sampled"), name, "kind of p", g["p_kind"], counts[name])
        if counts[name] <= 100000:
            near(g["p_alone"], p[name], name, "p of labels")
        else: # what 100,000 labels leave: 5 standard deviations
            check(abs(g["p_alone"] - p[name]) < 5 * math.sqrt(p[name] * (1 - p[name]) / 1e5) + 2e-5, name, g["p_alone"], p[name])
            p[name] = g["p_alone"]
    for g, want in zip((g for g in said["groups"] if g["by"][by[0]] != control), holm(list(p.values()))):
        near(g["p"], want, g["by"], "p after Holm, unpaired")
        ahead = sign * g["difference"] > 0
        check(g["verdict"] == ("same" if want >= .05 else "better" if ahead else "worse"), g["by"], "verdict", g["verdict"], want)
    return said


def check_no_pairs(top):
    """Folders with other seeds, of one rate and of two pooled ones; a random search."""
    words = ["--layers", "in,8,out", "--epochs", "2", "--batch", "16", "--data", top / "set", "--devices", "cpu:1", "-q"]
    initlab("sweep", "run", "--init", "he_normal", "--lr", "0.05,0.5", "--seeds", "0..4", "--out", top / "left", *words)
    initlab("sweep", "run", "--init", "glorot_uniform,normal:std=0.5", "--lr", "0.05,0.5", "--seeds", "10..13", "--out", top / "right", *words)
    text = check_unpaired([top / "left", top / "right"], ["init"], ["lr"], "he_normal")["answer"]
    check(", unpaired" in text and "n = 8 and 10 runs" in text, text)
    both = [top / "left", top / "right"]
    for form in "text", "md", "tex":
        text = initlab("compare", *both, "--by", "init", "--control", "he_normal", "-o", form)
        for word in "interval (Welch)", "unpaired: 2 groups have no run that is alike in seed and lr to one of the control", "within settings", \
                "p (exact, sampled)" if "exact, sampled" in text else "p (", "permutations of labels, unpaired", "of each group at least":
            check(word in text.replace("\\_", "_"), form, "has no", word)
        check("d_z" not in text and "sign flips" not in text, form, "speaks of pairs")
    drawn = initlab("plot", *both, "intervals", "--by", "init", "--control", "he_normal")
    check("unpaired: 2 groups have no run" in drawn, "the figure has no word of unpaired groups")
    initlab("report", *both, "--by", "init", "--control", "he_normal", "-o", top / "page.html")
    page = (top / "page.html").read_text()
    check("unpaired: 2 groups have no run" in page and ", unpaired" in page, "the report has no word of unpaired groups")
    # one condition: SciPy's own Welch and Mann-Whitney; all choices of 4 out of 9
    initlab("sweep", "run", "--init", "he_normal", "--lr", "0.05", "--seeds", "0..4", "--out", top / "one", *words)
    initlab("sweep", "run", "--init", "glorot_uniform,normal:std=0.5", "--lr", "0.05", "--seeds", "10..13", "--out", top / "two", *words)
    said = check_unpaired([top / "one", top / "two"], ["init"], [], "he_normal")
    check({g["p_kind"] for g in said["groups"]} == {"none", "exact"}, "p of 5 and 4 runs is not exact")
    check_unpaired([top / "one", top / "two"], ["init"], [], "he_normal", metric="cost")
    check_unpaired(both, ["init"], ["lr"], "he_normal", metric="test_cost")
    # files of train with seeds of their own are groups of such runs
    files = []
    for init, seeds in ("he_normal", (0, 1, 2)), ("glorot_uniform", (7, 8, 9, 10)):
        for seed in seeds:
            files.append(top / f"{init}-{seed}.jsonl")
            initlab("train", "--layers", "in,8,out", "--init", init, "--seed", seed, "--epochs", "2", "--batch", "16", "--data", top / "set",
                    "--device", "cpu", "--quiet", "--out", files[-1])
    x, y = ([[json.loads(line) for line in f.read_text().splitlines()][-1]["test_accuracy"] for f in files if f.name.startswith(init)]
            for init in ("glorot_uniform", "he_normal"))
    g = json.loads(initlab("compare", *files, "-o", "json", "--control", "he_normal"))["groups"]
    g, = (row for row in g if row["by"]["init"] == "glorot_uniform")
    check((g["unit"], g["units_here"], g["units_there"], g["verdict"]) == ("runs", 4, 3, "same" if g["p"] >= .05 else "worse"), "files", g)
    near(g["difference"], np.mean(x) - np.mean(y), "files: difference")
    near(g["p"], labels([(np.array(x), np.array(y))])[0], "files: p")
    # all pairs share Holm's correction, paired ones too
    said = json.loads(initlab("compare", top / "one", top / "two", "-o", "json"))
    check(said["comparisons"] == 3, "comparisons", said["comparisons"])
    (top / "random.yaml").write_text("method: random\ncount: 12\nparameters:\n  layers: 'in,8,out'\n  init: [he_normal, 'normal:std=0.5']\n"
                                     "  batch: 16\n  epochs: 2\n  lr: {min: 0.001, max: 0.5, distribution: log_uniform_values}\nseeds: 0..2\n")
    initlab("sweep", "run", top / "random.yaml", "--data", top / "set", "--devices", "cpu:1", "-q", "--out", top / "random")
    said = check_unpaired([top / "random"], ["init"], ["lr"], "he_normal", settings=True)
    check("settings" in said["answer"] and ", unpaired" in said["answer"], said["answer"])
    text = initlab("compare", top / "random", "--by", "init")
    check("unpaired: 1 group shares no values of what is pooled with the best" in text, text)


def finite(x):
    return float(x) if math.isfinite(x) else math.nan


def paired_values(groups, a, b, which):
    return [(groups[a][key], groups[b][key])[which] for key in groups[a] if key in groups[b]]


def check_curves(folder):
    """Epochs to a target, which runs that diverged or are stuck never reach, and the area under the loss curve."""
    said = json.loads(initlab("compare", folder, "-o", "json", "--by", "init", "--target", "0.6"))
    epochs = {}
    for e in rows(folder, "SELECT runs.init, status = 'ok' AND NOT stuck AS well, epochs.* FROM epochs JOIN runs USING (run_id) ORDER BY number, epoch"):
        epochs.setdefault(e["init"], {}).setdefault(e["run_id"], []).append(e)
    for g in said["groups"]:
        runs = epochs[g["by"]["init"]].values()
        first = [min((e["epoch"] for e in run if e["well"] and e["test_accuracy"] >= .6), default=math.inf) for run in runs]
        check(g["reached"] == sum(map(math.isfinite, first)), g["by"], "reached", g["reached"])
        middle = float(np.median(first))
        near(g["reached_median"], finite(middle), g["by"], "epochs to the target")
        # not reached: all 4 epochs, those of runs that diverged in the first, too
        near(g["reached_mean"], np.minimum(first, 4).mean(), g["by"], "restricted mean of epochs to the target")
        share = stats.binomtest(g["reached"], len(first)).proportion_ci(method="wilson")
        check((g["reached_interval"], g["target"]) == ("none" if g["copies"] else "Wilson", .6), g["by"], "the target", g["target"])
        if not g["copies"]:
            near(g["reached_low"], share.low, g["by"], "low end of the share")
            near(g["reached_high"], share.high, g["by"], "high end of the share")
        areas = [np.trapz([e["cost"] for e in run]) for run in runs if all(e["cost"] is not None for e in run)]
        near(g["area"], np.mean(areas) if areas else math.nan, g["by"], "area")


def check_target(folder):
    """The target stands in every format, and beside it how the numbers came about."""
    words = "compare", folder, "--by", "init", "--target", "0.6"
    by_json = json.loads(initlab(*words, "-o", "json"))
    check(by_json["target"] == .6 and 0 < sum(g["reached"] for g in by_json["groups"]), "no target in json")
    for g, row in zip(by_json["groups"], csv.DictReader(io.StringIO(initlab(*words, "-o", "csv")))):
        check((row["target"], row["reached_interval"]) == ("0.6", "none" if g["copies"] else "Wilson"), "csv", row["target"], row["reached_interval"])
        for name in "reached_low", "reached_high", "reached_mean":
            check(row[name] == "" if g[name] is None else abs(float(row[name]) - g[name]) <= 1e-9, "csv", name)
    for form in "text", "md", "tex":
        text = initlab(*words, "-o", form)
        for word in "interval (t within)", "Student's t within settings", "interval (Wilson)", "p (exact)", "mean epochs", "a test accuracy of 0.6":
            check(word in text, form, "has no", word)
        for g in by_json["groups"]:
            for word in "" if g["copies"] else f"{g['reached_low']:.3f}, {g['reached_high']:.3f}]", f"{g['reached_mean']:.4g}":
                check(word in text, form, "has no", word)
    none = json.loads(initlab("compare", folder, "--by", "init", "-o", "json"))
    check(none["target"] is None, "a target that nobody gave")
    check({(g["target"], g["reached_interval"], g["reached_low"], g["reached_mean"]) for g in none["groups"]} ==
          {(None, "none", None, None)}, "numbers of no target")
    check("Wilson" not in initlab("compare", folder, "--by", "init"), "a column of no target")


def check_many(folder):
    """From 40 runs on a mean has a bootstrap's interval, from 13 pairs on flips are drawn; one group has fewer."""
    said = json.loads(initlab("compare", folder, "-o", "json"))
    kinds = {g["by"]["init"]: (g["mean_interval"], g["difference_interval"], g["p_kind"]) for g in said["groups"]}
    check(list(kinds.values()) == [("BCa", "none", "none"), ("BCa", "BCa", "sampled")], kinds)
    text = initlab("compare", folder)
    for word in "interval (BCa)", "p (sampled)", "by BCa bootstrap (10,000", "p: 100,000 random sign flips":
        check(word in text, "40 runs: no", word)
    text = initlab("compare", folder, "--where", "seed=" + ",seed=".join(map(str, range(12))))
    check("interval (t)" in text and "p (exact)" in text and "BCa" not in text and "random" not in text, text)


def check_medians(folder):
    """The median of a table is the last one of the curves, whatever diverged."""
    said = json.loads(initlab("compare", folder, "-o", "json", "--by", "init", "--metric", "cost"))
    last = {}
    for e in rows(folder, "SELECT runs.init, epochs.cost FROM epochs JOIN runs USING (run_id) WHERE epoch = 4"):
        last.setdefault(e["init"], []).append(math.inf if e["cost"] is None else e["cost"])
    check(any(math.inf in x for x in last.values()), "nothing diverged: the test sees nothing")
    for g in said["groups"]:
        near(g["median"], finite(np.median(last[g["by"]["init"]])), g["by"], "median of the last epoch")
    lost = sum(x.count(math.inf) for x in last.values())
    text = initlab("compare", folder, "--by", "init", "--metric", "cost")
    check(f"{lost} of {sum(map(len, last.values()))} runs have no finite cost" in text, "no word of runs without a cost")
    for kind in "intervals", "heatmap", "rates":
        drawn = initlab("plot", folder, kind, "--by", "init,lr", "--metric", "cost")
        check("have no finite cost" in drawn, kind, "has no word of runs without a cost")
    check("as in the table" in initlab("plot", folder, "curves", "--by", "init", "--metric", "cost"), "curves: no word")


def check_tuning(folder):
    """Each scheme with its best rate by validation, and the expected test result of the best of k runs."""
    said = json.loads(initlab("compare", folder, "-o", "json", "--best-over", "lr", "--budget"))
    runs = rows(folder, "SELECT * FROM runs ORDER BY number")
    by_rate, trials = {}, {}
    for run in runs:
        by_rate.setdefault(run["init"], {}).setdefault(str(run["lr"]), []).append(run)
        trials.setdefault(run["init"], []).append((run["validation_accuracy"], run["number"], run["test_accuracy"]))
    chosen = {init: max(rates, key=lambda lr: np.mean([r["validation_accuracy"] for r in rates[lr]]))
              for init, rates in by_rate.items()}
    check(len(set(chosen.values())) > 1, "one rate is best for all: the test sees nothing", chosen)
    for g in said["groups"]:
        init = g["by"]["init"]
        check(g["by"]["lr"] == chosen[init], init, "rate", g["by"]["lr"], "not", chosen[init])
        near(g["mean"], np.mean([r["test_accuracy"] for r in by_rate[init][chosen[init]]]), init, "mean at its best rate")
    for init, expected in said["budgets"].items():
        order = [test for _, _, test in sorted(trials[init])]
        check(len(expected) == len(order), init, "trials")
        for k in 1, 2, 3:
            near(expected[k - 1], np.mean([order[max(c)] for c in itertools.combinations(range(len(order)), k)]), init,
                 "best of", k)
    check("--validation" in fails("compare", folder.parent / "a", "--best-over", "lr"), "no word of --validation")


def check_across(folder):
    """Ranks within conditions; every seed and rate a condition here."""
    said = json.loads(initlab("compare", folder, "-o", "json", "--by", "init", "--across", "seed,lr"))
    cells = {}
    for run in rows(folder, "SELECT * FROM runs ORDER BY number"):
        cells.setdefault((run["seed"], run["lr"]), {})[run["init"]] = run["test_accuracy"]
    names = sorted(next(iter(cells.values())))
    x = np.array([[cell[name] for name in names] for cell in cells.values()])
    check(said["conditions"] == len(cells) and said["left_out"] == 0, "conditions", said["conditions"])
    near(said["chi2"], stats.friedmanchisquare(*x.T).statistic, "Friedman")
    near(said["chi2_p"], stats.friedmanchisquare(*x.T).pvalue, "Friedman's p")
    ranks = dict(zip(names, stats.rankdata(-x, axis=1).mean(axis=0)))
    order = sorted(names, key=lambda name: ranks[name])
    check([g["group"] for g in said["groups"]] == order, "order of ranks")
    pairs = list(itertools.combinations(range(len(order)), 2))
    column = [x[:, names.index(name)] for name in order]
    p = holm([signed_ranks(column[i] - column[j]) for i, j in pairs])
    for (i, j), want in zip(pairs, p):
        near(said["groups"][i]["p"][j], want, "p of", order[i], order[j])
        share = said["groups"][i]["same_as"], said["groups"][j]["same_as"]
        if j == i + 1:
            check(bool(set(share[0]) & set(share[1])) == (want >= .05), "letters of", order[i], order[j], share)
    for i, g in enumerate(said["groups"]):
        near(g["rank"], ranks[g["group"]], "rank of", g["group"])
        near(g["mean"], column[i].mean(), "mean of", g["group"])
        if i: # one run a condition: how often it wins
            near(g["improvement"], np.mean((column[0] > column[i]) + (column[0] == column[i]) / 2), "improvement", g["group"])


def check_spread(folder):
    """Who beats whom, and profiles, over both rates as conditions; of a cost, which is better below."""
    runs = rows(folder, "SELECT * FROM runs ORDER BY number")
    for metric in "test_accuracy", "cost":
        said = json.loads(initlab("compare", folder, "-o", "json", "--by", "init", "--across", "lr", "--metric", metric))
        sign = -1 if metric == "cost" else 1
        x = {}
        for run in runs:
            x.setdefault(run["init"], {}).setdefault(run["lr"], []).append(-math.inf if run[metric] is None else sign * run[metric])
        check(len(said["improvements"]) == len(x) * (len(x) - 1) // 2, "pairs", len(said["improvements"]))
        for pair in said["improvements"]:
            a, b = x[pair["group"]], x[pair["beats"]]
            near(pair["p"], np.mean([np.mean([(p > q) + (p == q) / 2 for p in a[lr] for q in b[lr]]) for lr in a]), pair)
            check(pair["low"] <= pair["p"] <= pair["high"], "interval", pair)
        for g in said["groups"][1:]:
            pair = next(p for p in said["improvements"] if {p["group"], p["beats"]} == {g["group"], said["groups"][0]["group"]})
            near(g["improvement"], pair["p"] if pair["beats"] == g["group"] else 1 - pair["p"], "improvement", g["group"])
        bounds = said["profile"]["bounds"]
        check(bounds == sorted({v * sign for g in x.values() for c in g.values() for v in c if math.isfinite(v)}), "bounds")
        for name, g in said["profile"]["groups"].items():
            for t, share, low, high in zip(bounds, g["share"], g["low"], g["high"]):
                near(share, np.mean([np.mean(np.array(c) > sign * t) for c in x[name].values()]), metric, name, "profile at", t)
                check(low <= share <= high, metric, name, "band at", t)


def check_lost(folder):
    """Runs that diverged are worse than all that have a cost: whole groups of them in some conditions, parts of them in others."""
    x = {}
    for run in rows(folder, "SELECT * FROM runs ORDER BY number"):
        condition = x.setdefault((run["activation"], run["lr"]), {})
        condition.setdefault(run["init"], []).append(-math.inf if run["cost"] is None else -run["cost"])
    said = json.loads(initlab("compare", folder, "-o", "json", "--by", "init", "--across", "activation,lr", "--metric", "cost"))
    lost = lambda values: np.mean(np.isinf(values))
    mean = lambda values: np.mean([v for v in values if math.isfinite(v)] or [-math.inf])
    shares = {lost(g) for c in x.values() for g in c.values()}
    check(0 in shares and 1 in shares and len(shares) > 2, "the sweep is not what it is for", shares)
    check(said["conditions"] == len(x) and said["left_out"] == 0, "conditions with lost groups", said["conditions"], said["left_out"])
    names = [g["group"] for g in said["groups"]]
    # places within a condition: the fewest lost first, then the mean
    place = np.array([[sum((lost(c[b]), -mean(c[b])) < (lost(c[a]), -mean(c[a])) for b in names) for a in names] for c in x.values()])
    ranks = np.array([stats.rankdata(row) for row in place])
    near(said["chi2"], stats.friedmanchisquare(*place.T).statistic, "Friedman of lost groups")
    near(said["chi2_p"], stats.friedmanchisquare(*place.T).pvalue, "Friedman's p of lost groups")
    pairs = list(itertools.combinations(range(len(names)), 2))
    p = []
    for i, j in pairs: # infinitely far apart: further than all that is finite
        d = [(mean(c[names[i]]) - mean(c[names[j]]) if mean(c[names[i]]) != mean(c[names[j]]) else 0)
             if lost(c[names[i]]) == lost(c[names[j]]) else np.sign(lost(c[names[j]]) - lost(c[names[i]])) * 1e300 for c in x.values()]
        p.append(signed_ranks(np.array(d)))
    for (i, j), want in zip(pairs, holm(p)):
        near(said["groups"][i]["p"][j], want, "p of", names[i], names[j], "with lost runs")
    for i, g in enumerate(said["groups"]):
        near(g["rank"], ranks[:, i].mean(), "rank of", g["group"], "with lost runs")
        means = [mean(c[g["group"]]) for c in x.values() if math.isfinite(mean(c[g["group"]]))]
        near(g["mean"], -np.mean(means) if means else math.nan, "mean of", g["group"], "with lost runs")
        check(g["lost"] == sum(np.isinf(c[g["group"]]).sum() for c in x.values()), "lost runs of", g["group"], g["lost"])
        if i:
            near(g["improvement"], np.mean([np.mean([(a > b) + (a == b) / 2 for a in c[names[0]] for b in c[g["group"]]])
                                            for c in x.values()]), "improvement over", g["group"], "with lost runs")
    # figures order groups as the table does: the fewest lost of all first, then the mean
    total = {a: (np.mean([np.isinf(v) for c in x.values() for v in c[a]]),
                 -np.mean([mean(c[a]) for c in x.values() if math.isfinite(mean(c[a]))] or [-math.inf])) for a in names}
    check(list(said["profile"]["groups"]) == sorted(names, key=total.get), "order of profiles", list(said["profile"]["groups"]), total)
    check([m["group"] for m in said["improvements"][:len(names) - 1]] == [min(names, key=total.get)] * (len(names) - 1), "order of pairs")
    for name, g in said["profile"]["groups"].items():
        for t, share in zip(said["profile"]["bounds"], g["share"]):
            near(share, np.mean([np.mean(np.array(c[name]) > -t) for c in x.values()]), "profile of", name, "at", t)
    whole = [a for a in names if total[a][0] == 1]
    check(len(whole) == 1 and set(said["profile"]["groups"][whole[0]]["share"]) == {0}, "a wholly lost group's profile", whole)


def signed_ranks(d):
    """Wilcoxon's p by all sign flips, ties as they are."""
    d = d[d != 0]
    if len(d) == 0:
        return 1.
    ranks = stats.rankdata(np.abs(d))
    low = min(ranks[d > 0].sum(), ranks[d < 0].sum())
    flips = np.array(list(itertools.product([0, 1], repeat=len(d)))) @ ranks
    return min(1, 2 * np.mean(flips <= low + 1e-9))


def fails(*words):
    done = subprocess.run([PROGRAM, *map(str, words)], check=False, capture_output=True, text=True)
    check(done.returncode == 2, words, done.returncode)
    return done.stderr


def check_formats(folder):
    by_json = json.loads(initlab("compare", folder, "--by", "init", "-o", "json"))["groups"]
    by_csv = list(csv.DictReader(io.StringIO(initlab("compare", folder, "--by", "init", "-o", "csv"))))
    lines = [json.loads(line) for line in initlab("compare", folder, "--by", "init", "-o", "jsonl").splitlines()]
    check(lines == by_json, "jsonl and json differ")
    formats = (HERE.parent.parent / "docs/formats.md").read_text().partition("### Columns of compare")[2].partition("## --save")[0]
    rows_of_doc = {name.strip() for row in formats.splitlines() if row.startswith("| ") for name in row.split("|")[1].split(",")}
    check(rows_of_doc - {"column", "---"} == set(by_json[0]) - {"by"}, "docs/formats.md:", rows_of_doc ^ set(by_json[0]))
    for a, b in zip(by_json, by_csv):
        words = {name for name, value in a.items() if isinstance(value, str)}
        check({"metric", "verdict", "best_run", "mean_interval", "reached_interval", "difference_interval", "p_kind", "unit"} == words, words)
        for name in words:
            check(a[name] == b[name], "csv", name, b[name])
        for name in set(a) - {"by"} - words:
            near(b[name], math.nan if a[name] is None else a[name], "csv", name)
    text = initlab("compare", folder, "--by", "init")
    for g in by_json:
        check(g["by"]["init"] in text and f"{g['mean']:.4f}" in text, "the table lacks", g["by"])
    check("pooled within groups: lr; intervals are of how runs differ within each setting of these" in text, "what is pooled is not named")
    check(text.splitlines()[0].startswith(by_json[0]["by"]["init"] + " is best"), text.splitlines()[0])
    markdown = initlab("compare", folder, "-o", "md").splitlines()
    table = [line for line in markdown if line.startswith("|")]
    check(len({line.replace(r"\|", "").count("|") for line in table}) == 1, "columns of the Markdown table")
    latex = initlab("compare", folder, "-o", "tex")
    check(latex.count(r"\begin{tabular}") == latex.count(r"\end{tabular}") == 1, "LaTeX")


def main():
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        subprocess.run([sys.executable, HERE.parent / "cli/make_idx.py", top / "set", "192"], check=True)
        # 3 schemes, 2 rates, 6 seeds; and the same schemes with other seeds in a folder of their own
        initlab("sweep", "run", "--layers", "in,8,out", "--init", "he_normal,zeros,normal:std=30", "--lr", "0.1,0.5", "--seeds",
                "0..5", "--epochs", "4", "--batch", "16", "--data", top / "set", "--devices", "cpu:1", "--out", top / "a", "-q")
        initlab("sweep", "run", "--layers", "in,8,out", "--init", "he_normal,zeros", "--lr", "0.1,0.5", "--seeds", "4..8",
                "--epochs", "4", "--batch", "16", "--data", top / "set", "--devices", "cpu:1", "--out", top / "b", "-q")
        initlab("sweep", "run", "--layers", "in,8,out", "--init", "he_normal,normal:std=3,zeros", "--lr", "0.003,0.1,3", "--seeds", "0..3",
                "--epochs", "3", "--batch", "16", "--validation", "64", "--data", top / "set", "--devices", "cpu:1", "--out",
                top / "v", "-q")
        check_no_pairs(top)
        check_tuning(top / "v")
        check_comparison(top / "a", ["init"], ["lr"])
        check_comparison(top / "a", ["init", "lr"], [])
        check_comparison(top / "a", ["init"], ["lr"], "cost")
        check_comparison(top / "a", ["init"], ["lr"], control="zeros")
        check_across(top / "a")
        check_spread(top / "a")
        initlab("sweep", "run", "--layers", "in,8x5,out", "--init", "he_normal,lecun_normal,normal:std=9,normal:std=12,normal:std=1e20",
                "--activation", "relu,elu,leaky_relu", "--lr", "0.01,0.02", "--seeds", "0..4", "--epochs", "2", "--batch", "16", "--data",
                top / "set", "--devices", "cpu:1", "--out", top / "lost", "-q")
        check_lost(top / "lost")
        check_curves(top / "a")
        check_target(top / "a")
        initlab("sweep", "run", "--layers", "in,8x4,out", "--init", "he_normal,normal:std=30", "--lr", "0.1,0.5", "--seeds", "0..5",
                "--epochs", "4", "--batch", "16", "--data", top / "set", "--devices", "cpu:1", "--out", top / "deep", "-q")
        check_medians(top / "deep")
        initlab("sweep", "run", "--layers", "in,out", "--init", "he_normal,normal:std=3", "--seeds", "0..39", "--epochs", "1",
                "--batch", "16", "--data", top / "set", "--devices", "cpu:1", "--out", top / "many", "-q")
        check_many(top / "many")
        check_formats(top / "a")
        alone = json.loads(initlab("compare", top / "a", "-o", "json"))
        check(alone["by"] == ["init", "lr"] and alone["pooled"] == [], "groups are not by all that varies:", alone["by"])
        some = json.loads(initlab("compare", top / "a", "-o", "json", "--where", "lr=0.10,init=zeros,init=he_normal"))
        check(some["by"] == ["init"] and [g["runs"] for g in some["groups"]] == [6, 6], "--where", some["by"])
        both = json.loads(initlab("compare", top / "a", top / "b", "-o", "json", "--by", "init"))
        runs = {g["by"]["init"]: g["runs"] for g in both["groups"]}
        check(runs == {"he_normal": 18, "zeros": 18, "normal:std=30": 12}, "two folders", runs)
        check("8 runs are there more than once: each counts once" in both["notes"], both["notes"])
        pairs = {g["by"]["init"]: (g["pairs"], g["left_over"]) for g in both["groups"]}
        check(pairs["normal:std=30"] == (12, 0) or both["groups"][0]["by"]["init"] == "normal:std=30", pairs)
    sys.exit("\n".join(WRONG) if WRONG else 0)


main()
