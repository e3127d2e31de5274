"""A device and a server of the reference meet, in each model, with loss and another order; as many seeds as asked for.

    python tests/reference/live.py [SEEDS]

The runner's `--live` meets another implementation.
"""

import hashlib
import random
import sys

from iomt.primitives import public_key
from peers import peer_of

READINGS, LOSS, STEPS, STEP = 3, 20, 1200, 0.05
MODELS = {1: "label with key", 2: "label", 3: "passcode", 4: "comparison", 5: "factory keys", 6: "reconnection"}

KNOWS_PEER = ((1, "server"), (5, "device"))
CODES = {
    1: lambda draw: {"labelSecret": draw().hex()},
    2: lambda draw: {"labelSecret": draw().hex()},
    3: lambda draw: {"passcode": "472913"},
    4: lambda draw: {"token": draw()[:9].hex()},
    5: lambda draw: {},
    6: lambda draw: {"psk": draw().hex()},
}


def drawing(seed):
    """32 bytes at a time, all of them from the seed."""
    count = 0

    def draw():
        nonlocal count
        count += 1
        return hashlib.sha256(f"{seed} {count}".encode()).digest()

    return draw


def ends(model, seed):
    draw = drawing(f"live {model} {seed}")
    secrets = {"device": draw(), "server": draw()}
    common = {"model": model, "connection": draw()[:8].hex()}
    common |= CODES[model](draw)
    rate = {"record": "observation", "metric": 147842, "unit": 264864, "time": "5000000", "value": "72e0", "status": 0}

    def end(role, other):
        asked = {**common, "role": role, "staticSecret": secrets[role].hex(), "random": [draw().hex() for _ in range(4)]}
        if model == 6 or (model, role) in KNOWS_PEER:
            asked["peer"] = public_key(secrets[other]).hex()
        if role == "device":
            asked["boots"] = [{"random": draw().hex(), "runRandom": draw().hex(), "records": [rate] * READINGS} for _ in range(2)]
            if model != 6:
                asked["descriptorBody"] = "00" * 6
        return peer_of(asked)

    return {"device": end("device", "server"), "server": end("server", "device")}


def meet(model, seed):
    """Both ends, or None where they did not come to an end."""
    chance, both = random.Random(seed * 10 + model), ends(model, seed)
    across = {"device": "server", "server": "device"}
    air = []        # (when, to whom, datagram)
    for step in range(STEPS):
        now = step * STEP
        due, air = [entry for entry in air if entry[0] <= step], [entry for entry in air if entry[0] > step]
        said = [(across[to], both[to].handle(datagram, now)) for _, to, datagram in due]
        said += [(across[role], end.tick(now)) for role, end in both.items()]
        for to, datagrams in said:
            arriving = [datagram for datagram in datagrams if chance.randrange(100) >= LOSS]
            air += [(step + chance.choice((1, 1, 2, 5)), to, datagram) for datagram in arriving]
        if both["device"].is_done:
            return both
    return None


def judge(model, seed):
    """What went wrong, or nothing."""
    both = meet(model, seed)
    if both is None:
        return "did not end"
    device, server = (both[role].result() for role in ("device", "server"))
    if any(device["paired"].get(name) != server["paired"].get(name) for name in ("hash", "kIr", "kRi", "psk", "hint", "digits")):
        return "agreed on different keys"
    stored = [(frame["tag"], frame["counter"]) for frame in server["stored"]]
    return None if len(stored) == len(set(stored)) == 2 * READINGS else f"stored {stored}"


def main(seeds):
    failed = 0
    for model, about in MODELS.items():
        faults = [(seed, fault) for seed in range(seeds) if (fault := judge(model, seed))]
        failed += len(faults)
        print(f"{about}: {seeds} runs, {len(faults)} failed {faults[:3] or ''}".rstrip(), flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 20))
