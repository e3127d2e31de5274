"""Both ends of `peers` against each other, without sockets: each model, with loss and another order, as many seeds as asked for.

    python tests/reference/live.py [SEEDS]
"""

import random
import sys

from iomt.primitives import public_key
from operations.pairing import finished
from peer import drawing
from peers import DevicePeer, ServerPeer

READINGS, LOSS, SECONDS = 5, 20, 60


def exchange(model, seed):
    """(what the device says, what the server says), or None where the two did not come to an end."""
    chance, events = random.Random(seed * 10 + model), {"device": [], "server": []}
    draw = drawing(f"live {model} {seed}")
    secrets = {"device": draw(), "server": draw()}
    common = {"model": model, "readings": READINGS, "labelSecret": draw().hex(), "passcode": "472913", "psk": draw().hex()}

    def peer(kind, role, other, **more):
        keys = {"peer": public_key(secrets[other]).hex()} if model == 6 or (model == 5 and role == "device") else {}
        asked = {**common, **keys, **more, "role": role, "staticSecret": secrets[role].hex()}
        return kind(asked, drawing(f"{role} {seed}"), lambda event, **members: events[role].append((event, members)), finished)

    ends = {"device": peer(DevicePeer, "device", "server", descriptorBody="00" * 6), "server": peer(ServerPeer, "server", "device")}
    across = {"device": "server", "server": "device"}
    air = []        # (when, to whom, datagram)
    for step in range(SECONDS * 20):
        now = step / 20
        due, air = [entry for entry in air if entry[0] <= step], [entry for entry in air if entry[0] > step]
        said = [(across[to], ends[to].handle(datagram, now)) for _, to, datagram in due]
        said += [(across[role], end.tick(now)) for role, end in ends.items()]
        for to, datagrams in said:
            air += [(step + chance.choice((1, 1, 2, 5)), to, datagram) for datagram in datagrams if chance.randrange(100) >= LOSS]
        if all(end.is_done for end in ends.values()):
            return events
    return None


def judge(model, seed):
    events = exchange(model, seed)
    if events is None:
        return "did not end"
    paired = [dict(event for event in events[role])["paired"] for role in ("device", "server")]
    if any(paired[0][name] != paired[1][name] for name in ("session", "psk", "hint", "hash")) or paired[0].get("digits") != paired[1].get("digits"):
        return "agreed on different keys"
    stored = sorted(members["counter"] for event, members in events["server"] if event == "stored")
    return None if stored == list(range(READINGS)) else f"stored {stored}"


def main(seeds):
    failed = 0
    for model in (2, 3, 4, 5, 6):
        faults = [(seed, fault) for seed in range(seeds) if (fault := judge(model, seed))]
        failed += len(faults)
        print(f"model {model}: {seeds} runs, {len(faults)} failed {faults[:3]}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
