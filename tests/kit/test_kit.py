#!/usr/bin/env python3
"""test_kit.py SOURCE BUILD WORK - the archive that tools/gpu-kit makes: small enough, complete but for glibc, and good in an empty
environment; its first hour on the simulated GPU, with a part that fails and one that hangs; and without a GPU.

Standard library only, and readelf."""
import gzip
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tarfile

SOURCE, BUILD, WORK = map(pathlib.Path, sys.argv[1:4])
KIT = WORK / "initlab-gpu-kit"
PLAIN = {"PATH": "/usr/bin:/bin", "BLIS_NUM_THREADS": "1"}
# glibc's own, and the loader: what a bare system has
SYSTEM = {"libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "ld-linux-x86-64.so.2"}
PARTS = ["card", "selftest", "cublas", "costs", "steps_1", "steps_3", "steps_wide", "nodes", "orthogonal", "ops", "sweep",
         "two_packs", "recipe"]
ABSENT = {"driver": "nvidia-smi", "trainings": "a GPU, and not --quick", "torch": "PyTorch", "jax": "JAX", "ncu": "ncu",
          "memcheck": "compute-sanitizer", "racecheck": "compute-sanitizer", "initcheck": "compute-sanitizer",
          "synccheck": "compute-sanitizer"}
failures = []


def check(good, words):
    if not good:
        failures.append(words)


def run(*command, **env):
    return subprocess.run(list(map(str, command)), env={**PLAIN, **env}, capture_output=True, text=True, timeout=200, cwd=WORK)


def make():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    done = run(sys.executable, SOURCE / "tools/gpu-kit", BUILD, WORK / "made")
    assert done.returncode == 0, done.stderr
    archive = WORK / "made/initlab-gpu-kit.tar.gz"
    check(archive.stat().st_size < 60 << 20, f"the archive has {archive.stat().st_size} bytes")
    with tarfile.open(archive) as tar:
        tar.extractall(WORK)
    shutil.rmtree(WORK / "made")  # nothing is found there any more


def is_complete():
    """Every library that a file needs lies in the kit, or is glibc's; so does what those need."""
    inside, seen = {path.name for path in (KIT / "lib").iterdir()}, 0
    for path in [*(KIT / "bin").iterdir(), *(KIT / "lib").iterdir()]:
        needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-dW", path).stdout))
        seen += len(needed)
        check(needed <= inside | SYSTEM, f"{path.name} needs {sorted(needed - inside - SYSTEM)}")
    check(seen > 20, f"only {seen} needs were read")
    check(not any(name in SYSTEM for name in inside), f"glibc is in the kit: {sorted(inside & SYSTEM)}")


def alone():
    """No GPU, nothing in the environment but PATH: the CPU trains; a first hour says what is missing."""
    done = run(KIT / "initlab", "version")
    check(done.returncode == 0 and done.stdout.startswith("initlab "), f"version: {done.stdout}{done.stderr}")
    done = run(KIT / "initlab", "train", "--device", "cpu", "--epochs", "1")
    accuracy = re.search(r"^test accuracy (0\.\d+)$", done.stdout, re.M)
    check(accuracy and float(accuracy[1]) > .8, f"train: {done.stdout}{done.stderr}")
    done = run(KIT / "first-hour", WORK / "nothing", CUDA_VISIBLE_DEVICES="")
    check(done.returncode == 69 and "no GPU that initlab can use (cuda:0)" in done.stderr and "driver" in done.stderr,
          f"without a GPU: {done.returncode}, {done.stderr}")
    check(not (WORK / "nothing").exists(), "without a GPU: a folder was made")


def part_of_mnist(to, train, test):
    """The first images of MNIST: what a step costs on simulated hardware allows no more."""
    (to / "mnist").mkdir(parents=True)
    shutil.copytree(KIT / "share/initlab/recipes", to / "recipes")
    for name, count in ("train", train), ("t10k", test):
        for kind, header, size in ("images-idx3", 16, 784), ("labels-idx1", 8, 1):
            raw = gzip.decompress((KIT / f"share/initlab/mnist/{name}-{kind}-ubyte.gz").read_bytes())
            (to / f"mnist/{name}-{kind}-ubyte").write_bytes(raw[:4] + struct.pack(">I", count) + raw[8:header + count * size])


def plant(name, text):
    (KIT / "bin" / name).rename(KIT / "bin" / f"{name}.whole")
    (KIT / "bin" / name).write_text("#!/bin/sh\n" + text)
    (KIT / "bin" / name).chmod(0o755)


def first_hour():
    """All that can run on the simulated GPU runs, and is in both files; what is planted fails, and stops nothing."""
    part_of_mnist(WORK / "data", 6000, 512)
    plant("bench_costs", "echo '{\"cost\":\"kernel within a recorded step\",\"us\":3}'\nprintf '{\"cost\":\"half a li'\nsleep 100\n")
    plant("simcuda_plugin_ops", "echo planted >&2\nexit 3\n")
    out = WORK / "out"
    done = run(KIT / "first-hour", "--quick", "--minutes", "5", out, LD_LIBRARY_PATH=str(BUILD / "simcuda"), SIMCUDA_BLOCK="1",
               INITLAB_DATA=str(WORK / "data"), PYTHON="/nonexistent")
    check(done.returncode == 1, f"first-hour ends with {done.returncode}: {done.stdout}{done.stderr}")
    report = json.loads((out / "first-hour.json").read_text())
    parts = {part["name"]: part for part in report["parts"]}
    check(list(parts) == PARTS + list(ABSENT), f"parts: {list(parts)}")
    for name in PARTS:
        outcome = {"costs": "out of time", "ops": "failed"}.get(name, "done")
        check(parts[name]["outcome"] == outcome, f"{name}: {parts[name]['outcome']}: {parts[name]['errors']}")
        check(name == "ops" or parts[name]["results"], f"{name} has no results")
    for name, needs in ABSENT.items():
        check(parts[name]["outcome"] == "left out" and needs in parts[name]["words"], f"{name}: {parts[name]}")
    check(parts["ops"]["exit"] == 3 and parts["ops"]["errors"] == ["planted"], f"ops: {parts['ops']}")
    check(parts["costs"]["results"][0]["us"] == 3, f"costs: {parts['costs']}")
    check(sum(part["seconds"] for part in parts.values()) <= 300, "it took longer than it was given")
    what_it_says(parts)
    comparison(report, (out / "first-hour.md").read_text())


def what_it_says(parts):
    """The results are of the jobs that were asked for."""
    checks = parts["selftest"]["results"]
    check(sum(c.get("good", False) is True for c in checks if isinstance(c, dict)) > 20, f"selftest: {checks}")
    for name, network in ("steps_1", "784-10"), ("steps_3", "784-256-256-10"), ("steps_wide", "784-1024-1024-10"):
        rows = [(row["network"], row["runs"]) for row in parts[name]["results"]]
        check(rows == [(network, 1), (network, 4)], f"{name}: {rows}")
        check(all(row["us_a_step"] > 0 and row["us_an_evaluation"] > 0 and row["beyond"] <= 0 <= row["planned"] - row["used"] < 1 << 16
                  for row in parts[name]["results"]), f"{name}: {parts[name]['results']}")
    nodes = [(row["layers"], row["nodes"]) for row in parts["nodes"]["results"]]
    check(nodes[:3] == [("in,out", 4), ("in,out", 4), ("in,256,256,out", 14)], f"nodes: {nodes}")
    check("gather" in parts["nodes"]["results"][0]["kernels"][0], f"kernels: {parts['nodes']['results'][0]}")
    products = parts["cublas"]["results"]
    check(all(row["differ_of_whole"] == 0 for row in products) and len(products) == 16, f"cublas: {products}")
    check(all((row["differ"] > 0) == (row["arithmetic"] in ("tf32", "bf16")) for row in products), f"cublas: {products}")
    check([row["pack"] for row in parts["two_packs"]["results"]] == ["alone", "first", "second"], "two_packs")
    check([row["init"] for row in parts["orthogonal"]["results"]] == ["he_normal", "orthogonal"], "orthogonal")
    check(any("0.8" in str(row) or "0.7" in str(row) for row in parts["sweep"]["results"]), f"sweep: {parts['sweep']['results']}")


def named(network, runs, launches):
    return f"{network}, {runs} run{'' if int(runs) == 1 else 's'}, {launches} launches"


def comparison(report, markdown):
    """Every estimate has a row, with its error where it was measured."""
    rows = {row["what"]: row for row in report["comparison"]["rows"]}
    estimates = json.loads((KIT / "estimates.json").read_text())
    # docs/kernels.md has the same numbers, of fewer runs
    stated = re.findall(r"^\| (784-\S+) \| (\d+) \| (\d+) \| \S+ \| \S+ \| (\d+) \|", (SOURCE / "docs/kernels.md").read_text(), re.M)
    check(len(stated) >= 4, f"docs/kernels.md: {stated}")
    for network, runs, launches, us in stated:
        row = rows.get(named(network, runs, launches), {"estimate_us": 0})
        check(abs(row["estimate_us"] - int(us)) <= .5, f"{network} x {runs}: {us} in docs/kernels.md, here {row}")
    for step in estimates["steps"]:
        what = named(step["network"], step["runs"], step["launches"])
        check(f"| step: {what} |" in markdown and what in rows, f"no row of {what}")
        check(("error" in rows[what]) == (step["runs"] in (1, 4)), f"{what}: {rows[what]}")
    row = rows["kernel within a recorded step"]
    check(abs(row["error"] - (3 / 2 - 1)) < 1e-9, f"an error of 3 beside 2: {row}")
    check("| cost: kernel within a recorded step | 3 | 2 | +50 % |" in markdown, "the planted cost is not in Markdown")
    # by the one line of docs/kernels.md, for each layer
    want = sum(4 * sum((max(n, m) - k) * (min(n, m) - k) for k in range(min(n, m))) for n, m in ((784, 64), (64, 64), (64, 10)))
    got = rows["orthogonal weights of 784-64-64-10"]["estimate_us"]
    check(abs(got / (want / (128 * 8 / 480 * 1.7e3)) - 1) < 1e-9, f"orthogonal: {got}")
    for name in PARTS + list(ABSENT):
        check(f"\n| {name} | " in markdown, f"{name} is not in Markdown")
    check("\n## sweep\n\n```text\n" in markdown, "the sweep is not in Markdown")
    check("| ops | failed (3) | " in markdown and "planted" in markdown, "no failure in Markdown")


def of_speeds():
    """Times of ops and products, which no self-test this short has: by the same formula, from what the line itself says. What is no
    text, or only half there, is told as it can be."""
    out = WORK / "speeds"
    (out / "parts").mkdir(parents=True)
    (out / "parts.tsv").write_text("selftest\t60\t20\t1\t\nsweep\t9\t1\t0\t\n")
    (out / "parts/selftest.out").write_bytes(
        b"ok   speed copy of 256 MiB                          3000.00 GB/s      100 %  178.96 us (quartiles 178.00, 180.00)\n"
        b"ok   speed product 4096 x 4096 x 4096              50000.0 GFLOP/s   100 %  2748.78 us (quartiles 1, 2)\n"
        b"ok   speed loss softmax cross-entropy 128x10 50 runs      2.81 GB/s       37 %  292.01 us (quartiles 289.02, 293.67)\n"
        b"ok   speed orthogonal 785x256                         0.02 GB/s        0 %  30000.00 us (quartiles 1, 2)\n"
        b"FAIL op gather                                       64 x 10 | 1 run: word 3 is 00000000\n"
        b"ok   op speed\n\xff\xfe half a li")
    (out / "parts/sweep.out").write_text("{}")
    done = run(KIT / "bin/kit_report", KIT / "estimates.json", out, 8, "cuda:0", LD_LIBRARY_PATH=str(KIT / "lib"))
    check(done.returncode == 0, f"kit_report: {done.stderr}")
    report, markdown = json.loads((out / "first-hour.json").read_text()), (out / "first-hour.md").read_text()
    rows = {row["what"]: row["estimate_us"] for row in report["comparison"]["rows"] if row["group"] == "op"}
    want = {"copy of 256 MiB": 2 + 3000 * 178.96 / 3350, "product 4096 x 4096 x 4096": 2 + 50 * 2748.78 / 67,
            "loss softmax cross-entropy 128x10 50 runs": 2 + 2.81 * 292.01 / 3350,
            "orthogonal 785x256": 4 * sum((785 - k) * (256 - k) for k in range(256)) / (128 * 8 / 480 * 1.7e3)}
    check(rows.keys() == want.keys() and all(abs(rows[name] / want[name] - 1) < 1e-6 for name in want), f"ops: {rows}, not {want}")
    check("| op: copy of 256 MiB | 179 | 162 | +10 % |" in markdown, "no op in Markdown")
    check("- FAIL op gather: 64 x 10 / 1 run: word 3 is 00000000\n- 4 checks passed" in markdown, "no failed check in Markdown")
    check(report["parts"][0]["results"][-1] == "?? half a li", f"bytes: {report['parts'][0]['results'][-1]}")


make()
is_complete()
of_speeds()
alone()
first_hour()
if not failures:
    shutil.rmtree(WORK, ignore_errors=True)
sys.exit("\n".join(failures) if failures else 0)
