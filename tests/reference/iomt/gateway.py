"""A gateway, which holds no key (chapter "carriers", gateways).

    from a device   frame, handshake                routed or unproved as it came; short with its locator put in (IOMT-CARR-080)
    from a server   receipt, command, refused       to the connection behind which the locator was heard last (IOMT-CARR-084)
                    handshake, refused              to that behind which its connection id was
"""

from dataclasses import dataclass

from .errors import Refused
from .packets import ALARM, COMMAND, HAS_LOCATOR, MAX_DATAGRAM, Frame, Handshake, Receipt, Refusal, parse

ROOM = 4096                 # bytes of datagrams
KEEP = 14 * 24 * 3600 * 1000
HANDSHAKE = 10 * 1000       # ms that a message is of use


@dataclass
class Waiting:
    at: int
    connection: int
    device: bytes           # its locator, or the connection id of a handshake
    packet: Frame | Handshake
    datagram: bytes

    def is_alarm(self):
        return isinstance(self.packet, Frame) and self.packet.space == ALARM

    def is_late(self, now):
        return now - self.at > (HANDSHAKE if isinstance(self.packet, Handshake) else KEEP)

    def essence(self):
        """What tells it from another: of a frame all but the way that it takes."""
        if isinstance(self.packet, Handshake):
            return self.datagram
        return self.packet.space, self.packet.locator, self.packet.counter, self.packet.sealed


class Gateway:
    def __init__(self):
        self.waiting = []       # oldest first
        self.heard = {}         # by locator or connection id: the connection of last
        self.named = {}         # by connection: the locator of the last receipt
        self.routed = {}        # by connection: that of the last frame that had one
        self.served = []        # connections, and devices, the last to leave last

    def from_device(self, now, connection, datagram):
        packet = parse(datagram)
        if isinstance(packet, (Receipt, Refusal)) or isinstance(packet, Frame) and packet.space == COMMAND:
            raise Refused("unexpected")
        if isinstance(packet, Handshake):
            device = packet.connection
        elif packet.locator is not None:
            device = self.routed[connection] = packet.locator
        else:
            packet, datagram = self._with_locator(connection, packet, datagram)
            device = packet.locator
        self.heard[device] = connection
        self._keep(now, Waiting(now, connection, device, packet, datagram))

    def _with_locator(self, connection, frame, datagram):
        """A short frame as a routed one, by the rule of IOMT-CARR-080."""
        locator = self.named.get(connection) or self.routed.get(connection)
        if locator is None:
            raise Refused("unknown_epoch")
        datagram = bytes([datagram[0] | HAS_LOCATOR]) + locator + datagram[1:]
        if len(datagram) > MAX_DATAGRAM:
            raise Refused("no_room")
        return Frame(frame.space, locator, None, frame.counter, frame.sealed), datagram

    def _keep(self, now, new):
        if any(one.essence() == new.essence() for one in self.waiting):
            return                                      # IOMT-CARR-083: it will be forwarded
        self.waiting = [one for one in self.waiting if not one.is_late(now)]
        self.waiting.append(new)
        while sum(len(one.datagram) for one in self.waiting) > ROOM:
            self._make_way()

    def _make_way(self):
        """IOMT-CARR-085: the connection that has most gives way, its newest first and alarms last."""
        used = {}
        for one in self.waiting:
            used[one.connection] = used.get(one.connection, 0) + len(one.datagram)
        most = max(used, key=used.get)
        own = [one for one in self.waiting if one.connection == most]
        self.waiting.remove(([one for one in own if not one.is_alarm()] or own)[-1])

    def from_server(self, datagram):
        """The connection to which it goes, or nothing."""
        packet = parse(datagram)
        if isinstance(packet, Frame) and packet.space != COMMAND:
            raise Refused("unexpected")
        if isinstance(packet, Handshake):
            return self.heard.get(packet.connection)
        name = packet.reference if isinstance(packet, Refusal) else packet.locator
        connection = self.heard.get(name)
        if connection is not None and isinstance(packet, Receipt):
            self.named[connection] = name
        return connection

    def closed(self, connection):
        self.named.pop(connection, None)
        self.routed.pop(connection, None)

    def handed(self, now, count):
        """So many of those that wait, in the order of IOMT-CARR-082. They wait until `taken`."""
        self.waiting = [one for one in self.waiting if not one.is_late(now)]
        left, out = list(self.waiting), []
        while left and (count is None or len(out) < count):
            due = [one for one in left if one.is_alarm()] or left
            # The least recently served connection, there the least recently served device, of that the oldest.
            due = min(due, key=lambda one: (self._turn(one.connection), self._turn((one.connection, one.device))))
            left.remove(due)
            out.append(due)
            self._serve(due.connection)
            self._serve((due.connection, due.device))
        return out

    def taken(self, these):
        for one in these:
            self.waiting.remove(one)

    def _turn(self, who):
        return self.served.index(who) if who in self.served else -1

    def _serve(self, who):
        if who in self.served:
            self.served.remove(who)
        self.served.append(who)
