"""Computes every value of these vectors again, from the protocol's text (src/guide/specification) alone.

    python3 -m venv target/vectors && target/vectors/bin/pip install 'cryptography>=42'
    target/vectors/bin/python tests/vectors/iomt/check.py

Shares no code with the crate. XChaCha20-Poly1305 and CRC are written out here: the package has neither.
Exit status 1, and what differs, on any difference.
"""

import base64
import hashlib
import hmac as hmac_module
import json
import pathlib
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

HERE = pathlib.Path(__file__).parent
MAX_DATAGRAM = 1232
LAST = 0xFFFFFE
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


# ---- primitives

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


def seal(key, counter, associated, text):
    return ChaCha20Poly1305(key).encrypt(bytes(4) + struct.pack("<Q", counter), text, associated)


def unseal(key, counter, associated, sealed):
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(4) + struct.pack("<Q", counter), sealed, associated)
    except InvalidTag:
        raise Bad("Forged") from None


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


# ---- key schedule

def session_of(hash, k_ir, k_ri, device):
    up, down = (k_ir, k_ri) if device == "initiator" else (k_ri, k_ir)
    both = extract(hash, k_ir + k_ri)
    root_up, root_down = extract(hash, up), extract(hash, down)
    psk = expand(both, "resume")
    return {
        "both": both, "rootUp": root_up, "rootDown": root_down,
        "session": expand(both, "session", length=16), "psk": psk, "hint": expand(psk, "hint", length=8),
        "receiptKey": expand(root_down, "receipt"), "chain": expand(root_up, "chain"),
    }


def epoch_of(chain, salt):
    opening = expand(chain, "open")
    secret = expand(opening, "epoch", salt)
    return {
        "chain": chain, "locator": expand(chain, "locator", length=8), "open": opening, "salt": salt,
        "secret": secret, "tag": expand(secret, "tag", length=16), "data": expand(secret, "data"),
        "alarm": expand(secret, "alarm"), "control": expand(secret, "control"), "next": expand(chain, "next"),
    }


def key_schedule(_, test):
    hash, static = b(test["hash"]), b(test["staticSecret"])
    session = session_of(hash, b(test["kIr"]), b(test["kRi"]), test["device"])
    for name in ("both", "rootUp", "rootDown", "session", "psk", "hint", "receiptKey"):
        same(name, session[name], b(test[name]))
    chain = session["chain"]
    for said in test["epochs"]:
        salt = hedge(b(said["random"]), static, said["number"], "salt", hash, 16)
        made = epoch_of(chain, salt)
        for name, value in made.items():
            same(name, value, b(said[name]))
        chain = made["next"]
    run = test["run"]
    same("run", hedge(b(run["random"]), static, run["number"], "run", hash, 8), b(run["run"]))


# ---- packets

def parse_frame(packet):
    if not packet or len(packet) > MAX_DATAGRAM:
        raise Bad("Malformed")
    cursor = Cursor(packet)
    byte0 = cursor.u8()
    locator, salt = byte0 >> 3 & 1, byte0 >> 2 & 1
    if byte0 & 3 != 1 or byte0 >> 6 != 0 or (salt and not locator):
        raise Bad("Malformed")
    frame = {"space": byte0 >> 4 & 3, "locator": cursor.take(8) if locator else None,
             "salt": cursor.take(16) if salt else None, "counter": cursor.u24()}
    if frame["counter"] > LAST or cursor.left() < 16:
        raise Bad("Malformed")
    frame["sealed"] = cursor.take(cursor.left())
    return frame


def open_frame(group, packet):
    """At a server that has opened epoch 0, and stored frame 7 of each space."""
    frame = parse_frame(packet)
    first, second = group["epochs"]
    space, counter = frame["space"], frame["counter"]
    if frame["locator"] in (None, b(first["locator"])):
        secret, is_new = b(first["secret"]), False
        if frame["salt"] not in (None, b(first["salt"])):
            secret, is_new = expand(b(first["open"]), "epoch", frame["salt"]), True
    elif frame["locator"] == b(second["locator"]) and frame["salt"] is not None:
        secret, is_new = expand(b(second["open"]), "epoch", frame["salt"]), True
    else:
        raise Bad("UnknownEpoch")
    if space == 3:
        raise Bad("Forged")
    tag = expand(secret, "tag", length=16)
    associated = bytes([1, space << 4]) + tag + struct.pack("<Q", counter)
    key = expand(secret, ("data", "alarm", "control")[space])
    if space == 2 and counter <= 7 and not is_new:
        raise Bad("Replayed")
    text = unseal(key, counter, associated, frame["sealed"])
    if counter == 7 and not is_new:
        raise Bad("Duplicate")
    return space, counter, text


def frame(group, test):
    for epoch in group["epochs"]:
        secret = expand(b(epoch["open"]), "epoch", b(epoch["salt"]))
        same("secret", secret, b(epoch["secret"]))
        same("tag", expand(secret, "tag", length=16), b(epoch["tag"]))
    made = open_frame(group, b(test["packet"]))
    same("frame", made, (test.get("space"), test.get("counter"), b(test.get("plaintext", ""))))


# ---- receipts

def parse_body(body):
    cursor = Cursor(body)
    said = {"echo": cursor.u24(), "time": cursor.varint(), "wait": cursor.varint(), "entries": []}
    for _ in range(cursor.varint()):
        entry = {"tag": cursor.take(8).hex(), "space": cursor.u8(), "floor": cursor.varint(32), "ranges": []}
        end = entry["floor"]
        if entry["space"] > 1 or end > LAST + 1:
            raise Bad("Malformed")
        for _ in range(cursor.varint()):
            gap, length = cursor.varint(32), cursor.varint(32)
            start = end + gap
            end = start + length
            if gap == 0 or length == 0 or end > LAST + 1:
                raise Bad("Malformed")
            entry["ranges"].append([start, end])
        said["entries"].append(entry)
    while cursor.left():
        cursor.varint(32)
        cursor.take(cursor.varint())
    return said


def receipt(group, test):
    packet = b(test["packet"])
    if len(packet) < 25 or packet[0] != 0x41:
        raise Bad("Malformed")
    locator, body, proof = packet[1:9], packet[9:-16], packet[-16:]
    said = parse_body(body)
    tags = {b(epoch["locator"]): b(epoch["tag"]) for epoch in group["epochs"]}
    tag = bytes(16)
    if said["echo"] != LAST + 1:
        if locator not in tags:
            raise Bad("UnknownEpoch")
        tag = tags[locator]
    if hmac(b(group["receiptKey"]), packet[:9] + tag + body)[:16] != proof:
        raise Bad("Forged")
    dated = said["echo"] != LAST + 1
    same("echo", said["echo"] if dated else None, test.get("echo"))
    for name in ("time", "wait"):
        same(name, (said[name] or None) if dated else None, test.get(name))
    same("entries", said["entries"], test.get("entries"))


# ---- control

def listed_space(cursor):
    floor = cursor.varint(32)
    end = floor + cursor.varint(32)
    if end > LAST + 1:
        raise Bad("Malformed")
    losses, at = [], 0
    for _ in range(cursor.varint()):
        start = at + cursor.varint(32)
        length = cursor.varint(32)
        at = start + length
        why = cursor.u8()
        if length == 0 or at > end or not 1 <= why <= 5:
            raise Bad("Malformed")
        losses.append([start, at, why])
    return {"floor": floor, "end": end, "losses": losses}


def outstanding(body):
    cursor = Cursor(body)
    epochs = []
    for _ in range(cursor.varint()):
        locator, flags = cursor.take(8), cursor.u8()
        if flags > 3:
            raise Bad("Malformed")
        secret = cursor.take(32).hex() if flags & 1 else None
        epoch = {"locator": locator.hex(), "secret": secret, "cut": bool(flags & 2),
                 "run": cursor.take(8).hex(), "data": None, "alarm": None}
        for _ in range(cursor.u8()):
            code = cursor.u8()
            if code > 1 or epoch["alarm"] or (code == 0 and epoch["data"]):
                raise Bad("Malformed")
            epoch[("data", "alarm")[code]] = listed_space(cursor)
        epochs.append(epoch)
    cursor.finish()
    if sum(epoch["secret"] is None for epoch in epochs) != 1:
        raise Bad("Malformed")
    return {"outstanding": epochs}


def status(body):
    cursor = Cursor(body)
    said = {"ticks": cursor.varint(), "due": cursor.varint(32), "serverTime": cursor.varint(), "age": cursor.varint()}
    cursor.finish()
    return {"status": said}


def control(_, test):
    cursor = Cursor(b(test["plaintext"]))
    records = []
    while cursor.left():
        tag = cursor.varint(32)
        body = cursor.take(cursor.varint())
        if tag == 2:
            records.append(status(body))
        elif tag == 4:
            records.append(outstanding(body))
        elif tag & 1:
            raise Bad("Critical")
        else:
            records.append({"unknown": tag, "body": body.hex()})
    same("records", records, test.get("records"))


# ---- handshakes: Noise, revision 34

PATTERNS = {
    2: ("XXpsk0", [], [["psk", "e"], ["e", "ee", "s", "es"], ["s", "se"]]),
    5: ("IK", ["r"], [["e", "es", "s", "ss"], ["e", "ee", "se"]]),
    6: ("KKpsk0", ["i", "r"], [["psk", "e", "es", "ss"], ["e", "ee", "se"]]),
}


def public(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def agree(private, other):
    return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(other))


class Symmetric:
    def __init__(self, name, prologue):
        self.h = name if len(name) == 32 else hashlib.sha256(name).digest() if len(name) > 32 else name.ljust(32, b"\0")
        self.ck, self.k, self.n = self.h, None, 0
        self.mix_hash(prologue)

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def hkdf(self, data, count):
        prk, out, block = hmac(self.ck, data), [], b""
        for number in range(1, count + 1):
            block = hmac(prk, block + bytes([number]))
            out.append(block)
        return out

    def mix_key(self, data):
        self.ck, self.k = self.hkdf(data, 2)
        self.n = 0

    def mix_psk(self, psk):
        self.ck, mixed, self.k = self.hkdf(psk, 3)
        self.mix_hash(mixed)
        self.n = 0

    def encrypt(self, text):
        sealed = text if self.k is None else seal(self.k, self.n, self.h, text)
        self.n += self.k is not None
        self.mix_hash(sealed)
        return sealed


def handshake(_, test):
    pattern, known, messages = PATTERNS[test["model"]]
    name = f"Noise_{pattern}_25519_ChaChaPoly_SHA256".encode()
    hint = b(test["hint"])
    pre = b"" if hint == bytes(8) else hint
    prologue = b"".join(map(lv, (b"iomt1", b"\1", b"\1", name, bytes([test["model"]]), pre)))
    same("prologue", prologue, b(test["prologue"]))
    statics = {"i": b(test["initiatorStatic"]), "r": b(test["responderStatic"])}
    randoms = {"i": b(test["initiatorRandom"]), "r": b(test["responderRandom"])}
    psk = check_secrets(test, statics)
    offer = bytes([1, 4, 2, 2, 4 if test["model"] == 2 else 0x64, 0])
    promise = bytes([2, 32]) + hashlib.sha256(b(test["descriptorBody"])).digest()
    same("payloads", [payload.hex() for payload in {
        2: [offer, offer + promise, b""], 5: [offer + promise, offer], 6: [offer, offer]}[test["model"]]], test["payloads"])

    noise = Symmetric(name, prologue)
    for side in known:
        noise.mix_hash(public(statics[side]))
    ephemerals = {}
    has_psk = test["psk"] is not None
    for number, tokens in enumerate(messages):
        side = "ir"[number % 2]
        payload, message = b(test["payloads"][number]), b""
        # The ephemeral key is bound to the hash in front of the message, and to its payload.
        if "e" in tokens:
            ephemerals[side] = hedge(randoms[side], statics[side], 0, "ephemeral", noise.h + payload, 32)
            said = "initiatorEphemeral" if side == "i" else "responderEphemeral"
            same(said, ephemerals[side], b(test[said]))
        for token in tokens:
            if token == "psk":
                noise.mix_psk(psk)
            elif token == "e":
                key = public(ephemerals[side])
                message += key
                noise.mix_hash(key)
                if has_psk:
                    noise.mix_key(key)
            elif token == "s":
                message += noise.encrypt(public(statics[side]))
            else:
                halves = {"e": ephemerals, "s": statics}
                noise.mix_key(agree(halves[token[0]]["i"], public(halves[token[1]]["r"])))
        message += noise.encrypt(payload)
        header = bytes([0x81, 1, test["model"], number + 1]) + b(test["connection"]) + hint
        mac1 = hmac(b(test["mac1Key"]), header + message)[:16] if number == 0 else b""
        same(f"packet {number + 1}", header + mac1 + message, b(test["packets"][number]))
    k_ir, k_ri = noise.hkdf(b"", 2)
    same("split", (noise.h, k_ir, k_ri), (b(test["hash"]), b(test["kIr"]), b(test["kRi"])))
    session = session_of(noise.h, k_ir, k_ri, test["device"])
    same("session", session["session"], b(test["session"]))
    same("next psk and hint", (session["psk"], session["hint"]), (b(test["nextPsk"]), b(test["nextHint"])))


def check_secrets(test, statics):
    """Hint, psk and the key of MAC1."""
    if test["model"] == 2:
        label = extract(bytes(32), b(test["labelSecret"]))
        psk = expand(label, "label psk")
        same("psk", psk, b(test["psk"]))
        same("hint", expand(label, "label hint", length=8), b(test["hint"]))
        same("mac1 key", expand(label, "label mac1"), b(test["mac1Key"]))
        return psk
    same("mac1 key", expand(extract(bytes(32), public(statics["r"])), "static mac1"), b(test["mac1Key"]))
    if test["model"] == 5:
        same("hint", bytes(8), b(test["hint"]))
        return None
    psk = b(test["psk"])
    same("hint", expand(psk, "hint", length=8), b(test["hint"]))
    return psk


# ---- received sets

def ranges_of(counters):
    out = []
    for counter in sorted(counters):
        if out and out[-1][1] == counter:
            out[-1][1] = counter + 1
        else:
            out.append([counter, counter + 1])
    return out


def written_set(floor, ranges):
    out, end = varint(floor) + varint(len(ranges)), floor
    for start, behind in ranges:
        out += varint(start - end) + varint(behind - start)
        end = behind
    return out


def received_set(group, test):
    limit = group["limits"][("data", "alarm")[test["space"]]]
    stored, floor = set(), 0
    for counter, said in test["steps"]:
        if counter in stored:
            made = "duplicate"
        elif counter > floor and len(ranges_of({c for c in stored | {counter} if c >= floor})) > limit \
                and not {counter - 1, counter + 1} & {c for c in stored if c >= floor}:
            made = "full"
        else:
            made = "stored"
            stored.add(counter)
            while floor in stored:
                floor += 1
        same("step", made, said)
    sets = [(0, []), (0, [])]
    sets[test["space"]] = (floor, ranges_of({c for c in stored if c >= floor}))
    tag = b(test["epochTag"])[:8]
    body = b"\xff\xff\xff\0\0" + varint(2)
    for space, (low, ranges) in enumerate(sets):
        body += tag + bytes([space]) + written_set(low, ranges)
    same("body", body, b(test["body"]))


# ---- carriers

def crc(data):
    """Polynomial 741B8CD7, reflected: EB31D82E; register and result inverted."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xEB31D82E if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def cobs(data):
    out, block = bytearray(), bytearray()
    for byte in data:
        if byte:
            block.append(byte)
            if len(block) == 254:
                out += b"\xff" + block
                block.clear()
        else:
            out += bytes([len(block) + 1]) + block
            block.clear()
    return bytes(out) + bytes([len(block) + 1]) + bytes(block)


def uncobs(coded):
    out, at = bytearray(), 0
    while at < len(coded):
        code = coded[at]
        block = coded[at + 1:at + code]
        if len(block) != code - 1:
            raise Bad("Damaged")
        out += block
        at += code
        if code < 0xFF and at < len(coded):
            out.append(0)
    return bytes(out)


def datagram_of(line):
    for part in line.split(b"\0")[:-1]:
        if part:
            content = uncobs(part)
            if len(content) > 4 and struct.pack("<I", crc(content[:-4])) == content[-4:]:
                return content[:-4]
    raise Bad("Damaged")


def serial(_, test):
    line = b(test["line"])
    datagram = datagram_of(line)
    same("datagram", datagram, b(test.get("datagram", "")))
    same("line", b"\0" + cobs(datagram + struct.pack("<I", crc(datagram))) + b"\0", line)


def split(data):
    cursor, out = Cursor(data), []
    while cursor.left():
        length = int.from_bytes(cursor.take(2), "big")
        if not 1 <= length <= MAX_DATAGRAM:
            raise Bad("Malformed")
        out.append(cursor.take(length).hex())
    return out


def stream(_, test):
    same("datagram", split(b(test["bytes"])), [test.get("datagram")])


def batch(_, test):
    same("datagrams", split(b(test["body"])), test["datagrams"])


def fragments(_, test):
    room, datagram = test["mtu"] - 3 - 2, b(test["datagram"])
    parts = [datagram[at:at + room] for at in range(0, len(datagram), room)]
    values = [bytes([1, index | (0x80 if index == len(parts) - 1 else 0)]) + part for index, part in enumerate(parts)]
    same("values", [value.hex() for value in values], test["values"])


# ---- rows

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


# ---- labels

def label(_, test):
    text = test["text"].upper()
    if not text.startswith("IOMT:"):
        raise Bad("NotALabel")
    coded = text[5:]
    try:
        body = base64.b32decode(coded + "=" * (-len(coded) % 8))
    except ValueError:
        raise Bad("NotALabel")
    if base64.b32encode(body).decode().rstrip("=") != coded:
        raise Bad("NotALabel")
    if len(body) < 4 or hashlib.sha256(body[:-4]).digest()[:4] != body[-4:]:
        raise Bad("Misread")
    version, suite, model, *rest = body[:-4]
    for said, known, why in ((version, (1,), "Version"), (suite, (1,), "Suite"), (model, (1, 2), "Model")):
        if said not in known:
            raise Bad("Unsupported" + why)
    fields, rest = [], bytes(rest)
    while len(fields) < model % 2 + 1:
        fields.append(rest[1:1 + rest[0]])
        rest = rest[1 + rest[0]:]
    last = -1
    while rest:
        if len(rest) < 2 or rest[0] <= last or len(rest) < 2 + rest[1]:
            raise Bad("Malformed")
        last = rest[0]
        if last % 2:
            raise Bad("UnsupportedField")
        rest = rest[2 + rest[1]:]
    secret, key = fields[0], fields[1] if model == 1 else None
    if not 16 <= len(secret) <= 32 or key and int.from_bytes(key, "little") >= 2 ** 255 - 19:
        raise Bad("Malformed")
    same("model", model, test["model"])
    same("secret", secret, b(test["secret"]))
    same("key", key, test["key"] and b(test["key"]))


KINDS = {
    "KeySchedule": key_schedule, "Frame": frame, "Receipt": receipt, "Control": control, "Handshake": handshake,
    "ReceivedSet": received_set, "Serial": serial, "Stream": stream, "Batch": batch, "Fragments": fragments, "Row": row,
    "Label": label,
}


def run(group, test):
    """What this script finds: "valid", or the reason of the refusal."""
    try:
        KINDS[group["type"]](group, test)
    except Bad as bad:
        return str(bad)
    return "valid"


def main():
    total = 0
    for path in sorted(HERE.glob("*.json")):
        file = json.loads(path.read_text())
        count = 0
        for group in file["testGroups"]:
            for test in group["tests"]:
                found = run(group, test)
                where = f"{path.name} {test['tcId']} ({test['comment']})"
                if test["result"] == "valid":
                    same(where, found, "valid")
                else:
                    same(where, [found], test["flags"])
                count += 1
        same(f"{path.name}, its number of tests", count, file["numberOfTests"])
        total += count
        print(f"{path.name:24} {count:4} vectors")
    print(f"in all {total} vectors, {checks} comparisons")


if __name__ == "__main__":
    sys.exit(main())
