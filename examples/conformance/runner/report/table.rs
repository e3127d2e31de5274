//! Eighty columns of a terminal.

use std::fmt::Write as _;

use super::{AreaReport, Report};
use crate::shim::exact;

const WIDTH: usize = 80;

pub(in super::super) fn table(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} {}, {}{}\n",
        report.name,
        report.version,
        report.scope,
        match report.live {
            0 => String::new(),
            seeds => format!(", live with the seeds 0 to {}", seeds - 1),
        }
    );
    let _ = writeln!(
        out,
        "{:<24}{:>9}{:>9}{:>9}{:>13}",
        "area", "cases", "passed", "failed", "unsupported"
    );
    let _ = writeln!(out, "{}", "─".repeat(WIDTH - 16));
    for area in &report.areas {
        line(
            &mut out,
            &area.name,
            [area.asked(), area.passed, area.failed, area.unsupported],
        );
    }
    let _ = writeln!(out, "{}", "─".repeat(WIDTH - 16));
    let sum = |of: fn(&AreaReport) -> usize| report.sum(of);
    line(
        &mut out,
        "all",
        [
            sum(AreaReport::asked),
            sum(|area| area.passed),
            sum(|area| area.failed),
            sum(|area| area.unsupported),
        ],
    );
    for area in &report.areas {
        explain(&mut out, area);
    }
    for (op, reason) in &report.unsupported {
        wrapped(&mut out, &format!("{op} is unsupported: {reason}"), "");
    }
    let _ = writeln!(out, "\n{} has {}.", report.name, report.verdict());
    out
}

fn line(out: &mut String, name: &str, [asked, passed, failed, unsupported]: [usize; 4]) {
    let count = |number: usize| match number {
        0 => "·".to_owned(),
        number => number.to_string(),
    };
    let _ = writeln!(
        out,
        "{name:<24}{asked:>9}{:>9}{:>9}{:>13}",
        count(passed),
        count(failed),
        count(unsupported)
    );
}

/// A failure of an area, in words.
fn explain(out: &mut String, area: &AreaReport) {
    let Some((which, shown)) = area.shown() else {
        return;
    };
    let _ = writeln!(out, "\n{}", area.name);
    if let Some(mistake) = &area.mistake {
        wrapped(out, mistake, "  ");
    }
    wrapped(
        out,
        &format!(
            "{which} of {}: tcId {}, {}: {}.",
            area.failed, shown.id, shown.group, shown.comment
        ),
        "  ",
    );
    let mut lines = vec![("asked", exact::write(&shown.request))];
    match &shown.differs {
        // What is the same in both would fill the line.
        Some(differs) => lines.extend([
            ("at", differs.place.clone()),
            ("right", differs.right.clone()),
            ("got", differs.got.clone()),
        ]),
        None => lines.extend([
            ("right", exact::write(&shown.expected)),
            ("got", shown.got.clone()),
        ]),
    }
    for (name, value) in lines {
        let _ = writeln!(out, "  {name:<6}{}", cut(&value, WIDTH - 8));
    }
    if !shown.requirements.is_empty() {
        let _ = writeln!(
            out,
            "  see   {}",
            cut(&shown.requirements.join(", "), WIDTH - 8)
        );
    }
}

fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some(_) => text.chars().take(width - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

fn wrapped(out: &mut String, text: &str, indent: &str) {
    let mut line = indent.to_owned();
    for word in text.split(' ') {
        if line.chars().count() + word.chars().count() + 1 > WIDTH && line != indent {
            let _ = writeln!(out, "{}", line.trim_end());
            line = indent.to_owned();
        }
        line.push_str(word);
        line.push(' ');
    }
    let _ = writeln!(out, "{}", line.trim_end());
}
