"""command."""

from iomt import command
from iomt.command import CommandEpoch, Commanded, Introduce, Recipients, Revoke

from .members import attempt, hexed, integer, session


def told(plaintext):
    said = command.read(plaintext)
    if isinstance(said, Introduce):
        return {"introduce": vars(said), "hint": said.hint}
    if isinstance(said, Revoke):
        return {"revoke": said.key}
    return {"unknown": vars(said)}


def asked(request):
    said = request.get("introduce")
    if said is None:
        return Revoke(hexed(request, "revoke"))
    return Introduce(hexed(said, "key"), hexed(said, "first"), said["role"], said["rights"])


def seal(request):
    plaintext = hexed(request, "plaintext")
    epoch = CommandEpoch.drawn(session(request), integer(request, "number"), hexed(request, "random"), hexed(request, "staticSecret"),
                               plaintext)
    keys = epoch.keys
    return {"chain": epoch.chain, "locator": keys.locator, "salt": epoch.salt, "secret": keys.secret, "tag": keys.tag, "key": epoch.key,
            "packet": epoch.seal(plaintext)}


def take(device, packet):
    plaintext = device.open(bytes.fromhex(packet))
    device.take()
    return {"taken": device.taken, "command": attempt(told, plaintext)}


def open_packets(request):
    device = Commanded(session(request))
    return {"outcomes": [attempt(take, device, packet) for packet in request["packets"]]}


def answered(device, recipients, packet):
    outcome = recipients.outcome(device.open(bytes.fromhex(packet)))
    device.take()
    return {"taken": device.taken, "outcome": outcome}


def command_packets(request):
    """At a device that persons have paired with these, the sender first."""
    device = Commanded(session(request))
    recipients = Recipients(request["places"], map(bytes.fromhex, request["paired"]))
    return {"outcomes": [attempt(answered, device, recipients, packet) for packet in request["packets"]]}


def relation(request):
    private, public = command.static_of(hexed(request, "root"), integer(request, "relation"))
    return {"staticSecret": private, "public": public}


def operation(request):
    if request.get("root") is not None:
        return relation(request)
    if request.get("places") is not None:
        return command_packets(request)
    if request.get("packets") is not None:
        return open_packets(request)
    if request.get("session") is not None:
        return seal(request)
    if request.get("plaintext") is not None:
        return told(hexed(request, "plaintext"))
    return {"plaintext": command.write(asked(request))}


OPERATIONS = {"command": operation}
