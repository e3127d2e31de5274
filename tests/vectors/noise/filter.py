#!/usr/bin/env python3
"""Takes the vectors of one suite out of the published snow package.

    python3 filter.py FOLDER     FOLDER: snow 0.10.0, unpacked; its files are checked first

    FOLDER/tests/vectors/{snow,cacophony}.txt ──► {snow,cacophony}.json      one vector a line

A vector is kept or left out as it is; no field is changed. README.md says more.
"""

import hashlib
import json
import sys
from pathlib import Path

SUITE = "_25519_ChaChaPoly_SHA256"
SHA256 = {
    "snow": "69da433305fd045f6c9f01b656662a389d022688986fd39fbe7af009cd402fd3",
    "cacophony": "3bde7c09a6f349ee11c825c50fcc02649f8f02a47c857a459206b357f9386cae",
}
NOTICES = ["LICENSE-APACHE", "LICENSE-MIT"]
HERE = Path(__file__).parent


def read(path, sha256):
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit(f"{path} is not the file of snow 0.10.0")
    return json.loads(content)["vectors"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    package = Path(sys.argv[1])
    for name, sha256 in SHA256.items():
        vectors = read(package / "tests" / "vectors" / f"{name}.txt", sha256)
        kept = [vector for vector in vectors if vector["protocol_name"].endswith(SUITE)]
        lines = ",\n".join(json.dumps(vector, separators=(",", ":")) for vector in kept)
        (HERE / f"{name}.json").write_text(f'{{"vectors":[\n{lines}\n]}}\n')
        print(f"{name}: {len(kept)} of {len(vectors)}")
    for notice in NOTICES:
        (HERE / notice).write_bytes((package / notice).read_bytes())


main()
