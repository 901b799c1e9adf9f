#!/usr/bin/env python3
"""The library's statistics against SciPy's, on drawn samples; how often intervals cover and equal groups are told apart.

statistics.py PROGRAM LIBINITLAB.so [SEED]
Closed formulas agree to 1e-9; bootstraps and permutations that draw, within their own error: 5 standard deviations of
what 10,000 resamples or 100,000 flips leave. Exits with 77 (skipped) where SciPy is missing.
"""
import ctypes
import itertools
import math
import sys

try:
    import numpy as np
    import scipy
    from scipy import optimize, stats
except ImportError:
    print("skipped: no SciPy")
    sys.exit(77)

LIB = ctypes.CDLL(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20261127
RNG = np.random.default_rng(SEED)
D, N = ctypes.c_double, ctypes.c_size_t
OK, USAGE = 0, 1
NONE, SAME, STUDENT, BOOTSTRAP, WELCH, WILSON, PERCENTILE, WITHIN = range(8)
WRONG = []


class Interval(ctypes.Structure):
    _fields_ = [("low", D), ("high", D), ("kind", ctypes.c_int)]


class Summary(ctypes.Structure):
    _fields_ = [("n", N), ("mean", D), ("sd", D), ("median", D), ("iqm", D), ("least", D), ("most", D),
                ("interval", Interval)]


class Difference(ctypes.Structure):
    _fields_ = [("n", N), ("m", N), ("mean", D), ("sd", D), ("interval", Interval), ("p", D), ("least_p", D),
                ("exact", ctypes.c_int), ("welch_p", D), ("effect", D), ("improvement", D)]


class Friedman(ctypes.Structure):
    _fields_ = [("chi2", D), ("chi2_p", D), ("f", D), ("f_p", D)]


LIB.il_wilson.restype = Interval
LIB.il_wilson.argtypes = [N, N, D]
LIB.il_pairs_needed.restype = LIB.il_pairs_least.restype = N
LIB.il_pairs_needed.argtypes = [D, D, D, N]
LIB.il_runs_needed.restype = LIB.il_runs_least.restype = N
LIB.il_runs_needed.argtypes = [D, D, N]
LIB.il_runs_least.argtypes = [D, N]
LIB.il_pairs_least.argtypes = [D, N]
LIB.il_stuck_accuracy.restype = D
LIB.il_stuck_accuracy.argtypes = [D, N]


class Stuck(ctypes.Structure):
    _fields_ = [("accuracy", D), ("epochs", N), ("guessing", N)]


LIB.il_stuck_epoch.argtypes = [ctypes.POINTER(Stuck), D]
LIB.il_is_stuck.argtypes = [ctypes.POINTER(Stuck)]


def array(x):
    return (D * len(x))(*map(float, x))


def check(good, *words):
    if not good:
        WRONG.append(" ".join(map(str, words)))


def near(got, want, what, tolerance=1e-9):
    if math.isnan(want) or math.isinf(want):
        check(got == want or (math.isnan(got) and math.isnan(want)), what, got, "not", want)
    else:
        check(abs(got - want) <= tolerance * max(1, abs(want)), what, repr(got), "not", repr(want))


def summary(x, level=0.95, seed=1):
    out = Summary()
    code = LIB.il_summarize(array(x), N(len(x)), D(level), ctypes.c_uint64(seed), ctypes.byref(out), None)
    return out if code == OK else code


def paired(x, y, level=0.95, seed=1):
    out = Difference()
    code = LIB.il_compare_paired(array(x), array(y), N(len(x)), D(level), ctypes.c_uint64(seed), ctypes.byref(out), None)
    return out if code == OK else code


def unpaired(x, y, level=0.95, seed=1):
    out = Difference()
    code = LIB.il_compare_unpaired(array(x), N(len(x)), array(y), N(len(y)), D(level), ctypes.c_uint64(seed),
                                   ctypes.byref(out), None)
    return out if code == OK else code


def holm(p):
    values = array(p)
    assert LIB.il_holm(values, N(len(p)), None) == OK
    return list(values)


def samples():
    """Groups of results as they are: normal, skewed, with ties as accuracies have, far from 0, nearly equal."""
    for n in 1, 2, 3, 5, 8, 12, 20, 39, 40, 57:
        yield RNG.normal(.95, .01, n)
        yield RNG.exponential(1, n)
        yield np.round(RNG.normal(.95, .001, n), 4)
        yield 1e6 + RNG.normal(0, 1e-3, n)


def check_summaries():
    for x in samples():
        n, s = len(x), summary(x)
        near(s.mean, x.mean(), f"mean of {n}")
        near(s.sd, x.std(ddof=1) if n > 1 else math.nan, f"sd of {n}")
        near(s.median, np.median(x), f"median of {n}")
        near(s.iqm, middle_half(x), f"iqm of {n}")
        if n < 3:
            check(s.interval.kind == NONE and math.isnan(s.interval.low), f"an interval of {n}")
        elif x.std() > 0 and n < 40:
            low, high = stats.t.interval(.95, n - 1, loc=x.mean(), scale=stats.sem(x))
            near(s.interval.low, low, f"t interval of {n}")
            near(s.interval.high, high, f"t interval of {n}")
        elif n >= 40:
            ours = (s.interval.low, s.interval.high)
            want = stats.bootstrap((x,), np.mean, n_resamples=10000, method="BCa", random_state=SEED).confidence_interval
            # an end is the quantile of 10,000 means: p (1 - p) / B, over the density there (.0584 / se of a normal law);
            # both sides draw, and BCa's own ends depend on what was drawn
            slack = 5 * math.sqrt(2 * .025 * .975 / 10000) / .0584 * stats.sem(x) * 1.5
            for got, theirs in zip(ours, want):
                check(abs(got - theirs) <= slack, f"BCa of {n}", got, "not", theirs, "within", slack)
    same = summary([.5] * 50)
    check(same.interval.kind == SAME and same.interval.low == same.interval.high == .5, "interval of equal values")
    check(summary([1, math.nan]) == USAGE and summary([]) == USAGE and summary([1, 2], 1.0) == USAGE, "bad values taken")


def middle_half(x):
    """By repeating each value 4 times and dropping a quarter at each end."""
    four = np.sort(np.repeat(x, 4))
    return four[len(x):-len(x)].mean()


def check_pairs():
    for n in 2, 3, 5, 8, 11, 12, 13, 30:
        for digits in 1, 4, 16:
            x, y = (np.round(RNG.normal(.9, .05, n), digits) for _ in range(2))
            d, d_ = x - y, paired(x, y)
            near(d_.mean, d.mean(), "difference")
            near(d_.improvement, stats.mannwhitneyu(x, y, method="asymptotic").statistic / n / n, "improvement")
            if d.std() > 0:
                near(d_.effect, d.mean() / d.std(ddof=1), "d_z")
            if n <= 12:
                flips = np.array(list(itertools.product([1, -1], repeat=n))) @ d
                want = np.mean(np.abs(flips) >= abs(d.sum()) - 1e-12)
                near(d_.p, want, f"p of {n} pairs, {digits} digits")
                near(d_.least_p, 2 / 2**n, "least p")
                check(d_.exact == 1, "not exact")
            else:
                want = stats.permutation_test((x, y), lambda a, b: np.mean(a - b), permutation_type="samples",
                                              n_resamples=20000, random_state=SEED).pvalue
                check(abs(d_.p - want) < 5 * math.sqrt(want * (1 - want) * (1 / 1e5 + 1 / 2e4)) + 2e-4,
                      f"p of {n} pairs", d_.p, "not", want)
    check(paired([1, 2, 3], [1, 2, 3]).p == 1, "p of no difference")
    tiny = paired([.1 + .2] * 5, [.3] * 5)
    check(tiny.p > 0, "p of rounding")


def check_unpaired():
    for n, m in (1, 1), (2, 3), (5, 5), (7, 4), (9, 10), (30, 25):
        x, y = np.round(RNG.normal(.9, .05, n), 3), np.round(RNG.normal(.92, .02, m), 3)
        d = unpaired(x, y)
        near(d.mean, x.mean() - y.mean(), "difference")
        if n > 1 and m > 1:
            welch = stats.ttest_ind(x, y, equal_var=False)
            near(d.welch_p, welch.pvalue, f"Welch's p of {n} and {m}")
            a, b = x.var(ddof=1) / n, y.var(ddof=1) / m
            df = (a + b)**2 / (a * a / (n - 1) + b * b / (m - 1))
            near(d.interval.low, d.mean - stats.t.ppf(.975, df) * math.sqrt(a + b), "Welch's interval")
            pooled = math.sqrt((a * n * (n - 1) + b * m * (m - 1)) / (n + m - 2))
            near(d.effect, d.mean / pooled, "Cohen's d")
        near(d.improvement, stats.mannwhitneyu(x, y, method="asymptotic").statistic / n / m, "improvement")
        both = np.concatenate([x, y])
        if math.comb(n + m, n) <= 100000:
            sums = np.array([both[list(c)].sum() for c in itertools.combinations(range(n + m), n)])
            far = np.abs(sums - both.mean() * n) >= abs(x.sum() - both.mean() * n) - 1e-11
            near(d.p, far.mean(), f"p of {n} and {m}")
            check(d.exact == 1, "not exact")
        else:
            want = stats.permutation_test((x, y), lambda a, b: a.mean() - b.mean(), n_resamples=20000,
                                          random_state=SEED).pvalue
            check(abs(d.p - want) < 5 * math.sqrt(want * (1 - want) * (1 / 1e5 + 1 / 2e4)) + 2e-4,
                  f"p of {n} and {m}", d.p, "not", want)


def student(df):
    """The .975 quantile, from SciPy's tail: its own ppf is off by 1e-8 where degrees of freedom are no whole number."""
    return optimize.brentq(lambda t: stats.t.sf(t, df) - .025, 1, 100, xtol=1e-13, rtol=1e-14)


def within(x, level=.95, seed=1):
    (a, _keep), i = strata(x), Interval()
    code = LIB.il_interval_within(a, N(len(x)), D(level), ctypes.c_uint64(seed), ctypes.byref(i), None)
    return i if code == OK else code


def by_strata(x, y, level=.95, seed=1):
    (a, _keep), (b, _too), out = strata(x), strata(y), Difference()
    code = LIB.il_compare_strata(a, b, N(len(x)), D(level), ctypes.c_uint64(seed), ctypes.byref(out), None)
    return out if code == OK else code


def check_within():
    """The mean of several conditions: how runs differ within each, as numpy has it, and as drawing again within them."""
    for sizes in [(5, 5, 5), (2, 2, 2, 2), (3, 8), (40, 60), (1, 4, 5), (1, 1, 6, 2)]:
        x = [RNG.normal(10 * k, 1 + k, n) for k, n in enumerate(sizes)]
        i, total, many = within(x), sum(sizes), [g for g in x if len(g) > 1]
        free = sum(len(g) - 1 for g in many)
        spread = sum(g.var(ddof=1) * (len(g) - 1) for g in many) / free
        parts = [(len(g) * g.var(ddof=1) / total**2, len(g) - 1) for g in many]
        parts += [(sum(len(g) == 1 for g in x) * spread / total**2, free)] if len(many) < len(x) else []
        variance = sum(v for v, _ in parts)
        half = student(variance**2 / sum(v * v / f for v, f in parts)) * math.sqrt(variance)
        mean = np.concatenate(x).mean()
        near(i.low, mean - half, f"low end within {sizes}")
        near(i.high, mean + half, f"high end within {sizes}")
        check(i.kind == WITHIN, "kind within", sizes, i.kind)
    # of many runs that is what is drawn again within conditions: a quantile of 4,000 means, and t for 98 in place of a normal law
    x = [RNG.normal(10 * k, 1 + k, 50) for k in range(2)]
    i, again = within(x), [np.concatenate([RNG.choice(g, 50) for g in x]).mean() for _ in range(4000)]
    slack = np.std(again) * (5 * math.sqrt(.025 * .975 / 4000) / .0584 + 1.5 / 50)
    for got, want in zip((i.low, i.high), np.quantile(again, [.025, .975])):
        check(abs(got - want) < slack, "within and resampled", got, want, slack)
    # one run a condition, or one condition: as all values together
    for x in [[1.], [2.], [4.], [5.]], [[1., 2, 4, 5]]:
        i, all_ = within(x), summary(np.concatenate(x)).interval
        check((i.low, i.high, i.kind) == (all_.low, all_.high, all_.kind), "single runs", i.low, all_.low)
    i = within([[1., 1, 1], [2., 2, 2]])
    check((i.low, i.high, i.kind) == (1.5, 1.5, SAME), "no spread within", i.low, i.kind)
    check(within([]) == USAGE and within([[1.], []]) == USAGE and within([[math.nan]]) == USAGE, "bad conditions taken")


def check_within_unpaired():
    for sizes in [((3, 2), (2, 3)), ((4, 4), (3, 3)), ((2, 2), (2, 2), (2, 2)), ((5, 1), (1, 4)), ((12, 11), (9, 14))]:
        x, y = ([np.round(RNG.normal(3 * k + shift, 1 + k, n[side]), 2) for k, n in enumerate(sizes)] for side, shift in ((0, .4), (1, 0)))
        d = by_strata(x, y)
        n, m = sum(map(len, x)), sum(map(len, y))
        weight = [(len(a) + len(b)) / (n + m) for a, b in zip(x, y)]
        mean = sum(w * (a.mean() - b.mean()) for w, a, b in zip(weight, x, y))
        near(d.mean, mean, f"difference within {sizes}")
        check((d.n, d.m) == (n, m), "counts", d.n, d.m)
        near(d.improvement, sum(w * stats.mannwhitneyu(a, b, method="asymptotic").statistic / len(a) / len(b)
                                for w, a, b in zip(weight, x, y)), f"improvement within {sizes}")
        away, ways, cells = np.zeros(1), 1, list(zip(weight, x, y))
        for _, a, b in cells:
            ways *= math.comb(len(a) + len(b), len(a))
        if ways <= 100000:
            for w, a, b in cells:
                both = np.concatenate([a, b])
                sums = np.array([both[list(c)].sum() for c in itertools.combinations(range(len(both)), len(a))])
                away = np.add.outer(away, w * (sums / len(a) - (both.sum() - sums) / len(b))).ravel()
            near(d.p, np.mean(np.abs(away) >= abs(mean) - 1e-11), f"p within {sizes}")
            # the labels all exchanged are as far away, where groups are of one size
            near(d.least_p, (2 if all(len(a) == len(b) for a, b in zip(x, y)) else 1) / ways, "least p within")
        else:
            drawn = np.zeros(20000)
            for w, a, b in cells:
                both = np.concatenate([a, b])
                sums = np.array([RNG.permutation(both)[:len(a)].sum() for _ in range(20000)])
                drawn += w * (sums / len(a) - (both.sum() - sums) / len(b))
            want = np.mean(np.abs(drawn) >= abs(mean) - 1e-11)
            check(abs(d.p - want) < 5 * math.sqrt(want * (1 - want) * (1 / 1e5 + 1 / 2e4)) + 2e-4, f"p within {sizes}", d.p, want)
        check(d.exact == (ways <= 100000), "exact", ways)
        spread = sum(v.var(ddof=1) * (len(v) - 1) for v in x + y if len(v) > 1) / (n + m - 2 * len(x))
        near(d.effect, mean / math.sqrt(spread), f"d within {sizes}")
        parts = [(w * w * v.var(ddof=1) / len(v), len(v) - 1) for w, *cell in cells for v in cell if len(v) > 1]
        lone = sum(w * w for w, *cell in cells for v in cell if len(v) == 1)
        parts += [(lone * spread, sum(f for _, f in parts))] if lone else []
        variance = sum(v for v, _ in parts)
        df = variance**2 / sum(v * v / f for v, f in parts)
        near(d.interval.low, mean - student(df) * math.sqrt(variance), f"Welch's interval within {sizes}")
        near(d.welch_p, 2 * stats.t.sf(abs(mean) / math.sqrt(variance), df), f"Welch's p within {sizes}")


def check_equal_differences():
    """Differences that are equal but for rounding have no d_z, and an interval that is their value; others, however near, have."""
    x = np.array([.1, .2, .3, .7, .9])
    d = paired(x + .05, x)
    check(np.ptp((x + .05) - x) > 0, "no rounding: the test sees nothing")
    check((d.sd, d.interval.kind) == (0, SAME) and math.isnan(d.effect) and abs(d.mean - .05) < 1e-15, "d_z of equal differences",
          d.effect, d.sd, d.interval.kind)
    near(d.p, 2 / 32, "p of equal differences")
    d = paired([.1 + .2] * 4, [.3] * 4)
    check(d.mean == 0 and d.p == 1 and math.isnan(d.effect), "a difference of rounding", d.mean, d.p)
    d = paired(x + .05 + np.array([0, 1e-12, 0, -1e-12, 0]), x)
    near(d.effect, .05 / np.std([0, 1e-12, 0, -1e-12, 0], ddof=1), "d_z of what differs by little", 1e-3)
    check(math.isnan(unpaired([.1] * 3, [.3] * 3).effect), "d of groups without spread")


def check_many():
    # by hand: Holm's own steps
    for got, want in zip(holm([.01, .04, .03, .005]), [.03, .06, .06, .02]):
        near(got, want, "Holm")
    near(holm([.6, .7])[0], 1, "Holm above 1")
    for m in 1, 3, 28:
        p = RNG.uniform(0, .2, m)
        order, most, want = np.argsort(p), 0, np.empty(m)
        for i, k in enumerate(order):
            most = max(most, min(1, (m - i) * p[k]))
            want[k] = most
        for got, theirs in zip(holm(p), want):
            near(got, theirs, "Holm")
    check(LIB.il_pairs_least(.05, 1) == 6 and LIB.il_pairs_least(.05, 28) == 11, "least pairs")
    z = stats.norm.ppf(1 - .05 / 2)
    near(LIB.il_pairs_needed(.002, .004, .05, 1), math.ceil(((z + .8416) * 2)**2 + z * z / 2), "pairs needed")
    check(LIB.il_pairs_needed(1., .01, .05, 1) == 6 and LIB.il_pairs_needed(0., 1., .05, 1) == 0, "pairs needed at the ends")
    for m in 1, 3, 28, 1000:
        least = next(n for n in range(1, 99) if 2 * m / math.comb(2 * n, n) < .05)
        check(LIB.il_runs_least(.05, m) == least, "least runs", m, LIB.il_runs_least(.05, m), least)
    z = stats.norm.ppf(1 - .05 / 6)
    near(LIB.il_runs_needed(.5, .05, 3), math.ceil(2 * ((z + .8416) / .5)**2 + z * z / 4), "runs needed")
    check(LIB.il_runs_needed(100., .05, 1) == 4 and LIB.il_runs_needed(0., .05, 1) == LIB.il_runs_needed(math.nan, .05, 1) == 0,
          "runs needed at the ends")
    for k, n in (0, 10), (3, 10), (10, 10), (950, 1000):
        want = stats.binomtest(k, n).proportion_ci(method="wilson")
        near(LIB.il_wilson(k, n, .95).low, want.low, "Wilson")
        near(LIB.il_wilson(k, n, .95).high, want.high, "Wilson")


def check_ranks():
    for n, k in (2, 3), (5, 4), (12, 3), (30, 8):
        for digits in 16, 1:
            x = np.round(RNG.normal(size=(n, k)) + np.arange(k) * .2, digits)
            ranks, out = (D * k)(), Friedman()
            assert LIB.il_friedman_test(array(x.ravel()), N(n), N(k), ranks, ctypes.byref(out), None) == OK
            want = stats.friedmanchisquare(*x.T)
            near(out.chi2, want.statistic, "Friedman")
            near(out.chi2_p, want.pvalue, "Friedman's p")
            left = n * (k - 1) - want.statistic
            f = (n - 1) * want.statistic / left if left > 1e-9 else math.inf
            near(out.f, f, "Iman and Davenport")
            near(out.f_p, stats.f.sf(f, k - 1, (k - 1) * (n - 1)), "F's p")
            for got, theirs in zip(ranks, stats.rankdata(-x, axis=1).mean(axis=0)):
                near(got, theirs, "mean rank")
    for n in 1, 4, 9, 25, 50, 80:
        x, y, p = RNG.normal(size=n), RNG.normal(.3, 1, size=n), D()
        assert LIB.il_wilcoxon(array(x), array(y), N(n), ctypes.byref(p), None) == OK
        method = {"method": "exact"} if n <= 50 else {"method": "approx", "correction": False}
        if "method" not in stats.wilcoxon.__code__.co_varnames and tuple(map(int, scipy.__version__.split(".")[:2])) < (1, 9):
            method = {"mode": method["method"]}
        near(p.value, stats.wilcoxon(x, y, **method).pvalue, f"Wilcoxon of {n}")
    # ties: all 2^n flips
    d = np.array([1, 1, -1, 2, 2, 3, -3, 3, 0, 4.])
    p = D()
    assert LIB.il_wilcoxon(array(d), array([0] * 10), N(10), ctypes.byref(p), None) == OK
    ranks = stats.rankdata(np.abs(d[d != 0]))
    flips = np.array(list(itertools.product([0, 1], repeat=9))) @ ranks
    low = min(ranks[d[d != 0] > 0].sum(), ranks[d[d != 0] < 0].sum())
    near(p.value, min(1, 2 * np.mean(flips <= low)), "Wilcoxon with ties")
    # infinite differences are larger than all others and tie, both infinite is none: as SciPy has it of finite ones like that
    x, y = [1., 2., 3., -math.inf, 7., -math.inf, 5., 6.], [2., 1.5, 1., 4., -math.inf, -math.inf, -math.inf, -math.inf]
    assert LIB.il_wilcoxon(array(x), array(y), N(8), ctypes.byref(p), None) == OK
    d = np.array([-1, .5, 2, -9, 9, 9, 9])
    ranks = stats.rankdata(np.abs(d))
    flips = np.array(list(itertools.product([0, 1], repeat=7))) @ ranks
    near(p.value, min(1, 2 * np.mean(flips <= min(ranks[d > 0].sum(), ranks[d < 0].sum()))), "Wilcoxon of what is infinite")
    check(LIB.il_wilcoxon(array([math.nan]), array([1.]), N(1), ctypes.byref(p), None) == USAGE, "Wilcoxon took what is no number")


class Stratum(ctypes.Structure):
    _fields_ = [("x", ctypes.POINTER(D)), ("n", N)]


def strata(groups):
    """The conditions of a group, and what keeps their numbers alive."""
    kept = [array(x) for x in groups]
    return (Stratum * len(kept))(*[Stratum(x, len(x)) for x in kept]), kept


def improvement(x, y, level=.95, seed=1):
    (a, _keep), (b, _too), p, i = strata(x), strata(y), D(), Interval()
    code = LIB.il_improvement(a, b, N(len(x)), D(level), ctypes.c_uint64(seed), ctypes.byref(p), ctypes.byref(i), None)
    return (p.value, i) if code == OK else code


def profile(x, bounds, level=.95, seed=1):
    (a, _keep), out = strata(x), [(D * len(bounds))() for _ in range(3)]
    code = LIB.il_profile(a, N(len(x)), array(bounds), N(len(bounds)), D(level), ctypes.c_uint64(seed), *out, None)
    return [list(part) for part in out] if code == OK else code


def ahead(x, y):
    """P(x > y) + P(x = y) / 2, the mean over conditions"""
    return np.mean([stats.mannwhitneyu(a, b, method="asymptotic").statistic / len(a) / len(b) for a, b in zip(x, y)])


def ahead_of(x, y):
    """the same, of many resamples faster"""
    return np.mean([np.mean((a[:, None] > b) + (a[:, None] == b) / 2) for a, b in zip(x, y)])


def check_strata():
    """Shares and their bootstrap within conditions; both sides draw 2,000 times."""
    for sizes in [(5,), (20,), (3, 4, 6), (8, 8, 8, 8)]:
        for digits in 16, 1:
            x, y = ([np.round(RNG.normal(shift, 1, n), digits) for n in sizes] for shift in (.5, 0))
            p, interval = improvement(x, y)
            near(p, ahead(x, y), f"improvement of {sizes}")
            again = np.sort([ahead_of([RNG.choice(a, len(a)) for a in x], [RNG.choice(b, len(b)) for b in y]) for _ in range(2000)])
            check(interval.kind == 6, "kind", interval.kind)
            for got, share in (interval.low, .025), (interval.high, .975):
                # which share of the other's resamples lies below: 5 sd of a share of 2,000, on both sides; ties are both
                slack = 5 * math.sqrt(2 * share * (1 - share) / 2000)
                below, up_to = np.mean(again < got - 1e-9), np.mean(again <= got + 1e-9)
                check(below - slack <= share <= up_to + slack, f"improvement's interval of {sizes}", got, below, up_to, share)
            bounds = np.unique(np.concatenate(x))
            share_of = lambda groups, t: np.mean([np.mean(g > t) for g in groups])
            share, low, high = profile(x, bounds)
            drawn = [[RNG.choice(a, len(a)) for a in x] for _ in range(2000)]
            for k, t in enumerate(bounds):
                near(share[k], share_of(x, t), f"profile of {sizes} at {t}")
                again = np.array([share_of(d, t) for d in drawn])
                for got, part in (low[k], .025), (high[k], .975):
                    slack = 5 * math.sqrt(2 * part * (1 - part) / 2000)
                    below, up_to = np.mean(again < got - 1e-9), np.mean(again <= got + 1e-9)
                    check(below - slack <= part <= up_to + slack, f"profile's band of {sizes} at {t}", got, below, up_to, part)
    # one run each: conditions are drawn again, as far as there are 3
    for conditions in 3, 5, 20:
        x, y = ([np.round(RNG.normal(shift, 1, 1), 1) for _ in range(conditions)] for shift in (.5, 0))
        p, interval = improvement(x, y)
        near(p, ahead(x, y), f"improvement of {conditions} conditions")
        picks = [RNG.integers(conditions, size=conditions) for _ in range(2000)]
        bounds = np.unique(np.concatenate(x))
        share, low, high = profile(x, bounds)
        wins = np.array([ahead_of([a], [b]) for a, b in zip(x, y)])
        drawn = [("improvement", interval.low, interval.high, np.array([wins[c].mean() for c in picks]))]
        drawn += [(f"profile at {t}", low[k], high[k], np.array([(np.concatenate(x)[c] > t).mean() for c in picks]))
                  for k, t in enumerate(bounds)]
        for what, low_end, high_end, again in drawn:
            for got, part in (low_end, .025), (high_end, .975):
                slack = 5 * math.sqrt(2 * part * (1 - part) / 2000)
                below, up_to = np.mean(again < got - 1e-9), np.mean(again <= got + 1e-9)
                check(below - slack <= part <= up_to + slack, f"{what} of {conditions} conditions", got, below, up_to, part)
    two = improvement([[1.], [2.]], [[0.], [3.]])
    check(two[0] == .5 and two[1].kind == NONE and math.isnan(two[1].low) and math.isnan(two[1].high), "two conditions of one run", two)
    check(all(map(math.isnan, profile([[1.], [2.]], [1.])[1])), "a band of two conditions of one run")
    some = improvement([[1.], [2.], [5.]], [[0., 4.], [3., 1.], [2., 3.]]) # one of both groups has one run in each
    check(some[1].kind == 6 and some[1].low < some[0] < some[1].high, "one run against two", some)
    # what is infinitely bad loses to all, and is above no bound; of two runs there is no interval
    p, interval = improvement([[1., 2.]], [[-math.inf, 3.]])
    check(p == .5 and interval.kind == NONE and math.isnan(interval.low), "improvement of two runs", p)
    check(profile([[1., -math.inf]], [-9.])[0] == [.5], "profile of what is not finite")
    check(improvement([[1.]], [[math.nan]]) == USAGE and improvement([[1.], []], [[1.], [2.]]) == USAGE, "bad strata taken")
    same = improvement([[1.] * 5], [[1.] * 5])
    check(same[0] == .5 and same[1].kind == SAME and same[1].low == same[1].high == .5, "improvement of ties")
    check(improvement(*[[[1., 2, 4], [3., 5]]] * 2) [1].low == improvement(*[[[1., 2, 4], [3., 5]]] * 2)[1].low, "draws differ")


def check_best_of():
    test = RNG.normal(size=7)
    for k in range(1, 8):
        weight = (D * 7)()
        LIB.il_best_of_weights(N(7), N(k), weight)
        want = np.mean([test[max(c)] for c in itertools.combinations(range(7), k)])
        near(float(np.dot(weight, test)), want, f"best of {k}")
    near(LIB.il_stuck_accuracy(.1135, 10000), .1135 + 3 * math.sqrt(.1135 * .8865 / 10000), "stuck")
    # every evaluation of the last half: of 3 epochs the last 2, of 4 the last 2; not above the bound
    for accuracies, want in ([], 0), ([.1], 1), ([.2], 0), ([.9, .1], 1), ([.1, .9], 0), ([.9, .1, .1], 1), \
            ([.1, .9, .1], 0), ([.9, .9, .1, .1], 1), ([.1, .1, .9, .1], 0), ([.1, .1, .1, .9], 0), \
            ([.9, .9, .9, .1, .1], 0), ([.9, .9, .1, .1, .1], 1):
        run = Stuck(accuracy=.1)
        for accuracy in accuracies:
            LIB.il_stuck_epoch(run, accuracy)
        check(LIB.il_is_stuck(run) == want, f"stuck: {accuracies}")


def check_coverage():
    """2,000 simulated sweeps: 95 % intervals of normal data cover their mean in 93 to 97 % (3 sd of 2,000: 1.5 %)."""
    for n in 5, 20, 40:
        covers = 0
        for k in range(2000):
            i = summary(RNG.normal(.5, .1, n), seed=k).interval
            covers += i.low <= .5 <= i.high
        check(.93 <= covers / 2000 <= .97, f"n = {n}: intervals cover in {covers / 20} %")
        print(f"n = {n}: 95 % intervals cover in {covers / 20} % of 2,000 samples")


def check_false_alarms():
    """Equal groups, Holm over all pairs: some pair is told apart in no more than alpha = 5 % of sweeps."""
    sweeps, n = 400, 12
    for k in 2, 8, 20:
        alarms = 0
        for _ in range(sweeps):
            x = RNG.normal(size=(k, n)) + RNG.normal(size=n)
            alarms += min(holm([paired(a, b).p for a, b in itertools.combinations(x, 2)])) <= .05
        # at most 5 %; what 400 sweeps can show of it: 2.33 standard deviations
        check(alarms / sweeps <= .05 + 2.33 * math.sqrt(.05 * .95 / sweeps), f"k = {k}: {alarms} false alarms of {sweeps}")
        print(f"k = {k}: {alarms} false alarms in {sweeps} sweeps of equal groups")


def check_false_alarms_unpaired():
    """The same of groups that are not paired, of two sizes."""
    sweeps = 400
    for k in 2, 6:
        alarms = 0
        for _ in range(sweeps):
            x = [RNG.normal(size=5 + i % 2) for i in range(k)]
            alarms += min(holm([unpaired(a, b).p for a, b in itertools.combinations(x, 2)])) <= .05
        check(alarms / sweeps <= .05 + 2.33 * math.sqrt(.05 * .95 / sweeps), f"k = {k}: {alarms} false alarms of {sweeps}, unpaired")
        print(f"k = {k}: {alarms} false alarms in {sweeps} sweeps of equal groups, unpaired")


def check_coverage_within():
    """Conditions that are far apart, and differ in spread: all runs together would cover nearly always, drawing 5 again from 5 too seldom."""
    for conditions, n in (3, 5), (4, 3), (6, 20):
        covers = 0
        for _ in range(2000):
            i = within([RNG.normal(.5 + .2 * c, .02 * (1 + c / 2), n) for c in range(conditions)])
            covers += i.low <= .5 + .1 * (conditions - 1) <= i.high
        check(.93 <= covers / 2000 <= .97, f"{conditions} conditions of {n}: intervals cover in {covers / 20} %")
        print(f"{conditions} conditions of {n}: 95 % intervals cover in {covers / 20} % of 2,000 samples")


print(f"statistics.py: seed {SEED}")
for part in (check_summaries, check_pairs, check_unpaired, check_many, check_ranks, check_strata, check_best_of, check_coverage,
             check_false_alarms, check_within, check_within_unpaired, check_equal_differences, check_coverage_within,
             check_false_alarms_unpaired):
    part()
sys.exit("\n".join(WRONG) if WRONG else 0)
