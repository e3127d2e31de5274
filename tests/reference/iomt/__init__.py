"""The protocol `iomt`, version 1, suite 1, in Python: written from its specification alone.

    errors       why something is refused
    octets       varints, zigzag, texts; a cursor over bytes              data types
    primitives   HKDF, HMAC, ChaCha20-Poly1305, hedged random values      notation, epochs
    keys         a session's keys, an epoch's keys                        epochs
    packets      byte 0 and what follows it; sealing and opening          frames
    received     the received set of one space                            receipts
    control      status and `outstanding`                                 control frames
    server       a session at a server: locators, opening, marking        frames, locators
    settle       what a server does with a list                           control frames
    receipt      receipts, written and read                               receipts
    decimal, sfloat, schema, plaintext, records   readings as bytes       data types, records, envelope
    small, large                                  samples as bytes        the codecs' own pages
    label, noise, payload, pairing                pairing                 pairing
    ristretto, cpace, comparison                  the optional models     models
    fragment, serial                              carriers                carriers
    gatt, fhir                                    health formats          health

Plain rather than fast, and not fit to guard a secret: Python's integers take a time that depends on their values.
"""
