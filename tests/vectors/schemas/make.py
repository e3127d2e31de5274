"""Writes a JSON schema for each vector file, or checks the files by them.

    python3 tests/vectors/schemas/make.py            writes AREA.json, one for each file
    python3 tests/vectors/schemas/make.py --check    validates every vector file (needs the package jsonschema)

A schema says which members a request and its answer have, and of what kind each is; see guide::conformance.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
VECTORS = HERE.parent

HEX = {"type": "string", "pattern": "^([0-9a-f]{2})*$"}
BIG = {"type": "string", "pattern": "^-?[0-9]{1,20}$"}
DECIMAL = {"type": "string", "pattern": "^-?[0-9]{1,10}e-?[0-9]{1,3}$"}
VALUE = {"type": "string", "pattern": "^(nan|nres|[+-]inf|[<>]?-?[0-9]{1,10}e-?[0-9]{1,3})$"}
CLASS = {"type": "string", "pattern": "^[a-z_]+$"}
TEXT = {"type": "string"}
INT = {"type": "integer"}
FLAG = {"type": "boolean"}
ANY = {"type": "object"}


def fixed(length):
    return {"type": "string", "pattern": f"^[0-9a-f]{{{2 * length}}}$"}


def lists(item):
    return {"type": "array", "items": item}


def word(*words):
    return {"enum": list(words)}


def members(**of):
    """An object with these members and no others; those whose name ends in _ may be absent."""
    names = {name.rstrip("_"): kind for name, kind in of.items()}
    required = [name for name in of if not name.endswith("_")]
    return {"type": "object", "properties": names, "required": required, "additionalProperties": False}


def either(*kinds):
    return {"anyOf": list(kinds)}


KEY, RANGE = fixed(32), {"type": "array", "items": INT, "minItems": 2, "maxItems": 2}
ERROR = members(error=CLASS)
SESSION = members(hash=KEY, kIr=KEY, kRi=KEY, device=word("initiator", "responder"))
FRAMES = lists(members(packet=HEX, store_=FLAG))
EPOCH = dict(session=SESSION, staticSecret=KEY, random=KEY, number=INT)
STAMP = members(unix=BIG, quality=INT, uncertainty=INT, utcOffset_=INT, epoch=INT)
MEASURED = dict(metric=INT, unit=INT, value=VALUE, status=INT)
PART = members(**MEASURED)

RECORDS = dict(
    observation=dict(**MEASURED, time=BIG),
    waveform=dict(metric=INT, unit=INT, start=BIG, rate=INT, firstIndex=BIG, scale=DECIMAL, zero=INT, codec=INT, count=INT, samples=HEX),
    descriptor=dict(manufacturer=TEXT, model=TEXT, serial=TEXT, firmware=TEXT, udiDevice=TEXT, udiProduction=TEXT),
    compound=dict(metric=INT, time=BIG, status=INT, components=lists(members(metric=INT, status_=INT, unit=INT, value=VALUE))),
    series=dict(metric=INT, unit=INT, start=BIG, exponent=INT, status=INT, codec=INT, count=INT, interval_=INT, intervals_=HEX, samples=HEX),
    stamped=dict(**MEASURED, time=BIG, stamp=STAMP),
    gap=dict(firstSequence=BIG, count=INT, reason=INT),
    context=dict(back=INT, device=INT, location=INT, method=INT, origin=INT, algorithm=TEXT, algorithmVersion=TEXT),
    event=dict(time=BIG, kind=INT, subject=INT, source=BIG, detail=INT),
    calibration=dict(time=BIG, metric=INT, unit=INT, reference=DECIMAL, slope=DECIMAL, intercept=DECIMAL, validFor=INT),
    clock_sync=dict(time=BIG, stamp=STAMP),
    text=dict(time=BIG, language=TEXT, text=TEXT),
    dose=dict(time=BIG, medicine=TEXT, amount=INT, unit=INT, adherence=INT, plannedBefore=INT, reporter=INT),
    insulin_basal=dict(time=BIG, rate=INT, duration=INT, outcome=INT),
    insulin_bolus=dict(time=BIG, requested=INT, delivered=INT, outcome=INT),
    asset=dict(time=BIG, item=TEXT, location=TEXT, availability=INT, quantity=INT, expires=INT),
    activity=dict(time=BIG, kind=INT, duration=INT, steps=INT, distance=INT, energy=INT),
    fall=dict(time=BIG, confidence=INT, peak=INT, still=INT),
    sleep=dict(time=BIG, stage=INT, duration=INT),
    consent=dict(time=BIG, reference=TEXT, version=INT),
    setting=dict(time=BIG, name=TEXT, value=TEXT),
    stream=dict(time=BIG, channel=INT, position=BIG, data=HEX),
    unknown=dict(tag=INT, body=HEX),
)


def record(**more):
    return either(*(members(record=word(name), **of, **more) for name, of in RECORDS.items()))


def untimed(name):
    return members(**{member: kind for member, kind in RECORDS[name].items() if member != "time"})


LOSS = members(range=RANGE, why=INT)
SPACE = members(floor=INT, end=INT, losses=lists(LOSS))
LISTED = members(locator=fixed(8), secret_=KEY, cut=FLAG, run=fixed(8), data_=SPACE, alarm_=SPACE)
STATUS = members(status=members(ticks=BIG, due_=INT, serverTime_=BIG, age=BIG))
LIST = members(outstanding=members(epochs=lists(LISTED)))
SETTLED = members(imported=INT, closed=INT, losses=lists(members(tag=fixed(16), run_=fixed(8), space=INT, range=RANGE, why=INT)))
OPENED = dict(tag=fixed(16), counter=INT, plaintext=HEX)
DONE = members(hash=KEY, kIr=KEY, kRi=KEY, session=fixed(16), psk=KEY, hint=fixed(8), peer=KEY, descriptor_=KEY, digits_={"type": "string", "pattern": "^[0-9]{6}$"})
SIDE = dict(role=word("initiator", "responder"), staticSecret=KEY, connection_=fixed(8), random=lists(KEY), received=lists(HEX))
ELAPSED = members(scale=word("ticks", "utc", "local"), unit=INT, count=BIG, source=INT, offset_=INT, current=FLAG, unix_=BIG)
CONTEXT = members(number=INT, carbohydrate_=members(id=INT, kilograms=VALUE), meal_=INT, tester_=INT, health_=INT, seconds_=INT,
                  intensity_=INT, medication_=members(id=INT, kilograms_=VALUE, litres_=VALUE))
CLOCK = either(members(local=TEXT, dayOfWeek=INT, fractions=INT, reason=INT), members(elapsed=ELAPSED, status_=INT, capabilities_=INT))
TIME = either(members(local=TEXT, offset=INT), members(minutes=INT), members(elapsed=ELAPSED))
NAMED = dict(subject=TEXT, effective=TEXT, device_=TEXT, scope=HEX, source=HEX, run=BIG, sequence=BIG, upload=word("put", "conditional"))

ANSWER = members(answer=members(taken=INT, outcome=INT))
CONTROL = (STATUS, LIST, ANSWER)
UNKNOWN = members(unknown=members(tag=INT, body=HEX))
COMMANDS = (members(introduce=members(key=KEY, first=KEY, role=INT, rights=INT), hint=fixed(8)), members(revoke=KEY), UNKNOWN)

# By operation: request, result
OPERATIONS = dict(
    decimal=(
        either(
            members(do=word("parse"), text=TEXT),
            members(do=word("format"), decimal=DECIMAL),
            members(do=word("compare"), a=DECIMAL, b=DECIMAL),
            members(do=word("rescale"), decimal=DECIMAL, exponent=INT),
        ),
        either(members(decimal=DECIMAL), members(text=TEXT), members(order=word(-1, 0, 1))),
    ),
    sfloat=(
        either(members(width=word(16, 32), bytes=HEX), members(width=word(16, 32), value=VALUE)),
        either(members(value=VALUE), members(bytes=HEX)),
    ),
    decode=(
        members(plaintext=HEX),
        members(sequence=BIG, run_=fixed(8), records=lists(either(members(sequence=BIG, error=CLASS), record(sequence=BIG)))),
    ),
    encode=(members(sequence=BIG, run_=fixed(8), padTo_=word(32, 64, 128), records=lists(record())), members(plaintext=HEX)),
    waveform_decode=(members(codec=INT, count=INT, samples=HEX), members(values=lists(INT))),
    waveform_encode=(members(codec=INT, values=lists(INT)), members(samples=HEX)),
    key_schedule=(
        members(session=SESSION, staticSecret_=KEY, random_=KEY, number_=INT),
        members(both=KEY, rootUp=KEY, rootDown=KEY, session=fixed(16), psk=KEY, hint=fixed(8), receiptKey=KEY, chain=KEY, run_=fixed(8)),
    ),
    epoch=(
        members(**EPOCH),
        members(chain=KEY, locator=fixed(8), open=KEY, salt=fixed(16), secret=KEY, tag=fixed(16), data=KEY, alarm=KEY, control=KEY, next=KEY),
    ),
    seal=(
        members(**EPOCH, form=word("short", "routed", "unproved"), space=INT, counter=INT, plaintext=HEX),
        members(packet=HEX),
    ),
    open=(
        members(session=SESSION, frames=FRAMES, settle_=FLAG),
        members(outcomes=lists(either(members(fresh=members(**OPENED, space=INT)), members(control=members(**OPENED)), members(duplicate={"const": True}), ERROR))),
    ),
    locator=(members(session=SESSION, frames=FRAMES), members(locators=lists(fixed(8)))),
    receive=(
        members(ranges=word(16, 4), steps=lists(either(INT, members(floor=INT)))),
        members(outcomes=lists(word("new", "known", "full", "out_of_range", "floor")), floor=INT, held=lists(RANGE)),
    ),
    receipt=(
        either(
            members(session=SESSION, frames=FRAMES, time_=BIG, wait_=BIG),
            members(session=SESSION, staticSecret=KEY, random=lists(KEY), packet=HEX),
        ),
        either(
            members(packet=HEX),
            members(echo_=INT, time_=BIG, wait_=BIG, entries=lists(members(tag=fixed(8), space=INT, floor=INT, ranges=lists(RANGE)))),
        ),
    ),
    outstanding=(
        either(members(plaintext=HEX), members(records=lists(either(*CONTROL))), members(session=SESSION, frames=FRAMES)),
        either(
            members(records=lists(either(*CONTROL, UNKNOWN, ERROR))),
            members(plaintext=HEX),
            members(outcomes=lists(either(members(settled=SETTLED), members(opened={"const": True}), ERROR))),
        ),
    ),
    command=(
        either(
            members(plaintext=HEX),
            members(introduce=members(key=HEX, first=HEX, role=INT, rights=INT)),
            members(revoke=HEX),
            members(**EPOCH, plaintext=HEX),
            members(session=SESSION, packets=lists(HEX)),
            members(session=SESSION, staticSecret=KEY, places=INT, paired=lists(KEY), packets=lists(HEX)),
            members(root=KEY, relation=BIG),
        ),
        either(
            *COMMANDS,
            members(plaintext=HEX),
            members(chain=KEY, locator=fixed(8), salt=fixed(16), secret=KEY, tag=fixed(16), key=KEY, packet=HEX),
            members(outcomes=lists(either(members(taken=INT, command=either(*COMMANDS, ERROR)), members(taken=INT, outcome=INT), ERROR))),
            members(staticSecret=KEY, public=KEY),
        ),
    ),
    label=(
        either(members(text=TEXT), members(secret=HEX, key_=HEX)),
        either(members(model=INT, secret=HEX, key_=KEY), members(text=TEXT)),
    ),
    pair_step=(
        members(**SIDE, model=word(1, 2, 3, 4, 5, 6), peer_=KEY, labelSecret_=HEX, passcode_=TEXT, token_=HEX, psk_=KEY, descriptorBody_=HEX, atOnce_=FLAG),
        members(packet_=HEX, ephemeral_=KEY, hash_=KEY, done_=DONE),
    ),
    cpace=(
        members(**SIDE, passcode=TEXT),
        members(packet_=HEX, generator_=KEY, scalar_=KEY, share_=KEY, done_=members(shared=KEY, isk=fixed(64), psk=KEY, mac1Key=KEY, transcript=HEX)),
    ),
    fragment=(members(datagram=HEX, mtu=INT, message=INT), members(values=lists(HEX))),
    reassemble=(
        members(fragments=lists({"type": "array", "prefixItems": [BIG, HEX], "items": False})),
        members(outcomes=lists(either({"type": "null"}, members(datagram=HEX), ERROR))),
    ),
    serial=(
        either(members(carrier=word("line", "stream", "batch"), datagrams=lists(HEX)), members(carrier=word("line", "stream", "batch"), bytes=HEX)),
        either(members(bytes=HEX), members(datagrams=lists(HEX), broken_={"const": True})),
    ),
    forward=(
        members(steps=lists(either(
            members(do=word("device"), at=BIG, connection=INT, datagram=HEX),
            members(do=word("flood"), at=BIG, connection=INT, datagrams=lists(HEX)),
            members(do=word("server"), datagram=HEX),
            members(do=word("close"), connection=INT),
            members(do=word("send"), at=BIG, count_=INT, lost_={"const": True}, of_=INT),
        ))),
        members(outcomes=lists(either({"type": "null"}, members(connection=INT), members(unknown={"const": True}), members(sent=lists(HEX)), ERROR))),
    ),
    gatt=(
        members(uuid=fixed(2), bytes=HEX),
        members(readings=lists(members(panel_=INT, parts=lists(PART), time_=TIME)), clock_=CLOCK, context_=CONTEXT),
    ),
    to_fhir=(
        either(
            members(**NAMED, reading=PART),
            members(**NAMED, panel=INT, parts=lists(PART)),
            members(**NAMED, dose=untimed("dose")),
            members(**NAMED, basal=untimed("insulin_basal")),
            members(**NAMED, bolus=untimed("insulin_bolus")),
            members(**NAMED, waveform=untimed("waveform")),
            members(**NAMED, descriptor=untimed("descriptor")),
        ),
        members(resource=ANY),
    ),
)


HANDSHAKE = members(
    operations=lists(members(do=word("MixHash", "MixKey", "MixKeyAndHash", "EncryptAndHash"), message=INT, token=TEXT, input=HEX, h_=KEY, ck_=KEY, k_=KEY)),
    h=KEY,
    mac1Key_=KEY,
    keys_=members(kIr=KEY, kRi=KEY, both=KEY, rootUp=KEY, rootDown=KEY, receiptKey=KEY, chain=KEY),
)


def group(op):
    request, result = OPERATIONS[op]
    more = {"intermediate_": HANDSHAKE} if op == "pair_step" else {}
    test = members(
        tcId={"type": "integer", "minimum": 1},
        comment=TEXT,
        flags=lists(TEXT),
        request=request,
        expected=either(members(result=result), ERROR),
        result=word("valid", "invalid", "acceptable"),
        **more,
    )
    requirement = {"type": "string", "pattern": "^IOMT-[A-Z]+-[0-9]{3}$"}
    return members(op=word(op), about=TEXT, requirements=lists(requirement), judge_=word("any_error", "decodes", "or_malformed"), tests=lists(test))


def schema(area, operations):
    flag = members(bugType={"type": "string", "pattern": "^[A-Z_]+$"}, description=TEXT, effect=TEXT)
    file = members(
        area={"const": area},
        about=TEXT,
        schema={"const": f"schemas/{area}.json"},
        generatorVersion=INT,
        license=TEXT,
        provenance=TEXT,
        numberOfTests=INT,
        flags={"type": "object", "additionalProperties": flag},
        testGroups=lists(either(*(group(op) for op in operations))),
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Vectors of {area}", **file}


def areas():
    for path in sorted(VECTORS.glob("*.json")):
        file = json.loads(path.read_text())
        yield path, file, sorted({group["op"] for group in file["testGroups"]})


def text(area, operations):
    return json.dumps(schema(area, operations), separators=(",", ":"), sort_keys=True) + "\n"


def check(path, file):
    """Valid by its schema, and what a schema can not say: counts, ids and flags."""
    import jsonschema

    schema = json.loads((HERE / path.name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(file)
    tests = [test for group in file["testGroups"] for test in group["tests"]]
    assert [test["tcId"] for test in tests] == list(range(1, len(tests) + 1)), f"{path.name}: tcId"
    assert file["numberOfTests"] == len(tests), f"{path.name}: numberOfTests"
    used = {flag for test in tests for flag in test["flags"]}
    assert used == set(file["flags"]), f"{path.name}: flags {used ^ set(file['flags'])}"
    return len(tests)


def main():
    count = 0
    for path, file, operations in areas():
        made = text(file["area"], operations)
        if "--check" in sys.argv:
            assert (HERE / path.name).read_text() == made, f"{path.name}: the schema is another"
            count += check(path, file)
        else:
            (HERE / path.name).write_text(made)
    if count:
        print(f"{count} vectors are valid by their schemas")


main()
