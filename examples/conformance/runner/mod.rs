//! Asks a program every vector, and says what it has to mend.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value has null under every name that is not there"
)]

mod difference;
mod explain;
mod judge;
mod live;
mod options;
mod process;
mod profile;
mod report;
mod vectors;

use std::io::IsTerminal as _;

use serde_json::{Value, json};

use self::judge::Verdict;
use self::options::Options;
pub(crate) use self::options::USAGE;
use self::process::Program;
use self::profile::Profile;
use self::report::{AreaReport, Report};
use self::vectors::{Area, Group, Test};

/// After so many answers that did not come, an area is given up.
const PATIENCE: u32 = 3;

/// Runs it all; whether the program has passed.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<bool, String> {
    let options = Options::parse(arguments)?;
    let areas = vectors::load(&options.vectors)?;
    let profile = Profile::of(options.profile.as_deref(), &options.areas, &areas)?;
    let mut program = Program::start(&options.command, options.timeout)?;
    let hello = greet(&mut program)?;
    let mut report = Report::new(&options, &hello, &areas);
    for area in &areas {
        if area.tests().any(|(_, test)| profile.takes(area, test)) {
            report
                .areas
                .push(ask_area(&mut program, area, &hello, &profile));
        }
    }
    if options.live > 0 {
        report.areas.extend(live::run(&mut program, &options));
    }
    clear_progress();
    if let Err(broken) = program.end() {
        report.areas.push(AreaReport::ending(&broken.to_string()));
    }
    print!("{}", report::table(&report));
    report::write_files(&report, &options)?;
    Ok(report.has_passed())
}

fn greet(program: &mut Program) -> Result<Value, String> {
    let answer = program.ask(&json!({ "op": "hello" }));
    let hello = answer.map_err(|broken| format!("no answer to hello: {broken}"))?;
    match hello["result"]["protocol"].as_u64() {
        Some(1) => Ok(hello["result"].clone()),
        _ => Err(format!(
            "hello is answered by {hello}, which has no \"protocol\": 1"
        )),
    }
}

fn ask_area(program: &mut Program, area: &Area, hello: &Value, profile: &Profile) -> AreaReport {
    let mut report = AreaReport::new(area);
    let mut patience = PATIENCE;
    for (group, test) in area.tests() {
        if !profile.takes(area, test) {
            continue;
        }
        let verdict = match hello["unsupported"].get(&group.op) {
            Some(reason) => Verdict::unsupported(reason),
            None if patience == 0 => {
                Verdict::Failed("not asked: too many answers did not come".into())
            }
            None => ask(program, group, test, &mut patience),
        };
        let verdict = match verdict {
            Verdict::Unsupported(reason) if profile.is_strict => Verdict::Failed(format!(
                "unsupported ({reason}), which the profile asks for"
            )),
            verdict => verdict,
        };
        report.add(group, test, verdict);
        show_progress(area, &report);
    }
    report.explain(area);
    report
}

fn ask(program: &mut Program, group: &Group, test: &Test, patience: &mut u32) -> Verdict {
    let mut request = test.request.clone();
    request["op"] = group.op.clone().into();
    match program.ask(&request) {
        Ok(answer) => judge::judge(group, test, &answer),
        Err(broken) => {
            *patience -= u32::from(broken.costs_patience());
            Verdict::Failed(broken.to_string())
        }
    }
}

fn show_progress(area: &Area, report: &AreaReport) {
    if std::io::stderr().is_terminal() {
        eprint!(
            "\r{:<24} {:>5} of {}, {} failed   ",
            area.name,
            report.asked(),
            area.len(),
            report.failed
        );
    }
}

fn clear_progress() {
    if std::io::stderr().is_terminal() {
        eprint!("\r{:60}\r", "");
    }
}
