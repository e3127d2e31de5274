"""One side of a handshake (chapter "pairing"): header, code in front, Noise, payloads, and the session at the end.

    packet     81 suite model step connection-8 hint-8 [mac1-16 in step 1] Noise message
    prologue   lv("iomt1") lv(01) lv(suite) lv(Noise name) lv(model) lv(pre)
    mac1       HMAC(MAC1 key, the 20 bytes in front of it, Noise message), cut to 16
"""

from dataclasses import dataclass

from . import payload
from .errors import Refused
from .keys import Session
from .noise import Noise
from .packets import SUITE, Handshake, VERSION, handshake_packet, parse
from .primitives import canonical_key, expand, extract, hedge, hmac, lv, public_key, same, sha256

LABEL_KEY, LABEL, PASSCODE, COMPARISON, FACTORY, RECONNECTION = 1, 2, 3, 4, 5, 6
NO_HINT = bytes(8)
LONGEST = 192       # of a packet (IOMT-PAIR-011)


@dataclass(frozen=True)
class Message:
    """What one Noise message of a pattern holds, beside its payload."""

    has_ephemeral: bool
    least: int      # bytes of keys and tags


XX = (Message(True, 32), Message(True, 96), Message(False, 64))
XX_PSK = (Message(True, 48), Message(True, 96), Message(False, 64))
IK = (Message(True, 96), Message(True, 48))
KK = (Message(True, 48), Message(True, 48))


@dataclass(frozen=True)
class Model:
    name: bytes
    messages: tuple
    device_initiates: bool
    wrong_hint: str
    wrong_mac1: str
    promise: int    # the message with the hash of the device's descriptor; 0: none


def _noise(pattern):
    return f"Noise_{pattern}_25519_ChaChaPoly_SHA256".encode()


MODELS = {
    LABEL_KEY: Model(_noise("IKpsk2"), IK, False, "wrong_label", "wrong_label", 2),
    LABEL: Model(_noise("XXpsk0"), XX_PSK, False, "wrong_label", "wrong_label", 2),
    PASSCODE: Model(_noise("XXpsk0"), XX_PSK, False, "wrong_key", "not_authentic", 2),
    COMPARISON: Model(_noise("XX"), XX, True, "wrong_key", "wrong_key", 3),
    FACTORY: Model(_noise("IK"), IK, True, "wrong_key", "wrong_key", 1),
    RECONNECTION: Model(_noise("KKpsk0"), KK, True, "wrong_key", "wrong_key", 0),
}


@dataclass(frozen=True)
class Code:
    """What stands in front of a handshake: what both know already, as its keys."""

    psk: bytes | None
    hint: bytes
    mac1_key: bytes
    pre: bytes

    @classmethod
    def of_label(cls, secret):
        """Models 1 and 2 (IOMT-PAIR-030, 031)."""
        if len(secret) < 16:
            raise Refused("secret_too_short")
        root = extract(bytes(32), secret)
        hint = expand(root, "label hint", length=8)
        return cls(expand(root, "label psk"), hint, expand(root, "label mac1"), hint)

    @classmethod
    def of_token(cls, token):
        """Model 4 (IOMT-CMP-007)."""
        return cls(None, NO_HINT, expand(extract(bytes(32), token), "token mac1"), b"")

    @classmethod
    def of_keys(cls, responder):
        """Model 5."""
        return cls(None, NO_HINT, static_mac1_key(responder), b"")

    @classmethod
    def of_reconnection(cls, psk, responder):
        """Model 6 (IOMT-PAIR-040)."""
        hint = expand(psk, "hint", length=8)
        return cls(psk, hint, static_mac1_key(responder), hint)


def static_mac1_key(responder):
    return expand(extract(bytes(32), canonical_key(responder)), "static mac1")


def prologue(model, pre):
    parts = (b"iomt1", bytes([VERSION]), bytes([SUITE]), MODELS[model].name, bytes([model]), pre)
    return b"".join(map(lv, parts))


class Side:
    """`start` gives an initiator's first packet; `receive` takes a packet and gives the answer, if there is one."""

    def __init__(self, role, model, static, code, draw, connection=None, peer=None, descriptor_body=None):
        self.initiates, self.model, self.rules = role == "initiator", model, MODELS[model]
        self.static, self.code, self.draw, self.connection = static, code, draw, connection
        self.promise = sha256(descriptor_body) if descriptor_body is not None else None
        self.noise = Noise(self.rules.name, self.initiates, prologue(model, code.pre), static, peer, code.psk)
        self.step = 1               # of the message that is due
        self.ephemeral = self.descriptor = None

    @property
    def is_device(self):
        return self.initiates == self.rules.device_initiates

    def session(self):
        k_ir, k_ri = self.noise.keys()
        return Session.of(self.noise.hash, k_ir, k_ri, self.rules.device_initiates)

    def start(self):
        return self._write()

    @property
    def messages(self):
        """How many there are, those of Noise and what comes behind them."""
        return len(self.rules.messages)

    def receive(self, packet):
        handshake = self.unwrapped(packet)
        self._read(handshake.message)
        self.connection = handshake.connection
        return self._write() if self.step <= self.messages else None

    def unwrapped(self, packet):
        """Header, then mac1 before any Diffie-Hellman; Noise comes next (IOMT-PAIR-004 to 007)."""
        handshake = parse(packet)
        if not isinstance(handshake, Handshake):
            raise Refused("unexpected")
        self._check_header(packet, handshake)
        if handshake.mac1 is not None:
            self._check_mac1(packet, handshake)
        return handshake

    def _check_header(self, packet, handshake):
        if handshake.suite != SUITE:
            raise Refused("unsupported_suite")
        if len(packet) > LONGEST:
            raise Refused("trailing_bytes")
        is_mine = self.step <= self.messages and (self.step % 2 == 1) != self.initiates
        if handshake.model != self.model or handshake.step != self.step or not is_mine:
            raise Refused("unexpected")
        if self.connection not in (None, handshake.connection):
            raise Refused("unexpected")
        if handshake.hint != self.code.hint:
            raise Refused(self.rules.wrong_hint)

    def _check_mac1(self, packet, handshake):
        if not same(self._mac1(packet[:20], handshake.message), handshake.mac1):
            raise Refused(self.rules.wrong_mac1)

    def _mac1(self, header, message):
        return hmac(self.code.mac1_key, header + message)[:16]

    def _read(self, message):
        """One Noise message; a payload that is refused leaves the handshake as it was, too."""
        rules = self.rules.messages[self.step - 1]
        content = self.noise.read(message, rules.has_ephemeral, rules.least)
        try:
            self.take_payload(payload.read(content))
        except Refused:
            self.noise.done.pop()
            self.noise._restore()
            raise
        self.step += 1

    def _write(self):
        return self.wrapped(self.step, self.write_message(self.payload()))

    def wrapped(self, step, message):
        header = handshake_packet(self.model, step, self.connection, self.code.hint, b"", b"")
        mac1 = self._mac1(header, message) if step == 1 else b""
        return header + mac1 + message

    def write_message(self, fields):
        """The bare Noise message of a payload."""
        content = payload.write(fields)
        ephemeral = None
        if self.rules.messages[self.step - 1].has_ephemeral:
            ephemeral = hedge("ephemeral", self.draw(), self.static, 0, self.noise.hash + content, 32)
        message = self.noise.write(content, ephemeral)
        self.ephemeral = ephemeral or self.ephemeral
        self.step += 1
        return message

    def payload(self):
        """The fields of the message that is due."""
        fields = {payload.OFFER: payload.offer(self.model)} if self.step <= 2 else {}
        if self.rules.promise == self.step:
            fields[payload.DESCRIPTOR] = self.promise
        return fields

    def take_payload(self, fields):
        if self.step <= 2:
            payload.check_offer(payload.field(fields, payload.OFFER), self.model)
        if self.rules.promise == self.step:
            self.descriptor = payload.field(fields, payload.DESCRIPTOR)


def label_side(role, model, static, secret, draw, **more):
    """Models 1 and 2; the reader of a label with a key knows its `peer`."""
    return Side(role, model, static, Code.of_label(secret), draw, **more)


def keys_side(role, model, static, draw, peer=None, psk=None, **more):
    """Models 5 and 6; the responder of model 5 learns who it is."""
    responder = peer if role == "initiator" else public_key(static)
    code = Code.of_keys(responder) if model == FACTORY else Code.of_reconnection(psk, responder)
    known = peer if role == "initiator" or model == RECONNECTION else None
    return Side(role, model, static, code, draw, peer=known, **more)
