"""sweeps.py - what the tests of sweeps share: a tiny dataset, a sweep file, and what a folder's results are.
Standard library only."""
import glob
import os
import sqlite3
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# what may differ between two trainings of the same sweep
OWN = {"seconds", "evaluation_seconds", "environment"}


def tiny(folder, samples=96):
    """Four IDX files: 16 pixels, 3 classes."""
    subprocess.run([sys.executable, os.path.join(HERE, "..", "cli", "make_idx.py"), folder, str(samples)],
                   check=True)


def write_sweep(path, runs, epochs=2):
    """A sweep file of about so many runs: 2 networks, 5 schemes, 2 activations, seeds; some diverge."""
    seeds = max(1, runs // 20)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"""parameters:
  layers: ["in,out", "in,8,out"]
  init: [he_normal, zeros, orthogonal, "constant:0.5", "normal:0:1e30"]
  activation: [relu, tanh]
  batch: 8
  epochs: {epochs}
  lr: 0.05
seeds: 0..{seeds - 1}
""")
    return 20 * seeds


def dump(folder, but=()):
    """Everything in the results but times, environment and these columns, in order."""
    db = sqlite3.connect(os.path.join(folder, "results.sqlite"))
    rows = []
    for table, order in (("runs", "run_id"), ("epochs", "run_id, epoch"), ("layers", "run_id, layer")):
        columns = [row[1] for row in db.execute(f"PRAGMA table_xinfo({table})") if row[1] not in OWN and row[1] not in but]
        names = ", ".join(f'"{name}"' for name in columns)
        rows += [(table, *row) for row in db.execute(f"SELECT {names} FROM {table} ORDER BY {order}")]
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    return rows


def children(pid):
    """The processes that a process started."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def committed(folder):
    """Packs that journals say are done: how many lines do, and how many packs they are."""
    lines = []
    for path in glob.glob(os.path.join(folder, "journal", "*.jsonl")):
        with open(path, "rb") as file:
            for line in file.read().split(b"\n")[:-1]:
                if line[9:10] == b"." and b'"status":"done"' in line:
                    lines.append(line.split(b'"pack":')[1].split(b",")[0])
    return len(lines), len(set(lines))
