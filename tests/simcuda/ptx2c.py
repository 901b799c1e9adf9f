#!/usr/bin/env python3
"""ptx2c.py FILE.ptx HASH > FILE.cpp - translate nvcc's PTX into C++ that runs on simt.

The module is registered under its hash. The C++ includes ptx_prelude.h, where device addresses are
checked and displaced. A kernel says whether its threads meet (barrier, warp operation, call): only
then does it need fibers. What the translator does not know is an error that names file, line and text.
"""
import re
import sys

from ptx_instructions import TABLE, Instruction, vector
from ptx_parse import C_TYPE, PtxError, Variable, parse, size_of

BUILTIN = ('vprintf', '__assertfail')
NO_RESULT = ('st', 'red', 'bra', 'bar', 'barrier', 'call')


def brings(i):
    """Does the instruction load from global memory?"""
    return i.opcode in ('ld', 'ldu') and i.space() in ('global', 'generic')


def mangled(name):
    """A PTX name as a C++ name."""
    return 'v_' + re.sub(r'[^A-Za-z0-9_]', lambda m: '_%x_' % ord(m.group()), name)


def up(n, align):
    """n rounded up."""
    return (n + align - 1) // align * align


class Shared:
    """Where static shared variables lie in a block's window; None: dynamic, behind them all."""

    def __init__(self, other=None):
        self.offset, self.size = (dict(other.offset), other.size) if other else ({}, 0)

    def add(self, v):
        """Place one variable."""
        if v.extern and not v.count:
            self.offset[v.name] = None
            return
        self.size = up(self.size, v.align)
        self.offset[v.name] = self.size
        self.size += v.bytes

    @property
    def bytes(self):
        """Bytes of static shared memory."""
        return up(self.size, 16)


class Module:
    """The parts of the C++ file as they come to be."""

    def __init__(self):
        self.out, self.globals, self.functions = [], {}, set()
        self.vars, self.kernels, self.shared = [], [], Shared()

    def add_variable(self, v):
        """A module's .global or .const variable."""
        c, init = mangled(v.name), ''
        if v.init:
            if re.search(r'[A-Za-z_]{3,}', v.init):
                raise PtxError(v.line, 'initialiser with an address: ' + v.name)
            init = re.sub(r'0[fF]([0-9a-fA-F]{8})', r'F32(0x\1u)', v.init)
            init = re.sub(r'0[dD]([0-9a-fA-F]{16})', r'F64(0x\1ull)', init)
            init = ' = ' + (init if '{' in init else '{' + init + '}')
        self.out.append('alignas(%d) static %s %s[%d]%s;' % (v.align, C_TYPE[v.type], c, max(1, v.count or 1), init))
        self.globals[v.name] = c
        self.vars.append((v.name, c, v.bytes))


class Scope:
    """The names inside one function, and the C++ of its body."""

    def __init__(self, module, function, shared):
        self.module, self.shared, self.targets = module, shared, function.targets
        self.functions, self.mangled = module.functions, mangled
        self.registers, self.locals, self.params = {}, {}, {}
        self.declarations, self.body, self.sync, self.loaded = [], [], False, set()

    def register(self, name, line):
        """(C type, C++ name) of a register."""
        if name not in self.registers:
            raise PtxError(line, 'register "%s"' % name)
        return self.registers[name]

    @staticmethod
    def label(name):
        """The C++ label of a PTX label."""
        return 'l' + mangled(name)

    def place(self, name):
        """The address of a variable as an integer expression, None if there is none."""
        if name in self.locals:
            return '(uint64_t)' + self.locals[name]
        if name in self.params:
            return '(uint64_t)' + self.params[name]
        if name in self.shared.offset:
            offset = self.shared.offset[name]
            return 'STATIC_SHARED' if offset is None else '%du' % offset
        if name in self.module.globals:
            return '(uint64_t)' + self.module.globals[name]
        return None

    def declare_registers(self, text):
        """.reg .b32 %r<5>, %x;"""
        m = re.match(r'^\.reg\s+(?:\.v[24]\s+)?\.(\w+)\s+(.*)$', text)
        c = 'bool' if m.group(1) == 'pred' else 'uint%d_t' % (size_of(m.group(1)) * 8)
        for name in (x.strip() for x in m.group(2).split(',')):
            many = re.match(r'^(.*)<(\d+)>$', name)
            names = ['%s%d' % (many.group(1), k) for k in range(int(many.group(2)))] if many else [name]
            self.registers.update((x, (c, mangled(x))) for x in names)

    def declare(self, line, text):
        """A directive inside a function."""
        if text.startswith('.reg'):
            return self.declare_registers(text)
        v = Variable(line, text)
        if v.space == 'shared':
            self.shared.add(v)
        elif v.space in ('local', 'param'):             # scopes may use a name again
            c = '%s_%d' % (mangled(v.name), len(self.declarations))
            self.locals[v.name] = c
            self.declarations.append('alignas(%d) unsigned char %s[%d];' % (max(v.align, 8), c, max(1, v.bytes)))
        else:
            self.module.add_variable(v)
        return None

    def translate(self, line, text):
        """One statement: a label, a directive or an instruction."""
        if text.endswith(':'):
            self.body.append(self.label(text[:-1]) + ':;')
        elif text.startswith('.'):
            self.declare(line, text)
        else:
            i = Instruction(self, line, text)
            if i.opcode not in TABLE:
                i.fail()
            try:
                code = TABLE[i.opcode](i)
            except (IndexError, KeyError, ValueError, TypeError, AttributeError):
                i.fail()
            self.body.append((i, code))

    def loaded_in(self, *operands):
        """The C++ names of the registers in these operands that loads write."""
        names = re.findall(r'[%$\w]+', ' '.join(operands))
        return sorted({self.registers[x][1] for x in names if x in self.registers} & self.loaded)

    def counted(self, i, code):
        """An instruction that counts itself, and waits for what it reads of the loads that are under way."""
        first = 0 if i.opcode in NO_RESULT else 1
        reads = ''.join('counted_.wait(%s_at); ' % x for x in self.loaded_in(i.guard_register, *i.operands[first:]))
        at = 'counted_.rounds' if brings(i) else '~0u'
        wrote = ''.join(' %s_at = %s;' % (x, at) for x in self.loaded_in(*i.operands[:first]))
        return '  ++counted_.instructions; %s%s{ %s;%s }' % (reads, i.guard, code, wrote)

    def function(self, signature):
        """The whole C++ function; only the registers that it uses are declared."""
        self.loaded = {self.registers[x][1] for part in self.body if not isinstance(part, str) and brings(part[0])
                       for x in vector(part[0].operands[0]) if x in self.registers}
        body = [part if isinstance(part, str) else self.counted(*part) for part in self.body]
        used = set(re.findall(r'\bv_\w+', '\n'.join(body)))
        lines = [signature, '{', '  bool cc_ = false; (void)cc_;', '  Counted counted_;',
                 '  const unsigned STATIC_SHARED = %d; (void)STATIC_SHARED;' % self.shared.bytes]
        lines += ['  %s %s = 0;' % r for r in dict.fromkeys(self.registers.values()) if r[1] in used]
        lines += ['  unsigned %s_at = ~0u;' % name for name in sorted(self.loaded)]
        return lines + ['  ' + d for d in self.declarations] + body + ['}', '']


def signature_of(f):
    """A kernel takes its parameter block; a function takes pointers to its results and parameters."""
    if f.kernel:
        return 'static void %s(void *block_)' % mangled(f.name)
    return 'static void %s(%s)' % (mangled(f.name), ', '.join(
        'unsigned char *%s' % mangled(x.name) for x in f.returns + f.params))


def layout(params):
    """[(offset, bytes)] of a kernel's parameters, and the size of the whole block."""
    result, offset = [], 0
    for v in params:
        offset = up(offset, v.align)
        result.append((offset, v.bytes))
        offset += v.bytes
    return result, offset


def translate_function(module, f):
    """Append one function's C++; a kernel is also listed."""
    scope = Scope(module, f, Shared(module.shared) if f.kernel else module.shared)
    if f.kernel:
        places, size = layout(f.params)
        scope.params = {v.name: '((unsigned char *)block_ + %d)' % o for v, (o, _) in zip(f.params, places)}
    else:
        scope.params = {v.name: mangled(v.name) for v in f.returns + f.params}
    for line, text in f.statements:
        scope.translate(line, text)
    module.out += scope.function(signature_of(f))
    if f.kernel:
        module.kernels.append((f.name, places, size, scope.shared.bytes, int(scope.sync)))


def tables(module, hash_):
    """The C++ that registers the module."""
    out = []
    for name, places, *_ in module.kernels:
        for what, k in (('offset', 0), ('size', 1)):
            out.append('static const unsigned %s_%s[] = {%s};' % (
                what, mangled(name), ', '.join(str(p[k]) for p in places) or '0'))
    out.append('static const struct simt_kernel kernels_[] = {')
    for name, places, size, static, sync in module.kernels:
        c = mangled(name)
        out.append('  {"%s", %s, %d, offset_%s, size_%s, %d, %d, %d},' % (name, c, len(places), c, c, max(size, 1),
                                                                          static, sync))
    out += ['  {0, 0, 0, 0, 0, 0, 0, 0}};', 'static const struct simt_var vars_[] = {']
    out += ['  {"%s", %s, %d},' % v for v in module.vars]
    out += ['  {0, 0, 0}};', '__attribute__((constructor)) static void register_()', '{',
            '  simt_register(0x%sull, kernels_, vars_);' % hash_, '}']
    return out


def translate(text, hash_):
    """PTX text -> C++ text. PtxError names the line and what is not known."""
    variables, functions = parse(text)
    module = Module()
    for v in variables:
        if v.space == 'shared':
            module.shared.add(v)
        else:
            module.add_variable(v)
    for f in functions:
        if not f.kernel and f.name not in module.functions:
            module.functions.add(f.name)
            if f.name not in BUILTIN:
                module.out.append(signature_of(f) + ';')
    defined = [f for f in functions if f.statements is not None]
    for f in sorted(defined, key=lambda f: f.kernel):   # functions first: their shared variables are everyone's
        translate_function(module, f)
    return '\n'.join(['#include "ptx_prelude.h"', ''] + module.out + tables(module, hash_)) + '\n'


def main():
    """Translate one file."""
    path, hash_ = sys.argv[1:]
    with open(path) as f:
        text = f.read()
    try:
        sys.stdout.write(translate(text, hash_))
    except PtxError as e:
        sys.exit('ptx2c: %s:%d: cannot translate %s' % (path, e.line, e.what))


if __name__ == '__main__':
    main()
