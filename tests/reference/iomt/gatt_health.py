"""The clocks of Bluetooth, and the health observations that bear one of them.

    2A2B   date and time, day of the week u8, 1/256 s u8, reason u8
    2BF2   elapsed time, [status u8, capabilities u8]
    2B8B   segment u8, then an observation: class u8, length u16, flags u16, [fields], value
    elapsed time    flags u8, count u48, source u8, offset i8 in quarters of an hour
"""

from .errors import Refused

EXTERNAL, OF_THE_DEVICE = (1, 2, 3, 5, 6), (0, 4)
UNITS_US = (1_000_000, 100_000, 1_000, 100)
SINCE_2000_MS = 946_684_800_000
WHOLE = 3                                                       # the first segment, and the last
NUMERIC, COMPOUND, BUNDLE, MOST_PARTS = 1, 7, 255, 8


def current_time(fields):
    said = {"local": fields.date_time()["local"], "dayOfWeek": fields.u8(), "fractions": fields.u8(), "reason": fields.u8()}
    fields.finish()
    if said["dayOfWeek"] > 7:
        raise Refused("reserved")
    return [], said


def elapsed_time(fields):
    flags, count, source = fields.u8(), int.from_bytes(fields.take(6), "little"), fields.u8()
    offset = int.from_bytes(fields.take(1), "little", signed=True) * 15
    if source > 7:
        raise Refused("reserved")
    scale = "ticks" if flags & 1 else "utc" if flags & 2 else "local"
    unit = UNITS_US[flags >> 2 & 3]
    said = {"scale": scale, "unit": unit, "count": str(count), "source": source, "current": bool(flags & 0x20)}
    if flags & 0x10:
        said["offset"] = offset
    if _is_instant(scale, flags, source):
        to_utc = offset * 60_000 if scale == "local" else 0
        said["unix"] = str(SINCE_2000_MS + count * unit // 1000 - to_utc)
    return said


def _is_instant(scale, flags, source):
    """IOMT-GATT-009, 014: of the device's own setting only while it holds, and of a source outside always."""
    is_absolute = scale == "utc" or (scale == "local" and flags & 0x10)
    is_set = source in EXTERNAL or (source in OF_THE_DEVICE and flags & 0x20)
    return is_absolute and is_set


def current_elapsed_time(fields):
    said = {"elapsed": elapsed_time(fields)}
    if fields.left():
        said["status"], said["capabilities"] = fields.u8(), fields.u8()
    fields.finish()
    return [], said


def health_observation(fields):
    if fields.u8() & WHOLE != WHOLE:
        raise Refused("body")                              # IOMT-GATT-012
    observation = _observation(fields, may_be_bundle=True)
    fields.finish()
    members = observation["value"] if observation["class"] == BUNDLE else [observation]
    said = ("metric", "time", "status")                         # by the bundle, for all of its members
    members = [{**member, **{name: observation[name] for name in said if member[name] is None}} for member in members]
    return [reading for reading in map(_reading, members) if reading is not None]


def _observation(fields, may_be_bundle):
    kind = fields.u8()
    body = type(fields)(fields.take(fields.u16()))
    flags = body.u16()
    has = [bool(flags >> place & 1) for place in range(10)]
    read = {"class": kind, "metric": _u32(body) if has[0] else None, "time": elapsed_time(body) if has[1] else None}
    if has[2]:
        body.float(32)                                          # duration
    read["status"] = body.u16() if has[3] else None
    body.take(4 if has[4] else 0)                               # the observation's number
    body.take(1 if has[5] else 0)                               # the patient
    for place in (6, 7, 8):                                     # supplements, derived from, member of
        if has[place] and not _codes(body):
            raise Refused("body")
    if has[9]:
        _attributes(body)
    read["value"] = _value(kind, body, may_be_bundle)
    if body.left():
        raise Refused("body")
    return read


def _u32(fields):
    return int.from_bytes(fields.take(4), "little")


def _codes(fields):
    return [_u32(fields) for _ in range(fields.u8())]


def _attributes(fields):
    for _ in range(fields.u8()):
        _u32(fields)
        length = fields.u16()
        fields.u8()
        fields.take(length)


def _value(kind, fields, may_be_bundle):
    if kind == COMPOUND:
        return [(_u32(fields), (component := fields.u8()), _simple(component, fields)) for _ in range(fields.u8())]
    if kind == 8:
        return _attributes(fields)
    if kind == BUNDLE and may_be_bundle:
        return [_observation(fields, may_be_bundle=False) for _ in range(fields.u8())]
    return _simple(kind, fields)


def _simple(kind, fields):
    if kind == NUMERIC:
        return 4 << 16 | fields.u16(), fields.float(32)         # units have a partition of their own
    if kind == 2:
        return _u32(fields)
    if kind == 3:
        try:
            return fields.take(fields.u16()).decode()
        except UnicodeDecodeError:
            raise Refused("body") from None
    if kind == 4:
        fields.u16(), fields.float(32), fields.float(32), fields.float(32), fields.u8()
        width = fields.u8()
        return fields.take(_u32(fields) * width)
    if kind == 5:
        return _codes(fields)
    if kind == 6:
        return fields.take(3 * fields.u8())
    raise Refused("reserved")


STATUS = {1: 0x8000, 2: 0x4000, 4: 0x2000, 8: 0x1000, 0x10: 0x0800, 0x20: 0x0040}


def _reading(member):
    """(parts, time, panel), or nothing where it has no number, or more than a reading holds."""
    status = sum(bit for place, bit in STATUS.items() if (member["status"] or 0) & place)
    time = None if member["time"] is None else {"elapsed": member["time"]}
    if member["metric"] is None:
        return None
    if member["class"] == NUMERIC:
        return [(member["metric"], *member["value"], status)], time, None
    if member["class"] != COMPOUND:
        return None
    parts = [(metric, *value, status) for metric, kind, value in member["value"] if kind == NUMERIC]
    return (parts, time, member["metric"]) if 1 <= len(parts) <= MOST_PARTS else None
