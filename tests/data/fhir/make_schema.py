"""Reduces HL7's JSON schema of FHIR R4 to the resources that this crate writes.

    python3 make_schema.py fhir.schema.json > fhir.schema.r4.reduced.json

Descriptions go; so do all definitions that those resources do not use. The contents of a bundle are
left open here (the resources in it are checked one by one), and so are contained resources.
"""

import json
import sys

RESOURCES = ["Bundle", "Device", "MedicationAdministration", "Observation"]
OPEN = "ResourceList"


def without_descriptions(node):
    if isinstance(node, dict):
        is_text = lambda key, value: key == "description" and isinstance(value, str)
        return {k: without_descriptions(v) for k, v in node.items() if not is_text(k, v)}
    if isinstance(node, list):
        return [without_descriptions(item) for item in node]
    return node


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rsplit("/", 1)[1]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        all_definitions = json.load(file)["definitions"]
    kept, waiting = {}, list(RESOURCES)
    while waiting:
        name = waiting.pop()
        if name in kept:
            continue
        kept[name] = {} if name == OPEN else without_descriptions(all_definitions[name])
        waiting.extend(references(kept[name]))
    schema = {"id": "http://hl7.org/fhir/json-schema/4.0", "definitions": kept}
    print(json.dumps(schema, sort_keys=True, separators=(",", ":")))


main()
