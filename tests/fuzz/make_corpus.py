#!/usr/bin/env python3
"""Make the corpus of fuzz_idx: small IDX files that are right, and one of each way to be wrong.

make_corpus.py [FOLDER], by default corpus/idx beside this file. The same bytes each time.
"""
import gzip
import pathlib
import struct
import sys

here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus/idx")


def idx(sizes, data, magic=None):
    return (magic or bytes([0, 0, 8, len(sizes)])) + struct.pack(f">{len(sizes)}I", *sizes) + data


images, labels = idx([2, 2, 3], bytes(range(12))), idx([5], bytes([0, 1, 2, 1, 0]))
packed = gzip.compress(images, mtime=0)
files = {
    "images": images, "labels": labels,
    "images.gz": packed, "labels.gz": gzip.compress(labels, mtime=0),
    "members.gz": gzip.compress(images[:9], mtime=0) + gzip.compress(images[9:], mtime=0),
    "stored.gz": gzip.compress(images, compresslevel=0, mtime=0),
    "empty": b"", "short-header": images[:7], "short": images[:-1], "long": labels + b"\0",
    "cut.gz": packed[:-9], "bad-crc.gz": packed[:-8] + b"\0\0\0\0" + packed[-4:],
    "bad-deflate.gz": packed[:10] + b"\xff" * 8, "trailing.gz": packed + b"rubbish",
    "floats": idx([1], bytes(4), b"\0\0\x0d\1"), "not-idx": b"\x89PNG\r\n\x1a\n",
    "zero": idx([0, 28, 28], b""),
    "2-dims": idx([2, 2], bytes(4)), "many": idx([2**31 - 1, 28, 28], bytes(8)),
    "overflow": idx([2**31 - 1, 2**31, 2**31], b""), "huge-samples": idx([2**32 - 1], b""),
    "bomb.gz": gzip.compress(idx([16, 16, 16], bytes(2**16)), mtime=0),
}
here.mkdir(parents=True, exist_ok=True)
for name, content in files.items():
    (here / name).write_bytes(content)
