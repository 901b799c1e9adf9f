#!/usr/bin/env python3
"""compile.py SOURCE WHEELS - the CUDA plugin's sources under CUDA 12: its host code against CUDA 12's headers, its kernels by
NVRTC 12, for every architecture from 7.5 on. WHEELS is site-packages/nvidia of a Python with nvidia-cuda-runtime-cu12,
nvidia-cublas-cu12, nvidia-curand-cu12, nvidia-cuda-cccl-cu12 and nvidia-cuda-nvrtc-cu12: there is no nvcc in any wheel, so
nothing is linked. NVRTC
knows device code alone: of each file it gets what stands before OP_BEGIN. RANDOM123_INCLUDE: where Random123 is."""
import ctypes
import glob
import os
import re
import subprocess
import sys
import tempfile

SOURCE, WHEELS = sys.argv[1:3]
ARCHITECTURES = [75, 80, 86, 89, 90, 100, 120]
HEADERS = {  # NVRTC has no C library
    "stdint.h": "typedef signed char int8_t; typedef unsigned char uint8_t; typedef short int16_t;\n"
                "typedef unsigned short uint16_t; typedef int int32_t; typedef unsigned uint32_t;\n"
                "typedef long int64_t; typedef unsigned long uint64_t;\n",
    "stddef.h": "",
}


def include(package):
    return f"{WHEELS}/{package}/include"


def host_code():
    """cuda.c, with all warnings, as the build has it."""
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-c", f"{SOURCE}/host/device/cuda.c",
                        "-DINITLAB_OLDEST_CAPABILITY=\"7.5\"", f"-I{SOURCE}/kernels", f"-I{SOURCE}/host", f"-I{SOURCE}/host/lib",
                        "-isystem", include("cuda_runtime"), "-isystem", include("cublas"), "-o", f"{work}/cuda.o"], check=True)
    print("cuda.c compiles against CUDA 12")


class Nvrtc:
    def __init__(self):
        for part in ("libnvrtc-builtins.so.12*", "libnvrtc.so.12"):
            file, = glob.glob(f"{WHEELS}/cuda_nvrtc/lib/{part}")
            self.library = ctypes.CDLL(file, mode=ctypes.RTLD_GLOBAL)

    def must(self, code, what):
        if code:
            self.library.nvrtcGetErrorString.restype = ctypes.c_char_p
            sys.exit(f"{what}: {self.library.nvrtcGetErrorString(code).decode()}")

    def version(self):
        major, minor = ctypes.c_int(), ctypes.c_int()
        self.must(self.library.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)), "nvrtcVersion")
        return major.value, minor.value

    def cubin(self, name, text, options):
        """Compile; returns the bytes of the cubin."""
        program, size = ctypes.c_void_p(), ctypes.c_size_t()
        names = (ctypes.c_char_p * len(HEADERS))(*(n.encode() for n in HEADERS))
        texts = (ctypes.c_char_p * len(HEADERS))(*(t.encode() for t in HEADERS.values()))
        self.must(self.library.nvrtcCreateProgram(ctypes.byref(program), text.encode(), name.encode(), len(HEADERS), texts,
                                                  names), name)
        words = (ctypes.c_char_p * len(options))(*(o.encode() for o in options))
        code = self.library.nvrtcCompileProgram(program, len(options), words)
        if code:
            self.library.nvrtcGetProgramLogSize(program, ctypes.byref(size))
            log = ctypes.create_string_buffer(size.value)
            self.library.nvrtcGetProgramLog(program, log)
            sys.exit(f"{name}, {options[0]}: {log.value.decode()}")
        self.must(self.library.nvrtcGetCUBINSize(program, ctypes.byref(size)), name)
        data = ctypes.create_string_buffer(size.value)
        self.must(self.library.nvrtcGetCUBIN(program, data), name)
        self.must(self.library.nvrtcDestroyProgram(ctypes.byref(program)), name)
        return data.raw


def kernels():
    nvrtc = Nvrtc()
    assert nvrtc.version()[0] == 12, nvrtc.version()
    random123 = os.environ.get("RANDOM123_INCLUDE")
    folders = [f"{SOURCE}/kernels", include("curand"), include("cuda_runtime"), include("cuda_cccl")] + ([random123] if random123 else [])
    count = 0
    for file in sorted(glob.glob(f"{SOURCE}/kernels/*.cu")):
        with open(file, encoding="utf-8") as source:
            text = source.read()
        device, found = re.subn(r"^OP_BEGIN$.*?^OP_END$", "", text, flags=re.DOTALL | re.MULTILINE)
        assert found, f"{file} has no OP_BEGIN"
        wanted = re.findall(r"^__global__ void (\w+)", device, re.MULTILINE)
        for arch in ARCHITECTURES:
            cubin = nvrtc.cubin(os.path.basename(file), device, [
                f"--gpu-architecture=sm_{arch}", "--std=c++17", "--fmad=false", "--ftz=true", "-default-device",
                *(f"--include-path={folder}" for folder in folders)])
            missing = [kernel for kernel in wanted if kernel.encode() not in cubin]
            assert cubin[:4] == b"\x7fELF" and not missing, (file, arch, missing)
        count += len(wanted)
    print(f"{count} kernels compile by NVRTC {'.'.join(map(str, nvrtc.version()))} for {len(ARCHITECTURES)} architectures")


host_code()
kernels()
