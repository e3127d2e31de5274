"""Makes the digits of the handshake's hash alone, without the nonces: a relay grinds equal digits in seconds."""

from good import broken, shim
from iomt import comparison

right = comparison.digits


OPERATIONS = broken("pair_step", comparison, "digits", lambda hash, _ni, _nr: right(hash, b"", b""))

if __name__ == "__main__":
    shim.serve(OPERATIONS)
