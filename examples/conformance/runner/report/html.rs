//! One page that needs nothing else, to be handed on.

use std::fmt::Write as _;

use super::{AreaReport, Failure, Report, escaped};
use crate::shim::exact;

const STYLE: &str = include_str!("style.css");

pub(super) fn html(report: &Report) -> String {
    let title = format!("Conformance of {} {}", report.name, report.version);
    let state = report.state();
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style></head>\n<body><main>\n<header><p class=\"over\">Conformance to the iomt protocol, version 1</p>\n<h1>{name} <small>{version}</small></h1>\n<p class=\"verdict {state}\">{verdict}</p></header>\n",
        title = escaped(&title),
        name = escaped(&report.name),
        version = escaped(&report.version),
        verdict = escaped(report.verdict()),
    );
    facts(&mut out, report);
    areas(&mut out, report);
    report
        .areas
        .iter()
        .filter(|area| area.failed > 0)
        .for_each(|area| failures(&mut out, area));
    unsupported(&mut out, report);
    let _ = write!(
        out,
        "<footer><p>Made on {} by the conformance runner of iomt {} from {} vector files, SHA-256 <code>{}</code>. Each vector is a request with its right answer; those of the scope, {}, were asked once each. {}This page says nothing of what was not asked.</p></footer>\n</main></body></html>\n",
        report.made,
        env!("CARGO_PKG_VERSION"),
        report.files,
        report.vectors,
        escaped(&report.scope),
        live(report),
    );
    out
}

fn live_seeds(report: &Report) -> String {
    match report.live {
        0 => String::new(),
        seeds => format!("0 to {}", seeds - 1),
    }
}

fn live(report: &Report) -> String {
    match report.live {
        0 => String::new(),
        _ => format!(
            "What is called live was played by the runner as the other side, with the seeds {}; what a meeting draws and loses follows from its seed. ",
            live_seeds(report)
        ),
    }
}

fn facts(out: &mut String, report: &Report) {
    let sum = |of: fn(&AreaReport) -> usize| report.sum(of).to_string();
    out.push_str("<dl class=\"facts\">");
    for (name, value) in [
        ("cases", sum(AreaReport::asked)),
        ("passed", sum(|area| area.passed)),
        ("failed", sum(|area| area.failed)),
        ("unsupported", sum(|area| area.unsupported)),
        ("scope", report.scope.clone()),
        ("live seeds", live_seeds(report)),
    ] {
        if value.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "<div><dt>{name}</dt><dd>{}</dd></div>",
            escaped(&value)
        );
    }
    out.push_str("</dl>\n");
    let _ = writeln!(
        out,
        "<p class=\"command\"><code>{}</code></p>",
        escaped(&report.command)
    );
}

fn areas(out: &mut String, report: &Report) {
    out.push_str("<section><h2>By area</h2>\n<div class=\"scroll\"><table><thead><tr><th>Area</th><th class=\"wide\">What</th><th class=\"number\">Cases</th><th class=\"number\">Passed</th><th class=\"number\">Failed</th><th class=\"number\">Unsupported</th><th class=\"share\"><span class=\"hidden\">Share</span></th></tr></thead>\n<tbody>\n");
    for area in &report.areas {
        let state = match (area.failed, area.passed) {
            (0, 0) => "none",
            (0, _) => "good",
            _ => "bad",
        };
        let name = match area.failed {
            0 => escaped(&area.name),
            _ => format!("<a href=\"#{0}\">{0}</a>", escaped(&area.name)),
        };
        let _ = writeln!(
            out,
            "<tr class=\"{state}\"><th scope=\"row\">{name}</th><td class=\"wide\">{}</td>{}{}{}{}<td class=\"share\">{}</td></tr>",
            escaped(&area.about),
            number(area.asked()),
            number(area.passed),
            number(area.failed),
            number(area.unsupported),
            bar(area),
        );
    }
    out.push_str("</tbody></table></div></section>\n");
}

fn number(number: usize) -> String {
    match number {
        0 => "<td class=\"number zero\">0</td>".into(),
        number => format!("<td class=\"number\">{number}</td>"),
    }
}

/// In per cent; what is there at all is wide enough to be seen.
fn bar(area: &AreaReport) -> String {
    let share = |count: usize| match count {
        0 => 0,
        count => (count * 100).div_ceil(area.asked().max(1)).max(6),
    };
    let (failed, unsupported) = (share(area.failed), share(area.unsupported));
    format!(
        "<span class=\"bar\"><i class=\"p\" style=\"width:{}%\"></i><i class=\"f\" style=\"width:{failed}%\"></i><i class=\"u\" style=\"width:{unsupported}%\"></i></span>",
        100_usize.saturating_sub(failed + unsupported)
    )
}

fn failures(out: &mut String, area: &AreaReport) {
    let _ = writeln!(
        out,
        "<section id=\"{0}\"><h2>{0} <small>{1} of {2} failed</small></h2>",
        escaped(&area.name),
        area.failed,
        area.asked()
    );
    if let Some(mistake) = &area.mistake {
        let _ = writeln!(out, "<p class=\"mistake\">{}</p>", escaped(mistake));
    }
    area.failures
        .iter()
        .enumerate()
        .for_each(|(place, failure)| one(out, failure, place == 0));
    if area.failed > area.failures.len() {
        let _ = writeln!(
            out,
            "<p>{} more failures of {} are not shown.</p>",
            area.failed - area.failures.len(),
            escaped(&area.name)
        );
    }
    out.push_str("</section>\n");
}

fn one(out: &mut String, failure: &Failure, is_open: bool) {
    let open = if is_open { " open" } else { "" };
    let _ = writeln!(
        out,
        "<details{open}><summary><b>{}</b> {}: {}</summary><dl class=\"case\"><dt>asked</dt><dd><code>{}</code></dd><dt>right</dt><dd><code>{}</code></dd><dt>got</dt><dd><code class=\"got\">{}</code></dd>{}<dt>see</dt><dd>{}</dd></dl></details>",
        failure.id,
        escaped(&failure.group),
        escaped(&failure.comment),
        escaped(&exact::write(&failure.request)),
        escaped(&exact::write(&failure.expected)),
        escaped(&failure.got),
        differs(failure),
        escaped(&failure.requirements.join(", ")),
    );
}

fn differs(failure: &Failure) -> String {
    let Some(differs) = &failure.differs else {
        return String::new();
    };
    format!(
        "<dt>differs</dt><dd><code>{}: {}, <span class=\"got\">not {}</span></code></dd>",
        escaped(&differs.place),
        escaped(&differs.right),
        escaped(&differs.got)
    )
}

fn unsupported(out: &mut String, report: &Report) {
    let mut reasons: Vec<(String, String)> = report
        .unsupported
        .iter()
        .map(|(op, reason)| (op.clone(), reason.clone()))
        .collect();
    for area in &report.areas {
        reasons.extend(
            area.reasons
                .keys()
                .filter(|reason| !report.unsupported.values().any(|known| known == *reason))
                .map(|reason| (area.name.clone(), reason.clone())),
        );
    }
    if reasons.is_empty() {
        return;
    }
    out.push_str("<section><h2>Declared as unsupported</h2><dl class=\"reasons\">");
    for (what, reason) in reasons {
        let _ = write!(
            out,
            "<dt><code>{}</code></dt><dd>{}</dd>",
            escaped(&what),
            escaped(&reason)
        );
    }
    out.push_str("</dl></section>\n");
}
