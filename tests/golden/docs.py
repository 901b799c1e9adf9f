#!/usr/bin/env python3
"""docs.py INITLAB ROOT - every `initlab` command line in the documents is one that the program understands (its
options and values; nothing is trained); every `file: function` of the tour stands in that file. Standard library
only."""
import os
import re
import shlex
import subprocess
import sys

PROGRAM, ROOT = sys.argv[1:3]
WRONG = []
COUNT = 0


with open(os.path.join(ROOT, "host/cli/commands.def"), encoding="utf-8") as file:
    COMMANDS = "|".join(sorted({name.split("_")[0] for name in re.findall(r"^X\((\w+)\)", file.read(), re.M)}))


def documents():
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [f for f in folders if not f.startswith((".", "build"))]
        for name in files:
            if name.endswith(".md"):
                yield os.path.join(folder, name)


def commands(text):
    """Lines that begin with initlab in code blocks, with their continuations; `initlab ...` inline."""
    text = text.replace("\\\n", " ")
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M):
        yield from (line for line in block.splitlines() if line.startswith("initlab "))
    yield from (line.strip() for line in re.findall(r"^    (initlab .*)$", text, re.M))
    yield from re.findall(rf"`(initlab (?:{COMMANDS})[^`]*)`", text)


def understood(words):
    """A command's options and values are read before --help is answered."""
    return subprocess.run([PROGRAM, *words, "--help"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          check=False, encoding="utf-8")


for path in sorted(documents()):
    with open(path, encoding="utf-8") as file:
        TEXT = file.read()
    for line in commands(TEXT):
        words = shlex.split(re.split(r"#| \| ", line)[0])[1:]
        if any(word.isupper() or "..." in word for word in words):
            continue    # a placeholder
        COUNT += 1
        done = understood(words)
        if done.returncode:
            WRONG.append(f"{path}: {line}: {done.stderr.strip()}")

with open(os.path.join(ROOT, "docs/tour.md"), encoding="utf-8") as file:
    STEPS = re.findall(r"`([\w/.]+\.\w+): (\w+)`", file.read())
for path, name in STEPS:
    try:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            # a definition: from a line's beginning, with a body
            if not re.search(rf"^[A-Za-z_][\w\s*()]*\b{name}\)?\([^;{{}}]*\)\s*\{{", file.read(), re.M):
                WRONG.append(f"docs/tour.md: {path} does not define {name}")
    except OSError as error:
        WRONG.append(f"docs/tour.md: {error}")
if len(STEPS) < 30:
    WRONG.append(f"docs/tour.md has {len(STEPS)} steps: too few, or written otherwise")

with open(os.path.join(ROOT, "docs/tour.md"), encoding="utf-8") as file:
    SAID = re.search(r"on stderr: `(initlab: .*?)`", file.read())
DONE = subprocess.run([PROGRAM, "train", "--lr", "fast"], stderr=subprocess.PIPE, check=False, encoding="utf-8")
if not SAID or DONE.stderr.strip() != SAID[1]:
    WRONG.append(f"docs/tour.md: the program says {DONE.stderr.strip()!r}")

print(f"{COUNT} commands")
if COUNT < 5:
    WRONG.append("too few were found: the documents or this script have changed")
sys.exit("\n".join(WRONG) if WRONG else 0)
