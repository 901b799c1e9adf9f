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
    "vector.safetensors": safetensors(tensor([3], 0, 12), six[:12]),
    "hole.safetensors": safetensors(tensor([3], 12, 24), six),
    "long.safetensors": safetensors(tensor([2, 3], 0, 24), six + b"\0"),
    "overlap.safetensors": safetensors({**tensor([2, 3], 0, 24), "b": {"dtype": "F32", "shape": [3], "data_offsets": [12, 24]}}, six),
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
    "extended": grid("seeds: 0..2\nwhen: {lr: {optimizer: adam}}") + b"\0parameters: {lr: [5, 1], activation: tanh}\nseeds: 2..4\n",
    "extended-zip": grid("zip: [[lr, batch]]\nexclude: [{lr: 1}]") + b"\0parameters: {lr: [3, 1], batch: [3, 9]}\n",
    "extended-draws": drawn("lr: {min: 0.1, max: 1}", 3) + b"\0seeds: [4, 5]\n",
    "extended-by-law": grid("") + b"\0parameters: {lr: {min: 1, max: 2}}\n",
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


# journals: fuzz_journal fills in @plan and @0 ... @5, and the sums of lines
def group(*values):
    lines = [value if isinstance(value, str) else json.dumps(value, separators=(",", ":")) for value in values]
    return "".join(f"00000000 {'.' if i + 1 == len(lines) else '+'}{line}\n" for i, line in enumerate(lines)).encode()


def run(number, **other):
    return {"run": f"@{number}", "number": number, "status": "ok", "diverged": [0, 0],
            "epochs": [[1, .5, .1, .5, .5, .5, None, None], [2, .4, .1, .6, .4, .6, None, None]],
            "layers": [[4, 2, 0, .1, 0, .2]], **other}


def done(pack, **other):
    return {"pack": pack, "status": "done", "attempt": 1, "runs": 3, "diverged": 0, "seconds": .1, "best": .6,
            "evaluation_seconds": .1, "best_run": "@0", **other}


def failed(pack):
    return {"pack": pack, "status": "failed", "attempt": 1, "code": 69, "error": "lost"}


head = {"journal": 2, "plan": "@plan", "environment": {"version": "0", "host": "h"}}
first, second = (run(0), run(1), run(2), done(0)), (run(3), run(4), run(5), done(1))
whole = group(head, *first) + group(*second)
half = group(head, run(0), run(1), done(0, runs=2, first=0, left=1))
write("journal", {
    "halves": half + group(run(2), done(0, runs=1, first=2, left=0, best_run="@2")), "half-and-whole": half + group(*first),
    "half-and-failed": half + group(failed(0)), "half-and-quarter": half + group(run(1), done(0, runs=1, first=1, left=0, best_run="@1")),
    "half-failed-run": group(head, run(0), {"run": "@1", "number": 1, "status": "failed", "code": 65, "error": "x"}, done(0, runs=2, failed=1, first=0, left=1)),
    "no-half": group(head, run(1), run(2), done(0, runs=2, first=1, left=1, best_run="@1")), "half-huge": group(head, run(0), done(0, runs=1, first=2**62, left=0)),
    "half-left": group(head, run(0), run(1), done(0, runs=2, first=0, left=2)), "half-text": group(head, run(0), run(1), done(0, runs=2, first="0", left=[])),
    "half-of-all": group(head, *first[:3], done(0, first=0, left=0)),
    "whole": whole, "twice": whole + group(*first), "empty": b"", "line": b"\n", "cut": whole[:-40],
    "no-head": group(*first) + group(*second), "other-plan": group({**head, "plan": "x"}, *first),
    "format-9": group({**head, "journal": 9}, *first), "head-alone": group(head) + group(*second),
    "no-environment": group({"journal": 2, "plan": "@plan"}, *first), "odd-environment": group({**head, "environment": 7}),
    "failed-run": group(head, run(0), {"run": "@1", "number": 1, "status": "failed", "code": 65, "error": "x"}, run(2), done(0, failed=1)),
    "failed-runs": group(head, *({"run": f"@{i}", "number": i, "status": "failed", "code": 65, "error": "x"} for i in range(3)), done(0, failed=3, best=-1, best_run="")),
    "failed-count": group(head, *first[:3], done(0, failed=-1)), "failed-text": group(head, {**run(0), "status": "failed", "error": 3}, run(1), run(2), done(0, failed=1)),
    "failed": group(head, failed(1)) + group(failed(0)) + group(*first), "failed-no-head": group(failed(1)),
    "no-end": whole[:-1], "no-marks": whole.replace(b" +", b" -"), "zeros": whole + bytes(64), "no-json": group(head, "{", "]"),
    "missing-run": group(head, run(0), done(0)), "runs-swapped": group(head, run(1), run(0), run(2), done(0)),
    "other-run": group(head, run(0), run(1), run(7), done(0)), "wrong-number": group(head, {**run(0), "number": 5}, done(0)),
    "huge-number": group(head, {**run(0), "number": 2**62}, done(0)), "negative": group(head, run(0), done(-1)),
    "pack-9": group(head, run(0), done(9)), "pack-huge": group(head, failed(2**62)), "failed-negative": group(head, failed(-2)),
    "pack-text": group(head, run(0), done("0")), "no-epochs": group(head, run(0, epochs=[]), done(0)),
    "odd-epochs": group(head, run(0, epochs=[[], 3, None, {"a": 1}]), done(0)), "odd-layers": group(head, run(0, layers=4), done(0)),
    "text-epochs": group(head, run(0, epochs=[["1", "x", [], {}]]), done(0)), "no-runs": group(head, run(0), done(0, runs=0)),
    "status": group(head, run(0, status="fine"), done(0)), "status-number": group(head, run(0, status=3), done(0, status=4)),
    "deep": group("[" * 4000), "number-line": group("7"), "diverged": group(head, run(0, status="diverged", diverged=3), done(0)),
    "no-id": group(head, {"number": 0, "status": "ok", "epochs": [[1]]}, done(0)),
    "long-best": group(head, *first[:3], done(0, best="x", best_run="y" * 99, diverged=-1)),
})

# states: '=' a file, '~' bytes of a true one that are others, '"' its note
note = {"plan": "x", "pack": 0, "seconds": 0.5, "evaluation_seconds": 0.5, "epochs": []}
write("state", {
    "empty": b"", "nothing": b"=", "text": b"=initlab", "head": b"=initlab pack state 3: 0 bytes of note, 0 of state, numbers 3\n\0\0\0\0",
    "huge": b"=initlab pack state 3: 18446744073709551615 bytes of note, 18446744073709551615 of state, numbers 3\n" + bytes(64),
    "negative": b"=initlab pack state 3: -1 bytes of note, -1 of state, numbers 3\n" + bytes(64), "old": b"=initlab pack state 1: 0 bytes",
    "true": b"~", "note": b'"' + json.dumps(note).encode(), "no-note": b'"', "no-json": b'"{', "list": b'"[1, 2]',
    "deep": b'"' + b"[" * 4000, "zeros-in-note": b'"{}' + bytes(8),
    **{f"byte-{at}": b"~" + struct.pack("<HB", at, value) for at, value in
       ((0, 0), (22, ord("9")), (30, ord("9")), (60, 0), (65535, 255))},
    **{f"all-{value}": b"~" + b"".join(struct.pack("<HB", at, value) for at in range(60, 1200)) for value in (0, 255)},
})
