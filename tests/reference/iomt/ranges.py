"""The range coder of codec 2 (page "large").

    bits      value v of n bits, n <= 12:  u = range >> n,   low += u·v,      range = u
              above 12 bits: the upper n - 12, then the lower 12
    share     from a to b, of 2^16:        u = range >> 16,  low += u·a,      range = u·(b - a)
    then      while range < 2^24:          write low >> 24,  low <<= 8,       range <<= 8
"""

from .errors import Refused

WHOLE, TOP = 1 << 32, 1 << 24
BITS_AT_ONCE = 12


class RangeWriter:
    """`low` is one long number here: a carry goes where it belongs by itself."""

    def __init__(self):
        self.low, self.range, self.bytes = 0, WHOLE - 1, 0

    def bits(self, value, count):
        if count > BITS_AT_ONCE:
            self.bits(value >> BITS_AT_ONCE, count - BITS_AT_ONCE)
            value, count = value & (1 << BITS_AT_ONCE) - 1, BITS_AT_ONCE
        unit = self.range >> count
        self._take(unit * value, unit)

    def share(self, start, end):
        unit = self.range >> 16
        self._take(unit * start, unit * (end - start))

    def _take(self, offset, size):
        self.low, self.range = self.low + offset, size
        while self.range < TOP:
            self.low, self.range, self.bytes = self.low << 8, self.range << 8, self.bytes + 1

    def finish(self):
        """The fewest bytes with which, zeros appended, a number lies from low to below low + range; of these the least."""
        for count in range(5):
            unit = 1 << 8 * (4 - count)
            end = -(-self.low // unit)
            if end * unit < self.low + self.range:
                return end.to_bytes(self.bytes + count, "big")
        raise AssertionError("four bytes are always enough")


class RangeReader:
    """Bytes after the end are zeros. What was read is written again, so that `finish` can compare."""

    def __init__(self, data):
        self.data, self.at = data, 4
        self.code = int.from_bytes(data[:4].ljust(4, b"\0"), "big")
        self.again = RangeWriter()

    def bits(self, count):
        if count > BITS_AT_ONCE:
            return self.bits(count - BITS_AT_ONCE) << BITS_AT_ONCE | self.bits(BITS_AT_ONCE)
        unit = self.again.range >> count
        value = min(self.code // unit, (1 << count) - 1)
        self._take(unit * value, lambda: self.again.bits(value, count))
        return value

    def place(self):
        """Where in 2^16 the number lies."""
        return min(self.code // (self.again.range >> 16), (1 << 16) - 1)

    def share(self, start, end):
        self._take((self.again.range >> 16) * start, lambda: self.again.share(start, end))

    def _take(self, offset, write):
        self.code -= offset
        before = self.again.bytes
        write()
        for _ in range(self.again.bytes - before):
            self.code = self.code << 8 | (self.data[self.at] if self.at < len(self.data) else 0)
            self.at += 1

    def finish(self):
        written = self.again.finish()
        if written != self.data:
            raise Refused("canonical" if len(written) == len(self.data) else
                          "truncated" if len(written) > len(self.data) else "trailing")
