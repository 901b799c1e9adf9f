#!/usr/bin/env python3
"""report_opens.py PROGRAM [RUNS] - seconds until chromium has opened the report of 10,000 runs in 1,000 groups, and sorted
its table: the median and the quartiles of RUNS loads (11). The limit is 2 s to open it."""
import os
import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/browser"))
os.environ.setdefault("INITLAB_DATA", str(ROOT / "data"))
runs = int(sys.argv[2]) if sys.argv[2:] else 11
del sys.argv[2:]
import report  # noqa: E402  (it reads the command line)

LOAD = "const t = performance.getEntriesByType('navigation')[0]; return t.loadEventEnd || t.duration"
SORT = ("const b = [...document.querySelectorAll('#list th button')].find(b => b.textContent === 'test_accuracy');"
        "const t = performance.now(); b.click(); return performance.now() - t")

with tempfile.TemporaryDirectory() as name:
    report.make(pathlib.Path(name))
    page = pathlib.Path(name) / "many.html"
    browser = report.Browser(name)
    times = {"open": [], "sort": []}
    try:
        for _ in range(runs):
            browser.open(page)
            times["open"].append(browser.run(LOAD))
            times["sort"].append(browser.run(SORT))
    finally:
        browser.close()
    print(f"{page.stat().st_size} bytes")
    for what, ms in times.items():
        low, middle, high = statistics.quantiles(ms, n=4)
        print(f"{what}: {middle:.0f} ms [{low:.0f}, {high:.0f}], n = {runs}")
