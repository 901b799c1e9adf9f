#!/usr/bin/env python3
"""made.py ROOT - tools/made.py fills documents in, and finds what was changed since: a document is made by a program of
this test's own, then one thing at a time is spoilt. Standard library only."""
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.join(sys.argv[1], "tools"))
import made  # noqa: E402

PROGRAM = """#!/bin/sh
echo "$1: 0.5678"
echo '<svg xmlns="http://www.w3.org/2000/svg"><title>'"$1"'</title><text>12.5</text></svg>' > "$1.svg"
"""
TEXT = """# A page
It reaches 0.57, as `--lr 0.9` has it; the figure says 12.5.
<!-- run one -->
```sh
initlab other
initlab inspect
```
![what is seen](figures/inspect.svg)
![what is seen](figures/other.svg)
<!-- begin one -->
<!-- end -->
"""
WRONG = []


def expect(what, found, words):
    """Something is found, and every line of it has the words; or nothing, where words is None."""
    if (words is None and found) or (words is not None and not (found and all(words in line for line in found))):
        WRONG.append(f"{what}: found {found}, not {words!r}")


def spoilt(root, name, old, new, words):
    """The documents are checked with one text changed in one file, which is put back."""
    path = root / name
    text = path.read_text(encoding="utf-8")
    if old not in text:
        WRONG.append(f"{name} has no {old!r}")
    path.write_text(text.replace(old, new), encoding="utf-8")
    expect(f"{name}: {old} -> {new}", made.Document(root, "docs/page.md").check_texts(), words)
    path.write_text(text, encoding="utf-8")


def check(folder):
    root = pathlib.Path(folder)
    (root / "docs").mkdir()
    (root / "initlab").write_text(PROGRAM, encoding="utf-8")
    (root / "initlab").chmod(0o755)
    for name in "page.md", "page.es.md":
        (root / "docs" / name).write_text(TEXT, encoding="utf-8")
    document = made.Document(root, "docs/page.md")
    printed, drawn = made.run(document.blocks, root, True)
    document.store(printed, drawn)
    document = made.Document(root, "docs/page.md")
    if "```\ninspect: 0.5678\n```" not in document.text or "other:" in document.text:
        WRONG.append(f"the part is not what the last command prints: {document.text}")
    expect("as made", document.check_texts() + document.check_made(printed, drawn, False), None)

    spoilt(root, "docs/page.md", "initlab other", "initlab another", "command")
    spoilt(root, "docs/page.es.md", "initlab other", "initlab another", "other commands than docs/page.md: one")
    spoilt(root, "docs/page.es.md", "figures/other.svg", "figures/inspect.svg", "other parts or figures")
    spoilt(root, "docs/page.es.md", "0.57", "0.58", "docs/page.es.md says 0.58")
    spoilt(root, "docs/page.md", "12.5.", "12.6.", "docs/page.md says 12.6")
    spoilt(root, "docs/figures/other.svg", "other", "mine", "figure other.svg is not as it was made")

    printed["one"] = "inspect: 0.5679\n"
    expect("another number", document.check_made(printed, drawn, False), "part one")
    expect("another last digit, of sums in another order", document.check_made(printed, drawn, True), None)
    printed["one"] = "inspect: 0.5878\n"
    document.blocks["one"] = "initlab inspect\n"
    expect("a number that does not depend on the data's size", document.check_made(printed, drawn, True), "part one")
    document.blocks["one"] = "initlab train\n"
    expect("a number that does", document.check_made(printed, drawn, True), None)
    drawn["one"]["other.svg"] = drawn["one"]["other.svg"].replace("other", "mine")
    expect("a figure of something else", document.check_made(printed, drawn, True), "other.svg is now of 'mine'")
    drawn["one"]["third.svg"] = drawn["one"].pop("other.svg")
    expect("figures of other names", document.check_figures_list(drawn), ".svg is ")


def check_some(folder):
    """Of two blocks one is run: the other stays as it was, and what is wrong in it is still found."""
    root = pathlib.Path(folder)
    (root / "docs").mkdir()
    (root / "initlab").write_text(PROGRAM, encoding="utf-8")
    (root / "initlab").chmod(0o755)
    path = root / "docs/page.md"
    path.write_text("".join(f"<!-- run {name} -->\n```sh\ninitlab {name}\n```\n![what is seen](figures/{name}.svg)\n"
                            f"<!-- begin {name} -->\n<!-- end -->\n" for name in ("one", "two")), encoding="utf-8")
    document = made.Document(root, "docs/page.md")
    document.store(*made.run(document.blocks, root, False))
    expect("both as made", made.Document(root, "docs/page.md").check_texts(), None)
    path.write_text(path.read_text(encoding="utf-8").replace("0.5678", "0.8765"), encoding="utf-8")
    document = made.Document(root, "docs/page.md")
    printed, drawn = made.run({"one": document.blocks["one"]}, root, False)
    document.store(printed, drawn)
    document = made.Document(root, "docs/page.md")
    expect("one made anew", document.check_texts(), "part two is not as it was made")
    document.only({"one"})
    expect("one alone", document.check_made(printed, drawn, False), None)


for checked in check, check_some:
    with tempfile.TemporaryDirectory() as top:
        checked(top)
sys.exit("\n".join(WRONG) if WRONG else 0)
