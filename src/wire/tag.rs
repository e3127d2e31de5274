/// The kind of a record, as its number on the wire.
///
/// | tag | name | critical | body | |
/// |---|---|---|---|---|
/// | 0 | padding | no | zeros | stable |
/// | 3 | time base | yes | varint: device time in µs; later times of the frame are relative to it | stable |
/// | 5 | skip | yes | varint: the next record's sequence is this much further on | stable |
/// | 16 | observation | no | short code, offset, mantissa | stable |
/// | 18 | observation in full | no | all codes spelled out | stable |
/// | 20 | waveform | no | short code, rate, scale, samples | stable |
/// | 22 | waveform in full | no | all codes spelled out | stable |
/// | 24 | device descriptor | no | six texts | stable |
/// | 26 | compound | no | set code, offset, mantissas | stable |
/// | 28 | compound in full | no | all codes spelled out | stable |
/// | 30 | series | no | short code, offset, interval, samples | stable |
/// | 32 | series in full | no | all codes spelled out | stable |
/// | 34 | irregular series | no | all codes spelled out, two lists | stable |
/// | 36 | event | no | kind, subject, source, detail | stable |
/// | 38 | calibration | no | metric, unit, three decimals | stable |
/// | 40 | clock sync | no | stamp | stable |
/// | 42 | gap | no | first, count, reason | stable |
/// | 44 | text | no | language, text | stable |
/// | 46 | stamped observation | no | short code, time, stamp | stable |
/// | 48 | stamped in full | no | all codes spelled out | stable |
/// | 50 | context | no | device word, location, method, origin, algorithm | stable |
/// | 56 | compound with statuses | no | all codes spelled out, a status for each component | stable |
/// | 64 | dose | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 66 | basal insulin | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 68 | bolus insulin | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 70 | asset | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 72 | activity | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 74 | fall | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 76 | sleep | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 78 | consent reference | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 80 | setting | no | see [`reading::draft`](crate::reading::draft) | draft |
/// | 82 | stream | no | see [`reading::draft`](crate::reading::draft) | draft |
///
/// A *stable* body never changes once it was in a numbered release; a *draft* may until 1.0.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// Fills a frame up; its body is zeros.
    pub const PADDING: Self = Self(0);
    /// The device time that later times of the frame are relative to.
    pub const TIME_BASE: Self = Self(3);
    /// A jump in the sequence.
    pub const SKIP: Self = Self(5);
    /// One value with a short code.
    pub const OBSERVATION: Self = Self(16);
    /// One value with everything spelled out.
    pub const OBSERVATION_IN_FULL: Self = Self(18);
    /// Samples with a short code.
    pub const WAVEFORM: Self = Self(20);
    /// Samples with everything spelled out.
    pub const WAVEFORM_IN_FULL: Self = Self(22);
    /// Who made the device and which one it is.
    pub const DESCRIPTOR: Self = Self(24);
    /// Several values of one measurement, of a short set.
    pub const COMPOUND: Self = Self(26);
    /// Several values with everything spelled out.
    pub const COMPOUND_IN_FULL: Self = Self(28);
    /// Many values at regular times, with a short code.
    pub const SERIES: Self = Self(30);
    /// Many values at regular times with everything spelled out.
    pub const SERIES_IN_FULL: Self = Self(32);
    /// Many values at listed times.
    pub const IRREGULAR_SERIES: Self = Self(34);
    /// Something that happened to an alarm, a sensor or the device.
    pub const EVENT: Self = Self(36);
    /// A sensor was compared with a reference.
    pub const CALIBRATION: Self = Self(38);
    /// What the wall clock said at a device time.
    pub const CLOCK_SYNC: Self = Self(40);
    /// Records are missing.
    pub const GAP: Self = Self(42);
    /// A short text.
    pub const TEXT: Self = Self(44);
    /// One value with its own wall-clock time.
    pub const STAMPED: Self = Self(46);
    /// One value with its own wall-clock time, everything spelled out.
    pub const STAMPED_IN_FULL: Self = Self(48);
    /// How and where an earlier record was measured, and by what.
    pub const CONTEXT: Self = Self(50);
    /// Several values, each with a status of its own.
    pub const COMPOUND_WITH_STATUSES: Self = Self(56);
    /// A dose and what became of it; a draft.
    pub const DOSE: Self = Self(64);
    /// Insulin at a rate; a draft.
    pub const INSULIN_BASAL: Self = Self(66);
    /// Insulin at once; a draft.
    pub const INSULIN_BOLUS: Self = Self(68);
    /// A thing that is counted or found; a draft.
    pub const ASSET: Self = Self(70);
    /// A stretch of activity; a draft.
    pub const ACTIVITY: Self = Self(72);
    /// A fall; a draft.
    pub const FALL: Self = Self(74);
    /// A stretch of sleep; a draft.
    pub const SLEEP: Self = Self(76);
    /// Which consent the records that follow are sent under; a draft.
    pub const CONSENT: Self = Self(78);
    /// A setting of the device; a draft.
    pub const SETTING: Self = Self(80);
    /// A piece of the application's own bytes; a draft.
    pub const STREAM: Self = Self(82);

    const FIRST_NUMBERED: u32 = 16;

    /// Whether a reader that does not know the record must refuse it.
    #[must_use]
    pub const fn is_critical(self) -> bool {
        self.0 & 1 == 1
    }

    /// Whether the record takes a sequence number.
    #[must_use]
    pub const fn is_numbered(self) -> bool {
        self.0 >= Self::FIRST_NUMBERED
    }
}
