#!/usr/bin/env python3
"""The saved weights are the network: what they predict, computed here, is what was reported.

weights.py INITLAB [numpy]   trains on a small dataset, reads both formats back by hand, and
computes the test set's cost and accuracy in double; with numpy: numpy.load reads the same bytes
instead. Exit status 77: no numpy. Standard library only, but for that.
"""
import json
import math
import os
import struct
import subprocess
import sys
import tempfile

import read_weights

PIXELS, HIDDEN, CLASSES = 16, 5, 3


def train(folder):
    """Train, save in both formats, and return the last epoch's object."""
    make = os.path.join(os.path.dirname(__file__), "..", "cli", "make_idx.py")
    subprocess.run([sys.executable, make, os.path.join(folder, "data"), "96"], check=True)
    for name in ("w.safetensors", "w.npy"):
        subprocess.run([os.path.abspath(sys.argv[1]), "train", "--data", "data", "--device", "cpu",
                        "--layers", f"in,{HIDDEN},out", "--activation", "tanh", "--seed", "5",
                        "--init", "h*=normal:0:0.5,out=uniform:-1:1,b=constant:0.25",
                        "--batch", "8", "--epochs", "3", "--out", "out.jsonl", "--save", name,
                        "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, "out.jsonl"), encoding="ascii") as file:
        return [json.loads(line) for line in file][-2]


def predict(tensors, image):
    """The outputs of one image (bytes): rows of a weight are its inputs, columns its outputs."""
    values = [byte / 255 for byte in image]
    for layer, act in (("layer1", math.tanh), ("layer2", lambda z: z)):
        shape, data = tensors[layer + ".weight"]
        weight = struct.unpack(f"<{math.prod(shape)}f", data)
        bias = struct.unpack(f"<{shape[1]}f", tensors[layer + ".bias"][1])
        values = [act(bias[j] + sum(x * weight[i * shape[1] + j] for i, x in enumerate(values)))
                  for j in range(shape[1])]
    return values


def evaluate(tensors, data):
    with open(os.path.join(data, "t10k-images-idx3-ubyte"), "rb") as file:
        images = file.read()[16:]
    with open(os.path.join(data, "t10k-labels-idx1-ubyte"), "rb") as file:
        labels = file.read()[8:]
    cost = hits = 0
    for i, label in enumerate(labels):
        z = predict(tensors, images[i * PIXELS:(i + 1) * PIXELS])
        cost += math.log(sum(map(math.exp, z))) - z[label]
        hits += z.index(max(z)) == label
    return cost / len(labels), hits / len(labels)


def by_numpy(numpy, stem, tensors):
    for name, (shape, data) in tensors.items():
        array = numpy.load(f"{stem}.{name}.npy", allow_pickle=False)
        if array.dtype != numpy.float32 or array.shape != shape or array.tobytes() != data:
            sys.exit(f"{name}: numpy reads {array.dtype} {array.shape}, or other values")
        print(f"ok   {name}: numpy reads the same {array.size} numbers")


def find_numpy():
    """numpy; a packaged one belongs to the system's own Python, which then takes over."""
    system = "/usr/bin/python3"
    try:
        import numpy
        return numpy
    except ImportError:
        if os.access(system, os.X_OK) and not os.path.samefile(system, sys.executable):
            sys.stdout.flush()
            os.execv(system, [system, *sys.argv])
    print("skipped: Python has no numpy (Debian: python3-numpy)")
    sys.exit(77)


def main():
    numpy = None
    if sys.argv[2:] == ["numpy"]:
        numpy = find_numpy()
    with tempfile.TemporaryDirectory() as folder:
        epoch = train(folder)
        tensors = read_weights.read_safetensors(os.path.join(folder, "w.safetensors"))
        shapes = {"layer1.weight": (PIXELS, HIDDEN), "layer1.bias": (HIDDEN,),
                  "layer2.weight": (HIDDEN, CLASSES), "layer2.bias": (CLASSES,)}
        if {name: shape for name, (shape, _) in tensors.items()} != shapes:
            sys.exit(f"tensors {[(n, s) for n, (s, _) in tensors.items()]}")
        if numpy:
            by_numpy(numpy, os.path.join(folder, "w"), tensors)
            return
        for name, tensor in tensors.items():
            if read_weights.read_npy(os.path.join(folder, f"w.{name}.npy")) != tensor:
                sys.exit(f"{name}: the .npy differs from the .safetensors")
        cost, accuracy = evaluate(tensors, os.path.join(folder, "data"))
    # float32 there, double here. A sum of n products is off by at most n * 2^-24 times the sum of
    # their sizes: here 17 and below 8 in the first layer, 8.1e-6; the second passes that on times
    # the sum of a column, below 4, and adds 6 * 2^-24 * 4; the cost takes that at most twice: 7e-5.
    # Transposed weights, biases reversed or left out, and pixels over 256 all change the cost by
    # more than 7e-4.
    print(f"cost {cost}, accuracy {accuracy}; reported: {epoch}")
    if abs(cost - epoch["test_cost"]) > 7e-5 or accuracy != epoch["test_accuracy"]:
        sys.exit("the saved weights are not the network that was evaluated")


main()
