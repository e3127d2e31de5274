//! The day, as people write it.

use std::time::{SystemTime, UNIX_EPOCH};

pub(super) fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    written(since.unwrap_or_default().as_secs() / 86_400)
}

/// Days since 1970. Years begin in March here, so that a leap day is the last of its year.
fn written(days: u64) -> String {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, turn) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + turn)
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, text) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (20_786, "2026-11-29"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(super::written(days), text);
        }
    }
}
