"""Both ends without sockets: `handle` takes a datagram, `tick` comes again and again; both give the datagrams to send.

    pairing        the initiator repeats its newest packet until the answer comes;
                   the responder answers the same packet by the same bytes
    models 1 to 3  the reader repeats its last message and a receipt behind it until the first frame opens;
                   the device has finished with the receipt
    afterwards     the device repeats its frames until a receipt covers them, in each of its boots;
                   the server answers each authentic frame by a receipt, until it is told that the device is done
"""

from iomt import control, receipt
from iomt.cpace import PasscodeSide
from iomt.device import Boot, Device, is_receipt_of
from iomt.errors import Refused
from iomt.packets import CONTROL
from iomt.pairing import MODELS
from iomt.server import Server
from iomt.settle import settle
from operations.pairing import finished, is_done, side_of
from operations.values import meant

CLOCK = 1_764_000_000_000   # ms; the server's, when it begins


class Peer:
    """The handshake, which both have in common."""

    def __init__(self, asked):
        self.asked, self.model = asked, asked["model"]
        self.initiates = (asked["role"] == "device") == MODELS[self.model].device_initiates
        self.side = side_of({**asked, "role": "initiator" if self.initiates else "responder"})
        self.newest, self.answers = None, {}
        self.session, self.is_done = None, False

    @property
    def handshake(self):
        return self.side.side if isinstance(self.side, PasscodeSide) else self.side

    def shake(self, packet):
        """A packet of the handshake: the answer, if there is one."""
        if packet not in self.answers:
            try:
                answer = self.side.receive(packet)
            except Refused:
                return []
            self.answers[packet] = answer
            self.newest = answer or self.newest
            if self.session is None and self.handshake is not None and is_done(self.handshake):
                self.session = self.handshake.session()
                self.agreed()
        answer = self.answers[packet]
        return [] if answer is None else [answer]

    def knock(self):
        """What an initiator repeats."""
        if self.newest is None:
            self.newest = self.side.start()
        return [self.newest]

    def handle(self, packet, now):
        if packet[:1] == b"\x81":
            return self.shake(packet)
        try:
            return [] if self.session is None else self.take(packet, now)
        except Refused:
            return []

    def tick(self, now):
        if self.session is None:
            return self.knock() if self.initiates else []
        return self.speak(now)

    def result(self):
        return {"paired": None if self.session is None else finished(self.handshake)}

    def connection_ended(self):
        """A server goes on as before."""


class DevicePeer(Peer):
    device = None

    def agreed(self):
        if self.initiates:
            self._begin()

    def _begin(self):
        """The pairing has finished on this side."""
        boots = [Boot(bytes.fromhex(boot["random"]), bytes.fromhex(boot["runRandom"]), [meant(record) for record in boot["records"]])
                 for boot in self.asked["boots"]]
        self.device = Device(self.session, bytes.fromhex(self.asked["staticSecret"]), boots)

    def take(self, packet, now):
        if self.device is not None:
            self.device.handle_receipt(packet)
            self.is_done = self.device.is_done
        elif is_receipt_of(self.session, packet):
            self._begin()
            return self.speak(now)
        return []

    def speak(self, now):
        if self.device is None:
            return []
        return [self.device.control(int(now * 1_000_000))] + self.device.frames()

    def connection_ended(self):
        if self.device is not None:
            self.device.connection_ended()


class ServerPeer(Peer):
    def agreed(self):
        self.server, self.opened, self.stored = Server(self.session), False, []
        if self.initiates:
            self.confirming = [self.newest, receipt.write(self.server)]

    def take(self, packet, now):
        opened = self.server.open(packet)
        self.opened = True                                  # IOMT-PAIR-034, 045: only now
        frame = opened.frame
        if frame.space == CONTROL:
            self._settle(opened)
        elif not opened.is_duplicate:
            self.server.mark(opened)
            self.stored.append({"tag": opened.epoch.keys.tag, "space": frame.space, "counter": frame.counter,
                                "plaintext": opened.plaintext})
        return [receipt.write(self.server, (CLOCK + int(now * 1000), 0))]

    def _settle(self, opened):
        for record in control.read(opened.plaintext):
            if isinstance(record, list):
                settle(self.server, opened, record)

    def speak(self, now):
        return self.confirming if self.initiates and not self.opened else []

    def result(self):
        return {**super().result(), "stored": [] if self.session is None else self.stored}


def peer_of(asked):
    return DevicePeer(asked) if asked["role"] == "device" else ServerPeer(asked)
