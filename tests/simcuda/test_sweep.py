#!/usr/bin/env python3
"""test_sweep.py INITLAB SIMCUDA PLUGIN DATA [LSAN] - every call of a training made to fail, with every code it can return.

A training of 256 images, 784-16-10, is run once to list its calls, then once for each call k and each code, with
SIMCUDA_FAIL=k:code; and again for the calls of a second epoch, for those that only --math brings, and for those of bursts
of steps. Each run must end
as documented: exit code 69 and one line that names the call and what to do, or 0 where a call of the clean-up failed.
Host memory may not leak (LSAN: gcc's liblsan, loaded into the program), what the device holds must at least be tried to
be freed, and files must be whole: what was finished is in --out, an older file of --save is as it was. Standard library
only.
"""
import concurrent.futures
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

INITLAB, SIMCUDA, PLUGIN, DATA = sys.argv[1:5]
LSAN = sys.argv[5] if len(sys.argv) > 5 else ""
LEAKED = 23
LSANS_OWN = "Warning: REAL(sigaction_symname)"    # loaded into a program, it sees sigaction before it is ready
OLD = b"an older file\n"

# errors that any call may bring from work before it, and that stay: ECC, illegal address, timeout, launch failure, lost
USUAL = [214, 700, 702, 719, 999]
# the others of driver_types.h that stay: each call meets one of them in turn, the first of its name meets all
UNUSUAL = [226, 710, 714, 715, 716, 717, 718, 721, 810, 911]
STICKY = USUAL + UNUSUAL
# what initialising a device may bring, likewise in turn
STARTING = [2, 3, 35, 100, 101, 802]
OF_CALL = {  # and codes of the call's own
    "cudaGetDeviceCount": [3, 35, 100, 802, 999],
    "cudaDriverGetVersion": [1], "cudaRuntimeGetVersion": [1],
    "cudaSetDevice": USUAL + [46], "cudaMalloc": USUAL + [2], "cudaStreamCreateWithFlags": USUAL + [2],
    "cudaGetDeviceProperties": USUAL + [101], "cudaDeviceGetAttribute": USUAL + [1, 101],
    "cudaMemGetInfo": USUAL + [1], "cudaMemcpyAsync": USUAL + [1], "cudaMemsetAsync": USUAL + [1],
    "__cudaGetKernel": USUAL + [2, 98, 209, 222],
    "__cudaLaunchKernel": USUAL + [2, 98, 209, 701], "cudaStreamBeginCapture": USUAL + [801],
    "cudaStreamEndCapture": USUAL + [901], "cudaGraphInstantiate": USUAL + [2, 801], "cudaGraphLaunch": USUAL + [2],
    "cudaGraphDestroy": USUAL + [1], "cudaGraphExecDestroy": USUAL + [1], "cudaFree": USUAL + [1],
    "cudaEventCreateWithFlags": USUAL + [2], "cudaEventRecord": USUAL + [400], "cudaEventSynchronize": USUAL + [400],
    "cudaEventDestroy": USUAL + [400],
    "cudaStreamSynchronize": USUAL + [400], "cudaStreamDestroy": USUAL + [400],
    "cublasCreate_v2": [1, 3, 8], "cublasDestroy_v2": [1], "cublasGetVersion_v2": [1], "cublasSetStream_v2": [1],
    "cublasSetWorkspace_v2": [1, 7], "cublasGemmEx": [3, 8, 13, 14, 15],
    "cublasGemmStridedBatchedEx": [3, 8, 13, 14, 15],
}
# calls of the clean-up alone: their failure changes nothing, and is not reported
RELEASE = {"cudaFree", "cudaEventDestroy", "cudaStreamDestroy", "cudaGraphDestroy", "cudaGraphExecDestroy", "cublasDestroy_v2"}
# and those that are of the clean-up where nothing is computed after them
CLEAN_UP = RELEASE | {"cudaSetDevice", "cudaStreamSynchronize"}


def codes_of(k, call, first):
    """The codes that call k is made to fail with; first: of its name."""
    own = OF_CALL[call]
    turns = [UNUSUAL] if USUAL[0] in own else []
    turns += [STARTING] if call == "cudaSetDevice" else []
    return own + [code for turn in turns for code in (turn if first else [turn[k % len(turn)]])]


def dataset(folder):
    """The first images of MNIST."""
    folder.mkdir()
    for part, count in (("train", 256), ("t10k", 64)):
        for kind, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            name = f"{part}-{kind}-ubyte"
            with gzip.open(f"{DATA}/mnist/{name}.gz") as file:
                data = file.read(header + count * size)
            (folder / name).write_bytes(data[:4] + count.to_bytes(4, "big") + data[8:])


def train(folder, epochs, *words, **settings):
    """Train in a folder that has older outputs."""
    for name in ("run.jsonl", "w.safetensors"):
        (folder / name).write_bytes(OLD)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("SIMCUDA_", "SIMT_"))}
    env.update(LD_LIBRARY_PATH=SIMCUDA, INITLAB_PLUGIN=PLUGIN, LSAN_OPTIONS=f"exitcode={LEAKED}:log_path={folder}/lsan",
               BLIS_NUM_THREADS="1", OMP_NUM_THREADS="1", **settings)
    if LSAN:
        env["LD_PRELOAD"] = LSAN
    return subprocess.run([INITLAB, "train", "--device", "cuda:0", "--data", "../data", "--layers", "in,16,out", "--epochs",
                           str(epochs), "--out", "run.jsonl", "--save", "w.safetensors", "--quiet", *words],
                          cwd=folder, env=env, capture_output=True, text=True, timeout=60)


def calls_of(folder, epochs, *words):
    """[(k, name)] of the training, and its weights' file."""
    r = train(folder, epochs, *words, SIMCUDA_CALLS="1")
    if r.returncode:
        sys.exit(f"the training failed without a fault: {r.stderr}")
    found = [(int(k), name) for k, name in re.findall(r"^simcuda: call (\d+), (\w+)$", r.stderr, re.M)]
    return found, (folder / "w.safetensors").read_bytes()


def named(call, code, line):
    """Does the line name the call that failed, or, after one of the clean-up, the call that met an error that stays?"""
    mine = "launch of " if call in ("__cudaGetKernel", "__cudaLaunchKernel") else call.removesuffix("_v2") + ": "
    later = call in CLEAN_UP and code in STICKY
    return mine in line or (later and re.search(r"(cuda\w+|cublas\w+|launch of \w+): ", line)) or \
        (call == "cudaGetDeviceCount" and re.search("no GPU is visible|needs an NVIDIA driver", line))


def wrong_with(folder, epochs, whole, call, code, r):
    """What is not as documented after a run whose call failed with this code; None: all is."""
    lines = [line for line in r.stderr.splitlines() if not line.startswith(("simcuda: call ", LSANS_OWN))]
    names = sorted(p.name for p in folder.iterdir() if not p.name.startswith("lsan"))
    if r.returncode == LEAKED:
        return "host memory leaked: " + "".join(p.read_text() for p in folder.glob("lsan*"))[:2000]
    if any("never freed" in line for line in lines):
        return "what nobody tried to free: " + r.stderr
    if names != ["run.jsonl", "w.safetensors"]:
        return f"files left: {names}"
    out, weights = ((folder / name).read_bytes() for name in names)
    epochs_out = [] if out == OLD else [json.loads(line) for line in out.splitlines()]
    done = sum("epoch" in o for o in epochs_out)
    if r.returncode == 0:
        if call not in CLEAN_UP or lines:
            return "the failure went unnoticed"
        return None if weights == whole and done == epochs else "exit 0, but outputs are missing"
    if call in RELEASE and code not in STICKY:
        return "an error that does not stay was handed to another call"
    if r.returncode != 69:
        return f"exit code {r.returncode}"
    if len(lines) != 1 or not lines[0].startswith("initlab: "):
        return "not one line"
    if not named(call, code, lines[0]) or ("; " not in lines[0] and call != "cudaGetDeviceCount"):
        return "no call named, or no advice"
    if "unrecognized" in lines[0]:
        return "an error without words"
    if weights not in (OLD, whole):
        return "a half-written file of weights"
    if done != len(re.findall(r"^ +\d+ ", r.stdout, re.M)):
        return f"{done} epochs in --out, others were printed"
    return None


def sweep(base, epochs, wanted, *words):
    """The calls for which wanted(k, name), with all their codes; returns (calls, runs, failures as text)."""
    with tempfile.TemporaryDirectory(dir=base) as name:
        found, whole = calls_of(pathlib.Path(name), epochs, *words)
    first = {call: k for k, call in reversed(found)}
    jobs = [(k, call, code) for k, call in found if wanted(k, call) for code in codes_of(k, call, k == first[call])]

    def one(job):
        k, call, code = job
        folder = pathlib.Path(tempfile.mkdtemp(dir=base))
        r = train(folder, epochs, *words, SIMCUDA_FAIL=f"{k}:{code}")
        wrong = wrong_with(folder, epochs, whole, call, code, r)
        shutil.rmtree(folder)
        return f"call {k}, {call}, code {code}: {wrong}\n{r.stderr}" if wrong else None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        failures = [f for f in pool.map(one, jobs) if f]
    return len(found), len(jobs), failures


def main():
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        dataset(base / "data")
        calls, runs, failures = sweep(base, 1, lambda k, call: True)
        print(f"{calls} calls, {runs} faults: {runs - len(failures)} ended as documented")
        _, more, late = sweep(base, 2, lambda k, call: k >= calls - 28)
        print(f"a second epoch: {more} faults, {more - len(late)} ended as documented")
        _, asked, other = sweep(base, 1, lambda k, call: call == "cudaDeviceGetAttribute", "--math", "tf32")
        print(f"--math tf32: {asked} faults, {asked - len(other)} ended as documented")
        many = ["--batch", "5"]        # 52 steps: the first, three bursts, three more
        _, burst, queued = sweep(base, 1, lambda k, call: re.match("cudaEvent|cudaGraph|cudaStream.*Capture", call),
                                 *many)
        print(f"steps in bursts: {burst} faults, {burst - len(queued)} ended as documented")
        print("host memory was watched by LeakSanitizer" if LSAN else "host memory was not watched: no liblsan")
        failures += late + other + queued
    sys.exit("\n".join(failures[:20]) if failures else 0)


main()
