#!/usr/bin/env python3
"""recipes.py INITLAB ROOT - docs/formats.md's recipes for pandas and DuckDB, run as they stand there on a small sweep.

They need these two. tools/setup installs Debian's pandas, and DuckDB, which Debian lacks, into build/python. Each is
looked for in this interpreter, Debian's and that one; where it is missing, the exit code is 77 and the reason printed."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sweeps import tiny, write_sweep  # noqa: E402

INITLAB, ROOT = map(os.path.abspath, sys.argv[1:3])
PYTHONS = [sys.executable, "/usr/bin/python3", os.path.join(ROOT, "build", "python", "bin", "python")]


def having(module):
    for python in filter(os.path.exists, PYTHONS):
        if subprocess.run([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return python
    return None


def main():
    with open(os.path.join(ROOT, "docs", "formats.md"), encoding="utf-8") as file:
        recipes = re.findall(r"^```python\n(.*?)^```", file.read(), re.S | re.M)
    recipe = {module: next(text for text in recipes if re.search(rf"^import .*{module}", text, re.M))
              for module in ("pandas", "duckdb")}
    missing = [module for module in recipe if not having(module)]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        tiny("data")
        runs = write_sweep("sweep.yaml", 40)
        subprocess.run([INITLAB, "sweep", "run", "sweep.yaml", "--data", "data", "--out", "results", "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        subprocess.run([INITLAB, "sweep", "export", "results", "--to", "runs.csv"], check=True)
        for module, text in recipe.items():
            if module in missing:
                continue
            out = subprocess.run([having(module), "-c", text], check=True, stdout=subprocess.PIPE,
                                 encoding="utf-8").stdout
            print(out)
            assert "he_normal" in out and "orthogonal" in out, module
            # 5 schemes, by 2 activations in the one
            assert str(runs // (10 if module == "pandas" else 5)) in out, module
    if missing:
        print("skipped:", ", ".join(missing), "not installed")
        sys.exit(77)


main()
