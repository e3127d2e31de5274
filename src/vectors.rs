//! The test vectors of the protocol, for programs that are held against it.
//!
//! Each file is JSON of one area: requests, and what is right to answer. [`guide::conformance`](crate::guide::conformance)
//! says what every member means; `examples/conformance` asks a program in any language all of them.
//!
//! ```
//! let sfloat = iomt::vectors::FILES.iter().find(|file| file.area == "sfloat");
//! assert!(sfloat.is_some_and(|file| file.json.contains("\"op\":\"sfloat\"")));
//! ```

/// One vector file.
#[derive(Debug, Clone, Copy)]
pub struct VectorFile {
    /// What its vectors are about, which is also its name without `.json`.
    pub area: &'static str,
    /// Its text.
    pub json: &'static str,
}

macro_rules! file {
    ($area:literal) => {
        VectorFile {
            area: $area,
            json: include_str!(concat!("../tests/vectors/", $area, ".json")),
        }
    };
}

/// Every file, by name.
pub const FILES: &[VectorFile] = &[
    file!("command"),
    file!("cpace"),
    file!("decimal"),
    file!("epoch"),
    file!("evolution"),
    file!("fhir"),
    file!("fragment"),
    file!("frame_open"),
    file!("frame_seal"),
    file!("gatt"),
    file!("gateway"),
    file!("key_schedule"),
    file!("label"),
    file!("locator"),
    file!("outstanding"),
    file!("pairing_comparison"),
    file!("pairing_factory_keys"),
    file!("pairing_label"),
    file!("pairing_label_key"),
    file!("pairing_passcode"),
    file!("pairing_reconnection"),
    file!("reading_decode"),
    file!("reading_encode"),
    file!("reassemble"),
    file!("receipt"),
    file!("received_set"),
    file!("serial"),
    file!("sfloat"),
    file!("waveform"),
];
