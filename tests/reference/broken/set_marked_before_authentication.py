"""Marks a counter as received before the frame has authenticated: a forged frame keeps the right one out."""

from good import broken, shim
from iomt.packets import CONTROL
from iomt.server import Server

right = Server._open_in


def open_in(self, epoch, frame):
    """Authentic or not, the counter is in the set afterwards; what was authentic is marked again by nobody."""
    try:
        return right(self, epoch, frame)
    except Exception:
        if frame.space != CONTROL and epoch.sets[frame.space].check(frame.counter) == "new":
            epoch.sets[frame.space].insert(frame.counter)
        raise


OPERATIONS = broken("open", Server, "_open_in", open_in)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
