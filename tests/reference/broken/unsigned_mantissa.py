"""Reads the mantissa of an SFLOAT as unsigned: what is -0.5 is shown as 409.1."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt import sfloat     # noqa: E402

right = sfloat.signed


def signed(bits, width):
    return bits if width in sfloat.MANTISSA_BITS.values() else right(bits, width)


OPERATIONS = broken("sfloat", sfloat, "signed", signed)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
