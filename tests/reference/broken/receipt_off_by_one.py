"""Takes the end of a range for the last counter in it: a receipt frees a frame that nobody has stored."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt import receipt     # noqa: E402

right = receipt._entry


def entry(cursor):
    read = right(cursor)
    read.ranges = [[start, end + 1] for start, end in read.ranges]
    return read


OPERATIONS = broken("receipt", receipt, "_entry", entry)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
