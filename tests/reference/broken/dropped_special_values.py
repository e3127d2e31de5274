"""Takes the special mantissas of an SFLOAT for numbers: NaN is shown as 2047."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt import sfloat     # noqa: E402

right = sfloat.read


def read(width, data):
    specials, sfloat.specials = sfloat.specials, lambda _: {}
    try:
        return right(width, data)
    finally:
        sfloat.specials = specials


OPERATIONS = broken("sfloat", sfloat, "read", read)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
