"""Markdown as the chapters use it, as one HTML page that prints: headings, tables, drawings, lists, paragraphs."""

import html
import re

STYLE = """@page { size: A4; margin: 15mm }
body { font: 9pt/1.3 "DejaVu Serif", Georgia, serif; max-width: 180mm; margin: 0 auto }
h1 { font-size: 14pt; margin: .7em 0 .3em } h2 { font-size: 11pt; margin: .7em 0 .3em } h3 { font-size: 9.5pt; margin: .6em 0 .3em }
h1, h2, h3 { break-after: avoid } p, ul, ol { margin: .35em 0 } tr, pre { break-inside: avoid }
code, pre { font: 7.5pt/1.25 "DejaVu Sans Mono", Menlo, Consolas, monospace } pre { background: #f4f4f4; padding: 3pt 5pt; margin: .4em 0 }
table { border-collapse: collapse; font-size: 8pt; margin: .4em 0 } th, td { border: .5pt solid #bbb; padding: 1.5pt 4pt; text-align: left; vertical-align: top }
"""


def page(title, text):
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>\n<style>\n{STYLE}</style></head>\n'
            f"<body>\n{body(text)}\n</body></html>")


def body(text):
    parts, lines = [], text.splitlines()
    while lines:
        take = next((taken for kind in (drawing, heading, table, listed) if (taken := kind(lines))), None)
        if take is None:
            take = (f"<p>{inline(' '.join(paragraph(lines)))}</p>", len(paragraph(lines))) if lines[0].strip() else ("", 1)
        parts.append(take[0])
        lines = lines[take[1]:]
    return "\n".join(part for part in parts if part)


def drawing(lines):
    if not lines[0].startswith("```"):
        return None
    end = next(place for place, line in enumerate(lines[1:], 1) if line.startswith("```"))
    return f"<pre>{html.escape(chr(10).join(lines[1:end]))}</pre>", end + 1


def heading(lines):
    found = re.match(r"(#+) (.*)", lines[0])
    if not found:
        return None
    level = min(len(found[1]), 3)
    return f"<h{level}>{inline(found[2])}</h{level}>", 1


def table(lines):
    rows = len(list(leading(lines, lambda line: line.startswith("|"))))
    if rows < 2:
        return None
    cells = [re.split(r"(?<!\\)\|", line.strip()[1:].removesuffix("|")) for line in lines[:rows]]
    head = "".join(f"<th>{inline(cell.strip())}</th>" for cell in cells[0]) if any(cell.strip() for cell in cells[0]) else ""
    rest = "\n".join("<tr>" + "".join(f"<td>{inline(cell.strip())}</td>" for cell in row) + "</tr>" for row in cells[2:])
    return f"<table>{f'<tr>{head}</tr>' if head else ''}\n{rest}</table>", rows


def listed(lines):
    mark = re.match(r"(-|\d+\.) ", lines[0])
    if not mark:
        return None
    items, taken = [], 0
    for line in leading(lines, str.strip):
        taken += 1
        if re.match(r"(-|\d+\.) ", line):
            items.append(line.split(" ", 1)[1])
        else:
            items[-1] += " " + line.strip()
    name = "ul" if mark[1] == "-" else "ol"
    return f"<{name}>{''.join(f'<li>{inline(item)}</li>' for item in items)}</{name}>", taken


def paragraph(lines):
    return list(leading(lines, lambda line: line.strip() and not line.startswith(("#", "|", "```"))))


def leading(lines, holds):
    for line in lines:
        if not holds(line):
            return
        yield line


def inline(text):
    """Code first, so that nothing in it is marked."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(f"<code>{html.escape(part[1:-1])}</code>" if part[:1] == "`" and len(part) > 2 else marked(part) for part in parts)


def marked(text):
    text = html.escape(text.replace("\\|", "|"), quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"(?<!\w)\*([^*]+)\*(?!\w)", r"<em>\1</em>", text)
    return re.sub(r"\[([^\]]+)\]\((https?:[^)]+)\)", r'<a href="\2">\1</a>', text)
