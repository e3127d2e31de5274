"""Takes an over-long varint in a record: one reading has several encodings, and is stored twice."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt.errors import Refused     # noqa: E402
from iomt.octets import Cursor     # noqa: E402


def varint(self, bits=64):
    value = 0
    for group in range(10):
        byte = self.u8()
        value |= (byte & 0x7F) << 7 * group
        if byte < 0x80:
            if value >= 1 << bits:
                raise Refused("varint")
            return value
    raise Refused("varint")


OPERATIONS = broken("decode", Cursor, "varint", varint)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
