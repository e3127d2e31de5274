"""Answers a second, different message 1 beside the first: two pending secrets, of which each side may take another."""

from good import broken, shim
from iomt.errors import Refused
from iomt.pairing import RECONNECTION, Side

right = Side.receive


def receive(self, packet):
    try:
        return right(self, packet)
    except Refused as refusal:
        if refusal.word != "unexpected" or self.model != RECONNECTION or self.initiates:
            raise
        # The first answer stands, and here is another.
        self.noise.done, self.step, self.connection = [], 1, None
        self.noise._restore()
        return right(self, packet)


OPERATIONS = broken("pair_step", Side, "receive", receive)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
