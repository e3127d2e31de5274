"""Passes over a critical record that it does not know: a reading is shown without what changes its meaning."""

from good import broken, shim
from iomt import plaintext
from iomt.errors import Refused

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
