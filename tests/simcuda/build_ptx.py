#!/usr/bin/env python3
"""build_ptx.py PLUGIN OUT.so --work DIR -- COMPILER FLAGS... - translate the PTX of a built plugin.

Reads the PTX out of the plugin, translates every text to C++, compiles each and links all into one
library, which registers them with simt by their hashes. What is already there for a hash is kept
unless the translator itself is newer: so a change to one kernel compiles one file.
"""
import argparse
import os
import subprocess
import sys

from fatbin_ptx import FatbinError, ptx_texts
from ptx2c import translate
from ptx_parse import PtxError

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = ['fatbin_ptx.py', 'ptx_parse.py', 'ptx_instructions.py', 'ptx2c.py', 'ptx_prelude.h', 'build_ptx.py',
        'simt/simt.h']


def run(command):
    """Run a compiler; it says itself what is wrong."""
    if subprocess.run(command).returncode:
        sys.exit('build_ptx: failed: ' + ' '.join(command))


def compile_one(hash_, text, work, compiler):
    """Translate and compile one PTX text; returns the object file."""
    base = os.path.join(work, hash_)
    newest = max(os.path.getmtime(os.path.join(HERE, f)) for f in OURS)
    command = compiler + ['-I' + HERE, '-I' + os.path.join(HERE, 'simt'), '-c', base + '.cpp', '-o', base + '.o']
    stamp = ' '.join(command)
    if os.path.exists(base + '.o') and os.path.getmtime(base + '.o') > newest and \
            open(base + '.command').read() == stamp:
        return base + '.o'
    with open(base + '.ptx', 'w') as f:
        f.write(text)
    try:
        code = translate(text, hash_)
    except PtxError as e:
        sys.exit('build_ptx: %s.ptx:%d: cannot translate %s' % (base, e.line, e.what))
    with open(base + '.cpp', 'w') as f:
        f.write(code)
    run(command)
    with open(base + '.command', 'w') as f:
        f.write(stamp)
    return base + '.o'


def main():
    """See the top of the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument('plugin')
    parser.add_argument('out')
    parser.add_argument('--work', required=True)
    parser.add_argument('--link', action='append', default=[])
    parser.add_argument('compiler', nargs='+')
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    try:
        texts = ptx_texts(args.plugin)
    except FatbinError as e:
        sys.exit('build_ptx: %s' % e)
    objects = [compile_one(h, t, args.work, args.compiler) for h, t in sorted(texts.items())]
    run(args.compiler + ['-shared', '-o', args.out] + objects + args.link)


if __name__ == '__main__':
    main()
