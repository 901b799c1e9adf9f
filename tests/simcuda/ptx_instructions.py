"""ptx_instructions.py - the one table of PTX instructions: opcode -> how it is written in C++.

An entry is a function of an Instruction that returns C++ statements. ptx_prelude.h has the arithmetic.
Registers hold bits; rd<T>() takes them as a type, wr<R>() puts a value back.
"""
import re

from ptx_parse import C_TYPE, PtxError, size_of

TABLE = {}                                              # opcode -> function


def instruction(*names):
    """Enter a function into the table under these opcodes."""
    def enter(function):
        for name in names:
            TABLE[name] = function
        return function
    return enter


SPECIAL = {'%%%s.%s' % (r, a): 'simt_cur->%s.%s' % (r, a)
           for r in ('tid', 'ctaid', 'ntid', 'nctaid') for a in 'xyz'}
SPECIAL.update({
    '%laneid': 'simt_cur->lane', '%warpid': 'simt_cur->warp', 'WARP_SZ': '32u',
    '%lanemask_lt': '((1u << simt_cur->lane) - 1u)', '%lanemask_le': '((2u << simt_cur->lane) - 1u)',
    '%lanemask_eq': '(1u << simt_cur->lane)', '%lanemask_gt': '(~((2u << simt_cur->lane) - 1u))',
    '%lanemask_ge': '(~((1u << simt_cur->lane) - 1u))'})

ROUND = {'rm': 'FE_DOWNWARD', 'rp': 'FE_UPWARD', 'rz': 'FE_TOWARDZERO'}     # rn is the default
ROUND_TO_INT = {'rni': '__builtin_rint', 'rzi': '__builtin_trunc', 'rmi': '__builtin_floor',
                'rpi': '__builtin_ceil'}
SIGN = {'add': '+', 'sub': '-', 'mul': '*', 'div': '/'}
LOGIC = {'and': '&', 'or': '|', 'xor': '^'}
COMPARE = dict(eq='==', ne='!=', lt='<', le='<=', gt='>', ge='>=', lo='<', ls='<=', hi='>', hs='>=')


class Instruction:
    """One instruction, taken apart, with the names of the function that it stands in."""

    def __init__(self, scope, line, text):
        self.scope, self.line, self.text, self.guard, self.guard_register = scope, line, text, '', ''
        m = re.match(r'^@(!?)([%\w$]+)\s+(.*)$', text, re.S)
        if m:
            self.guard_register = m.group(2)
            self.guard = 'if (%s%s) ' % (m.group(1), scope.register(m.group(2), line)[1])
            text = m.group(3)
        m = re.match(r'^([\w.:]+)\s*(.*)$', text, re.S)
        if not m:
            raise PtxError(line, 'instruction "%s"' % text)
        self.rest = m.group(2)
        self.parts = m.group(1).split('.')
        self.opcode = self.parts[0]
        self.operands = split_operands(self.rest)
        self.types = [x for x in self.parts[1:] if x in C_TYPE]
        self.type = self.types[0] if self.types else None

    def fail(self, what='instruction'):
        """Say that this cannot be translated."""
        raise PtxError(self.line, '%s "%s"' % (what, self.text))

    def has(self, *modifiers):
        """Does the opcode carry one of these?"""
        return any(x in self.parts[1:] for x in modifiers)

    def one_of(self, choices, default=None):
        """The one modifier that is among the choices."""
        for x in self.parts[1:]:
            if x in choices:
                return x
        if default is None:
            self.fail()
        return default

    def only(self, *modifiers):
        """Refuse every modifier but these and types: what is not known is not skipped."""
        for x in self.parts[1:]:
            if x not in modifiers and x not in C_TYPE:
                self.fail('modifier .%s of' % x)

    @property
    def is_float(self):
        """Is it f32 or f64 arithmetic?"""
        return self.type in ('f32', 'f64')

    def ftz(self, e):
        """An operand or result of an instruction that may flush subnormals."""
        return 'fz(%s)' % e if self.has('ftz') else e

    def result_f(self, e):
        """A floating-point result: saturated, flushed."""
        return self.ftz('sat(%s)' % e if self.has('sat') else e)

    def arg(self, i, type_=None):
        """The value of operand i as an expression of a type."""
        return self.value(self.operands[i], type_ or self.type)

    def value(self, o, t):
        """The value of an operand as an expression of PTX type t."""
        c = C_TYPE[t]
        if o.startswith('!'):
            return '!' + self.scope.register(o[1:], self.line)[1]
        if o in SPECIAL:
            return 'rd<%s>(%s)' % (c, SPECIAL[o])
        if o in self.scope.registers:
            return 'rd<%s>(%s)' % (c, self.scope.registers[o][1])
        m = re.match(r'^0[fF]([0-9a-fA-F]{8})$', o)
        if m:
            bits = '0x%su' % m.group(1)
            return '(double)F32(%s)' % bits if t == 'f64' else 'rd<%s>(%s)' % (c, bits)
        m = re.match(r'^0[dD]([0-9a-fA-F]{16})$', o)
        if m:
            return 'rd<%s>((uint64_t)0x%sull)' % (c, m.group(1))
        m = re.match(r'^(-?)(0[xX][0-9a-fA-F]+|\d+)U?$', o)
        if m:
            v = int(m.group(2), 0 if m.group(2)[:2] in ('0x', '0X') else 10)
            v = -v if m.group(1) else v
            if t == 'pred':
                return 'true' if v else 'false'
            if t[0] == 'f':
                bits = size_of(t) * 8
                return 'rd<%s>((uint%d_t)0x%xull)' % (c, bits, v & (2 ** bits - 1))
            return '(%s)0x%xull' % (c, v & (2 ** 64 - 1))
        m = re.match(r'^([\w$%.]+)(?:\s*\+\s*(-?\d+))?$', o)
        place = self.scope.place(m.group(1)) if m else None
        if not place:
            self.fail('operand "%s" of' % o)
        return '(%s)(%s + (%s))' % (c, place, m.group(2) or '0')

    def set(self, dst, e, type_=None):
        """Write expression e of a type to a register; '_' throws it away."""
        if dst == '_':
            return '(void)(%s)' % e
        c, name = self.scope.register(dst, self.line)
        return '%s = wr<%s>((%s)(%s))' % (name, c, C_TYPE[type_ or self.type], e)

    def result(self, e, type_=None):
        """Write expression e to operand 0."""
        return self.set(self.operands[0], e, type_)

    def pred(self, name):
        """The C++ name of a predicate register."""
        return self.scope.register(name, self.line)[1]

    def space(self):
        """The state space of a load, store or atomic."""
        for x in self.parts[1:]:
            x = x.split('::')[0]
            if x in ('param', 'global', 'shared', 'local', 'const'):
                return x
        return 'generic'

    def address(self, o, bytes_):
        """A checked host pointer to `bytes_` bytes at the address operand o, '[name+offset]'."""
        m = re.match(r'^\[\s*([\w$%.]+)\s*(?:\+\s*(-?(?:0x)?[0-9a-fA-F]+))?\s*\]$', o)
        if not m:
            self.fail('address "%s" of' % o)
        space, name = self.space(), m.group(1)
        if name in self.scope.registers:
            width = 'uint32_t' if space == 'shared' else 'uint64_t'
            base = 'rd<%s>(%s)' % (width, self.scope.registers[name][1])
        else:
            base = self.scope.place(name) or self.fail('address "%s" of' % o)
        check = {'shared': 'shp', 'global': 'dp', 'generic': 'gp'}.get(space, 'pp')
        return '%s(%s + (int64_t)%d, %d)' % (check, base, int(m.group(2) or '0', 0), bytes_)


def split_operands(text):
    """The operands between commas, braces and brackets kept whole."""
    result, depth, current = [], 0, ''
    for ch in text:
        depth += (ch in '{[(') - (ch in '}])')
        if ch == ',' and depth == 0:
            result.append(current.strip())
            current = ''
        else:
            current += ch
    return result + [current.strip()] if current.strip() else result


def vector(o):
    """The registers of '{a, b}', or of a plain 'a'."""
    return [x.strip() for x in o.strip('{} ').split(',')]


# ---- memory ---------------------------------------------------------------------------------------------

def vector_length(i):
    return 4 if i.has('v4') else 2 if i.has('v2') else 1


@instruction('ld', 'ldu')
def load(i):
    n, size, c = vector_length(i), size_of(i.type), C_TYPE[i.type]
    address = i.address(i.operands[1], size * n)
    code = 'auto *q_ = (unsigned char *)%s; ' % address
    for k in range(n):                                  # the first checks the whole vector's alignment
        code += 'auto t%d_ = ldm<%s>(q_ + %d, %d); ' % (k, c, k * size, 1 if k else size * n)
    return code + '; '.join(i.set(r, 't%d_' % k) for k, r in enumerate(vector(i.operands[0])))


@instruction('st')
def store(i):
    n, size, c = vector_length(i), size_of(i.type), C_TYPE[i.type]
    code = 'auto *q_ = (unsigned char *)%s; ' % i.address(i.operands[0], size * n)
    return code + '; '.join('stm<%s>(q_ + %d, %s, %d)' % (c, k * size, i.value(r, i.type), 1 if k else size * n)
                            for k, r in enumerate(vector(i.operands[1])))


@instruction('atom', 'red')
def atomic(i):
    operation = i.one_of(('add', 'min', 'max', 'and', 'or', 'xor', 'exch', 'cas', 'inc', 'dec'))
    operands = (['_'] if i.opcode == 'red' else []) + i.operands
    values = ', '.join(i.value(x, i.type) for x in operands[2:])
    return i.set(operands[0], 'atom_%s<%s>(%s, %s)' % (operation, C_TYPE[i.type],
                                                       i.address(operands[1], size_of(i.type)), values))


@instruction('mov')
def move(i):
    dst, src = i.operands
    if dst.startswith('{'):
        width = size_of(i.type) * 8 // len(vector(dst))
        return 'auto v_ = %s; ' % i.arg(1) + '; '.join(
            i.set(r, 'v_ >> %d' % (k * width), 'u%d' % width) for k, r in enumerate(vector(dst)) if r != '_')
    if src.startswith('{'):
        width = size_of(i.type) * 8 // len(vector(src))
        return i.result(' | '.join('((%s)%s << %d)' % (C_TYPE[i.type], i.value(r, 'u%d' % width), k * width)
                                   for k, r in enumerate(vector(src))))
    return i.result(i.arg(1))


@instruction('cvta')
def convert_address(i):
    e = i.arg(1)
    if i.space() == 'shared':                           # generic addresses of shared memory are the host's
        e = ('(uint64_t)(%s - (uint64_t)simt_smem)' if i.has('to') else '(uint64_t)simt_smem + %s') % e
    return i.result(e)


@instruction('membar', 'fence', 'nanosleep', 'prefetch', 'prefetchu', 'discard', 'applypriority')
def nothing(_):
    """Threads run one at a time, and there is no cache."""
    return ''


# ---- arithmetic -----------------------------------------------------------------------------------------

@instruction('add', 'sub', 'mul', 'div', 'min', 'max', 'rem')
def arithmetic(i):
    if i.has('cc'):
        return carry(i)
    return float_arithmetic(i) if i.is_float else integer_arithmetic(i)


def float_arithmetic(i):
    i.only('rn', 'rm', 'rp', 'rz', 'ftz', 'sat', 'approx', 'full', 'NaN')
    x, y = i.ftz(i.arg(1)), i.ftz(i.arg(2))
    c = C_TYPE[i.type]
    if i.opcode in ('min', 'max'):
        e = 'f%s%s(%s, %s)' % (i.opcode, '_nan' if i.has('NaN') else '_num', x, y)
    elif i.has(*ROUND):
        e = 'rounded<%s>(%s, [](%s a, %s b) { return a %s b; }, %s, %s)' % (
            c, ROUND[i.one_of(ROUND)], c, c, SIGN[i.opcode], x, y)
    else:
        e = '%s %s %s' % (x, SIGN[i.opcode], y)
    return i.result(i.result_f('(%s)' % e))


def unsigned(t):
    """The C type of PTX type t's bits: no overflow."""
    return C_TYPE['u' + t[1:]]


def wide(t):
    """The PTX type of twice the width."""
    return t[0] + str(size_of(t) * 16)


def integer_arithmetic(i):
    i.only('lo', 'hi', 'wide', 'sat')
    x, y, t = i.arg(1), i.arg(2), i.type
    if i.has('sat'):
        return i.result('isat<%s>((__int128)%s %s %s)' % (C_TYPE[t], x, SIGN[i.opcode], y))
    if i.has('wide'):
        c = C_TYPE[wide(t)]
        return i.result('(%s)%s * (%s)%s' % (c, x, c, y), wide(t))
    if i.has('hi'):
        return i.result('mulhi(%s, %s)' % (x, y))
    if i.opcode in ('add', 'sub', 'mul'):
        return i.result('(uint64_t)%s %s (uint64_t)%s' % (x, SIGN[i.opcode], y))
    return i.result('i%s(%s, %s)' % (i.opcode, x, y))


@instruction('addc', 'subc')
def carry(i):
    """add.cc, addc, sub.cc, subc: cc_ is the carry or borrow."""
    i.only('cc')
    return i.result('%sc<%s>(%s, %s, cc_, %d, %d)' % (i.opcode[:3], unsigned(i.type), i.arg(1), i.arg(2),
                                                      i.opcode.endswith('c'), i.has('cc')))


@instruction('mad', 'fma', 'madc')
def multiply_add(i):
    if i.is_float:
        i.only('rn', 'rm', 'rp', 'rz', 'ftz', 'sat')
        args = ', '.join(i.ftz(i.arg(k)) for k in (1, 2, 3))
        if i.has(*ROUND):
            c = C_TYPE[i.type]
            e = 'rounded<%s>(%s, [](%s a, %s b, %s d) { return fma_(a, b, d); }, %s)' % (
                c, ROUND[i.one_of(ROUND)], c, c, c, args)
        else:
            e = 'fma_(%s)' % args
        return i.result(i.result_f(e))
    i.only('lo', 'hi', 'wide', 'cc')
    x, y, t = i.arg(1), i.arg(2), i.type
    if i.has('wide'):
        c, u = C_TYPE[wide(t)], unsigned(wide(t))
        return i.result('(%s)((%s)%s * (%s)%s) + (%s)%s' % (u, c, x, c, y, u, i.arg(3, wide(t))), wide(t))
    product = 'mulhi(%s, %s)' % (x, y) if i.has('hi') else '(uint64_t)%s * (uint64_t)%s' % (x, y)
    if i.has('cc') or i.opcode == 'madc':
        u = unsigned(t)
        return i.result('addc<%s>((%s)(%s), %s, cc_, %d, %d)' % (u, u, product, i.arg(3), i.opcode == 'madc',
                                                                 i.has('cc')))
    return i.result('(uint64_t)(%s) + (uint64_t)%s' % (product, i.arg(3)))


@instruction('neg')
def negate(i):
    return i.result(i.ftz('-' + i.ftz(i.arg(1))) if i.is_float else '0u - (%s)%s' % (unsigned(i.type), i.arg(1)))


@instruction('abs')
def absolute(i):
    if i.is_float:
        return i.result('std::fabs(%s)' % i.ftz(i.arg(1)))
    return i.result('%s < 0 ? 0u - (%s)%s : (%s)%s' % (i.arg(1), unsigned(i.type), i.arg(1), unsigned(i.type),
                                                       i.arg(1)))


@instruction('copysign')
def copy_sign(i):
    return i.result('std::copysign(%s, %s)' % (i.arg(2), i.arg(1)))


@instruction('sqrt', 'rsqrt', 'rcp', 'sin', 'cos', 'ex2', 'lg2', 'tanh')
def function(i):
    i.only('rn', 'rm', 'rp', 'rz', 'ftz', 'approx')
    x, c = i.ftz(i.arg(1)), C_TYPE[i.type]
    if i.has(*ROUND):
        e = 'rounded<%s>(%s, [](%s a) { return %s_(a); }, %s)' % (c, ROUND[i.one_of(ROUND)], c, i.opcode, x)
    elif i.opcode == 'rcp' and i.type == 'f64' and i.has('approx'):
        e = 'rcp_approx64(%s)' % x
    else:
        e = '%s_(%s)' % (i.opcode, x)
    return i.result(i.ftz(e))


# ---- bits -----------------------------------------------------------------------------------------------

@instruction('and', 'or', 'xor')
def logic(i):
    return i.result('%s %s %s' % (i.arg(1), LOGIC[i.opcode], i.arg(2)))


@instruction('not')
def complement(i):
    return i.result(('!' if i.type == 'pred' else '~') + i.arg(1))


@instruction('shl', 'shr')
def shift(i):
    return i.result('%s_(%s, %s)' % (i.opcode, i.arg(1), i.arg(2, 'u32')))


@instruction('shf')
def funnel_shift(i):
    return i.result('shf_%s(%s, %s, %s, %d)' % (i.one_of('lr'), i.arg(1), i.arg(2), i.arg(3), i.has('wrap')))


@instruction('popc', 'clz', 'brev', 'bfind')
def bit_count(i):
    i.only()
    if i.opcode == 'bfind':
        return i.result('bfind_(%s)' % i.arg(1), 'u32')
    t = 'u' + i.type[1:]
    return i.result('%s_(%s)' % (i.opcode, i.arg(1, t)), t if i.opcode == 'brev' else 'u32')


@instruction('prmt')
def permute(i):
    i.only()
    return i.result('prmt_(%s, %s, %s)' % (i.arg(1), i.arg(2), i.arg(3)))


@instruction('bfe')
def extract(i):
    return i.result('bfe_(%s, %s, %s)' % (i.arg(1), i.arg(2, 'u32'), i.arg(3, 'u32')))


@instruction('bfi')
def insert(i):
    return i.result('bfi_(%s, %s, %s, %s)' % (i.arg(1), i.arg(2), i.arg(3, 'u32'), i.arg(4, 'u32')))


@instruction('lop3')
def logic3(i):
    i.only()
    return i.result('lop3_(%s, %s, %s, %s)' % (i.arg(1), i.arg(2), i.arg(3), i.operands[4]))


# ---- comparison and selection ----------------------------------------------------------------------------

@instruction('selp')
def select(i):
    return i.result('%s ? %s : %s' % (i.arg(3, 'pred'), i.arg(1), i.arg(2)))


@instruction('slct')
def select_by_sign(i):
    return i.result('%s >= 0 ? %s : %s' % (i.arg(3, i.types[1]), i.arg(1), i.arg(2)))


def comparison(i):
    """The C++ condition of setp and set: with u, true for NaN; without, false."""
    t, c = i.types[-1], i.parts[1]
    x, y = i.ftz(i.arg(1, t)), i.ftz(i.arg(2, t))
    if c in ('num', 'nan'):
        return '(%sunordered(%s, %s))' % ('!' if c == 'num' else '', x, y)
    if c[:-1] in COMPARE and c[-1] == 'u':
        return '(unordered(%s, %s) || %s %s %s)' % (x, y, x, COMPARE[c[:-1]], y)
    if c not in COMPARE:
        i.fail()
    if c == 'ne' and t[0] == 'f':
        return '(!unordered(%s, %s) && %s != %s)' % (x, y, x, y)
    return '(%s %s %s)' % (x, COMPARE[c], y)


@instruction('setp', 'set')
def compare(i):
    yes = comparison(i)
    no = '!' + yes
    combine = next((x for x in i.parts[2:] if x in LOGIC), None)
    if combine:
        with_ = ' %s (bool)%s' % (LOGIC[combine], i.arg(3, 'pred'))
        yes, no = yes + with_, no + with_
    if i.opcode == 'set':
        return i.result('(%s) ? %s : 0' % (yes, '1.0f' if i.type == 'f32' else '-1'))
    dst = [x.strip() for x in i.operands[0].split('|')]
    code = 'bool e_ = %s' % yes
    if len(dst) > 1:
        code += ', q_ = %s; %s = q_' % (no, i.pred(dst[1]))
    return code + ('' if dst[0] == '_' else '; %s = e_' % i.pred(dst[0]))


@instruction('testp')
def test_property(i):
    return '%s = testp_%s(%s)' % (i.pred(i.operands[0]), i.parts[1], i.arg(1))


@instruction('cvt')
def convert(i):
    i.only('rn', 'rm', 'rp', 'rz', 'rni', 'rzi', 'rmi', 'rpi', 'ftz', 'sat')
    if len(i.types) != 2:
        i.fail()
    dst, src = i.types
    e, c = i.value(i.operands[1], src), C_TYPE[dst]
    rounding = ROUND[i.one_of(ROUND)] if i.has(*ROUND) else None
    if i.has('ftz') and src == 'f32':
        e = 'fz(%s)' % e
    if src[0] == 'f' and dst[0] == 'f':
        if i.has(*ROUND_TO_INT):
            e = '%s(%s)' % (ROUND_TO_INT[i.one_of(ROUND_TO_INT)], e)
        if rounding and size_of(dst) < size_of(src):
            e = 'rounded<%s>(%s, [](double a) { return (%s)a; }, %s)' % (c, rounding, c, e)
        e = '(%s)%s' % (c, e)
        if i.has('sat'):
            e = 'sat(%s)' % e
        if i.has('ftz') and dst == 'f32':
            e = 'fz(%s)' % e
    elif src[0] == 'f':
        e = 'f2i<%s, %s>(%s(%s))' % (c, C_TYPE[src], ROUND_TO_INT[i.one_of(ROUND_TO_INT)], e)
    elif dst[0] == 'f':
        e = 'rounded<%s>(%s, [](%s a) { return (%s)a; }, %s)' % (c, rounding, C_TYPE[src], c, e) if rounding \
            else '(%s)%s' % (c, e)
        if i.has('sat'):
            e = 'sat(%s)' % e
    elif i.has('sat'):
        e = 'isat<%s>(%s)' % (c, e)
    return i.result(e, dst)


# ---- control --------------------------------------------------------------------------------------------

@instruction('bra')
def branch(i):
    return 'goto %s' % i.scope.label(i.operands[0])


@instruction('brx')
def branch_by_index(i):
    targets = i.scope.targets.get(i.operands[1]) or i.fail('branch table of')
    cases = ' '.join('case %d: goto %s;' % (k, i.scope.label(x)) for k, x in enumerate(targets))
    return 'switch (%s) { %s default: simt_fault("branch outside its table"); }' % (i.arg(0, 'u32'), cases)


@instruction('ret', 'exit')
def leave(_):
    return 'return'


@instruction('trap')
def trap(_):
    return 'simt_fault("trap")'


@instruction('call')
def call(i):
    i.scope.sync = True
    m = re.match(r'^(?:\(([^)]*)\)\s*,\s*)?([\w$]+)\s*(?:,\s*\(([^)]*)\))?', i.rest, re.S)
    back, name, given = m.groups() if m else i.fail()
    args = ', '.join(i.scope.locals[x.strip()] for part in (back, given) if part for x in part.split(',')
                     if x.strip())
    if name == 'vprintf':
        return 'simt_vprintf(%s)' % args
    if name == '__assertfail':
        return 'simt_fault("device assertion failed")'
    if name not in i.scope.functions:
        i.fail('function of')
    return '%s(%s)' % (i.scope.mangled(name), args)


# ---- where threads meet ----------------------------------------------------------------------------------

@instruction('bar', 'barrier')
def barrier(i):
    i.scope.sync = True
    if i.has('warp'):
        return 'simt_warp(SIMT_SYNC, 0, 0, 0, %s, 0, SITE)' % i.arg(0, 'u32')
    if i.has('red'):
        kind = {'popc': 0, 'and': 1, 'or': 2}[i.one_of(('popc', 'and', 'or'))]
        if i.operands[1:-1] != ['0']:
            i.fail('not barrier 0 of the whole block:')
        e = 'simt_bar_red(SITE, %d, %s)' % (kind, i.arg(-1, 'pred'))
        return i.result(e, 'u32') if kind == 0 else '%s = %s' % (i.pred(i.operands[0]), e)
    if not i.has('sync') or i.operands not in (['0'], []):
        i.fail('not barrier 0 of the whole block:')
    return 'simt_bar(SITE)'


@instruction('activemask')
def active_mask(i):
    return i.result('simt_activemask()', 'u32')


@instruction('shfl')
def shuffle(i):
    i.scope.sync = True
    dst = [x.strip() for x in i.operands[0].split('|')]
    mode = i.one_of(('up', 'down', 'bfly', 'idx'))
    mask = i.arg(4, 'u32') if i.has('sync') else i.fail()
    code = 'int p_ = 1; uint32_t r_ = simt_warp(SIMT_%s, %s, %s, %s, %s, &p_, SITE); %s' % (
        mode.upper(), i.arg(1, 'u32'), i.arg(2, 'u32'), i.arg(3, 'u32'), mask, i.set(dst[0], 'r_', 'u32'))
    return code + ('; %s = p_' % i.pred(dst[1]) if len(dst) > 1 else '')


@instruction('vote')
def vote(i):
    i.scope.sync = True
    if not i.has('sync'):
        i.fail()
    ballot = 'simt_warp(SIMT_BALLOT, %s, 0, 0, m_, 0, SITE)' % i.arg(1, 'pred')
    code = 'uint32_t m_ = %s & simt_activemask(), b_ = %s; ' % (i.arg(2, 'u32'), ballot)
    if i.has('ballot'):
        return code + i.result('b_', 'u32')
    test = {'any': 'b_ != 0', 'all': 'b_ == m_', 'uni': 'b_ == 0 || b_ == m_'}[i.one_of(('any', 'all', 'uni'))]
    return code + '%s = %s' % (i.pred(i.operands[0]), test)
