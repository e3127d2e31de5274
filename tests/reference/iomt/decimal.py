"""Decimals (chapter "data types"): mantissa x 10^exponent, the mantissa an i32, the exponent an i8.

A number keeps its digits: 2.0 is (20, -1), and 2 is (2, 0). The two are equal. Nothing passes through a float (IOMT-DATA-010).
In text, as the vectors write it: "3660e-2"; a value may also be "nan", "nres", "+inf", "-inf", "<70e0", ">600e0".
"""

import re
from dataclasses import dataclass

from .errors import Refused

NUMBER, NAN, NRES, POSITIVE_INFINITY, NEGATIVE_INFINITY, BELOW, ABOVE = range(7)
WORDS = {NAN: "nan", NRES: "nres", POSITIVE_INFINITY: "+inf", NEGATIVE_INFINITY: "-inf"}
# More digits of a text than any decimal has: ten of its mantissa, and 127 zeros or 128 digits behind a point.
LONGEST = 160
PREFIXES = {NUMBER: "", BELOW: "<", ABOVE: ">"}


@dataclass(frozen=True)
class Decimal:
    mantissa: int
    exponent: int

    def __str__(self):
        return f"{self.mantissa}e{self.exponent}"


@dataclass(frozen=True)
class Value:
    """What a measurement gave: a number, the reason that there is none, or the end of the range that it left."""

    kind: int
    number: Decimal | None = None

    def __str__(self):
        return WORDS.get(self.kind) or PREFIXES[self.kind] + str(self.number)


def decimal_of(said):
    """From "3660e-2"."""
    mantissa, exponent = map(int, said.split("e"))
    if not (fits_mantissa(mantissa) and -128 <= exponent <= 127):
        raise Refused("out_of_range")
    return Decimal(mantissa, exponent)


def value_of(said):
    for kind, word in WORDS.items():
        if said == word:
            return Value(kind)
    for kind in (BELOW, ABOVE):
        if said.startswith(PREFIXES[kind]):
            return Value(kind, decimal_of(said[1:]))
    return Value(NUMBER, decimal_of(said))


def fits_mantissa(mantissa):
    return -2 ** 31 <= mantissa < 2 ** 31


def parse(text):
    """From what people write: a sign, digits, a point and digits; 36.60 keeps its zero."""
    match = re.fullmatch(r"([+-]?)([0-9]+)(?:\.([0-9]+))?", text)
    if match is None:
        raise Refused("body")
    sign, whole, part = match[1], match[2].lstrip("0") or "0", match[3] or ""
    if len(whole) + len(part) > LONGEST:
        raise Refused("range")                          # before anybody makes a number of it
    mantissa, exponent = int(sign + whole + part), -len(part)
    while not part and not fits_mantissa(mantissa) and mantissa % 10 == 0:
        mantissa, exponent = mantissa // 10, exponent + 1
    if not fits_mantissa(mantissa) or not -128 <= exponent <= 127:
        raise Refused("range")
    return Decimal(mantissa, exponent)


def write(number):
    """As precise as the decimal is; no exponent."""
    sign, digits = "-" if number.mantissa < 0 else "", str(abs(number.mantissa))
    if number.exponent >= 0:
        return sign + (digits + "0" * number.exponent if number.mantissa else "0")
    places = -number.exponent
    digits = digits.rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def compare(one, other):
    """-1, 0 or 1, by value (IOMT-DATA-011)."""
    least = min(one.exponent, other.exponent)
    first, second = (number.mantissa * 10 ** (number.exponent - least) for number in (one, other))
    return (first > second) - (first < second)


def rescale(number, exponent):
    """The same value with this exponent, if no digit is lost."""
    if not -128 <= exponent <= 127:
        raise Refused("not_representable")
    shift = number.exponent - exponent
    if shift >= 0:
        mantissa, lost = number.mantissa * 10 ** shift, 0
    else:
        mantissa, lost = divmod(number.mantissa, 10 ** -shift)
    if lost or not fits_mantissa(mantissa):
        raise Refused("not_representable")
    return Decimal(mantissa, exponent)
