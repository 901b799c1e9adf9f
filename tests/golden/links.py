#!/usr/bin/env python3
"""links.py FOLDER - every relative link of the documents below the folder (the source tree, or a prefix that they
were installed into) leads to a file below it, and to a heading that is there. Standard library only."""
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()


def documents():
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith((".", "build"))]
        yield from (pathlib.Path(folder, name) for name in files if name.endswith(".md"))


def headings(path):
    """A document's anchors: lower case, words joined by dashes, all else dropped."""
    lines = re.findall(r"^#+ +(.*?)\s*$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


found, links, wrong = sorted(documents()), 0, []
for document in found:
    for target, anchor in re.findall(r"\]\(([^()#:]*)(?:#([^()]+))?\)", document.read_text(encoding="utf-8")):
        links += 1
        there = (document.parent / target).resolve() if target else document
        name = f"{document.relative_to(ROOT)}: {target}"
        if re.search(r"\s", target + anchor):
            wrong.append(f"{name}#{anchor} is broken by a space or a line's end")
        elif not there.exists():
            wrong.append(f"{name} is not there")
        elif ROOT not in there.parents:
            wrong.append(f"{name} leads out of the folder")
        elif anchor and anchor not in headings(there):
            wrong.append(f"{name} has no heading {anchor}")
if len(found) < 8 or links < 20:
    wrong.append("too few were found: the documents or this script have changed")
print(f"{len(found)} documents, {links} links")
sys.exit("\n".join(wrong) if wrong else 0)
