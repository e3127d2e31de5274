"""The reference behind the protocol of the vectors: JSON Lines on standard input and output (guide, "conformance").

    {"id":7,"op":"sfloat","width":16,"bytes":"6cf1"}   ->   {"id":7,"result":{"value":"364e-1"}}

No request leans on an earlier one. `serve` takes changed operations, for the shims in `broken`.
"""

import json
import sys

from iomt.errors import Refused
from iomt.fhir import dumps
from operations import carriers, commands, frames, health, keys, pairing, peer, values

OPERATIONS = {
    "hello": lambda _: {"protocol": 1, "name": "reference in Python", "version": "1"},
    **values.OPERATIONS, **keys.OPERATIONS, **frames.OPERATIONS, **commands.OPERATIONS,
    **pairing.OPERATIONS, **carriers.OPERATIONS, **health.OPERATIONS, **peer.OPERATIONS,
}


def answer(request, operations=OPERATIONS):
    """The members of an answer beside its id."""
    operation = operations.get(request["op"])
    if operation is None:
        return {"unsupported": f"no operation {request['op']}"}
    try:
        return {"result": without_none(operation(request))}
    except Refused as refusal:
        return {"error": refusal.word}


def without_none(value):
    """A member that is null may be left out; an entry of a list may not."""
    if isinstance(value, dict):
        return {name: without_none(member) for name, member in value.items() if member is not None}
    if isinstance(value, (list, tuple)):
        return [without_none(entry) for entry in value]
    if isinstance(value, bytes):
        return value.hex()
    return value


def serve(operations=OPERATIONS):
    for line in sys.stdin:
        if line.strip():
            request = json.loads(line)
            print(dumps({"id": request.get("id"), **answer(request, operations)}), flush=True)


if __name__ == "__main__":
    serve()
