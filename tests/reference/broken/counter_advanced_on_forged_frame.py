"""Moves the newest control counter on before the frame has authenticated: one forged frame silences a device."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt.packets import CONTROL     # noqa: E402
from iomt.server import Server     # noqa: E402

right = Server._check


def check(self, epoch, frame):
    is_stored = right(self, epoch, frame)
    if frame.space == CONTROL:
        epoch.echo = frame.counter
    return is_stored


OPERATIONS = broken("open", Server, "_check", check)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
