"""make_idx.py FOLDER N - write a small dataset as four IDX files: N training and 24 test images of
4 x 4 pixels in 3 classes. A class lights its own pixels, so that a network can learn it."""
import os
import struct
import sys


def images(labels):
    data = bytearray()
    for i, label in enumerate(labels):
        data += bytes((200 + i % 50 if p % 3 == label else (i * 7 + p) % 40) for p in range(16))
    return struct.pack(">IIII", 0x803, len(labels), 4, 4) + data


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    for name, n in (("train", count), ("t10k", 24)):
        labels = bytes(i * i % 7 % 3 for i in range(n))
        with open(os.path.join(folder, name + "-images-idx3-ubyte"), "wb") as f:
            f.write(images(labels))
        with open(os.path.join(folder, name + "-labels-idx1-ubyte"), "wb") as f:
            f.write(struct.pack(">II", 0x801, n) + labels)


main()
