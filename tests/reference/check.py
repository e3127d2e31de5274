"""Answers vector files by the reference, without the runner: what differs, and a table by area.

    python tests/reference/check.py [--broken NAME] [FILE.json …]        all of tests/vectors where none is named

Exit status 1 on any difference.
"""

import collections
import importlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "broken")]

import shim                                                             # noqa: E402
from iomt import fhir                                                   # noqa: E402

SHOWN, WIDTH = 5, 300
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


def plain(value):
    """As it would come back from the wire; numbers keep their digits, and a member that is null is none."""
    return shim.without_none(json.loads(fhir.dumps(value), parse_float=lambda digits: ("number", digits)))


def judged(group, test, answer):
    """Whether the answer is right."""
    if coarse(answer, answer) == coarse(shim.without_none(test["expected"]), answer):
        return True
    judge = test.get("judge", group.get("judge"))
    if judge == "any_error":
        return "error" in answer
    if judge == "or_malformed" and class_of(answer.get("error"), {}) == "malformed":
        return True
    if judge == "decodes" and "result" in answer:
        request = {"op": "waveform_decode", "codec": test["request"]["codec"], "count": len(test["request"]["values"]),
                   "samples": answer["result"]["samples"]}
        return shim.answer(request).get("result") == {"values": test["request"]["values"]}
    return False


def coarse(value, answer):
    """Finer words as their classes; `out_of_range` of bytes that were read is `malformed`, but not where we say it, too."""
    if isinstance(value, dict):
        return {name: class_of(member, answer) if name == "error" else coarse(member, answer) for name, member in value.items()}
    return [coarse(entry, answer) for entry in value] if isinstance(value, list) else value


def class_of(word, answer):
    if word == "out_of_range" and '"out_of_range"' not in json.dumps(answer):
        return "malformed"
    return CLASSES.get(word, word)


def check(path, operations):
    file = json.loads(path.read_text(), parse_float=lambda digits: ("number", digits))
    counts, different = collections.Counter(), []
    for group in file["testGroups"]:
        for test in group["tests"]:
            answer = attempt({"op": group["op"], **test["request"]}, operations)
            right = judged(group, test, answer)
            counts[right] += 1
            if not right:
                different.append((test["tcId"], group["op"], test["comment"], test["flags"], test["expected"], answer))
    return counts, different


def attempt(request, operations):
    try:
        return plain(shim.answer(request, operations))
    except Exception as problem:                                        # a crash is a failure, not the end
        return {"crash": f"{type(problem).__name__}: {problem}"}


def is_ours(path):
    file = json.loads(path.read_text())
    return isinstance(file, dict) and any("op" in group for group in file.get("testGroups", []))


def main(arguments):
    operations = shim.OPERATIONS
    if arguments[:1] == ["--broken"]:
        operations = importlib.import_module(arguments[1]).OPERATIONS
        arguments = arguments[2:]
    paths = [pathlib.Path(argument) for argument in arguments] or sorted((HERE.parent / "vectors").glob("*.json"))
    failed = total = 0
    for path in filter(is_ours, paths):
        counts, different = check(path, operations)
        total, failed = total + sum(counts.values()), failed + counts[False]
        print(f"{path.stem:24} {counts[True]:5} right {counts[False]:5} different")
        for tc_id, op, comment, flags, expected, answer in different[:SHOWN]:
            print(f"  {tc_id} {op}: {comment} {flags}")
            print(f"    expected {json.dumps(expected)[:WIDTH]}\n    answered {json.dumps(answer)[:WIDTH]}")
    print(f"{total} vectors, {failed} different")
    return failed > 0 or total == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
