#!/usr/bin/env python3
"""test_faults.py SIMCUDA PLUGIN OPS MISUSE HANDLED CXX - what a GPU would refuse, each mistake planted and caught.

SIMCUDA: the folder of the look-alikes; OPS, MISUSE, HANDLED: the programs of test_plugin_ops.c, test_misuse.c and
test_handled.c.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SIMCUDA, PLUGIN, OPS, MISUSE, HANDLED, CXX = sys.argv[1:7]


def run(*command, folder=SIMCUDA, **settings):
    """Run on the look-alikes with these variables."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(('SIMCUDA_', 'SIMT_'))}
    return subprocess.run(command, env=dict(env, LD_LIBRARY_PATH=folder, **settings), capture_output=True, text=True)


class Faults(unittest.TestCase):
    """One method a kind of mistake."""

    def aborts(self, text, *command, **settings):
        """The command must be stopped by the simulation, which says why."""
        r = run(*command, **settings)
        self.assertLess(r.returncode, 0, (command, r.stderr))
        self.assertRegex(r.stderr, text)

    def passes(self, name, code=0, **settings):
        """The case of test_misuse.c must end with this code."""
        r = run(MISUSE, name, **settings)
        self.assertEqual(r.returncode, code, name + ': ' + r.stderr)

    def test_host_touches_device_memory(self):
        """At once, always, with the address."""
        self.aborts('host touched device memory at 0x2[0-9a-f]* .16 bytes', MISUSE, 'host_read')
        self.aborts('host touched device memory', MISUSE, 'host_write')

    def test_memory(self):
        """Use after free, double free, copies past the end or the wrong way, memory that is full."""
        self.aborts('memset: .* not inside one device allocation', MISUSE, 'uses_freed')
        self.aborts('copy to the device: .* not inside', MISUSE, 'copies_past')
        self.aborts('copy from the device: .* not inside', MISUSE, 'gets_past')
        for name in ('product_past', 'product_of_null', 'product_of_host'):
            self.aborts('cublasSgemm: .* not inside', MISUSE, name)
        for name in ('batch_on_one', 'batch_by_a_column'):
            self.aborts('cublasGemmStridedBatchedEx: matrices of the result overlap', MISUSE, name)
        for name in ('frees_twice', 'wrong_direction', 'leading_dimension', 'extended_products', 'destroyed', 'words'):
            self.passes(name)
        self.passes('memory_full', SIMCUDA_MEMORY=str(1 << 20))

    def test_missing_wait(self):
        """Without a wait the data is there by luck; with SIMCUDA_LAZY=1 it is not."""
        for name in ('waits_not', 'copies_unordered'):
            self.passes(name)
            self.passes(name, 3, SIMCUDA_LAZY='1')
        self.passes('waits', SIMCUDA_LAZY='1')

    def test_capture(self):
        """The rules of capture, and that captured work runs at the launch."""
        for lazy in ({}, {'SIMCUDA_LAZY': '1'}):
            for name in ('capture', 'spoilt', 'relaxed', 'legacy', 'graph', 'events'):
                self.passes(name, **lazy)
        self.aborts('cudaStreamDestroy of a stream that is being captured', MISUSE, 'destroys_captured')
        for node, what in (('memset', 'memset'), ('copy', 'copy from the device'), ('product', 'cublasSgemm'),
                           ('workspace', "cuBLAS's workspace")):
            self.aborts(what + ': .* not inside one device allocation', MISUSE, 'replays_' + node)
        self.aborts("cuBLAS's workspace: .* not inside", MISUSE, 'workspace_freed')
        self.aborts('cublasSgemm captured without cublasSetWorkspace', MISUSE, 'workspace_first')

    def test_kernel_past_its_buffer(self):
        """To the byte, in the plugin as built."""
        self.aborts(r'4 bytes at .* in no live allocation \(.*fill', OPS, PLUGIN, 'overrun')

    def test_two_devices(self):
        """A handle, and what works on memory, of another device than the current one."""
        self.passes('other_device', SIMCUDA_DEVICES='2')
        self.aborts('memset: .* is memory of device 0, used on device 1', MISUSE, 'other_memset', SIMCUDA_DEVICES='2')
        self.aborts('cublasSgemm: .* is memory of device 0, used', MISUSE, 'other_product', SIMCUDA_DEVICES='2')

    def test_leak(self):
        """What is never freed is reported, and alone; a failed call that was to free it is enough."""
        for what, words in (('memory', 'device allocations'), ('stream', 'streams'), ('graph', 'graphs'), ('event', 'events'),
                            ('exec', 'executable graphs'), ('handle', 'cuBLAS handles')):
            self.assertEqual(run(MISUSE, 'leaks_' + what).stderr, f'simcuda: 1 {words} never freed\n')
        self.assertEqual(run(MISUSE, 'leaks_nothing').stderr, '')
        calls = run(MISUSE, 'leaks_nothing', SIMCUDA_CALLS='1').stderr
        for k, call in re.findall(r'call (\d+), (\w+(?:Free|Destroy)\w*)$', calls, re.M):
            self.assertNotRegex(run(MISUSE, 'leaks_nothing', SIMCUDA_FAIL=k + ':1').stderr, 'never freed', call)
        self.assertRegex(run(OPS, PLUGIN, 'leak').stderr, 'device allocations never freed')

    def test_handled(self):
        """Each call on the second of two GPUs fails once, with an error that does not stay: nothing else does."""
        settings = {'SIMCUDA_DEVICES': '2', 'SIMCUDA_FAIL_DEVICE': '1', 'INITLAB_PLUGIN': PLUGIN}
        r = run(HANDLED, SIMCUDA_CALLS='1', **settings)
        self.assertEqual(r.returncode, 0, r.stderr)
        calls = re.findall(r'^simcuda: call (\d+), (\w+)$', r.stderr, re.M)
        self.assertGreater(len(calls), 50)
        for k, call in calls:
            r = run(HANDLED, SIMCUDA_FAIL=k + ':1', **settings)
            self.assertIn(f'call {k}, {call}, made to fail', r.stderr)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertNotIn('never freed', r.stderr)

    def test_stale_translation(self):
        """A library of translations that lacks the plugin's PTX."""
        with tempfile.TemporaryDirectory() as folder:
            for name in os.listdir(SIMCUDA):
                if re.match(r'lib(cudart|cublas)\.so', name):
                    shutil.copy(os.path.join(SIMCUDA, name), folder)
            subprocess.run([CXX, '-shared', '-x', 'c++', os.devnull, '-o', os.path.join(folder, 'libsimptx.so')], check=True)
            self.aborts('PTX [0-9a-f]{16} has no translation', OPS, PLUGIN, 'smoke', folder=folder)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
