"""A session at a device: one epoch, its outbox, and what receipts free (chapters "frames", "epochs", "receipts", "control").

    closed ──► unproved ── a receipt lists the epoch ──► named ── a receipt echoes it, on this connection ──► short

It keeps everything in memory and opens epoch 0 only: enough to be the other end of a server, and no example of storage.
"""

from . import control, receipt
from .errors import Refused
from .keys import Epoch
from .packets import CONTROL, DATA, route, seal_body

NAMED, SHORT = "routed", "short"


class Device:
    def __init__(self, session, static, draw):
        self.receipt_key = session.receipt_key
        self.salt = session.salt(draw(), static, 0)
        self.run = session.run(draw(), static, 0)
        self.epoch = Epoch.of_chain(session.chain(), self.salt)
        self.form = "unproved"
        self.outbox = {}                # sealed frames of data by counter, until a receipt covers them
        self.sealed = [0, 0, 0]         # how many in each space
        self.server_time = 0
        self.is_reflected = False       # the list of what is outstanding

    def take(self, plaintext):
        """Seals a frame of data now, and keeps it."""
        counter = self._count(DATA)
        self.outbox[counter] = seal_body(self.epoch, DATA, counter, plaintext)

    def frames(self):
        """All that nobody has acknowledged, lowest first (IOMT-RCPT-003)."""
        return [self._route(DATA, counter, self.outbox[counter]) for counter in sorted(self.outbox)]

    def control(self, ticks):
        """A frame of control, sealed when it is sent and never again: a list until it is reflected, and the clock."""
        records = [] if self.is_reflected else [[self._listed()]]
        records.append(control.Status(ticks, 1000, self.server_time, 0))
        counter = self._count(CONTROL)
        return self._route(CONTROL, counter, seal_body(self.epoch, CONTROL, counter, control.write(records)))

    def handle_receipt(self, packet):
        """Frees what an authentic receipt covers (IOMT-RCPT-020, 021)."""
        echo, time, _, entries = receipt.read(self.receipt_key, {self.epoch.locator: self.epoch.tag}, packet)
        own = [entry for entry in entries if entry.tag == self.epoch.tag[:8]]
        if own and self.form == "unproved":
            self.form = NAMED
        if echo is not None:
            self.form, self.server_time = SHORT, time
            self.is_reflected = len(own) == len(entries)
        for entry in own:
            if entry.space == DATA:
                self.outbox = {counter: sealed for counter, sealed in self.outbox.items() if not _covers(entry, counter)}

    def connection_ended(self):
        """IOMT-CARR-028: a new connection begins without short frames."""
        if self.form == SHORT:
            self.form = NAMED

    def _count(self, space):
        self.sealed[space] += 1
        return self.sealed[space] - 1

    def _route(self, space, counter, sealed):
        return route(self.epoch, space, counter, sealed, self.form, self.salt)

    def _listed(self):
        end = self.sealed[DATA]
        data = control.Space(min(self.outbox, default=end), end)
        return control.Listed(self.epoch.locator, None, False, self.run, [data, control.Space(0, 0)])


def _covers(entry, counter):
    return counter < entry.floor or any(start <= counter < end for start, end in entry.ranges)


def is_receipt_of(session, packet):
    """Whether a receipt under new keys is authentic: what tells a responder that the pairing has finished (IOMT-PAIR-034)."""
    try:
        receipt.read(session.receipt_key, {}, packet)
    except Refused:
        return False
    return True
