"""fragment, reassemble, serial."""

from iomt import fragment, serial

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


OPERATIONS = {"fragment": fragments, "reassemble": reassemble, "serial": serials}
