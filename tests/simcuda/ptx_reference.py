"""ptx_reference.py - PTX's arithmetic on bit patterns, from its definition: exact fractions, rounded once.

Independent of ptx_prelude.h: nothing here uses the machine's floating-point arithmetic.
"""
import struct
from fractions import Fraction


def signed(u, bits):
    """Two's complement of `bits` bits as a number."""
    u &= (1 << bits) - 1
    return u - (1 << bits) if u >> (bits - 1) else u


class Format:
    """An IEEE binary format of a precision and exponent range."""

    def __init__(self, bits, precision):
        self.bits, self.p = bits, precision
        self.e_max = (1 << (bits - precision - 1)) - 1
        self.e_min = 1 - self.e_max
        self.exponent = ((1 << (bits - precision)) - 1) << (precision - 1)
        self.sign = 1 << (bits - 1)
        self.nan = self.exponent | 1 << (precision - 2)

    def is_nan(self, u):
        """Is the pattern a NaN?"""
        return u & (self.sign - 1) > self.exponent

    def is_inf(self, u):
        """Is the pattern an infinity?"""
        return u & (self.sign - 1) == self.exponent

    def negative(self, u):
        """The sign bit."""
        return bool(u & self.sign)

    def ftz(self, u):
        """Subnormals to zero, the sign kept."""
        return u if u & self.exponent else u & self.sign

    def value(self, u):
        """A finite pattern as an exact fraction."""
        e = (u & self.exponent) >> (self.p - 1)
        m = u & ((1 << (self.p - 1)) - 1)
        if e:
            m |= 1 << (self.p - 1)
        v = Fraction(m) * Fraction(2) ** (max(e, 1) - 1 + self.e_min - self.p + 1)
        return -v if self.negative(u) else v

    def round(self, v, mode='rn', negative_zero=False):
        """A fraction as the pattern that a rounding mode gives."""
        if v == 0:
            return self.sign if negative_zero else 0
        neg, v = v < 0, abs(v)
        e = v.numerator.bit_length() - v.denominator.bit_length()
        if Fraction(2) ** e > v:
            e -= 1
        e = max(e, self.e_min)
        scaled = v / Fraction(2) ** (e - self.p + 1)
        m = scaled.numerator // scaled.denominator
        rest = scaled - m
        away = {'rz': False, 'rm': neg and rest > 0, 'rp': not neg and rest > 0,
                'rn': rest > Fraction(1, 2) or (rest == Fraction(1, 2) and m & 1)}[mode]
        m += away
        if m >> self.p:
            m, e = m >> 1, e + 1
        if e > self.e_max:
            inf = mode == 'rn' or (mode == 'rp' and not neg) or (mode == 'rm' and neg)
            u = self.exponent if inf else self.exponent - 1
        elif m >> (self.p - 1):
            u = (e - self.e_min + 1) << (self.p - 1) | (m & ((1 << (self.p - 1)) - 1))
        else:
            u = m
        return u | self.sign if neg else u

    def fma(self, a, b, c, mode='rn'):
        """a b + c, rounded once."""
        if any(map(self.is_nan, (a, b, c))):
            return self.nan
        sign = self.negative(a) != self.negative(b)
        if self.is_inf(a) or self.is_inf(b):
            if not (a | b) & 0 and (self.zero(a) or self.zero(b)):
                return self.nan
            if self.is_inf(c) and self.negative(c) != sign:
                return self.nan
            return self.exponent | (self.sign if sign else 0)
        if self.is_inf(c):
            return c
        product, addend = self.value(a) * self.value(b), self.value(c)
        if product + addend != 0:
            return self.round(product + addend, mode)
        if product == 0 and addend == 0 and sign == self.negative(c):
            return c & self.sign
        return self.sign if mode == 'rm' else 0

    def zero(self, u):
        """Is it +0 or -0?"""
        return u & (self.sign - 1) == 0

    def one(self):
        """The pattern of 1."""
        return self.e_max << (self.p - 1)

    def add(self, a, b, mode='rn'):
        """a + b: 1 a + b, but for the sign of zero sums that fma has right as well."""
        return self.fma(a, self.one(), b, mode)

    def mul(self, a, b, mode='rn'):
        """a b: plus a zero of the product's own sign."""
        zero = self.sign if self.negative(a) != self.negative(b) else 0
        return self.fma(a, b, zero, mode)

    def div(self, a, b, mode='rn'):
        """a / b."""
        sign = self.sign if self.negative(a) != self.negative(b) else 0
        if self.is_nan(a) or self.is_nan(b) or (self.zero(a) and self.zero(b)) or (self.is_inf(a) and self.is_inf(b)):
            return self.nan
        if self.is_inf(a) or self.zero(b):
            return self.exponent | sign
        if self.zero(a) or self.is_inf(b):
            return sign
        return self.round(self.value(a) / self.value(b), mode)

    def sqrt(self, a, mode='rn'):
        """The square root, by an integer root with a sticky bit."""
        if self.is_nan(a) or (self.negative(a) and not self.zero(a)):
            return self.nan
        if self.is_inf(a) or self.zero(a):
            return a
        v = self.value(a) * Fraction(4) ** 1200         # an integer
        root = isqrt(v.numerator)
        exact = root * root == v.numerator and v.denominator == 1
        return self.round((Fraction(root) + (0 if exact else Fraction(1, 2))) / Fraction(2) ** 1200, mode)

    def minmax(self, a, b, smaller, nan):
        """min or max: -0 < +0; a number wins over NaN unless nan."""
        if self.is_nan(a) or self.is_nan(b):
            if nan or (self.is_nan(a) and self.is_nan(b)):
                return self.nan
            return b if self.is_nan(a) else a
        return a if (self.order(a) < self.order(b)) == smaller else b

    def order(self, u):
        """A number that orders patterns as their values, -0 below +0."""
        return -(u & (self.sign - 1)) - 1 if self.negative(u) else u

    def to_int(self, u, rounding, bits, is_signed, bit64):
        """cvt to an integer: clamped; NaN: 0, or the top bit where 64 bits take part."""
        lo, hi = (-(1 << bits - 1), (1 << bits - 1) - 1) if is_signed else (0, (1 << bits) - 1)
        mask = (1 << bits) - 1
        if self.is_nan(u):
            return 1 << (bits - 1) if bit64 else 0
        if self.is_inf(u):
            return (lo if self.negative(u) else hi) & mask
        return max(lo, min(hi, round_int(self.value(u), rounding))) & mask


def isqrt(n):
    """Integer square root."""
    x = 1 << (n.bit_length() + 1) // 2
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y


def round_int(v, rounding):
    """A fraction to an integer: rni, rzi, rmi, rpi."""
    floor = v.numerator // v.denominator
    if rounding == 'rmi' or v == floor:
        return floor
    if rounding == 'rpi':
        return floor + 1
    if rounding == 'rzi':
        return floor if v > 0 else floor + 1
    rest = v - floor
    return floor + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor & 1))


F32, F64 = Format(32, 24), Format(64, 53)


def real(u):
    """An f32 pattern as a Python float."""
    return struct.unpack('<f', struct.pack('<I', u))[0]
