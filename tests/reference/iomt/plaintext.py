"""What a frame of data or alarm holds when it is open (chapter "envelope").

    head       varint: sequence of the first record x 2, plus 1 where the run follows
    run        8 bytes, where the head says so
    records    tag-varint length-varint body, one behind the other, to the end
"""

from . import body, records
from .errors import Refused
from .octets import Cursor, varint
from .packets import MAX_DATAGRAM
from .schema import RECORDS

PADDING, TIME_BASE, SKIP = 0, 3, 5
FIRST_NUMBERED = 16
LAST_SEQUENCE = 2 ** 64 - 1
MAX_OFFSET = 2 ** 32 - 1    # µs that a time base serves


def read(plaintext):
    """(first sequence, run or None, [(sequence, record or Refused)])."""
    cursor = Cursor(plaintext)
    head = cursor.varint()
    run = cursor.take(8) if head & 1 else None
    return head >> 1, run, _records(cursor, head >> 1)


def _records(cursor, sequence):
    out, base = [], None
    while cursor.left():
        try:
            tag, content = cursor.varint(32), cursor.prefixed()
            if tag == SKIP:
                sequence = _skip(content, sequence)
            if tag >= FIRST_NUMBERED and sequence >= LAST_SEQUENCE:     # IOMT-ENV-021
                raise Refused("range")
        except Refused as refusal:
            return out + [(min(sequence, LAST_SEQUENCE), refusal)]      # a broken envelope ends the reading
        try:
            if tag == TIME_BASE:
                base = None                                             # IOMT-ENV-024
                base = _single(content)
            elif tag >= FIRST_NUMBERED or tag & 1 and tag != SKIP:
                out.append((sequence, record(tag, content, base)))
        except Refused as refusal:
            out.append((sequence, refusal))
        sequence += tag >= FIRST_NUMBERED                               # known or not, readable or not
    return out


def _single(content):
    cursor = Cursor(content)
    value = cursor.varint()
    cursor.finish()
    return value


def _skip(content, sequence):
    by = _single(content)
    if by == 0 or sequence + by > LAST_SEQUENCE:
        raise Refused("range")
    return sequence + by


def record(tag, content, base):
    if tag in RECORDS:
        return records.read(tag, content, base)
    if tag & 1:
        raise Refused("unknown_critical")                               # IOMT-ENV-010
    return {"record": "unknown", "tag": tag, "body": content}


def padded(out, unit):
    """Filled up to a multiple of `unit` by one padding record, which takes two bytes at least (IOMT-ENV-026)."""
    gap = -len(out) % unit
    gap = min(gap + unit if gap == 1 else gap, MAX_DATAGRAM - len(out))
    return out + _record(PADDING, bytes(gap - 2)) if gap >= 2 else out


def write(sequence, run, listed):
    """The plaintext of records; a time base stands in front of those whose offset from the one before can not be said."""
    if not 0 <= sequence <= LAST_SEQUENCE >> 1:
        raise Refused("out_of_range")
    out, base = varint(sequence * 2 + (run is not None)) + (run or b""), None
    for reading in listed:
        if reading["record"] == "unknown":
            if reading["tag"] < FIRST_NUMBERED:
                raise Refused("out_of_range")
            out += _record(reading["tag"], reading["body"])
            continue
        tag, fields, members, time = records.write(reading)
        if time is not None:
            if base is None or not base <= time <= base + MAX_OFFSET:
                base = time
                out += _record(TIME_BASE, varint(time))
            members["offset"] = (time - base) // records.TICKS.get(tag, records.MS)
        out += _record(tag, body.write(fields, members))
    if len(out) > MAX_DATAGRAM:
        raise Refused("no_room")
    return out


def _record(tag, content):
    return varint(tag) + varint(len(content)) + content
