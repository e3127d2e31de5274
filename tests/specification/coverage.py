"""Which test and which vectors show each requirement of the specification.

    coverage.py             writes src/guide/specification/coverage.md
    coverage.py --check     writes nothing; exit status 1 where something is missing, unknown or stale

A test names its requirements in a comment above it, `// IOMT-SEAL-012, IOMT-SEAL-013`, a group of vectors in its member
`requirements`. It is an error when

- a requirement has no test, however many vectors it has,
- a test of CONFORMANCE, or a group of vectors, names none,
- a number is named that the specification does not have, or defined twice,
- a profile names a number or an area of vectors that does not exist, or one stands in no profile and no option,
- a paragraph or a row has one of the words of RFC 2119 in capitals, and no number,
- a line of a drawing is wider than a printed page,
- the table is not the one that is made now.
"""

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "src/guide/specification"
TABLE = PAGES / "coverage.md"
TESTS = ["src/**/*.rs", "tests/**/*.rs", "examples/conformance/**/*.rs"]
VECTORS = "tests/vectors/*.json"
# Programs whose every test is about the protocol's text.
CONFORMANCE = [
    "tests/association",
    "tests/driver_tokio",
    "tests/field_failures.rs",
    "tests/flood.rs",
    "tests/gatt/",
    "tests/golden_bytes.rs",
    "tests/pairing_with_snow",
    "tests/power_cuts.rs",
    "tests/printed_secrets",
    "tests/requirements",
    "tests/simulation.rs",
    "tests/stored_rows.rs",
]

# Of those without a vector, what the live peer (`conformance --live`) finds out: the meeting does not end, or a frame is missing.
LIVE = {f"IOMT-{number}" for number in (
    "SEAL-020", "SEAL-022", "EPOCH-020", "RCPT-021", "RCPT-030", "OUT-020", "OUT-040", "CARR-010")}

# Characters of a line in print.
WIDTH = 100

NUMBER = re.compile(r"IOMT-[A-Z]+-\d{3}")
DEFINITION = re.compile(r"^\*\*(IOMT-[A-Z]+-\d{3})\*\* ", re.MULTILINE)
PROFILE = re.compile(r"\b([A-Z]{2,6})-(\d{3})(?:\.\.(\d{3}))?")
WORDS = re.compile(r"\b(MUST|REQUIRED|SHALL|SHOULD|RECOMMENDED|MAY|OPTIONAL)\b")
# The paragraph that says what these words mean.
MEANING = "MUST, MUST NOT, SHOULD, SHOULD NOT and MAY are"
# The first column of a table of vectors.
AREA = re.compile(r"^\| `([a-z_]+)` \| ", re.MULTILINE)
TEST = re.compile(r"#\[(tokio::)?test\b")
FUNCTION = re.compile(r"\bfn (\w+)")


def defined(problems):
    """The numbers in the order of the chapters."""
    chapters = re.findall(r"specification::(\w+)\)", (PAGES / "introduction.md").read_text())
    numbers = []
    for chapter in dict.fromkeys(chapters):
        if chapter != "coverage":
            numbers += DEFINITION.findall((PAGES / f"{chapter}.md").read_text())
    everywhere = [n for page in PAGES.glob("*.md") for n in DEFINITION.findall(page.read_text())]
    for number in set(everywhere) - set(numbers):
        problems.append(f"{number} stands in a page that the introduction does not name")
    for number in {n for n in everywhere if everywhere.count(n) > 1}:
        problems.append(f"{number} is defined twice")
    return numbers


def name_of(path, function):
    """The test as `cargo test` prints it, with its program in front for those of tests/."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] == "src":
        parts = parts[1:]
    parts = [part for part in parts if part not in ("mod", "main")]
    return "::".join(parts) + "::" + function


def tests_of(path):
    """Each test of a file: its name and the numbers in the comment above it."""
    comment, attributes, is_test = [], False, False
    for line in path.read_text().splitlines():
        text = line.strip()
        if text.startswith("//"):
            comment.append(text)
        elif text.startswith("#["):
            is_test |= bool(TEST.match(text))
            attributes = True
        elif is_test and (found := FUNCTION.search(text)):
            yield name_of(path, found[1]), NUMBER.findall(" ".join(comment))
            comment, attributes, is_test = [], False, False
        elif text or not attributes:
            comment, attributes, is_test = [], False, False


def tests(problems):
    shown = {}
    for pattern in TESTS:
        for path in sorted(ROOT.glob(pattern)):
            place = path.relative_to(ROOT).as_posix()
            is_conformance = any(place.startswith(start) for start in CONFORMANCE)
            for name, numbers in tests_of(path):
                if is_conformance and not numbers:
                    problems.append(f"{place}: {name} names no requirement")
                for number in numbers:
                    shown.setdefault(number, []).append(name)
    return shown


def vectors(problems):
    """For each number the areas of vectors, each with the count of its tests."""
    shown = {}
    for path in sorted(ROOT.glob(VECTORS)):
        content = json.loads(path.read_text())
        if not isinstance(content, dict) or "testGroups" not in content:
            continue
        for group in content["testGroups"]:
            if not group.get("requirements"):
                problems.append(f"{path.name}: a group names no requirement")
            for number in group.get("requirements", []):
                areas = shown.setdefault(number, {})
                areas[path.stem] = areas.get(path.stem, 0) + len(group["tests"])
    return shown


def check_profiles(numbers, problems):
    """Each end of each range of the profiles exists, and each number is asked of somebody."""
    asked = set()
    for area, first, last in PROFILE.findall((PAGES / "profiles.md").read_text()):
        for end in filter(None, (first, last)):
            if f"IOMT-{area}-{end}" not in numbers:
                problems.append(f"profiles.md: {area}-{end} does not exist")
        asked |= {f"IOMT-{area}-{number:03}" for number in range(int(first), int(last or first) + 1)}
    problems += [f"profiles.md: {number} is in no profile and no option" for number in numbers if number not in asked]


def check_areas(problems):
    """The tables of vectors name each area, and no other."""
    page = (PAGES / "profiles.md").read_text()
    areas = {path.stem for path in ROOT.glob(VECTORS)}
    rows = set(AREA.findall(page))
    for name in sorted(rows - areas):
        problems.append(f"profiles.md: there are no vectors {name}")
    for name in sorted(area for area in areas if f"`{area}`" not in page):
        problems.append(f"profiles.md: {name} belongs to no profile and no option")


def check_words(problems):
    """Who says MUST says it under a number."""
    for page in sorted(PAGES.glob("*.md")):
        for paragraph in re.split(r"\n{2,}", page.read_text()):
            if WORDS.search(paragraph) and not DEFINITION.match(paragraph) and not paragraph.startswith(MEANING):
                problems.append(f"{page.name}: no number says this: {paragraph.splitlines()[0][:WIDTH]}")


def check_drawings(problems):
    """Nothing is cut off in print."""
    for page in sorted(PAGES.glob("*.md")):
        is_drawing = False
        for number, line in enumerate(page.read_text().splitlines(), 1):
            if line.startswith("```"):
                is_drawing = not is_drawing
            elif is_drawing and len(line) > WIDTH:
                problems.append(f"{page.name}:{number}: the drawing is {len(line)} characters wide, {WIDTH} are printed")


def table(numbers, by_test, by_vector):
    lines = [
        "Which test and which vectors show each requirement.",
        "",
        "Made by `tests/specification/coverage.py`, which `.ci/run` runs with `--check`: a requirement without a test, a",
        "conformance test or group of vectors without a requirement, and a stale table are errors. Vectors are counted by area. Where there are",
        "none another implementation is held against the requirement *live*, by `conformance --live`, or *by inspection* and its own tests.",
        "",
        f"{len(numbers)} requirements; {sum(map(len, by_test.values()))} namings by tests, "
        f"{sum(count for areas in by_vector.values() for count in areas.values())} by vectors.",
        "",
        "| requirement | tests | vectors | without vectors |",
        "|---|---|---|---|",
    ]
    for number in numbers:
        named = ", ".join(f"`{name}`" for name in sorted(set(by_test.get(number, []))))
        areas = ", ".join(f"{area} {count}" for area, count in sorted(by_vector.get(number, {}).items()))
        otherwise = "" if areas else "live" if number in LIVE else "by inspection"
        lines.append(f"| {number} | {named} | {areas} | {otherwise} |")
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true")
    is_check = arguments.parse_args().check

    problems = []
    numbers = defined(problems)
    by_test, by_vector = tests(problems), vectors(problems)
    for number in sorted({*by_test, *by_vector} - set(numbers)):
        where = by_test.get(number, []) + list(by_vector.get(number, {}))
        problems.append(f"{number} is named by {', '.join(where)} and does not exist")
    for number in numbers:
        if number not in by_test:
            problems.append(f"{number} has no test")
    for number in sorted(LIVE & set(by_vector) | LIVE - set(numbers)):
        problems.append(f"{number} of LIVE has vectors, or does not exist")
    check_profiles(numbers, problems)
    check_areas(problems)
    check_words(problems)
    check_drawings(problems)

    made = table(numbers, by_test, by_vector)
    if not is_check:
        TABLE.write_text(made)
    elif TABLE.read_text() != made:
        problems.append(f"{TABLE.relative_to(ROOT)} is stale: run {Path(__file__).relative_to(ROOT)}")
    print(f"{len(numbers)} requirements, {len(problems)} problems")
    print("\n".join(problems))
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
