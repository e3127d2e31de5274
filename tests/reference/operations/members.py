"""How bytes, ranges and sessions stand in requests."""

from iomt.errors import Refused
from iomt.keys import Session

SPACES = {"data": 0, "alarm": 1, "control": 2, "command": 3}


def hexed(request, name):
    """Bytes; none where the member is absent or null."""
    value = request.get(name)
    return None if value is None else bytes.fromhex(value)


def integer(request, name, default=None):
    """An integer, written as a number or, where it may pass 32 bits, as a string."""
    value = request.get(name)
    return default if value is None else int(value)


def session(request):
    said = request["session"]
    hash, k_ir, k_ri = (bytes.fromhex(said[name]) for name in ("hash", "kIr", "kRi"))
    return Session.of(hash, k_ir, k_ri, said["device"] == "initiator")


def space(value):
    return SPACES[value] if isinstance(value, str) else value


def refusal(refused):
    return {"error": refused.word}


def attempt(what, *arguments):
    """A result, or {"error": class} in its place."""
    try:
        return what(*arguments)
    except Refused as refused:
        return refusal(refused)
