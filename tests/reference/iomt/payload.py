"""The payloads of handshake messages (chapter "pairing", payloads).

    payload       fields of rising tag: tag-varint length-varint content; unknown ones are skipped
    1 offer       versions-1 suites-1 models-u16; bit n stands for number n
    2 descriptor  32: SHA-256 of the body of the device's descriptor record
    3 commitment  32, model 4
    4 nonce       16, model 4
"""

from .errors import Refused
from .octets import Cursor, varint
from .packets import SUITE, VERSION

OFFER, DESCRIPTOR, COMMITMENT, NONCE = 1, 2, 3, 4
LENGTHS = {OFFER: 4, DESCRIPTOR: 32, COMMITMENT: 32, NONCE: 16}
# What each model is offered together with: an introduction by a person is one model, the keys are two and the label.
MODELS = {1: 0x02, 2: 0x04, 3: 0x08, 4: 0x10, 5: 0x64, 6: 0x64}


def offer(model):
    return bytes([1 << VERSION, 1 << SUITE]) + MODELS[model].to_bytes(2, "little")


def write(fields):
    return b"".join(varint(tag) + varint(len(content)) + content for tag, content in sorted(fields.items()))


def read(payload):
    """Contents by tag (IOMT-PAIR-020, 021)."""
    cursor, fields, last = Cursor(payload), {}, -1
    while cursor.left():
        tag, content = cursor.varint(), cursor.prefixed()
        if tag <= last:
            raise Refused("body")
        if len(content) != LENGTHS.get(tag, len(content)):
            raise Refused("body")
        fields[tag], last = content, tag
    return fields


def field(fields, tag):
    """What has to be there (IOMT-PAIR-022, 024)."""
    if tag not in fields:
        raise Refused("body")
    return fields[tag]


def check_offer(content, model):
    """IOMT-PAIR-023: nothing better was in common, and the model is."""
    ours = offer(model)
    highest = [(mine & his).bit_length() - 1 for mine, his in zip(ours[:2], content[:2])]
    if highest != [VERSION, SUITE] or not int.from_bytes(content[2:], "little") >> model & 1:
        raise Refused("downgraded")
