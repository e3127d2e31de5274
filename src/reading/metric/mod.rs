mod codes;
mod facts;
mod table;
#[cfg(test)]
mod tests;

use core::fmt;

pub use facts::{Evidence, MetricFacts};

/// What is measured: a 32-bit code of ISO/IEEE 11073-10101 (partition × 65,536 + term), or a vendor's.
///
/// The upper half, from 2^31, is the vendors': see [`Metric::vendor`]. An open code, not an enum: one that has no name here is carried and shown as its number.
///
/// Each constant says its unit in UCUM, the plausible range in that unit, its LOINC code where it was verified, and
/// the Bluetooth characteristic that carries it. [`Metric::facts`] gives them to programs.
///
/// ```
/// use iomt::reading::Metric;
///
/// assert_eq!(Metric::HEART_RATE.code(), 147_842);
/// assert_eq!(Metric::HEART_RATE.to_string(), "heart rate");
/// assert_eq!(Metric::from_code(99).to_string(), "metric 99");
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric {
    code: u32,
}

impl Metric {
    /// The company id of whoever has none, as Bluetooth assigns it. This crate's own terms stand under it,
    /// from 1 to 255; 256 and above are free for trials.
    pub const NO_VENDOR: u16 = 0xFFFF;

    const VENDOR_BIT: u32 = 1 << 31;
    const TERM_BITS: u32 = 15;
    const TERM_MASK: u16 = (1 << Self::TERM_BITS) - 1;

    /// The metric with this code, known or not.
    #[must_use]
    pub const fn from_code(code: u32) -> Self {
        Self { code }
    }

    /// The code of the nomenclature: partition × 65,536 + term.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.code
    }

    /// A metric of a vendor's own: the Bluetooth company id, and a term of 15 bits; a higher bit is cut off.
    ///
    /// ```
    /// use iomt::reading::Metric;
    ///
    /// let odour = Metric::vendor(0x0059, 7);
    /// assert_eq!(odour.vendor_term(), Some((0x0059, 7)));
    /// assert_eq!(odour.to_string(), "metric 7 of vendor 0x0059");
    /// assert_eq!(Metric::HEART_RATE.vendor_term(), None);
    /// ```
    #[must_use]
    pub const fn vendor(company_id: u16, term: u16) -> Self {
        let company = (company_id as u32) << Self::TERM_BITS;
        Self::from_code(Self::VENDOR_BIT | company | (term & Self::TERM_MASK) as u32)
    }

    /// Company id and term, of a code in the vendors' half.
    #[must_use]
    pub const fn vendor_term(self) -> Option<(u16, u16)> {
        if self.code & Self::VENDOR_BIT == 0 {
            return None;
        }
        let company = (self.code >> Self::TERM_BITS) & 0xFFFF;
        Some((company as u16, self.code as u16 & Self::TERM_MASK))
    }

    /// The metric's name in plain English, where this version knows it.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.facts().map(|facts| facts.name)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.vendor_term()) {
            (Some(name), _) => f.write_str(name),
            (None, Some((company, term))) => write!(f, "metric {term} of vendor {company:#06x}"),
            (None, None) => write!(f, "metric {}", self.code),
        }
    }
}
