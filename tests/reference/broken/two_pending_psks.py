"""Answers a second, different message 1 beside the first: two pending secrets, of which each side may take another."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt.errors import Refused     # noqa: E402
from iomt.pairing import RECONNECTION, Side     # noqa: E402

right = Side.receive
# A device that answers twice draws twice; the request has random bytes for one answer.
SECOND_DRAW = bytes(range(0x40, 0x60))


def receive(self, packet):
    try:
        return right(self, packet)
    except Refused as refusal:
        if refusal.word != "unexpected" or self.model != RECONNECTION or self.initiates:
            raise
        # The first answer stands, and here is another.
        self.noise.done, self.step, self.connection = [], 1, None
        self.noise._restore()
        self.draw = lambda: SECOND_DRAW
        return right(self, packet)


OPERATIONS = broken("pair_step", Side, "receive", receive)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
