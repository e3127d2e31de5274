"""The ends of `peers`, played by another program: whatever answers the conformance protocol can be met live.

The program keeps nothing, so each request carries what was received before; what is kept is kept here.
"""

import json
import subprocess

from peers import LINGER, reading

DATA, CONTROL = 0, 2


class Program:
    """A shim that runs, and is asked line by line."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, op, **members):
        """The result, or None where it is refused."""
        self.process.stdin.write(json.dumps({"id": 0, "op": op, **members}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "unsupported" in answer:
            raise SystemExit(f"{op}: {answer['unsupported']}")
        return answer.get("result")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class ShimPeer:
    def __init__(self, program, asked, draw, say):
        self.program, self.asked, self.say = program, asked, say
        reads = asked["model"] in (2, 3)
        self.initiates = (asked["role"] == "server") == reads
        members = ("model", "staticSecret", "peer", "labelSecret", "passcode", "psk", "descriptorBody")
        self.request = {name: asked[name] for name in members if asked.get(name) is not None}
        self.request["role"] = "initiator" if self.initiates else "responder"
        if self.initiates:
            self.request["connection"] = draw()[:8].hex()
        self.request["random"] = [draw().hex() for _ in range(4)]
        self.random = {"staticSecret": asked["staticSecret"], "random": draw().hex(), "number": 0}
        self.received, self.answers, self.newest = [], {}, None
        self.paired = self.session = None
        self.is_done = False

    def shake(self, packet):
        if packet not in self.answers:
            result = self.program.ask("pair_step", **self.request, received=self.received + [packet.hex()])
            if result is None:
                return []
            self.received.append(packet.hex())
            self.answers[packet] = bytes.fromhex(result["packet"]) if result.get("packet") else None
            self.newest = self.answers[packet] or self.newest
            if result.get("done") and self.session is None:
                self._take(result["done"])
        answer = self.answers[packet]
        return [] if answer is None else [answer]

    def _take(self, done):
        device_initiates = self.asked["model"] in (4, 5, 6)
        self.paired = done
        self.session = {**{name: done[name] for name in ("hash", "kIr", "kRi")},
                        "device": "initiator" if device_initiates else "responder"}
        self.agreed()

    def knock(self):
        if self.newest is None:
            self.newest = bytes.fromhex(self.program.ask("pair_step", **self.request, received=[])["packet"])
        return [self.newest]

    def is_handshake(self, packet):
        bare = self.asked["model"] == 4 and (self.session is None or packet in self.answers)
        return bare or packet[:1] == b"\x81"

    def tell(self):
        self.say("paired", **self.paired)

    def bytes_of(self, op, name, **members):
        return bytes.fromhex(self.program.ask(op, **members)[name])


    def connection_ended(self):
        """A peer lives for one connection; a server that has everything is content."""


class ShimDevice(ShimPeer):
    has_begun = is_reflected = False

    def agreed(self):
        if self.initiates:
            self._begin()

    def _begin(self):
        self.has_begun = True
        self.tell()
        self.form, self.controls = "unproved", 0
        self.epoch = self.program.ask("epoch", session=self.session, **self.random)
        self.run = self.program.ask("key_schedule", session=self.session, **self.random)["run"]
        self.unacknowledged = set(range(self.asked["readings"]))

    def handle(self, packet, now):
        if self.is_handshake(packet):
            return self.shake(packet)
        if self.session is None:
            return []
        read = self.program.ask("receipt", session=self.session, staticSecret=self.random["staticSecret"],
                                random=[self.random["random"]], packet=packet.hex())
        if read is not None:
            return self._free(read, now)
        return []

    def _free(self, read, now):
        if not self.has_begun:
            self._begin()
            return self.tick(now)
        own = [entry for entry in read["entries"] if entry["tag"] == self.epoch["tag"][:16]]
        if own and self.form == "unproved":
            self.form = "routed"
        if read.get("echo") is not None:
            self.form, self.is_reflected = "short", True
        for entry in own:
            if entry["space"] == DATA:
                self.unacknowledged = {counter for counter in self.unacknowledged if counter >= entry["floor"]
                                       and not any(start <= counter < end for start, end in entry["ranges"])}
        self.is_done = not self.unacknowledged and self.is_reflected
        return []

    def tick(self, now):
        if self.session is None:
            return self.knock() if self.initiates else []
        if not self.has_begun or self.is_done:
            return []
        frames = [(DATA, counter, reading(counter, bytes.fromhex(self.run)).hex()) for counter in sorted(self.unacknowledged)]
        frames.append((CONTROL, self.controls, self._control(now)))
        self.controls += 1
        return [self.bytes_of("seal", "packet", session=self.session, **self.random, form=self.form, space=space, counter=counter,
                              plaintext=plaintext) for space, counter, plaintext in frames]

    def _control(self, now):
        end = self.asked["readings"]
        data = {"floor": min(self.unacknowledged, default=end), "end": end, "losses": []}
        listed = {"locator": self.epoch["locator"], "cut": False, "run": self.run, "data": data,
                  "alarm": {"floor": 0, "end": 0, "losses": []}}
        records = [{"outstanding": {"epochs": [listed]}}, {"status": {"ticks": str(int(now * 1_000_000)), "due": 1000, "age": "0"}}]
        return self.program.ask("outstanding", records=records)["plaintext"]


class ShimServer(ShimPeer):
    opened, last = False, None

    def agreed(self):
        self.frames, self.stored = [], set()
        if self.initiates:
            self.confirming = [self.newest, self.bytes_of("receipt", "packet", session=self.session, frames=[])]

    def handle(self, packet, now):
        if self.is_handshake(packet):
            return self.shake(packet)
        if self.session is None:
            return []
        outcome = self.program.ask("open", session=self.session, frames=self.frames + [{"packet": packet.hex()}])["outcomes"][-1]
        if "error" in outcome:
            return []
        if not outcome.get("duplicate"):
            self.frames.append({"packet": packet.hex()})
        if not self.opened:
            self.opened = True
            self.tell()
        if outcome.get("fresh"):
            self._store(outcome["fresh"])
        self.last = now
        clock = {"time": str(1_764_000_000_000 + int(now * 1000)), "wait": "0"}
        return [self.bytes_of("receipt", "packet", session=self.session, frames=self.frames, **clock)]

    def _store(self, fresh):
        self.stored.add(fresh["counter"])
        self.say("stored", **fresh)

    def tick(self, now):
        if self.session is None:
            return self.knock() if self.initiates else []
        if self.initiates and not self.opened:
            return self.confirming
        self.is_done = self._is_whole() and now - self.last > LINGER
        return []

    def connection_ended(self):
        self.is_done = self._is_whole()

    def _is_whole(self):
        return self.opened and len(self.stored) >= self.asked["readings"]
