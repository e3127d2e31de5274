"""Two processes meet on UDP and on TCP of this machine, in each model.

    python tests/reference/sockets.py                    both are the reference
    python tests/reference/sockets.py PROGRAM [args]     one, and then the other, is any shim
"""

import json
import pathlib
import subprocess
import sys

from iomt.primitives import public_key
from live import MODELS
from peer import drawing

PEER = pathlib.Path(__file__).parent / "peer.py"
READINGS = 5


class Process:
    def __init__(self, asked):
        self.process = subprocess.Popen([sys.executable, str(PEER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def port(self):
        return json.loads(self.process.stdout.readline())["port"]

    def events(self):
        out, err = self.process.communicate(timeout=60)
        if self.process.returncode:
            raise SystemExit(f"a peer ended with {self.process.returncode}: {err.strip()}")
        return [json.loads(line) for line in out.splitlines()]


def meet(model, carrier, programs):
    """Whoever answers a handshake listens."""
    draw = drawing(f"sockets {model} {carrier}")
    secrets = {"device": draw(), "server": draw()}
    common = {"model": model, "carrier": carrier, "readings": READINGS, "loss": 15, "reorder": 15, "seconds": 30, "seed": carrier}
    common |= {2: {"labelSecret": draw().hex()}, 3: {"passcode": "472913"}, 6: {"psk": draw().hex()}}.get(model, {})
    listens, connects = ("device", "server") if model in (2, 3) else ("server", "device")

    def asked(role, **more):
        other = "server" if role == "device" else "device"
        if model == 6 or (model == 5 and role == "device"):
            more["peer"] = public_key(secrets[other]).hex()
        if role == "device" and model != 6:
            more["descriptorBody"] = "00" * 6
        return {**common, **more, "role": role, "staticSecret": secrets[role].hex(), "program": programs[role]}

    first = Process(asked(listens, listen=0))
    second = Process(asked(connects, connect=first.port()))
    events = {connects: second.events(), listens: first.events()}
    paired = [next(event for event in events[role] if event["event"] == "paired") for role in events]
    stored = sorted(event["counter"] for event in events["server"] if event["event"] == "stored")
    agreed = all(paired[0].get(name) == paired[1].get(name) for name in ("hash", "kIr", "kRi", "session", "psk", "digits"))
    return agreed and stored == list(range(READINGS))


def main(command):
    pairs = {"reference and reference": {"device": None, "server": None}}
    if command:
        pairs = {"program as device": {"device": command, "server": None}, "program as server": {"device": None, "server": command}}
    failed = 0
    for name, programs in pairs.items():
        for model, about in MODELS.items():
            for carrier in ("udp", "tcp"):
                right = meet(model, carrier, programs)
                failed += not right
                print(f"{name}, {about}, {carrier}: {'right' if right else 'WRONG'}", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
