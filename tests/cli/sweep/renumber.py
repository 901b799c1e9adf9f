"""renumber.py FOLDER - make a sweep's journals those of a version that did not say its numbers: of numbers 1."""
import pathlib
import sys

from journal import lines_of, sealed

for path in pathlib.Path(sys.argv[1], "journal").glob("*.jsonl"):
    lines = lines_of(path.read_bytes())
    for _, value in lines:
        if "journal" in value:
            assert value.pop("numbers") > 1, value
    path.write_bytes(sealed(lines))
