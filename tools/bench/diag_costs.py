#!/usr/bin/env python3
"""diag_costs.py PROGRAM [TRIPLES] - what --diag every=epoch adds to a training of 10 epochs. Trainings of one epoch are timed in
turns: not watched, looked at twice, and every second step, of which there are 469: the 234 looks more say what one costs, on a
busy machine, too. Medians of the processor time of one thread."""
import os
import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("INITLAB_DATA", str(ROOT / "data"))
PROGRAM = sys.argv[1]
TRIPLES = int(sys.argv[2]) if sys.argv[2:] else 5
WATCHES = [[], ["--diag", "every=epoch"], ["--diag", "every=step:2"]]
EPOCHS, MORE = 10, 234  # looks: 2 and 236


def seconds(network, out, watch):
    """Of the processor, in user mode, that a training took."""
    pid = os.fork()
    if pid == 0:
        try:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            os.execv(PROGRAM, [PROGRAM, "train", "--layers", network, "--epochs", "1", "--device", "cpu", "--out", out, *watch])
        finally:
            os._exit(127)
    _, code, used = os.wait4(pid, 0)
    assert code == 0, f"training of {network} ended with {code}"
    return used.ru_utime


with tempfile.TemporaryDirectory() as folder:
    for name in ["in,out", "in,256,256,out", "in,64x10,out"]:
        took = [[seconds(name, os.path.join(folder, "out.jsonl"), watch) for watch in WATCHES] for _ in range(TRIPLES)]
        plain, two, many = (statistics.median(row[i] for row in took) for i in range(3))
        look = (many - two) / MORE
        print(f"{name}: {plain:.2f} s an epoch, {1000 * look:.1f} ms a look, {1000 * (two - plain - 2 * look):+.0f} ms for ranks; "
              f"every=epoch of {EPOCHS} epochs: {100 * (two - plain + (EPOCHS - 1) * look) / (EPOCHS * plain):+.1f} %",
              flush=True)
