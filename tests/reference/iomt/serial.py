"""Datagrams on a serial line, in a stream, in a batch (chapter "carriers").

    line      00 COBS( datagram CRC-32-4-LE ) 00
    stream    length-2-BE datagram, one behind the other
    batch     a stream, whole
"""

from .errors import Refused
from .packets import MAX_DATAGRAM

POLYNOMIAL = 0xEB31D82E     # 741B8CD7, reflected
FULL_BLOCK = 254


def crc32(data):
    """2D3DD0AE for the digits 1 to 9."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (POLYNOMIAL if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def stuff(data):
    """COBS: each zero becomes the distance to the next; a block of 254 bytes without one ends by itself."""
    out, block = b"", b""
    for byte in data:
        if byte:
            block += bytes([byte])
        if byte == 0 or len(block) == FULL_BLOCK:
            out += bytes([len(block) + 1]) + block
            block = b""
            closed = byte != 0
        else:
            closed = False
    return out if data and closed else out + bytes([len(block) + 1]) + block


def unstuff(coded):
    out, at = b"", 0
    while at < len(coded):
        code = coded[at]
        block = coded[at + 1:at + code]
        if len(block) != code - 1:
            raise Refused("truncated")
        out, at = out + block, at + code
        if code <= FULL_BLOCK and at < len(coded):
            out += b"\0"
    return out


def check_length(datagram):
    if not datagram:
        raise Refused("empty")
    if len(datagram) > MAX_DATAGRAM:
        raise Refused("too_long")
    return datagram


def line(datagrams):
    checked = (check_length(datagram) + crc32(datagram).to_bytes(4, "little") for datagram in datagrams)
    return b"".join(b"\0" + stuff(content) + b"\0" for content in checked)


def read_line(data):
    """What is damaged is passed over; what has no zero behind it is not there yet."""
    out = []
    for coded in data.split(b"\0")[:-1]:
        try:
            content = unstuff(coded)
        except Refused:
            continue
        datagram, check = content[:-4], content[-4:]
        if 1 <= len(datagram) <= MAX_DATAGRAM and crc32(datagram).to_bytes(4, "little") == check:
            out.append(datagram)
    return out


def stream(datagrams):
    return b"".join(len(check_length(datagram)).to_bytes(2, "big") + datagram for datagram in datagrams)


def read_stream(data):
    """(datagrams, whether it is broken for good, what is left of one that is not whole)."""
    out, at = [], 0
    while len(data) - at >= 2:
        length = int.from_bytes(data[at:at + 2], "big")
        if not 1 <= length <= MAX_DATAGRAM:
            return out, True, b""
        if len(data) - at - 2 < length:
            break
        out.append(data[at + 2:at + 2 + length])
        at += 2 + length
    return out, False, data[at:]


def read_batch(data):
    """The datagrams before a malformed rest count (IOMT-CARR-052)."""
    out, is_broken, rest = read_stream(data)
    return out, is_broken or bool(rest)
