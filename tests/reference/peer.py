"""A live peer: a device or a server on UDP or TCP, which pairs, exchanges frames and ends.

One JSON object on standard input says as what:

    {"role": "device", "model": 2, "carrier": "udp", "listen": 0, "seed": "7", "readings": 5,
     "staticSecret": …, "labelSecret": …, "descriptorBody": …}

| member | |
|---|---|
| `role` | `"device"` or `"server"` |
| `model` | 2 to 6, with `labelSecret`, `passcode`, `psk`, `peer`, `descriptorBody` as in `pair_step` |
| `carrier` | `"udp"` or `"tcp"`, on 127.0.0.1 |
| `listen` or `connect` | a port; 0 listens on a free one, which the event `listening` tells |
| `seed` | all randomness is drawn from it, so that runs repeat |
| `readings` | how many frames of data: that a device sends, that a server waits for |
| `loss` | of what this peer sends, per cent; `reorder` likewise (UDP only) |
| `seconds` | to give up after; 20 |
| `program` | a shim, as a list of words, that plays this peer in the place of the reference |

Events are JSON Lines on standard output: `listening` (port), `paired` (as `done` of `pair_step`), `stored` (tag, space, counter,
plaintext), `settled`, `done`. Exit status 0 after `done`. It says its keys: it is for tests.
"""

import hashlib
import json
import random
import selectors
import socket
import sys
import time

from iomt.fhir import dumps
from iomt.serial import read_stream, stream
from operations.pairing import finished
from peers import DevicePeer, ServerPeer
from shim import without_none
from shim_peers import Program, ShimDevice, ShimServer

TICK = 0.05


def say(event, **members):
    print(dumps({"event": event, **without_none(members)}), flush=True)


def drawing(seed):
    """32 bytes at a time, all of them from the seed."""
    count = 0

    def draw():
        nonlocal count
        count += 1
        return hashlib.sha256(f"{seed} {count}".encode()).digest()

    return draw


class Udp:
    def __init__(self, asked):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.other = None
        if asked.get("connect") is not None:
            self.other = ("127.0.0.1", asked["connect"])
        self.socket.bind(("127.0.0.1", asked.get("listen") or 0))
        self.port = self.socket.getsockname()[1]
        self.chance, self.loss, self.reorder = random.Random(asked["seed"]), asked.get("loss", 0), asked.get("reorder", 0)
        self.late = []

    def send(self, datagrams):
        for datagram in datagrams:
            if self.other is None or self.chance.randrange(100) < self.loss:
                continue
            if self.chance.randrange(100) < self.reorder:
                self.late.append(datagram)
                continue
            self.socket.sendto(datagram, self.other)
            while self.late:
                self.socket.sendto(self.late.pop(), self.other)

    def receive(self):
        try:
            datagram, self.other = self.socket.recvfrom(2048)
        except ConnectionError:     # the other end is not there yet
            return []
        return [datagram]


class Tcp:
    def __init__(self, asked):
        if asked.get("connect") is not None:
            self.socket = socket.create_connection(("127.0.0.1", asked["connect"]))
        else:
            listening = socket.create_server(("127.0.0.1", asked.get("listen") or 0))
            say("listening", port=listening.getsockname()[1])
            self.socket, _ = listening.accept()
        self.port, self.rest, self.is_over = None, b"", False

    def send(self, datagrams):
        try:
            self.socket.sendall(stream(datagrams))
        except ConnectionError:
            self.is_over = True

    def receive(self):
        data = self.socket.recv(65536)
        self.is_over = self.is_over or not data
        datagrams, is_broken, self.rest = read_stream(self.rest + data)
        if is_broken:
            raise SystemExit("the stream is broken")
        return datagrams


def run(peer, carrier, seconds):
    began = time.monotonic()
    waiting = selectors.DefaultSelector()
    waiting.register(carrier.socket, selectors.EVENT_READ)
    next_tick = 0.0
    while not peer.is_done:
        now = time.monotonic() - began
        if now > seconds:
            raise SystemExit(f"nothing within {seconds} s")
        if now >= next_tick:
            carrier.send(peer.tick(now))
            next_tick = now + TICK
        if waiting.select(max(0.0, next_tick - now)):
            for datagram in carrier.receive():
                carrier.send(peer.handle(datagram, time.monotonic() - began))
            if getattr(carrier, "is_over", False) and not peer.is_done:
                peer.connection_ended()
                break
    return peer


def peer_of(asked):
    draw, is_device = drawing(asked["seed"]), asked["role"] == "device"
    if asked.get("program"):
        return (ShimDevice if is_device else ShimServer)(Program(asked["program"]), asked, draw, say)
    return (DevicePeer if is_device else ServerPeer)(asked, draw, say, finished)


def main():
    asked = json.loads(sys.stdin.readline())
    peer = peer_of(asked)
    carrier = (Udp if asked["carrier"] == "udp" else Tcp)(asked)
    if asked["carrier"] == "udp" and asked.get("connect") is None:
        say("listening", port=carrier.port)
    run(peer, carrier, asked.get("seconds", 20))
    if not peer.is_done:
        raise SystemExit("the connection has ended")
    say("done")


if __name__ == "__main__":
    main()
