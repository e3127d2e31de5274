"""gatt, to_fhir."""

from iomt import fhir, gatt, medication
from iomt.decimal import decimal_of, value_of
from iomt.errors import Refused

from . import values
from .members import hexed, integer
from .values import worded


def characteristic(request):
    readings, clock, context = gatt.read(int(request["uuid"], 16), hexed(request, "bytes"))
    return {"readings": [{"panel": reading.panel, "parts": list(map(told, reading.parts)), "time": reading.time}
                         for reading in readings], "clock": clock, "context": context and worded(context)}


def told(part):
    metric, unit, value, status = part
    return {"metric": metric, "unit": unit, "value": str(value), "status": status}


def meant(part):
    return part["metric"], part["unit"], value_of(part["value"]), part.get("status") or 0


def to_fhir(request):
    name = fhir.identity(hexed(request, "scope"), hexed(request, "source"), integer(request, "run"), integer(request, "sequence"))
    context = {"subject": request["subject"], "effective": request["effective"], "device": request.get("device"),
               "identity": name, "upload": request["upload"]}
    if request.get("panel") is not None:
        return {"resource": fhir.panel(request["panel"], list(map(meant, request["parts"])), context)}
    if request.get("waveform") is not None:
        block = request["waveform"]
        if block["rate"] == 0:
            raise Refused("out_of_range")
        samples = values.codec(block).decode(block["count"], hexed(block, "samples"))
        return {"resource": fhir.waveform({**block, "scale": decimal_of(block["scale"])}, samples, context)}
    if request.get("descriptor") is not None:
        return {"resource": fhir.device(request["descriptor"], context)}
    for name, write in MEDICATIONS.items():
        if request.get(name) is not None:
            return {"resource": write(request[name], context)}
    return {"resource": fhir.observation(meant(request["reading"]), context)}


MEDICATIONS = {"dose": medication.dose, "basal": medication.basal, "bolus": medication.bolus}
OPERATIONS = {"gatt": characteristic, "to_fhir": to_fhir}
