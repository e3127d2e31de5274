"""The specification as one Markdown text on standard output, for a printer.

    printable.py                  all of it, with its annexes
    printable.py --profile Meter  what one profile needs: its requirements, and the sections that have one of them
    printable.py --html           either as an HTML page, which a browser prints
    printable.py --pages          how many pages that is, of 60 lines of 100 characters; a blank line counts half
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
# A profile names one carrier; its pages are counted with this one.
CARRIER = "UDP"
CARRIERS = ("UDP", "Bluetooth LE", "Serial line", "Stream")
# Sections that nobody needs who builds a device.
ASIDE = ("Batches", "HTTP", "MQTT", "CoAP", "Gateways", "In this crate", "Conformance", "Licence, patents, names",
         "What the wire still shows", "What this version does not do", "Tags and vendor identifiers")

# Chapters of which a device needs the requirements alone.
BARE = ("versioning", "security")
# Rows of tables that are about another carrier, an option or a server.
ROWS = re.compile(r'^\| ("?(?:Bluetooth LE|serial line|stream|HTTP|MQTT|CoAP|cpace|sas nonce|row)\b|3 \||4 \|).*\n', re.MULTILINE)


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


def needed(text, is_listed):
    """The sections that hold a listed requirement, without the requirements that are not."""
    kept = []
    for section in re.split(r"(?m)^(?=#)", text):
        numbers = DEFINITION.findall(section)
        if numbers and not any(map(is_listed, numbers)):
            continue
        title = section.lstrip("# ").split("\n")[0]
        if title in ASIDE or title in CARRIERS and title != CARRIER:
            continue
        paragraphs = re.split(r"\n{2,}", section)
        kept.append("\n\n".join(p for p in paragraphs if all(map(is_listed, DEFINITION.findall(p)))))
    return "\n\n".join(kept)


def bare(text):
    return "\n\n".join(paragraph for paragraph in re.split(r"\n{2,}", text) if DEFINITION.match(paragraph))


def whole(profile):
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
            text = needed(bare(text) if name in BARE else text, is_listed)
            if name in ("carriers", "epochs", "pairing"):
                text = ROWS.sub("", text)
        parts.append(f"# {name.replace('_', ' ').capitalize()}\n\n{plain(text)}")
    if not profile:
        parts += [f"# Annex: {name}\n\n{plain((ROOT / path).read_text())}" for name, path in ANNEXES.items()]
    return "\n\n".join(parts)


def pages(text):
    lines = sum(len(textwrap.wrap(line, COLUMNS)) or 0.5 for line in text.splitlines())
    return math.ceil(lines / LINES)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--profile")
    arguments.add_argument("--html", action="store_true")
    arguments.add_argument("--pages", action="store_true")
    given = arguments.parse_args()
    text = whole(given.profile)
    if given.html:
        text = page("The protocol iomt, version 1" + (f": {given.profile}" if given.profile else ""), text)
    print(pages(text) if given.pages else text)


if __name__ == "__main__":
    main()
