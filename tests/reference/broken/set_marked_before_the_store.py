"""Marks a frame as received when it is revealed, though its records could not be stored: they are lost."""

from good import broken, shim
from iomt.packets import CONTROL
from operations import frames


def take(server, arrival):
    opened = server.open(bytes.fromhex(arrival["packet"]))
    if opened.frame.space != CONTROL and not opened.is_duplicate:
        server.mark(opened)
    return opened


OPERATIONS = broken("open", frames, "take", take)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
