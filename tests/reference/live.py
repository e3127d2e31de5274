"""A device and a server meet, in each model, with loss and another order; as many seeds as asked for.

    python tests/reference/live.py [SEEDS]                    both ends are the reference
    python tests/reference/live.py [SEEDS] PROGRAM [args]     one end, and then the other, is any shim
"""

import random
import sys
from functools import partial

from iomt.primitives import public_key
from operations.pairing import finished
from peer import drawing
from peers import DevicePeer, ServerPeer
from shim import without_none
from shim_peers import Program, ShimDevice, ShimServer

READINGS, LOSS, SECONDS = 5, 20, 60
MODELS = {2: "label", 3: "passcode", 4: "comparison", 5: "factory keys", 6: "reconnection"}


def own(kind):
    return lambda asked, draw, say: kind(asked, draw, say, finished)


def exchange(model, seed, kinds):
    """What each end says, or None where the two did not come to an end."""
    chance, events = random.Random(seed * 10 + model), {"device": [], "server": []}
    draw = drawing(f"live {model} {seed}")
    secrets = {"device": draw(), "server": draw()}
    common = {"model": model, "readings": READINGS}
    common |= {2: {"labelSecret": draw().hex()}, 3: {"passcode": "472913"}, 6: {"psk": draw().hex()}}.get(model, {})
    across = {"device": "server", "server": "device"}

    def end(role):
        asked = {**common, "role": role, "staticSecret": secrets[role].hex()}
        if model == 6 or (model == 5 and role == "device"):
            asked["peer"] = public_key(secrets[across[role]]).hex()
        if role == "device" and model != 6:
            asked["descriptorBody"] = "00" * 6
        say = lambda event, **members: events[role].append((event, without_none(members)))      # noqa: E731
        return kinds[role](asked, drawing(f"{role} {seed}"), say)

    ends = {role: end(role) for role in across}
    air = []        # (when, to whom, datagram)
    for step in range(SECONDS * 20):
        now = step / 20
        due, air = [entry for entry in air if entry[0] <= step], [entry for entry in air if entry[0] > step]
        said = [(across[to], ends[to].handle(datagram, now)) for _, to, datagram in due]
        said += [(across[role], end.tick(now)) for role, end in ends.items()]
        for to, datagrams in said:
            arriving = [datagram for datagram in datagrams if chance.randrange(100) >= LOSS]
            air += [(step + chance.choice((1, 1, 2, 5)), to, datagram) for datagram in arriving]
        if all(end.is_done for end in ends.values()):
            return events
    return None


def judge(model, seed, kinds):
    """What went wrong, or nothing."""
    events = exchange(model, seed, kinds)
    if events is None:
        return "did not end"
    device, server = (dict(events[role])["paired"] for role in ("device", "server"))
    if any(device.get(name) != server.get(name) for name in ("hash", "kIr", "kRi", "session", "psk", "hint", "digits")):
        return "agreed on different keys"
    stored = sorted(members["counter"] for event, members in events["server"] if event == "stored")
    return None if stored == list(range(READINGS)) else f"stored {stored}"


def main(seeds, command):
    pairs = {"reference and reference": {"device": own(DevicePeer), "server": own(ServerPeer)}}
    if command:
        program = Program(command)
        pairs = {"program as device": {"device": partial(ShimDevice, program), "server": own(ServerPeer)},
                 "program as server": {"device": own(DevicePeer), "server": partial(ShimServer, program)}}
    failed = 0
    for name, kinds in pairs.items():
        for model, about in MODELS.items():
            faults = [(seed, fault) for seed in range(seeds) if (fault := judge(model, seed, kinds))]
            failed += len(faults)
            print(f"{name}, {about}: {seeds} runs, {len(faults)} failed {faults[:3] or ''}".rstrip(), flush=True)
    if command:
        program.end()
    return failed > 0


if __name__ == "__main__":
    counted = sys.argv[1:2] and sys.argv[1].isdigit()
    sys.exit(main(int(sys.argv[1]) if counted else 20, sys.argv[1 + bool(counted):]))
