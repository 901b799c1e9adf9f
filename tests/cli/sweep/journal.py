"""journal.py - lines of a journal with their sums: each goes on from that of its group's line before (docs/formats.md)."""
import json


def crc32c(crc, data):
    crc ^= 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def sealed(lines):
    """Of pairs: a mark, b"+" or b".", and an object."""
    out, crc = b"", 0
    for mark, value in lines:
        text = mark + json.dumps(value, separators=(",", ":")).encode()
        crc = crc32c(crc, text)
        out += b"%08x %s\n" % (crc, text)
        crc = 0 if mark == b"." else crc
    return out


def lines_of(text):
    return [(line[9:10], json.loads(line[10:])) for line in text.splitlines()]
