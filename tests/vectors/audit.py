"""Counts in the vector files what they are said to hold, and exits with 1 where one of it is missing.

    python3 tests/vectors/audit.py

Nothing here knows the protocol but where things stand in its bytes: a truncation, a flipped bit and an order are seen in the
files themselves, not in what their comments say.
"""

import collections
import itertools
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
AREAS = """decimal sfloat reading_decode reading_encode evolution waveform key_schedule epoch frame_seal frame_open locator received_set
receipt outstanding command label pairing_label_key pairing_label pairing_passcode pairing_comparison pairing_factory_keys
pairing_reconnection cpace fragment reassemble serial gateway gatt fhir""".split()
WHOLE, EACH, SHARE = 3000, 30, 10
# Lengths around the blocks of ChaCha20 and Poly1305, and the longest plaintexts of the three forms.
LENGTHS = {0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1188, 1189, 1204, 1205, 1212, 1213}

FILES = {path.stem: json.loads(path.read_text(), parse_float=lambda digits: ("float", digits)) for path in HERE.glob("*.json")}
problems = []


def holds(what, is_so, seen):
    print(f"{'ok ' if is_so else 'NOT'} {what}: {seen}")
    if not is_so:
        problems.append(what)


def tests(area, flag=None):
    for group in FILES[area]["testGroups"]:
        for test in group["tests"]:
            if flag is None or flag in test["flags"]:
                yield group, test


def leaves(value, name=None):
    """Each value that is no list and no object, with the name of the member that it stands in."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from leaves(inner, member)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name)
    else:
        yield name, value


# Counts

def counts():
    sizes = {area: sum(1 for _ in tests(area)) for area in FILES}
    total = sum(sizes.values())
    holds("every area has a file, and no other lies there", set(FILES) == set(AREAS), sorted(FILES.keys() ^ set(AREAS)) or len(AREAS))
    holds(f"at least {WHOLE} vectors", total >= WHOLE, total)
    least = min(sizes, key=sizes.get)
    holds(f"at least {EACH} in each area", sizes[least] >= EACH, f"{least} has {sizes[least]}")
    flags = collections.Counter(flag for area in FILES for _, test in tests(area) for flag in test["flags"])
    flag, most = flags.most_common(1)[0]
    holds("at most a tenth with one flag", most * SHARE <= total, f"{flag}, {most} of {total}")
    kinds = collections.Counter(test["result"] for area in FILES for _, test in tests(area))
    holds("valid, invalid and acceptable cases", len(kinds) == 3, dict(kinds))
    for area, file in FILES.items():
        ids = [test["tcId"] for _, test in tests(area)]
        if ids != list(range(1, len(ids) + 1)):
            holds(f"{area}: tcId counts from 1", False, ids[:5])
        table = f"| `{area}.json` |", f"| {len(ids)} |"
        if not all(part in (HERE / "README.md").read_text() for part in table):
            holds(f"{area}: the table of the README counts it", False, len(ids))
    unexplained = [f"{area} {flag}" for area, file in FILES.items() for flag, said in file["flags"].items()
                   if not (said["bugType"] and said["description"] and said["effect"])]
    holds("each flag has a type, a description and an effect", not unexplained, unexplained or sum(len(f["flags"]) for f in FILES.values()))


# How values are written

def numbers():
    wrong, of_fhir = collections.Counter(), 0
    for area in FILES:
        for _, test in tests(area):
            for name, value in leaves([test["request"], test["expected"]]):
                # A FHIR resource is JSON of its own, whose decimals are compared by their digits.
                if isinstance(value, tuple) and area == "fhir":
                    of_fhir += 1
                elif isinstance(value, tuple):
                    wrong[f"{area}.{name} is a binary float"] += 1
                if isinstance(value, int) and not -2**31 <= value < 2**32:
                    wrong[f"{area}.{name} passes 32 bits"] += 1
    holds("decimals and integers of 64 bits are strings", not wrong, dict(wrong) or f"no other number but {of_fhir} in resources of FHIR")


def asymmetry():
    """No bytes are one byte or one half repeated, but zeros and ones on purpose; no key stands for two things in a request."""
    repeated, alike = collections.Counter(), collections.Counter()
    for area in FILES:
        for _, test in tests(area):
            seen = collections.Counter()
            for name, value in leaves(test["request"]):
                if not isinstance(value, str) or not re.fullmatch("([0-9a-f]{2}){4,}", value):
                    continue
                if re.fullmatch(r"(..)\1+", value) and value[:2] not in ("00", "ff") and name != "passcode":
                    repeated[f"{area} {test['tcId']}"] += 1
                half = len(value) // 2
                if len(value) % 4 == 0 and value[:half] == value[half:] and value[:2] not in ("00", "ff") and name != "passcode":
                    repeated[f"{area} {test['tcId']}"] += 1
                if name in ("hash", "kIr", "kRi", "staticSecret", "psk", "peer") and value.strip("0") and value.strip("f"):
                    seen[value] += 1
            if any(count > 1 for count in seen.values()):
                alike[f"{area} {test['tcId']}"] += 1
    holds("values are asymmetric", not repeated and not alike, dict(repeated + alike) or "no byte, and no half, is repeated but zeros and ones")


# Truncations

def whole_ones(strings, step=2):
    """Those of which every shorter beginning is there, too."""
    known = set(strings)
    found = []
    for text in known:
        if len(text) >= 4 * step and all(text[:end] in known for end in range(0, len(text), step)):
            found.append(text)
    return found


def varint(data):
    value = 0
    for place, byte in enumerate(data[:10]):
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, data[place + 1:]
    return None, b""


def bodies(plaintext, has_head):
    """Tag and body of each record."""
    data = bytes.fromhex(plaintext)
    if has_head:
        head, data = varint(data)
        data = data[8:] if head is not None and head & 1 else data
    while data:
        tag, data = varint(data)
        length, data = varint(data)
        if length is None or tag is None or length > len(data):
            return
        yield tag, data[:length].hex()
        data = data[length:]


def requests(area, member):
    return [value for _, test in tests(area) for name, value in leaves(test["request"]) if name == member]


def by_tag(area, has_head):
    found = collections.defaultdict(set)
    for plaintext in requests(area, "plaintext"):
        for tag, body in bodies(plaintext, has_head):
            found[tag].add(body)
    return found


def cuts_of_bodies(area, has_head, tags):
    found = by_tag(area, has_head)
    missing = [tag for tag in tags if not any(all(body[:end] in found[tag] for end in range(0, len(body), 2)) and len(body) >= 4 for body in found[tag])]
    holds(f"{area}: a body of each record cut at every byte", not missing, f"tags {missing} are not" if missing else f"{len(tags)} tags")


def cut_everywhere(area, what, strings, least=1, step=2):
    found = whole_ones(strings, step)
    longest = {text for text in found if not any(other != text and other.startswith(text) for other in found)}
    holds(f"{area}: {what} cut at every byte", len(longest) >= least, f"{len(longest)}, the longest of {max(map(len, longest), default=0) // step} bytes")


def truncations():
    cut_everywhere("frame_open", "a frame of each form", requests("frame_open", "packet"), 3)
    cut_everywhere("receipt", "a packet", requests("receipt", "packet"))
    cut_everywhere("reading_decode", "a plaintext", requests("reading_decode", "plaintext"))
    cuts_of_bodies("reading_decode", True, [*range(16, 52, 2), 56, *range(64, 84, 2)])
    cuts_of_bodies("outstanding", False, [2, 4])
    cut_everywhere("command", "a packet", [packet for _, test in tests("command") for packet in test["request"].get("packets", [])])
    cut_everywhere("command", "a plaintext of each command", requests("command", "plaintext"), 2)
    bodies_of = by_tag("command", False)
    missing = [tag for tag in (3, 5, 10) if not any(all(body[:end] in bodies_of[tag] for end in range(0, len(body), 2)) for body in bodies_of[tag])]
    holds("command: a body of each record cut at every byte", not missing, missing or "3 tags")
    for codec in (1, 2):
        samples = [test["request"]["samples"] for group, test in tests("waveform")
                   if group["op"] == "waveform_decode" and test["request"]["codec"] == codec]
        cut_everywhere("waveform", f"a block of codec {codec}", samples)
    cut_everywhere("label", "a text of each kind", requests("label", "text"), 2, 1)
    for area, least in (("pairing_label", 3), ("cpace", 4)):
        packets = [packet for _, test in tests(area) for packet in test["request"]["received"]]
        cut_everywhere(area, "each packet", packets, least)
    for carrier in ("stream", "batch"):
        carried = [test["request"]["bytes"] for _, test in tests("serial")
                   if test["request"]["carrier"] == carrier and "bytes" in test["request"]]
        cut_everywhere("serial", f"a {carrier}", carried)
    values = collections.defaultdict(set)
    read = set()
    for _, test in tests("gatt"):
        values[test["request"]["uuid"]].add(test["request"]["bytes"])
        if "result" in test["expected"]:
            read.add(test["request"]["uuid"])
    # A battery level is one byte.
    missing = sorted(uuid for uuid in read - {"2a19"} if not whole_ones(values[uuid]))
    holds("gatt: a value of each characteristic cut at every byte", not missing, missing or f"{len(read)} of them")


# Single bits

def flips(strings):
    """Which bits of the bytes that most of these are were flipped alone."""
    size = collections.Counter(map(len, strings)).most_common(1)[0][0]
    all_bits = [int(text, 16) for text in strings if len(text) == size]
    base = sum(1 << bit for bit in range(size * 4) if 2 * sum(value >> bit & 1 for value in all_bits) > len(all_bits))
    return {bit.bit_length() - 1 for bit in (value ^ base for value in all_bits) if bit.bit_count() == 1}, size // 2


def single_bits():
    for area, flag, what in (("frame_open", "ForgedTag", "tag"), ("receipt", "ForgedProof", "proof"), ("pairing_label", "ForgedTag", "tag of a message")):
        packets = [[value for name, value in leaves(test["request"]) if name in ("packet", "received")][-1] for _, test in tests(area, flag)]
        bits, _ = flips(packets)
        holds(f"{area}: each bit of a {what} flipped once", set(range(128)) <= bits, f"{len(bits & set(range(128)))} of 128")
    packets = [test["request"]["packets"][0] for _, test in tests("command")
               if {"ForgedCommand", "ForgedTag", "OtherRoute", "Place"} & set(test["flags"]) and len(test["request"]["packets"]) == 2]
    bits, size = flips(packets)
    holds("command: each bit of a packet flipped once", set(range(8 * size)) <= bits, f"{len(bits)} of {8 * size}")
    packets = [test["request"]["received"][-1] for _, test in tests("pairing_label", "Mac1Bit")]
    bits, size = flips(packets)
    mac1 = set(range(8 * (size - 36), 8 * (size - 20)))
    holds("pairing_label: each bit of mac1 flipped once", mac1 <= bits, f"{len(bits & mac1)} of 128")


# Reserved values

def reserved():
    packets = [bytes.fromhex(value) for area in ("frame_open", "receipt") for value in requests(area, "packet")]
    first = {packet[0] for packet in packets if packet}
    missing = [f"{byte:02x}" for byte in range(1, 256, 4) if byte not in first]
    holds("byte 0 of every kind, space and reserved bit in version 1", not missing, missing or "64 values")
    missing = [(kind, version) for kind in range(4) for version in (0, 2, 3) if not any(b >> 6 == kind and b & 3 == version for b in first)]
    holds("another version of each kind of packet", not missing, missing or "12 of them")
    codes = {test["request"]["bytes"] for _, test in tests("sfloat") if test["request"]["width"] == 16 and "bytes" in test["request"]}
    for mantissa in (0x801, 0x7FE, 0x7FF, 0x800, 0x802):
        exponents = [e for e in range(16) if (e << 12 | mantissa).to_bytes(2, "little").hex() in codes]
        holds(f"SFLOAT {mantissa:03x} with every exponent", len(exponents) == 16, f"{len(exponents)} of 16")
    tags = {tag for plaintext in requests("evolution", "plaintext") + requests("reading_decode", "plaintext") for tag, _ in bodies(plaintext, True)}
    missing = [tag for tag in range(16) if tag not in tags]
    holds("every tag below 16", not missing, missing or "16 of them")
    kinds = {bytes.fromhex(body)[place] for body in by_tag("reading_decode", True)[18] for place in range(len(body) // 2)}
    holds("kinds of a value above 6", {7, 8, 127, 128, 255} <= kinds, sorted(kinds & set(range(7, 256)))[:8])
    introductions = [bytes.fromhex(body) for body in by_tag("command", False)[3] if len(body) == 132]
    roles, rights = {body[64] for body in introductions}, {body[65] for body in introductions}
    holds("command: every role, and each reserved right alone", roles == set(range(256)) and rights >= {1 << bit for bit in range(8)}, f"{len(roles)} roles, {len(rights)} rights")
    lists = [bytes.fromhex(body) for body in by_tag("outstanding", False)[4]]
    # Of a last epoch without spaces: flags, run and count end the list.
    flags = {body[-10] for body in lists if len(body) > 18 and body[-1] == 0}
    missing = [bit for bit in range(2, 8) if not any(flag >> bit & 1 and (flag & 0xFC).bit_count() == 1 for flag in flags)]
    holds("each reserved flag of a listed epoch, alone", not missing, missing or "6 bits")


# Modes of the codecs, and what lies between the bytes of a handshake

def modes():
    for codec, bits in ((1, 3), (2, 5)):
        seen, starts = set(), set()
        for group, test in tests("waveform"):
            request = test["request"]
            if group["op"] != "waveform_decode" or request["codec"] != codec or "result" not in test["expected"] or not request["samples"]:
                continue
            head = f"{int(request['samples'][:6].ljust(6, '0'), 16):024b}"
            mode = int(head[:5], 2)
            values = test["expected"]["result"]["values"]
            steps = {b - a for a, b in zip(values, values[1:])}
            if mode < 29:
                starts.add(int(head[5:5 + bits], 2))
                # Sixteen differences that are unlike each other, so that each weight shows.
                if len(steps) >= 17:
                    seen.add(mode)
        holds(f"waveform: every predictor of codec {codec}, all its weights", seen == set(range(29)), f"{len(seen)} of 29")
        holds(f"waveform: every start of codec {codec}", starts == set(range(1 << bits)), f"{len(starts)} of {1 << bits}")


def between():
    for area in (area for area in AREAS if area.startswith("pairing")):
        whole = [test for group, test in tests(area) if group["about"].startswith("whole handshakes") and "hash" in test["expected"]["result"]]
        told = [test for test in whole if test.get("intermediate", {}).get("h") == test["expected"]["result"]["hash"]]
        ended = [test for test in whole if "done" in test["expected"]["result"]]
        split = [test for test in ended if all(test["intermediate"].get("keys", {}).get(key) == test["expected"]["result"]["done"][key] for key in ("kIr", "kRi"))]
        holds(f"{area}: every value of whole handshakes, step by step", told == whole and split == ended and len(ended) >= 6,
              f"{len(told)} of {len(whole)}, with the keys of {len(split)}")


# Orders and lengths

def orders():
    seen = {tuple(int(value[2:4], 16) & 127 for _, value in test["request"]["fragments"][:4]) for _, test in tests("reassemble")
            if len(test["request"]["fragments"]) >= 4 and len({value[:2] for _, value in test["request"]["fragments"][:4]}) == 1}
    all_orders = set(itertools.permutations(range(4)))
    holds("reassemble: four fragments in every order", all_orders <= seen, f"{len(all_orders & seen)} of 24")
    for space in (0, 1, 2):
        seen = set()
        for _, test in tests("frame_open"):
            frames = [bytes.fromhex(frame["packet"]) for frame in test["request"]["frames"]]
            if len(frames) == 3 and all(len(f) > 28 and f[0] == 0x0D | space << 4 for f in frames):
                seen.add(tuple(int.from_bytes(f[25:28], "little") for f in frames))
        found = max((sum(order in seen for order in itertools.permutations(sorted(set(three)))) for three in seen if len(set(three)) == 3), default=0)
        holds(f"frame_open: three frames of space {space} in every order", found == 6, f"{found} of 6")
    steps = {tuple(test["request"]["steps"]) for _, test in tests("received_set") if all(isinstance(s, int) for s in test["request"]["steps"])}
    holds("received_set: counters forwards, backwards and across", any(list(s) == sorted(s, reverse=True) and len(s) > 3 for s in steps)
          and any(list(s) == sorted(s) and len(s) > 3 for s in steps), f"{len(steps)} orders")


def lengths():
    sealed = {len(test["request"]["plaintext"]) // 2 for _, test in tests("frame_seal")}
    holds("frame_seal: every length class", LENGTHS <= sealed, sorted(LENGTHS - sealed) or f"{len(sealed)} lengths")
    secrets = {len(test["request"]["secret"]) // 2 for _, test in tests("label") if "secret" in test["request"]}
    texts = {len(test["expected"].get("result", {}).get("secret", "")) // 2 for _, test in tests("label") if "result" in test["expected"]}
    holds("label: a secret of each length", set(range(16, 33)) <= texts and {15, 33} <= secrets, f"{len(texts - {0})} read, {sorted(secrets - set(range(16, 33)))} refused")
    datagrams = {len(value) // 2 for value in requests("fragment", "datagram")}
    holds("fragment: nothing, one byte, the longest, one more", {0, 1, 1232, 1233} <= datagrams, f"{len(datagrams)} lengths")
    handshakes = {len(packet) // 2 for _, test in tests("pairing_label") for packet in test["request"]["received"]}
    holds("pairing_label: the longest handshake packet, and one byte more", {192, 193} <= handshakes, f"{len(handshakes)} lengths")


def main():
    counts()
    numbers()
    asymmetry()
    truncations()
    single_bits()
    reserved()
    modes()
    between()
    orders()
    lengths()
    print(f"{len(problems)} of these do not hold")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
