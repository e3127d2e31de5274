//! Reads records of the MIT-BIH Arrhythmia Database: signal format 212 and `.atr` annotations.
//!
//! ```text
//! 212    byte 0: low 8 bits of channel 0
//!        byte 1: high 4 bits of channel 1, high 4 bits of channel 0
//!        byte 2: low 8 bits of channel 1
//! .atr   16-bit words: code in the upper 6 bits, samples since the one before in the lower 10
//! ```

use std::path::{Path, PathBuf};
// A unit test of the crate, which knows no prelude of `std`, reads records, too.
use std::vec::Vec;

/// The given records.
pub(crate) const RECORDS: [&str; 24] = [
    "100", "102", "103", "105", "107", "108", "109", "112", "118", "119", "121", "123", "200",
    "202", "203", "205", "207", "208", "212", "215", "221", "222", "228", "234",
];

/// Where the records are, in the folder that `IOMT_SHARED` names.
pub(crate) fn folder() -> Option<PathBuf> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        std::println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let folder = PathBuf::from(shared).join("data/ecg/mitdb");
    assert!(folder.is_dir(), "no folder {}", folder.display());
    Some(folder)
}

/// An annotated record, first channel.
pub(crate) struct Record {
    pub(crate) samples: Vec<i32>,
    /// Positions of the reference beats.
    pub(crate) beats: Vec<u64>,
    /// Those of them that came from a ventricle, and those that are counted neither as such nor as others:
    /// fusion beats, paced ones, and what could not be classified.
    pub(crate) ventricular: Vec<u64>,
    pub(crate) undecided: Vec<u64>,
    /// Stretches of ventricular flutter, in which there are no beats to find.
    pub(crate) flutter: Vec<(u64, u64)>,
}

/// WFDB's codes of beats: N L R a V F J A S E j / Q B ? e n f r.
const BEATS: [u16; 19] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25, 30, 34, 35, 38, 41,
];
/// V and E; and F, Q, / and f.
const VENTRICULAR: [u16; 2] = [5, 10];
const UNDECIDED: [u16; 4] = [6, 12, 13, 38];
const FLUTTER_BEGINS: u16 = 32;
const FLUTTER_ENDS: u16 = 33;
const SKIP: u16 = 59;
const AUX: u16 = 63;

/// Reads record `name` from a folder.
pub(crate) fn read(folder: &Path, name: &str) -> std::io::Result<Record> {
    let signal = std::fs::read(folder.join(std::format!("{name}.dat")))?;
    let annotations = annotations(&std::fs::read(folder.join(std::format!("{name}.atr")))?);
    let at = |code| annotations.iter().filter(move |(_, found)| *found == code);
    let of = |codes: &[u16]| -> Vec<u64> {
        let those = annotations.iter().filter(|(_, code)| codes.contains(code));
        those.map(|(sample, _)| *sample).collect()
    };
    Ok(Record {
        samples: first_channel(&signal),
        beats: of(&BEATS),
        ventricular: of(&VENTRICULAR),
        undecided: of(&UNDECIDED),
        flutter: at(FLUTTER_BEGINS)
            .zip(at(FLUTTER_ENDS))
            .map(|(begin, end)| (begin.0, end.0))
            .collect(),
    })
}

/// The first of two channels in format 212.
pub(crate) fn first_channel(bytes: &[u8]) -> Vec<i32> {
    let (triples, _) = bytes.as_chunks();
    let sample = |[low, high, _]: &[u8; 3]| {
        let twelve_bits = u16::from_le_bytes([*low, high & 0x0F]);
        i32::from((twelve_bits << 4).cast_signed() >> 4)
    };
    triples.iter().map(sample).collect()
}

/// Sample and code of each annotation.
fn annotations(bytes: &[u8]) -> Vec<(u64, u16)> {
    let (pairs, _) = bytes.as_chunks();
    let mut words = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
    let mut found = Vec::new();
    let mut sample = 0;
    while let Some(word) = words.next().filter(|word| *word != 0) {
        let (code, value) = (word >> 10, word & 0x3FF);
        match code {
            SKIP => {
                let (high, low) = (words.next().unwrap_or(0), words.next().unwrap_or(0));
                sample += u64::from(high) << 16 | u64::from(low);
            }
            60..=62 => {}
            AUX => drop(words.by_ref().take(usize::from(value).div_ceil(2)).count()),
            _ => {
                sample += u64::from(value);
                found.push((sample, code));
            }
        }
    }
    found
}
