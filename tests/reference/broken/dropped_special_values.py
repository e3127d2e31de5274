"""Takes the special mantissas of an SFLOAT for numbers: NaN is shown as 2047."""

from good import broken, shim
from iomt import sfloat

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
