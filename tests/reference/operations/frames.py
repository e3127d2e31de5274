"""seal, open, locator, receive, receipt, outstanding."""

from iomt import control, receipt
from iomt.errors import Refused
from iomt.keys import Epoch
from iomt.packets import CONTROL, seal_frame
from iomt.received import ReceivedSet, receive
from iomt.server import Server
from iomt.settle import settle

from .keys import epoch_of
from .members import attempt, hexed, integer, refusal, session, space


def seal(request):
    _, salt, epoch = epoch_of(request)
    return {"packet": seal_frame(epoch, space(request["space"]), integer(request, "counter"), hexed(request, "plaintext"),
                                 request["form"], salt)}


def take(server, arrival):
    """Opens a frame, and marks it where the store takes it."""
    opened = server.open(hexed(arrival, "packet"))
    if opened.frame.space != CONTROL and not opened.is_duplicate and arrival.get("store", True):
        server.mark(opened)
    return opened


def outcome(opened):
    if opened.is_duplicate:
        return {"duplicate": True}
    said = {"tag": opened.epoch.keys.tag, "counter": opened.frame.counter, "plaintext": opened.plaintext}
    if opened.frame.space == CONTROL:
        return {"control": said}
    return {"fresh": {**said, "space": opened.frame.space}}


def open_frames(request):
    server = Server(session(request))
    act = take_and_settle if request.get("settle") else take
    return {"outcomes": [attempt(lambda: outcome(act(server, arrival))) for arrival in request["frames"]]}


def take_and_settle(server, arrival):
    """The same; what a list says is obeyed."""
    opened = take(server, arrival)
    obey(server, opened)
    return opened


def obey(server, opened):
    """What a frame's list says is done, and told. Of a frame without one the first record that is refused counts."""
    records = control.read(opened.plaintext) if opened.frame.space == CONTROL else []
    for record in records:
        if isinstance(record, list):
            return settle(server, opened, record)
    for record in records:
        if isinstance(record, Refused):
            raise record
    return None


def after(request):
    """The server after the frames of a request; the first that it refuses is the answer's error."""
    server = Server(session(request))
    for arrival in request["frames"]:
        take(server, arrival)
    return server


def locators(request):
    return {"locators": [name.hex() for name in after(request).locators()]}


def receive_steps(request):
    received, outcomes = ReceivedSet(request["ranges"]), []
    for step in request["steps"]:
        if isinstance(step, dict):
            received.raise_floor(integer(step, "floor"))
            outcomes.append("floor")
        else:
            outcomes.append(receive(received, int(step)))
    return {"outcomes": outcomes, "floor": received.floor, "held": received.ranges}


def receipts(request):
    if request.get("packet") is not None:
        return read_receipt(request)
    server = after(request)
    clock = None
    if request.get("time") is not None:
        clock = (integer(request, "time"), integer(request, "wait", 0))
    return {"packet": receipt.write(server, clock)}


def read_receipt(request):
    """At a device that has opened epochs 0, 1, … in this boot, each with its random bytes."""
    keys, static = session(request), hexed(request, "staticSecret")
    tags = {}
    for number, random in enumerate(request["random"]):
        epoch = Epoch.of_chain(keys.chain(number), keys.salt(bytes.fromhex(random), static, number))
        tags[epoch.locator] = epoch.tag
    echo, time, wait, entries = receipt.read(keys.receipt_key, tags, hexed(request, "packet"))
    return {"echo": echo, "time": str(time) if time else None, "wait": str(wait) if wait else None,
            "entries": [vars(entry) for entry in entries]}


def outstanding(request):
    if request.get("plaintext") is not None:
        return {"records": [told(record) for record in control.read(hexed(request, "plaintext"))]}
    if request.get("records") is not None:
        return {"plaintext": control.write([asked(record) for record in request["records"]])}
    server = Server(session(request))
    return {"outcomes": [attempt(listed, server, arrival) for arrival in request["frames"]]}


def listed(server, arrival):
    settled = obey(server, take(server, arrival))
    return {"opened": True} if settled is None else {"settled": settled}


def told(record):
    if isinstance(record, Refused):
        return refusal(record)
    if isinstance(record, control.Unknown):
        return {"unknown": vars(record)}
    if isinstance(record, control.Answer):
        return {"answer": vars(record)}
    if isinstance(record, control.Status):
        return {"status": {"ticks": str(record.ticks), "due": record.due or None,
                           "serverTime": str(record.server_time) if record.server_time else None, "age": str(record.age)}}
    return {"outstanding": {"epochs": [told_epoch(epoch) for epoch in record]}}


def told_epoch(epoch):
    data, alarm = map(told_space, epoch.spaces)
    return {"locator": epoch.locator, "secret": epoch.secret, "cut": epoch.cut, "run": epoch.run, "data": data, "alarm": alarm}


def told_space(said):
    if said is None:
        return None
    losses = [{"range": [start, end], "why": why} for start, end, why in said.losses]
    return {"floor": said.floor, "end": said.end, "losses": losses}


def asked(record):
    if record.get("status") is not None:
        said = record["status"]
        return control.Status(integer(said, "ticks"), integer(said, "due", 0), integer(said, "serverTime", 0), integer(said, "age"))
    if record.get("answer") is not None:
        return control.Answer(**record["answer"])
    return [control.Listed(hexed(epoch, "locator"), hexed(epoch, "secret"), epoch["cut"], hexed(epoch, "run"),
                           [asked_space(epoch.get(name)) for name in ("data", "alarm")])
            for epoch in record["outstanding"]["epochs"]]


def asked_space(said):
    if said is None:
        return None
    return control.Space(said["floor"], said["end"], [(*loss["range"], loss["why"]) for loss in said["losses"]])


OPERATIONS = {"seal": seal, "open": open_frames, "locator": locators, "receive": receive_steps, "receipt": receipts,
              "outstanding": outstanding}
