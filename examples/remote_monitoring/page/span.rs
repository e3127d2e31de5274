//! Stretches of time that are shaded: radio outages and alarms.

use super::text;
use crate::clock::clock;
use crate::report::{Alarm, AlarmKind, Report};

/// A shaded stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) kind: Kind,
    /// In s since the first sample.
    pub(super) from_s: f64,
    /// In s; the end of the recording for what was still going on then.
    pub(super) to_s: f64,
    /// Still going on at the end of the recording.
    pub(super) open: bool,
    pub(super) text: String,
}

/// What the shading stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Outage,
    Limit,
    NoBeat,
    Stale,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Outage, Self::Limit, Self::NoBeat, Self::Stale];

    /// The class in the style sheet.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Limit => "limit",
            Self::NoBeat => "no-beat",
            Self::Stale => "stale",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Outage => "Radio outage",
            Self::Limit => "Limit alarm",
            Self::NoBeat => "No-beat alarm",
            Self::Stale => "Stale-data alarm",
        }
    }
}

/// All outages and alarms of the report, in order of time.
pub(super) fn spans(report: &Report) -> Vec<Span> {
    let end_s = report.samples.len() as f64 / report.rate_hz;
    let outages = report.outages.iter().map(|(from_s, to_s)| Span {
        kind: Kind::Outage,
        from_s: *from_s,
        to_s: *to_s,
        open: false,
        text: "Radio dark: data delayed".into(),
    });
    let alarms = report.alarms.iter().map(|alarm| of_alarm(alarm, end_s));
    let mut spans: Vec<_> = outages.chain(alarms).collect();
    spans.sort_by(|a, b| a.from_s.total_cmp(&b.from_s));
    spans
}

fn of_alarm(alarm: &Alarm, end_s: f64) -> Span {
    Span {
        kind: match alarm.kind {
            AlarmKind::Limit => Kind::Limit,
            AlarmKind::NoBeat => Kind::NoBeat,
            AlarmKind::Stale => Kind::Stale,
        },
        from_s: alarm.from_s,
        to_s: alarm.to_s.unwrap_or(end_s).max(alarm.from_s),
        open: alarm.to_s.is_none(),
        text: alarm.text.clone(),
    }
}

/// The list of outages and alarms, with their times.
pub(super) fn list(spans: &[Span]) -> String {
    if spans.is_empty() {
        return "<p class=\"none\">No alarm, and no radio outage.</p>".into();
    }
    let rows: String = spans.iter().map(list_row).collect();
    format!(
        "<div class=\"scroll\"><table class=\"events\">\n\
         <thead><tr><th scope=\"col\">From</th><th scope=\"col\">To</th>\
         <th scope=\"col\">Lasted</th><th scope=\"col\">Kind</th>\
         <th scope=\"col\">What</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )
}

fn list_row(span: &Span) -> String {
    let to = match span.open {
        true => "still active".into(),
        false => clock(span.to_s),
    };
    format!(
        "<tr><td>{}</td><td>{to}</td><td>{}</td>\
         <td><span class=\"badge {}\">{}</span></td><td>{}</td></tr>\n",
        clock(span.from_s),
        text::span(span.to_s - span.from_s),
        span.kind.class(),
        span.kind.name(),
        text::escape(&span.text),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_alarm_lasts_to_the_end_of_the_recording() {
        let report = Report {
            rate_hz: 100.0,
            samples: vec![0; 3_000],
            outages: vec![(12.0, 20.0)],
            alarms: vec![Alarm {
                kind: AlarmKind::Limit,
                from_s: 10.0,
                to_s: None,
                text: "a < b".into(),
            }],
            ..Report::default()
        };
        let spans = spans(&report);
        assert_eq!(spans[0].kind, Kind::Limit);
        assert_eq!((spans[0].to_s, spans[0].open), (30.0, true));
        assert_eq!(spans[1].kind, Kind::Outage);
        let list = list(&spans);
        assert!(list.contains("<td>0:10</td><td>still active</td><td>20.0 s</td>"));
        assert!(list.contains("a &lt; b"));
        assert!(list.contains("data delayed"));
    }
}
