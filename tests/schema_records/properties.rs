//! Any content of records, as far as the wire carries it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use iomt::reading::codec::CodecId;
use iomt::reading::draft::{
    Activity, ActivityKind, Adherence, Asset, Availability, ConsentReference, Dose, Fall,
    InsulinBasal, InsulinBolus, Outcome, Reporter, Setting, Sleep, SleepStage, Stream,
};
use iomt::reading::{
    Cadence, Calibration, Component, Compound, Context, Decimal, Descriptor, Event, EventKind, Gap,
    GapReason, Method, Metric, Observation, Origin, SensorLocation, Series, Stamped, Status, Text,
    Timed, Unit, Value, Waveform,
};
use iomt::time::{ClockQuality, Duration, Instant, SampleRate, Stamp, WallClock};
use iomt::wire::{Envelope, EnvelopeWriter, Record, RecordWriter, Records, Tag};
use proptest::prelude::*;

/// The tags of all that came back.
static SEEN: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

fn assert_comes_back(record: &Record<'_>) {
    super::assert_comes_back(record);
    let plaintext = super::written(record);
    let envelope = Envelope::parse(&plaintext).unwrap();
    let last = envelope.records().last().unwrap().unwrap();
    SEEN.lock().unwrap().insert(last.tag.0.into());
}

/// What no property makes is a gap in this file, also where a short form is so rare that chance never gives it.
#[test]
fn every_tag_of_the_schema_comes_back_with_any_content() {
    compounds_come_back();
    cuffs_come_back();
    series_come_back();
    stamped_observations_come_back();
    timed_facts_come_back();
    observations_come_back();
    components_come_back_with_their_statuses();
    waveforms_come_back();
    descriptors_and_unknown_records_come_back();
    let golden: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../vectors/records/golden.json")).unwrap();
    let seen = SEEN.lock().unwrap();
    let tags = golden.iter().map(|line| line["tag"].as_u64().unwrap());
    let missing: Vec<u64> = tags.filter(|tag| !seen.contains(tag)).collect();
    assert_eq!(missing, [0_u64; 0], "of {} tags", golden.len());
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (any::<i32>(), any::<i8>()).prop_map(|(mantissa, exponent)| Decimal::new(mantissa, exponent))
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        // As often as all others: a whole number may have a short form.
        7 => any::<i32>().prop_map(Value::from),
        1 => decimal().prop_map(Value::Number),
        1 => decimal().prop_map(Value::BelowRange),
        1 => decimal().prop_map(Value::AboveRange),
        1 => Just(Value::NotANumber),
        1 => Just(Value::NotAtThisResolution),
        1 => Just(Value::PositiveInfinity),
        1 => Just(Value::NegativeInfinity),
    ]
}

fn any_stamp() -> impl Strategy<Value = Stamp> {
    let quality = prop_oneof![
        Just(ClockQuality::Unset),
        Just(ClockQuality::DeviceSet),
        Just(ClockQuality::Synchronised)
    ];
    (
        any::<i64>(),
        quality,
        any::<u32>(),
        any::<Option<i16>>(),
        any::<u32>(),
    )
        .prop_map(
            |(unix_millis, quality, uncertainty, utc_offset_minutes, epoch)| Stamp {
                wall: WallClock {
                    unix_millis,
                    quality,
                    uncertainty: Duration::from_millis(uncertainty.into()),
                    utc_offset_minutes,
                },
                epoch,
            },
        )
}

fn time() -> impl Strategy<Value = Instant> {
    (0_u64..1 << 53).prop_map(Instant::from_millis)
}

proptest! {
    // IOMT-REC-020
    #[test]
    fn compounds_come_back(metric: u32, time in time(), status: u16, parts in proptest::collection::vec((any::<u32>(), any::<u32>(), value()), 1..=6)) {
        let components: Vec<_> = parts.iter().map(|(metric, unit, value)| Component::new(Metric::from_code(*metric), Unit::from_code(*unit), *value)).collect();
        let compound = Compound::new(Metric::from_code(metric), time, &components).unwrap();
        assert_comes_back(&Record::Compound(compound.with_status(Status::from_bits(status))));
    }

    // IOMT-REC-010
    #[test]
    fn cuffs_come_back(time in time(), values: [i32; 3], exponent in -1_i8..=0) {
        let metrics = [Metric::SYSTOLIC, Metric::DIASTOLIC, Metric::MEAN_PRESSURE];
        let unit = if exponent == 0 { Unit::MMHG } else { Unit::KILOPASCAL };
        let components: Vec<_> = metrics.into_iter().zip(values).map(|(metric, value)| Component::new(metric, unit, Decimal::new(value, exponent).into())).collect();
        assert_comes_back(&Record::Compound(Compound::new(Metric::BLOOD_PRESSURE, time, &components).unwrap()));
    }

    // IOMT-REC-033
    #[test]
    fn series_come_back(metric in prop_oneof![Just(147_842_u32), any::<u32>()], start in time(), interval: u32, exponent in -1_i8..=1, status in prop_oneof![Just(0_u16), any::<u16>()], count: u16, data in proptest::collection::vec(any::<u8>(), 0..200), intervals in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..100))) {
        let cadence = intervals.as_deref().map_or(Cadence::Every(Duration::from_millis(interval.into())), Cadence::Listed);
        let series = Series { metric: Metric::from_code(metric), unit: Unit::BEATS_PER_MINUTE, start, cadence, exponent, status: Status::from_bits(status), codec: CodecId::SMALL, count, data: &data };
        assert_comes_back(&Record::Series(series));
        let mut room = vec![0; usize::from(count)];
        let _ = (series.decode(&mut room).is_ok(), series.times_ms(&mut room).is_ok());
    }

    // IOMT-REC-014
    #[test]
    fn padding_time_bases_and_skips_come_back(first in 0_u64..1 << 40, filling: [u8; 2], times in (time(), time()), step in 1_u64..1 << 40) {
        let pulse = |time| Record::Observation(Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, time, 72.into()));
        let records = [pulse(times.0), pulse(times.1)];
        let mut buffer = [0; 600];
        let mut writer = RecordWriter::new(&mut buffer, first, None).unwrap();
        for (record, zeros) in records.iter().zip(filling) {
            writer.pad(zeros.into()).unwrap();
            writer.push(record).unwrap();
        }
        let plaintext = writer.finish();
        let envelope = Envelope::parse(plaintext).unwrap();
        let back: Vec<_> = Records::new(&envelope).collect();
        prop_assert_eq!(back, [(first, Ok(records[0])), (first + 1, Ok(records[1]))]);
        let of = |tag| envelope.records().flatten().filter(move |raw| raw.tag == tag);
        let lengths: Vec<_> = of(Tag::PADDING).map(|raw| raw.body.len()).collect();
        prop_assert_eq!(lengths, filling.map(usize::from));
        // The same base and observation behind a skip.
        let (base, observation) = (of(Tag::TIME_BASE).next().unwrap(), of(Tag::OBSERVATION).next().unwrap());
        let mut buffer = [0; 64];
        let mut writer = EnvelopeWriter::new(&mut buffer, first, None).unwrap();
        writer.record(base.tag, base.body).unwrap();
        writer.skip(step).unwrap();
        writer.record(observation.tag, observation.body).unwrap();
        let plaintext = writer.finish();
        let back: Vec<_> = Records::new(&Envelope::parse(plaintext).unwrap()).collect();
        prop_assert_eq!(back, [(first + step, Ok(records[0]))]);
    }

    // IOMT-REC-013
    #[test]
    fn stamped_observations_come_back(time in time(), value in value(), stamp in any_stamp(), metric in prop_oneof![Just(147_842_u32), any::<u32>()], status in prop_oneof![Just(0_u16), any::<u16>()]) {
        let observation = Observation { metric: Metric::from_code(metric), unit: Unit::BEATS_PER_MINUTE, time, value, status: Status::from_bits(status) };
        assert_comes_back(&Record::Stamped(Stamped { observation, stamp }));
    }

    // IOMT-REC-004
    #[test]
    fn timed_facts_come_back(time in time(), numbers: [u32; 4], kind: u16, small: [u8; 3], wide: u64, before: i32, stamp in any_stamp(), text in "[a-zäß€ ]{0,20}", other in "[a-z0-9]{0,20}", decimals in (decimal(), decimal(), decimal())) {
        let [a, b, c, d] = numbers;
        let [x, y, z] = small;
        let (text, other) = (text.as_str(), other.as_str());
        let (reference, slope, intercept) = decimals;
        let (metric, unit) = (Metric::from_code(a), Unit::from_code(b));
        let records = [
            Record::Event(Timed::new(time, Event { kind: EventKind(kind), subject: a, source: wide, detail: b })),
            Record::Calibration(Timed::new(time, Calibration { metric, unit, reference, slope, intercept, valid_for_s: c })),
            Record::ClockSync(Timed::new(time, stamp)),
            Record::Gap(Gap { first_sequence: wide, count: a, reason: GapReason(x) }),
            Record::Text(Timed::new(time, Text { language: other, text })),
            Record::Context(Context { back: a, device: b, location: SensorLocation(x), method: Method(y), origin: Origin(z), algorithm: &other[..other.len().min(32)], algorithm_version: &other[..other.len() / 2] }),
            Record::Dose(Timed::new(time, Dose { medicine: text, amount_milli: a, unit: b, adherence: Adherence(x), planned_before_s: before, reporter: Reporter(y) })),
            Record::InsulinBasal(Timed::new(time, InsulinBasal { milli_units_per_hour: a, duration_s: b, outcome: Outcome(x) })),
            Record::InsulinBolus(Timed::new(time, InsulinBolus { requested_milli_units: a, delivered_milli_units: b, outcome: Outcome(x) })),
            Record::Asset(Timed::new(time, Asset { item: text, location: other, availability: Availability(x), quantity: a, expires_day: b })),
            Record::Activity(Timed::new(time, Activity { kind: ActivityKind(x), duration_s: a, steps: b, distance_m: c, energy_kj: d })),
            Record::Fall(Timed::new(time, Fall { confidence_percent: x, peak_milli_g: kind, still_s: kind })),
            Record::Sleep(Timed::new(time, Sleep { stage: SleepStage(x), duration_s: a })),
            Record::Consent(Timed::new(time, ConsentReference { reference: text, version: a })),
            Record::Setting(Timed::new(time, Setting { name: other, value: text })),
            Record::Stream(Timed::new(time, Stream { channel: kind, position: wide, data: text.as_bytes() })),
        ];
        for record in &records {
            assert_comes_back(record);
        }
    }

    #[test]
    fn observations_come_back(time in time(), value in value(), metric in prop_oneof![Just(147_842_u32), any::<u32>()], unit in prop_oneof![Just(264_864_u32), any::<u32>()], status in prop_oneof![Just(0_u16), any::<u16>()]) {
        assert_comes_back(&Record::Observation(Observation { metric: Metric::from_code(metric), unit: Unit::from_code(unit), time, value, status: Status::from_bits(status) }));
    }

    // IOMT-REC-023
    #[test]
    fn components_come_back_with_their_statuses(time in time(), whole: u16, parts in proptest::collection::vec((value(), prop_oneof![Just(0_u16), any::<u16>()]), 1..=6)) {
        let component = |(value, status): &(Value, u16)| Component::new(Metric::SYSTOLIC, Unit::MMHG, *value).with_status(Status::from_bits(*status));
        let components: Vec<_> = parts.iter().map(component).collect();
        let compound = Compound::new(Metric::BLOOD_PRESSURE, time, &components).unwrap();
        assert_comes_back(&Record::Compound(compound.with_status(Status::from_bits(whole))));
    }

    #[test]
    fn waveforms_come_back(start in (0_u64..u64::MAX / 2).prop_map(Instant::from_micros), rate in 1_u32.., scale in prop_oneof![decimal(), any::<i32>().prop_map(|step| Decimal::new(step, -3))], numbers: (u64, i32, u16, u8), data in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (first_index, zero, count, codec) = numbers;
        let rate = SampleRate::from_millihertz(rate).unwrap();
        assert_comes_back(&Record::Waveform(Waveform { metric: Metric::ECG_LEAD_II, unit: Unit::MILLIVOLT, start, rate, first_index, scale, zero, codec: CodecId::new(codec), count, data: &data }));
    }

    #[test]
    fn descriptors_and_unknown_records_come_back(texts in proptest::array::uniform6("[ -~äß€\"\\\\]{0,16}"), tag in 50_u32..10_000, body in proptest::collection::vec(any::<u8>(), 0..100)) {
        let [manufacturer, model, serial, firmware, udi_device, udi_production] = &texts;
        assert_comes_back(&Record::Descriptor(Descriptor { manufacturer, model, serial, firmware, udi_device, udi_production }));
        assert_comes_back(&Record::Unknown { tag: Tag(1_000 + 2 * tag), body: &body });
    }
}
