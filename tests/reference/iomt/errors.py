"""Why something is refused: the closed list of the specification's chapter "error classes"."""

# What is wrong with bytes, told more exactly than a peer or a vector is told. Each is the class `malformed`.
MALFORMED = (
    "truncated",       # they end before a field does
    "trailing",        # they go on behind the last field
    "varint",          # a varint that is too long or too large
    "reserved",        # a bit or value that version 1 does not have
    "range",           # a field beyond what it may say
    "body",            # fields that do not fit each other
    "padding",         # a one in the filling of a block's last byte
    "canonical",       # bytes that are not the one form of what they say
    "checksum",        # a code that is not that of the bytes
    "fragment",        # no fragment of a datagram
)


class Refused(Exception):
    """`word` is the class; `detail`, for people, says more where there is more to say."""

    def __init__(self, word, detail=None):
        if word in MALFORMED:
            word, detail = "malformed", word
        self.word = word
        self.detail = detail
        super().__init__(word if detail is None else f"{word}: {detail}")
