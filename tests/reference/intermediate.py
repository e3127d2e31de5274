"""What a handshake computes between its bytes, as the library for Noise does it: the `intermediate` values of a vector."""

import contextlib

from iomt.comparison import ComparisonPackets, ComparisonSide
from iomt.cpace import PasscodeSide
from noise.state import SymmetricState
from operations.pairing import run, side_of

# Of the library: the name that the Noise specification (5.2) has, and what is told of the state behind it.
TOLD = {
    "mix_hash": ("MixHash", "h"), "mix_key": ("MixKey", "ck k"), "mix_key_and_hash": ("MixKeyAndHash", "ck k h"),
    "encrypt_and_hash": ("EncryptAndHash", "h"), "decrypt_and_hash": ("EncryptAndHash", "h"),
}


@contextlib.contextmanager
def recorded():
    """The operations of every SymmetricState, those that no other one has called."""
    operations, depth, kept = [], 0, {name: getattr(SymmetricState, name) for name in TOLD}

    def recording(name):
        def operation(self, given):
            nonlocal depth
            depth += 1
            try:
                result = kept[name](self, given)
            finally:
                depth -= 1
            if depth == 0:
                done, members = TOLD[name]
                state = {"h": self.h, "ck": self.ck, "k": self.cipher_state.k}
                plain = result if name == "decrypt_and_hash" else given
                operations.append({"do": done, "input": plain.hex(), **{member: state[member].hex() for member in members.split()}})
            return result

        return operation

    for name in TOLD:
        setattr(SymmetricState, name, recording(name))
    try:
        yield operations
    finally:
        for name, right in kept.items():
            setattr(SymmetricState, name, right)


def computed(request):
    with recorded() as operations:
        side = side_of(request)
        run(side, request)
    side = side.side if isinstance(side, PasscodeSide) else side
    told = {"operations": operations, "h": side.noise.hash.hex()}
    if not isinstance(side, ComparisonSide) or isinstance(side, ComparisonPackets):
        told["mac1Key"] = side.code.mac1_key.hex()
    if side.noise.is_finished:
        session, (k_ir, k_ri) = side.session(), side.noise.keys()
        keys = {"kIr": k_ir, "kRi": k_ri, "both": session.both, "rootUp": session.root_up, "rootDown": session.root_down,
                "receiptKey": session.receipt_key, "chain": session.chain()}
        told["keys"] = {name: key.hex() for name, key in keys.items()}
    return told


def is_confirmed(test):
    """Message and token say where an operation belongs, and are computed by nobody."""
    values = test["intermediate"]
    operations = [{name: value for name, value in each.items() if name not in ("message", "token")} for each in values["operations"]]
    return {**values, "operations": operations} == computed(test["request"])
