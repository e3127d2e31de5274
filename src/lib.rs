//! Protocol stack for the Internet of Medical Things: readings from a sensor to a server, sealed,
//! each exactly once, over radios that fail.
//!
//! One crate for firmware, gateways and servers: `no_std`, no heap unless asked, no `unsafe`, and no
//! input or output of its own. Time, randomness, storage and datagrams go in and out as values.
//!
//! # The whole of it
//!
//! ```text
//!  DEVICE                          GATEWAY                 SERVER
//!  reading ─► wire ─► seal ─► link ─────► link ─────► seal ─► wire ─► reading ─► your database
//!     ▲                        ▲        (no keys)       │                │
//!   signal                     └────── receipt ◄────────┘              alarm
//!  pairing ◄───────────────── three messages ─────────► pairing
//! ```
//!
//! Most programs need one object: [`node::Device`] on a device, [`node::Server`] for each device on
//! a server. Their page has a complete example; `examples/remote_monitoring` is a larger one.
//!
//! | to do this | look at |
//! |---|---|
//! | send readings, get them delivered | [`node::Device::send`] |
//! | receive them, store them once, acknowledge | [`node::Server::handle_datagram`], [`seal::Opened`] |
//! | run either on tokio or Embassy, over any carrier | [`driver::Driver`] |
//! | say what was measured | [`reading::Observation`], [`reading::Waveform`], [`reading::Decimal`] |
//! | pair a device by its label | [`pairing::label`], or `node` for the whole of it |
//! | print or read a QR label | [`pairing::label::Label`] |
//! | pair by a passcode, by digits that a person compares, or by a label with a key | `node::Device::arm_passcode`, `node::Device::compare`, [`node::Server::pair_with_key`] |
//! | see the six ways to pair side by side | `examples/pairing` |
//! | pair by a label with ML-KEM beside X25519 (draft) | `pairing::hybrid`, by feature `pq` |
//! | keep an identity in any storage | [`pairing::Identity::export`] |
//! | convert a unit, or refuse | [`reading::Unit::convert`], [`reading::Substance`] |
//! | place a reading on the wall clock | [`time::ClockModel`] |
//! | read what a Bluetooth health device sends | [`gatt::Payload`] |
//! | hand any record to a hospital | [`fhir::Resource::of_record`], [`fhir::Observation`], [`fhir::Bundle`] |
//! | make FHIR of what a Bluetooth device sends | [`fhir::Resource::of_payload`] |
//! | print or read a record as JSON | [`wire::RecordJson`] |
//! | know which records a context speaks of | [`reading::Contexts`] |
//! | open a batch of frames of many devices | [`seal::open_batch`] |
//! | hide that there is an alarm, or how long a frame is | [`node::Config`] |
//! | forward what one can not read | [`link::Gateway`]; [`link::Router`] where nothing is stored |
//! | carry datagrams over a serial line or Bluetooth LE | [`driver::SerialPort`], [`driver::GattPort`]; [`link::SerialDecoder`], [`link::Reassembler`] without an executor |
//! | carry them over TCP, HTTP or MQTT | [`link::StreamDecoder`], [`link::Batch`], [`guide::specification::carriers`] |
//! | compress a waveform | [`reading::codec`] |
//! | keep sessions and frames over a power cut | [`storage`], [`node::Keeping`] |
//! | filter a signal, find heart beats | [`signal`], [`signal::ecg::RPeakDetector`] |
//! | smooth, decimate, differentiate, watch one frequency | [`signal::blocks`] |
//! | count steps, tell posture, hear a heart, measure saturation | [`signal::motion`], [`signal::sound`], [`signal::ppg`] |
//! | hand an ECG to a clinician as a page | `examples/signal_report` |
//! | screen for fibrillation, find falls, foresee glucose | [`signal::rhythm`], [`signal::motion`], [`signal::glucose`] |
//! | raise an alarm | [`alarm::LimitAlarm`], [`alarm::Staleness`], [`alarm::Lateness`] |
//! | start on a microcontroller, or see a node run in an emulator | `examples/chips`, `examples/firmware`, [`guide::firmware`] |
//! | know what it costs there, and on a server | [`guide::footprint`], [`guide::performance`] |
//! | use a device from C | `examples/c` |
//! | implement the protocol in another language | [`guide::specification`], [`guide::wire_format`] |
//! | hold another implementation against the protocol | [`guide::conformance`], `tests/vectors` (feature `vectors`) |
//! | choose between this and another protocol | [`guide::why_not`] |
//! | see what of delivery was tried, and how | [`guide::reliability`] |
//! | speak plain Noise | [`pairing::noise`] |
//!
//! # Layers
//!
//! A layer names only layers above it in this list.
//!
//! | module | what it holds | feature |
//! |---|---|---|
//! | [`time`] | instants, durations, wall clocks with their quality, sample rates | always |
//! | [`reading`] | what is measured | always |
//! | [`wire`] | bytes: cursor, packet header, record envelope, received set | always |
//! | [`seal`] | sealed frames, key epochs, receipts | `seal` |
//! | [`pairing`] | Noise handshakes, identities | `pairing` |
//! | [`link`] | outbox, timers, clocks, gateway, carriers; no keys | `link` |
//! | [`node`] | the composed endpoint | `node` |
//! | [`driver`] | runs a node over a carrier, on any executor | `driver` |
//! | [`events`] | what happened, for `log`, `tracing` or `defmt` | of these names |
//! | [`signal`] | filters, ECG, rhythm, variability, PPG, motion, glucose, heart sounds | `signal` |
//! | [`alarm`] | limits, staleness, lateness | `alarm` |
//! | [`gatt`] | Bluetooth health characteristics to and from readings | `gatt` |
//! | [`fhir`] | FHIR R4 resources, with a heap | `fhir` |
//!
//! `std` adds the operating system's random numbers. `firmware`, `gateway` and `server` are bundles of
//! these; `default` is `server`.
//!
//! # Untrusted input
//!
//! Every function that takes bytes from outside refuses what it does not understand with a typed error,
//! leaves its object as it was, and never panics. What a stranger can make it cost:
//!
//! | input | time | memory |
//! |---|---|---|
//! | a packet of any kind, up to [`wire::MAX_DATAGRAM`] bytes | linear in its length | none |
//! | a frame of no epoch of ours | a search of at most 25 locators a session, and 8 for each handshake that waits for its first frame | none |
//! | a frame that names an epoch of ours, forged | one authentication, four where a device was cloned; before it, for an epoch that has not opened yet, 5 to 19 key derivations; one authentication more where the device is in quarantine | none |
//! | a frame that names a pending session, forged | about 30 derivations and one authentication | none |
//! | a short frame, forged: it names no epoch | two authentications, four where the device is in quarantine | none |
//! | a control frame heard before | none: it is not newer | none |
//! | `outstanding` in an authentic control frame | linear in its length, times at most 10 epochs; two derivations for each secret, two more for an epoch that is imported | none: at most 10 epochs, the oldest gives way |
//! | a forged receipt | one HMAC a recipient, and one for each pairing under way, of which there are at most two | none |
//! | `refused`, by anybody | a search of the device's epochs, at most one reconnection in each growing pause | none |
//! | a first message of a label while armed, label unknown | one HMAC | none |
//! | the same, label known, or recorded from an earlier attempt | three scalar multiplications, five where the label has a key, one a call; eight at once, then one a second | one of two slots for half-open pairings, for two minutes |
//! | a first message of a comparison, while a server compares | one HMAC; with the token, three scalar multiplications | one run |
//! | a hybrid first message, label unknown | one HMAC a part | none |
//! | an exported identity, changed | one authentication | none |
//! | a first message of a reconnection, hint or code unknown | one HMAC | none |
//! | the same, code right (it takes the server's public key), hint heard on the wire | two scalar multiplications, then it is not authentic; one at a time, 32 at once, then a hundred a second | none |
//! | the same, recorded from the device | five scalar multiplications, once in two seconds; no session ends by it | the one pending handshake of the relation |
//! | `0x41` of a passcode, while armed | one draw, no multiplication | 40 bytes |
//! | `0x43` of a passcode | a point decoded, then two multiplications, one a call, at most five times an arming | one run |
//! | the text of a label | linear in its length, at most 210 characters | none |
//! | a first message by factory keys, code right | two scalar multiplications, then who it is; one at a time, 32 at once, then a hundred a second ([`node::StrangerRate`]) | the same; [`node::Reception`] holds one |
//! | a forged second message, to who waits for one | one scalar multiplication, two in a reconnection or by factory keys | none |
//! | a forged third message, on a pairing under way | one authentication | none |
//! | the first message again, to the byte | one HMAC, one hash, and the same answer | none |
//! | bytes of a serial line or a stream, or values of a Bluetooth LE characteristic | linear in their number | one datagram for each line or peer, given beforehand |
//! | a datagram at a gateway | linear in what is stored | a share of what was given beforehand |
//! | records of an authentic frame | linear in its length | none |
//! | a waveform block | linear in its sample count, at most 65,535 | the caller's slice |
//! | a value of a Bluetooth characteristic | linear in its length | none |
//! | a FHIR resource | linear in its length times the depth of its bundles, 32 at most | linear in its length |
//! | the JSON of a record | linear in its length, times the logarithm of its members | linear in its length |
//! | a device's image, changed | one HMAC | none |
//! | a server's row, changed | one authentication | none |
//! | flash of any content | linear in its size | one datagram |
//!
//! `SECURITY.md` says what is not protected.
//!
//! # Stability
//!
//! The records of tags 64 to 82 are drafts until 1.0; the others freeze with 0.1.0. `signal`, `alarm` and `fhir` follow clinical practice and may change in
//! minor versions. No type of a dependency is part of the public interface; the adapters `driver` and
//! `flash` ask for traits of `embedded-io-async` and `embedded-storage`.
//!
//! This crate is not a medical device.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "fhir")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[allow(dead_code, reason = "not every feature inserts, or collects")]
mod bounded;
pub mod reading;
pub mod time;
pub mod wire;

#[cfg(feature = "alarm")]
pub mod alarm;
#[cfg(feature = "seal")]
mod crypto;
#[cfg(feature = "driver")]
pub mod driver;
#[cfg(all(
    feature = "node",
    any(feature = "defmt", feature = "log", feature = "tracing")
))]
pub mod events;
#[cfg(feature = "fhir")]
pub mod fhir;
#[cfg(feature = "gatt")]
pub mod gatt;
#[cfg(all(any(doc, doctest), feature = "server"))]
pub mod guide;
#[cfg(feature = "link")]
pub mod link;
#[cfg(feature = "node")]
pub mod node;
#[cfg(feature = "pairing")]
pub mod pairing;
#[cfg(feature = "seal")]
pub mod seal;
#[cfg(feature = "signal")]
pub mod signal;
#[cfg(feature = "node")]
pub mod storage;
#[cfg(feature = "vectors")]
pub mod vectors;

/// The README's code runs as a test.
#[cfg(all(doctest, feature = "server"))]
#[doc = include_str!("../README.md")]
mod readme {}
