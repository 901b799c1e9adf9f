"""jobs.py - what the peers' scripts share: MNIST, the networks, initial weights, and how a result is told.

A job is trained as initlab's bench_steps does: batches of 128 in a random order, plain SGD at a rate of .1, fp32 products, relu,
softmax cross-entropy, Glorot's uniform weights, biases 0. The short last batch is left out.
"""
import gzip
import json
import pathlib
import sys
import time

import numpy as np

BATCH, RATE, SECONDS = 128, 0.1, 2
JOBS = [((784, 10), 1), ((784, 10), 256), ((784, 256, 256, 10), 1), ((784, 256, 256, 10), 64), ((784, 1024, 1024, 10), 1)]
QUICK = [((784, 10), 1), ((784, 10), 2)]


def arguments():
    """(folder of MNIST, number of the GPU, None: the CPU; is it to be quick)"""
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} MNIST cpu|cuda:N [--quick]")
    return pathlib.Path(sys.argv[1]), None if sys.argv[2] == "cpu" else int(sys.argv[2].split(":")[1]), "--quick" in sys.argv


def idx(path, header):
    raw = gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) if not path.exists() else path.read_bytes()
    return np.frombuffer(raw, np.uint8, offset=header)


def mnist(folder):
    """Training images as floats in [0, 1], and labels."""
    labels = idx(folder / "train-labels-idx1-ubyte", 8).astype(np.int64)
    return idx(folder / "train-images-idx3-ubyte", 16).reshape(len(labels), -1).astype(np.float32) / 255, labels


def weights(widths, runs):
    """[(w, b)] of layers, with an axis of runs in front where there are several."""
    drawn, front = np.random.default_rng(0), (runs,) if runs > 1 else ()
    return [(drawn.uniform(-1, 1, (*front, n, m)).astype(np.float32) * np.float32((6 / (n + m)) ** 0.5),
             np.zeros((*front, m), np.float32)) for n, m in zip(widths, widths[1:])]


def tell(framework, mode, widths, runs, samples, us, cost):
    row = {"framework": framework, "mode": mode, "network": "-".join(map(str, widths)), "runs": runs, "samples": samples,
           "us_a_step": us, "us_a_model_step": us / runs}
    if cost is not None:
        row["cost_of_epoch_1"] = float(cost)
    print(json.dumps(row), flush=True)


def clock(steps, most, done):
    """Microseconds of one step: steps(n) makes n of them, done() waits for them."""
    begin = time.perf_counter()
    steps(4)
    done()
    n = int(max(4, min(most, SECONDS / ((time.perf_counter() - begin) / 4))))
    begin = time.perf_counter()
    steps(n)
    done()
    return 1e6 * (time.perf_counter() - begin) / n


def attempt(what, measure):
    """1: it was measured; else the error is told, and the next one's turn comes."""
    try:
        measure()
        return 1
    except Exception as error:  # whatever a framework does not like here
        print(f"{what}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", file=sys.stderr)
        return 0
