"""Integers and bytes (chapter "data types").

    varint    seven bits a byte, low group first; bit 7 set on all bytes but the last; the shortest form only
    zigzag    a varint of 2n for n >= 0, of -2n - 1 for n < 0
    text      varint of its length in bytes, then UTF-8
"""

from .errors import Refused


def varint(value):
    """IOMT-DATA-002: the shortest form."""
    if not 0 <= value < 1 << 64:
        raise Refused("out_of_range")
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def folded(value):
    """Signed numbers stand folded: 0, -1, 1, -2, 2 ... as 0, 1, 2, 3, 4 ..."""
    return 2 * value if value >= 0 else -2 * value - 1


def unfolded(value):
    return value >> 1 if value & 1 == 0 else -(value >> 1) - 1


def zigzag(value):
    return varint(folded(value))


def u24(value):
    return value.to_bytes(3, "little")


def u64(value):
    return value.to_bytes(8, "little")


def text(value):
    data = value.encode()
    return varint(len(data)) + data


class Cursor:
    """Reads fields one behind the other; refuses what the chapter refuses."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def take(self, count):
        if count > self.left():
            raise Refused("truncated")
        taken = self.data[self.at:self.at + count]
        self.at += count
        return taken

    def rest(self):
        return self.take(self.left())

    def u8(self):
        return self.take(1)[0]

    def i8(self):
        return int.from_bytes(self.take(1), "little", signed=True)

    def u24(self):
        return int.from_bytes(self.take(3), "little")

    def varint(self, bits=64):
        """IOMT-DATA-003 to 005."""
        value = 0
        for group in range(10):
            byte = self.u8()
            value |= (byte & 0x7F) << 7 * group
            if byte < 0x80:
                if byte == 0 and group > 0:
                    raise Refused("varint")
                if value >= 1 << 64:
                    raise Refused("varint")
                if value >= 1 << bits:
                    raise Refused("range")
                return value
        raise Refused("varint")

    def zigzag(self, bits=32):
        value = unfolded(self.varint())
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise Refused("range")
        return value

    def prefixed(self):
        """Bytes behind a varint of their number."""
        return self.take(self.varint())

    def text(self, most):
        data = self.prefixed()
        if len(data) > most:
            raise Refused("range")
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise Refused("body") from None

    def finish(self):
        """IOMT-DATA-006."""
        if self.left():
            raise Refused("trailing")
