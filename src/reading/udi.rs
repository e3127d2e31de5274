use super::Descriptor;

/// The parts of a UDI production identifier: which piece of a product it is.
///
/// As GS1 prints them, application identifiers in brackets: `(11)240315(17)290315(10)A7(21)12`. Others (HIBCC, ICCBBA)
/// are carried in [`Descriptor::udi_production`] and not taken apart; source: GS1 General Specifications, 3.2 and 3.4.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UdiProduction<'a> {
    /// The lot, (10).
    pub lot: Option<&'a str>,
    /// The serial number, (21).
    pub serial: Option<&'a str>,
    /// When it was made, (11).
    pub manufactured: Option<UdiDate>,
    /// When it expires, (17).
    pub expires: Option<UdiDate>,
}

/// A day of a UDI, of the years 2000 to 2099.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UdiDate {
    /// 2000 to 2099.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31; zero: the month's last, as GS1 has it.
    pub day: u8,
}

impl<'a> Descriptor<'a> {
    /// The parts of the UDI production identifier; each `None` where it is not there, or not as GS1 prints it.
    ///
    /// ```
    /// use iomt::reading::Descriptor;
    ///
    /// let pump = Descriptor { udi_production: "(17)290300(10)A7(21)12", ..Descriptor::default() };
    /// let parts = pump.production();
    /// assert_eq!((parts.lot, parts.serial), (Some("A7"), Some("12")));
    /// assert_eq!(parts.expires.map(|day| (day.year, day.month, day.day)), Some((2029, 3, 0)));
    /// assert_eq!(parts.manufactured, None);
    /// ```
    #[must_use]
    pub fn production(&self) -> UdiProduction<'a> {
        let mut parts = UdiProduction::default();
        for (identifier, content) in elements(self.udi_production) {
            match identifier {
                "10" => parts.lot = Some(content),
                "21" => parts.serial = Some(content),
                "11" => parts.manufactured = UdiDate::parse(content),
                "17" => parts.expires = UdiDate::parse(content),
                _ => {}
            }
        }
        parts
    }
}

/// Identifier and content of each element that is not empty. A bracket within a content ends it only where two to four
/// digits stand in it.
fn elements(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (identifier, behind) = opened(rest)?;
        let end = behind
            .match_indices('(')
            .map(|(at, _)| at)
            .find(|at| behind.get(*at..).is_some_and(|tail| opened(tail).is_some()))
            .unwrap_or(behind.len());
        let (content, next) = behind.split_at_checked(end)?;
        rest = next;
        Some((identifier, content))
    })
    .filter(|(_, content)| !content.is_empty())
}

/// The digits of a bracket at the start, and what stands behind it.
fn opened(text: &str) -> Option<(&str, &str)> {
    let (identifier, behind) = text.strip_prefix('(')?.split_once(')')?;
    let is_identifier =
        (2..=4).contains(&identifier.len()) && identifier.bytes().all(|b| b.is_ascii_digit());
    is_identifier.then_some((identifier, behind))
}

impl UdiDate {
    /// Reads `YYMMDD`.
    fn parse(text: &str) -> Option<Self> {
        let is_written = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        let two = |range: core::ops::Range<usize>| {
            text.get(range).filter(|_| is_written)?.parse::<u8>().ok()
        };
        let (year, month, day) = (two(0..2)?, two(2..4)?, two(4..6)?);
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            // Every fourth year of this century is a leap year, 2000 too.
            2 if year % 4 == 0 => 29,
            2 => 28,
            _ => return None,
        };
        (day <= last).then_some(Self {
            year: 2_000 + u16::from(year),
            month,
            day,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> UdiProduction<'_> {
        let descriptor = Descriptor {
            udi_production: text,
            ..Descriptor::default()
        };
        descriptor.production()
    }

    #[test]
    fn takes_apart_what_gs1_prints() {
        let all = parts("(11)240315(17)290315(10)A7(x)(21)12");
        let day = |year| {
            Some(UdiDate {
                year,
                month: 3,
                day: 15,
            })
        };
        assert_eq!(all.lot, Some("A7(x)"));
        assert_eq!(all.serial, Some("12"));
        assert_eq!((all.manufactured, all.expires), (day(2_024), day(2_029)));
    }

    #[test]
    fn takes_nothing_from_what_it_does_not_know() {
        for text in ["", "+$$3290315A7", "10A7", "(10)", "(1)A7", "(10A7", "()A7"] {
            assert_eq!(parts(text), UdiProduction::default(), "{text}");
        }
        for day in ["230229", "241301", "240431", "2403", "24031x", "2403155"] {
            let text = std::format!("(17){day}(21)1");
            assert_eq!(
                (parts(&text).expires, parts(&text).serial),
                (None, Some("1")),
                "{day}"
            );
        }
    }
}
