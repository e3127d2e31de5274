"""Suite 1: SHA-256, HMAC, HKDF, ChaCha20-Poly1305, X25519 (chapter "introduction", notation).

    lv(x)                     length of x as u16 BE, then x
    E(k, label, context, L)   HKDF-Expand(k, lv("iomt1 " label) lv(context), L)
"""

import hashlib
import hmac as hmac_of_python

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from .errors import Refused

FIELD = 2 ** 255 - 19


def sha256(data):
    return hashlib.sha256(data).digest()


def sha512(data):
    return hashlib.sha512(data).digest()


def hmac(key, data):
    return hmac_of_python.new(key, data, hashlib.sha256).digest()


def same(one, other):
    """Whether two secrets are equal, in a time that says nothing of them."""
    return hmac_of_python.compare_digest(one, other)


def lv(data):
    return len(data).to_bytes(2, "big") + data


def extract(salt, material):
    """HKDF-Extract of RFC 5869."""
    return hmac(salt, material)


def expand(key, label, context=b"", length=32):
    """E of the specification (IOMT-EPOCH-001): HKDF-Expand of RFC 5869."""
    info = lv(b"iomt1 " + label.encode()) + lv(context)
    out, block, number = b"", b"", 1
    while len(out) < length:
        block = hmac(key, block + info + bytes([number]))
        out, number = out + block, number + 1
    return out[:length]


def hedge(purpose, random, secret, number, context, length):
    """A random value that two equal draws do not make equal for two purposes (IOMT-EPOCH-010)."""
    return expand(extract(random, secret + number.to_bytes(8, "big")), purpose, context, length)


def nonce(counter):
    """Noise's form, and that of frames (IOMT-SEAL-010): four zero bytes, the counter as u64 LE."""
    return bytes(4) + counter.to_bytes(8, "little")


def seal(key, counter, associated, plaintext):
    return ChaCha20Poly1305(key).encrypt(nonce(counter), plaintext, associated)


def unseal(key, counter, associated, sealed):
    try:
        return ChaCha20Poly1305(key).decrypt(nonce(counter), sealed, associated)
    except InvalidTag:
        raise Refused("not_authentic") from None


def public_key(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def canonical_key(public):
    """IOMT-PAIR-008: a public key at or above 2^255 - 19 is none."""
    if len(public) != 32 or int.from_bytes(public, "little") >= FIELD:
        raise Refused("bad_key")
    return public
