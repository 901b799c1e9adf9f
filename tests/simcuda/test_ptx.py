#!/usr/bin/env python3
"""test_ptx.py LIBCUDART WORK -- COMPILER FLAGS... - the PTX translator and the SIMT runner, instruction by
instruction: small hand-written kernels, run, and compared with ptx_reference.py on special and random
operands. Then what must be refused. TEST_SEED chooses the operands.

test_ptx.py LIBCUDART WORK --run KERNEL BLOCK: run one kernel of the faults (it is expected to abort).
"""
import ctypes
import math
import os
import random
import struct
import subprocess
import sys
import unittest

from ptx2c import translate
from ptx_instructions import TABLE
from ptx_parse import PtxError
from ptx_reference import F32, F64, real, round_int, signed

SEED = int(os.environ.get('TEST_SEED', '20261123'))
HERE = os.path.dirname(os.path.abspath(__file__))
HASH, FAULT_HASH = '00000000000000aa', '00000000000000bb'
M32, M64 = 2 ** 32 - 1, 2 ** 64 - 1

# %q1..%q4 (and %r, %h, %f, %d: their low bits) hold a thread's four operands; results go to %q5 and %q6
HEAD = '''.visible .entry %s(.param .u64 p0, .param .u64 p1)
{
.reg .pred %%p<8>; .reg .b16 %%h<9>; .reg .b32 %%r<20>; .reg .b64 %%q<20>; .reg .f32 %%f<9>; .reg .f64 %%d<9>;
%s
ld.param.u64 %%q10, [p0]; ld.param.u64 %%q11, [p1];
mov.u32 %%r10, %%ctaid.x; mov.u32 %%r11, %%ntid.x; mov.u32 %%r12, %%tid.x; mad.lo.u32 %%r13, %%r10, %%r11, %%r12;
mul.wide.u32 %%q12, %%r13, 32; add.s64 %%q13, %%q10, %%q12; mul.wide.u32 %%q14, %%r13, 16; add.s64 %%q15, %%q11, %%q14;
ld.global.v2.u64 {%%q1, %%q2}, [%%q13]; ld.global.u64 %%q3, [%%q13+16]; ld.global.u64 %%q4, [%%q13+24];
mov.u64 %%q5, 0; mov.u64 %%q6, 0;
'''
HEAD += ''.join('cvt.u32.u64 %%%%r%d, %%%%q%d; cvt.u16.u64 %%%%h%d, %%%%q%d; mov.b32 %%%%f%d, %%%%r%d; mov.b64 %%%%d%d, %%%%q%d;\n'
                % ((i,) * 8) for i in (1, 2, 3, 4))
TAIL = {'q': '', 'r': 'cvt.u64.u32 %q5, %r5;', 'h': 'cvt.u64.u16 %q5, %h5;', 'p': 'selp.u64 %q5, 1, 0, %p5;',
        'f': 'mov.b32 %r5, %f5; cvt.u64.u32 %q5, %r5;', 'd': 'mov.b64 %q5, %d5;',
        'pp': 'selp.u64 %q5, 1, 0, %p5; selp.u64 %q6, 1, 0, %p6;', 'qq': '',
        'rp': 'cvt.u64.u32 %q5, %r5; selp.u64 %q6, 1, 0, %p6;'}


def kernel(name, body, out, declare=''):
    """The PTX of one kernel."""
    return HEAD % (name, declare) + body + '\n' + TAIL[out] + '\nst.global.v2.u64 [%q15], {%q5, %q6};\nret;\n}\n'


class Case:
    """An instruction: its text, where the result is, operands (a kind), the reference, block size."""

    def __init__(self, body, out, kind, reference, block=1, declare='', nan=None, ulps=0):
        self.body, self.out, self.kind, self.reference = body, out, kind, reference
        self.block, self.declare, self.nan, self.ulps = block, declare, nan, ulps


CASES = []


def case(*args, **named):
    """Add to the list."""
    CASES.append(Case(*args, **named))


def add_float_cases():
    """add ... fma in every rounding mode, with and without .ftz; both formats."""
    for f, t, r in ((F32, 'f32', 'f'), (F64, 'f64', 'd')):
        for mode in ('rn', 'rz', 'rm', 'rp'):
            for ftz in ('', '.ftz') if t == 'f32' else ('',):
                z = f.ftz if ftz else (lambda u: u)
                m = '.%s%s.%s' % (mode, ftz, t)
                neg = lambda u, f=f: u ^ f.sign
                for op, ref in (('add', lambda a, b, f=f, mode=mode, z=z: z(f.add(z(a), z(b), mode))),
                                ('sub', lambda a, b, f=f, mode=mode, z=z, neg=neg: z(f.add(z(a), neg(z(b)) if not f.is_nan(b) else b, mode))),
                                ('mul', lambda a, b, f=f, mode=mode, z=z: z(f.mul(z(a), z(b), mode))),
                                ('div', lambda a, b, f=f, mode=mode, z=z: z(f.div(z(a), z(b), mode)))):
                    case('%s%s %%%s5, %%%s1, %%%s2;' % (op, m, r, r, r), r, t, lambda a, b, c, d, ref=ref: ref(a, b), nan=f)
                case('fma%s %%%s5, %%%s1, %%%s2, %%%s3;' % (m, r, r, r, r), r, t,
                     lambda a, b, c, d, f=f, mode=mode, z=z: z(f.fma(z(a), z(b), z(c), mode)), nan=f)
                case('sqrt%s %%%s5, %%%s1;' % (m, r, r), r, t, lambda a, b, c, d, f=f, mode=mode, z=z: z(f.sqrt(z(a), mode)), nan=f)
                case('rcp%s %%%s5, %%%s1;' % (m, r, r), r, t,
                     lambda a, b, c, d, f=f, mode=mode, z=z: z(f.div(f.one(), z(a), mode)), nan=f)
        for op, smaller in (('min', True), ('max', False)):
            case('%s.%s %%%s5, %%%s1, %%%s2;' % (op, t, r, r, r), r, t,
                 lambda a, b, c, d, f=f, s=smaller: f.minmax(a, b, s, False), nan=f)
        case('neg.%s %%%s5, %%%s1;' % (t, r, r), r, t, lambda a, b, c, d, f=f: a ^ f.sign, nan=f)
        case('abs.%s %%%s5, %%%s1;' % (t, r, r), r, t, lambda a, b, c, d, f=f: a & ~f.sign, nan=f)
        case('copysign.%s %%%s5, %%%s1, %%%s2;' % (t, r, r, r), r, t,
             lambda a, b, c, d, f=f: a & f.sign | b & (f.sign - 1), nan=f)
        case('testp.infinite.%s %%p5, %%%s1;' % (t, r), 'p', t, lambda a, b, c, d, f=f: f.is_inf(a))
        case('testp.notanumber.%s %%p5, %%%s1;' % (t, r), 'p', t, lambda a, b, c, d, f=f: f.is_nan(a))
        case('testp.subnormal.%s %%p5, %%%s1;' % (t, r), 'p', t,
             lambda a, b, c, d, f=f: not f.zero(a) and not a & f.exponent)
    case('min.NaN.f32 %f5, %f1, %f2;', 'f', 'f32', lambda a, b, c, d: F32.minmax(a, b, True, True), nan=F32)
    case('max.ftz.f32 %f5, %f1, %f2;', 'f', 'f32', lambda a, b, c, d: F32.minmax(F32.ftz(a), F32.ftz(b), False, False), nan=F32)
    case('add.sat.f32 %f5, %f1, %f2;', 'f', 'f32', lambda a, b, c, d: saturate(F32.add(a, b)))
    case('neg.ftz.f32 %f5, %f1;', 'f', 'f32', lambda a, b, c, d: F32.ftz(a) ^ F32.sign, nan=F32)
    case('mul.rn.ftz.f32 %f5, %f1, 0f3F000000;', 'f', 'f32', lambda a, b, c, d: F32.ftz(F32.mul(F32.ftz(a), 0x3f000000)), nan=F32)
    for op, f in (('rsqrt', lambda x: 1 / math.sqrt(x)), ('sin', math.sin), ('cos', math.cos), ('ex2', lambda x: 2 ** x),
                  ('lg2', math.log2), ('tanh', math.tanh)):
        case('%s.approx.f32 %%f5, %%f1;' % op, 'f', 'positive', lambda a, b, c, d, f=f: bits32(f(real(a))), ulps=2)


def bits32(x):
    """A Python float as an f32 pattern."""
    return struct.unpack('<I', struct.pack('<f', x))[0]


def saturate(u):
    """.sat: to [0, 1], NaN to 0."""
    if F32.is_nan(u) or F32.negative(u):
        return 0
    return min(u, F32.one())


def add_compare_cases():
    """setp of floats and integers, ordered and not, with two results and a combination."""
    for f, t, r in ((F32, 'f32', 'f'), (F64, 'f64', 'd')):
        for op, ref in (('eq', lambda x, y: x == y), ('ne', lambda x, y: x != y), ('lt', lambda x, y: x < y),
                        ('le', lambda x, y: x <= y), ('gt', lambda x, y: x > y), ('ge', lambda x, y: x >= y)):
            for u in ('', 'u'):
                case('setp.%s%s.%s %%p5, %%%s1, %%%s2;' % (op, u, t, r, r), 'p', t,
                     lambda a, b, c, d, f=f, ref=ref, u=u: bool(u) if f.is_nan(a) or f.is_nan(b) else ref(key(f, a), key(f, b)))
        case('setp.num.%s %%p5, %%%s1, %%%s2;' % (t, r, r), 'p', t, lambda a, b, c, d, f=f: not (f.is_nan(a) or f.is_nan(b)))
        case('setp.nan.%s %%p5, %%%s1, %%%s2;' % (t, r, r), 'p', t, lambda a, b, c, d, f=f: f.is_nan(a) or f.is_nan(b))
    case('setp.lt.ftz.f32 %p5, %f1, %f2;', 'p', 'f32', lambda a, b, c, d: not (F32.is_nan(a) or F32.is_nan(b)) and
         key(F32, F32.ftz(a)) < key(F32, F32.ftz(b)))
    for bits, r in ((16, 'h'), (32, 'r'), (64, 'q')):
        for op, ref in (('eq', lambda x, y: x == y), ('ne', lambda x, y: x != y), ('lt', lambda x, y: x < y), ('ge', lambda x, y: x >= y)):
            case('setp.%s.s%d %%p5, %%%s1, %%%s2;' % (op, bits, r, r), 'p', 'int',
                 lambda a, b, c, d, n=bits, ref=ref: ref(signed(a, n), signed(b, n)))
        for op, ref in (('lo', lambda x, y: x < y), ('ls', lambda x, y: x <= y), ('hi', lambda x, y: x > y), ('hs', lambda x, y: x >= y)):
            case('setp.%s.u%d %%p5, %%%s1, %%%s2;' % (op, bits, r, r), 'p', 'int',
                 lambda a, b, c, d, n=bits, ref=ref: ref(a % 2 ** n, b % 2 ** n))
    less = lambda a, b: signed(a, 32) < signed(b, 32)
    case('setp.gt.s32 %p1, %r3, 0; setp.lt.and.s32 %p5|%p6, %r1, %r2, %p1;', 'pp', 'int',
         lambda a, b, c, d: (less(a, b) and signed(c, 32) > 0, not less(a, b) and signed(c, 32) > 0))
    case('setp.gt.s32 %p1, %r3, 0; setp.lt.xor.s32 %p5, %r1, %r2, !%p1;', 'p', 'int',
         lambda a, b, c, d: less(a, b) != (signed(c, 32) <= 0))
    case('set.lt.u32.s32 %r5, %r1, %r2;', 'r', 'int', lambda a, b, c, d: M32 if less(a, b) else 0)
    case('setp.ne.s32 %p1, %r3, 0; selp.b32 %r5, %r1, %r2, %p1;', 'r', 'int', lambda a, b, c, d: (a if c % 2 ** 32 else b) & M32)
    case('slct.u32.s32 %r5, %r1, %r2, %r3;', 'r', 'int', lambda a, b, c, d: (a if signed(c, 32) >= 0 else b) & M32)
    case('setp.lt.s32 %p1, %r1, %r2; setp.lt.s32 %p2, %r2, %r3; and.pred %p3, %p1, %p2; not.pred %p5, %p3;', 'p', 'int',
         lambda a, b, c, d: not (less(a, b) and less(b, c)))


def key(f, u):
    """What compares as the pattern's value does (the zeros equal)."""
    return 0 if f.zero(u) else f.order(u)


def add_integer_cases():
    """Arithmetic and bits of integers, carries, shifts beyond the width."""
    def s32(x): return signed(x, 32)
    for bits, r in ((16, 'h'), (32, 'r'), (64, 'q')):
        mask = 2 ** bits - 1
        for op, ref in (('add', lambda x, y: x + y), ('sub', lambda x, y: x - y), ('mul.lo', lambda x, y: x * y)):
            for s in 'us':
                case('%s.%s%d %%%s5, %%%s1, %%%s2;' % (op, s, bits, r, r, r), r, 'int',
                     lambda a, b, c, d, ref=ref, m=mask: ref(a, b) & m)
        case('mul.hi.u%d %%%s5, %%%s1, %%%s2;' % (bits, r, r, r), r, 'int',
             lambda a, b, c, d, n=bits, m=mask: (a & m) * (b & m) >> n)
        case('mul.hi.s%d %%%s5, %%%s1, %%%s2;' % (bits, r, r, r), r, 'int',
             lambda a, b, c, d, n=bits, m=mask: signed(a, n) * signed(b, n) >> n & m)
        case('mad.lo.s%d %%%s5, %%%s1, %%%s2, %%%s3;' % (bits, r, r, r, r), r, 'int',
             lambda a, b, c, d, m=mask: a * b + c & m)
        case('mad.hi.s%d %%%s5, %%%s1, %%%s2, %%%s3;' % (bits, r, r, r, r), r, 'int',
             lambda a, b, c, d, n=bits, m=mask: (signed(a, n) * signed(b, n) >> n) + c & m)
        for s, conv in (('u', lambda x, n: x % 2 ** n), ('s', signed)):
            case('min.%s%d %%%s5, %%%s1, %%%s2;' % (s, bits, r, r, r), r, 'int',
                 lambda a, b, c, d, n=bits, conv=conv: min(conv(a, n), conv(b, n)) & (2 ** n - 1))
            case('max.%s%d %%%s5, %%%s1, %%%s2;' % (s, bits, r, r, r), r, 'int',
                 lambda a, b, c, d, n=bits, conv=conv: max(conv(a, n), conv(b, n)) & (2 ** n - 1))
            case('div.%s%d %%%s5, %%%s1, %%%s2;' % (s, bits, r, r, r), r, 'int',
                 lambda a, b, c, d, n=bits, conv=conv: quotient(conv(a, n), conv(b, n)) & (2 ** n - 1))
            case('rem.%s%d %%%s5, %%%s1, %%%s2;' % (s, bits, r, r, r), r, 'int',
                 lambda a, b, c, d, n=bits, conv=conv: remainder(conv(a, n), conv(b, n)) & (2 ** n - 1))
            case('shr.%s%d %%%s5, %%%s1, %%r2;' % (s, bits, r, r), r, 'shift',
                 lambda a, b, c, d, n=bits, conv=conv: conv(a, n) >> min(b & M32, 200) & (2 ** n - 1))
        case('shl.b%d %%%s5, %%%s1, %%r2;' % (bits, r, r), r, 'shift',
             lambda a, b, c, d, m=mask: a << min(b & M32, 200) & m)
        case('neg.s%d %%%s5, %%%s1;' % (bits, r, r), r, 'int', lambda a, b, c, d, m=mask: -a & m)
        case('abs.s%d %%%s5, %%%s1;' % (bits, r, r), r, 'int', lambda a, b, c, d, n=bits, m=mask: abs(signed(a, n)) & m)
        case('not.b%d %%%s5, %%%s1;' % (bits, r, r), r, 'int', lambda a, b, c, d, m=mask: ~a & m)
        for op, ref in (('and', lambda x, y: x & y), ('or', lambda x, y: x | y), ('xor', lambda x, y: x ^ y)):
            case('%s.b%d %%%s5, %%%s1, %%%s2;' % (op, bits, r, r, r), r, 'int', lambda a, b, c, d, ref=ref, m=mask: ref(a, b) & m)
    case('add.sat.s32 %r5, %r1, %r2;', 'r', 'int', lambda a, b, c, d: max(-2 ** 31, min(2 ** 31 - 1, s32(a) + s32(b))) & M32)
    case('mul.wide.u16 %r5, %h1, %h2;', 'r', 'int', lambda a, b, c, d: (a & 65535) * (b & 65535))
    case('mul.wide.s32 %q5, %r1, %r2;', 'q', 'int', lambda a, b, c, d: s32(a) * s32(b) & M64)
    case('mad.wide.u32 %q5, %r1, %r2, %q3;', 'q', 'int', lambda a, b, c, d: (a & M32) * (b & M32) + c & M64)
    case('mad.wide.s32 %q5, %r1, %r2, %q3;', 'q', 'int', lambda a, b, c, d: s32(a) * s32(b) + c & M64)
    case('add.cc.u64 %q5, %q1, %q3; addc.u64 %q6, %q2, %q4;', 'qq', 'int',
         lambda a, b, c, d: ((a + c) & M64, b + d + (a + c >> 64) & M64))
    case('sub.cc.u64 %q5, %q1, %q3; subc.u64 %q6, %q2, %q4;', 'qq', 'int',
         lambda a, b, c, d: ((a - c) & M64, b - d - (a < c) & M64))
    case('add.cc.u32 %r5, %r1, %r2; addc.cc.u32 %r6, %r3, %r4; addc.u32 %r7, 0, 0; mov.b64 %q5, {%r5, %r6}; cvt.u64.u32 %q6, %r7;',
         'qq', 'int', lambda a, b, c, d: (lambda x: (x & M64, x >> 64))(((c & M32) << 32 | a & M32) + ((d & M32) << 32 | b & M32)))
    case('mad.lo.cc.u32 %r5, %r1, %r2, %r3; madc.hi.u32 %r6, %r1, %r2, %r4; mov.b64 %q5, {%r5, %r6};', 'q', 'int',
         lambda a, b, c, d: (a & M32) * (b & M32) + (c & M32) + ((d & M32) << 32) & M64)
    for t, n, r in (('u32', 32, 'r'), ('s32', 32, 'r'), ('u64', 64, 'q'), ('s64', 64, 'q')):
        case('bfe.%s %%%s5, %%%s1, %%r2, %%r3;' % (t, r, r), r, 'field', lambda a, b, c, d, n=n, t=t: field(a, b, c, n, t[0] == 's'))
        case('bfind.%s %%r5, %%%s1;' % (t, r), 'r', 'int', lambda a, b, c, d, n=n, t=t: top_bit(a, n, t[0] == 's'))
    for n, r in ((32, 'r'), (64, 'q')):
        case('bfi.b%d %%%s5, %%%s1, %%%s4, %%r2, %%r3;' % (n, r, r, r), r, 'field', lambda a, b, c, d, n=n: put_field(a, d, b, c, n))
        case('popc.b%d %%r5, %%%s1;' % (n, r), 'r', 'int', lambda a, b, c, d, n=n: bin(a % 2 ** n).count('1'))
        case('clz.b%d %%r5, %%%s1;' % (n, r), 'r', 'int', lambda a, b, c, d, n=n: n - (a % 2 ** n).bit_length())
        case('brev.b%d %%%s5, %%%s1;' % (n, r, r), r, 'int', lambda a, b, c, d, n=n: int(format(a % 2 ** n, '0%db' % n)[::-1], 2))
    for table in (0x00, 0x96, 0xe8, 0xca, 0x3c, 0xff):
        case('lop3.b32 %%r5, %%r1, %%r2, %%r3, 0x%x;' % table, 'r', 'int', lambda a, b, c, d, t=table: sum(
            (t >> ((a >> i & 1) << 2 | (b >> i & 1) << 1 | c >> i & 1) & 1) << i for i in range(32)))
    case('prmt.b32 %r5, %r1, %r2, %r3;', 'r', 'int', lambda a, b, c, d: byte_permute(a, b, c))
    for mode in ('clamp', 'wrap'):
        amount = (lambda c: c % 32) if mode == 'wrap' else (lambda c: min(c & M32, 32))
        joined = lambda a, b: (b & M32) << 32 | a & M32
        case('shf.l.%s.b32 %%r5, %%r1, %%r2, %%r3;' % mode, 'r', 'shift3', lambda a, b, c, d, n=amount: joined(a, b) << n(c) >> 32 & M32)
        case('shf.r.%s.b32 %%r5, %%r1, %%r2, %%r3;' % mode, 'r', 'shift3', lambda a, b, c, d, n=amount: joined(a, b) >> n(c) & M32)
    case('mov.b64 {%r5, %r6}, %q1; mov.b64 %q5, {%r6, %r5};', 'q', 'int', lambda a, b, c, d: (a << 32 | a >> 32) & M64)
    case('mov.b32 %r5, 0x7F800000; mov.u32 %r6, -1; xor.b32 %r5, %r5, %r6;', 'r', 'int', lambda a, b, c, d: 0x807fffff)


def quotient(x, y):
    """Division toward zero; by zero all ones."""
    return (abs(x) // abs(y)) * (1 if (x < 0) == (y < 0) else -1) if y else -1


def remainder(x, y):
    """What quotient leaves; by zero the dividend."""
    return x - y * quotient(x, y) if y else x


def field(a, at, length, n, is_signed):
    """bfe, bit by bit as PTX defines it."""
    at, length = at & 255, length & 255
    sign = 0 if not is_signed or not length else a >> min(at + length - 1, n - 1) & 1
    return sum((a >> at + i & 1 if i < length and at + i < n else sign) << i for i in range(n))


def put_field(a, b, at, length, n):
    """bfi, bit by bit."""
    at, length = at & 255, length & 255
    return sum((a >> i - at & 1 if at <= i < at + length else b >> i & 1) << i for i in range(n))


def top_bit(a, n, is_signed):
    """bfind."""
    a %= 2 ** n
    if is_signed and a >> n - 1:
        a ^= 2 ** n - 1
    return a.bit_length() - 1 & M32


def byte_permute(a, b, selectors):
    """prmt."""
    data, r = struct.pack('<II', a & M32, b & M32), 0
    for i in range(4):
        s = selectors >> 4 * i & 15
        byte = data[s & 7]
        r |= ((255 if byte & 128 else 0) if s & 8 else byte) << 8 * i
    return r


def add_convert_cases():
    """cvt between integers (with .sat), floats and both, in every rounding."""
    for bits, name in ((8, '8'), (16, '16'), (32, '32'), (64, '64')):
        reg = {8: 'r', 16: 'h', 32: 'r', 64: 'q'}[bits]
        for s in 'us':
            for f, t, r in ((F32, 'f32', 'f'), (F64, 'f64', 'd')):
                for mode in ('rni', 'rzi', 'rmi', 'rpi'):
                    case('cvt.%s.%s%s.%s %%%s5, %%%s1;' % (mode, s, name, t, reg, r), reg, t + ' small',
                         lambda a, b, c, d, f=f, m=mode, n=bits, s=s, t=t, reg=reg: widen(
                             f.to_int(a, m, n, s == 's', n == 64 or t == 'f64'), n, s, reg))
                if bits >= 16:
                    for mode in ('rn', 'rz', 'rm', 'rp'):
                        case('cvt.%s.%s.%s%s %%%s5, %%%s1;' % (mode, t, s, name, r, reg), r, 'int',
                             lambda a, b, c, d, f=f, m=mode, n=bits, s=s: f.round(signed(a, n) if s == 's' else a % 2 ** n, m))
    for mode in ('rn', 'rz', 'rm', 'rp'):
        for z in ('', '.ftz'):
            case('cvt.%s%s.f32.f64 %%f5, %%d1;' % (mode, z), 'f', 'f64 small', lambda a, b, c, d, m=mode, z=z: narrow(a, m, z), nan=F32)
    case('cvt.f64.f32 %d5, %f1;', 'd', 'f32', lambda a, b, c, d: F64.nan if F32.is_nan(a) else
         (F64.exponent | (F64.sign if F32.negative(a) else 0)) if F32.is_inf(a) else
         F64.round(F32.value(a), negative_zero=F32.negative(a)), nan=F64)
    for mode in ('rni', 'rzi', 'rmi', 'rpi'):
        case('cvt.%s.f32.f32 %%f5, %%f1;' % mode, 'f', 'f32 small', lambda a, b, c, d, m=mode: a if F32.is_nan(a) or F32.is_inf(a) else
             F32.round(round_int(F32.value(a), m), negative_zero=F32.negative(a)) | a & F32.sign, nan=F32)
    case('cvt.sat.f32.f32 %f5, %f1;', 'f', 'f32', lambda a, b, c, d: saturate(a))
    case('cvt.sat.u8.s32 %r5, %r1;', 'r', 'int', lambda a, b, c, d: max(0, min(255, signed(a, 32))))
    case('cvt.sat.s16.s64 %h5, %q1;', 'h', 'int', lambda a, b, c, d: max(-32768, min(32767, signed(a, 64))) & 65535)
    case('cvt.s64.s32 %q5, %r1;', 'q', 'int', lambda a, b, c, d: signed(a, 32) & M64)
    case('cvt.s32.s8 %r5, %r1;', 'r', 'int', lambda a, b, c, d: signed(a, 8) & M32)
    case('cvt.u64.u32 %q5, %r1;', 'q', 'int', lambda a, b, c, d: a & M32)
    case('cvt.rn.f32.s32 %f5, %r1; cvt.rzi.ftz.u32.f32 %r5, %f5;', 'r', 'int',
         lambda a, b, c, d: F32.to_int(F32.round(signed(a, 32)), 'rzi', 32, False, False))


def narrow(a, mode, ftz):
    """f64 to f32."""
    if F64.is_nan(a):
        return F32.nan
    sign = F32.sign if F64.negative(a) else 0
    u = F32.exponent | sign if F64.is_inf(a) else F32.round(F64.value(a), mode, bool(sign))
    return F32.ftz(u) if ftz else u


def widen(v, bits, sign, reg):
    """A narrow result in its register: extended by its own sign."""
    return (signed(v, bits) if sign == 's' else v) & {'r': M32, 'h': 65535, 'q': M64}[reg]


def add_memory_cases():
    """Loads and stores of every space and width, atomics, address conversion, control."""
    shared = '.shared .align 16 .b8 window[64];'
    case('st.shared.u64 [window+8], %q1; ld.shared.v2.u16 {%h5, %h6}, [window+12]; mov.b32 %r5, {%h5, %h6};', 'r', 'int',
         lambda a, b, c, d: a >> 32, declare=shared)
    case('mov.u32 %r6, window; cvt.u64.u32 %q7, %r6; cvta.shared.u64 %q7, %q7; st.u32 [%q7+4], %r1; ld.shared.u32 %r5, [window+4];',
         'r', 'int', lambda a, b, c, d: a & M32, declare=shared)
    case('add.u64 %q7, __local, 0; mov.u64 %q8, __local; st.local.v4.u32 [%q8], {%r1, %r2, %r3, %r4}; ld.local.u64 %q5, [%q8+8];', 'q', 'int',
         lambda a, b, c, d: (d & M32) << 32 | c & M32, declare='.local .align 16 .b8 __local[16];')
    case('st.global.u8 [%q15], %r1; ld.global.s8 %r5, [%q15]; ldu.global.u8 %r6, [%q15]; mov.b64 %q5, {%r5, %r6};', 'q', 'int',
         lambda a, b, c, d: (a & 255) << 32 | signed(a, 8) & M32)
    case('cvta.to.global.u64 %q7, %q15; st.f32 [%q7+4], %f1; ld.global.nc.f32 %f5, [%q7+4];', 'f', 'f32', lambda a, b, c, d: a, nan=F32)
    case('cvt.s64.s32 %q6, %r1; and.b64 %q6, %q6, 3; shl.b64 %q6, %q6, 2; mov.u64 %q7, table; add.s64 %q7, %q7, %q6; ld.const.u32 %r5, [%q7]; mov.u64 %q6, 0;',
         'r', 'int', lambda a, b, c, d: (7, 11, 13, 17)[a & 3])
    for op, t, ref in (('add', 'u32', lambda x, y, z: x + y), ('min', 's32', lambda x, y, z: min(signed(x, 32), signed(y, 32))),
                       ('max', 'u32', lambda x, y, z: max(x, y)), ('and', 'b32', lambda x, y, z: x & y),
                       ('or', 'b32', lambda x, y, z: x | y), ('xor', 'b32', lambda x, y, z: x ^ y), ('exch', 'b32', lambda x, y, z: y),
                       ('inc', 'u32', lambda x, y, z: 0 if x >= y else x + 1), ('dec', 'u32', lambda x, y, z: y if x == 0 or x > y else x - 1)):
        case('st.global.u32 [%%q15], %%r1; atom.global.%s.%s %%r5, [%%q15], %%r2; ld.global.u32 %%r6, [%%q15]; mov.b64 %%q5, {%%r5, %%r6};' % (op, t),
             'q', 'int', lambda a, b, c, d, ref=ref: (ref(a & M32, b & M32, 0) & M32) << 32 | a & M32)
    case('st.global.u32 [%q15], %r1; and.b32 %r2, %r1, 1; atom.global.cas.b32 %r5, [%q15], %r2, %r3; ld.global.u32 %r6, [%q15]; mov.b64 %q5, {%r5, %r6};',
         'q', 'int', lambda a, b, c, d: ((c if a & M32 == a & 1 else a) & M32) << 32 | a & M32)
    case('st.global.f32 [%q15], %f1; red.global.add.f32 [%q15], %f2; ld.global.f32 %f5, [%q15];', 'f', 'f32', lambda a, b, c, d: F32.add(a, b), nan=F32)
    case('membar.gl; fence.acq_rel.gpu; prefetch.global.L1 [%q15]; setp.eq.u32 %p1, %r1, 0; @%p1 bra SKIP; @!%p1 mov.u32 %r5, 5; bra.uni END; SKIP: mov.u32 %r5, 9; END:',
         'r', 'int', lambda a, b, c, d: 5 if a & M32 else 9)
    case('and.b32 %r6, %r1, 3; targets: .branchtargets T0, T1, T2, T3; brx.idx %r6, targets; T0: mov.u32 %r5, 10; bra TE; T1: mov.u32 %r5, 20; bra TE; T2: mov.u32 %r5, 30; bra TE; T3: mov.u32 %r5, 40; TE:',
         'r', 'int', lambda a, b, c, d: 10 * (1 + (a & 3)))
    case('{ .param .b32 given; st.param.b32 [given], %r1; .param .b32 back; call.uni (back), twice, (given); ld.param.b32 %r5, [back]; }',
         'r', 'int', lambda a, b, c, d: 2 * a & M32)
    case('setp.eq.u64 %p1, %q1, %q1; @%p1 bra OK; trap; OK: @!%p1 exit; nanosleep.u32 5; mov.u32 %r5, 1;', 'r', 'int', lambda a, b, c, d: 1)


MODULE = '''.version 8.8
.target sm_90
.address_size 64
.const .align 4 .u32 table[4] = {7, 11, 13, 17};
.func (.param .b32 result) twice(.param .b32 x)
{
.reg .b32 %r<3>;
ld.param.b32 %r1, [x];
add.u32 %r2, %r1, %r1;
st.param.b32 [result], %r2;
ret;
}
'''


def lane_of(i):
    """Thread i of a block of 64: its warp's first thread, its lane."""
    return i - i % 32, i % 32


def add_warp_cases():
    """Barriers, shuffles and votes; the reference sees all threads of a block of 64 (or of 40: a short warp)."""
    def shuffle(mode, b, c):
        def ref(rows, i):
            base, lane = lane_of(i)
            clamp, seg = c & 31, c >> 8 & 31
            first, last = lane & seg, lane & seg | clamp & ~seg
            j = {'up': lane - b, 'down': lane + b, 'bfly': lane ^ b, 'idx': first | b & ~seg}[mode]
            inside = j >= last if mode == 'up' else j <= last
            j = j if inside else lane
            return rows[base + j][0] & M32, inside
        return ref
    for mode, b, c in (('up', 1, 0), ('up', 3, 0x1800), ('down', 2, 0x1f), ('down', 5, 0x181f), ('bfly', 1, 0x1f), ('bfly', 16, 0x1f),
                       ('bfly', 4, 0x1c1f), ('idx', 0, 0x1f), ('idx', 5, 0x181f)):
        case('shfl.sync.%s.b32 %%r5|%%p6, %%r1, %d, 0x%x, -1;' % (mode, b, c), 'rp', 'int', shuffle(mode, b, c), block=64)
    odd = lambda rows, i: [r[0] & 1 for r in rows]
    warp = lambda rows, i: [r[0] & 1 for r in rows[lane_of(i)[0]:lane_of(i)[0] + 32]]
    start = 'and.b32 %r6, %r1, 1; setp.ne.u32 %p1, %r6, 0; '
    case(start + 'vote.sync.ballot.b32 %r5, %p1, -1;', 'r', 'int', lambda rows, i: sum(x << k for k, x in enumerate(warp(rows, i))), block=40)
    case(start + 'vote.sync.any.pred %p5, %p1, -1;', 'p', 'rare', lambda rows, i: any(warp(rows, i)), block=64)
    case(start + 'vote.sync.all.pred %p5, !%p1, -1;', 'p', 'rare', lambda rows, i: not any(warp(rows, i)), block=40)
    case(start + 'vote.sync.uni.pred %p5, %p1, -1;', 'p', 'rare', lambda rows, i: len(set(warp(rows, i))) == 1, block=64)
    case(start + 'activemask.b32 %r5; bar.warp.sync -1;', 'r', 'int', lambda rows, i: (1 << len(warp(rows, i))) - 1, block=40)
    case(start + 'bar.red.popc.u32 %r5, 0, %p1;', 'r', 'int', lambda rows, i: sum(odd(rows, i)), block=40)
    case(start + 'bar.red.and.pred %p5, 0, !%p1;', 'p', 'rare', lambda rows, i: not any(odd(rows, i)), block=40)
    case(start + 'barrier.sync 0; bar.red.or.pred %p5, 0, %p1;', 'p', 'rare', lambda rows, i: any(odd(rows, i)), block=64)
    case('shl.b32 %r6, %r12, 2; mov.u32 %r7, swap; add.u32 %r7, %r7, %r6; st.shared.u32 [%r7], %r1; bar.sync 0; xor.b32 %r7, %r7, 4; ld.shared.u32 %r5, [%r7];',
         'r', 'int', lambda rows, i: rows[i ^ 1][0] & M32, block=64, declare='.shared .align 256 .b8 swap[256];')
    case('mov.u32 %r5, %laneid; mov.u32 %r6, %lanemask_lt; add.u32 %r5, %r5, %r6;', 'r', 'int',
         lambda rows, i: i % 32 + (1 << i % 32) - 1, block=64)


# kernels that must be refused, each with what is said
FAULTS = {
    'divergent': ('setp.lt.u32 %p1, %r12, 3; @%p1 bra A; bar.sync 0; bra B; A: bar.sync 0; B:', 'different barriers', 8),
    'exited': ('setp.lt.u32 %p1, %r12, 3; @%p1 ret; bar.sync 0;', 'exited', 8),
    'absent': ('setp.lt.u32 %p1, %r12, 3; @!%p1 bra B; bar.sync 0; bra E; B: bar.warp.sync 0xff; E:', 'deadlock', 8),
    'mask': ('shfl.sync.idx.b32 %r5, %r1, 0, 0x1f, 0xf0;', 'does not name the calling lane', 8),
    'never': ('setp.lt.u32 %p1, %r12, 3; @%p1 bra E; bar.warp.sync 0xff; E: bar.sync 0;', 'deadlock', 8),
    'past': ('st.global.u32 [%q11+64], %r1;', '4 bytes at .* in no live allocation', 4),
    'before': ('st.global.u8 [%q11+-1], %r1;', '1 bytes at .* in no live allocation', 4),
    'straddles': ('ld.global.u64 %q5, [%q11+60];', 'live allocation', 1),
    'null': ('mov.u64 %q7, 0; ld.global.f32 %f5, [%q7];', 'live allocation', 1),
    'misaligned': ('ld.global.u32 %r5, [%q11+2];', 'misaligned', 1),
    'vector': ('ld.global.v2.u32 {%r5, %r6}, [%q11+4];', 'misaligned', 1),
    'shared': ('st.shared.u32 [small+16], %r1;', 'shared memory accessed out of range', 1),
    'trap': ('trap;', 'trap', 1),
}

UNKNOWN = [('mul24.lo.s32 %r5, %r1, %r2;', 'instruction "mul24.lo.s32 %r5, %r1, %r2"'),
           ('bar.sync 1;', 'barrier 0'), ('add.f16 %h5, %h1, %h2;', 'add.f16'), ('add.rn.bogus.f32 %f5, %f1, %f2;', '.bogus'),
           ('add.u32 %r5, %r1, %r99;', '%r99'), ('ld.global.u32 %r5, [nowhere];', 'nowhere'), ('shfl.up.b32 %r5, %r1, 1, 0;', 'shfl.up')]


def operands(kind, rng, count):
    """count rows of four operands: special values first, then random ones."""
    special = {'f32': [0, 1 << 31, 1, 0x80000001, 0x7fffff, 0x800000, 0x80800000, 0x3f800000, 0xbf800000, 0x7f7fffff, 0xff7fffff,
                       0x7f800000, 0xff800000, 0x7fc00000, 0x00ffffff, 0x3f800001, 0x33800000, 0x34000000],
               'f64': [0, 1 << 63, 1, (1 << 63) + 1, 1 << 52, 0x3ff << 52, 0xbff << 52, 0x7fefffffffffffff, 0x7ff << 52, 0xfff << 52,
                       0x7ff8 << 48, 0x3ff0000000000001, 0x3ca << 52],
               'int': [0, 1, 2, 127, 128, 255, 32767, 32768, 65535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 63 - 1, 2 ** 63, M64]}
    base, _, small = kind.partition(' ')
    draw = {'f32': lambda: rng.choice((rng.getrandbits(32), rng.getrandbits(31) & 0x81ffffff, 0x3f000000 + rng.getrandbits(25))),
            'f64': lambda: rng.choice((rng.getrandbits(64), 0x3fe << 52 | rng.getrandbits(53)))}.get(base, lambda: rng.getrandbits(64))
    if small:                                           # of a size that integers have, halves among them
        plain, fmt = draw, F32 if base == 'f32' else F64
        draw = lambda: rng.choice((plain, lambda: fmt.round(rng.randint(-600, 600) * F32.value(0x3f000000)),
                                   lambda: fmt.round(rng.randint(-2 ** 65, 2 ** 65) >> rng.randint(0, 60) or 1),
                                   lambda: fmt.round(F32.value(rng.getrandbits(31) | 1) if base == 'f64' else 1) if rng.random() else 0))()
        if base == 'f64':                               # what f32 has no bits for, subnormal in f32, halfway
            special['f64'] = special['f64'] + [F64.round(F32.value(u) + F32.value(1) / 2) for u in (1, 2, 0x7fffff, 0x3f800000)]
    if base == 'positive':
        return [[bits32(rng.uniform(0.01, 9))] + [0] * 3 for _ in range(count)]
    pool = special.get(base, special['int'])
    if base == 'rare':
        quiet = rng.random() < 0.5
        return [[2 * rng.getrandbits(30) + (not quiet and rng.random() < 0.05)] + [0] * 3 for _ in range(count)]
    rows = [[pool[i % len(pool)], pool[i // len(pool) % len(pool)], draw(), draw()] for i in range(min(count // 2, len(pool) ** 2))]
    rows += [[draw() if rng.random() < 0.8 else rng.choice(pool) for _ in range(4)] for _ in range(count - len(rows))]
    if base in ('shift', 'shift3', 'field'):
        for r in rows:
            r[1:3] = [rng.choice((0, 1, 5, 15, 16, 31, 32, 33, 63, 64, 65, 255, M32)) if base != 'shift3' else r[1],
                      rng.choice((0, 1, 7, 31, 32, 33, 64, 200))]
    return rows


class V3(ctypes.Structure):
    """simt_v3"""
    _fields_ = [('x', ctypes.c_uint), ('y', ctypes.c_uint), ('z', ctypes.c_uint)]


class Machine:
    """The look-alike runtime, loaded into this process, with a translated module."""

    def __init__(self, libcudart, module):
        self.lib = ctypes.CDLL(libcudart, mode=ctypes.RTLD_GLOBAL)
        self.module = ctypes.CDLL(module)
        lib = self.lib
        lib.simt_find_kernel.restype = lib.simcuda_bytes.restype = ctypes.c_void_p
        lib.simt_find_kernel.argtypes = [ctypes.c_uint64, ctypes.c_char_p]
        lib.simcuda_bytes.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p]
        lib.cudaFree.argtypes = [ctypes.c_void_p]
        lib.simt_launch.argtypes = [ctypes.c_void_p, ctypes.c_void_p, V3, V3, ctypes.c_size_t, ctypes.c_int]

    def memory(self, data):
        """Device memory with these bytes."""
        p = ctypes.c_void_p()
        assert self.lib.cudaMalloc(ctypes.byref(p), ctypes.c_size_t(len(data))) == 0
        ctypes.memmove(self.lib.simcuda_bytes(p, len(data), 0, b'test'), data, len(data))
        return p

    def kernel(self, hash_, name):
        """(function, static shared bytes, sync) of a kernel."""
        k = self.lib.simt_find_kernel(int(hash_, 16), name.encode())
        assert k, name
        raw = ctypes.string_at(k, 56)
        return (struct.unpack_from('<Q', raw, 8)[0],) + struct.unpack_from('<II', raw, 44)

    def run(self, hash_, name, rows, block):
        """[(q5, q6)] of every thread."""
        fn, smem, sync = self.kernel(hash_, name)
        given = self.memory(b''.join(struct.pack('<4Q', *r) for r in rows))
        back = self.memory(bytes(16 * len(rows)))
        params = (ctypes.c_uint64 * 2)(given.value, back.value)
        self.lib.simt_launch(fn, ctypes.cast(params, ctypes.c_void_p), V3(len(rows) // block, 1, 1), V3(block, 1, 1), smem, sync)
        out = ctypes.string_at(self.lib.simcuda_bytes(back, 16 * len(rows), 0, b'test'), 16 * len(rows))
        for p in (given, back):
            assert self.lib.cudaFree(p) == 0
        return [struct.unpack_from('<QQ', out, 16 * i) for i in range(len(rows))]


def names(i):
    """The i-th case's kernel."""
    return 'case%d' % i


def all_ptx():
    """(the module of the cases, the module of the faults)"""
    # labels and shared variables are a kernel's own
    cases = MODULE + ''.join(kernel(names(i), c.body, c.out, c.declare) for i, c in enumerate(CASES))
    faults = MODULE + ''.join(kernel(n, body, 'q', '.shared .align 4 .b8 small[16];') for n, (body, _, _) in FAULTS.items())
    return cases, faults


def build(work, compiler):
    """Translate and compile both modules, unless they are there already."""
    module = os.path.join(work, 'cases.so')
    os.makedirs(work, exist_ok=True)
    objects = []
    for text, h in zip(all_ptx(), (HASH, FAULT_HASH)):
        path = os.path.join(work, h + '.cpp')
        with open(path, 'w') as f:
            f.write(translate(text, h))
        objects.append(path)
    subprocess.run(compiler + ['-I' + HERE, '-I' + os.path.join(HERE, 'simt'), '-shared', '-o', module] + objects + [LIBCUDART], check=True)
    return module


class Instructions(unittest.TestCase):
    """Every instruction against its reference."""

    def test_every_case(self):
        """Special and random operands; equal bits, NaN equal to any NaN."""
        print('test_ptx: TEST_SEED=%d, %d cases' % (SEED, len(CASES)), flush=True)
        for i, c in enumerate(CASES):
            rng = random.Random(SEED + i)
            count = 640 if c.block == 1 else c.block * 6
            rows = operands(c.kind, rng, count)
            got = MACHINE.run(HASH, names(i), rows, c.block)
            for k, row in enumerate(rows):
                if c.block == 1:
                    a, b, x, d = row
                    want = c.reference(*([v & M32 for v in row] if c.kind.startswith('f32') or c.kind == 'positive' else (a, b, x, d)))
                else:
                    first = k - k % c.block
                    want = c.reference(rows[first:first + c.block], k - first)
                want = tuple(int(w) for w in want) if isinstance(want, tuple) else (int(want), got[k][1])
                if c.nan and c.nan.is_nan(want[0]) and c.nan.is_nan(got[k][0]):
                    continue
                if c.ulps:
                    self.assertLessEqual(abs(F32.order(got[k][0]) - F32.order(want[0])), c.ulps, (c.body, row))
                    continue
                self.assertEqual(tuple(map(hex, got[k])), tuple(map(hex, want)), '%s with %s' % (c.body, [hex(v) for v in row]))

    def test_table_is_covered(self):
        """Every opcode of the translator's table stands in some case."""
        text = ' '.join(c.body for c in CASES) + MODULE + HEAD + ' '.join(TAIL.values()) + ' ret; '
        used = {w.split('.')[0] for w in text.replace(';', ' ').replace(':', ' ').split()}
        untested = set(TABLE) - used - {'prefetchu', 'discard', 'applypriority'}     # do nothing, as prefetch does
        self.assertEqual(untested, set())


class Refusals(unittest.TestCase):
    """What must not be translated, and what must not run."""

    def test_unknown_instruction(self):
        """The error names the line and the instruction."""
        for body, text in UNKNOWN:
            with self.assertRaises(PtxError) as caught:
                translate(MODULE + kernel('k', body, 'q'), HASH)
            self.assertIn(text, caught.exception.what)
            lines = (MODULE + kernel('k', body, 'q')).split('\n')
            self.assertIn(body, lines[caught.exception.line - 1])

    def test_command_names_file_and_line(self):
        """ptx2c.py itself: file, line, instruction, exit 1."""
        path = os.path.join(WORK, 'unknown.ptx')
        with open(path, 'w') as f:
            f.write(MODULE + kernel('k', 'mul24.lo.s32 %r5, %r1, %r2;', 'q'))
        r = subprocess.run([sys.executable, os.path.join(HERE, 'ptx2c.py'), path, HASH], capture_output=True, text=True)
        self.assertEqual(r.returncode, 1)
        self.assertRegex(r.stderr, r'unknown\.ptx:\d+: cannot translate .*mul24')

    def test_faults(self):
        """Each bad kernel aborts with the reason, the kernel's block and thread."""
        for name, (_, text, block) in FAULTS.items():
            r = subprocess.run([sys.executable, __file__, LIBCUDART, WORK, '--run', name, str(block)], capture_output=True, text=True)
            self.assertLess(r.returncode, 0, name)
            self.assertRegex(r.stderr, 'SIMT ERROR: .*' + text, name)
            self.assertRegex(r.stderr, r'thread \d+,0,0', name)

    def test_missing_barrier_shows_in_another_order(self):
        """Threads that read what others write, without a barrier: bits depend on the order."""
        results = []
        for order in ('0', 'reverse', '7'):
            r = subprocess.run([sys.executable, __file__, LIBCUDART, WORK, '--run', 'race', '64'],
                               env=dict(os.environ, SIMT_ORDER=order), capture_output=True, text=True)
            self.assertEqual(r.returncode, 0, r.stderr)
            results.append(r.stdout)
        self.assertNotEqual(results[0], results[1])
        self.assertNotEqual(results[0], results[2])


RACE = ('shl.b32 %r6, %r12, 2; mov.u32 %r7, swap2; add.u32 %r7, %r7, %r6; st.shared.u32 [%r7], %r12; xor.b32 %r7, %r7, 4; '
        'ld.shared.u32 %r5, [%r7];')


def fill_tables():
    """All cases; a race beside them (a fault that does not abort)."""
    for add in (add_float_cases, add_compare_cases, add_integer_cases, add_convert_cases, add_memory_cases, add_warp_cases):
        add()
    globals()['MODULE'] += kernel('race', RACE, 'r', '.shared .align 256 .b8 swap2[256];')


def main():
    """See the top of the file."""
    global LIBCUDART, WORK, MACHINE
    LIBCUDART, WORK = sys.argv[1:3]
    if sys.argv[3] == '--run':
        name, block = sys.argv[4], int(sys.argv[5])
        machine = Machine(LIBCUDART, os.path.join(WORK, 'cases.so'))
        rows = operands('int', random.Random(SEED), block)
        if name != 'race':                              # 64 bytes of results: what lies behind them is nothing
            rows = rows[:block]
        print(machine.run(FAULT_HASH, name, rows, block))
        return
    fill_tables()
    MACHINE = Machine(LIBCUDART, build(WORK, sys.argv[sys.argv.index('--') + 1:]))
    unittest.main(argv=sys.argv[:1], verbosity=1)


if __name__ == '__main__':
    main()
