"""fail_pack.py FOLDER WORDS - make a sweep's journals say that pack 0 failed, with these words, and nothing else."""
import pathlib
import sys

from journal import lines_of, sealed

PATH, *_ = pathlib.Path(sys.argv[1], "journal").glob("*.jsonl")
HEAD = next(value for _, value in lines_of(PATH.read_bytes()) if "journal" in value)
FAILED = {"pack": 0, "status": "failed", "attempt": 1, "code": 65, "error": sys.argv[2]}
PATH.write_bytes(sealed([(b"+", HEAD), (b".", FAILED)]))
