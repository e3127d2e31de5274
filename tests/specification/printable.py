"""The specification as one Markdown text on standard output, for a printer.

    printable.py                  all of it, with its annexes
    printable.py --profile Meter  what one profile needs: its requirements, and the sections that have one of them
    printable.py --html           either as an HTML page, which a browser prints
    printable.py --carrier NAME   a profile with this carrier: UDP, where none is named
    printable.py --pages          how many pages that is, of 60 lines of 100 characters; a blank line counts half; of a profile
                                  with each carrier, the most last
"""

import argparse
import math
import re
import sys
import textwrap

from coverage import PAGES, ROOT, DEFINITION, PROFILE, WIDTH
from sheet import page

ANNEXES = {
    "records (annex)": "src/guide/records.md",
    "small": "src/reading/codec/small/format.md",
    "large": "src/reading/codec/large/format.md",
}
LINES, COLUMNS = 60, WIDTH
# A profile names one of them.
CARRIERS = ("UDP", "Bluetooth LE", "Serial line", "Stream")
# Sections that nobody needs who builds a device.
ASIDE = ("Batches", "HTTP", "MQTT", "CoAP", "Gateways", "In this crate", "Conformance", "Licence, patents, names",
         "What the wire still shows", "What this version does not do", "Tags and vendor identifiers")

# Chapters of which a device needs the requirements alone.
BARE = ("versioning", "security")


def chapters():
    names = re.findall(r"specification::(\w+)\)", (PAGES / "introduction.md").read_text())
    return ["introduction", *(name for name in dict.fromkeys(names) if name != "coverage")]


def plain(text):
    """Links inside the documentation become their words; headings go one deeper."""
    text = re.sub(r"\[([^\]]+)\]\((?:crate|super)::[^)]*\)", r"\1", text)
    text = text.replace("\\[", "[").replace("\\]", "]")
    return re.sub(r"^(#+) ", r"#\1 ", text, flags=re.MULTILINE)


def profile_numbers(name):
    """The numbers that a profile lists, by area."""
    page = (PAGES / "profiles.md").read_text()
    sections = re.split(r"^# ", page, flags=re.MULTILINE)
    section = next((s for s in sections if s.startswith(f"{name}\n")), None)
    if section is None:
        sys.exit(f"no profile {name}")
    rows = "\n".join(line for line in section.splitlines() if line.startswith("| ") and "carrier" not in line)
    listed = {(area, int(n)) for area, a, b in PROFILE.findall(rows) for n in range(int(a), int(b or a) + 1)}
    return lambda number: (number.split("-")[1], int(number[-3:])) in listed or number.startswith("IOMT-CARR")


def needed(text, is_listed, carrier):
    """The sections that hold a listed requirement, without the requirements that are not."""
    kept = []
    for section in re.split(r"(?m)^(?=#)", text):
        numbers = DEFINITION.findall(section)
        if numbers and not any(map(is_listed, numbers)):
            continue
        title = section.lstrip("# ").split("\n")[0]
        if title in ASIDE or title in CARRIERS and title != carrier:
            continue
        paragraphs = re.split(r"\n{2,}", section)
        kept.append("\n\n".join(p for p in paragraphs if all(map(is_listed, DEFINITION.findall(p)))))
    return "\n\n".join(kept)


def rows_of_others(carrier):
    """Rows of tables that are about another carrier, an option or a server."""
    others = "|".join(re.escape(name) for name in CARRIERS if name != carrier)
    return re.compile(rf'^\| ("?(?:(?i:{others})|HTTP|MQTT|CoAP|cpace|sas nonce|row)\b|3 \||4 \|).*\n', re.MULTILINE)


def bare(text):
    return "\n\n".join(paragraph for paragraph in re.split(r"\n{2,}", text) if DEFINITION.match(paragraph))


def whole(profile, carrier=CARRIERS[0]):
    parts = []
    for name in chapters():
        text = (PAGES / f"{name}.md").read_text()
        if profile:
            if name in ("profiles", "states", "health", "models", "locators", "metrics"):
                continue
            is_listed = profile_numbers(profile)
            if name == "introduction":
                text = text[text.index("# Words") :]
            elif not any(map(is_listed, DEFINITION.findall(text))):
                continue
            text = needed(bare(text) if name in BARE else text, is_listed, carrier)
            if name in ("carriers", "epochs", "pairing"):
                text = rows_of_others(carrier).sub("", text)
        parts.append(f"# {name.replace('_', ' ').capitalize()}\n\n{plain(text)}")
    if not profile:
        parts += [f"# Annex: {name}\n\n{plain((ROOT / path).read_text())}" for name, path in ANNEXES.items()]
    return "\n\n".join(parts)


def pages(text):
    return math.ceil(sum(len(textwrap.wrap(line, COLUMNS)) or 0.5 for line in reflowed(text)) / LINES)


def reflowed(text):
    """Its lines, each paragraph and each entry of a list as one; drawings, tables and headings as they stand."""
    lines, is_drawing, is_open = [], False, False
    for line in text.splitlines():
        is_fence = line.startswith("```")
        is_alone = is_drawing or is_fence or not line.strip() or line.startswith(("|", "#"))
        if is_open and not is_alone and not re.match(r"\s*(-|\d+\.) ", line):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
        is_open = not is_alone
        is_drawing ^= is_fence
    return lines


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--profile")
    arguments.add_argument("--carrier", choices=CARRIERS, default=CARRIERS[0])
    arguments.add_argument("--html", action="store_true")
    arguments.add_argument("--pages", action="store_true")
    given = arguments.parse_args()
    if given.pages:
        return count(given.profile)
    text = whole(given.profile, given.carrier)
    if given.html:
        text = page("The protocol iomt, version 1" + (f": {given.profile}" if given.profile else ""), text)
    print(text)


def count(profile):
    if not profile:
        return print(pages(whole(None)))
    counts = {carrier: pages(whole(profile, carrier)) for carrier in CARRIERS}
    for carrier, number in sorted(counts.items(), key=lambda one: one[1]):
        print(f"{carrier}: {number}")
    print(max(counts.values()))


if __name__ == "__main__":
    main()
