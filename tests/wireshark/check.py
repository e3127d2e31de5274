"""Dissects the capture with tshark and compares the fields with expected.txt.

    check.py            exit status 1 on any difference
    check.py --write    writes expected.txt; look at what has changed
"""

import difflib
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
EXPECTED = FOLDER / "expected.txt"
FIELDS = """
    frame.number iomt.kind iomt.space iomt.version iomt.locator iomt.salt iomt.counter iomt.ciphertext iomt.tag
    iomt.receipt.echo iomt.receipt.wait iomt.receipt.count iomt.receipt.epoch iomt.receipt.space
    iomt.receipt.floor iomt.receipt.range iomt.receipt.field iomt.receipt.proof
    iomt.handshake.suite iomt.handshake.model iomt.handshake.step iomt.handshake.connection iomt.handshake.hint
    iomt.handshake.mac1 iomt.handshake.message iomt.refused.reference iomt.malformed
    iomt_ble.message iomt_ble.last iomt_ble.index iomt_tcp.length _ws.col.Info
""".split()


def tshark(*arguments):
    command = ["tshark", "-X", f"lua_script:{FOLDER / 'iomt.lua'}", "-r", str(FOLDER / "iomt.pcapng")]
    command += ["-d", "udp.port==7001,iomt", "-d", "tcp.port==7001,iomt_tcp", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    if "Lua" in ran.stderr:
        sys.exit(ran.stderr)
    return ran.stdout


def dissected():
    """Of each packet the fields that it has, one a line."""
    options = [part for field in FIELDS for part in ("-e", field)]
    lines = []
    for packet in tshark("-T", "fields", "-E", "separator=|", "-E", "occurrence=a", *options).splitlines():
        for name, value in zip(FIELDS, packet.split("|"), strict=True):
            value = {"True": "1", "False": "0"}.get(value, value)  # As versions before 4.2 say it.
            if value:
                lines.append(f"{'' if name == 'frame.number' else '    '}{name} {value}")
    return lines


def main():
    lines = dissected()
    if "--write" in sys.argv[1:]:
        EXPECTED.write_text("\n".join(lines) + "\n")
    expected = EXPECTED.read_text().splitlines()
    difference = list(difflib.unified_diff(expected, lines, "expected", "tshark", lineterm=""))
    print("\n".join(difference) or f"{sum(line.startswith('frame.number') for line in lines)} packets as expected")
    sys.exit(bool(difference))


if __name__ == "__main__":
    main()
