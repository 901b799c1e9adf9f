#!/usr/bin/env python3
"""train_one.py - the shared library from Python, by ctypes: train softmax regression on a dataset for three epochs.

    train_one.py DIR [LIBRARY]

DIR holds MNIST's four files, or others of the same format. LIBRARY is where libinitlab.so lies; without it the
system's loader looks. The same program in C is train_one.c, and what each call does is said in the headers.
Standard library only.
"""
import ctypes
import sys
from ctypes import POINTER, Structure, byref, c_char, c_char_p, c_double, c_int, c_size_t, c_void_p


class Error(Structure):
    """il_error of status.h"""
    _fields_ = [("status", c_int), ("text", c_char * 512), ("parameter", c_char * 32), ("line", c_size_t),
                ("column", c_size_t), ("words", c_size_t), ("helps", c_int)]


class Epoch(Structure):
    """il_epoch of pack.h"""
    _fields_ = [("epoch", c_size_t), ("cost", c_double), ("lr", c_double), ("train_accuracy", c_double),
                ("test_cost", c_double), ("test_accuracy", c_double), ("validation_cost", c_double),
                ("validation_accuracy", c_double), ("diverged", c_int), ("diverged_epoch", c_size_t),
                ("diverged_step", c_size_t), ("seconds", c_double), ("evaluation_seconds", c_double)]


class Library:
    """libinitlab, whose statuses become exceptions."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        # what takes more than pointers, or returns something else than a status
        self.lib.il_pack_open.argtypes = [c_void_p, c_void_p, c_void_p, POINTER(c_void_p), c_size_t, c_void_p]
        self.lib.il_pack_epochs.argtypes = [c_void_p]
        self.lib.il_pack_epochs.restype = c_size_t
        for name in ("il_pack_close", "il_config_free", "il_device_close", "il_dataset_free"):
            getattr(self.lib, name).argtypes = [c_void_p]
            getattr(self.lib, name).restype = None

    def call(self, name, *arguments):
        """Call a function whose last argument is an il_error."""
        error = Error()
        if getattr(self.lib, name)(*arguments, byref(error)):
            raise RuntimeError(error.text.decode())

    def made(self, name, *arguments):
        """Call one whose first argument receives what it makes."""
        handle = c_void_p()
        self.call(name, byref(handle), *arguments)
        return handle


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: train_one.py DIR [LIBRARY]")
    library = Library(sys.argv[2] if len(sys.argv) == 3 else "libinitlab.so")
    dataset = device = config = pack = None
    try:
        dataset = library.made("il_dataset_open", c_char_p(sys.argv[1].encode()))
        device = library.made("il_device_open", c_char_p(b"auto"), c_int(1), None)
        config = library.made("il_config_new")
        library.call("il_config_set", config, c_char_p(b"init"), c_char_p(b"normal:std=0.01"))
        library.call("il_config_set", config, c_char_p(b"epochs"), c_char_p(b"3"))
        pack = library.made("il_pack_open", device, dataset, (c_void_p * 1)(config), 1)
        epoch = Epoch()
        for _ in range(library.lib.il_pack_epochs(pack)):
            library.call("il_pack_epoch", pack, byref(epoch), None, None)
            print(f"epoch {epoch.epoch}: cost {epoch.cost:.6f}, test accuracy {epoch.test_accuracy:.4f}")
    except RuntimeError as error:
        sys.exit(f"train_one.py: {error}")
    finally:
        library.lib.il_pack_close(pack)
        library.lib.il_config_free(config)
        library.lib.il_device_close(device)
        library.lib.il_dataset_free(dataset)


main()
