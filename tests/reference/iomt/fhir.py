"""A reading as an Observation of FHIR R4 (chapter "health formats").

A number stays the digits that were measured: `Number` marks them, and `dumps` writes them as they are (IOMT-FHIR-001).
"""

import calendar
import json
import re
import uuid
from fractions import Fraction

from .decimal import ABOVE, BELOW, NAN, NEGATIVE_INFINITY, NRES, NUMBER, POSITIVE_INFINITY, Decimal, write
from .octets import u64
from .primitives import sha256
from .terms import METRICS, PLAUSIBLE, PROFILES, UCUM

MDC, LOINC, UNITS = "urn:iso:std:iso:11073:10101", "http://loinc.org", "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"
STATUS = "urn:iomt:measurement-status"
INVALID, NOT_AVAILABLE, CALIBRATING, TEST, DEMO, EARLY = 0x8000, 0x2000, 0x1000, 0x0800, 0x0400, 0x0040
STATUS_NAMES = {0x8000: "invalid", 0x4000: "questionable", 0x2000: "not-available", 0x1000: "calibrating", 0x0800: "test",
                0x0400: "demo", 0x0080: "validated", 0x0040: "early", 0x0020: "ongoing"}
ABSENT_STATUS = {INVALID: "error", NOT_AVAILABLE: "unknown", CALIBRATING: "temp-unknown", TEST: "not-performed",
                 DEMO: "not-performed"}
ABSENT_VALUE = {NAN: "not-a-number", NRES: "error", POSITIVE_INFINITY: "positive-infinity",
                NEGATIVE_INFINITY: "negative-infinity"}
IMPLAUSIBLE = {"coding": [{"system": "urn:iomt:plausibility", "code": "implausible"}], "text": "outside the plausible range"}
KILOPASCAL, METRE = 265987, 263424
DEMANDED = {"bp": (150021, 150022)}     # the components without which a panel is none of its profile, each once
NANOSECOND_DIGITS = 9


class Number(str):
    """Digits that are written into JSON as they are."""


def dumps(value):
    marked = json.dumps(_marked(value))
    return re.sub(r'"\\u0001([-0-9.]+)\\u0001"', r"\1", marked)


def _marked(value):
    if isinstance(value, Number):
        return f"\x01{value}\x01"
    if isinstance(value, dict):
        return {name: _marked(member) for name, member in value.items()}
    return [_marked(entry) for entry in value] if isinstance(value, list) else value


def identity(scope, source, run, sequence):
    """The same record has the same name whenever it is sent (IOMT-FHIR-003)."""
    parts = (scope, source, u64(run), u64(sequence))
    digest = bytearray(sha256(b"".join(u64(len(part)) + part for part in parts))[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


def observation(reading, context):
    """One reading: (metric, unit, value, status)."""
    metric, unit, value, status = reading
    profile = profile_of(metric)
    told, note, fits, marks = measured(reading, profile)
    profile = profile if fits else None         # without a unit that its profile takes it is no vital sign to FHIR
    resource = {**_frame(concept(metric, unit, profile), context), **_status(profile, status), **told}
    if marks:
        resource["interpretation"] = marks
    return _with_notes(resource, [note])


def panel(metric, parts, context):
    """A blood pressure is one Observation with components (IOMT-FHIR-005)."""
    profile = profile_of(metric)
    told = [measured(part, profile) for part in parts]
    metrics = [part for part, *_ in parts]
    whole = all(metrics.count(part) == 1 for part in DEMANDED.get(profile, ()))
    profile = profile if whole and all(fits for _, _, fits, _ in told) else None
    shared = 0
    for *_, status in parts:
        shared |= status
    components = []
    for (part, unit, *_), (quantity, _, _, marks) in zip(parts, told):
        component = {"code": concept(part, unit, None), **quantity}
        if marks:
            component["interpretation"] = marks
        components.append(component)
    resource = {**_frame(concept(metric, None, profile), context), **_status(profile, shared)}
    if components:
        resource["component"] = components
    return _with_notes(resource, [note for _, note, *_ in told])


def waveform(block, samples, context):
    """Sampled data, whose period, factor and origin give back the samples (IOMT-FHIR-007); never a vital sign."""
    code = concept(block["metric"], block["unit"], None)
    data = {"origin": quantity(Decimal(0, 0), NUMBER, block["unit"]), "period": Number(write(period(block["rate"]))),
            "factor": Number(write(block["scale"])), "dimensions": 1}
    if samples:
        data["data"] = " ".join(str(sample - block["zero"]) for sample in samples)
    return {**_frame(code, context), "status": "final", "valueSampledData": data}


def period(millihertz):
    """Milliseconds from one sample to the next: as many of nine digits behind the point as 31 bits hold, without zeros at the end."""
    for places in range(NANOSECOND_DIGITS, -1, -1):
        count = (10 ** places * 1_000_000 + millihertz // 2) // millihertz
        if count < 1 << 31:
            while places and count % 10 == 0:
                count, places = count // 10, places - 1
            return Decimal(count, -places)
    raise AssertionError(millihertz)


def device(record, context):
    """A device with its UDI (IOMT-FHIR-008)."""
    product, production = record["udiDevice"], record["udiProduction"]
    parts = udi_parts(production)
    carrier = {"carrierHRF": product + production, **({"deviceIdentifier": product} if product else {})}
    said = {"manufacturer": record["manufacturer"], "manufactureDate": day(parts.get("11")), "expirationDate": day(parts.get("17")),
            "lotNumber": parts.get("10"), "serialNumber": record["serial"] or parts.get("21"),
            "udiCarrier": [carrier] if product or production else None,
            "deviceName": [{"name": record["model"], "type": "model-name"}] if record["model"] else None,
            "version": [{"value": record["firmware"]}] if record["firmware"] else None}
    resource = {"resourceType": "Device", **named(context), "patient": {"reference": context["subject"]}}
    return {**resource, **{name: value for name, value in said.items() if value}}


def udi_parts(production):
    """The elements as GS1 prints them; of one that stands there twice the last, and none that is empty."""
    parts, rest = {}, production
    while element := ELEMENT.match(rest):
        following = ELEMENT.search(rest, element.end())
        end = following.start() if following else len(rest)
        if end > element.end():
            parts[element[1]] = rest[element.end():end]
        rest = rest[end:]
    return parts


def day(text):
    """`YYMMDD` of this century; a day of zero leaves the month."""
    if text is None or not re.fullmatch("[0-9]{6}", text):
        return None
    year, month, number = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    if not 1 <= month <= 12 or number > calendar.monthrange(year, month)[1]:
        return None
    return f"{year}-{month:02}" + (f"-{number:02}" if number else "")


ELEMENT = re.compile(r"\(([0-9]{2,4})\)")


def _frame(code, context):
    """`context`: subject, effective, device or None, identity, and whether the identity is the id ("put") or an identifier."""
    frame = {"resourceType": "Observation", **named(context), "code": code, "subject": {"reference": context["subject"]},
             "effectiveDateTime": context["effective"]}
    if context["device"] is not None:
        frame["device"] = {"reference": context["device"]}
    return frame


def named(context):
    if context["upload"] == "put":
        return {"id": context["identity"]}
    return {"identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{context['identity']}"}]}


def concept_of(system, number, word):
    """A number of this protocol, and its word where it has one."""
    concept = coded(system, str(number))
    return concept if word is None else {**concept, "text": word}


def _status(profile, status):
    """Profile, category, status, and the mark of what is no patient's value (IOMT-FHIR-006)."""
    out, meta = {"status": "preliminary" if status & EARLY else "final"}, {}
    if profile is not None:
        meta["profile"] = [f"http://hl7.org/fhir/StructureDefinition/{profile}"]
        out["category"] = [coded(HL7 + "observation-category", "vital-signs")]
    if status & (TEST | DEMO):
        meta["security"] = [{"system": HL7 + "v3-ActReason", "code": "HTEST"}]
    return {**out, "meta": meta} if meta else out


def _with_notes(resource, notes):
    notes = [{"text": note} for note in notes if note is not None]
    return {**resource, "note": notes} if notes else resource


def coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


def interpretation(status):
    return [{**coded(STATUS, name), "text": name} for bit, name in STATUS_NAMES.items() if status & bit]


def profile_of(metric):
    return next((name for name, (_, _, metrics) in PROFILES.items() if metric in metrics), None)


def concept(metric, unit, profile):
    coding = [{"system": MDC, "code": str(metric)}] + [{"system": LOINC, "code": code} for code in loinc(metric, unit, profile)]
    out = {"coding": coding}
    if metric in METRICS:
        out["text"] = METRICS[metric][0][0]
    return out


def loinc(metric, unit, profile):
    """The code of the metric in this unit, and behind it that of the profile, each once."""
    rows = METRICS.get(metric, [])
    units_differ = len({known for _, known, _ in rows}) > 1
    own = next((code for _, known, code in rows if not units_differ or known == unit), None)
    of_profiles = {code for code, _, _ in PROFILES.values()}
    codes = [own] if own is not None and own not in of_profiles else []
    return codes + ([PROFILES[profile][0]] if profile else [])


def measured(reading, profile):
    """({valueQuantity or dataAbsentReason}, note or None, whether the profile takes the unit, interpretation)."""
    metric, unit, value, status = reading
    takes = PROFILES[profile][1] if profile else ()
    written, number, note = unit, value.number, None
    if unit == METRE and "cm" in takes:
        written = 263441
        number = number and Decimal(number.mantissa, number.exponent + 2)
    elif unit == KILOPASCAL and "mm[Hg]" in takes:
        written = 266016
        note = number and f"{METRICS[metric][0][0] if metric in METRICS else f'metric {metric}'} measured {write(number)} kPa"
        number = number and millimetres_of_mercury(number)
    fits = profile is None or UCUM.get(written) in takes
    absent = next((code for bit, code in ABSENT_STATUS.items() if status & bit), ABSENT_VALUE.get(value.kind))
    if absent is not None:
        return {"dataAbsentReason": coded(HL7 + "data-absent-reason", absent)}, None, fits, interpretation(status)
    marks = interpretation(status) + ([] if is_plausible(metric, unit, value) else [IMPLAUSIBLE])
    return {"valueQuantity": quantity(number, value.kind, written)}, note, fits, marks


def is_plausible(metric, unit, value):
    """Whether nothing is known against the number: a bound, and a metric without a range in this unit, are no numbers of one."""
    bounds = PLAUSIBLE.get((metric, unit))
    if bounds is None or value.kind != NUMBER:
        return True
    least, most = map(Fraction, bounds)
    return least <= value.number.mantissa * Fraction(10) ** value.number.exponent <= most


def quantity(number, kind, unit):
    """By UCUM or, where UCUM does not write the unit here, by its code of IEEE 11073."""
    out = {"value": Number(write(number))}
    if kind != NUMBER:
        out["comparator"] = {BELOW: "<", ABOVE: ">"}[kind]
    ucum = UCUM.get(unit)
    if ucum is None:
        return {**out, "unit": f"unit {unit}", "system": MDC, "code": str(unit)}
    return {**out, "unit": ucum, "system": UNITS, "code": ucum}


def millimetres_of_mercury(number):
    """Rounded to a tenth: one of them is 133.322387415 Pa."""
    scaled = number.mantissa * 10 ** (number.exponent + 128) * 1000 * 10 ** 10
    unit = 133322387415 * 10 ** 128
    sign = -1 if scaled < 0 else 1
    return Decimal(sign * ((2 * abs(scaled) + unit) // (2 * unit)), -1)
