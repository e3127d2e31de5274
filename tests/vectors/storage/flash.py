"""Makes flash_v1.json: what the requests in it leave on NOR flash, by layout version 1.

Written from the drawing in the documentation of `storage::flash` alone, with Python's own CRC-32.
Usage: python3 flash.py > flash_v1.json
"""

import json
import struct
import zlib


def crc(data):
    return struct.pack("<I", zlib.crc32(data))


class Flash:
    def __init__(self, word, unit, units, peers):
        self.word, self.unit = word, unit
        self.bytes = bytearray(b"\xff" * unit * units)
        self.slot = self.whole(self.up(16) + self.up(1024), unit)
        self.step = max(word, 8)
        self.first = self.whole(self.up(16) + self.up(8), self.step)
        self.segment = self.whole(self.first + self.footprint(1232), unit)
        self.segments = (unit * units - peers * 2 * self.slot) // self.segment
        self.log = unit * units - self.segments * self.segment

    @staticmethod
    def whole(length, step):
        return -(-length // step) * step

    def up(self, length):
        return self.whole(length, self.word)

    def footprint(self, length):
        return self.whole(self.up(24) + self.word + self.up(length), self.step)

    def put(self, at, data):
        self.bytes[at : at + len(data)] = data

    def image(self, peer, side, generation, image):
        head = b"IoMI" + struct.pack("<BBHI", 1, peer, len(image), generation)
        at = (2 * peer + side) * self.slot
        self.put(at, head + crc(head + image))
        self.put(at + self.up(16), image)

    def take(self, index, sequence):
        at, head = self.log + index * self.segment, b"IoMF" + bytes([1]) + bytes(7)
        self.put(at, head + crc(head))
        number = struct.pack("<I", sequence)
        self.put(at + self.up(16), number + crc(number))
        return at + self.first

    def frame(self, at, frame, freed):
        data = bytes.fromhex(frame["bytes"])
        head = bytes([1 << 4 | frame["space"], frame["peer"]])
        head += struct.pack("<HI", len(data), frame["counter"]) + bytes.fromhex(frame["epoch"]) + crc(data)
        self.put(at, head + crc(head))
        if freed:
            self.put(at + self.up(24), bytes(self.word))
        self.put(at + self.up(24) + self.word, data)
        return at + self.footprint(len(data))


def case(word, unit, units):
    flash = Flash(word, unit, units, 2)
    images = [bytes(range(k, k + n)) for k, n in [(1, 40), (60, 7), (100, 33)]]
    frame = lambda peer, epoch, space, counter, n: {
        "peer": peer, "epoch": epoch, "space": space, "counter": counter,
        "bytes": bytes((counter * 16 + i) % 256 for i in range(n)).hex(),
    }  # fmt: skip
    a, b = "a1a2a3a4a5a6a7a8", "b1b2b3b4b5b6b7b8"
    frames = [frame(0, a, 0, 0, 20), frame(0, a, 1, 0, 33), frame(0, a, 0, 1, 64), frame(1, b, 0, 7, 5)]
    requests = [{"image": {"peer": 0, "bytes": images[0].hex()}}, {"image": {"peer": 1, "bytes": images[1].hex()}}]
    requests += [{"frame": frame} for frame in frames]
    requests += [{"free": {"peer": 0, "epoch": a, "space": 0, "below": 1}}]
    requests += [{"image": {"peer": 0, "bytes": images[2].hex()}}]
    flash.image(0, 1, 1, images[2])
    flash.image(1, 0, 0, images[1])
    at = flash.take(0, 1)
    for index, frame in enumerate(frames):
        at = flash.frame(at, frame, freed=index == 0)
    text = bytes(flash.bytes).rstrip(b"\xff")
    spans, start = [], 0
    while start < len(text):  # What is not erased, in pieces of 64 bytes.
        piece = text[start : start + 64]
        if piece.strip(b"\xff"):
            spans.append({"at": start, "bytes": piece.hex()})
        start += 64
    return {
        "word": word, "unit": unit, "units": units, "peers": 2, "requests": requests,
        "images": [images[2].hex(), images[1].hex()], "stored": frames[1:], "flash": spans,
    }  # fmt: skip


cases = [case(4, 1536, 12), case(1, 4096, 8), case(32, 2048, 8)]
print(json.dumps({"layout": 1, "erased": "ff", "cases": cases}, indent=1))
