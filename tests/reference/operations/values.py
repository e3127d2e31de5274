"""decimal, sfloat, decode, encode, waveform_decode, waveform_encode."""

from iomt import decimal, large, plaintext, sfloat, small
from iomt.errors import Refused

from .members import hexed, integer, refusal

# Members that may pass 32 bits are strings, and so are all times.
STRINGS = {"sequence", "time", "start", "firstIndex", "firstSequence", "source", "position", "unix"}
CODECS = {1: small, 2: large}
BYTES = {"samples", "intervals", "data", "body"}
DECIMALS = {"scale", "reference", "slope", "intercept"}
# Members of the same names that are texts there.
TEXTS = {"consent": ("reference",), "setting": ("value",)}


def decimals(request):
    what = request["do"]
    if what == "parse":
        return {"decimal": str(decimal.parse(request["text"]))}
    if what == "format":
        return {"text": decimal.write(decimal.decimal_of(request["decimal"]))}
    if what == "compare":
        return {"order": decimal.compare(*(decimal.decimal_of(request[name]) for name in "ab"))}
    return {"decimal": str(decimal.rescale(decimal.decimal_of(request["decimal"]), request["exponent"]))}


def sfloats(request):
    width = request["width"]
    if request.get("bytes") is not None:
        return {"value": str(sfloat.read(width, hexed(request, "bytes")))}
    return {"bytes": sfloat.write(width, decimal.value_of(request["value"]))}


def decode(request):
    sequence, run, records = plaintext.read(hexed(request, "plaintext"))
    return {"sequence": str(sequence), "run": run, "records": [told(*entry) for entry in records]}


def told(sequence, record):
    said = refusal(record) if isinstance(record, Refused) else worded(record)
    return {"sequence": str(sequence), **said}


def worded(record):
    return {name: word(name, value) for name, value in record.items()}


def word(name, value):
    if isinstance(value, dict):
        return worded(value)
    if isinstance(value, list):
        return [worded(entry) for entry in value]
    if isinstance(value, (decimal.Value, decimal.Decimal)) or name in STRINGS:
        return str(value)
    return value


def encode(request):
    written = plaintext.write(integer(request, "sequence"), hexed(request, "run"), map(meant, request["records"]))
    unit = request.get("padTo")
    return {"plaintext": written if unit is None else plaintext.padded(written, unit)}


def meant(record):
    """The members of a record, or of a part of one."""
    texts = TEXTS.get(record.get("record"), ())
    said = {name: value if name in texts else meaning(name, value) for name, value in record.items() if value is not None}
    if "unix" in said:
        said.setdefault("utcOffset", None)
    return said


def meaning(name, value):
    if isinstance(value, dict):
        return meant(value)
    if isinstance(value, list):
        return [meant(entry) for entry in value]
    if name in BYTES:
        return bytes.fromhex(value)
    if name in DECIMALS:
        return decimal.decimal_of(value)
    if name == "value":
        return decimal.value_of(value)
    return int(value) if name in STRINGS else value


def codec(request):
    """IOMT-REC-032."""
    if request["codec"] not in CODECS:
        raise Refused("unsupported_codec")
    return CODECS[request["codec"]]


def waveform_decode(request):
    return {"values": codec(request).decode(request["count"], hexed(request, "samples"))}


def waveform_encode(request):
    return {"samples": codec(request).encode(request["values"])}


OPERATIONS = {"decimal": decimals, "sfloat": sfloats, "decode": decode, "encode": encode,
              "waveform_decode": waveform_decode, "waveform_encode": waveform_encode}
