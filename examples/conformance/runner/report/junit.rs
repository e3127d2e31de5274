use std::fmt::Write as _;

use super::{AreaReport, Outcome, Report, escaped};

/// A suite for each area, a case for each vector.
pub(super) fn junit(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = |of: fn(&AreaReport) -> usize| report.sum(of);
    let _ = writeln!(
        out,
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">",
        escaped(&format!("{} {}", report.name, report.version)),
        counts(AreaReport::asked),
        counts(|area| area.failed),
        counts(|area| area.unsupported),
    );
    report.areas.iter().for_each(|area| suite(&mut out, area));
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, area: &AreaReport) {
    let _ = writeln!(
        out,
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">",
        escaped(&area.name),
        area.asked(),
        area.failed,
        area.unsupported
    );
    for case in &area.cases {
        let name = escaped(&format!("{} {}", case.id, case.name));
        let _ = write!(
            out,
            "<testcase classname=\"{}\" name=\"{name}\"",
            escaped(&area.name)
        );
        let _ = match &case.outcome {
            Outcome::Passed => writeln!(out, "/>"),
            Outcome::Failed(got) => {
                writeln!(out, "><failure>{}</failure></testcase>", escaped(got))
            }
            Outcome::Unsupported(why) => {
                writeln!(out, "><skipped message=\"{}\"/></testcase>", escaped(why))
            }
        };
    }
    out.push_str("</testsuite>\n");
}
