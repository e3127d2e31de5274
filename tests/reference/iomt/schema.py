"""The fields of every record, as a table (guide, "records"; widths by the chapter "records").

A type is varint, zigzag (with its bits), u8, i8, text (with its bound) or bytes.
"""

U8, I8 = ("u8", 0), ("i8", 0)
V16, V32, V64 = ("varint", 16), ("varint", 32), ("varint", 64)
Z16, Z32, Z64 = ("zigzag", 16), ("zigzag", 32), ("zigzag", 64)
BYTES = ("bytes", 0)


def text(most):
    return ("text", most)


SAMPLES = [("offset", V32), ("rate", V32), ("firstIndex", V64), ("mantissa", Z32), ("zero", Z32), ("codec", U8), ("count", V16),
           ("samples", BYTES)]
STAMP = [("unix", Z64), ("quality", U8), ("uncertainty", V32), ("utcOffset", ("option", 16)), ("epoch", V32)]
VALUE = [("kind", U8), ("mantissa", Z32), ("exponent", I8)]
OBSERVATION = [("metric", V32), ("unit", V32), ("offset", V32), ("status", V16), *VALUE]
SERIES = [("metric", V32), ("unit", V32), ("exponent", I8), ("offset", V32), ("status", V16), ("codec", U8)]
ITEM = [("metric", V32), ("unit", V32), *VALUE]
STATUS_ITEM = [*ITEM, ("status", V16)]
COMPOUND = [("metric", V32), ("offset", V32), ("status", V16), ("items", BYTES)]

# tag: (name, fields)
RECORDS = {
    16: ("observation", [("code", U8), ("offset", V32), ("mantissa", Z32)]),
    18: ("observation", OBSERVATION),
    20: ("waveform", [("code", U8), *SAMPLES]),
    22: ("waveform", [("metric", V32), ("unit", V32), ("exponent", I8), *SAMPLES]),
    24: ("descriptor", [(name, text(64)) for name in ("manufacturer", "model", "serial", "firmware", "udiDevice", "udiProduction")]),
    26: ("compound", [("set", U8), ("offset", V32), ("mantissas", ("zigzags", 32))]),
    28: ("compound", COMPOUND),
    30: ("series", [("code", U8), ("offset", V32), ("interval", V32), ("count", V16), ("samples", BYTES)]),
    32: ("series", [*SERIES, ("interval", V32), ("count", V16), ("samples", BYTES)]),
    34: ("series", [*SERIES, ("intervals", BYTES), ("count", V16), ("samples", BYTES)]),
    36: ("event", [("offset", V32), ("kind", V16), ("subject", V32), ("source", V64), ("detail", V32)]),
    38: ("calibration", [("offset", V32), ("metric", V32), ("unit", V32),
                         *[(f"{what} {part}", kind) for what in ("reference", "slope", "intercept")
                           for part, kind in (("mantissa", Z32), ("exponent", I8))], ("validFor", V32)]),
    40: ("clock_sync", [("offset", V32), *STAMP]),
    42: ("gap", [("firstSequence", V64), ("count", V32), ("reason", U8)]),
    44: ("text", [("offset", V32), ("language", text(255)), ("text", text(255))]),
    46: ("stamped", [("code", U8), ("time", V64), ("mantissa", Z32), *STAMP]),
    48: ("stamped", [("time", V64), *STAMP, *OBSERVATION]),
    50: ("context", [("back", V32), ("device", V32), ("location", U8), ("method", U8), ("origin", U8), ("algorithm", text(32)),
                     ("algorithmVersion", text(32))]),
    56: ("compound", COMPOUND),
    64: ("dose", [("offset", V32), ("medicine", text(64)), ("amount", V32), ("unit", V32), ("adherence", U8), ("plannedBefore", Z32),
                  ("reporter", U8)]),
    66: ("insulin_basal", [("offset", V32), ("rate", V32), ("duration", V32), ("outcome", U8)]),
    68: ("insulin_bolus", [("offset", V32), ("requested", V32), ("delivered", V32), ("outcome", U8)]),
    70: ("asset", [("offset", V32), ("item", text(64)), ("location", text(64)), ("availability", U8), ("quantity", V32),
                   ("expires", V32)]),
    72: ("activity", [("offset", V32), ("kind", U8), ("duration", V32), ("steps", V32), ("distance", V32), ("energy", V32)]),
    74: ("fall", [("offset", V32), ("confidence", U8), ("peak", V16), ("still", V16)]),
    76: ("sleep", [("offset", V32), ("stage", U8), ("duration", V32)]),
    78: ("consent", [("offset", V32), ("reference", text(64)), ("version", V32)]),
    80: ("setting", [("offset", V32), ("name", text(64)), ("value", text(64))]),
    82: ("stream", [("offset", V32), ("channel", V16), ("position", V64), ("data", BYTES)]),
}

# code: (metric, unit, exponent)
SHORT_CODES = {
    1: (147842, 264864, 0), 2: (67996, 262688, 0), 3: (150456, 262688, 0), 4: (150456, 262688, -1), 5: (151562, 264928, 0),
    6: (150364, 268192, -1), 7: (150364, 268192, -2), 8: (131330, 266418, -3), 9: (131328, 266418, -3), 10: (149530, 264864, 0),
    11: (149546, 264864, 0), 12: (150448, 262688, -1), 13: (150448, 262688, -2), 14: (160184, 264274, 0), 15: (160212, 264274, 0),
    16: (160020, 266866, -1), 17: (188736, 263875, -2), 18: (188736, 263875, -3), 19: (147240, 264338, 0), 20: (131329, 266418, -3),
    21: (150452, 262656, 0), 22: (150021, 266016, 0), 23: (150022, 266016, 0), 24: (150023, 266016, 0), 25: (4294934531, 268800, 0),
    26: (188508, 268192, -2), 27: (188804, 262688, -2), 28: (152584, 265216, 0),
}
CODES = {row: code for code, row in SHORT_CODES.items()}

# set: (metric, unit, exponent, metrics of the components)
SETS = {
    1: (150020, 266016, 0, (150021, 150022, 150023)),
    2: (150020, 266016, 0, (150021, 150022)),
    3: (150020, 265987, -1, (150021, 150022, 150023)),
}
