"""check_export.py FOLDER - runs.csv, runs.jsonl, epochs.csv, layers.jsonl and board/ are what FOLDER's
results.sqlite has. Events are decoded here by the formats' own definitions: TFRecord with masked CRC-32C, then
protocol buffers, whose fields' numbers are those of TensorBoard's plugin_data.proto and api.proto of hparams."""
import csv
import json
import math
import os
import re
import sqlite3
import struct
import sys

from journal import crc32c


def masked(data):
    crc = crc32c(0, data)
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


def summaries(path):
    """(step, a Summary's Value) of an event file"""
    with open(path, "rb") as file:
        events = [list(fields(body)) for body in records(file.read())]
    assert dict(events[0])[3] == b"brain.Event:2"
    for event in events[1:]:
        for number, value in fields(dict(event)[5]):
            assert number == 1
            yield dict(event)[2], dict(fields(value))


def scalars(path):
    """{(epoch, tag): value}"""
    return {(step, value[1].decode()): value[2] for step, value in summaries(path)}


def hparams(path):
    """{tag: the fields of its message in HParamsPluginData}"""
    field = {"_hparams_/experiment": 2, "_hparams_/session_start_info": 3, "_hparams_/session_end_info": 4}
    out = {}
    for step, value in summaries(path):
        tag = value[1].decode()
        plugin = dict(fields(dict(fields(value[9]))[1]))
        assert step == 0 and plugin[1] == b"hparams"
        assert value[8] == b"\x08\x01\x12\x02\x12\x00"  # a tensor of no floats
        assert tag not in out
        out[tag] = list(fields(dict(fields(plugin[2]))[field[tag]]))
    return out


def plain(value):
    """a google.protobuf.Value"""
    (number, x), = fields(value)
    assert number in (2, 3)
    return x if number == 2 else x.decode()


def board_names(rows, names):
    """{run_id: (its folder, its group, {parameter that varies but seeds: value})}; names: of the columns"""
    parameters = names[names.index("layers"):names.index("depth")]
    varied = [name for name in parameters if len({row[names.index(name)] for row in rows}) > 1]
    varied.sort(key=lambda name: name != "init")  # which is first
    out = {}
    for row in rows:
        words = {name: (f"{name}=" if name != "init" else "") + str(row[names.index(name)]) for name in varied}
        safe = [re.sub("[^A-Za-z0-9._=,+ -]", "-", " ".join(w for name, w in words.items() if seeds or "seed" not in name))
                for seeds in (True, False)]
        out[row[0]] = safe[0], safe[1], {name: row[names.index(name)] for name in varied if "seed" not in name}
    folders = [folder for folder, *_ in out.values()]
    return {run: (folder if folders.count(folder) == 1 else f"{folder} {run}", group, values)
            for run, (folder, group, values) in out.items()}


def check_board(rows, names):
    """HPARAMS, run by run, and the experiment"""
    varied = board_names(rows, names)
    assert sorted(os.listdir("board")) == sorted([folder for folder, *_ in varied.values()] +
                                                 ["events.out.tfevents.initlab.hparams"])
    for row in rows:
        folder, group, values = varied[row[0]]
        found = hparams(f"board/{folder}/events.out.tfevents.initlab.hparams")
        start, end = found["_hparams_/session_start_info"], dict(found["_hparams_/session_end_info"])
        given = [dict(fields(value)) for number, value in start if number == 1]
        assert {entry[1].decode(): plain(entry[2]) for entry in given} == values
        assert dict(start)[4].decode() == group
        assert end[1] == (1 if row[names.index("status")] == "ok" else 2)
        assert abs(end[2] - dict(start)[5] - row[names.index("seconds")]) < 1e-6  # of 1e9, in doubles
    experiment = hparams("board/events.out.tfevents.initlab.hparams")["_hparams_/experiment"]
    infos = [list(fields(value)) for number, value in experiment if number == 4]
    found = {dict(info)[1].decode(): [plain(v) for _, v in fields(dict(info)[5])] for info in infos}
    want = {}
    for *_, values in varied.values():
        for name, value in values.items():
            want.setdefault(name, []).append(value)
    assert found == {name: list(dict.fromkeys(values)) for name, values in want.items()}
    metrics = [dict(fields(dict(fields(value))[1]))[2].decode() for number, value in experiment if number == 5]
    assert metrics == ["test_accuracy", "train_accuracy", "test_cost", "cost"], metrics
    return {run: folder for run, (folder, *_) in varied.items()}


def same(text, value):
    if value is None:
        return text == ""
    if isinstance(value, float):
        return float(text) == value
    return text == str(value)


def check_csv(name, columns, wanted, count):
    with open(name, encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == columns and len(rows) == len(wanted) == count
    for row, want in zip(rows, wanted, strict=True):
        assert all(map(same, row, want)), (row, want)


def main(folder):
    db = sqlite3.connect(os.path.join(folder, "results.sqlite"))
    runs = db.execute("SELECT * FROM runs ORDER BY number")
    names = [column[0] for column in runs.description]
    runs = runs.fetchall()
    assert len(runs) == 40 and sum(row[names.index("status")] == "diverged" for row in runs) >= 10
    check_csv("runs.csv", names, runs, 40)
    with open("runs.jsonl", encoding="utf-8") as file:
        for line, want in zip(file, runs, strict=True):
            assert tuple(json.loads(line)[name] for name in names) == want
    epochs = db.execute("SELECT epochs.* FROM epochs JOIN runs USING (run_id) ORDER BY number, epoch")
    columns = [column[0] for column in epochs.description]
    epochs = epochs.fetchall()
    check_csv("epochs.csv", columns, epochs, 80)
    with open("layers.jsonl", encoding="utf-8") as file:
        assert sum(1 for _ in file) == db.execute("SELECT count(*) FROM layers").fetchone()[0] == 60
    folder_of = check_board(runs, names)
    for run, epoch, *values in epochs:
        events = scalars(os.path.join("board", folder_of[run], "events.out.tfevents.initlab"))
        for tag, value in zip(columns[2:], values):
            if value is None:
                assert (epoch, tag) not in events
            else:
                got = events[epoch, tag]
                # a float of a double that may lie beyond its range
                assert got == struct.unpack("<f", struct.pack("<f", value))[0] if abs(value) < 3e38 else math.isinf(got)


if __name__ == "__main__":
    main(sys.argv[1])
