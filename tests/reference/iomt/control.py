"""What control frames say: the device's clock, what is outstanding, and what became of a command (chapter "control frames").

    2 status       ticks varint, µs; due varint, ms; server time varint, ms since 1970; age varint, µs
    4 outstanding  count varint, then so many epochs
      epoch        locator-8 flags-1 [secret-32] run-8 spaces-1, then so many spaces
      space        code-1 floor-varint span-varint losses-varint, then so many losses
      loss         gap-varint length-varint why-1
   10 answer       taken-varint outcome-1
"""

from dataclasses import dataclass, field

from .errors import Refused
from .octets import Cursor, varint
from .packets import MAX_DATAGRAM, NO_COUNTER

STATUS, OUTSTANDING, ANSWER = 2, 4, 10
HAS_SECRET, IS_CUT = 1, 2


@dataclass
class Status:
    ticks: int
    due: int
    server_time: int
    age: int


@dataclass
class Answer:
    taken: int
    outcome: int


@dataclass
class Space:
    floor: int
    end: int
    losses: list = field(default_factory=list)  # (start, end, why)


@dataclass
class Listed:
    locator: bytes
    secret: bytes | None
    cut: bool
    run: bytes
    spaces: list  # of data and of alarm: a Space, or None


@dataclass
class Unknown:
    tag: int
    body: bytes


def read(plaintext):
    """Records, one behind the other; a Refused in the place of one that is refused. A broken envelope ends them."""
    cursor, records = Cursor(plaintext), []
    while cursor.left():
        try:
            tag, body = cursor.varint(32), cursor.prefixed()
        except Refused as refusal:
            return records + [refusal]
        try:
            records.append(_record(tag, body))
        except Refused as refusal:
            records.append(refusal)
    return records


def _record(tag, body):
    if tag == STATUS:
        return _status(Cursor(body))
    if tag == OUTSTANDING:
        return _outstanding(Cursor(body))
    if tag == ANSWER:
        return _answer(Cursor(body))
    if tag & 1:
        raise Refused("unknown_critical")
    return Unknown(tag, body)


def _status(cursor):
    status = Status(cursor.varint(), cursor.varint(32), cursor.varint(), cursor.varint())
    cursor.finish()
    return status


def _answer(cursor):
    answer = Answer(cursor.varint(32), cursor.u8())
    cursor.finish()
    return answer


def _outstanding(cursor):
    epochs = [_listed(cursor) for _ in range(_bounded(cursor.varint(), cursor))]
    cursor.finish()
    if sum(epoch.secret is None for epoch in epochs) != 1:
        raise Refused("body")
    return epochs


def _bounded(count, cursor):
    """Nothing that is counted takes less than a byte, so a larger count ends early (IOMT-ERR-004)."""
    if count > cursor.left():
        raise Refused("truncated")
    return count


def _listed(cursor):
    locator, flags = cursor.take(8), cursor.u8()
    if flags > 3:
        raise Refused("reserved")
    secret = cursor.take(32) if flags & HAS_SECRET else None
    listed = Listed(locator, secret, bool(flags & IS_CUT), cursor.take(8), [None, None])
    last = -1
    for _ in range(_bounded(cursor.u8(), cursor)):
        code = cursor.u8()
        if code > 1 or code <= last:
            raise Refused("body")
        last = code
        listed.spaces[code] = _space(cursor)
    return listed


def _space(cursor):
    floor = cursor.varint(32)
    space = Space(floor, floor + cursor.varint(32))
    if space.end > NO_COUNTER:
        raise Refused("range")
    at = 0
    for _ in range(_bounded(cursor.varint(), cursor)):
        start = at + cursor.varint(32)
        length = cursor.varint(32)
        at, why = start + length, cursor.u8()
        if length == 0 or at > space.end or not 1 <= why <= 5:
            raise Refused("body")
        space.losses.append((start, at, why))
    return space


def write(records):
    """The plaintext of a control frame of Status, of Answer and of lists of Listed."""
    out = b""
    for record in records:
        tag, body = _tagged(record)
        out += varint(tag) + varint(len(body)) + body
    if len(out) > MAX_DATAGRAM:
        raise Refused("no_room")
    return out


def _tagged(record):
    if isinstance(record, Status):
        return STATUS, _status_body(record)
    if isinstance(record, Answer):
        return ANSWER, varint(record.taken) + bytes([record.outcome])
    return OUTSTANDING, _list_body(record)


def _status_body(status):
    return b"".join(map(varint, (status.ticks, status.due, status.server_time, status.age)))


def _list_body(epochs):
    if sum(epoch.secret is None for epoch in epochs) != 1:
        raise Refused("out_of_range")
    return varint(len(epochs)) + b"".join(map(_listed_bytes, epochs))


def _listed_bytes(listed):
    flags = (HAS_SECRET if listed.secret is not None else 0) | (IS_CUT if listed.cut else 0)
    spaces = [(code, space) for code, space in enumerate(listed.spaces) if space is not None]
    out = listed.locator + bytes([flags]) + (listed.secret or b"") + listed.run + bytes([len(spaces)])
    return out + b"".join(bytes([code]) + _space_bytes(space) for code, space in spaces)


def _space_bytes(space):
    if not 0 <= space.floor <= space.end <= NO_COUNTER:
        raise Refused("out_of_range")
    out, at = varint(space.floor) + varint(space.end - space.floor) + varint(len(space.losses)), 0
    for start, end, why in space.losses:
        if not at <= start < end <= space.end or not 1 <= why <= 5:
            raise Refused("out_of_range")
        out += varint(start - at) + varint(end - start) + bytes([why])
        at = end
    return out
