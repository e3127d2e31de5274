"""A session at a server: which locators it looks for, and how it opens (chapters "frames", "locators").

    skipped, up to 7      open, up to 10         ahead, 8
    ───────────────────┬──────────────────────┬──────────────────────►  epoch numbers
    (locator, open)    │ keys and received set│ computed from the chain

The order is: parse, look up, check the counter, authenticate, reveal. What fails leaves no trace; what was revealed is marked
as received only by `mark`, which whoever stores the records calls together with, or after, the storing (IOMT-SEAL-040).
"""

from dataclasses import dataclass, field

from .errors import Refused
from .keys import Epoch, locator, next_chain, opening
from .octets import Cursor
from .packets import CONTROL, LAST_COUNTER, Frame, open_frame, parse
from .primitives import expand
from .received import ROOM, Lost, ReceivedSet

AHEAD, SKIPPED, OPEN, OWNERS = 8, 7, 10, 4
END_OF_ALL = LAST_COUNTER + 1


@dataclass
class OpenEpoch:
    """One epoch that has authenticated, or that a list has named."""

    keys: Epoch
    number: int | None = None   # none of an earlier session
    opening: bytes | None = None    # with which a salt gives the secret; none of a list
    echo: int | None = None     # the newest control counter
    run: bytes | None = None
    is_over: bool = False       # nothing more is sealed in it
    ends: list = field(default_factory=lambda: [END_OF_ALL, END_OF_ALL])    # of data and of alarm
    cuts: list = field(default_factory=lambda: [None, None])                # from where on the power failed
    sets: list = field(default_factory=lambda: [ReceivedSet(room) for room in ROOM])
    lost: list = field(default_factory=lambda: [Lost(), Lost()])


@dataclass
class Opened:
    """What an authentic frame says. `is_duplicate`: it was stored before, and reveals nothing."""

    epoch: OpenEpoch
    frame: Frame
    plaintext: bytes
    is_duplicate: bool = False


class Server:
    def __init__(self, session):
        self.receipt_key = session.receipt_key
        self.chain, self.number = session.chain(), 0    # of the lowest epoch that has not opened
        self.first_locator = locator(self.chain)
        self.epochs = []                                # open, oldest first
        self.skipped = []                               # (number, locator, open), lowest first

    def locators(self):
        """All that a frame of this session may carry (IOMT-LOC-001 to 003)."""
        known = [found for _, found, _ in self.skipped] + [epoch.keys.locator for epoch in self.epochs]
        return sorted(set(known) | {found for _, found, _ in self._ahead()})

    def newest(self):
        """The newest epoch of this session that has authenticated; of twins the one that opened last."""
        return next(self.own_newest_first(), None)

    def own_newest_first(self):
        """The epochs of this session."""
        return (epoch for epoch in reversed(self.epochs) if epoch.number is not None)

    # ---- opening

    def open(self, packet):
        """Authenticates one frame. Only then an epoch opens, and only a control counter is taken at once."""
        frame = parse(packet)
        if not isinstance(frame, Frame):
            raise Refused("unexpected")
        candidates = self._candidates(frame)
        if not candidates:
            raise Refused("unknown_epoch")
        for epoch in candidates[:OWNERS]:
            try:
                return self._open_in(epoch, frame)
            except Refused as refused:
                refusal = refused                       # another owner of the locator may be the one
        raise refusal

    def mark(self, opened):
        """What was revealed is stored now."""
        epoch, space, counter = opened.epoch, opened.frame.space, opened.frame.counter
        if counter in epoch.lost[space]:
            epoch.lost[space].end(counter)
        else:
            epoch.sets[space].insert(counter)

    def _open_in(self, epoch, frame):
        is_stored = self._check(epoch, frame)
        plaintext = open_frame(epoch.keys, frame)
        # Authentic from here on.
        self._advance(epoch)
        if frame.space == CONTROL:
            epoch.echo = frame.counter
        else:
            self._learn_run(epoch, plaintext)
        return Opened(epoch, frame, b"" if is_stored else plaintext, is_stored)

    def _check(self, epoch, frame):
        """Whether the counter is stored; refuses one that can not be taken. Pure."""
        if frame.space > CONTROL:
            raise Refused("unexpected")                 # IOMT-SEAL-018
        if frame.space == CONTROL:
            if epoch.is_over:
                raise Refused("beyond_end")
            if epoch.echo is not None and frame.counter <= epoch.echo:
                raise Refused("replayed")
            return False
        outcome = epoch.sets[frame.space].check(frame.counter)
        is_lost = frame.counter in epoch.lost[frame.space]
        if outcome == "known" and not is_lost:
            return True
        if frame.counter >= epoch.ends[frame.space]:
            raise Refused("beyond_end")
        if outcome == "full":
            raise Refused("set_full")
        return False

    def _candidates(self, frame):
        if frame.locator is None:
            return self.epochs[:-3:-1]                  # IOMT-SEAL-033
        found = [epoch for epoch in self.epochs if epoch.keys.locator == frame.locator]
        if frame.salt is None:
            return found
        # IOMT-SEAL-042: a salt names the secret; of an epoch from a list the server has the secret alone.
        made = self._new_epochs(frame, found)
        meant = [epoch for epoch in found if epoch.opening is None
                 or epoch.keys.secret == expand(epoch.opening, "epoch", frame.salt)]
        return meant + made

    def _new_epochs(self, frame, found):
        """Candidates that are kept only when the frame is authentic (IOMT-SEAL-034)."""
        openings = [(number, key) for number, name, key in self._ahead() + self.skipped if name == frame.locator]
        if len(found) < OWNERS:
            openings += [(epoch.number, epoch.opening) for epoch in found if epoch.opening is not None]
        secrets = {epoch.keys.secret for epoch in found}
        made = []
        for number, key in openings:
            secret = expand(key, "epoch", frame.salt)
            if secret not in secrets:
                secrets.add(secret)
                made.append(OpenEpoch(Epoch(frame.locator, secret), number, key))
        return made

    def _ahead(self):
        chain, out = self.chain, []
        for number in range(self.number, self.number + AHEAD):
            out.append((number, locator(chain), opening(chain)))
            chain = next_chain(chain)
        return out

    def _advance(self, epoch):
        """Opens an epoch; the ones passed over keep locator and `open` only (IOMT-EPOCH-032)."""
        if any(epoch is known for known in self.epochs):
            return
        while self.number <= epoch.number:
            if self.number < epoch.number:
                self.skipped.append((self.number, locator(self.chain), opening(self.chain)))
            self.chain, self.number = next_chain(self.chain), self.number + 1
        self.skipped = [skip for skip in self.skipped if skip[0] != epoch.number][-SKIPPED:]
        self.keep(epoch)

    def keep(self, epoch):
        """In the order of their numbers, twins as they opened, those of an earlier session first; the oldest gives way."""
        self.epochs = sorted(self.epochs + [epoch], key=lambda known: -1 if known.number is None else known.number)[-OPEN:]

    @staticmethod
    def _learn_run(epoch, plaintext):
        """IOMT-ENV-006."""
        try:
            cursor = Cursor(plaintext)
            if cursor.varint() & 1 and epoch.run is None:
                epoch.run = cursor.take(8)
        except Refused:
            pass
