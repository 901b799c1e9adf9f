#!/usr/bin/env python3
"""formulas.py ROOT - tools/docs reads the formulas of kernels/ops.def as C does, and names the word of
host/selftest/operands.def that has no value. Standard library only."""
import importlib.machinery
import importlib.util
import os
import sys

LOADER = importlib.machinery.SourceFileLoader("docs", os.path.join(sys.argv[1], "tools/docs"))
DOCS = importlib.util.module_from_spec(importlib.util.spec_from_loader("docs", LOADER))
LOADER.exec_module(DOCS)
VALUES = {"rows": 7, "cols": 3, "shift": 1, "decoupled": 0}
WRONG = []

for text, value in [        # by hand
        ("rows", 7),
        ("2 + 3 * rows", 23),
        ("(decoupled ? 2 : 1)", 1),
        ("(shift ? rows + 1 : rows)", 8),
        ("rows < cols ? rows : cols", 3),
        ("4 * (rows >= cols && !decoupled ? rows - cols : cols - rows) * cols", 48),
        ("decoupled ? 1 : shift ? 2 : 3", 2),
        ("rows - cols - 1", 3),
        ("(rows + 15) / 16 * 16u", 16),
        ("(rows == 7 || rows % 2 == 0) + (cols != 3) + (rows > 7) + (cols <= 3)", 2),
        ("- rows + 2 * -(cols - 4)", -5)]:
    if DOCS.evaluate(text, VALUES) != value:
        WRONG.append(f"{text} is {DOCS.evaluate(text, VALUES)}, not {value}")

for text, words in [("rows * new_word", "new_word has no value here"), ("(rows", "no ')'"), ("rows ? 1", "no ':'"),
                    ("rows cols", "cannot read 'cols'"), ("rows = 2", "cannot read '= 2'"), ("2 *", "its end")]:
    try:
        WRONG.append(f"{text} is taken for {DOCS.evaluate(text, VALUES)}")
    except SystemExit as error:
        if words not in str(error):
            WRONG.append(f"{text}: said is {error}")

for settings, words in [({}, "decoupled of host/selftest/operands.def has no value: give it one in SETTINGS"),
                        ({**DOCS.SETTINGS, "odd": 1}, "odd has a value, but is no operand")]:
    DOCS.SETTINGS = settings
    try:
        WRONG.append(f"SETTINGS {settings} are taken: {DOCS.pointers()}")
    except SystemExit as error:
        if words not in str(error):
            WRONG.append(f"SETTINGS {settings}: said is {error}")

sys.exit("\n".join(WRONG) if WRONG else 0)
