"""Commands of a server under seal (chapter "vouching").

    chain_0    E(root_down, "chain"), then as in the key schedule; key E(secret, "command")
    frame      3D locator-8 salt-16 000000 ciphertext tag-16, at most 112 bytes
    plaintext  tag-varint length-varint body: one record, nothing behind it

    3 introduce  static key 32, first 32, role 1, rights 1
    5 revoke     static key 32
"""

from dataclasses import dataclass

from .errors import Refused
from .keys import Epoch, locator, next_chain
from .octets import Cursor, u24, varint
from .packets import COMMAND, Frame, HAS_LOCATOR, HAS_SALT, VERSION, associated_data, parse
from .primitives import canonical_key, expand, hedge, public_key, seal, unseal

INTRODUCE, REVOKE = 3, 5
RECIPIENT, SUCCESSOR = 0, 1
MAY_INTRODUCE = 1
KEY_LEN = 32
MAX_FRAME = 112
COUNTER = 0


@dataclass
class Introduce:
    key: bytes
    first: bytes
    role: int
    rights: int

    @property
    def hint(self):
        """Names `first` in the handshake that it is the psk of."""
        return expand(self.first, "hint", length=8)


@dataclass
class Revoke:
    key: bytes


@dataclass
class Unknown:
    tag: int
    body: bytes


def read(plaintext):
    """Envelope, fields, and last whether a key is one (IOMT-PAIR-080, IOMT-PAIR-081)."""
    cursor = Cursor(plaintext)
    tag, body = cursor.varint(32), cursor.prefixed()
    cursor.finish()
    if tag not in (INTRODUCE, REVOKE):
        if tag & 1:
            raise Refused("unknown_critical")
        return Unknown(tag, body)
    cursor = Cursor(body)
    command = _introduce(cursor) if tag == INTRODUCE else Revoke(cursor.take(KEY_LEN))
    cursor.finish()
    canonical_key(command.key)
    return command


def _introduce(cursor):
    command = Introduce(cursor.take(KEY_LEN), cursor.take(KEY_LEN), cursor.u8(), cursor.u8())
    if command.role not in (RECIPIENT, SUCCESSOR) or command.rights & ~MAY_INTRODUCE:
        raise Refused("reserved")
    return command


def write(command):
    tag, secrets, last = REVOKE, [command.key], b""
    if isinstance(command, Introduce):
        if command.role not in (RECIPIENT, SUCCESSOR) or command.rights & ~MAY_INTRODUCE:
            raise Refused("out_of_range")
        tag, secrets, last = INTRODUCE, [command.key, command.first], bytes([command.role, command.rights])
    if any(len(secret) != KEY_LEN for secret in secrets):
        raise Refused("out_of_range")
    body = b"".join(secrets) + last
    return varint(tag) + varint(len(body)) + body


def first_chain(session):
    return expand(session.root_down, "chain")


@dataclass(frozen=True)
class CommandEpoch:
    """The one epoch of one command (IOMT-PAIR-075, IOMT-PAIR-076)."""

    chain: bytes
    salt: bytes

    @classmethod
    def drawn(cls, session, number, random, static_secret, plaintext):
        chain = first_chain(session)
        for _ in range(number):
            chain = next_chain(chain)
        return cls(chain, hedge("salt", random, static_secret, number, session.hash + plaintext, 16))

    @property
    def keys(self):
        return Epoch.of_chain(self.chain, self.salt)

    @property
    def key(self):
        return expand(self.keys.secret, "command")

    @property
    def associated(self):
        return associated_data(COMMAND, self.keys.tag, COUNTER)

    def seal(self, plaintext):
        byte0 = COMMAND << 4 | HAS_LOCATOR | HAS_SALT | VERSION
        packet = bytes([byte0]) + self.keys.locator + self.salt + u24(COUNTER)
        packet += seal(self.key, COUNTER, self.associated, plaintext)
        if len(packet) > MAX_FRAME:
            raise Refused("no_room")
        return packet

    def open(self, sealed):
        return unseal(self.key, COUNTER, self.associated, sealed)


class Commanded:
    """A device's end: one link of the server's chain (IOMT-PAIR-079)."""

    def __init__(self, session):
        self.chain, self.taken = first_chain(session), 0

    def open(self, packet):
        frame = parse(packet)
        if not isinstance(frame, Frame) or frame.space != COMMAND or len(packet) > MAX_FRAME:
            raise Refused("unexpected")
        if frame.salt is None or frame.counter != COUNTER or frame.locator != locator(self.chain):
            raise Refused("unknown_epoch")
        return CommandEpoch(self.chain, frame.salt).open(frame.sealed)

    def take(self):
        """What was opened is done, or was not understood: either way the next may come."""
        self.chain, self.taken = next_chain(self.chain), self.taken + 1


DONE, KNOWN, NO_ROOM, NOT_ALLOWED, NOT_UNDERSTOOD = 1, 2, 3, 4, 5


class Recipients:
    """Who a device speaks to, and what a command of the first of them changes (IOMT-PAIR-083 to 088)."""

    def __init__(self, places, paired):
        self.places, self.paired, self.introduced = places, list(paired), []

    def outcome(self, plaintext):
        """The first that holds of: not understood, not allowed, known, no room, done."""
        try:
            command = read(plaintext)
        except Refused:
            return NOT_UNDERSTOOD
        if isinstance(command, Introduce):
            return self._successor(command.key) if command.role == SUCCESSOR else self._introduce(command.key)
        return self._revoke(command.key) if isinstance(command, Revoke) else DONE

    def _successor(self, key):
        """It takes the sender's place, once it is met."""
        return KNOWN if key in self.paired + self.introduced else DONE

    def _introduce(self, key):
        if key in self.paired:
            return KNOWN
        if key not in self.introduced:
            if self.is_full():
                return NO_ROOM
            self.introduced.append(key)
        return DONE                                     # nobody of them was ever met here

    def is_full(self):
        return len(self.paired) + len(self.introduced) >= self.places

    def _revoke(self, key):
        if key in self.paired:
            return NOT_ALLOWED
        if key not in self.introduced:
            return KNOWN
        self.introduced.remove(key)
        return DONE


def static_of(root, relation):
    """(private, public) key of a device for one owner (IOMT-PAIR-090)."""
    private = expand(root, "static", relation.to_bytes(8, "big"))
    return private, public_key(private)
