//! The mistakes that the vectors of handshakes look for.

use super::area::Flag;
use super::two_faults;

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        name: "TwoPending",
        bug: "STATE",
        says: "answers a second message 1 beside the first",
        effect: "each side may keep another secret, and the pair is lost within six steps",
    },
    Flag {
        name: "FirstZero",
        bug: "MISSING_CHECK",
        says: "goes on with a shared secret of zeros",
        effect: "who has only read the label agrees on a key with anybody's ephemeral key",
    },
    Flag {
        name: "Noise",
        bug: "KEY",
        says: "computes another handshake",
        effect: "no device is ever paired",
    },
    Flag {
        name: "Keys",
        bug: "KEY",
        says: "derives other keys from the handshake",
        effect: "the first frame does not open",
    },
    Flag {
        name: "Forged",
        bug: "AUTHENTICATION",
        says: "takes a message that was changed",
        effect: "a relay stands between the two",
    },
    Flag {
        name: "Mac1",
        bug: "AUTHENTICATION",
        says: "answers a message 1 without its code",
        effect: "strangers cost three multiplications each",
    },
    Flag {
        name: "ZeroSecret",
        bug: "MISSING_CHECK",
        says: "goes on with a shared secret of zeros",
        effect: "anybody knows the keys",
    },
    Flag {
        name: "Canonical",
        bug: "MISSING_CHECK",
        says: "takes a public key that is not canonical",
        effect: "one key has several names",
    },
    Flag {
        name: "Packet",
        bug: "MISSING_CHECK",
        says: "takes a packet of another step, model, connection or length",
        effect: "a stranger confuses a pairing",
    },
    Flag {
        name: "HashAlone",
        bug: "KEY",
        says: "makes the digits of the hash alone",
        effect: "a relay grinds equal digits in seconds",
    },
    Flag {
        name: "Commitment",
        bug: "AUTHENTICATION",
        says: "does not check what the other side has committed itself to",
        effect: "a relay chooses the digits",
    },
    two_faults::FLAG,
    Flag {
        name: "LaterField",
        bug: "EVOLUTION",
        says: "refuses what a later version adds to a handshake",
        effect: "old and new never pair",
    },
    Flag {
        name: "PayloadForm",
        bug: "MISSING_CHECK",
        says: "takes a handshake payload that is malformed or says too little",
        effect: "two read one message in two ways",
    },
    Flag {
        name: "Downgrade",
        bug: "MISSING_CHECK",
        says: "goes on with less than both sides can do",
        effect: "who stands between the two picks the weakest",
    },
    Flag {
        name: "PacketLength",
        bug: "LENGTH",
        says: "refuses a handshake packet that is not too long, or takes one that is",
        effect: "old and new never pair, or a stranger chooses how much memory is used",
    },
    Flag {
        name: "CutPacket",
        bug: "MISSING_CHECK",
        says: "takes a handshake packet that is cut",
        effect: "what was not received is read as something",
    },
    Flag {
        name: "Mac1Bit",
        bug: "AUTHENTICATION",
        says: "does not compare all of the code of message 1",
        effect: "strangers cost three multiplications each",
    },
    Flag {
        name: "ForgedTag",
        bug: "AUTHENTICATION",
        says: "does not compare all of the tag of a handshake message",
        effect: "a relay changes what the other side says",
    },
    Flag {
        name: "WrongSecret",
        bug: "AUTHENTICATION",
        says: "goes on with another secret",
        effect: "the wrong device is paired",
    },
];
