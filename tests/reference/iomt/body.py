"""A record's body, field by field, by the table in `schema`."""

from .errors import Refused
from .octets import Cursor, text as prefixed_text, varint, zigzag


def read(fields, body):
    """Members by name. A body has exactly one encoding (IOMT-REC-001)."""
    cursor = Cursor(body)
    members = {name: _read(cursor, *kind) for name, kind in fields}
    cursor.finish()
    return members


def _read(cursor, kind, size):
    if kind == "varint":
        return cursor.varint(size)
    if kind == "zigzag":
        return cursor.zigzag(size)
    if kind == "text":
        return cursor.text(size)
    if kind == "bytes":
        return cursor.prefixed()
    if kind == "u8":
        return cursor.u8()
    if kind == "i8":
        return cursor.i8()
    if kind == "zigzags":
        return _zigzags(cursor, size)
    return _option(cursor, size)


def _zigzags(cursor, bits):
    numbers = []
    while cursor.left():
        numbers.append(cursor.zigzag(bits))
    return numbers


def _option(cursor, bits):
    there = cursor.u8()
    if there > 1:
        raise Refused("body")
    return cursor.zigzag(bits) if there else None


def write(fields, members):
    return b"".join(_write(members[name], *kind) for name, kind in fields)


def _write(value, kind, size):
    if kind == "varint":
        _fit(0 <= value < 1 << size)
        return varint(value)
    if kind == "zigzag":
        _fit(-(1 << size - 1) <= value < 1 << size - 1)
        return zigzag(value)
    if kind == "text":
        _fit(len(value.encode()) <= size)
        return prefixed_text(value)
    if kind == "bytes":
        return varint(len(value)) + value
    if kind == "u8":
        _fit(0 <= value < 256)
        return bytes([value])
    if kind == "i8":
        _fit(-128 <= value < 128)
        return value.to_bytes(1, "little", signed=True)
    if kind == "zigzags":
        return b"".join(_write(number, "zigzag", size) for number in value)
    return b"\0" if value is None else b"\1" + _write(value, "zigzag", size)


def _fit(fits):
    if not fits:
        raise Refused("out_of_range")
