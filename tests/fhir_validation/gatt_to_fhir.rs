//! The example `gatt_to_fhir` on every payload that the project has: each good one gives one line, and each line is valid.

use std::path::Path;

use serde_json::Value as Json;

use crate::example::convert;
use crate::example::options::Options;
use crate::faults;
use crate::payloads::PAYLOADS;
use crate::schema::Schema;

/// What came out of the program for some lines.
struct Run {
    lines: Vec<Json>,
    /// Lines for which there was an error instead.
    bad: usize,
}

impl Run {
    fn of(lines: &[String]) -> Self {
        let arguments = [
            "--subject",
            "Patient/7",
            "--time",
            "2024-03-15T14:30:45+01:00",
        ];
        let options = Options::from_arguments(arguments.into_iter().map(String::from));
        let options = options.expect("good arguments").expect("no help");
        let mut output = Vec::new();
        let bad = convert(lines.join("\n").as_bytes(), &mut output, &options);
        let text = String::from_utf8(output).expect("UTF-8");
        let parsed = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        Self {
            lines: parsed.collect(),
            bad: bad.expect("memory can be written"),
        }
    }

    /// How many lines the validator takes, and how many resources are in them, those of bundles for themselves.
    fn valid(&self) -> (usize, usize) {
        let schema = Schema::load();
        let is_valid = |line: &&Json| {
            let found = faults(&schema, line);
            assert!(found.is_empty(), "{line}: {found:#?}");
            true
        };
        let resources = |line: &Json| line["entry"].as_array().map_or(1, Vec::len);
        (
            self.lines.iter().filter(is_valid).count(),
            self.lines.iter().map(resources).sum(),
        )
    }
}

fn json(path: &Path) -> Json {
    let text = std::fs::read_to_string(path).expect("the vectors can be read");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

#[test]
fn every_payload_of_this_test_gives_one_valid_line() {
    let lines: Vec<_> = PAYLOADS
        .iter()
        .map(|(uuid, hex)| format!("{uuid:04x} {hex}"))
        .collect();
    let run = Run::of(&lines);
    let (valid, resources) = run.valid();
    assert_eq!((valid, run.bad), (PAYLOADS.len(), 0));
    println!("{valid} lines of {resources} resources are valid");
}

#[test]
fn every_valid_vector_gives_one_valid_line_and_every_other_one_an_error() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/gatt.json");
    let vectors = json(&path);
    let groups = vectors["testGroups"].as_array().expect("groups");
    let tests: Vec<_> = groups
        .iter()
        .flat_map(|group| group["tests"].as_array().expect("tests"))
        .collect();
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let good = tests.iter().filter(|test| test["result"] == "valid");
    let good = good.count();
    assert!(good >= 400 && tests.len() - good >= 400, "{good}");
    let lines: Vec<_> = tests
        .iter()
        .map(|test| {
            let request = &test["request"];
            // A value of no bytes has no digits, and a line without digits is refused as the value is.
            let hex = text(&request["bytes"]);
            format!("{} {hex}", text(&request["uuid"]))
        })
        .collect();
    let run = Run::of(&lines);
    let (valid, resources) = run.valid();
    assert_eq!((valid, run.bad), (good, tests.len() - good));
    assert!(resources > valid, "bundles hold several");
    println!(
        "{valid} lines of {resources} resources are valid, {} lines are errors",
        run.bad
    );
}

/// What the program itself has printed, in a file that the caller names.
#[test]
fn every_line_that_the_program_printed_is_valid() {
    let Some(path) = std::env::var_os("IOMT_FHIR_LINES") else {
        println!("IOMT_FHIR_LINES is not set: no lines of the program");
        return;
    };
    let text = std::fs::read_to_string(path).expect("the lines can be read");
    let lines: Vec<_> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let (valid, resources) = Run { lines, bad: 0 }.valid();
    assert!(valid > 0, "no line");
    println!("{valid} lines of the program, {resources} resources, are valid");
}

#[test]
fn every_payload_from_outside_gives_one_valid_line_or_an_error() {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("IOMT_SHARED is not set: no payloads from outside");
        return;
    };
    let vectors = json(&Path::new(&shared).join("data/gatt/gatt_vectors.json"));
    let vectors = vectors["vectors"].as_array().expect("a list");
    let lines: Vec<_> = vectors
        .iter()
        .map(|vector| {
            let field = |name: &str| vector[name].as_str().expect("a text");
            format!("{} {}", field("char"), field("hex"))
        })
        .collect();
    let run = Run::of(&lines);
    let (valid, resources) = run.valid();
    assert_eq!(
        (valid, run.bad),
        (43, 11),
        "of the 54 payloads of the file, 43 are valid"
    );
    println!("{valid} lines of {resources} resources are valid, 11 lines are errors");
}

#[test]
fn every_payload_with_a_byte_changed_gives_valid_resources_or_an_error() {
    let changed = |(uuid, hex): &(u16, &str)| -> Vec<String> {
        let bytes = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
        let places = (0..hex.len()).step_by(2);
        let changes = places.flat_map(|at| [0x01, 0xFF].map(|mask| (at, mask)));
        changes
            .map(|(at, mask)| {
                let (before, after) = (&hex[..at], &hex[at + 2..]);
                format!("{uuid:04x} {before}{:02x}{after}", bytes(at) ^ mask)
            })
            .collect()
    };
    let lines: Vec<_> = PAYLOADS.iter().flat_map(changed).collect();
    let run = Run::of(&lines);
    let (valid, resources) = run.valid();
    assert_eq!(valid + run.bad, lines.len());
    assert!(valid > 400 && run.bad > 100, "{valid} {}", run.bad);
    println!(
        "of {} changed payloads {valid} are valid, of {resources} resources; {} are errors",
        lines.len(),
        run.bad
    );
}
