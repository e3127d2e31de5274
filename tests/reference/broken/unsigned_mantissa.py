"""Reads the mantissa of an SFLOAT as unsigned: what is -0.5 is shown as 409.1."""

from good import broken, shim
from iomt import sfloat

right = sfloat.signed


def signed(bits, width):
    return bits if width in sfloat.MANTISSA_BITS.values() else right(bits, width)


OPERATIONS = broken("sfloat", sfloat, "signed", signed)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
