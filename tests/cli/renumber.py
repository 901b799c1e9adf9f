"""renumber.py FOLDER - make a sweep's journals those of a version that did not say its numbers: of numbers 1. A line's
sum goes on from that of the group's line before (docs/formats.md)."""
import json
import pathlib
import sys


def crc32c(crc, data):
    crc ^= 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


for path in pathlib.Path(sys.argv[1], "journal").glob("*.jsonl"):
    out, crc = b"", 0
    for line in path.read_bytes().splitlines():
        mark, value = line[9:10], json.loads(line[10:])
        if "journal" in value:
            assert value.pop("numbers") == 2, value
        text = mark + json.dumps(value, separators=(",", ":")).encode()
        crc = crc32c(crc, text)
        out += b"%08x %s\n" % (crc, text)
        crc = 0 if mark == b"." else crc
    path.write_bytes(out)
