"""Both ends without sockets: `handle` takes a datagram, `tick` comes every 50 ms; both give the datagrams to send.

    pairing        the initiator repeats its newest packet until the answer comes;
                   the responder answers the same packet by the same bytes
    models 2, 3    the reader repeats message 3 and a receipt behind it until the first frame opens;
                   the device has finished with the receipt
    afterwards     the device repeats its frames until a receipt covers them;
                   the server answers each authentic frame by a receipt
"""

from iomt import control, plaintext, receipt
from iomt.cpace import PasscodeSide
from iomt.decimal import value_of
from iomt.device import Device, is_receipt_of
from iomt.errors import Refused
from iomt.packets import CONTROL
from iomt.pairing import COMPARISON, LABEL, PASSCODE
from iomt.server import Server
from iomt.settle import settle
from operations.pairing import is_done, side_of

LINGER = 0.6    # a server goes on answering for so long behind its last frame


class Peer:
    """The handshake, which both have in common."""

    def __init__(self, asked, draw, say, finished):
        self.asked, self.model, self.draw, self.say, self.finished = asked, asked["model"], draw, say, finished
        reads = self.model in (LABEL, PASSCODE)
        self.initiates = (asked["role"] == "server") == reads
        role = "initiator" if self.initiates else "responder"
        self.side = side_of({**asked, "role": role, "random": [draw().hex() for _ in range(4)], "connection": draw()[:8].hex()})
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

    def is_handshake(self, packet):
        """Model 4 has bare messages, which no first byte tells from others: they come while nothing else does, or again."""
        if self.model == COMPARISON and (self.session is None or packet in self.answers):
            return True
        return packet[:1] == b"\x81"

    def tell(self):
        self.say("paired", **self.finished(self.handshake))

    def connection_ended(self):
        """A peer lives for one connection; a server that has everything is content."""


class DevicePeer(Peer):
    device = None
    has_finished = False

    def agreed(self):
        if self.initiates:
            self._begin()

    def _begin(self):
        """The pairing has finished on this side: the epoch opens, the readings are sealed."""
        self.has_finished = True
        self.tell()
        self.device = Device(self.session, bytes.fromhex(self.asked["staticSecret"]), self.draw)
        for number in range(self.asked["readings"]):
            self.device.take(reading(number, self.device.run))

    def handle(self, packet, now):
        if self.is_handshake(packet):
            return self.shake(packet)
        if self.session is not None and not self.has_finished and is_receipt_of(self.session, packet):
            self._begin()
            return self.tick(now)
        if self.device is not None:
            try:
                self.device.handle_receipt(packet)
            except Refused:
                return []
            self.is_done = not self.device.outbox and self.device.is_reflected
        return []

    def tick(self, now):
        if self.session is None:
            return self.knock() if self.initiates else []
        if self.device is None or self.is_done:
            return []
        return [self.device.control(int(now * 1_000_000))] + self.device.frames()


class ServerPeer(Peer):
    server = None
    opened = False
    last = None

    def agreed(self):
        self.server = Server(self.session)
        self.stored = set()
        if self.initiates:
            self.confirming = [self.newest, receipt.write(self.server)]

    def handle(self, packet, now):
        if self.is_handshake(packet):
            return self.shake(packet)
        if self.server is None:
            return []
        try:
            return self._open(packet, now)
        except Refused:
            return []

    def _open(self, packet, now):
        opened = self.server.open(packet)
        if not self.opened:
            self.opened = True
            self.tell()                                     # IOMT-PAIR-034, 045: only now
        if opened.frame.space == CONTROL:
            self._settle(opened)
        elif not opened.is_duplicate:
            frame, tag = opened.frame, opened.epoch.keys.tag
            self.stored.add((tag, frame.space, frame.counter))
            self.server.mark(opened)
            self.say("stored", tag=tag, space=frame.space, counter=frame.counter, plaintext=opened.plaintext)
        self.last = now
        return [receipt.write(self.server, (1_764_000_000_000 + int(now * 1000), 0))]

    def _settle(self, opened):
        for record in control.read(opened.plaintext):
            if isinstance(record, list):
                self.say("settled", **settle(self.server, opened, record))

    def tick(self, now):
        if self.server is None:
            return self.knock() if self.initiates else []
        if self.initiates and not self.opened:
            return self.confirming
        self.is_done = self._is_whole() and now - self.last > LINGER
        return []

    def connection_ended(self):
        self.is_done = self.server is not None and self._is_whole()

    def _is_whole(self):
        return self.opened and len(self.stored) >= self.asked["readings"]


def reading(sequence, run):
    """A heart rate, with the run, as frames of an epoch begin that nobody has named."""
    rate = {"record": "observation", "metric": 147842, "unit": 264864, "time": 5_000_000 + sequence * 1_000_000,
            "value": value_of(f"{60 + sequence % 40}e0"), "status": 0}
    return plaintext.write(sequence, run, [rate])
