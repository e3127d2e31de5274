//! What records hold, kind by kind, and how each is written.

use super::Record;
use super::clock::{FullStamped, ShortStamped, StampBody};
use super::compound::{self, FullCompound};
use super::descriptor::DescriptorBody;
use super::observation::{FullObservation, ShortObservation};
use super::series::{self, FullSeries, ShortSeries};
use super::timed::TimedBody;
use super::waveform::{FullWaveform, ShortWaveform};
use super::write::Bodies;
use crate::reading::{
    Cadence, Calibration, CalibrationBody, Compound, Context, Descriptor, Event, Gap, Observation,
    Series, Stamped, Text, Timed, Waveform, draft,
};
use crate::time::{Instant, Stamp};
use crate::wire::{Error, Tag};

/// What is written as a record: a [`Record`] of any kind, or what one kind of it holds.
///
/// Who names kinds by their types has the code of these in its flash, and no other: a thermometer that sends
/// [`Observation`] needs no encoder of insulin doses, which [`Record`] has to have at hand. Where several kinds share a
/// frame, `&dyn WriteRecord` names them.
///
/// ```
/// use iomt::reading::{Metric, Observation, Text, Timed, Unit};
/// use iomt::time::Instant;
/// use iomt::wire::{RecordWriter, WriteRecord};
///
/// let now = Instant::from_secs(1);
/// let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now, 190.into());
/// let said = Timed::new(now, Text { language: "en", text: "on the stairs" });
/// let records: [&dyn WriteRecord; 2] = [&pulse, &said];
///
/// let mut buffer = [0; 64];
/// let mut writer = RecordWriter::new(&mut buffer, 0, None)?;
/// for record in &records {
///     writer.push(record)?;
/// }
/// assert_eq!(writer.next_sequence(), 2);
/// # Ok::<(), iomt::wire::Error>(())
/// ```
pub trait WriteRecord: Content {}

/// What [`WriteRecord`] stands on: none but the kinds of this version have it.
pub trait Content {
    /// When it was, where it is written against a time base.
    fn time(&self) -> Option<Instant> {
        None
    }

    /// Whether every text is as short as its record allows.
    fn texts_fit(&self) -> bool {
        true
    }

    /// Appends it, its time counted from `base`.
    ///
    /// # Errors
    ///
    /// As [`RecordWriter::push`](super::RecordWriter::push).
    fn write(&self, bodies: &mut Bodies<'_, '_>, base: Instant) -> Result<(), Error>;
}

fn fit(texts: &[&str], max: usize) -> bool {
    texts.iter().all(|text| text.len() <= max)
}

impl<R: WriteRecord + ?Sized> WriteRecord for &R {}

impl<C: Content + ?Sized> Content for &C {
    fn time(&self) -> Option<Instant> {
        (**self).time()
    }

    fn texts_fit(&self) -> bool {
        (**self).texts_fit()
    }

    fn write(&self, bodies: &mut Bodies<'_, '_>, base: Instant) -> Result<(), Error> {
        (**self).write(bodies, base)
    }
}

impl WriteRecord for Record<'_> {}

impl Content for Record<'_> {
    fn time(&self) -> Option<Instant> {
        self.content()?.time()
    }

    /// Without [`Record::content`]: who reads records has to ask this, and needs no code that writes them.
    fn texts_fit(&self) -> bool {
        match self {
            Self::Text(what) => what.texts_fit(),
            Self::Descriptor(what) => what.texts_fit(),
            Self::Context(what) => what.texts_fit(),
            Self::Dose(what) => what.texts_fit(),
            Self::Asset(what) => what.texts_fit(),
            Self::Consent(what) => what.texts_fit(),
            Self::Setting(what) => what.texts_fit(),
            _ => true,
        }
    }

    fn write(&self, bodies: &mut Bodies<'_, '_>, base: Instant) -> Result<(), Error> {
        match (self, self.content()) {
            (_, Some(content)) => content.write(bodies, base),
            (Self::Unknown { tag, body }, None) if tag.is_numbered() => {
                bodies.write_raw(*tag, body)
            }
            _ => Err(Error::OutOfRange),
        }
    }
}

impl Record<'_> {
    /// What it holds, where that is known.
    fn content(&self) -> Option<&dyn Content> {
        Some(match self {
            Self::Observation(what) => what,
            Self::Waveform(what) => what,
            Self::Descriptor(what) => what,
            Self::Compound(what) => what,
            Self::Series(what) => what,
            Self::Stamped(what) => what,
            Self::Gap(what) => what,
            Self::Context(what) => what,
            Self::Event(what) => what,
            Self::Calibration(what) => what,
            Self::ClockSync(what) => what,
            Self::Text(what) => what,
            Self::Dose(what) => what,
            Self::InsulinBasal(what) => what,
            Self::InsulinBolus(what) => what,
            Self::Asset(what) => what,
            Self::Activity(what) => what,
            Self::Fall(what) => what,
            Self::Sleep(what) => what,
            Self::Consent(what) => what,
            Self::Setting(what) => what,
            Self::Stream(what) => what,
            Self::Unknown { .. } => return None,
        })
    }
}

impl WriteRecord for Observation {}

impl Content for Observation {
    fn time(&self) -> Option<Instant> {
        Some(self.time)
    }

    fn write(&self, bodies: &mut Bodies<'_, '_>, base: Instant) -> Result<(), Error> {
        match ShortObservation::from(self, base)? {
            Some(short) => bodies.write_body(Tag::OBSERVATION, &short),
            None => {
                let full = FullObservation::from(self, base)?;
                bodies.write_body(Tag::OBSERVATION_IN_FULL, &full)
            }
        }
    }
}

impl WriteRecord for Waveform<'_> {}

impl Content for Waveform<'_> {
    fn time(&self) -> Option<Instant> {
        Some(self.start)
    }

    fn write(&self, bodies: &mut Bodies<'_, '_>, base: Instant) -> Result<(), Error> {
        match ShortWaveform::from(self, base)? {
            Some(short) => bodies.write_body(Tag::WAVEFORM, &short),
            None => bodies.write_body(Tag::WAVEFORM_IN_FULL, &FullWaveform::from(self, base)?),
        }
    }
}

impl WriteRecord for Compound {}

impl Content for Compound {
    fn time(&self) -> Option<Instant> {
        Some(self.time)
    }

    fn write(&self, bodies: &mut Bodies<'_, '_>, base: Instant) -> Result<(), Error> {
        if let Some(short) = compound::write_short(self, base, &mut compound::short_room())? {
            return bodies.write_raw(Tag::COMPOUND, short);
        }
        let mut room = compound::items_room();
        let (tag, full) = FullCompound::from(self, base, &mut room)?;
        bodies.write_body(tag, &full)
    }
}

impl WriteRecord for Series<'_> {}

impl Content for Series<'_> {
    fn time(&self) -> Option<Instant> {
        Some(self.start)
    }

    fn write(&self, bodies: &mut Bodies<'_, '_>, base: Instant) -> Result<(), Error> {
        if let Some(short) = ShortSeries::from(self, base)? {
            return bodies.write_body(Tag::SERIES, &short);
        }
        match self.cadence {
            Cadence::Every(interval) => {
                let full = FullSeries::from(self, series::interval_ms(interval)?, base)?;
                bodies.write_body(Tag::SERIES_IN_FULL, &full)
            }
            Cadence::Listed(intervals) => {
                let full = FullSeries::from(self, intervals, base)?;
                bodies.write_body(Tag::IRREGULAR_SERIES, &full)
            }
        }
    }
}

impl WriteRecord for Descriptor<'_> {}

impl Content for Descriptor<'_> {
    fn texts_fit(&self) -> bool {
        fit(&self.fields(), Self::MAX_FIELD)
    }

    fn write(&self, bodies: &mut Bodies<'_, '_>, _: Instant) -> Result<(), Error> {
        bodies.write_body(Tag::DESCRIPTOR, &DescriptorBody::from(self)?)
    }
}

impl WriteRecord for Stamped {}

impl Content for Stamped {
    fn write(&self, bodies: &mut Bodies<'_, '_>, _: Instant) -> Result<(), Error> {
        match ShortStamped::from(self)? {
            Some(short) => bodies.write_body(Tag::STAMPED, &short),
            None => bodies.write_body(Tag::STAMPED_IN_FULL, &FullStamped::from(self)?),
        }
    }
}

impl WriteRecord for Gap {}

impl Content for Gap {
    fn write(&self, bodies: &mut Bodies<'_, '_>, _: Instant) -> Result<(), Error> {
        bodies.write_body(Tag::GAP, self)
    }
}

impl WriteRecord for Context<'_> {}

impl Content for Context<'_> {
    fn texts_fit(&self) -> bool {
        fit(&[self.algorithm, self.algorithm_version], Self::MAX_TEXT)
    }

    fn write(&self, bodies: &mut Bodies<'_, '_>, _: Instant) -> Result<(), Error> {
        bodies.write_body(Tag::CONTEXT, self)
    }
}

/// What happened at a time, the body that it is written as, and its tag; of texts, how long which may be.
macro_rules! timed {
    ($($what:ty as $body:ty, $tag:ident $(, $max:expr => $($text:ident),+)?;)*) => {$(
        impl WriteRecord for Timed<$what> {}

        impl Content for Timed<$what> {
            fn time(&self) -> Option<Instant> {
                Some(self.time)
            }

            $(fn texts_fit(&self) -> bool {
                fit(&[$(self.what.$text),+], $max)
            })?

            fn write(&self, bodies: &mut Bodies<'_, '_>, base: Instant) -> Result<(), Error> {
                bodies.write_body(Tag::$tag, &TimedBody::<$body>::from(self, base)?)
            }
        }
    )*};
}

timed! {
    Event as Event, EVENT;
    Calibration as CalibrationBody, CALIBRATION;
    Stamp as StampBody, CLOCK_SYNC;
    Text<'_> as Text<'_>, TEXT, Text::MAX_TEXT => language, text;
    draft::Dose<'_> as draft::Dose<'_>, DOSE, draft::Dose::MAX_TEXT => medicine;
    draft::InsulinBasal as draft::InsulinBasal, INSULIN_BASAL;
    draft::InsulinBolus as draft::InsulinBolus, INSULIN_BOLUS;
    draft::Asset<'_> as draft::Asset<'_>, ASSET, draft::Asset::MAX_TEXT => item, location;
    draft::Activity as draft::Activity, ACTIVITY;
    draft::Fall as draft::Fall, FALL;
    draft::Sleep as draft::Sleep, SLEEP;
    draft::ConsentReference<'_> as draft::ConsentReference<'_>, CONSENT, draft::ConsentReference::MAX_TEXT => reference;
    draft::Setting<'_> as draft::Setting<'_>, SETTING, draft::Setting::MAX_TEXT => name, value;
    draft::Stream<'_> as draft::Stream<'_>, STREAM;
}
