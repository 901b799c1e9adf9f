#!/usr/bin/env python3
"""fatbin_ptx.py - take the PTX texts out of a shared library's .nv_fatbin section.

Every text is known by the FNV-1a hash (64 bits) of its bytes without trailing zeros. The simulated
runtime computes the same hash of what the library registers, so a stale translation is noticed.
"""
import struct

FATBIN_MAGIC = 0xBA55ED50
KIND_PTX = 1                                            # 2 is machine code


class FatbinError(Exception):
    """The library has no PTX that can be read; the text says why."""


def section(elf, wanted):
    """The bytes of one section of a 64-bit little-endian ELF file."""
    table, = struct.unpack_from('<Q', elf, 0x28)
    size, count, names = struct.unpack_from('<HHH', elf, 0x3a)

    def header(i):                                      # name, type, flags, address, offset, size
        return struct.unpack_from('<IIQQQQ', elf, table + i * size)

    strings = header(names)[4]
    for i in range(count):
        name, _, _, _, offset, length = header(i)
        start = strings + name
        if elf[start:elf.index(b'\0', start)] == wanted:
            return elf[offset:offset + length]
    raise FatbinError('no section ' + wanted.decode())


def fnv1a(data):
    """FNV-1a, 64 bits."""
    h = 0xcbf29ce484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001b3 & (2 ** 64 - 1)
    return h


def entries(fatbin):
    """Every (kind, compressed, bytes) of all containers in the section."""
    at = 0
    while at + 16 <= len(fatbin):
        magic, _, head, total = struct.unpack_from('<IHHQ', fatbin, at)
        if magic != FATBIN_MAGIC:
            at += 8                                     # padding between containers
            continue
        entry, end = at + head, at + head + total
        while entry < end:
            kind, _, skip, size, packed = struct.unpack_from('<HHIQI', fatbin, entry)
            yield kind, packed, fatbin[entry + skip:entry + skip + size]
            entry += skip + size
        at = end


def ptx_texts(path):
    """{hash as 16 hexadecimal digits: PTX text} of all PTX in the library."""
    with open(path, 'rb') as f:
        fatbin = section(f.read(), b'.nv_fatbin')
    texts = {}
    for kind, packed, data in entries(fatbin):
        if kind != KIND_PTX:
            continue
        text = data.rstrip(b'\0')
        if packed or not text.lstrip().startswith((b'//', b'.version')):
            raise FatbinError('compressed PTX in %s: build with --compress-mode=none' % path)
        texts['%016x' % fnv1a(text)] = text.decode()
    if not texts:
        raise FatbinError('no PTX in ' + path)
    return texts
