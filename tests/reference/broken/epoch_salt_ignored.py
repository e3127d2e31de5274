"""Derives an epoch's secret without its salt: a device that lost its storage uses a key and counter twice."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt import keys     # noqa: E402

right = keys.expand


def expand(key, label, context=b"", length=32):
    return right(key, label, b"" if label == "epoch" else context, length)


OPERATIONS = broken("epoch", keys, "expand", expand)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
