"""A Noise handshake, revision 34, by the library `noiseprotocol` (IOMT-PAIR-001).

What the library leaves to its user is here: ephemeral keys that are given, public keys that are looked at, a handshake that a
message which is not authentic leaves as it was, and the two keys of Split.
"""

import warnings

from cryptography.exceptions import InvalidTag
from noise.connection import Keypair, NoiseConnection

from .errors import Refused
from .primitives import canonical_key


class Noise:
    def __init__(self, name, initiates, prologue, static, peer=None, psk=None):
        self.given = (name, initiates, prologue, static, peer, psk)
        self.initiates = initiates
        self.done = []                  # what was written and read, to begin anew after a failure
        self._begin()

    def _begin(self):
        name, initiates, prologue, static, peer, psk = self.given
        connection = NoiseConnection.from_name(name)
        (connection.set_as_initiator if initiates else connection.set_as_responder)()
        connection.set_prologue(prologue)
        connection.set_keypair_from_private_bytes(Keypair.STATIC, static)
        if peer is not None:
            connection.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, canonical_key(peer))
        if psk is not None:
            connection.set_psks(psk)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            connection.start_handshake()
        self.connection = connection
        self.state = connection.noise_protocol.handshake_state

    @property
    def hash(self):
        """h, behind the newest message."""
        if self.is_finished:
            return self.connection.get_handshake_hash()
        return self.state.symmetric_state.h

    @property
    def is_finished(self):
        return self.connection.handshake_finished

    @property
    def peer(self):
        """The other side's static key, once it is known."""
        return self.state.rs.public_bytes

    def keys(self):
        """(k_ir, k_ri): never used to encrypt (IOMT-EPOCH-003)."""
        protocol = self.connection.noise_protocol
        ours, theirs = protocol.cipher_state_encrypt.k, protocol.cipher_state_decrypt.k
        return (ours, theirs) if self.initiates else (theirs, ours)

    def write(self, payload, ephemeral=None):
        """The next message; `ephemeral` is the private key of the token e, where the message has one."""
        if ephemeral is not None:
            self.state.e = self.connection.noise_protocol.dh_fn.klass.from_private_bytes(ephemeral)
        self.done.append((self.write, (payload, ephemeral)))
        try:
            return bytes(self.connection.write_message(payload))
        except ValueError:              # a shared secret of all zeros (IOMT-PAIR-009)
            raise Refused("bad_key") from None

    def read(self, message, has_ephemeral, least):
        """The payload of the next message, of `least` bytes beside it."""
        if len(message) < least:
            raise Refused("truncated")
        if has_ephemeral:
            canonical_key(message[:32])
        try:
            payload = bytes(self.connection.read_message(message))
            canonical_key(self.peer) if hasattr(self.state.rs, "public_bytes") else None
        except Exception as problem:
            self._restore()
            if isinstance(problem, InvalidTag):
                raise Refused("not_authentic") from None
            if isinstance(problem, ValueError):
                raise Refused("bad_key") from None
            raise
        self.done.append((self.read, (message, has_ephemeral, least)))
        return payload

    def _restore(self):
        """IOMT-PAIR-007: as it was before the message."""
        done, self.done = self.done, []
        self._begin()
        for what, arguments in done:
            what(*arguments)
