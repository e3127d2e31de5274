"""The received set of one space of one epoch (chapter "received set and receipts").

    0 ───────── floor         range          range
    ██████████████│─────────████████───────██████──────►   counters
"""

from .packets import LAST_COUNTER

ROOM = (16, 4)  # ranges above the floor: data, alarm


class ReceivedSet:
    def __init__(self, room):
        self.room, self.floor, self.ranges = room, 0, []

    def check(self, counter):
        """"known", "new", or "full"; changes nothing (IOMT-RCPT-002)."""
        if counter < self.floor or any(start <= counter < end for start, end in self.ranges):
            return "known"
        touches = counter == self.floor or any(counter in (start - 1, end) for start, end in self.ranges)
        return "new" if touches or len(self.ranges) < self.room else "full"

    @property
    def end(self):
        """One behind the highest counter in the set."""
        return self.ranges[-1][1] if self.ranges else self.floor

    def insert(self, counter):
        """Marks a counter that `check` calls new. One at the floor raises it past all that follows without a gap."""
        self._unite(counter, counter + 1)

    def raise_floor(self, floor):
        """All below is given up; a floor below the one in force changes nothing."""
        self.floor = max(self.floor, floor)
        self._absorb()

    def missing_below(self, bound):
        """Ranges below `bound` that are not in the set."""
        holes, at = [], self.floor
        for start, end in self.ranges + [[bound, bound]]:
            if at < min(start, bound):
                holes.append((at, min(start, bound)))
            at = max(at, end)
        return holes

    def _unite(self, start, end):
        self.ranges = sorted(self.ranges + [[start, end]])
        united = []
        for start, end in self.ranges:
            if united and start <= united[-1][1]:
                united[-1][1] = max(united[-1][1], end)
            else:
                united.append([start, end])
        self.ranges = united
        self._absorb()

    def _absorb(self):
        while self.ranges and self.ranges[0][0] <= self.floor:
            self.floor = max(self.floor, self.ranges.pop(0)[1])


class Lost:
    """Counters that are in a received set though nobody has stored them: ranges, which a frame that comes all the same cuts."""

    def __init__(self):
        self.ranges = []

    def add(self, start, end):
        self.ranges.append((start, end))

    def __contains__(self, counter):
        return any(start <= counter < end for start, end in self.ranges)

    def end(self, counter):
        """IOMT-OUT-035: the loss of this counter ends."""
        whole = [(start, end) for start, end in self.ranges if not start <= counter < end]
        cut = [part for start, end in self.ranges if start <= counter < end for part in ((start, counter), (counter + 1, end))]
        self.ranges = whole + [(start, end) for start, end in cut if start < end]


def receive(received, counter):
    """One counter that comes and is stored."""
    if not 0 <= counter <= LAST_COUNTER:
        return "out_of_range"
    outcome = received.check(counter)
    if outcome == "new":
        received.insert(counter)
    return outcome
