"""Marks a frame as received when it is revealed, though its records could not be stored: they are lost."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt.packets import CONTROL     # noqa: E402
from operations import frames     # noqa: E402


def take(server, arrival):
    opened = server.open(bytes.fromhex(arrival["packet"]))
    if opened.frame.space != CONTROL and not opened.is_duplicate:
        server.mark(opened)
    return opened


OPERATIONS = broken("open", frames, "take", take)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
