"""Marks a counter as received before the frame has authenticated: a forged frame keeps the right one out."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt.packets import CONTROL     # noqa: E402
from iomt.server import Server     # noqa: E402

right = Server._open_in


def open_in(self, epoch, frame):
    """Authentic or not, the counter is in the set afterwards; what was authentic is marked again by nobody."""
    try:
        return right(self, epoch, frame)
    except Exception:
        if frame.space < CONTROL and epoch.sets[frame.space].check(frame.counter) == "new":
            epoch.sets[frame.space].insert(frame.counter)
        raise


OPERATIONS = broken("open", Server, "_open_in", open_in)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
