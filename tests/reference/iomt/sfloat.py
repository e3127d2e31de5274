"""The floats of ISO/IEEE 11073-20601 (chapter "data types", SFLOAT and FLOAT).

    SFLOAT, u16    exponent 4 bits (15-12), mantissa 12 bits (11-0)      two's complement both
    FLOAT, u32     exponent 8 bits (31-24), mantissa 24 bits (23-0)
"""

from .decimal import NAN, NEGATIVE_INFINITY, NRES, NUMBER, POSITIVE_INFINITY, Decimal, Value, rescale
from .errors import Refused

RESERVED = "reserved"
MANTISSA_BITS = {16: 12, 32: 24}


def signed(bits, width):
    return bits - (1 << width) if bits >> width - 1 else bits


def specials(mantissa_bits):
    """What the five special mantissas stand for, with any exponent (IOMT-DATA-021)."""
    half = 1 << mantissa_bits - 1
    return {half - 2: POSITIVE_INFINITY, half - 1: NAN, half: NRES, half + 1: RESERVED, half + 2: NEGATIVE_INFINITY}


def read(width, data):
    """A Value; the reserved code is none (IOMT-DATA-022)."""
    mantissa_bits = MANTISSA_BITS[width]
    code = int.from_bytes(data, "little")
    bits, exponent = code & (1 << mantissa_bits) - 1, signed(code >> mantissa_bits, width - mantissa_bits)
    special = specials(mantissa_bits).get(bits)
    if special == RESERVED:
        raise Refused("reserved")
    if special is not None:
        return Value(special)
    return Value(NUMBER, Decimal(signed(bits, mantissa_bits), exponent))


def write(width, value):
    """The code that says exactly this; the exponent is kept where code and digits allow (IOMT-DATA-024)."""
    mantissa_bits = MANTISSA_BITS[width]
    if value.kind in (NAN, NRES, POSITIVE_INFINITY, NEGATIVE_INFINITY):
        code = next(bits for bits, special in specials(mantissa_bits).items() if special == value.kind)
        return code.to_bytes(width // 8, "little")
    if value.kind != NUMBER:
        raise Refused("not_representable")
    number = _with_code(value.number, mantissa_bits, width - mantissa_bits)
    code = (number.exponent & (1 << width - mantissa_bits) - 1) << mantissa_bits | number.mantissa & (1 << mantissa_bits) - 1
    return code.to_bytes(width // 8, "little")


def _with_code(number, mantissa_bits, exponent_bits):
    half, bound = 1 << exponent_bits - 1, (1 << mantissa_bits - 1) - 3
    for exponent in sorted(range(-half, half), key=lambda exponent: abs(exponent - number.exponent)):
        try:
            candidate = rescale(number, exponent)
        except Refused:
            continue
        if abs(candidate.mantissa) <= bound:
            return candidate
    raise Refused("not_representable")
