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
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

#[test]
fn a_line_that_can_not_be_is_named() {
    let [af_screen, glucose, fall, wrist] = OF_COLUMNS;
    for ((tool, words, good), bad, what) in [
        (af_screen, "1.5,0.8", "\"1.5\" is no integer from 0"),
        (af_screen, "-1,0.8", "\"-1\" is no integer from 0"),
        (af_screen, "9,-0.8", "an interval below zero: -0.8"),
        (af_screen, "9,NaN", "\"NaN\" is no number"),
        (fall, "0,0,inf", "\"inf\" is no number"),
        (fall, "", "\"\" is no number"),
        (
            glucose,
            "0,100",
            "the time is not after that of the last reading",
        ),
        (glucose, "5,1001", "glucose is not from 10 to 1000 mg/dL"),
        (wrist, "0,0,0,0,", "\"\" is no number"),
    ] {
        let result = text(tool, words, &format!("{good}\n# 1\n{bad}\n{good}\n"));
        assert_eq!(result, Err(format!("line 3: {what}")));
    }
}

#[test]
fn columns_beyond_those_asked_for_and_comments_change_nothing() {
    let inputs = [intervals(400), readings(40), fallen(), pulse(62_500, 20)];
    for ((tool, words, _), plain) in OF_COLUMNS.iter().zip(inputs) {
        let mut more = String::from("# a heading, 1\r\n");
        for line in plain.lines() {
            write!(more, " {} ,x, 7\r\n#{line}\n", line.replace(',', " , ")).unwrap();
        }
        let expected = text(*tool, words, &plain).unwrap();
        assert!(!expected.is_empty());
        assert_eq!(text(*tool, words, &more), Ok(expected));
    }
}

/// Regular beats, and from the 200th on such as no order is in.
fn intervals(count: u32) -> String {
    let mut seed = 1_u32;
    (0..count).fold(String::new(), |mut text, beat| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let scatter = if beat < 200 { 400 } else { (seed >> 8) % 600 };
        let rr_s = f64::from(450 + scatter) / 1e3;
        writeln!(text, "{},{rr_s:.3}", beat * 250).unwrap();
        text
    })
}

#[test]
fn af_screen_prints_the_sample_and_a_digit_for_each_beat() {
    let found = text(tools::af_screen::run, "", &intervals(400)).unwrap();
    let mut told = Vec::new();
    for (line, beat) in found.lines().zip(0..) {
        let (sample, digit) = line.split_once(',').unwrap();
        assert_eq!(sample, (beat * 250).to_string());
        told.push(match digit {
            "0" => false,
            "1" => true,
            other => panic!("{other}"),
        });
    }
    assert_eq!(told.len(), 400);
    assert!(!told[..200].contains(&true));
    assert!(!told[300..].contains(&false));
}

/// Upright, a hard blow, and lying, at 62.5 Hz and 256 counts a g.
fn fallen() -> String {
    let upright = std::iter::repeat_n("0,-256,0", 400);
    let blow = std::iter::repeat_n("0,-1100,0", 8);
    let lying = std::iter::repeat_n("256,0,0.4", 400);
    let all: Vec<&str> = upright.chain(blow).chain(lying).collect();
    all.join("\n")
}

#[test]
fn fall_prints_the_index_of_the_alarm_and_nothing_else() {
    let words = "--rate 62.5 --counts-per-g 256";
    let found = text(tools::fall::run, words, &fallen()).unwrap();
    let index: u64 = found.strip_suffix('\n').unwrap().parse().unwrap();
    assert!((400..400 + 5 * 63).contains(&index), "{index}");
    let upright = "0,-256,0\n".repeat(1_000);
    assert_eq!(text(tools::fall::run, words, &upright), Ok(String::new()));
}

/// Falling by 3 mg/dL in five minutes; times as people write them.
fn readings(count: u32) -> String {
    (0..count).fold(String::new(), |mut text, reading| {
        writeln!(text, "{}.50,{}.0", 5 * reading, 180 - 3 * reading).unwrap();
        text
    })
}

#[test]
fn glucose_prints_the_minutes_as_they_were_given_two_forecasts_and_a_digit() {
    let found = text(tools::glucose::run, "", &readings(40)).unwrap();
    assert_eq!(found.lines().count(), 40);
    let mut alarms = String::new();
    for (line, reading) in found.lines().zip(0..) {
        let [minutes, in_20, in_30, alarm] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert_eq!(minutes, format!("{}.50", 5 * reading));
        for forecast in [in_20, in_30] {
            let number: f64 = forecast.parse().unwrap();
            assert_eq!(forecast, format!("{number:.1}"));
        }
        alarms.push_str(alarm);
    }
    let first = alarms.find('1').unwrap();
    assert!((30..=37).contains(&first), "{alarms}");
    assert_eq!(
        alarms,
        format!("{}{}", "0".repeat(first), "1".repeat(40 - first))
    );
    let odd = text(tools::glucose::run, "", "1e1,100\n+11,100\n012.0,100\n").unwrap();
    let minutes: Vec<&str> = odd
        .lines()
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(minutes, ["1e1", "+11", "012.0"]);
}

#[test]
fn ppg_heart_rate_prints_a_number_each_two_seconds_from_the_eighth_on() {
    for (seconds, lines) in [(7, 0), (8, 1), (9, 1), (10, 2), (20, 7)] {
        let found = text(
            tools::ppg_heart_rate::run,
            "--rate 50",
            &pulse(50_000, seconds),
        );
        let found = found.unwrap();
        assert_eq!(found.lines().count(), lines, "{seconds} s");
        let is_rate = |line: &str| {
            line.parse()
                .is_ok_and(|rate: f64| (30.0..250.0).contains(&rate))
        };
        assert!(found.lines().all(is_rate), "{found}");
    }
}

/// The last beat before a silence does not wait for the next one.
#[test]
fn rpeaks_prints_a_beat_that_none_follows_after_a_while() {
    let words = "--rate 250 --gain 1000 --class --quality";
    let silence = lines(std::iter::repeat_n(5_000, 700));
    let input = lines(spikes(2_000)) + &silence + "x\n";
    let mut output = Vec::new();
    let words = words.split(' ').map(String::from).collect();
    let result = tools::rpeaks::run(Arguments::new(words), &mut input.as_bytes(), &mut output);
    assert_eq!(
        result.unwrap_err().to_string(),
        "line 2701: \"x\" is no integer"
    );
    let expected = (0..10).fold(String::new(), |text, beat| {
        text + &format!("{} 1 N\n", 100 + 200 * beat)
    });
    assert_eq!(String::from_utf8(output).unwrap(), expected);
}

#[test]
fn each_help_names_the_lines_that_come_out() {
    let helps = [
        (tools::rpeaks::HELP, "a line for\neach beat"),
        (tools::waveform::HELP, "stats"),
        (tools::af_screen::HELP, "sample,0"),
        (tools::fall::HELP, "index of the sample"),
        (
            tools::glucose::HELP,
            "minutes,predicted_20,predicted_30,low_alarm",
        ),
        (tools::ppg_heart_rate::HELP, "a line every 2 s"),
    ];
    for (help, named) in helps {
        assert!(help.contains(named), "{help}");
        assert!(help.contains("lines that begin with #") || help.contains("begin with #"));
        assert!(help.contains("Exit status: 0 all is well"));
    }
}

/// The tools as programs, where their examples were built: what comes out, on which stream, and the status.
#[test]
fn a_bad_line_ends_the_program_with_status_2() {
    for (name, words, bad) in [
        ("af_screen", "", "1,x\n"),
        ("fall", "--rate 50 --counts-per-g 256", "1,2\n"),
        ("glucose", "", "0,100\n0,100\n"),
        ("ppg_heart_rate", "--rate 50", "#\n1,2,3,4,five\n"),
        ("rpeaks", "--rate 250 --gain 200", "1.5\n"),
        ("waveform", "encode --rate 250 --bits 8 --block 4", "256\n"),
    ] {
        let Some(program) = example(name) else {
            println!("{name} is not built: skipped");
            continue;
        };
        let [status, out, err] = outcome(&program, words, bad);
        assert_eq!(status, "2", "{name}");
        assert!(err.starts_with("line "), "{name}: {err}");
        assert!(!out.contains("line "), "{name}: {out}");
        let [status, out, err] = outcome(&program, "--help", "");
        assert_eq!([status.as_str(), err.as_str()], ["0", ""], "{name}");
        assert!(out.contains(&format!("{name} ")), "{name}: {out}");
        assert_eq!(outcome(&program, "--what", "")[0], "2", "{name}");
    }
}

/// An example beside this test's own folder, which `cargo test` builds before it runs tests.
fn example(name: &str) -> Option<PathBuf> {
    let folder = std::env::current_exe()
        .ok()?
        .parent()?
        .parent()?
        .join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}

/// Exit status, standard output and standard error.
fn outcome(program: &Path, words: &str, input: &str) -> [String; 3] {
    let mut child = Command::new(program)
        .args(words.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read everything.
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let status = output
        .status
        .code()
        .map_or_else(String::new, |code| code.to_string());
    [status, text(output.stdout), text(output.stderr)]
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
