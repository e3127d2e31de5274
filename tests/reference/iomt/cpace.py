"""CPace, model 3 (chapter "passcode and numeric comparison"): from a passcode that a person types to a psk.

    reader   41  sid half                ────►
             ◄────  42  sid half               device, armed
             43  Ya, ADa                 ────►        attempt written
             ◄────  44  Yb, ADb
             messages 1, 2, 3 of model 3

Each packet has a handshake's header: 81 suite model step connection-8 hint-8 (zeros). `p(x)` is LEB128 of x's length, then x.
"""

from . import ristretto
from .errors import Refused
from .octets import varint
from .packets import SUITE, Handshake, handshake_packet, parse
from .pairing import MODELS, NO_HINT, PASSCODE, Code, Side
from .payload import offer
from .primitives import expand, extract, hedge, lv, sha512

HALF_I, HALF_R, SHARE_I, SHARE_R = 0x41, 0x42, 0x43, 0x44
DOMAIN = b"CPaceRistretto255"
BLOCK = 128     # of SHA-512


def passcode(text):
    """IOMT-CPACE-010: spaces and dashes do not count."""
    code = text.replace(" ", "").replace("-", "")
    if not 6 <= len(code) <= 32 or not (code.isascii() and code.isalnum()):
        raise Refused("bad_passcode")
    return code.encode()


def p(data):
    return varint(len(data)) + data


def generator(code, session_id):
    channel = lv(b"\x01") + lv(MODELS[PASSCODE].name) + lv(bytes([PASSCODE]))
    padding = bytes(max(0, BLOCK - 1 - len(p(code)) - len(p(DOMAIN))))
    return ristretto.one_way_map(sha512(p(DOMAIN) + p(code) + p(padding) + p(channel) + p(session_id)))


class Cpace:
    """One side, until it knows ISK."""

    def __init__(self, role, static, text, draw, connection=None):
        self.initiates, self.static, self.draw, self.connection = role == "initiator", static, draw, connection
        self.code = passcode(text)
        self.step = HALF_I
        self.halves = [None, None]          # of the initiator, of the responder
        self.shares = [None, None]
        self.offers = [offer(PASSCODE), offer(PASSCODE)]
        self.generator = self.scalar = self.shared = self.isk = None

    @property
    def is_done(self):
        return self.isk is not None

    @property
    def session_id(self):
        return b"".join(self.halves)

    def start(self):
        self._draw_half(b"")
        return self._packet(self.halves[0])

    def receive(self, packet):
        handshake = parse(packet)
        if not isinstance(handshake, Handshake):
            raise Refused("unexpected")
        if handshake.suite != SUITE:
            raise Refused("unsupported_suite")
        if handshake.model != PASSCODE or handshake.step != self.step:
            raise Refused("unexpected")
        if self.connection not in (None, handshake.connection):
            raise Refused("unexpected")
        if handshake.hint != NO_HINT:
            raise Refused("wrong_key")
        answer = self._take_half if self.step in (HALF_I, HALF_R) else self._take_share
        return answer(handshake.message, handshake.connection)

    def _take_half(self, half, connection):
        _length(half, 16)
        self.connection = connection
        self.halves[self.step - HALF_I] = half
        self.step += 1
        if self.initiates:
            self._draw_share()
            return self._packet(self.shares[0] + self.offers[0])
        self._draw_half(half)
        return self._packet(self.halves[1])

    def _take_share(self, message, _):
        _length(message, 36)
        share, their_offer = message[:32], message[32:]
        point = ristretto.decode(share)
        if ristretto.is_neutral(point):
            raise Refused("bad_key")
        if their_offer != offer(PASSCODE):
            raise Refused("downgraded")
        self.shares[self.step - SHARE_I] = share
        self.step += 1
        answer = None
        if not self.initiates:
            self._draw_share()
            answer = self._packet(self.shares[1] + self.offers[1])
        self._agree(point)
        return answer

    def _draw_half(self, other):
        me = 0 if self.initiates else 1
        self.halves[me] = hedge("cpace sid", self.draw(), self.static, 0, self.connection + other, 16)

    def _draw_share(self):
        wide = hedge("cpace scalar", self.draw(), self.static, 0, self.session_id, 64)
        self.scalar = int.from_bytes(wide, "little") % ristretto.ORDER
        point = generator(self.code, self.session_id)
        self.generator = ristretto.encode(point)
        self.shares[0 if self.initiates else 1] = ristretto.encode(ristretto.multiply(self.scalar, point))

    def _agree(self, point):
        self.shared = ristretto.encode(ristretto.multiply(self.scalar, point))
        if self.shared == bytes(32):
            raise Refused("bad_key")
        transcript = b"".join(p(share) + p(their) for share, their in zip(self.shares, self.offers))
        self.isk = sha512(p(DOMAIN + b"_ISK") + p(self.session_id) + p(self.shared) + transcript)

    def _packet(self, message):
        packet = handshake_packet(PASSCODE, self.step, self.connection, NO_HINT, b"", message)
        self.step += 1
        return packet

    def code_in_front(self):
        """What the handshake behind it is keyed with (IOMT-CPACE-015)."""
        root = extract(bytes(32), self.isk)
        pre = self.session_id + b"".join(lv(share) + lv(their) for share, their in zip(self.shares, self.offers))
        return Code(expand(root, "cpace psk"), NO_HINT, expand(root, "cpace mac1"), pre)


def _length(message, length):
    if len(message) != length:
        raise Refused("truncated" if len(message) < length else "trailing")


class PasscodeSide:
    """CPace, then the handshake that it keys."""

    def __init__(self, role, static, text, draw, connection=None, descriptor_body=None):
        self.role, self.static, self.draw, self.descriptor_body = role, static, draw, descriptor_body
        self.cpace, self.side = Cpace(role, static, text, draw, connection), None

    def start(self):
        return self.cpace.start()

    def receive(self, packet):
        if self.side is not None:
            return self.side.receive(packet)
        answer = self.cpace.receive(packet)
        if self.cpace.is_done:
            self.side = Side(self.role, PASSCODE, self.static, self.cpace.code_in_front(), self.draw,
                             connection=self.cpace.connection, descriptor_body=self.descriptor_body)
            return answer or self.side.start()
        return answer
