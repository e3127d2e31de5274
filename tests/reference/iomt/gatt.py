"""Health characteristics of Bluetooth (chapter "health formats"): from a value to readings.

    value ─► flags, then the fields that they promise, in order ─► parts: (metric, unit, value, status), and when
"""

from dataclasses import dataclass

from . import gatt_health, gatt_later, sfloat
from .decimal import ABOVE, BELOW, NAN, NUMBER, Decimal, Value
from .errors import Refused
from .octets import Cursor

INVALID, QUESTIONABLE, NOT_AVAILABLE, TEST = 0x8000, 0x4000, 0x2000, 0x0800
PERCENT, BEATS, MILLISECOND, KILOJOULE = 262688, 264864, 264338, 266115
MMHG, KILOPASCAL, CELSIUS, FAHRENHEIT = 266016, 265987, 268192, 266560
MG_PER_DL, MMOL_PER_L, KILOGRAM, POUND, METRE, INCH, KG_PER_M2 = 264274, 266866, 263875, 263904, 263424, 263520, 264096


@dataclass
class Reading:
    parts: list                 # of (metric, unit, value, status)
    time: dict | None = None
    panel: int | None = None


def read(uuid, data):
    """(readings, clock, context). IOMT-GATT-001, 002: what a flag promises is there, and nothing else, unless a flag is reserved today."""
    if uuid in WITH_READINGS:
        return [Reading(*parts) for parts in WITH_READINGS[uuid](Fields(data))], None, None
    if uuid in CLOCKS:
        return *CLOCKS[uuid](Fields(data)), None
    if uuid == GLUCOSE_CONTEXT:
        readings, context = gatt_later.glucose_context(Fields(data))
        return [Reading(*parts) for parts in readings], None, context
    return _flagged(uuid, data), None, None


def _flagged(uuid, data):
    if uuid not in CHARACTERISTICS:
        raise Refused("unknown_characteristic")
    read_fields, reserved = CHARACTERISTICS[uuid]
    fields = Fields(data)
    readings = read_fields(fields)
    if reserved is None or not data[0] & reserved:
        fields.finish()
    return readings


class Fields(Cursor):
    def u16(self):
        return int.from_bytes(self.take(2), "little")

    def float(self, width=16):
        return sfloat.read(width, self.take(width // 8))

    def date_time(self):
        """year u16, month, day, hours, minutes, seconds; zeros in the first three: not known (IOMT-GATT-008)."""
        year = self.u16()
        month, day, hours, minutes, seconds = self.take(5)
        is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        last_day = {2: 29 if is_leap else 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)
        if not (year == 0 or 1582 <= year <= 9999) or month > 12 or day > last_day or hours > 23 or minutes > 59 or seconds > 59:
            raise Refused("range")
        return {"local": f"{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}", "offset": 0}


def whole(number):
    return Value(NUMBER, Decimal(number, 0))


def one(metric, unit, value, status=0, time=None):
    return Reading([(metric, unit, value, status)], time=time)


def battery(fields):
    charge = fields.u8()
    fields.finish()
    if charge > 100:
        raise Refused("reserved")
    return [one(67996, PERCENT, whole(charge))]


def heart_rate(fields):
    """flags, rate u8 or u16, [energy u16, kJ], [R-R intervals u16, 1/1024 s]."""
    flags = fields.u8()
    rate = fields.u16() if flags & 1 else fields.u8()
    status = QUESTIONABLE if flags & 6 == 4 else 0              # contact is told, and there is none
    readings = [one(147842, BEATS, whole(rate), status)]
    if flags & 8:
        count = fields.u16()
        energy = Value(ABOVE, Decimal(count, 0)) if count == 0xFFFF else whole(count) # where the count stops
        readings.append(one(8454263, KILOJOULE, energy, status))
    if flags & 16:
        if not fields.left():
            raise Refused("truncated")
        while fields.left():
            micros = (fields.u16() * 1_000_000 + 512) // 1024   # IOMT-GATT-013
            readings.append(one(147240, MILLISECOND, Value(NUMBER, Decimal(micros, -3)), status))
    return readings


def cuff(fields, flags):
    """[time], [pulse rate], [user u8], [status u16]: (time, pulse rate, status)."""
    time = fields.date_time() if flags & 2 else None
    pulse = fields.float() if flags & 4 else None
    fields.take(1 if flags & 8 else 0)
    bits = fields.u16() if flags & 16 else 0
    if bits & 0x18 == 0x18:                                     # the pulse above and below its range at once
        raise Refused("reserved")
    if pulse is not None and pulse.kind == NUMBER and bits & 0x18: # out of the device's range: the number is its bound
        pulse = Value(ABOVE if bits & 0x08 else BELOW, pulse.number)
    status = QUESTIONABLE if bits & 0x23 else 0                 # movement, a loose cuff, the wrong place
    return time, status, [] if pulse is None else [one(149546, BEATS, pulse, status, time)]


def blood_pressure(fields):
    flags = fields.u8()
    values = [fields.float() for _ in range(3)]
    time, status, pulse = cuff(fields, flags)
    unit = KILOPASCAL if flags & 1 else MMHG
    parts = [(metric, unit, value, status) for metric, value in zip((150021, 150022, 150023), values)]
    return [Reading(parts, time, 150020)] + pulse


def cuff_pressure(fields):
    flags, value = fields.u8(), fields.float()
    fields.take(4)                                              # unused: some devices put zeros there
    time, status, pulse = cuff(fields, flags)
    return [one(150300, KILOPASCAL if flags & 1 else MMHG, value, status, time)] + pulse


SITES = {1: 188452, 2: 150364, 3: 188428, 4: 188432, 5: 150364, 6: 188424, 7: 188420, 8: 150364, 9: 150392}


def temperature(fields):
    flags, value = fields.u8(), fields.float(32)
    time = fields.date_time() if flags & 2 else None
    metric = 150364
    if flags & 4:
        site = fields.u8()
        if site not in SITES:
            raise Refused("reserved")
        metric = SITES[site]
    return [one(metric, FAHRENHEIT if flags & 1 else CELSIUS, value, 0, time)]


GLUCOSE_FAULTS, TOO_HIGH, TOO_LOW = 0x079E, 0x20, 0x40
CAPILLARY, PLASMAS, INTERSTITIAL, CONTROL_SOLUTION = 1, (2, 4, 6, 8), 9, 10


def glucose(fields):
    """flags, number u16, base time, [offset i16, min], [concentration, type 4 and location 4 bits], [status u16]."""
    flags, _ = fields.u8(), fields.u16()
    time = fields.date_time()
    if flags & 1:
        time["offset"] = int.from_bytes(fields.take(2), "little", signed=True)
    sample = _sample(fields) if flags & 2 else None
    bits = fields.u16() if flags & 8 else 0
    if sample is None:
        return []
    value, kind = sample
    is_molar = bool(flags & 4)
    status = (INVALID if bits & GLUCOSE_FAULTS else 0) | (TEST if kind == CONTROL_SOLUTION else 0)
    value = _bounded(_shifted(value, 3 if is_molar else 5), bits)
    return [one(_glucose_metric(kind, is_molar), MMOL_PER_L if is_molar else MG_PER_DL, value, status, time)]


def _sample(fields):
    value, both = fields.float(), fields.u8()
    kind, location = both & 15, both >> 4
    if not 1 <= kind <= 10 or location not in (1, 2, 3, 4, 15):
        raise Refused("reserved")
    return value, kind


def _glucose_metric(kind, is_molar):
    if kind in PLASMAS:
        return 160368
    if kind == CAPILLARY and not is_molar:
        return 160184
    return {INTERSTITIAL: 160212, CONTROL_SOLUTION: 160208}.get(kind, 160020)


def _shifted(value, places):
    """From kg/L to mg/dL, or from mol/L to mmol/L: exact."""
    if value.kind != NUMBER:
        return value
    return Value(NUMBER, Decimal(value.number.mantissa, value.number.exponent + places))


def _bounded(value, bits):
    """A result that the device calls out of its range is the end of the range (IOMT-GATT-010)."""
    if value.kind == NUMBER and bits & TOO_HIGH:
        return Value(ABOVE, value.number)
    if value.kind == NUMBER and bits & TOO_LOW:
        return Value(BELOW, value.number)
    return value


STATUS_BITS, SENSOR_ABSENT, SENSOR_BROKEN, SENSOR_DOUBTFUL = 0xFCE0, 0x8800, 0x7002, 0x05FC


def oximetry(fields, flags, values, time):
    """[status u16], [sensor u24], [perfusion] behind the flags of a continuous measurement."""
    status = fields.u16() & STATUS_BITS if flags & 4 else 0
    sensor = fields.u24() if flags & 8 else 0
    for bits, meaning in ((SENSOR_ABSENT, NOT_AVAILABLE), (SENSOR_BROKEN, INVALID), (SENSOR_DOUBTFUL, QUESTIONABLE)):
        status |= meaning if sensor & bits else 0
    readings = [one(150456, PERCENT, values[0], status, time), one(149530, BEATS, values[1], status, time)]
    if flags & 16:
        readings.append(one(150448, PERCENT, fields.float(), status, time))
    return readings


def spot_check(fields):
    flags = fields.u8()
    values = fields.float(), fields.float()
    time = fields.date_time() if flags & 1 else None
    clock_is_set = not flags & 16
    return oximetry(fields, flags << 1 & 0x1E, values, time if clock_is_set else None)


def continuous(fields):
    flags = fields.u8()
    values = fields.float(), fields.float()
    for averaged in (1, 2):                                     # a fast and a slow mean, which are no readings of their own
        if flags & averaged:
            fields.float(), fields.float()
    return oximetry(fields, flags, values, None)


def weight(fields):
    """flags, weight u16, [time], [user u8], [BMI u16, height u16]; FFFF: unsuccessful."""
    flags, count = fields.u8(), fields.u16()
    is_imperial = flags & 1
    time = fields.date_time() if flags & 2 else None
    fields.take(1 if flags & 4 else 0)
    mass = Decimal(count, -2) if is_imperial else Decimal(5 * count, -3)
    value = Value(NAN) if count == 0xFFFF else Value(NUMBER, mass)
    readings = [one(188736, POUND if is_imperial else KILOGRAM, value, 0, time)]
    if flags & 8:
        readings.append(one(188752, KG_PER_M2, Value(NUMBER, Decimal(fields.u16(), -1)), 0, time))
        height = Decimal(fields.u16(), -1 if is_imperial else -3)
        readings.append(one(188740, INCH if is_imperial else METRE, Value(NUMBER, height), 0, time))
    return readings


# number: (what reads it, flags that are reserved today)
CHARACTERISTICS = {
    0x2A18: (glucose, 0xE0), 0x2A19: (battery, None), 0x2A1C: (temperature, 0xF8), 0x2A35: (blood_pressure, 0xE0),
    0x2A36: (cuff_pressure, 0xE0), 0x2A37: (heart_rate, 0xE0), 0x2A5E: (spot_check, 0xE0), 0x2A5F: (continuous, 0xE0),
    0x2A9D: (weight, 0xF0),
}
# Those that see to flags and ends themselves: lists of (parts, time, panel), and what is no reading.
WITH_READINGS = {0x2AA7: gatt_later.continuous_glucose, 0x2A9C: gatt_later.body_composition, 0x2B8B: gatt_health.health_observation}
CLOCKS = {0x2A2B: gatt_health.current_time, 0x2BF2: gatt_health.current_elapsed_time}
GLUCOSE_CONTEXT = 0x2A34
