"""Computes every value of row_v1.json again, from the protocol's text (src/guide/wire_format.md) alone.

    python3 -m venv target/vectors && target/vectors/bin/pip install 'cryptography>=42'
    target/vectors/bin/python tests/vectors/storage/row.py

Shares no code with the crate. HChaCha20 is written out here: the package does not have it.
Exit status 1, and what differs, on any difference.
"""

import hashlib
import hmac as hmac_module
import json
import pathlib
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

checks = 0


def b(text):
    return bytes.fromhex(text)


def same(what, made, said):
    global checks
    checks += 1
    if made != said:
        show = lambda x: x.hex() if isinstance(x, bytes) else x
        raise SystemExit(f"{what}: {show(made)} is made, {show(said)} is said")


class Bad(Exception):
    """Why bytes are refused."""


def hmac(key, data):
    return hmac_module.new(key, data, hashlib.sha256).digest()


def extract(salt, data):
    return hmac(salt, data)


def lv(data):
    return struct.pack(">H", len(data)) + data


def expand(key, label, context=b"", length=32):
    info = lv(b"iomt1 " + label.encode()) + lv(context)
    assert length <= 32
    return hmac(key, info + b"\x01")[:length]


def hedge(random, secret, number, purpose, context, length):
    return expand(extract(random, secret + struct.pack(">Q", number)), purpose, context, length)


def hchacha20(key, nonce):
    mask = 0xFFFFFFFF
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, c, d, e):
        for x, y, z, turn in ((a, c, e, 16), (d, e, c, 12), (a, c, e, 8), (d, e, c, 7)):
            state[x] = (state[x] + state[y]) & mask
            mixed = state[z] ^ state[x]
            state[z] = (mixed << turn | mixed >> (32 - turn)) & mask

    for _ in range(10):
        for places in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                       (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(*places)
    return struct.pack("<8I", *state[:4], *state[12:])


def open_x(key, nonce, associated, sealed):
    try:
        cipher = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
        return cipher.decrypt(bytes(4) + nonce[16:], sealed, associated)
    except InvalidTag:
        raise Bad("Forged") from None


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Bad("Malformed")
        taken = self.data[self.at:self.at + count]
        self.at += count
        return taken

    def u8(self):
        return self.take(1)[0]

    def u24(self):
        return int.from_bytes(self.take(3), "little")

    def varint(self, bits=64):
        value = 0
        for group in range(10):
            byte = self.u8()
            value |= (byte & 0x7F) << 7 * group
            if byte < 0x80:
                if (byte == 0 and group > 0) or value >= 1 << bits:
                    raise Bad("Malformed")
                return value
        raise Bad("Malformed")

    def left(self):
        return len(self.data) - self.at

    def finish(self):
        if self.left():
            raise Bad("Malformed")


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def written_set(floor, ranges):
    out, end = varint(floor) + varint(len(ranges)), floor
    for start, behind in ranges:
        out += varint(start - end) + varint(behind - start)
        end = behind
    return out


def row(group, test):
    key, row = b(group["key"]), b(test["row"])
    associated = b"\1\1" + lv(b(group["tenant"])) + lv(b(group["device"]))
    if row[:2] != b"\1\1":
        raise Bad("Forged")
    content = open_x(key, row[2:26], associated, row[26:])
    same("content", content, b(test["content"]))
    same("nonce", hedge(b(test["random"]), key, 0, "row", associated + content, 24), b(test["nonce"]))
    same("nonce in its place", row[2:26], b(test["nonce"]))
    cursor = Cursor(content)
    receipt_key, _chain, next_number, shape = cursor.take(32), cursor.take(32), cursor.varint(), cursor.u8()
    if shape & 0x80:
        cursor.take(40)
    epochs = [row_epoch(cursor, next_number) for _ in range(shape & 15)]
    for _ in range(shape >> 4 & 7):
        cursor.varint(), cursor.take(8), cursor.take(32)
    same("note", cursor.take(cursor.left()), b"note")
    # The receipt that this row makes: the echo of the newest epoch that has one.
    echoed = [epoch for epoch in epochs if epoch["echo"] is not None][-1]
    body = echoed["echo"].to_bytes(3, "little") + b"\0\0" + varint(2 * len(epochs))
    for epoch in epochs:
        for space, (floor, ranges) in enumerate(epoch["spaces"]):
            body += epoch["tag"][:8] + bytes([space]) + written_set(floor, ranges)
    head = b"\x41" + echoed["locator"]
    proof = hmac(receipt_key, head + echoed["tag"] + body)[:16]
    same("receipt", head + body + proof, b(test["receipt"]))


def row_epoch(cursor, next_number):
    flags = cursor.u8()
    if flags & 4:
        opening, salt = cursor.take(32), cursor.take(16)
        secret = expand(opening, "epoch", salt)
    else:
        secret = cursor.take(32)
    epoch = {"tag": expand(secret, "tag", length=16), "locator": cursor.take(8), "echo": None, "spaces": []}
    if flags & 3 == 2:
        assert cursor.varint() < next_number
    if flags & 8:
        cursor.take(8)
    if flags & 16:
        epoch["echo"] = cursor.varint()
    for _ in range(2):
        floor = cursor.varint()
        if flags & 32:
            cursor.varint()
        ranges = []
        if flags & 64:
            count, lost = cursor.u8(), cursor.u8()
            ranges = [[cursor.u24(), cursor.u24()] for _ in range(count)]
            cursor.take(6 * lost)
        epoch["spaces"].append((floor, ranges))
    return epoch


def run(group, test):
    """What this script finds: "valid", or the reason of the refusal."""
    try:
        row(group, test)
    except Bad as bad:
        return str(bad)
    return "valid"


def main():
    file = json.loads((pathlib.Path(__file__).parent / "row_v1.json").read_text())
    tests = [(group, test) for group in file["testGroups"] for test in group["tests"]]
    for group, test in tests:
        right = "valid" if test["result"] == "valid" else test["flags"][0]
        same(test["comment"], run(group, test), right)
    same("the number of tests", len(tests), file["numberOfTests"])
    print(f"{len(tests)} rows, {checks} comparisons")


main()
