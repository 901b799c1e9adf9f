#!/usr/bin/env python3
"""test_devices.py INITLAB SIMCUDA PLUGIN MAJOR MAKE_IDX - what `initlab devices` says of GPUs, of drivers that are not in order, and of
CUDA's libraries: where they are found, and what is said when they are not.

For the last, the plugin and the look-alikes are copied under a version that no machine has (libcudart.so.99): nothing that is
installed can be taken for them. Standard library only."""
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

INITLAB, SIMCUDA, PLUGIN, MAJOR, MAKE_IDX = sys.argv[1:6]
OTHER = "99"
OURS = {k: v for k, v in os.environ.items()
        if not k.startswith(("SIMCUDA_", "LD_", "CUDA_", "CONDA_", "VIRTUAL_", "INITLAB_"))}
failures = []


def initlab(words, library_path=SIMCUDA, program=INITLAB, **settings):
    env = {**OURS, "INITLAB_PLUGIN": PLUGIN, "LD_LIBRARY_PATH": library_path, **settings}
    done = subprocess.run([program, *words.split()], env=env, capture_output=True, text=True, timeout=250)
    return done.returncode, done.stdout, done.stderr


def check(what, said, *wanted, never=("see initlab devices",)):
    """Words that must be said, and words that must not."""
    missing = [w for w in wanted if not re.search(w, said, re.M)]
    if missing or any(w in said for w in never):
        failures.append(f"{what}: no {missing} in: {said}")


def gpus():
    """What a usable GPU shows."""
    _, said, _ = initlab("devices")
    check("a GPU", said, r"^cuda:0 +simcuda; compute capability 9\.0, 2 SMs, driver for CUDA ", "GPU-73696d75",
          never=("MIG", "MPS"))
    _, said, _ = initlab("devices", SIMCUDA_MIG="1")
    check("a MIG instance", said, r"simcuda MIG 1g\.10gb; compute capability 9\.0, 2 SMs, a MIG instance, ", "MIG-73696d75")
    _, said, _ = initlab("devices", SIMCUDA_MPS="1")
    check("MPS", said, ", 2 SMs, shared by MPS, ")


def queue():
    """The host is two bursts of sixteen steps ahead at most, or Ctrl-C would be heard an epoch later."""
    steps, launches, burst = 300, 5, 16
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([sys.executable, MAKE_IDX, name, str(steps)], check=True)
        code, _, err = initlab(f"train --device cuda:0 --data {name} --batch 1 --epochs 1 --quiet", SIMCUDA_LAZY="1",
                               SIMCUDA_STATS="1")
    graphs, most = map(int, re.search(r"(\d+) graph launches, (\d+) pieces", err).groups())
    if code or most > 3 * burst * launches or graphs > steps // burst + 2 * burst:
        failures.append(f"{steps} steps: exit {code}, {err}")


def too_old():
    """A GPU for which there is no kernel is never taken for usable."""
    _, said, _ = initlab("devices", SIMCUDA_CAPABILITY="70")
    check("7.0", said, "cuda:0 +not usable: launch of rescale: no kernel image .*; the kernels of this build are for compute "
          r"capability 7\.5 and newer")
    _, said, _ = initlab("devices --json", SIMCUDA_CAPABILITY="70")
    assert [d["usable"] for d in json.loads(said)] == [True, False], said
    code, said, err = initlab("train --epochs 1 --device cuda:0", SIMCUDA_CAPABILITY="70")
    check("train", err, "compute capability 7.5 and newer")
    if code != 69:
        failures.append(f"train on 7.0 ends with {code}")


DRIVERS = {  # code of cudaGetDeviceCount: what helps
    3: "nvidia-smi says why; .*--gpus all.*modprobe nvidia_uvm",
    35: r"needs an NVIDIA driver of \d+ or newer, and (none is loaded|this one is)",
    36: r"newer driver: \d+ or newer",
    100: "no GPU is visible to CUDA",
    304: "nvidia-smi says why",
    802: "systemctl start nvidia-fabricmanager",
    803: "reboot",
    804: "cuda-compat works on data-centre GPUs alone",
    999: "modprobe nvidia_uvm",
}


def drivers():
    """What does not start is named with what to do."""
    for code, words in DRIVERS.items():
        _, said, err = initlab("devices", SIMCUDA_FAIL=f"1:{code}")
        check(f"code {code}", said, "^cuda +not usable: ", words, never=("see initlab devices", "unrecognized"))
    _, _, err = initlab("devices", SIMCUDA_CALLS="1")
    create = re.search(r"call (\d+), cublasCreate", err).group(1)
    _, said, _ = initlab("devices", SIMCUDA_FAIL=f"{create}:1")
    check("cublasCreate", said, r"^cuda:0 +not usable: cublasCreate: .*memory is full: see with nvidia-smi")


def renamed(source, to):
    """A copy of a library that has and wants another version."""
    data = pathlib.Path(source).read_bytes()
    for name in (b"libcudart.so.", b"libcublas.so."):
        data = data.replace(name + MAJOR.encode() + b"\0", name + OTHER.encode() + b"\0")
    to.write_bytes(data)
    to.chmod(0o755)


def places():
    """The libraries where pip and conda lay them; and nowhere."""
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        plugin = base / "plugin.so"
        renamed(PLUGIN, plugin)
        wheels = base / "venv/lib/python3.11/site-packages/nvidia/cu13/lib"
        ptx = base / "ptx"    # the look-alike's own, found by the loader alone
        wheels.mkdir(parents=True)
        ptx.mkdir()
        renamed(f"{SIMCUDA}/libsimptx.so", ptx / "libsimptx.so")
        for part in ("libcudart.so.", "libcublas.so."):
            renamed(f"{SIMCUDA}/{part}{MAJOR}", wheels / f"{part}{OTHER}")
        (base / "venv/bin").mkdir()
        (base / "venv/bin/python3").symlink_to("/usr/bin/env")
        (base / "conda").mkdir()
        (base / "conda/lib").symlink_to(wheels)
        (base / "half").mkdir()
        (base / "half" / f"libcudart.so.{OTHER}").symlink_to(wheels / f"libcudart.so.{OTHER}")
        (base / "half/libsimptx.so").symlink_to(ptx / "libsimptx.so")
        usual = {"INITLAB_PLUGIN": str(plugin), "HOME": str(base)}
        _, said, _ = initlab("devices", str(ptx), **usual)
        check("nowhere", said, rf"cuda +not usable: libcudart\.so\.{OTHER} is not found: .*LD_LIBRARY_PATH.*Python on PATH",
              ".*CONDA_PREFIX")
        _, said, _ = initlab("devices", str(base / "half"), **usual)
        check("no cuBLAS", said, rf"cuda:0 +not usable: libcublas\.so\.{OTHER} is not found: ")
        for what, settings in (("pip's", {"PATH": f"{base}/venv/bin:/usr/bin:/bin"}),
                               ("a virtual environment's", {"VIRTUAL_ENV": f"{base}/venv"}),
                               ("conda's", {"CONDA_PREFIX": f"{base}/conda"}),
                               ("a toolkit's", {"CUDA_HOME": f"{base}/conda"})):
            _, said, err = initlab("devices", str(ptx), **usual, **settings)
            check(f"{what} libraries", said + err, r"cuda:0 +simcuda; compute capability 9\.0")
        both = base / "both"    # a plugin whose libraries are missing, and one of CUDA 12 whose are there
        both.mkdir()
        shutil.copy(INITLAB, both / "initlab")
        (both / "libinitlab_cuda.so").symlink_to(plugin)
        for names, words in (([], rf"cuda +not usable: libcudart\.so\.{OTHER} is not found"),
                             ([both / "libinitlab_cuda12.so"], r"cuda:0 +simcuda; compute capability 9\.0")):
            for name in names:
                name.symlink_to(PLUGIN)
            _, said, _ = initlab("devices", program=both / "initlab", INITLAB_PLUGIN="", HOME=str(base))
            check(f"two plugins, {len(names)} of CUDA 12", said, words)
        _, said, _ = initlab("devices", str(ptx), **usual, PATH="venv/bin:/usr/bin:/bin")
        check("a relative folder of PATH", said, "is not found")


def resumed():
    """A pack that is begun on one model and goes on with another: said, once, and trained all the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = f"{name}/r"
        subprocess.run([sys.executable, MAKE_IDX, f"{name}/set", "96"], check=True)
        words = (f"sweep run --layers in,out --init zeros,he_normal --epochs 400 --batch 8 --seeds 0..1 --checkpoint 1 "
                 f"--data {name}/set --out {folder} --devices cuda:0 --quiet")
        fast = {"SIMCUDA_BLOCK": "1"}
        env = {**OURS, **fast, "INITLAB_PLUGIN": PLUGIN, "LD_LIBRARY_PATH": SIMCUDA}
        with subprocess.Popen([INITLAB, *words.split()], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
            while run.poll() is None and not glob.glob(f"{folder}/state/0.state"):
                time.sleep(0.01)
            run.terminate()
            run.communicate()
        if run.returncode != 75:
            failures.append(f"a sweep that was interrupted ends with {run.returncode}")
        for settings, count in (({"SIMCUDA_MIG": "1"}, 1), ({}, 0)):
            code, _, err = initlab(f"sweep run {folder} --devices cuda:0 --quiet", **fast, **settings)
            said = err.count("pack 0 was begun on simcuda and went on with another model: ")
            if code or said != count:
                failures.append(f"resumed with {settings}: exit {code}, said {said} times: {err}")


for test in (gpus, queue, too_old, drivers, places, resumed):
    test()
sys.exit("\n".join(failures) if failures else 0)
