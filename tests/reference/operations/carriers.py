"""fragment, reassemble, serial, forward."""

from iomt import fragment, serial
from iomt.gateway import Gateway

from .members import attempt, hexed


def fragments(request):
    return {"values": fragment.split(hexed(request, "datagram"), request["mtu"], request["message"])}


def reassemble(request):
    reassembler, outcomes = fragment.Reassembler(), []

    def take(at, value):
        datagram = reassembler.take(int(at), bytes.fromhex(value))
        return None if datagram is None else {"datagram": datagram}

    for at, value in request["fragments"]:
        outcomes.append(attempt(take, at, value))
    return {"outcomes": outcomes}


def serials(request):
    carrier = request["carrier"]
    if request.get("datagrams") is not None:
        datagrams = [bytes.fromhex(datagram) for datagram in request["datagrams"]]
        return {"bytes": (serial.line if carrier == "line" else serial.stream)(datagrams)}
    data, is_broken = hexed(request, "bytes"), False
    if carrier == "line":
        datagrams = serial.read_line(data)
    elif carrier == "stream":
        datagrams, is_broken, _ = serial.read_stream(data)
    else:
        datagrams, is_broken = serial.read_batch(data)
    return {"datagrams": datagrams, "broken": True if is_broken else None}


def forward(request):
    gateway = Gateway()
    return {"outcomes": [attempt(STEPS[step["do"]], gateway, step) for step in request["steps"]]}


def device(gateway, step):
    gateway.from_device(int(step["at"]), step["connection"], hexed(step, "datagram"))


def flood(gateway, step):
    for datagram in step["datagrams"]:
        attempt(gateway.from_device, int(step["at"]), step["connection"], bytes.fromhex(datagram))


def server(gateway, step):
    connection = gateway.from_server(hexed(step, "datagram"))
    return {"unknown": True} if connection is None else {"connection": connection}


def close(gateway, step):
    gateway.closed(step["connection"])


def send(gateway, step):
    handed = gateway.handed(int(step["at"]), step.get("count"))
    if not step.get("lost"):
        gateway.taken(handed)
    return {"sent": sorted(one.datagram for one in handed if step.get("of", one.connection) == one.connection)}


STEPS = {"device": device, "flood": flood, "server": server, "close": close, "send": send}
OPERATIONS = {"fragment": fragments, "reassemble": reassemble, "serial": serials, "forward": forward}
