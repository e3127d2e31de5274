"""The protocol `iomt`, version 1, suite 1, in Python: from its specification (see README.md beside this folder).

    errors       why something is refused                                 error classes
    octets       varints, zigzag, texts; a cursor over bytes              data types
    primitives   HKDF, HMAC, ChaCha20-Poly1305, hedged random values      notation, epochs
    keys         a session's keys, an epoch's keys                        epochs
    packets      byte 0 and what follows it; sealing and opening          frames
    received     the received set of one space                            receipts
    control      status and `outstanding`                                 control frames
    device       a session at a device: outbox, and what frees it         frames, receipts
    server       a session at a server: locators, opening, marking        frames, locators
    settle       what a server does with a list                           control frames
    receipt      receipts, written and read                               receipts
    decimal, sfloat                              numbers                  data types
    schema, body, records, plaintext             readings as bytes        records, envelope
    small, large                                 samples as bytes         the codecs' own pages
        bits, blocks, predictors                     what both have
        ranges, student, adaptive                    what `large` has
    label, payload, noise, pairing               pairing                  pairing
    ristretto, cpace, comparison                 the optional models      models
    fragment, serial, gateway                    carriers                 carriers
    gatt, fhir, medication, terms                health formats           health

Plain rather than fast, and not fit to guard a secret: Python's integers take a time that depends on their values.
"""
