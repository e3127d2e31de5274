"""Reads an SFLOAT high octet first."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt import sfloat     # noqa: E402

right = sfloat.read

OPERATIONS = broken("sfloat", sfloat, "read", lambda width, data: right(width, data[::-1]))

if __name__ == "__main__":
    shim.serve(OPERATIONS)
