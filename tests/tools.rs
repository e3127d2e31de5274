//! The example tools, from their input's bytes to their output's.
#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test fails by panicking, and an example has more than it calls"
)]

#[path = "../examples/tools/mod.rs"]
mod tools;

use std::fmt::Write as _;

use tools::arguments::Arguments;
use tools::{Failure, Run};

fn run(tool: Run, words: &str, mut input: &[u8]) -> Result<Vec<u8>, Failure> {
    let words = words.split_whitespace().map(String::from).collect();
    let mut output = Vec::new();
    tool(Arguments::new(words), &mut input, &mut output).map(|()| output)
}

fn text(tool: Run, words: &str, input: &str) -> Result<String, String> {
    let output = run(tool, words, input.as_bytes()).map_err(|failure| failure.to_string())?;
    Ok(String::from_utf8(output).unwrap())
}

fn lines(samples: impl IntoIterator<Item = i32>) -> String {
    samples.into_iter().fold(String::new(), |mut text, sample| {
        writeln!(text, "{sample}").unwrap();
        text
    })
}

/// A spike of 1 mV and 0.4 s at 250 Hz, every 200 samples from 100 on, about an offset.
fn spikes(count: i32) -> impl Iterator<Item = i32> {
    (0..count).map(|n| 5_000 + (1_000 - (n % 200 - 100).abs() * 100).max(0))
}

const RPEAKS: &str = "--rate 250 --gain 1000";

#[test]
fn rpeaks_prints_the_index_of_each_peak_and_nothing_else() {
    let found = text(tools::rpeaks::run, RPEAKS, &lines(spikes(2_000)));
    let expected = lines((0..10).map(|beat| 100 + 200 * beat));
    assert_eq!(found, Ok(expected));
}

#[test]
fn rpeaks_says_of_each_beat_whether_to_trust_it() {
    let words = format!("{RPEAKS} --quality");
    let found = text(tools::rpeaks::run, &words, &lines(spikes(1_000)));
    assert_eq!(found, Ok("100 1\n300 1\n500 1\n700 1\n900 1\n".into()));
}

#[test]
fn comments_do_not_count_and_further_columns_are_ignored() {
    let mut input = String::from("# ecg, marker\r\n");
    for sample in spikes(2_000) {
        write!(input, " {sample},7 # 9\r\n#{sample}\n").unwrap();
    }
    let plain = text(tools::rpeaks::run, RPEAKS, &lines(spikes(2_000)));
    assert_eq!(text(tools::rpeaks::run, RPEAKS, &input), plain);
}

#[test]
fn a_beat_is_there_before_the_input_goes_wrong() {
    let mut input = lines(spikes(1_000)).into_bytes();
    input.extend(b"#\n\xFF\n");
    let mut output = Vec::new();
    let words = RPEAKS.split(' ').map(String::from).collect();
    let result = tools::rpeaks::run(Arguments::new(words), &mut &input[..], &mut output);
    let error = result.unwrap_err().to_string();
    assert!(error.starts_with("line 1002: "), "{error}");
    assert!(output.starts_with(b"100\n300\n"));
}

#[test]
fn a_bad_line_is_named() {
    let encode = "encode --rate 1 --bits 4 --block 4";
    for (line, what) in [
        ("x", "line 3: \"x\" is no integer"),
        ("", "line 3: \"\" is no integer"),
        ("1.5", "line 3: \"1.5\" is no integer"),
        ("16", "line 3: 16 is not within -8 to 15"),
        ("-9", "line 3: -9 is not within -8 to 15"),
    ] {
        let result = text(tools::waveform::run, encode, &format!("1\n#\n{line}\n"));
        assert_eq!(result, Err(what.into()));
    }
    let far = text(tools::rpeaks::run, RPEAKS, "9999999999\n").unwrap_err();
    assert!(far.starts_with("line 1: "), "{far}");
}

#[test]
fn bad_words_are_refused() {
    for words in [
        "",
        "--rate 250",
        "--gain 200",
        "--rate 99 --gain 200",
        "--rate 1001 --gain 200",
        "--rate x --gain 200",
        "--rate NaN --gain 200",
        "--rate 250 --gain",
        "--rate 250 --gain 0",
        "--rate 250 --gain 200 --what",
    ] {
        let result = run(tools::rpeaks::run, words, b"");
        assert!(matches!(result, Err(Failure::Arguments(_))), "{words}");
    }
    for words in [
        "",
        "pack --rate 360 --bits 11 --block 360",
        "encode --rate 360 --bits 11",
        "encode --rate 360 --bits 25 --block 360",
        "encode --rate 360 --bits 11 --block 0",
        "encode --rate 360 --bits 11 --block 21845",
        "encode --rate 360 --bits 11 --block 360 --tier huge",
    ] {
        let result = run(tools::waveform::run, words, b"");
        assert!(matches!(result, Err(Failure::Arguments(_))), "{words}");
    }
}

#[test]
fn samples_come_back_as_the_same_lines() {
    for tier in TIERS {
        for block in [1, 2, 7, 360, 21_844] {
            for count in [0, 1, 6, 7, 720, 1_000] {
                let words = format!("--rate 250 --bits 14 --block {block} --tier {tier}");
                let samples = lines(spikes(count));
                let encode = format!("encode {words}");
                let blocks = run(tools::waveform::run, &encode, samples.as_bytes()).unwrap();
                let back = run(tools::waveform::run, &format!("decode {words}"), &blocks);
                assert_eq!(back.unwrap(), samples.as_bytes(), "{count} by {block}");
            }
        }
    }
}

const TIERS: [&str; 2] = ["small", "large"];

/// The length of each block stands before it.
#[test]
fn stats_counts_the_bytes_of_the_blocks_alone() {
    for tier in TIERS {
        let options = format!("--rate 250 --bits 14 --block 250 --tier {tier}");
        let samples = lines(spikes(1_000));
        let encode = format!("encode {options}");
        let blocks = run(tools::waveform::run, &encode, samples.as_bytes()).unwrap();
        let mut rest = &blocks[..];
        let mut bytes = 0;
        while let [low, high, after @ ..] = rest {
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            bytes += length;
            rest = &after[length..];
        }
        assert_eq!(blocks.len(), bytes + 2 * 4);
        let stats = text(tools::waveform::run, &format!("stats {options}"), &samples);
        let expected = format!("{:.4}\n", bytes as f64 * 8.0 / 1_000.0);
        assert_eq!(stats, Ok(expected));
    }
}

#[test]
fn damaged_blocks_are_refused() {
    let decode = "decode --rate 250 --bits 14 --block 4";
    for bytes in [
        &[9][..],
        &[9, 0, 1],
        &[0, 0],
        &[0, 0, 1, 0, 1],
        &[0, 0, 4, 0, 9, 0, 0xF8, 0],
        &[1, 0, 0],
    ] {
        let result = run(tools::waveform::run, decode, bytes);
        assert!(matches!(result, Err(Failure::Input(_))), "{bytes:?}");
    }
}

/// A made pulse of 90 a minute at a wrist that is still.
fn pulse(millihertz: u32, seconds: u32) -> String {
    (0..seconds * millihertz / 1_000).fold(String::new(), |mut text, sample| {
        let beats = 1.5 * 1_000.0 * f64::from(sample) / f64::from(millihertz);
        let light = (std::f64::consts::TAU * beats).sin();
        writeln!(text, "{light},{light},0,0,1").unwrap();
        text
    })
}

#[test]
fn a_fractional_rate_is_taken_as_it_is() {
    for (words, millihertz) in [("--rate 62.5", 62_500), ("--rate 31.25", 31_250)] {
        let found = text(tools::ppg_heart_rate::run, words, &pulse(millihertz, 300)).unwrap();
        let rates: Vec<f64> = found.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(rates.len(), (300 - 8) / 2 + 1);
        assert!(rates.iter().all(|rate| (rate - 90.0).abs() < 1.0));
    }
    let refused = text(tools::fall::run, "--rate 24.9 --counts-per-g 256", "");
    assert!(refused.unwrap_err().starts_with("--rate: "));
}

const OF_COLUMNS: [(Run, &str, &str); 4] = [
    (tools::af_screen::run, "", "1,0.8"),
    (tools::glucose::run, "", "0,100"),
    (
        tools::fall::run,
        "--rate 62.5 --counts-per-g 256",
        "0,0,256",
    ),
    (tools::ppg_heart_rate::run, "--rate 62.5", "0,0,0,0,1"),
];

#[test]
fn a_bad_line_of_columns_is_named_in_the_same_form() {
    for (tool, words, good) in OF_COLUMNS {
        for (bad, what) in [
            ("1,x,1,1,1", "\"x\" is no number"),
            ("1", "column 2 is missing"),
        ] {
            let result = text(tool, words, &format!("#\n{good},more\n{bad}\n"));
            assert_eq!(result, Err(format!("line 3: {what}")));
        }
    }
}

/// Writes nowhere.
struct Full;

impl std::io::Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn output_that_fails_is_an_error() {
    let heart = pulse(62_500, 10);
    let tools: [(Run, &str, &str); 3] = [
        (tools::af_screen::run, "", "1,0.8\n"),
        (tools::glucose::run, "", "0,100\n"),
        (tools::ppg_heart_rate::run, "--rate 62.5", &heart),
    ];
    for (tool, words, input) in tools {
        let words = words.split_whitespace().map(String::from).collect();
        let result = tool(Arguments::new(words), &mut input.as_bytes(), &mut Full);
        assert!(matches!(result, Err(Failure::Io(_))));
    }
}
