"""Numeric comparison, model 4 (chapter "passcode and numeric comparison").

    c      = H(lv("iomt1 sas commit") Nr)
    digits = the first 8 bytes of H(lv("iomt1 sas") h Ni Nr), BE, modulo 10^6

    device  1  e, offer                          ────►
            ◄────  2  e, {s}, {offer, c}               phone, server
            3  {s}, {descriptor, Ni}             ────►
            ◄────  4  Nr

`ComparisonSide` has bare messages, the fourth is Nr; `ComparisonPackets` wraps them (IOMT-CMP-007).
"""

from functools import lru_cache

from . import payload
from .errors import Refused
from .pairing import COMPARISON, NO_HINT, Code, Side
from .primitives import hedge, lv, same, sha256


def commitment(nonce):
    return sha256(lv(b"iomt1 sas commit") + nonce)


def digits(hash, initiator_nonce, responder_nonce):
    number = int.from_bytes(sha256(lv(b"iomt1 sas") + hash + initiator_nonce + responder_nonce)[:8], "big")
    return f"{number % 10 ** 6:06}"


class ComparisonSide(Side):
    def __init__(self, role, static, draw, descriptor_body=None):
        super().__init__(role, COMPARISON, static, Code(None, NO_HINT, b"", b""), draw, descriptor_body=descriptor_body)
        self.nonce = self.other_nonce = self.commitment = self.newest_read = None

    @property
    def digits(self):
        if self.nonce is None or self.other_nonce is None:
            return None
        mine, other = self.nonce, self.other_nonce
        return digits(self.noise.hash, *((mine, other) if self.initiates else (other, mine)))

    def start(self):
        return self.write_message(self.payload())

    def receive(self, message):
        if self.initiates and self.step == 4:
            return self._reveal(message)
        if self.step > 3 or (self.step % 2 == 1) == self.initiates:
            raise Refused("unexpected")
        self._read(message)
        self.newest_read = message
        if self.step == 4:
            self.step = 5
            return self.nonce                   # IOMT-CMP-002: only now that message 3 is authentic
        return self.write_message(self.payload())

    def _reveal(self, nonce):
        if self.other_nonce is not None:
            raise Refused("unexpected")
        if len(nonce) != 16:
            raise Refused("truncated" if len(nonce) < 16 else "trailing")
        if not same(commitment(nonce), self.commitment):
            raise Refused("not_authentic")
        self.other_nonce, self.step = nonce, 5

    def payload(self):
        fields = super().payload()
        if self.step > 1:
            self.nonce = hedge("sas nonce", self.draw(), self.static, 0, self.newest_read, 16)
        if self.step == 2:
            fields[payload.COMMITMENT] = commitment(self.nonce)
        if self.step == 3:
            fields[payload.NONCE] = self.nonce
        return fields

    def take_payload(self, fields):
        super().take_payload(fields)
        if self.step == 2:
            self.commitment = payload.field(fields, payload.COMMITMENT)
        if self.step == 3:
            self.other_nonce = payload.field(fields, payload.NONCE)


class ComparisonPackets(ComparisonSide):
    """The same with headers, and the token's code in front of message 1; key and nonce come from one draw."""

    messages = 4

    def __init__(self, role, static, draw, token, connection=None, descriptor_body=None):
        super().__init__(role, static, lru_cache(None)(draw), descriptor_body)
        self.connection, self.code = connection, Code.of_token(token)

    def start(self):
        return self.wrapped(1, super().start())

    def receive(self, packet):
        handshake = self.unwrapped(packet)
        answer = super().receive(handshake.message)
        self.connection = handshake.connection
        return None if answer is None else self.wrapped(handshake.step + 1, answer)
