"""The packets, and how a frame is sealed and opened (chapter "frames").

    byte 0     bits 7-6 kind: 0 frame, 1 receipt, 2 handshake, 3 refused
               bits 5-4 space: 0 data, 1 alarm, 2 control, 3 command
               bit 3 locator    bit 2 salt, with a locator only
               bits 1-0 version: 1

    frame      byte0 [locator 8] [salt 16] counter-u24 ciphertext tag-16
    receipt    byte0 locator-8 body proof-16
    handshake  byte0 suite model step connection-8 hint-8 [mac1-16 in step 1] message
    refused    byte0 reference-8
"""

from dataclasses import dataclass

from .errors import Refused
from .octets import Cursor, u24, u64
from .primitives import seal, unseal

VERSION = 1
SUITE = 1
MAX_DATAGRAM = 1232
LAST_COUNTER = 0xFFFFFE
NO_COUNTER = 0xFFFFFF
DATA, ALARM, CONTROL, COMMAND = range(4)
HAS_LOCATOR, HAS_SALT = 8, 4


@dataclass
class Frame:
    space: int
    locator: bytes | None
    salt: bytes | None
    counter: int
    sealed: bytes


@dataclass
class Receipt:
    locator: bytes
    body: bytes
    proof: bytes


@dataclass
class Handshake:
    suite: int
    model: int
    step: int
    connection: bytes
    hint: bytes
    mac1: bytes | None
    message: bytes


@dataclass
class Refusal:
    reference: bytes


def parse(packet):
    """Length of the datagram, version, reserved bits, then the fields in their order."""
    if not packet:
        raise Refused("truncated")
    if len(packet) > MAX_DATAGRAM:
        raise Refused("range")
    cursor = Cursor(packet)
    byte0 = cursor.u8()
    if byte0 & 3 != VERSION:
        raise Refused("unsupported_version")
    kind = byte0 >> 6
    if kind != 0 and byte0 & 0x3C:
        raise Refused("reserved")
    return (_frame, _receipt, _handshake, _refusal)[kind](byte0, cursor)


def _frame(byte0, cursor):
    has_locator, has_salt = byte0 & HAS_LOCATOR, byte0 & HAS_SALT
    if has_salt and not has_locator:
        raise Refused("reserved")
    locator = cursor.take(8) if has_locator else None
    salt = cursor.take(16) if has_salt else None
    counter = cursor.u24()
    if counter > LAST_COUNTER:
        raise Refused("reserved")
    if cursor.left() < 16:
        raise Refused("truncated")
    return Frame(byte0 >> 4 & 3, locator, salt, counter, cursor.rest())


def _receipt(_, cursor):
    locator = cursor.take(8)
    if cursor.left() < 16:
        raise Refused("truncated")
    return Receipt(locator, cursor.take(cursor.left() - 16), cursor.rest())


def _handshake(_, cursor):
    suite, model, step = cursor.u8(), cursor.u8(), cursor.u8()
    if step == 0:
        raise Refused("reserved")
    connection, hint = cursor.take(8), cursor.take(8)
    mac1 = cursor.take(16) if step == 1 else None
    return Handshake(suite, model, step, connection, hint, mac1, cursor.rest())


def _refusal(_, cursor):
    reference = cursor.take(8)
    cursor.finish()
    return Refusal(reference)


def associated_data(space, tag, counter):
    """26 bytes (IOMT-SEAL-011). The route is not in it: who forwards a frame may write another."""
    return bytes([VERSION, space << 4]) + tag + u64(counter)


def seal_frame(epoch, space, counter, plaintext, form, salt=None):
    """One frame as it is sent; `form` is short, routed, or unproved with the epoch's salt."""
    return route(epoch, space, counter, seal_body(epoch, space, counter, plaintext), form, salt)


def seal_body(epoch, space, counter, plaintext):
    """Ciphertext and tag: sealed once, whatever the route (IOMT-SEAL-015)."""
    if space == COMMAND:
        raise Refused("unexpected")
    if counter > LAST_COUNTER:
        raise Refused("epoch_full")
    return seal(epoch.key(space), counter, associated_data(space, epoch.tag, counter), plaintext)


def route(epoch, space, counter, sealed, form, salt=None):
    byte0, way = space << 4 | VERSION, b""
    if form != "short":
        byte0, way = byte0 | HAS_LOCATOR, epoch.locator
    if form == "unproved":
        byte0, way = byte0 | HAS_SALT, way + salt
    packet = bytes([byte0]) + way + u24(counter) + sealed
    if len(packet) > MAX_DATAGRAM:
        raise Refused("no_room")
    return packet


def open_frame(epoch, frame):
    """The plaintext of an authentic frame."""
    return unseal(epoch.key(frame.space), frame.counter, associated_data(frame.space, epoch.tag, frame.counter), frame.sealed)


def handshake_packet(model, step, connection, hint, mac1, message):
    return bytes([0x80 | VERSION, SUITE, model, step]) + connection + hint + mac1 + message
