"""pair_step, cpace."""

from iomt.comparison import ComparisonPackets, ComparisonSide
from iomt.cpace import Cpace, PasscodeSide
from iomt.errors import Refused
from iomt.pairing import COMPARISON, LABEL, LABEL_KEY, PASSCODE, keys_side, label_side

from .members import hexed


def run(side, request):
    """Starts an initiator, gives a side what it receives; what it says to the last packet is the answer."""
    packet = side.start() if request["role"] == "initiator" else None
    packets = request.get("received") or []
    for number, received in enumerate(packets, 1):
        try:
            packet = side.receive(bytes.fromhex(received))
        except Refused:
            if number == len(packets):
                raise
            packet = None
    return packet


def drawing(request):
    random = [bytes.fromhex(value) for value in request["random"]]
    return lambda: random.pop(0)


def side_of(request):
    role, model = request["role"], request["model"]
    static, draw = hexed(request, "staticSecret"), drawing(request)
    more = {"descriptor_body": hexed(request, "descriptorBody")}
    token = hexed(request, "token")
    if model == COMPARISON and token is None:
        return ComparisonSide(role, static, draw, **more)
    if role == "initiator":
        more["connection"] = hexed(request, "connection")
    if model == COMPARISON:
        return ComparisonPackets(role, static, draw, token, **more)
    if model in (LABEL_KEY, LABEL):
        return label_side(role, model, static, hexed(request, "labelSecret"), draw, peer=hexed(request, "peer"), **more)
    if model == PASSCODE:
        return PasscodeSide(role, static, request["passcode"], draw, **more)
    return keys_side(role, model, static, draw, hexed(request, "peer"), hexed(request, "psk"), **more)


def pair_step(request):
    side = side_of(request)
    packet = run(side, request)
    handshake = side.side if isinstance(side, PasscodeSide) else side
    if handshake is None:
        return {"packet": packet}
    result = {"packet": packet, "ephemeral": handshake.ephemeral}
    if handshake.noise.done:
        result["hash"] = handshake.noise.hash
    if is_done(handshake):
        result["done"] = finished(handshake)
    return result


def is_done(side):
    if isinstance(side, ComparisonSide):
        return side.digits is not None and side.noise.is_finished
    return side.noise.is_finished


def finished(side):
    session = side.session()
    k_ir, k_ri = side.noise.keys()
    done = {"hash": session.hash, "kIr": k_ir, "kRi": k_ri, "session": session.name, "psk": session.psk, "hint": session.hint,
            "peer": side.noise.peer, "descriptor": side.descriptor}
    if isinstance(side, ComparisonSide):
        done["digits"] = side.digits
    return done


def cpace(request):
    side = Cpace(request["role"], hexed(request, "staticSecret"), request["passcode"], drawing(request),
                 hexed(request, "connection"))
    result = {"packet": run(side, request)}
    if side.scalar is not None:
        result |= {"generator": side.generator, "scalar": side.scalar.to_bytes(32, "little"),
                   "share": side.shares[0 if side.initiates else 1]}
    if side.is_done:
        code = side.code_in_front()
        result["done"] = {"shared": side.shared, "isk": side.isk, "psk": code.psk, "mac1Key": code.mac1_key,
                          "transcript": code.pre}
    return result


OPERATIONS = {"pair_step": pair_step, "cpace": cpace}
