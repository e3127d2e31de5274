"""Asks a program the vectors of an area, without anything to build: for the first hours of an implementation.

    python3 tests/vectors/ask.py AREA[,AREA …] PROGRAM [ARGUMENTS …]
    python3 tests/vectors/ask.py sfloat node examples/conformance/javascript/sfloat.js

It counts, says what seems to be wrong, and shows a case of it. The exit status is 1 as long as anything fails. Profiles, explanations in words,
reports and the live peer are the runner's: `cargo run --release --example conformance`.
"""

import collections
import json
import pathlib
import subprocess
import sys

import judge

HERE = pathlib.Path(__file__).parent
WIDTH = 160


class Program:
    """Lines in, lines out."""

    def __init__(self, command):
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        except OSError as error:
            sys.exit(f"the program can not be started: {error}")
        self.asked = 0

    def ask(self, request):
        self.asked += 1
        try:
            self.process.stdin.write(json.dumps({"id": self.asked, **request}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            sys.exit("the program ended before it was asked all")
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the program ended without an answer to {json.dumps(request)[:WIDTH]}")
        try:
            answer = judge.loads(line)
        except ValueError:
            sys.exit(f"no answer but: {line.rstrip()}")
        if not isinstance(answer, dict) or answer.pop("id", None) != self.asked:
            sys.exit(f"an answer without the id of its request, {self.asked}: {line.rstrip()}")
        return answer


def area(name, program):
    """How many are right, failed and unsupported."""
    path = HERE / f"{name}.json"
    if not path.exists():
        sys.exit(f"no area {name}: {', '.join(sorted(path.stem for path in HERE.glob('*.json')))}")
    file = judge.loads(path.read_text())
    right, unsupported, failures = collections.Counter(), 0, []
    for group in file["testGroups"]:
        for test in group["tests"]:
            answer = program.ask({"op": group["op"], **test["request"]})
            flag = test["flags"][0] if test["flags"] else None
            # Why something is not there has to be said.
            if str(answer.get("unsupported") or "").strip():
                unsupported += 1
            elif judge.is_right(group, test, answer, program.ask):
                right[flag] += 1
            else:
                failures.append((flag, group, test, answer))
    print(f"{name:24}{right.total():6} right{len(failures):6} failed{unsupported:6} unsupported")
    if failures:
        explain(file["flags"], right, failures)
    return right.total(), len(failures)


def explain(flags, right, failures):
    """The mistake whose cases fail most, and its first case."""
    failed = collections.Counter(failure[0] for failure in failures)
    worst = max(failed, key=lambda flag: failed[flag] / (failed[flag] + right[flag]))
    _, group, test, answer = next(failure for failure in failures if failure[0] == worst)
    if len(failures) >= 9 * right.total():
        print("  It gives other answers nearly everywhere.")
    elif worst:
        print(f"  It seems that yours {flags[worst]['description']}: {flags[worst]['effect']}.")
    print(f"  The first of {failed[worst]}: tcId {test['tcId']}, {group['about']}: {test['comment']}.")
    for title, value in (("asked", {"op": group["op"], **test["request"]}), ("right", test["expected"]), ("got", answer)):
        text = json.dumps(value)
        print(f"  {title:6}{text if len(text) <= WIDTH else text[:WIDTH] + ' …'}")
    print(f"  see   {', '.join(group['requirements'])}")


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    program = Program(arguments[1:])
    counts = [area(name, program) for name in arguments[0].split(",")]
    program.process.stdin.close()
    right, failed = map(sum, zip(*counts))
    return failed > 0 or right == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
