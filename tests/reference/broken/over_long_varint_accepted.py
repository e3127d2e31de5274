"""Takes an over-long varint in a record: one reading has several encodings, and is stored twice."""

from good import broken, shim
from iomt.errors import Refused
from iomt.octets import Cursor


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
