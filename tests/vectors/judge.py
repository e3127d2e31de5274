"""Whether an answer to a vector is right: what `guide::conformance` says of classes, of null members, and of `judge`."""

import json

# Finer words that may be told in the place of a class, by the chapter "error classes" (IOMT-ERR-005).
FINER = {
    "malformed": ("truncated", "trailing_bytes", "malformed_varint", "reserved", "malformed_body", "malformed_label", "padding",
                  "not_canonical", "times_out_of_range", "not_a_fragment", "malformed_batch", "checksum", "bad_length", "bad_text",
                  "empty_list", "segmented"),
    "unsupported_codec": ("unknown_codec",),
    "unexpected": ("unexpected_packet", "unexpected_message", "wrong_direction"),
    "bad_key": ("bad_key_length", "no_agreement", "missing_key"),
    "empty": ("empty_datagram",), "too_long": ("datagram_too_long",), "orphan": ("orphan_fragment",), "gap": ("missing_fragments",),
}
CLASSES = {word: name for name, words in FINER.items() for word in words}


def loads(text):
    """JSON whose numbers keep their digits: 36.60 is not 36.6."""
    return json.loads(text, parse_float=lambda digits: ("number", digits))


def is_right(group, test, answer, decode):
    """`decode` asks for the values of a block of samples: a request without its id, and the answer."""
    expected, answer = without_none(test["expected"]), without_none(answer)
    if named(answer, '"out_of_range"' in json.dumps(expected)) == expected:
        return True
    judge = group.get("judge")
    if judge == "any_error":
        return any_errors(answer) == any_errors(expected)
    if judge == "or_malformed":
        return class_of(answer.get("error"), False) == "malformed"
    if judge == "decodes":
        samples = (answer.get("result") or {}).get("samples")
        if samples is None:
            return False
        values = test["request"]["values"]
        request = {"op": "waveform_decode", "codec": test["request"]["codec"], "count": len(values), "samples": samples}
        return decode(request).get("result") == {"values": values}
    return False


def without_none(value):
    """A member that is null may be left out; an entry of a list may not."""
    if isinstance(value, dict):
        return {name: without_none(member) for name, member in value.items() if member is not None}
    return [without_none(entry) for entry in value] if isinstance(value, list) else value


def any_errors(value):
    """One class is as good as another."""
    if isinstance(value, dict):
        return {name: "any" if name == "error" else any_errors(member) for name, member in value.items()}
    return [any_errors(entry) for entry in value] if isinstance(value, list) else value


def named(value, is_written):
    """Finer words as their classes."""
    if isinstance(value, dict):
        return {name: class_of(member, is_written) if name == "error" else named(member, is_written) for name, member in value.items()}
    return [named(entry, is_written) for entry in value] if isinstance(value, list) else value


def class_of(word, is_written):
    """`out_of_range` is a class of its own of what is to be written alone."""
    if word == "out_of_range" and not is_written:
        return "malformed"
    return CLASSES.get(word, word)
