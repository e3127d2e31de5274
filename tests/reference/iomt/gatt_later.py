"""The Bluetooth characteristics with more than flags and fields: continuous glucose, what surrounds a glucose, body composition.

    2AA7   records: size u8, flags u8, concentration, minutes u16, [status] [calibration] [warning] [trend] [quality] [CRC u16]
    2A34   flags u8, number u16, [extended u8], [meal], [meal time], [tester and health], [exercise], [medication], [HbA1c]
    2A9C   flags u16, fat u16, [time], [user], [metabolism], [percentage], [four masses], [impedance], [weight], [height]
"""

from .decimal import ABOVE, BELOW, NAN, NUMBER, Decimal, Value
from .errors import Refused

INVALID, QUESTIONABLE, NOT_AVAILABLE = 0x8000, 0x4000, 0x2000
PERCENT, MG_PER_DL, MG_PER_DL_MIN = 262688, 264274, 266868
KILOGRAM, POUND, METRE, INCH = 263875, 263904, 263424, 263520


# ---- continuous glucose

def crc16(data):
    """Polynomial 1021, reflected, from FFFF: 6F91 for the digits 1 to 9."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register


def continuous_glucose(fields):
    if not fields.left():
        raise Refused("body")
    readings = []
    while fields.left():
        size = fields.u8()
        if size == 0:
            raise Refused("body")
        readings += _record(type(fields)(bytes([size]) + fields.take(size - 1)), size)
    return readings


def _record(fields, size):
    whole = bytes(fields.data)
    fields.u8()
    flags, concentration, minutes = fields.u8(), fields.float(), fields.u16()
    # IOMT-GATT-006: in this order, whatever the order of the flags.
    status, calibration, warning = (fields.u8() if flags & flag else 0 for flag in (0x80, 0x40, 0x20))
    trend = fields.float() if flags & 1 else None
    if flags & 2:
        fields.float()                                          # quality, which measures nothing of the patient
    if fields.left() == 2:
        if fields.u16() != crc16(whole[:size - 2]):
            raise Refused("checksum")                           # IOMT-GATT-007
    if fields.left():
        raise Refused("body")
    state = (NOT_AVAILABLE if status & 0x01 else 0) | (INVALID if status & 0x2C or calibration & 0x30 else 0)
    state |= QUESTIONABLE if calibration & 0x08 else 0
    if concentration.kind == NUMBER and warning & 0xC0:
        concentration = Value(BELOW if warning & 0x40 else ABOVE, concentration.number)
    readings = [(160212, MG_PER_DL, concentration, state)]
    if trend is not None:
        readings.append((8418008, MG_PER_DL_MIN, trend, state))
    return [([part], {"minutes": minutes}) for part in readings]


# ---- what surrounds a glucose

def glucose_context(fields):
    """(readings, context)."""
    flags, said = fields.u8(), {"number": fields.u16()}
    extended = fields.u8() if flags & 0x80 else 0
    if flags & 1:
        said["carbohydrate"] = {"id": _code(fields.u8(), 7), "kilograms": fields.float()}
    if flags & 2:
        said["meal"] = _code(fields.u8(), 5)
    if flags & 4:
        both = fields.u8()
        said["tester"], said["health"] = _code(both & 15, 3, 15), _code(both >> 4, 5, 15)
    if flags & 8:
        said["seconds"], said["intensity"] = fields.u16(), fields.u8()
        if said["intensity"] > 100:
            raise Refused("range")
    if flags & 0x10:
        said["medication"] = {"id": _code(fields.u8(), 5), "litres" if flags & 0x20 else "kilograms": fields.float()}
    haemoglobin = [(160220, PERCENT, fields.float(), 0)] if flags & 0x40 else []
    if not extended:                                            # all of them are reserved today
        fields.finish()
    return [([part], None) for part in haemoglobin], said


def _code(code, last, untold=None):
    if not 1 <= code <= last and code != untold:
        raise Refused("reserved")
    return code


# ---- body composition

def body_composition(fields):
    flags, fat = fields.u16(), fields.u16()
    is_imperial = flags & 1
    mass_unit = POUND if is_imperial else KILOGRAM
    time = fields.date_time() if flags & 2 else None
    fields.take(1 if flags & 4 else 0)
    fields.take(2 if flags & 8 else 0)                          # basal metabolism: no metric
    counts = {place: fields.u16() for place in range(4, 12) if flags >> place & 1}
    if not flags & 0xE000:
        fields.finish()
    if fat == 0xFFFF and flags & 0x0FF8:
        raise Refused("body")                             # unsuccessful, and values nevertheless
    readings = [(188748, PERCENT, Value(NAN) if fat == 0xFFFF else _tenths(fat), 0)]
    if 4 in counts:
        readings.append((188772, PERCENT, _tenths(counts[4]), 0))
    for place, metric in ((6, 188756), (8, 188764), (10, 188736)):  # without fat, water, all of it
        if place in counts:
            mass = Decimal(counts[place], -2) if is_imperial else Decimal(5 * counts[place], -3)
            readings.append((metric, mass_unit, Value(NUMBER, mass), 0))
    if 11 in counts:
        height = Value(NUMBER, Decimal(counts[11], -1 if is_imperial else -3))
        readings.append((188740, INCH if is_imperial else METRE, height, 0))
    return [([part], time) for part in readings]


def _tenths(count):
    return Value(NUMBER, Decimal(count, -1))
