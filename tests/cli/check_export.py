"""check_export.py FOLDER - runs.csv, runs.jsonl, epochs.csv, layers.jsonl and board/ are what FOLDER's
results.sqlite has. Events are decoded here by the formats' own definitions: TFRecord with masked CRC-32C, then
protocol buffers."""
import csv
import json
import math
import os
import sqlite3
import struct
import sys


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


def records(data):
    while data:
        length, head = struct.unpack_from("<QI", data)
        assert head == masked(data[:8])
        body = data[12:12 + length]
        assert len(body) == length
        assert struct.unpack_from("<I", data, 12 + length)[0] == masked(body)
        yield body
        data = data[16 + length:]


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif key & 7 == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
        yield key >> 3, value


def scalars(path):
    """{(epoch, tag): value}"""
    out = {}
    with open(path, "rb") as file:
        events = [list(fields(body)) for body in records(file.read())]
    assert dict(events[0])[3] == b"brain.Event:2"
    for event in events[1:]:
        step = dict(event)[2]
        for number, value in fields(dict(event)[5]):
            assert number == 1
            parts = dict(fields(value))
            out[step, parts[1].decode()] = parts[2]
    return out


def same(text, value):
    if value is None:
        return text == ""
    if isinstance(value, float):
        return float(text) == value
    return text == str(value)


def main(folder):
    db = sqlite3.connect(os.path.join(folder, "results.sqlite"))
    runs = db.execute("SELECT * FROM runs ORDER BY number")
    names = [column[0] for column in runs.description]
    runs = runs.fetchall()
    assert len(runs) == 40 and sum(row[names.index("status")] == "diverged" for row in runs) >= 10
    with open("runs.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == names and len(rows) == 41
    for row, want in zip(rows[1:], runs):
        assert all(map(same, row, want)), (row, want)
    with open("runs.jsonl", encoding="utf-8") as file:
        for line, want in zip(file, runs, strict=True):
            assert tuple(json.loads(line)[name] for name in names) == want
    epochs = db.execute("SELECT epochs.* FROM epochs JOIN runs USING (run_id) ORDER BY number, epoch")
    columns = [column[0] for column in epochs.description]
    epochs = epochs.fetchall()
    with open("epochs.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == columns and len(rows) == 81
    for row, want in zip(rows[1:], epochs):
        assert all(map(same, row, want)), (row, want)
    with open("layers.jsonl", encoding="utf-8") as file:
        assert sum(1 for _ in file) == db.execute("SELECT count(*) FROM layers").fetchone()[0] == 60
    assert sorted(os.listdir("board")) == sorted(row[0] for row in runs)
    for run, epoch, *values in epochs:
        events = scalars(os.path.join("board", run, "events.out.tfevents.initlab"))
        for tag, value in zip(columns[2:], values):
            if value is None:
                assert (epoch, tag) not in events
            else:
                got = events[epoch, tag]
                # a float of a double that may lie beyond its range
                assert got == struct.unpack("<f", struct.pack("<f", value))[0] if abs(value) < 3e38 else math.isinf(got)


main(sys.argv[1])
