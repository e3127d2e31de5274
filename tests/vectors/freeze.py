"""Holds that no case of a vector file changes or goes.

    python3 tests/vectors/freeze.py            adds what is new to frozen.json; refuses where a frozen case is another
    python3 tests/vectors/freeze.py --check    adds nothing: exit status 1 where a case is another, is gone, or is not frozen yet

Frozen is, of each area, the number of its cases and a chain: the SHA-256 of the chain before it and the case, so a file is
the longer one of the same beginning, or it is another.
"""

import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
FROZEN = HERE / "frozen" / "cases.json"


def cases(path):
    """Each case in the order of its tcId: what is asked, what is right, and how it is judged. Words about it may be mended."""
    tests = []
    for group in json.loads(path.read_text(), parse_float=str)["testGroups"]:
        for test in group["tests"]:
            said = [test["tcId"], group["op"], group.get("judge"), test["request"], test["expected"], test["result"]]
            tests.append((test["tcId"], json.dumps(said, sort_keys=True)))
    return [said for _, said in sorted(tests)]


def chain(said):
    digest = hashlib.sha256(b"iomt vectors").digest()
    for case in said:
        digest = hashlib.sha256(digest + case.encode()).digest()
    return digest.hex()


def problems_of(area, frozen, said):
    """Of a file that is there, or is not: None."""
    count = frozen["cases"]
    if said is None:
        return f"{area}: {count} frozen cases are gone with their file"
    if len(said) < count:
        return f"{area}: {count} cases are frozen, and {len(said)} are left"
    if chain(said[:count]) != frozen["chain"]:
        return f"{area}: one of the {count} frozen cases is another, or stands elsewhere"
    return None


def main():
    frozen = json.loads(FROZEN.read_text()) if FROZEN.exists() else {}
    now = {path.stem: cases(path) for path in sorted(HERE.glob("*.json"))}
    problems = [problem for area in frozen if (problem := problems_of(area, frozen[area], now.get(area)))]
    new = {area: len(said) - frozen.get(area, {"cases": 0})["cases"] for area, said in now.items()}
    new = {area: count for area, count in new.items() if count > 0}
    if "--check" in sys.argv:
        problems += [f"{area}: {count} cases are not frozen yet: python3 tests/vectors/freeze.py" for area, count in new.items()]
    elif not problems:
        made = {area: {"cases": len(said), "chain": chain(said)} for area, said in now.items()}
        FROZEN.parent.mkdir(exist_ok=True)
        FROZEN.write_text(json.dumps(made, indent=1) + "\n")
        print("\n".join(f"{area}: {count} more" for area, count in new.items()) or "nothing is new")
    print("\n".join(problems) or f"{sum(map(len, now.values()))} cases in {len(now)} areas are as they were frozen")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
