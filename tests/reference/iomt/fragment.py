"""Datagrams in values of a characteristic (chapter "carriers", Bluetooth LE).

    value   message number-1, last << 7 | index-1, then 1 to 510 bytes of the datagram
"""

from .errors import Refused
from .packets import MAX_DATAGRAM

HEADER, LAST, MAX_VALUE, PATIENCE = 2, 0x80, 512, 10_000


def split(datagram, mtu, message):
    """Values of at most `mtu` - 3 bytes, which is what an ATT notification carries."""
    if not datagram:
        raise Refused("empty")
    if len(datagram) > MAX_DATAGRAM:
        raise Refused("too_long")
    room = min(mtu - 3, MAX_VALUE) - HEADER
    parts = [datagram[at:at + room] for at in range(0, len(datagram), room)]
    if len(parts) > LAST:
        raise Refused("too_long")
    end = len(parts) - 1
    return [bytes([message % 256, index | (LAST if index == end else 0)]) + part for index, part in enumerate(parts)]


class Reassembler:
    """One datagram at a time; one of a single fragment may come between those of another (IOMT-CARR-021)."""

    def __init__(self):
        self.number = None      # of the datagram that is not whole
        self.parts = []
        self.newest = 0         # ms
        self.delivered = None   # number of the datagram that was whole last, and its last fragment
        self.single = None

    def take(self, now, value):
        """A whole datagram, or nothing yet."""
        if not HEADER < len(value) <= MAX_VALUE or value[1] == LAST - 1:
            raise Refused("not_a_fragment")
        number, index, is_last, part = value[0], value[1] & LAST - 1, bool(value[1] & LAST), value[2:]
        if self.number is not None and now - self.newest >= PATIENCE:
            self.number = None
        if index == 0 and is_last:
            return self._single(value)
        if index == 0:
            return self._begin(now, number, value)
        if number != self.number:
            return self._orphan(value)
        if index < len(self.parts):
            return self._repeated(index, value)
        if index > len(self.parts):
            self.number = None
            raise Refused("gap")
        if sum(map(len, self.parts)) + len(part) > MAX_DATAGRAM:
            self.number = None
            raise Refused("too_long")
        self.parts.append(part)
        self.newest = now
        if not is_last:
            return None
        self.number, self.delivered = None, value
        return b"".join(self.parts)

    def _single(self, value):
        if value == self.single:
            return None
        self.single = value
        return value[HEADER:]

    def _begin(self, now, number, value):
        if number == self.number:
            return self._repeated(0, value)
        self.number, self.parts, self.newest = number, [value[HEADER:]], now
        return None

    def _repeated(self, index, value):
        return None

    def _orphan(self, value):
        if self.delivered is not None and value[0] == self.delivered[0] and value[1] & LAST - 1 <= self.delivered[1] & LAST - 1:
            return None
        raise Refused("orphan")
