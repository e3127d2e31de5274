"""A session at a device: an epoch for each boot, its outbox, and what receipts free (chapters "frames", "epochs", "receipts", "control").

    closed ──► unproved ── a receipt lists the epoch ──► named ── a receipt echoes it, on this connection ──► short

What a boot has left is sent by the next, and listed in it. All of it is kept in memory: enough to be the other end of a server,
and no example of storage.
"""

from dataclasses import dataclass, field

from . import control, plaintext, receipt
from .errors import Refused
from .keys import Epoch
from .packets import CONTROL, DATA, route, seal_body

UNPROVED, NAMED, SHORT = "unproved", "routed", "short"


@dataclass
class Boot:
    """What is drawn in it, and the records that are measured."""

    salt_random: bytes
    run_random: bytes
    records: list


@dataclass
class SentEpoch:
    keys: Epoch
    salt: bytes
    run: bytes
    form: str = UNPROVED
    sealed: int = 0
    outbox: dict = field(default_factory=dict)      # sealed frames of data by counter, until a receipt covers them

    def take(self, record):
        """Seals a frame of data now, and keeps it. The run stands in each, as long as nobody has named the epoch."""
        content = plaintext.write(self.sealed, self.run, [record])
        self.outbox[self.sealed] = seal_body(self.keys, DATA, self.sealed, content)
        self.sealed += 1

    def frames(self):
        """All that nobody has acknowledged, lowest first (IOMT-RCPT-003)."""
        return [self.route(DATA, counter, self.outbox[counter]) for counter in sorted(self.outbox)]

    def route(self, space, counter, sealed):
        return route(self.keys, space, counter, sealed, self.form, self.salt)

    def is_listed_by(self, entry):
        return entry.tag == self.keys.tag[:8]

    def free(self, entries):
        """Whether a receipt frees a frame (IOMT-RCPT-020)."""
        before = len(self.outbox)
        for entry in filter(self.is_listed_by, entries):
            self.form = NAMED if self.form == UNPROVED else self.form
            if entry.space == DATA:
                self.outbox = {counter: sealed for counter, sealed in self.outbox.items() if not _covers(entry, counter)}
        return len(self.outbox) < before

    def listed(self, is_newest):
        data = control.Space(min(self.outbox, default=self.sealed), self.sealed)
        return control.Listed(self.keys.locator, None if is_newest else self.keys.secret, False, self.run, [data, control.Space(0, 0)])


class Device:
    def __init__(self, session, static, boots):
        self.session, self.static, self.boots = session, static, list(boots)
        self.epochs, self.booted = [], 0
        self.boot()

    def boot(self):
        """Opens the next epoch. A short form was for the connection of the boot before."""
        boot, number = self.boots.pop(0), self.booted
        self.connection_ended()
        self.epochs = [epoch for epoch in self.epochs if epoch.outbox]
        salt = self.session.salt(boot.salt_random, self.static, number)
        run = self.session.run(boot.run_random, self.static, number)
        self.epochs.append(SentEpoch(Epoch.of_chain(self.session.chain(number), salt), salt, run))
        for record in boot.records:
            self.newest.take(record)
        self.booted, self.controls = number + 1, 0
        self.tags = {**getattr(self, "tags", {}), self.newest.keys.locator: self.newest.keys.tag}
        self.server_time = 0
        self.last_list = None           # the control frame with which the list of nothing has gone out
        self.is_done = False

    @property
    def newest(self):
        return self.epochs[-1]

    def frames(self):
        return [frame for epoch in self.epochs for frame in epoch.frames()]

    def control(self, ticks):
        """A frame of control, sealed when it is sent and never again: the list, and the clock."""
        if not self.boots and not any(epoch.outbox for epoch in self.epochs) and self.last_list is None:
            self.last_list = self.controls
        listed = [epoch.listed(epoch is self.newest) for epoch in self.epochs if epoch is self.newest or epoch.outbox]
        records = [listed, control.Status(ticks, 1000, self.server_time, 0)]
        counter, self.controls = self.controls, self.controls + 1
        return self.newest.route(CONTROL, counter, seal_body(self.newest.keys, CONTROL, counter, control.write(records)))

    def handle_receipt(self, packet):
        """Frees what an authentic receipt covers (IOMT-RCPT-020, 021). The first that frees a frame ends a boot, but the last."""
        echo, time, _, entries = receipt.read(self.session.receipt_key, self.tags, packet)
        freed = [epoch.free(entries) for epoch in self.epochs]
        if any(freed) and self.boots:
            self.boot()
        elif echo is not None and any(map(self.newest.is_listed_by, entries)):
            self.newest.form, self.server_time = SHORT, time
            self.is_done = self.last_list is not None and echo >= self.last_list

    def connection_ended(self):
        """IOMT-CARR-028: a new connection begins without short frames."""
        for epoch in self.epochs:
            epoch.form = NAMED if epoch.form == SHORT else epoch.form


def _covers(entry, counter):
    return counter < entry.floor or any(start <= counter < end for start, end in entry.ranges)


def is_receipt_of(session, packet):
    """Whether a receipt under new keys is authentic: what tells a responder that the pairing has finished (IOMT-PAIR-034)."""
    try:
        receipt.read(session.receipt_key, {}, packet)
    except Refused:
        return False
    return True
