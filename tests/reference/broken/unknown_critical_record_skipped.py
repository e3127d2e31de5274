"""Passes over a critical record that it does not know: a reading is shown without what changes its meaning."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from mistake import broken, shim     # noqa: E402
from iomt import plaintext     # noqa: E402
from iomt.errors import Refused     # noqa: E402

right = plaintext.record


def record(tag, content, base):
    try:
        return right(tag, content, base)
    except Refused as refusal:
        if refusal.word != "unknown_critical":
            raise
        return {"record": "unknown", "tag": tag, "body": content}


OPERATIONS = broken("decode", plaintext, "record", record)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
