"""Takes a counter that was named as lost for one that is stored: a reading that comes late is thrown away, and acknowledged."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt.received import Lost     # noqa: E402


OPERATIONS = broken("open", Lost, "__contains__", lambda _self, _counter: False)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
