"""What a server does with a list of what is outstanding (chapter "control frames").

    listed, had         holes below its floor are lost; one that is not the newest is over at its ends
    listed, not had     opened with the secret, over at its ends
    had, not listed     closed: holes below what is known of it are lost after acknowledgement; forgotten
"""

from .errors import Refused
from .keys import Epoch
from .server import OpenEpoch

AFTER_ACKNOWLEDGEMENT, CUT = 6, 7
END_OF_ALL = 0xFFFFFF


def settle(server, opened, epochs):
    """Takes the list of a control frame; what is newly lost is returned."""
    if opened.epoch is not server.newest():
        raise Refused("not_newest")
    if any(listed.secret is None and listed.locator != opened.epoch.keys.locator for listed in epochs):
        raise Refused("body")                           # IOMT-OUT-022
    losses, closed = _close_all_but(server, opened.epoch, epochs)
    imported = 0
    for listed in epochs:
        epoch = opened.epoch if listed.secret is None else _had(server, listed)
        if epoch is None:
            epoch = _import(server, listed)
            imported += 1
        epoch.run = epoch.run or listed.run
        losses += _settle_epoch(epoch, listed, epoch is opened.epoch)
    return {"imported": imported, "closed": closed,
            "losses": sorted(losses, key=lambda loss: (loss["tag"], loss["space"], loss["range"]))}


def _close_all_but(server, newest, epochs):
    """IOMT-OUT-031: what the list leaves out is closed, and forgotten."""
    kept = [newest] + [_had(server, listed) for listed in epochs if listed.secret is not None]
    closed = [epoch for epoch in server.epochs if all(epoch is not other for other in kept)]
    server.epochs = [epoch for epoch in server.epochs if any(epoch is other for other in kept)]
    names = {listed.locator for listed in epochs}
    server.skipped = [skip for skip in server.skipped if skip[1] in names]
    return [loss for epoch in closed for loss in _close(epoch)], len(closed)


def _import(server, listed):
    """IOMT-OUT-032. Its number is known where the server has passed over it, or has another epoch of this locator."""
    numbers = [number for number, name, _ in server.skipped if name == listed.locator]
    numbers += [epoch.number for epoch in server.epochs if epoch.keys.locator == listed.locator]
    epoch = OpenEpoch(Epoch(listed.locator, listed.secret), numbers[0] if numbers else None)
    server.keep(epoch)
    return epoch


def _had(server, listed):
    tag = Epoch(listed.locator, listed.secret).tag
    return next((epoch for epoch in server.epochs if epoch.keys.tag == tag), None)


def _settle_epoch(epoch, listed, is_newest):
    losses = []
    if not is_newest and not epoch.is_over:
        epoch.ends = tuple(space.end if space else 0 for space in listed.spaces)
    for code, space in enumerate(listed.spaces):
        if space is None:
            continue
        for start, end in epoch.sets[code].missing_below(space.floor):
            losses += [_loss(epoch, code, *part) for part in _reasons(start, end, space.losses)]
            epoch.lost[code].add(start, end)
        epoch.sets[code].raise_floor(space.floor)
    if listed.cut and epoch.is_over and not epoch.cut:
        epoch.cut = True                                # IOMT-OUT-036: from its end on, how many nobody knows
        losses += [_loss(epoch, code, end, END_OF_ALL, CUT) for code, end in enumerate(epoch.ends)]
    return losses


def _reasons(start, end, reported):
    """Cuts a hole along the losses that name its parts."""
    parts = []
    for first, behind, why in reported:
        first, behind = max(first, start), min(behind, end)
        if first < behind:
            if start < first:
                parts.append((start, first, AFTER_ACKNOWLEDGEMENT))
            parts.append((first, behind, why))
            start = behind
    if start < end:
        parts.append((start, end, AFTER_ACKNOWLEDGEMENT))
    return parts


def _close(epoch):
    losses = []
    for code, received in enumerate(epoch.sets):
        bound = epoch.ends[code] if epoch.is_over else received.end
        losses += [_loss(epoch, code, start, end, AFTER_ACKNOWLEDGEMENT) for start, end in received.missing_below(bound)]
    return losses


def _loss(epoch, space, start, end, why):
    return {"tag": epoch.keys.tag, "run": epoch.run, "space": space, "range": [start, end], "why": why}
