#!/usr/bin/env python3
"""Read a weights file with nothing of initlab's, and compare it with expected floats.

read_weights.py FILE EXPECTED NAME:SHAPE...
for example: read_weights.py a.safetensors a.f32 layer1.weight:3x2 layer1.bias:2

FILE is a .safetensors, or STEM.npy, which stands for STEM.NAME.npy of each NAME. EXPECTED holds the
tensors' float32, little-endian, in the order given. Standard library only. Exit status 1 tells what
differs.
"""
import ast
import json
import math
import struct
import sys


def fail(text):
    sys.exit("read_weights: " + text)


def read_safetensors(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack_from("<Q", data)
    if (8 + length) % 8:
        fail(f"data begin at {8 + length}, no multiple of 8")
    header = json.loads(data[8:8 + length], object_pairs_hook=no_twins)
    meta = header.pop("__metadata__")
    if meta.get("format") != "initlab" or not meta.get("version"):
        fail(f"metadata {meta}")
    body, at, tensors = data[8 + length:], 0, {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        if entry["dtype"] != "F32" or begin != at or end - begin != 4 * math.prod(entry["shape"]):
            fail(f"{name}: {entry} after offset {at}")
        tensors[name], at = (tuple(entry["shape"]), body[begin:end]), end
    if at != len(body):
        fail(f"tensors end at {at}, the file at {len(body)}")
    return tensors


def no_twins(pairs):
    if len(dict(pairs)) != len(pairs):
        fail("a key twice in the header")
    return dict(pairs)


def read_npy(path):
    data = open(path, "rb").read()
    if data[:8] != b"\x93NUMPY\x01\x00":
        fail(f"{path}: begins with {data[:8]}")
    (length,) = struct.unpack_from("<H", data, 8)
    if (10 + length) % 64 or data[9 + length:10 + length] != b"\n":
        fail(f"{path}: header of {length} bytes")
    header = ast.literal_eval(data[10:10 + length].decode("ascii").strip())
    if header["descr"] != "<f4" or header["fortran_order"] is not False or len(header) != 3:
        fail(f"{path}: {header}")
    if len(data) - 10 - length != 4 * math.prod(header["shape"]):
        fail(f"{path}: {len(data) - 10 - length} bytes for {header['shape']}")
    return header["shape"], data[10 + length:]


def main():
    path, expected, wanted = sys.argv[1], open(sys.argv[2], "rb").read(), sys.argv[3:]
    wanted = [(name, tuple(map(int, shape.split("x"))))
              for name, shape in (w.split(":") for w in wanted)]
    if path.endswith(".safetensors"):
        tensors = read_safetensors(path)
        if list(tensors) != [name for name, _ in wanted]:
            fail(f"tensors {list(tensors)}")
    else:
        tensors = {name: read_npy(f"{path.removesuffix('.npy')}.{name}.npy") for name, _ in wanted}
    at = 0
    for name, shape in wanted:
        size = 4 * math.prod(shape)
        if tensors[name][0] != shape:
            fail(f"{name}: shape {tensors[name][0]}, expected {shape}")
        if tensors[name][1] != expected[at:at + size]:
            fail(f"{name}: values differ")
        at += size
    if at != len(expected):
        fail(f"{len(expected)} bytes expected, {at} compared")


if __name__ == "__main__":
    main()
