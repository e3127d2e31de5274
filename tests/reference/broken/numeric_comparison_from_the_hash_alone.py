"""Makes the digits of the handshake's hash alone, without the nonces: a relay grinds equal digits in seconds."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt import comparison     # noqa: E402

right = comparison.digits


OPERATIONS = broken("pair_step", comparison, "digits", lambda hash, _ni, _nr: right(hash, b"", b""))

if __name__ == "__main__":
    shim.serve(OPERATIONS)
