"""Receipts: what a server has stored, and how a device reads it (chapter "received set and receipts").

    receipt    41 locator-8 body proof-16
    body       echo-u24 time-varint wait-varint count-varint entries fields
    entry      first 8 bytes of the epoch's tag, space-1 floor-varint ranges-varint, then gap-varint length-varint of each
    proof      HMAC(receipt key, 41 locator tag-16 body), cut to 16; the tag is that of the echoed epoch, or zeros
"""

from dataclasses import dataclass

from .errors import Refused
from .octets import Cursor, u24, varint
from .packets import MAX_DATAGRAM, NO_COUNTER, Receipt, VERSION, parse
from .primitives import hmac, same
from .received import ROOM

BYTE0 = bytes([1 << 6 | VERSION])


@dataclass
class Entry:
    tag: bytes      # the first 8 bytes
    space: int
    floor: int
    ranges: list


def write(server, clock=None):
    """The receipt of a server as it stands; `clock` is (time, wait) in ms."""
    echoed = next((epoch for epoch in server.own_newest_first() if epoch.echo is not None), None)
    newest = server.newest()
    place = echoed or newest
    locator = place.keys.locator if place else server.first_locator
    time, wait = clock if clock and echoed else (0, 0)
    body = u24(echoed.echo if echoed else NO_COUNTER) + varint(time) + varint(wait) + varint(2 * len(server.epochs))
    body += _entries(server.epochs, MAX_DATAGRAM - 9 - len(body) - 16)
    tag = echoed.keys.tag if echoed else bytes(16)
    proof = hmac(server.receipt_key, BYTE0 + locator + tag + body)[:16]
    return BYTE0 + locator + body + proof


def _entries(epochs, room):
    """Of each set the lowest ranges, as many of every one as have room (IOMT-RCPT-013)."""
    for most in range(max(ROOM), -1, -1):
        entries = b"".join(_entry_bytes(epoch, space, most) for epoch in epochs for space in range(len(ROOM)))
        if len(entries) <= room:
            return entries
    raise Refused("no_room")


def _entry_bytes(epoch, space, most):
    received = epoch.sets[space]
    ranges, at = received.ranges[:most], received.floor
    out = epoch.keys.tag[:8] + bytes([space]) + varint(at) + varint(len(ranges))
    for start, end in ranges:
        out += varint(start - at) + varint(end - start)
        at = end
    return out


def read(receipt_key, tags, packet):
    """(echo, time, wait, entries) of an authentic receipt; `tags` are those of the epochs of this boot, by locator."""
    receipt = parse(packet)
    if not isinstance(receipt, Receipt):
        raise Refused("unexpected")
    echo, time, wait, entries = _body(Cursor(receipt.body))
    if echo is None:
        tag = bytes(16)
    elif receipt.locator in tags:
        tag = tags[receipt.locator]
    else:
        raise Refused("unknown_epoch")
    if not same(hmac(receipt_key, BYTE0 + receipt.locator + tag + receipt.body)[:16], receipt.proof):
        raise Refused("not_authentic")
    if echo is None:
        time = wait = 0                                 # IOMT-RCPT-019
    return echo, time, wait, entries


def _body(cursor):
    echo, time, wait = cursor.u24(), cursor.varint(), cursor.varint()
    count = cursor.varint()
    entries = []
    for _ in range(count):
        entries.append(_entry(cursor))                  # each takes bytes, so that the datagram bounds them
    while cursor.left():
        cursor.varint()                                 # fields that version 1 does not know
        cursor.prefixed()
    return None if echo == NO_COUNTER else echo, time, wait, entries


def _entry(cursor):
    entry = Entry(cursor.take(8), cursor.u8(), cursor.varint(32), [])
    if entry.space > 1:
        raise Refused("reserved")
    if entry.floor > NO_COUNTER:
        raise Refused("range")
    at = entry.floor
    for _ in range(cursor.varint()):
        gap, length = cursor.varint(32), cursor.varint(32)
        start, at = at + gap, at + gap + length
        if gap == 0 or length == 0 or at > NO_COUNTER:
            raise Refused("body")
        entry.ranges.append([start, at])
    return entry
