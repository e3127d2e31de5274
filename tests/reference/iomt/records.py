"""From bodies to readings and back (chapter "records"): times, short codes, sets, values.

A record here is a dict with "record", its name, and its members in the words of the conformance protocol; times are
microseconds of device time, values are `decimal.Value`, numbers `decimal.Decimal`.
"""

from . import body
from .decimal import ABOVE, BELOW, NUMBER, Decimal, Value
from .errors import Refused
from .octets import Cursor
from .schema import CODES, ITEM, RECORDS, SETS, SHORT_CODES, STAMP, STATUS_ITEM

TICKS = {20: 1, 22: 1}      # µs in a unit of the offset; of all others a ms has 1,000
MS = 1000
STAMP_NAMES = [name for name, _ in STAMP]


def read(tag, content, base):
    """One record; `base` is the time base in force, or None (IOMT-ENV-023)."""
    name, fields = RECORDS[tag]
    said = body.read(fields, content)
    if "offset" in said and tag != 48:
        if base is None:
            raise Refused("range")
        said["time"] = base + said.pop("offset") * TICKS.get(tag, MS)
    reading = _READERS.get(name, lambda _, members: members)(tag, said)
    return {"record": name, **reading}


def _row(code):
    """IOMT-REC-011."""
    if code not in SHORT_CODES:
        raise Refused("range")
    return SHORT_CODES[code]


def _value(said):
    """IOMT-DATA-014, 015."""
    kind, number = said.pop("kind"), Decimal(said.pop("mantissa"), said.pop("exponent"))
    if kind > ABOVE or NUMBER < kind < BELOW and number != Decimal(0, 0):
        raise Refused("range")
    return Value(kind, None if NUMBER < kind < BELOW else number)


def _read_observation(_, said):
    if "code" in said:
        metric, unit, exponent = _row(said.pop("code"))
        said["exponent"], said["kind"], said["status"] = exponent, NUMBER, 0
        said["metric"], said["unit"] = metric, unit
    said["value"] = _value(said)
    return said


def _read_stamp(said):
    stamp = {name: said.pop(name) for name in STAMP_NAMES}
    if stamp["quality"] > 2:
        stamp["quality"] = 0            # IOMT-REC-005
    return stamp


def _read_stamped(tag, said):
    if said.pop("offset", 0) != 0:
        raise Refused("range")
    said["time"] *= MS
    if said["time"] >= 1 << 64:
        raise Refused("range")
    stamp = _read_stamp(said)
    return {**_read_observation(tag, said), "stamp": stamp}


def _read_waveform(tag, said):
    if said["rate"] == 0:
        raise Refused("range")
    if tag == 20:
        said["metric"], said["unit"], said["exponent"] = _row(said.pop("code"))
    said["scale"] = Decimal(said.pop("mantissa"), said.pop("exponent"))
    said["start"] = said.pop("time")
    return said


def _read_compound(tag, said):
    if tag != 26:
        components = _items(said.pop("items"), ITEM if tag == 28 else STATUS_ITEM)
        if tag == 56 and not any(item.get("status") for item in components):
            raise Refused("body")       # IOMT-REC-023: this content has tag 28
        return {**said, "components": components}
    if said["set"] not in SETS:
        raise Refused("range")
    metric, unit, exponent, metrics = SETS[said.pop("set")]
    mantissas = said.pop("mantissas")
    if len(mantissas) != len(metrics):
        raise Refused("body")
    components = [{"metric": part, "unit": unit, "value": Value(NUMBER, Decimal(mantissa, exponent))}
                  for part, mantissa in zip(metrics, mantissas)]
    return {**said, "metric": metric, "status": 0, "components": components}


def _items(data, fields):
    """Items that say their length (IOMT-REC-020, 021); a status of 0 is left out."""
    cursor, items = Cursor(data), []
    while cursor.left():
        item = body.read(fields, cursor.take(cursor.u8()))
        item["value"] = _value(item)
        if item.get("status") == 0:
            del item["status"]
        items.append(item)
    if not 1 <= len(items) <= 6:
        raise Refused("range")
    return items


def _read_series(tag, said):
    if tag == 30:
        said["metric"], said["unit"], said["exponent"] = _row(said.pop("code"))
        said["codec"], said["status"] = 1, 0
    said["start"] = said.pop("time")
    return said


def _read_calibration(_, said):
    for name in ("reference", "slope", "intercept"):
        said[name] = Decimal(said.pop(f"{name} mantissa"), said.pop(f"{name} exponent"))
    return said


_READERS = {
    "observation": _read_observation, "stamped": _read_stamped, "waveform": _read_waveform, "compound": _read_compound,
    "series": _read_series, "calibration": _read_calibration,
    "clock_sync": lambda _, said: {"stamp": _read_stamp(said), **said},
}


# ---- writing: the short form wherever it says all

def write(record):
    """(tag, fields, members but the offset, time in µs or None)."""
    said = dict(record)
    name = said.pop("record")
    if name in _WRITERS:
        tag, members = _WRITERS[name](said)
    else:
        tag, members = next(tag for tag, (known, _) in RECORDS.items() if known == name), said
    time = None if name in ("stamped", "descriptor", "gap", "context") else members.pop("time")
    return tag, RECORDS[tag][1], members, time


def _short(said):
    """The short code of an observation, if one says all of it (IOMT-REC-012)."""
    value = said["value"]
    if value.kind == NUMBER and said["status"] == 0:
        return CODES.get((said["metric"], said["unit"], value.number.exponent))
    return None


def _value_fields(value):
    number = value.number or Decimal(0, 0)
    return {"kind": value.kind, "mantissa": number.mantissa, "exponent": number.exponent}


def _write_observation(said):
    code = _short(said)
    if code is not None:
        return 16, {"code": code, "time": said["time"], "mantissa": said["value"].number.mantissa}
    return 18, {**said, **_value_fields(said["value"])}


def _write_stamped(said):
    time, stamp = said["time"] // MS, said["stamp"]
    code = _short(said)
    if code is not None:
        return 46, {"code": code, "time": time, "mantissa": said["value"].number.mantissa, **stamp}
    return 48, {**said, **stamp, **_value_fields(said["value"]), "time": time, "offset": 0}


def _write_waveform(said):
    scale = said["scale"]
    members = {**said, "time": said["start"], "mantissa": scale.mantissa, "exponent": scale.exponent}
    code = CODES.get((said["metric"], said["unit"], scale.exponent))
    if said["rate"] == 0:
        raise Refused("out_of_range")
    return (22, members) if code is None else (20, {**members, "code": code})


def _write_compound(said):
    components = said["components"]
    has_statuses = any(part.get("status") for part in components)
    for number, (metric, unit, exponent, metrics) in SETS.items():
        rows = [(part, unit, NUMBER, exponent) for part in metrics]
        told = [(part["metric"], part["unit"], part["value"].kind, part["value"].number and part["value"].number.exponent)
                for part in components]
        if said["metric"] == metric and said["status"] == 0 and told == rows and not has_statuses:
            return 26, {"set": number, "time": said["time"], "mantissas": [part["value"].number.mantissa for part in components]}
    if not 1 <= len(components) <= 6:
        raise Refused("out_of_range")
    tag, fields = (56, STATUS_ITEM) if has_statuses else (28, ITEM)
    items = [body.write(fields, {"status": 0, **part, **_value_fields(part["value"])}) for part in components]
    return tag, {**said, "items": b"".join(bytes([len(item)]) + item for item in items)}


def _write_series(said):
    members = {**said, "time": said["start"]}
    if said.get("intervals") is not None:
        return 34, members
    code = CODES.get((said["metric"], said["unit"], said["exponent"]))
    if code is not None and said["status"] == 0 and said["codec"] == 1:
        return 30, {**members, "code": code}
    return 32, members


def _write_calibration(said):
    parts = {f"{name} {part}": getattr(said[name], part) for name in ("reference", "slope", "intercept")
             for part in ("mantissa", "exponent")}
    return 38, {**said, **parts}


_WRITERS = {
    "observation": _write_observation, "stamped": _write_stamped, "waveform": _write_waveform, "compound": _write_compound,
    "series": _write_series, "calibration": _write_calibration, "clock_sync": lambda said: (40, {**said, **said["stamp"]}),
}
