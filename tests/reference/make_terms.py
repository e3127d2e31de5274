"""Makes `iomt/terms.py` from the tables of the specification, so that the reference has no code that a vendor has not.

    make_terms.py            writes it
    make_terms.py --check    says whether it is what the pages make
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGES = HERE.parent.parent / "src/guide/specification"
MADE = HERE / "iomt/terms.py"

HEAD = '''"""Metrics and units in the codes of others: names, LOINC, UCUM, the profiles of FHIR's vital signs.

Made by `make_terms.py` from the pages `metrics` and `health` of the specification. Codes of LOINC are (c) Regenstrief
Institute, Inc., and are used under its licence.
"""
'''


def tables(page):
    """The tables of a page, each the list of its rows; a row is a dictionary by the words of the head."""
    found, head = [], None
    for line in (PAGES / page).read_text().splitlines():
        if not line.startswith("| ") and not line.startswith("|-"):
            head = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if head is None:
            head = cells
            found.append([])
        elif not line.startswith("|-"):
            found[-1].append(dict(zip(head, cells)))
    return found


def table(page, *columns):
    """The one table of a page that has these columns."""
    fitting = [rows for rows in tables(page) if rows and all(column in rows[0] for column in columns)]
    assert len(fitting) == 1, f"{page} has {len(fitting)} tables of {columns}"
    return fitting[0]


def code(cell):
    """The number or code in front of what is said of its evidence."""
    return cell.split(",")[0].strip("` ")


def metrics():
    rows = {}
    for row in table("metrics.md", "code", "plausible"):
        unit = int(code(row["unit"])) if row["unit"] else None
        rows.setdefault(int(row["code"]), []).append((row["name"], unit, code(row["LOINC"]) or None))
    return rows


def plausible():
    ranges = {}
    for row in table("metrics.md", "code", "plausible"):
        if row["plausible"]:
            least, most = row["plausible"].split(" to ")
            ranges[int(row["code"]), int(code(row["unit"]))] = (least, most)
    return ranges


def units():
    return {int(row["unit"]): row["UCUM"].strip("`") for row in table("metrics.md", "unit", "dimension")}


def named(words, of_all):
    """The codes that "body, oral, rectal temperature" and "pulse rate by oximeter, by cuff" mean, each name as it stands in the table."""
    parts = words.split(";")[0].split(", ")
    found, tail, front = [], parts[-1].split(" ", 1)[-1], ""
    for part in parts:
        tried = (part, f"{part} {tail}", f"{front} {part}")
        name = next((name for name in tried if name in of_all), None)
        if name is not None:
            found.append(of_all[name])
            front = name.split(" by ")[0]
        elif part != "a panel":
            raise SystemExit(f"health.md: no metric is called any of {tried}")
    return tuple(found)


def profiles():
    of_all = {rows[0][0]: metric for metric, rows in metrics().items()}
    made = {}
    for row in table("health.md", "profile", "LOINC", "metrics"):
        ucum = tuple(text.strip("`") for text in row["UCUM"].split(", "))
        made[row["profile"].strip("`")] = (row["LOINC"], ucum, named(row["metrics"], of_all))
    return made


def written(name, comment, values):
    lines = "".join(f"    {key!r}: {value!r},\n" for key, value in values.items())
    return f"\n# {comment}\n{name} = {{\n{lines}}}\n".replace("'", '"')


def made():
    return HEAD + "".join([
        written("METRICS", "metric: [(name, the unit that this row is for, LOINC)]", metrics()),
        written("UCUM", "unit: its code in UCUM", units()),
        written("PROFILES", "name: (LOINC, units that the profile takes, metrics)", profiles()),
        written("PLAUSIBLE", "(metric, unit): the plausible range", plausible()),
    ])


def main():
    if sys.argv[1:] != ["--check"]:
        MADE.write_text(made())
    elif MADE.read_text() != made():
        sys.exit(f"{MADE.name} is not what the pages of the specification make; make_terms.py writes it")


if __name__ == "__main__":
    main()
