"""What a server does with a list of what is outstanding (chapter "control frames").

    listed, had         holes below its floor are lost; one that is not the newest is over at its ends
    listed, not had     opened with the secret, over at its ends
    had, not listed     closed: holes below what is known of it are lost after acknowledgement; forgotten
"""

from .errors import Refused
from .keys import Epoch
from .server import END_OF_ALL, OpenEpoch

AFTER_ACKNOWLEDGEMENT, CUT = 6, 7


def settle(server, opened, epochs):
    """Takes the list of a control frame; what is newly lost is returned."""
    newest = server.newest()
    if newest is None or opened.epoch.number != newest.number:
        raise Refused("not_newest")                     # a twin of the newest is as new
    if any(listed.secret is None and listed.locator != opened.epoch.keys.locator for listed in epochs):
        raise Refused("body")                           # IOMT-OUT-022
    losses, closed = _close_all_but(server, newest.number, epochs)
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
    """IOMT-OUT-031: what the list leaves out is closed, and forgotten; those with the newest number are not older."""
    kept = [epoch for epoch in server.epochs if epoch.number == newest]
    kept += [_had(server, listed) for listed in epochs if listed.secret is not None]
    closed = [epoch for epoch in server.epochs if all(epoch is not other for other in kept)]
    server.epochs = [epoch for epoch in server.epochs if any(epoch is other for other in kept)]
    names = {listed.locator for listed in epochs}
    server.skipped = [skip for skip in server.skipped if skip[1] in names]
    return [loss for epoch in closed for loss in _close(epoch)], len(closed)


def _import(server, listed):
    """IOMT-OUT-032. Its number is known where the server has passed over it, or has another epoch of this locator."""
    numbers = [number for number, name, _ in server.skipped if name == listed.locator]
    numbers += [epoch.number for epoch in server.epochs if epoch.keys.locator == listed.locator]
    epoch = OpenEpoch(Epoch(listed.locator, listed.secret), numbers[0] if numbers else None, ends=[0, 0])
    server.keep(epoch)
    return epoch


def _had(server, listed):
    tag = Epoch(listed.locator, listed.secret).tag
    return next((epoch for epoch in server.epochs if epoch.keys.tag == tag), None)


def _settle_epoch(epoch, listed, is_newest):
    losses = []
    epoch.is_over = epoch.is_over or not is_newest
    for code, space in enumerate(listed.spaces):
        if space is not None:
            losses += _account(epoch, code, space)
        if space is not None and not is_newest and not listed.cut:
            epoch.ends[code] = space.end
        if listed.cut and not is_newest:
            losses += _cut(epoch, code, space.end if space else 0)
    return losses


def _account(epoch, code, space):
    """What is not stored below the floor is lost, for the reason given (IOMT-OUT-034)."""
    losses = []
    for start, end in epoch.sets[code].missing_below(space.floor):
        losses += [_loss(epoch, code, *part) for part in _reasons(start, end, space.losses)]
        epoch.lost[code].add(start, end)
    epoch.sets[code].raise_floor(space.floor)
    return losses


def _cut(epoch, code, end):
    """Frames from the end on may have been taken: lost, how many nobody knows, and opened should they come (IOMT-OUT-036)."""
    if epoch.ends[code] == 0:
        epoch.ends[code] = END_OF_ALL
    said = epoch.cuts[code]
    epoch.cuts[code] = end if said is None else min(said, end)
    holes = epoch.sets[code].missing_below(epoch.ends[code] if said is None else said)
    return [_loss(epoch, code, max(start, end), behind, CUT) for start, behind in holes if max(start, end) < behind]


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
        bound = received.end if epoch.ends[code] == END_OF_ALL else epoch.ends[code]
        if epoch.cuts[code] is not None:
            bound = min(bound, epoch.cuts[code])        # what lies behind was said to be lost then
        losses += [_loss(epoch, code, start, end, AFTER_ACKNOWLEDGEMENT) for start, end in received.missing_below(bound)]
    return losses


def _loss(epoch, space, start, end, why):
    return {"tag": epoch.keys.tag, "run": epoch.run, "space": space, "range": [start, end], "why": why}
