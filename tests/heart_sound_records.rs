//! Heart sounds that are missed or named wrongly, on real recordings.
//!
//! Reads the six recordings of `data/biosig/pcg` in the folder that `IOMT_SHARED` names; without it, says
//! that it is skipped. After 3 s, a first sound is found from 50 ms before to 170 ms after the R
//! peak, a second one within 120 ms of the end of the T wave; both places are of the ECG beside.

#![cfg(test)]
#![cfg(feature = "signal")]

use std::path::PathBuf;

use iomt::signal::sound::{HeartSound, HeartSoundDetector, SoundKind};
use iomt::time::SampleRate;

#[path = "support/inflate.rs"]
mod inflate;

/// The next element of a MATLAB 5 file: its type and bytes, and what follows.
fn element(bytes: &[u8]) -> (u32, &[u8], &[u8]) {
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let (kind, length) = (word(0), word(4) as usize);
    match (kind >> 16) as usize {
        0 => {
            let next = (8 + length.next_multiple_of(8)).min(bytes.len());
            (kind, &bytes[8..8 + length], &bytes[next..])
        }
        small => (kind & 0xFFFF, &bytes[4..4 + small], &bytes[8..]),
    }
}

/// All vectors of numbers in an element that holds structures and cells, in their order.
fn vectors(matrix: &[u8], found: &mut Vec<Vec<f64>>) {
    let (_, flags, rest) = element(matrix);
    let (_, _, rest) = element(rest);
    let (_, _, mut rest) = element(rest);
    if flags[0] > 2 {
        let (kind, bytes, _) = element(rest);
        found.push(match kind {
            2 => bytes.iter().map(|b| f64::from(*b)).collect(),
            4 => bytes
                .chunks_exact(2)
                .map(|b| f64::from(u16::from_le_bytes([b[0], b[1]])))
                .collect(),
            _ => bytes
                .chunks_exact(8)
                .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
                .collect(),
        });
        return;
    }
    while !rest.is_empty() {
        let (kind, bytes, next) = element(rest);
        if kind == 14 {
            vectors(bytes, found);
        }
        rest = next;
    }
}

/// How many of the places, in seconds, have a sound of the kind about them, of any kind, and all.
fn score(
    sounds: &[HeartSound],
    places: &[f64],
    end: f64,
    kind: SoundKind,
    reach: [f64; 2],
) -> [u32; 3] {
    let mut counts = [0; 3];
    for place in places.iter().map(|at| at / 50.0) {
        if place <= 3.0 || place + 0.4 >= end {
            continue;
        }
        let is_near = |sound: &&HeartSound| {
            let late = sound.index as f64 / 1_000.0 - place;
            (reach[0]..=reach[1]).contains(&late)
        };
        let mut near = sounds.iter().filter(is_near).peekable();
        counts[1] += u32::from(near.peek().is_some());
        counts[0] += u32::from(near.any(|sound| sound.kind == kind));
        counts[2] += 1;
    }
    counts
}

#[test]
fn finds_and_names_the_sounds_of_six_hearts() {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return;
    };
    let file = PathBuf::from(shared).join("data/biosig/pcg/example_data.mat");
    let bytes = std::fs::read(file).unwrap();
    // The header, and that of the compressed element, and of zlib.
    let plain = inflate::inflate(&bytes[138..]);
    let mut found = Vec::new();
    vectors(element(&plain).1, &mut found);
    let (mut first, mut second) = ([0; 3], [0; 3]);
    for heart in 0..6 {
        let [sound, r_peaks, t_ends] = [0, 6, 12].map(|offset| &found[heart + offset]);
        let mut detector = HeartSoundDetector::new(SampleRate::hz(1_000)).unwrap();
        let sounds = sound
            .iter()
            .filter_map(|value| detector.push(*value as f32));
        let sounds: Vec<HeartSound> = sounds.collect();
        let end = sound.len() as f64 / 1_000.0;
        let a = score(&sounds, r_peaks, end, SoundKind::First, [-0.05, 0.17]);
        let b = score(&sounds, t_ends, end, SoundKind::Second, [-0.12, 0.12]);
        first
            .iter_mut()
            .zip(a)
            .for_each(|(sum, count)| *sum += count);
        second
            .iter_mut()
            .zip(b)
            .for_each(|(sum, count)| *sum += count);
    }
    println!("first and second sounds: named, found, all: {first:?}, {second:?}");
    assert_eq!((first[2], second[2]), (137, 138));
    assert!(first[1] >= 134 && first[0] >= 115);
    assert!(second[1] >= 131 && second[0] >= 121);
}
