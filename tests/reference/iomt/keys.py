"""From a handshake to the keys of frames (chapter "epochs").

    h, k_ir, k_ri ──► root_up, root_down, both
                        │         │         └─► session, psk' ─► hint'
                        │         └─► receipt key
                        └─► chain_0 ─► chain_1 ─► chain_2 …
                              │          └─► the same
                              ├─► locator
                              └─► open ─► secret(salt) ─► tag, data, alarm, control
"""

from dataclasses import dataclass

from .primitives import expand, extract, hedge

SPACES = ("data", "alarm", "control")


@dataclass(frozen=True)
class Session:
    """The keys that a handshake leaves behind (IOMT-EPOCH-002)."""

    hash: bytes
    both: bytes
    root_up: bytes
    root_down: bytes

    @classmethod
    def of(cls, hash, k_ir, k_ri, device_initiates):
        up, down = (k_ir, k_ri) if device_initiates else (k_ri, k_ir)
        return cls(hash, extract(hash, k_ir + k_ri), extract(hash, up), extract(hash, down))

    @property
    def name(self):
        return expand(self.both, "session", length=16)

    @property
    def psk(self):
        """Keys the next reconnection."""
        return expand(self.both, "resume")

    @property
    def hint(self):
        """Names psk, without showing it."""
        return expand(self.psk, "hint", length=8)

    @property
    def receipt_key(self):
        return expand(self.root_down, "receipt")

    def chain(self, number=0):
        """The chain key of an epoch; a device that has gone on can not compute it again."""
        chain = expand(self.root_up, "chain")
        for _ in range(number):
            chain = next_chain(chain)
        return chain

    def salt(self, random, static_secret, number):
        return hedge("salt", random, static_secret, number, self.hash, 16)

    def run(self, random, static_secret, number):
        return hedge("run", random, static_secret, number, self.hash, 8)


def next_chain(chain):
    return expand(chain, "next")


def locator(chain):
    return expand(chain, "locator", length=8)


def opening(chain):
    """`open`: with a salt it gives the secret, without the chain it gives no later epoch."""
    return expand(chain, "open")


@dataclass(frozen=True)
class Epoch:
    """The keys of frames. Only `secret` and `locator` are ever stored or sent (IOMT-EPOCH-004)."""

    locator: bytes
    secret: bytes

    @classmethod
    def of_chain(cls, chain, salt):
        return cls(locator(chain), expand(opening(chain), "epoch", salt))

    @property
    def tag(self):
        return expand(self.secret, "tag", length=16)

    def key(self, space):
        return expand(self.secret, SPACES[space])
