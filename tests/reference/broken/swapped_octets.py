"""Reads an SFLOAT high octet first."""

from good import broken, shim
from iomt import sfloat

right = sfloat.read

OPERATIONS = broken("sfloat", sfloat, "read", lambda width, data: right(width, data[::-1]))

if __name__ == "__main__":
    shim.serve(OPERATIONS)
