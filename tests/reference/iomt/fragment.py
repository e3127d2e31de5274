"""Datagrams in values of a characteristic (chapter "carriers", Bluetooth LE).

    value   message number-1, last << 7 | index-1, then 1 to 510 bytes of the datagram
"""

from .errors import Refused
from .packets import MAX_DATAGRAM

HEADER, LAST, MAX_VALUE, PATIENCE = 2, 0x80, 512, 10_000
LEAST_MTU = 23


def split(datagram, mtu, message):
    """Values of at most `mtu` - 3 bytes, which is what an ATT notification carries; every link has an MTU of 23 at least."""
    if not datagram:
        raise Refused("empty")
    if len(datagram) > MAX_DATAGRAM:
        raise Refused("too_long")
    room = min(max(mtu, LEAST_MTU) - 3, MAX_VALUE) - HEADER
    parts = [datagram[at:at + room] for at in range(0, len(datagram), room)]
    end = len(parts) - 1
    return [bytes([message % 256, index | (LAST if index == end else 0)]) + part for index, part in enumerate(parts)]


class Reassembler:
    """One datagram at a time; one of a single fragment may come between those of another (IOMT-CARR-021)."""

    def __init__(self):
        self.number = None      # of the datagram that is not whole
        self.parts = []
        self.newest = 0         # ms

    def take(self, now, value):
        """A whole datagram, or nothing yet."""
        if not HEADER < len(value) <= MAX_VALUE or value[1] == LAST - 1:
            raise Refused("fragment")
        number, index, is_last, part = value[0], value[1] & LAST - 1, bool(value[1] & LAST), value[HEADER:]
        if self.number is not None and now - self.newest > PATIENCE:
            self.number = None
        if index == 0 and is_last:
            if number == self.number:
                self.number = None                      # another datagram has taken the number
            return part
        if index == 0:
            self.number, self.parts, self.newest = number, [part], now      # IOMT-CARR-025
            return None
        if number != self.number:
            raise Refused("orphan")
        if index < len(self.parts):
            return None                                 # repeated
        return self._append(now, index, is_last, part)

    def _append(self, now, index, is_last, part):
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
        self.number = None
        return b"".join(self.parts)
