"""Derives an epoch's secret without its salt: a device that lost its storage uses a key and counter twice."""

from good import broken, shim
from iomt import keys

right = keys.expand


def expand(key, label, context=b"", length=32):
    return right(key, label, b"" if label == "epoch" else context, length)


OPERATIONS = broken("epoch", keys, "expand", expand)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
