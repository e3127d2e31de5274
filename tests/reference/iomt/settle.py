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
    losses, imported, kept = [], 0, []
    for listed in epochs:
        epoch = opened.epoch if listed.secret is None else _had(server, listed)
        if epoch is None:
            epoch = OpenEpoch(Epoch(listed.locator, listed.secret))
            server.epochs.insert(0, epoch)
            imported += 1
        kept.append(epoch)
        epoch.run = epoch.run or listed.run
        losses += _settle_epoch(epoch, listed, epoch is opened.epoch)
    closed = [epoch for epoch in server.epochs if all(epoch is not other for other in kept)]
    for epoch in closed:
        losses += _close(epoch)
    server.epochs = [epoch for epoch in server.epochs if any(epoch is other for other in kept)]
    server.skipped = [skip for skip in server.skipped if skip[0] > opened.epoch.number]
    return {"imported": imported, "closed": len(closed),
            "losses": sorted(losses, key=lambda loss: (loss["tag"], loss["space"], loss["range"]))}


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
            epoch.lost[code].update(range(start, end))
        epoch.sets[code].raise_floor(space.floor)
    if listed.cut and epoch.is_over and not epoch.cut:
        epoch.cut = True                                # IOMT-OUT-036: how many nobody knows
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
