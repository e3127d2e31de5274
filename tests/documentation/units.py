#!/usr/bin/env python3
"""Finds public numbers of which neither name nor documentation says what is counted.

    python3 tests/documentation/units.py

Looks at every public field and every public function without arguments but `self` whose type is a bare number; in the
schema and the formats (`PARTS`) at every constant, every variant of an enumeration and every function that takes or gives
one, too. A name may end in its unit (`delay_ms`); else the documentation names a unit, says what is counted, or says that
it is a number of some list. In `PARTS` a function that takes a number and may refuse it (an `Option` or a `Result`) says
which: by a bound, or where it gives `None` or which error. Ranges of metrics stand in `tests/schema_file`, which holds the
documentation of each constant to the table. Prints each that does not and exits with 1 when there is one.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

NUMBER = r"(?:NonZero)?(?:Option<)?\[?(?:[ui](?:8|16|32|64|128|size)|f32|f64)(?:; \w+\])?>?"
FIELD = re.compile(rf"^pub (\w+): ({NUMBER}),")
GETTER = re.compile(rf"^pub (?:const )?fn (\w+)\(&?(?:mut )?self\) -> ({NUMBER}) \{{")

# Where constants, variants and functions with arguments are looked at, too.
PARTS = ("reading", "wire", "fhir", "gatt", "time")
CONSTANT = re.compile(rf"^pub const (\w+): ({NUMBER}) =")
VARIANT = re.compile(rf"^([A-Z]\w*)\(({NUMBER})\),")
FUNCTION = re.compile(r"^pub (?:const )?fn (\w+)")
PARAMETER = re.compile(rf"\w+: ({NUMBER})[,)]")
RESULT = re.compile(rf"-> (?:Option<|Result<)?({NUMBER})\b")

REFUSES = re.compile(r"-> (?:Option|Result)\b")
# What says which numbers are refused.
BOUND = re.compile(
    r"\d|\b(?:any|every|above|below|at most|least|beyond|(?:un)?known|reserved|zero|where there is|MAX_\w+)\b|`None`|# Errors.*\[`\w", re.I
)

# A word that says what a number counts or is: a unit, a thing counted, or an entry of a numbered list.
WORDS = """
    nanosecond microsecond millisecond second minute hour day week month year bit byte octet count number many how
    percent per cent permille degree mmhg bpm beat breath hertz sample sample-rate step ratio share code id tag index position
    sequence from of-\\d metre gram milligram kilogram litre volt microvolt millivolt ampere celsius kelvin unit times
    frame record epoch packet datagram component value entry bound mantissa exponent power digit version generation
    bitmap flag hash checksum radian hz ms µs us ns s min % mg/dl mmol/l g version probability fraction logarithm
    attempt try instruction channel level angle rank row line column day page length width size age seed key token
    kcal calorie joule watt newton pascal gravit threshold point interval distance factor gain coefficient zero one
    scheme identifier address counter nats kilojoule thousandth beginning
""".split()
SAYS = re.compile(r"(?<![a-z])(?:" + "|".join(re.escape(word) if "\\" not in word else word for word in WORDS) + r")(?:s|es)?(?![a-z])", re.I)
SUFFIX = re.compile(r"(?:^|_)(?:ns|us|ms|s|secs|seconds|millis|micros|nanos|minutes|hours|month|year|days|bytes|bits|bpm|hz|mg|mg_dl|kg|kj|kilojoules|milli_g|milli_units|percent|permille|ppm|uv|mv|count|len|code)$")


def items(text):
    """The documentation, name and type of each public number of a source text, with its line."""
    documentation = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith("///"):
            documentation.append(line[3:].strip())
        elif line.startswith("#["):
            continue
        else:
            if match := FIELD.match(line) or GETTER.match(line):
                yield number, match[1], match[2], " ".join(documentation)
            documentation = []


def others(text):
    """The same of each constant, variant and function."""
    documentation, lines = [], text.splitlines()
    for number, line in enumerate(map(str.strip, lines), 1):
        if line.startswith("///"):
            documentation.append(line[3:].strip())
        elif not line.startswith("#["):
            found = CONSTANT.match(line) or VARIANT.match(line)
            if found and documentation:
                yield number, found[1].lower(), found[2], " ".join(documentation)
            elif (found := FUNCTION.match(line)) and not GETTER.match(line):
                head = re.split(r"[{;]", " ".join(lines[number - 1 : number + 9]))[0]
                kind = PARAMETER.search(head) or RESULT.search(head)
                if kind:
                    yield number, "", kind[1], f"{found[1]}: {' '.join(documentation)}"
            documentation = []


def refusing(text):
    """The documentation of each function that takes a number and may refuse it."""
    documentation, lines = [], text.splitlines()
    for number, line in enumerate(map(str.strip, lines), 1):
        if line.startswith("///"):
            documentation.append(line[3:].strip())
        elif not line.startswith("#["):
            if found := FUNCTION.match(line):
                head = re.split(r"[{;]", " ".join(lines[number - 1 : number + 9]))[0]
                if PARAMETER.search(head) and REFUSES.search(head):
                    yield number, found[1], " ".join(documentation)
            documentation = []


def main():
    seen, refused, silent = 0, 0, []
    for path in sorted((ROOT / "src").rglob("*.rs")):
        if "tests" in path.parts or path.name == "tests.rs":
            continue
        text = re.split(r"#\[cfg\(test\)\]\nmod tests \{", path.read_text())[0]
        found = list(items(text))
        if path.relative_to(ROOT / "src").parts[0] in PARTS:
            found += others(text)
            for line, name, documentation in refusing(text):
                refused += 1
                if not BOUND.search(documentation):
                    silent.append(f"{path.relative_to(ROOT)}:{line}: {name}: refuses what? {documentation or 'not documented'}")
        for line, name, kind, documentation in found:
            seen += 1
            if not SUFFIX.search(name) and not SAYS.search(documentation):
                silent.append(f"{path.relative_to(ROOT)}:{line}: {name}: {kind}: {documentation or 'not documented'}")
    told = f"{seen} public numbers, {refused} functions that may refuse one"
    print("\n".join(silent + [f"{told}; {len(silent)} do not say what they count or refuse"]))
    sys.exit(bool(silent) or seen < 300 or refused < 30)


if __name__ == "__main__":
    main()
