"""Answers that an introduction is done for which there was no room: somebody waits for a device that never comes."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt.command import Recipients     # noqa: E402


OPERATIONS = broken("command", Recipients, "is_full", lambda _self: False)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
