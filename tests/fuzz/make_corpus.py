#!/usr/bin/env python3
"""Make the corpora of the fuzz targets: small files that are right, and one of each way to be wrong.

make_corpus.py [FOLDER], by default corpus/ beside this file. The same bytes each time.
"""
import gzip
import json
import pathlib
import struct
import sys

here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus")


def write(name, files):
    (here / name).mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (here / name / file).write_bytes(content)


def idx(sizes, data, magic=None):
    return (magic or bytes([0, 0, 8, len(sizes)])) + struct.pack(f">{len(sizes)}I", *sizes) + data


images, labels = idx([2, 2, 3], bytes(range(12))), idx([5], bytes([0, 1, 2, 1, 0]))
packed = gzip.compress(images, mtime=0)
write("idx", {
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
})


def npy(header, data, version=1, length=None):
    text = header.encode() if isinstance(header, str) else header
    return (b"\x93NUMPY" + bytes([version, 0]) +
            struct.pack("<H" if version == 1 else "<I", len(text) if length is None else length) + text + data)


def array(shape, type="<f4", order="False"):
    return f"{{'descr': '{type}', 'fortran_order': {order}, 'shape': {shape}, }}\n"


def safetensors(header, data, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(shape, begin, end, type="F32"):
    return {"layer1.weight": {"dtype": type, "shape": shape, "data_offsets": [begin, end]}}


six, wide = struct.pack("<6f", *range(1, 7)), struct.pack("<6d", *range(1, 7))
write("weights", {
    "matrix.npy": npy(array("(2, 3)"), six), "turned.npy": npy(array("(3, 2)"), six),
    "vector.npy": npy(array("(3,)"), six[:12]), "doubles.npy": npy(array("(2, 3)", "<f8"), wide),
    "columns.npy": npy(array("(2, 3)", order="True"), six), "version-2.npy": npy(array("(2, 3)"), six, 2),
    "version-9.npy": npy(array("(2, 3)"), six, 9), "halves.npy": npy(array("(2, 3)", "<f2"), six[:12]),
    "big-endian.npy": npy(array("(2, 3)", ">f4"), six), "scalar.npy": npy(array("()"), six[:4]),
    "3-dims.npy": npy(array("(2, 3, 1)"), six), "negative.npy": npy(array("(-2, 3)"), six),
    "overflow.npy": npy(array("(18446744073709551617, 3)"), six), "no-shape.npy": npy("{'descr': '<f4'}", six),
    "open.npy": npy("{'fortran_order': False, 'descr': '<f4', 'shape': (2, 3", six),
    "short.npy": npy(array("(2, 3)"), six[:-1]), "long.npy": npy(array("(2, 3)"), six + b"\0"),
    "long-header.npy": npy(array("(2, 3)"), six, 1, 65535), "zeros.npy": npy(b"\0" * 64, six),
    "huge-header.npy": npy(array("(2, 3)"), six, 2, 2**32 - 1), "magic.npy": b"\x93NUMPY", "empty": b"",
    "matrix.safetensors": safetensors(tensor([2, 3], 0, 24), six),
    "turned.safetensors": safetensors(tensor([3, 2], 0, 24), six),
    "vector.safetensors": safetensors(tensor([3], 12, 24), six),
    "doubles.safetensors": safetensors(tensor([2, 3], 0, 48, "F64"), wide),
    "halves.safetensors": safetensors(tensor([2, 3], 0, 12, "F16"), six[:12]),
    "bfloats.safetensors": safetensors(tensor([2, 3], 0, 12, "BF16"), bytes(12)),
    "nan.npy": npy(array("(2, 3)"), six[:20] + b"\0\0\xc0\x7f"),
    "past-end.safetensors": safetensors(tensor([2, 3], 1, 25), six),
    "backwards.safetensors": safetensors(tensor([2, 3], 24, 0), six),
    "far.safetensors": safetensors(tensor([2, 3], 2**62, 2**62 + 24), six),
    "negative.safetensors": safetensors(tensor([2, 3], -24, 0), six),
    "words.safetensors": safetensors(tensor(["2", None], 0, 24), six),
    "deep.safetensors": safetensors(b"[" * 4000, six), "list.safetensors": safetensors(b"[1, 2]", six),
    "twice.safetensors": safetensors(b'{"layer1.weight": 1, "layer1.weight": 2}', six),
    "other.safetensors": safetensors({"layer2.weight": {}}, six), "no-json.safetensors": safetensors(b"{", six),
    "huge-header.safetensors": safetensors(b"{}", b"", 2**64 - 1), "short.safetensors": bytes(7),
})


def grid(rest, values="lr: [0.1, 1], batch: [8, 9], optimizer: [sgd, adam]"):
    return f"parameters: {{{values}}}\n{rest}\n".encode()


def drawn(values, count=5, rest=""):
    return grid(f"method: random\ncount: {count}\nseed: 3\n{rest}", values)


write("sweep", {
    "grid": grid("description: all\nmethod: grid\nseeds: 0..3"), "list": grid("seeds: [1, 5..9+2, 1]"),
    "value": grid("", "lr: {value: 1}, init: {values: [he_normal, 'h*=zeros,out=normal:std=2']}"),
    "factor": grid("", "lr: 1e-3..1*10, layers: ['in,out', 'in,8x2,out']"),
    "zip": grid("zip: [[lr, batch], [optimizer]]"),
    "zip-when": grid("zip: [[lr, batch]]\nwhen: {lr: {optimizer: adam}}"),
    "exclude": grid("exclude: [{lr: 1}, {lr: 0.1, batch: 8}]"),
    "chain": grid("when: {lr: {optimizer: adam}, optimizer: {batch: 9}}"),
    "before": b"when: {lr: {batch: 9}}\nexclude:\n  - {lr: .1}\n" + grid(""),
    "uniform": drawn("lr: {min: 0.1, max: 1}, batch: {min: 1, max: 9}"),
    "log": drawn("lr: {min: 1e-3, max: 1, distribution: log_uniform_values}, init: [zeros, ones]"),
    "whole": drawn("lr: [1, 2, 3], batch: {min: 0.5, max: 2.5, distribution: int_uniform}", 6),
    "huge-whole": drawn("data_seed: {min: 0, max: 18446744073709549568}"),
    "drawn-rules": drawn("lr: [1, 2, 3], batch: [8, 9], epochs: {min: 1, max: 3}", 7,
                         "zip: [[lr]]\nwhen: {lr: {batch: 8}}\nexclude: [{epochs: 2}]"),
    "crlf": grid("seeds: 0..3").replace(b"\n", b"\r\n"), "utf-16": "parameters: {lr: 1}".encode("utf-16"),
    "empty": b"", "no-runs": grid("exclude: [{lr: 1}, {lr: 0.1}]"), "comment": b"# nothing\n",
    "cycle": grid("when: {lr: {batch: 9}, batch: {lr: 1}}"), "itself": grid("when: {lr: {lr: 1}}"),
    "zipped-twice": grid("zip: [[lr, batch], [optimizer, lr]]"),
    "zip-lengths": grid("zip: [[lr, batch]]", "lr: 1, batch: [8, 9]"),
    "never": grid("exclude: [{lr: 7}]"), "second-term": grid("exclude: [{lr: 1, lr: 0.1}]"),
    "no-terms": grid("exclude: [{}]"),
    "second": grid("", "lr: 1, lr: 2"), "second-key": grid("seeds: 1\nseeds: 2"), "unknown": grid("", "lrr: 1"),
    "wrong-value": grid("", "lr: [1, fast]"), "no-value": grid("", "lr: []"), "nested": grid("", "lr: [[1]]"),
    "wrong-range": grid("seeds: 3..1"), "endless-range": grid("seeds: 0..1e30"), "nan": grid("", "lr: .nan"),
    "many": grid("seeds: 0..1048575", "lr: 1..40"), "min-in-grid": grid("", "lr: {min: 1, max: 2}"),
    "bound": drawn("lr: {min: -1, max: 1}"), "no-whole": drawn("batch: {min: 1.2, max: 1.8}"),
    "min-of-words": drawn("init: {min: 1, max: 2}"), "too-few": drawn("lr: [1, 2]"),
    "fruitless": drawn("lr: [1, 2, 3], batch: [8, 9]", 4, "when: {lr: {batch: 8}}\nexclude: [{lr: 1}]"),
    "no-count": grid("method: random"), "count": grid("count: 3"), "alias": b"parameters: {lr: &a 1, batch: *a}\n",
    "tag": b"parameters: {lr: !!float 1}\n", "two": grid("---") + grid(""), "tab": b"parameters:\n\tlr: 1\n",
    "open": b"parameters: {lr: [1, 2", "not-utf-8": b"parameters:\n  lr: 1 # \xe4\n",
    "zero-byte": b"parameters: {lr: \"1\\0\"}\n",
    "deep": b"[" * 2000, "path": grid("", "init: 'file:w.npy'"),
})
