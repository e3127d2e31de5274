//! What a failure means, in words.

use std::collections::BTreeMap;

use serde_json::Value;

use super::report::{AreaReport, Failure};
use super::vectors::Area;
use crate::shim::error::is_class;
use crate::shim::exact;
use crate::shim::text::{expand, unhex};

/// Of a thousand cases of a mistake: where fewer fail, it may well be another one.
const RATHER_FEW: usize = 500;

/// What a program does wrong, as it seems.
pub(super) struct Mistake {
    pub(super) said: String,
    /// Of the cases that look for it.
    pub(super) flag: Option<String>,
}

impl From<String> for Mistake {
    fn from(said: String) -> Self {
        Self { said, flag: None }
    }
}

/// Of the mistakes that an area looks for, the one whose tests fail most.
pub(super) fn mistake(area: &Area, report: &AreaReport) -> Option<Mistake> {
    let first = report.failures.first()?;
    if area.name.starts_with("live") {
        return None;
    }
    if report.failures.iter().all(|failure| failure.is_broken) {
        return Some(format!("It does not answer: {}.", first.got).into());
    }
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (flags, has_failed) in &report.by_flags {
        for flag in flags {
            let (failed, all) = counts.entry(flag).or_default();
            *failed += usize::from(*has_failed);
            *all += 1;
        }
    }
    if let Some(mistake) = known(area, first).or_else(|| wrong_form(area, first)) {
        return Some(mistake.into());
    }
    let wholly = counts.values().filter(|(failed, all)| failed == all);
    // What most kinds of cases fail by is none of the mistakes that one of them looks for.
    let is_everywhere =
        report.failed * 10 >= report.asked() * 9 || wholly.count() * 2 > counts.len();
    if is_everywhere && counts.len() > 2 {
        let members = members(first).unwrap_or_default();
        let subject = subject(&area.name, &first.request);
        let said = format!("Your {subject} gives other answers nearly everywhere{members}.");
        return Some(said.into());
    }
    let share =
        |(failed, all): (usize, usize)| (failed * 1_000).checked_div(all).unwrap_or_default();
    let worst = counts.iter().filter(|(_, count)| count.0 > 0);
    let earliest = |flag: &str| {
        let place = report
            .by_flags
            .iter()
            .position(|(flags, has_failed)| *has_failed && flags.iter().any(|known| known == flag));
        std::cmp::Reverse(place)
    };
    let (flag, count) = worst.max_by_key(|(flag, count)| (share(**count), earliest(flag)))?;
    let (failed, all) = *count;
    let sentence = sentence(area, flag)?;
    let said = match share(*count) {
        RATHER_FEW.. => sentence,
        _ => format!("{sentence} But no more than {failed} of the {all} cases for it fail."),
    };
    let flag = Some((*flag).to_owned());
    Some(Mistake { said, flag })
}

/// An answer that is none for any request of the area.
fn wrong_form(area: &Area, first: &Failure) -> Option<String> {
    let got: Value = exact::read(&first.got).ok()?;
    let subject = subject(&area.name, &first.request);
    match (got.get("result"), got.get("error")) {
        (Some(_), Some(_)) | (None, None) => Some(format!(
            "Your {subject} has to answer with exactly one of result, error and unsupported."
        )),
        (None, Some(word)) if !word.as_str().is_some_and(is_class) => Some(format!(
            "Your {subject} answers with an error {word}, which is not in the list of classes."
        )),
        _ => None,
    }
}

/// A mistake that is seen in the answer itself, though every test fails by it.
fn known(area: &Area, first: &Failure) -> Option<String> {
    if area.name != "epoch" {
        return None;
    }
    let got: Value = exact::read(&first.got).ok()?;
    let member = |name: &str| unhex(got["result"][name].as_str()?);
    let open: [u8; 32] = member("open")?.try_into().ok()?;
    let unsalted: [u8; 32] = expand(&open, "epoch", &[]);
    (member("secret")? == unsalted).then_some(())?;
    sentence(area, "SaltIgnored")
}

fn sentence(area: &Area, name: &str) -> Option<String> {
    let flag = area.flags.get(name)?;
    let mut tests = area.tests().map(|(_, test)| test);
    let of_flag = tests.find(|test| test.flags.iter().any(|known| known == name));
    let request = of_flag.map_or(&Value::Null, |test| &test.request);
    Some(format!(
        "It seems that your {} {}: {}.",
        subject(&area.name, request),
        flag.description,
        flag.effect
    ))
}

/// Which members of a result are right, and which are not.
fn members(first: &Failure) -> Option<String> {
    let got: Value = exact::read(&first.got).ok()?;
    let (expected, got) = (first.expected["result"].as_object()?, &got["result"]);
    let names = |is_right: bool| {
        let those = expected
            .iter()
            .filter(|(name, value)| (got.get(name) == Some(*value)) == is_right);
        those
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (right, wrong) = (names(true), names(false));
    match right.is_empty() {
        true => None,
        false => Some(format!("; right: {right}; wrong: {wrong}")),
    }
}

/// What a request is about, as one speaks of a program.
pub(super) fn subject(area: &str, request: &Value) -> &'static str {
    match area {
        "decimal" => "decimal arithmetic",
        "sfloat" if request.get("value").is_some() => "SFLOAT encoder",
        "sfloat" => "SFLOAT decoder",
        "reading_decode" => "record reader",
        "reading_encode" => "record writer",
        "evolution" => "record reader",
        "waveform" => "waveform codec",
        "key_schedule" => "key schedule",
        "epoch" => "derivation of an epoch",
        "frame_seal" => "sealer",
        "frame_open" => "opener",
        "locator" => "locator table",
        "received_set" => "received set",
        "receipt" => "receipt code",
        "outstanding" => "control record code",
        "command" => "command code",
        "label" if request.get("secret").is_some() => "label writer",
        "label" => "label reader",
        "cpace" => "passcode exchange",
        "fragment" => "fragmenter",
        "reassemble" => "reassembler",
        "serial" => "carrier",
        "gateway" => "gateway",
        "gatt" => "Bluetooth reader",
        "fhir" => "FHIR writer",
        "pairing_label_key" => "pairing by a label with key",
        "pairing_label" => "label pairing",
        "pairing_passcode" => "passcode pairing",
        "pairing_comparison" => "numeric comparison",
        "pairing_factory_keys" => "handshake by factory keys",
        "pairing_reconnection" => "reconnection",
        _ => "program",
    }
}
