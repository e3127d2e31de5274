"""Goes on with a shared secret of zeros, in a pairing by label: anybody knows the keys."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import hello, shim     # noqa: E402
from iomt.pairing import LABEL     # noqa: E402
from noise.backends.default.diffie_hellmans import ED25519     # noqa: E402

right = shim.OPERATIONS["pair_step"]
agree = ED25519.dh


def agree_anyway(self, private, public):
    try:
        return agree(self, private, public)
    except ValueError:
        return bytes(32)


def pair_step(request):
    if request["model"] != LABEL:
        return right(request)
    ED25519.dh = agree_anyway
    try:
        return right(request)
    finally:
        ED25519.dh = agree


OPERATIONS = {**shim.OPERATIONS, "hello": hello, "pair_step": pair_step}

if __name__ == "__main__":
    shim.serve(OPERATIONS)
