"""The text on a device's label (chapter "pairing", label text).

    text      "IOMT:" base32(body)            RFC 4648, no padding
    body      version suite model, secret: length-1 16 to 32 bytes, key: length-1 32 bytes (model 1 only),
              fields: tag-1 length-1 content, checksum-4
    checksum  the first 4 bytes of SHA-256 of all before it
"""

import base64
import binascii

from .errors import Refused
from .octets import Cursor
from .packets import SUITE
from .primitives import canonical_key, sha256

SCHEME = "IOMT:"
WITH_KEY, SECRET_ONLY = 1, 2
MAX_BODY = 128

# Of ASCII alone (IOMT-LABEL-002).
WHITE = " \t\n\f\r"
CAPITALS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def read(text):
    """(model, secret, key or None)."""
    body = _base32(text.strip(WHITE).translate(CAPITALS))
    if len(body) < 4 or sha256(body[:-4])[:4] != body[-4:]:
        raise Refused("misread")
    cursor = Cursor(body[:-4])
    try:
        _number(cursor, (1,), "unsupported_version")
        _number(cursor, (SUITE,), "unsupported_suite")
        model = _number(cursor, (WITH_KEY, SECRET_ONLY), "unsupported_model")
        secret = cursor.take(cursor.u8())
        if not 16 <= len(secret) <= 32:
            raise Refused("range")
        key = canonical_key(cursor.take(cursor.u8())) if model == WITH_KEY else None
        _fields(cursor)
    except Refused as refusal:
        raise Refused("body") if refusal.word == "bad_key" else refusal
    return model, secret, key


def _base32(text):
    if not text.startswith(SCHEME):
        raise Refused("not_a_label")
    coded = text[len(SCHEME):]
    try:
        body = base64.b32decode(coded + "=" * (-len(coded) % 8))
    except (binascii.Error, ValueError):
        raise Refused("not_a_label") from None
    if base64.b32encode(body).decode().rstrip("=") != coded or len(body) > MAX_BODY:
        raise Refused("not_a_label")
    return body


def _number(cursor, known, class_of_others):
    number = cursor.u8()
    if number not in known:
        raise Refused(class_of_others)
    return number


def _fields(cursor):
    """Version 1 has none; an unknown one with an odd tag is refused (IOMT-LABEL-006)."""
    last = -1
    while cursor.left():
        tag = cursor.u8()
        cursor.take(cursor.u8())
        if tag <= last:
            raise Refused("body")
        if tag & 1:
            raise Refused("unsupported_field")
        last = tag


def write(secret, key=None):
    if len(secret) < 16:
        raise Refused("secret_too_short")
    if len(secret) > 32:
        raise Refused("no_room")
    model = SECRET_ONLY if key is None else WITH_KEY
    body = bytes([1, SUITE, model, len(secret)]) + secret
    if key is not None:
        body += bytes([32]) + canonical_key(key)
    body += sha256(body)[:4]
    return SCHEME + base64.b32encode(body).decode().rstrip("=")
