"""Writes iomt.pcapng: a capture that is free to use, of packets whose keys are public or none at all.

    capture.py            writes it beside this program
    capture.py --check    exit status 1 where the file there is another

Interface 0 is Ethernet (UDP, TCP), interface 1 has bare values of the Bluetooth LE characteristics. Frames, receipts and a
handshake are the frozen bytes of tests/golden_bytes.rs; commands and the other handshakes, of each model every packet that
an honest side writes, are those of tests/vectors. Some packets are malformed.
"""

import json
import struct
import sys
from pathlib import Path

CAPTURE = Path(__file__).with_name("iomt.pcapng")
VECTORS = Path(__file__).parents[1] / "vectors"
ETHERNET, USER0 = 1, 147
PORT = 7001
DEVICE, SERVER = bytes([192, 0, 2, 10]), bytes([192, 0, 2, 1])

SHORT = "010000001939076041a12c1499399c110c3ed7ca681e08262f8bcc"
UNPROVED = "0d59ffc8f86bfc83f71dda2a1215bbbf2d920b5edb8c0772d50100005de6421860301c005b99fe4fae455ff49369997b3787f0"
ROUTED = "09cabad083105206f7010000e8c4f7f2ba9128a970a4577117f18d270c4922ed7e5d00"
ALARM = "11000000b7734b733eebdb98994e5249e6290d8d6c"
CONTROL = "210000006e73712733899e368846448abde133808f3b90fb20"
RECEIPT = "4159ffc8f86bfc83f7ffffff00000266dce849bcf1476f000001010166dce849bcf1476f0101000ce067bbd40323628439e49d78c7425e"
DATED = (
    "4159ffc8f86bfc83f700000080d0dfb4ab33b0ea010266dce849bcf1476f00000066dce849bcf1476f01000000b551a14616c334ba3483ad20be"
    "d65e"
)
HELLO = (
    "81010201636f6e6e656374215722f2af137abddde49d777f419117226bf5c17a828b2a96f0278e619cefda34baf9d28aa93b0c700e708574e8df"
    "9e4542a170c93ed92d197138cd65af7a9566fe97ac85a8219b381bd04b3aa528"
)
REPLY = (
    "81010202636f6e6e656374215722f2af137abddd13baaaee679dc2ae54bcf9e4fb8b6d73851c777f1d99f49f612f9d3b3ab21f2ba7c19e8b23df"
    "93d52556605755910a6de9167037ce2c66e26fd769e5dde9e4ccb91c001a321e94d81a6b6ebf447d70e86d349befbced530d6857025f356ad39c"
    "69b9f5d9e7f43a4df73e03e708f3a045348945256fa8c31091bbc8833035690498cdcc4943da9b52"
)
REFUSED = "c159ffc8f86bfc83f7"
MALFORMED = [
    "02" + SHORT[2:],  # Another version.
    "05" + SHORT[2:],  # A salt without a locator.
    "01ffffff" + SHORT[8:],  # The counter that means none.
    SHORT[:38],  # A byte short of its tag.
    "51" + RECEIPT[2:],  # A reserved bit.
    REFUSED + "00",  # One byte more.
    RECEIPT[:54] + "00" + RECEIPT[56:],  # A gap of zero.
]
# An area of vectors, and which of its cases write the packets of one handshake, or commands: those of the device, those of the server.
WRITTEN = [
    ("pairing_label_key", [3], [1]),
    ("pairing_label", [3], [1, 2]),
    ("pairing_passcode", [5, 6, 7], [1, 2, 3, 4]),
    ("pairing_comparison", [100, 101], [103, 104]),
    ("pairing_factory_keys", [1], [3]),
    ("pairing_reconnection", [1], [3]),
    ("command", [], [766, 770]),
]


def written(area, cases):
    """The packets that are the right answers of these cases."""
    tests = {test["tcId"]: test for group in json.loads((VECTORS / f"{area}.json").read_text())["testGroups"] for test in group["tests"]}
    return [tests[case]["expected"]["result"]["packet"] for case in cases]


UP = [REPLY, SHORT, ROUTED, UNPROVED, ALARM, CONTROL, *MALFORMED]
DOWN = [HELLO, RECEIPT, DATED, REFUSED]
for area, by_device, by_server in WRITTEN:
    UP += written(area, by_device)
    DOWN += written(area, by_server)


def block(kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def packet(interface, number, data):
    stamp = 1_764_000_000_000_000 + number * 1_000
    head = struct.pack("<IIIII", interface, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data))
    return block(6, head + data)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(protocol, is_up, payload):
    addresses = (DEVICE, SERVER) if is_up else (SERVER, DEVICE)
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0) + b"".join(addresses)
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return bytes(12) + b"\x08\x00" + head + payload


def udp(is_up, data):
    ports = (50_000, PORT) if is_up else (PORT, 50_000)
    return ethernet(17, is_up, struct.pack(">HHHH", *ports, 8 + len(data), 0) + data)


def tcp(sequence, data):
    return ethernet(6, True, struct.pack(">HHIIBBHHH", 50_001, PORT, sequence, 1, 0x50, 0x18, 8_192, 0, 0) + data)


def fragments(number, data, size=18):
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return [bytes([number, (len(parts) - 1 == i) << 7 | i]) + part for i, part in enumerate(parts)]


def capture():
    datagrams = [(udp(is_up, bytes.fromhex(data))) for is_up, list_ in ((True, UP), (False, DOWN)) for data in list_]
    stream = b"".join(struct.pack(">H", len(data)) + data for data in map(bytes.fromhex, (ALARM, RECEIPT)))
    segments = [tcp(1, stream[:30]), tcp(31, stream[30:])]
    first, alarm, lost = (bytes.fromhex(data) for data in (HELLO, ALARM, REPLY))
    first, lost = fragments(7, first), fragments(9, lost)
    # An alarm of one fragment overtakes; of the last datagram one is missing.
    values = [*first[:2], *fragments(8, alarm, 30), *first[2:], *lost[:1], *lost[2:]]

    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    interfaces = [block(1, struct.pack("<HHI", link, 0, 0)) for link in (ETHERNET, USER0)]
    packets = [(0, data) for data in datagrams + segments] + [(1, data) for data in values]
    return section + b"".join(interfaces) + b"".join(packet(i, n, data) for n, (i, data) in enumerate(packets))


if __name__ == "__main__":
    made = capture()
    if "--check" in sys.argv[1:]:
        sys.exit(CAPTURE.read_bytes() != made and "iomt.pcapng is not what capture.py makes")
    CAPTURE.write_bytes(made)
