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
sys.path[:0] = [str(HERE), str(HERE / "broken"), str(HERE.parent / "vectors")]

import intermediate                                                     # noqa: E402
import judge                                                            # noqa: E402
import shim                                                             # noqa: E402
from iomt import fhir                                                   # noqa: E402

SHOWN, WIDTH = 5, 300


def plain(value):
    """As it would come back from the wire."""
    return judge.loads(fhir.dumps(value))


def check(path, operations):
    file = judge.loads(path.read_text())
    counts, different = collections.Counter(), []
    for group in file["testGroups"]:
        for test in group["tests"]:
            answer = attempt({"op": group["op"], **test["request"]}, operations)
            right = judge.is_right(group, test, answer, lambda request: plain(shim.answer(request)))
            right = right and ("intermediate" not in test or intermediate.is_confirmed(test))
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
