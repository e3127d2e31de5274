"""Strings of bits, in each byte the most significant first."""

from .errors import Refused


class BitReader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def bits(self, count):
        value = 0
        for _ in range(count):
            value = value << 1 | self.bit()
        return value

    def bit(self):
        byte, place = divmod(self.at, 8)
        if byte >= len(self.data):
            raise Refused("truncated")
        self.at += 1
        return self.data[byte] >> 7 - place & 1

    def finish(self):
        """The last byte is filled with zeros, and is the last."""
        if (self.at + 7) // 8 < len(self.data):
            raise Refused("trailing")
        while self.at % 8:
            if self.bit():
                raise Refused("padding")


class BitWriter:
    def __init__(self):
        self.value, self.count = 0, 0

    def bits(self, value, count):
        self.value, self.count = self.value << count | value, self.count + count

    def finish(self):
        filling = -self.count % 8
        return (self.value << filling).to_bytes((self.count + filling) // 8, "big")
