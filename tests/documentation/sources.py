#!/usr/bin/env python3
"""Finds what is public in the schema and the formats and of which no module says the source.

    python3 tests/documentation/sources.py

A module's documentation has a section "Sources", whose table names each public type, function and constant of the module
and of its submodules, and beside it the section of a standard, a page of HL7, a requirement of the specification, or that
it is of this crate. The public functions and constants of a type have the source of their type: of each `impl` that has
some, the type is in a table. Prints what is missing, named twice, or named and not there, and exits with 1 when there is any.
Errors are for clippy: `missing_errors_doc` is a warning, and warnings are errors.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2] / "src"
MODULES = ["time", "reading", "wire", "gatt", "fhir"]
ITEM = re.compile(r"^pub (?:struct|enum|union|trait|type|static|(?:const )?fn|const) (?!fn\b)(\w+)", re.M)
# The type of an `impl` without a trait, with what stands in it up to the brace that closes it.
IMPL = re.compile(r"^impl(?:<[^{]*?>)? (\w+)(?:<[^{]*>)?(?:\n?\s*where[^{]*)? \{\n(.*?)^\}", re.M | re.S)
MEMBER = re.compile(r"^    pub (?:(?:const )?fn|const) (?!fn\b)(\w+)", re.M)
HIDDEN = re.compile(r"^\s*(?:pub\((?:crate|super)[^)]*\) )?(?:struct|enum) (\w+)", re.M)
# What a source looks like.
SOURCE = re.compile(
    r"GSS|Service|ISO/IEEE 11073|`\w+\.html|RFC \d+|POSIX|UCUM|UDI|GS1|BCP 47|IUPAC|IOMT-[A-Z]+|own pages|every record|of this crate|both of them"
)


def sources(module):
    """The texts of a module and of what is below it, but for tests."""
    for path in sorted((ROOT / module).rglob("*.rs")):
        if "tests" not in path.parts and path.name != "tests.rs":
            yield re.split(r"#\[cfg\(test\)\]\nmod tests \{", path.read_text())[0]


def public(module):
    """The public items of a module and of what is below it, but for inner functions."""
    return {name for code in sources(module) for name in ITEM.findall(code)}


def members(module):
    """The public functions and constants of each type, but for types that are not public."""
    hidden = {name for code in sources(module) for name in HIDDEN.findall(code)}
    for code in sources(module):
        for name, body in IMPL.findall(code):
            for member in MEMBER.findall(body):
                if name not in hidden:
                    yield name, member


def table(module):
    """The names of the table, with the source of each."""
    lines = (ROOT / module / "mod.rs").read_text().splitlines()
    text = "\n".join(line[4:] for line in lines if line.startswith("//!"))
    section = re.split(r"^# ", text.split("# Sources\n", 1)[-1], flags=re.M)[0] if "# Sources\n" in text else ""
    for row in re.findall(r"^\| (.*) \|$", section, flags=re.M)[1:]:
        items, source = row.split(" | ")
        items = re.sub(r"\[`\w+`\]:", "", items)  # the submodule that a row is of
        for name in re.findall(r"`(\w+)`", items):
            yield name, source


def main():
    faults, seen, everywhere, methods = [], 0, set(), []
    for module in MODULES:
        there, named = public(module), list(table(module))
        names = [name for name, _ in named]
        seen += len(there)
        everywhere |= set(names)
        methods += [(module, *member) for member in members(module)]
        faults += [f"{module}: {name} has no source" for name in sorted(there - set(names))]
        faults += [f"{module}: {name} is not public" for name in sorted(set(names) - there)]
        faults += [f"{module}: {name} is named twice" for name in sorted({n for n in names if names.count(n) > 1})]
        faults += [f"{module}: {name}: {source} is no source" for name, source in named if not SOURCE.search(source)]
    faults += [f"{module}: {kind}::{name} is of a type without a source" for module, kind, name in methods if kind not in everywhere]
    told = f"{seen} public items of {', '.join(MODULES)} and {len(methods)} functions and constants of theirs"
    print("\n".join(faults + [f"{told}, {len(faults)} faults of their sources"]))
    sys.exit(bool(faults) or seen < 150 or len(methods) < 600)


if __name__ == "__main__":
    main()
