"""Moves the newest control counter on before the frame has authenticated: one forged frame silences a device."""

from good import broken, shim
from iomt.packets import CONTROL
from iomt.server import Server

right = Server._check


def check(self, epoch, frame):
    is_stored = right(self, epoch, frame)
    if frame.space == CONTROL:
        epoch.echo = frame.counter
    return is_stored


OPERATIONS = broken("open", Server, "_check", check)

if __name__ == "__main__":
    shim.serve(OPERATIONS)
