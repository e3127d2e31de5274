"""Reads the exponent of an SFLOAT with a bias of 8, as IEEE 754 would have it, and not as two's complement."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt import sfloat     # noqa: E402

right = sfloat.signed


def signed(bits, width):
    return right(bits, width) if width in sfloat.MANTISSA_BITS.values() else bits - (1 << width - 1)


OPERATIONS = broken("sfloat", sfloat, "signed", signed)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
