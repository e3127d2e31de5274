"""Drives examples/noise_peer with `noiseprotocol`, an implementation of Noise that shares no code with it.

python noise_peer.py PATH_OF_THE_EXAMPLE

Every pattern below is run with either side as initiator: the handshake with its payloads, its hash, and
transport messages both ways. Then what has to be refused: another psk, another prologue, a flipped bit in
each message of the handshake, and one in the transport, which moves no counter. A name with psks is run with the psk
location behind it, as the name writes it and as a number, and with the location left out.
"""

import subprocess
import sys
from itertools import combinations

from noise.connection import Keypair, NoiseConnection
from noise.exceptions import NoiseInvalidMessage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# Messages of each pattern, and which side needs a key of its own and the other's beforehand: initiator, responder.
PATTERNS = {
    "NN": (2, ("", "")),
    "KK": (2, ("sr", "sr")),
    "IK": (2, ("sr", "s")),
    "XX": (3, ("s", "s")),
    "XK": (3, ("sr", "s")),
}
SUITE = "_25519_ChaChaPoly_SHA256"
PAYLOAD = b"hs-payload"
PSK, OTHER_PSK = bytes(range(32)), bytes(range(1, 33))
PROLOGUE, OTHER_PROLOGUE = "a prologue", "another one"
THEIRS, OURS = bytes([0x21] * 32), bytes([0x42] * 32)
REFUSED = (InvalidTag, NoiseInvalidMessage)


def public(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def names():
    for base, (messages, _) in PATTERNS.items():
        places = [f"psk{place}" for place in range(messages + 1)]
        for count in range(len(places) + 1):
            for chosen in combinations(places, count):
                yield base, "+".join(chosen)


def locations(modifiers):
    """What the command line may say behind a name with these modifiers; an empty one is left out."""
    return sorted({modifiers, modifiers.replace("psk", ""), ""})


class Peer:
    """The example, as a process."""

    def __init__(self, program, role, name, location, psk=PSK, prologue=PROLOGUE):
        location = [location] if location else []
        options = ["--static", THEIRS.hex(), "--remote", public(OURS).hex(), "--psk", psk.hex(), "--prologue", prologue]
        self.process = subprocess.Popen(
            [program, role, name, *location, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def send(self, message):
        self.process.stdin.write(len(message).to_bytes(2, "big") + message)
        self.process.stdin.flush()

    def receive(self):
        """The next message; None when there is no more."""
        head = self.process.stdout.read(2)
        return self.process.stdout.read(int.from_bytes(head, "big")) if head else None

    def end(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        status = self.process.wait(timeout=10)
        self.process.stdout.close()
        self.process.stderr.close()
        return status


def ours(base, name, is_initiator, psk=PSK, prologue=PROLOGUE):
    """The independent implementation on this side."""
    noise = NoiseConnection.from_name(name.encode())
    noise.set_as_initiator() if is_initiator else noise.set_as_responder()
    noise.set_prologue(prologue.encode())
    needs = PATTERNS[base][1][0 if is_initiator else 1]
    if "s" in needs:
        noise.set_keypair_from_private_bytes(Keypair.STATIC, OURS)
    if "r" in needs:
        noise.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, public(THEIRS))
    places = name.count("psk")
    if places:
        noise.set_psks(psks=[psk] * places)
    noise.start_handshake()
    return noise


def shake_hands(noise, peer, is_writer, flip=None):
    """Runs the handshake; False when either side refuses. `flip` is the number of our message that is damaged."""
    number = 0
    while not noise.handshake_finished:
        if is_writer:
            message = bytearray(noise.write_message(PAYLOAD))
            if number == flip:
                message[len(message) // 2] ^= 1
            peer.send(bytes(message))
        else:
            message = peer.receive()
            if message is None:
                return False
            assert noise.read_message(message) == PAYLOAD
        is_writer = not is_writer
        number += 1
    handshake_hash = peer.receive()
    if handshake_hash is None:
        return False
    assert handshake_hash == noise.get_handshake_hash(), "another handshake hash"
    return True


def converse(noise, peer):
    """Transport messages, honest and damaged ones."""
    for text in (b"abc", b"", bytes(range(256)) * 20, b"x" * 65_519):
        peer.send(noise.encrypt(text))
        assert noise.decrypt(peer.receive()) == text[::-1], "not reversed"
    for place in (0, 2, -1):
        honest = noise.encrypt(b"honest")
        damaged = bytearray(honest)
        damaged[place] ^= 0x80
        for refused in (bytes(damaged), b"short"):
            peer.send(refused)
            assert peer.receive() == b"REJECT"
        peer.send(honest)
        assert noise.decrypt(peer.receive()) == b"tsenoh", "a counter has moved"


def run(program, base, modifiers, location, is_initiator, ends_by_empty):
    name = f"Noise_{base}{modifiers}{SUITE}"
    peer = Peer(program, "responder" if is_initiator else "initiator", name, location)
    noise = ours(base, name, is_initiator)
    assert shake_hands(noise, peer, is_initiator), f"{name}: refused"
    converse(noise, peer)
    if ends_by_empty:
        peer.send(b"")
        assert peer.process.wait(timeout=10) == 0
    assert peer.end() == 0, f"{name}: another status than 0"


def refuse(program, base, modifiers, is_initiator, flip=None, location="", **theirs):
    """Something is wrong: no handshake ends, and where the example is the one to see it, its status is 1."""
    name = f"Noise_{base}{modifiers}{SUITE}"
    peer = Peer(program, "responder" if is_initiator else "initiator", name, location, **theirs)
    noise = ours(base, name, is_initiator)
    try:
        assert not shake_hands(noise, peer, is_initiator, flip), f"{name}: not refused"
        assert peer.end() == 1, f"{name}: another status than 1"
    except REFUSED:
        peer.end()


def main(program):
    runs = left_out = refusals = 0
    for base, modifiers in names():
        for is_initiator in (True, False):
            for location in locations(modifiers):
                run(program, base, modifiers, location, is_initiator, ends_by_empty=runs % 2 == 0)
                runs += 1
                left_out += bool(modifiers) and not location
            refuse(program, base, modifiers, is_initiator, prologue=OTHER_PROLOGUE)
            refusals += 1
            if modifiers:
                for location in (modifiers, ""):
                    refuse(program, base, modifiers, is_initiator, location=location, psk=OTHER_PSK)
                    refusals += 1
            for number in range(PATTERNS[base][0]):
                if (number % 2 == 0) == is_initiator:
                    refuse(program, base, modifiers, is_initiator, flip=number)
                    refusals += 1
    unusable = ["--static", "zz", "--remote", "ff" * 32, "--psk", "12"]
    statuses = [
        (["judge", "Noise_NN" + SUITE], b"", 1),
        (["initiator", "Noise_QQ" + SUITE], b"", 1),
        (["initiator"], b"", 1),
        (["initiator", "Noise_XX" + SUITE, *unusable], b"", 1),
        (["initiator", "Noise_NN" + SUITE, *unusable], b"", 0),
        (["responder", "Noise_NN" + SUITE], b"\x00", 0),
        (["responder", "Noise_NN" + SUITE], b"\x00\x30half a message", 0),
    ]
    for arguments, given, status in statuses:
        assert subprocess.run([program, *arguments], input=given, capture_output=True).returncode == status, arguments
    assert left_out, "the location was never left out"
    print(f"interop: {runs} handshakes with noiseprotocol, {left_out} of them without the psk location, {refusals} refusals")


if __name__ == "__main__":
    main(*sys.argv[1:])
