"""A dose, or insulin that was delivered, as a MedicationAdministration of FHIR R4 (chapter "health formats")."""

from .decimal import NUMBER, Decimal
from .fhir import concept_of, named, quantity

SECOND, UNITS, UNITS_PER_HOUR = 264320, 267616, 267840
ADHERENCE = {1: ("planned", "unknown"), 2: ("taken", "completed"), 3: ("missed", "not-done"), 4: ("taken late", "completed"),
             5: ("refused", "not-done")}
OUTCOME = {1: ("delivered", "completed"), 2: ("failed", "not-done"), 3: ("unknown", "unknown"), 4: ("partial", "stopped"),
           5: ("running", "in-progress")}
OTHER = (None, "unknown")       # nobody may take it for missed or taken (IOMT-FHIR-009)
PATIENT, DEVICE = 1, 3
REPORTER = {PATIENT: "patient", 2: "caregiver", DEVICE: "device", 4: "clinician"}


def dose(record, context):
    resource = _frame(record["medicine"], "adherence", ADHERENCE, record["adherence"], context)
    _extend(resource, "planned-before", record["plannedBefore"] and Decimal(record["plannedBefore"], 0), SECOND)
    _add(resource, "dose", record["amount"], record["unit"])
    if record["reporter"]:
        resource["performer"] = [_performer(record["reporter"], context)]
    return resource


def basal(record, context):
    resource = _frame("basal insulin", "outcome", OUTCOME, record["outcome"], context)
    duration = record["duration"]
    _extend(resource, "duration", Decimal(duration, 0) if 0 < duration < 1 << 31 else None, SECOND)
    _add(resource, "rateQuantity", record["rate"], UNITS_PER_HOUR)
    return resource


def bolus(record, context):
    resource = _frame("bolus insulin", "outcome", OUTCOME, record["outcome"], context)
    _extend(resource, "requested", thousandths(record["requested"]), UNITS)
    if record["delivered"] or OUTCOME.get(record["outcome"], OTHER)[1] != "unknown":    # else nobody knows of any
        _add(resource, "dose", record["delivered"], UNITS)
    return resource


def _frame(medicine, system, words, number, context):
    word, status = words.get(number, OTHER)
    frame = {"resourceType": "MedicationAdministration", **named(context), "status": status,
             "statusReason": [concept_of(f"urn:iomt:{system}", number, word)], "medicationCodeableConcept": {"text": medicine},
             "subject": {"reference": context["subject"]}, "effectiveDateTime": context["effective"]}
    if context["device"] is not None:
        frame["device"] = [{"reference": context["device"]}]
    return frame


def _performer(reporter, context):
    word = REPORTER.get(reporter)
    if reporter == PATIENT:
        actor = {"reference": context["subject"]}
    elif reporter == DEVICE and context["device"] is not None:
        actor = {"reference": context["device"]}
    else:
        actor = {"display": word or "not known"}
    return {"function": concept_of("urn:iomt:reporter", reporter, word), "actor": actor}


def _extend(resource, name, number, unit):
    if number:
        resource["extension"] = [{"url": f"urn:iomt:{name}", "valueQuantity": quantity(number, NUMBER, unit)}]


def _add(resource, name, amount, unit):
    number = thousandths(amount)
    if number is not None:
        resource["dosage"] = {name: quantity(number, NUMBER, unit)}


def thousandths(amount):
    """Without zeros at the end; None where the amount has no place in 31 bits."""
    if amount >= 1 << 31:
        return None
    exponent = -3
    while amount and amount % 10 == 0:
        amount, exponent = amount // 10, exponent + 1
    return Decimal(amount, exponent if amount else 0)
