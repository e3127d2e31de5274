//! Resources as the crate makes them: from payloads, and from the rest of the schema.

use iomt::fhir::{
    Bundle, Context, Device, Identity, Observation, Received, Resource, Upload, parse_date_time,
};
use iomt::gatt::Payload;
use iomt::reading::draft::{Adherence, Dose, InsulinBasal, InsulinBolus, Outcome, Reporter};
use iomt::reading::{self, Decimal, Metric, Status, Timed, Unit, Value};
use iomt::time::{Instant, SampleRate};
use iomt::wire::Record;

use crate::payloads::PAYLOADS;
use crate::samples::samples;

pub(crate) fn all() -> Vec<Resource> {
    let mut all: Vec<_> = PAYLOADS
        .iter()
        .map(|(uuid, hex)| from_payload(*uuid, hex))
        .collect();
    all.extend(from_schema());
    all
}

fn from_payload(uuid: u16, hex: &str) -> Resource {
    let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    let bytes: Vec<_> = (0..hex.len()).step_by(2).map(digits).collect();
    let payload = Payload::decode(uuid, &bytes).unwrap_or_else(|error| panic!("{hex}: {error}"));
    let received = Received {
        subject: "Patient/7",
        at: parse_date_time("2024-03-15T14:30:45+01:00").expect("a time"),
        measured: iomt::gatt::Stamp::None,
        device: Some("Device/1"),
        identity: Identity::of_parts(&[&uuid.to_le_bytes(), &bytes]),
        upload: Upload::Put,
    };
    Resource::collected(Resource::of_payload(&payload, &received))
}

fn context(number: u32, upload: Upload) -> Context<'static> {
    Context {
        subject: "Patient/7",
        effective: "2024-03-15T14:30:45Z",
        device: Some("Device/1"),
        identity: Identity::of_record(b"test", b"device", 1, number.into()),
        upload,
    }
}

fn from_schema() -> Vec<Resource> {
    let mut all: Vec<Resource> = statuses().map(Resource::from).collect();
    all.push(waveform().into());
    all.extend(resources_of(&doses(), 200));
    let samples: Vec<_> = samples().into_iter().map(|(_, record)| record).collect();
    all.extend(resources_of(&samples, 300));
    let descriptor = reading::Descriptor {
        manufacturer: "Acme",
        model: "Pulse 3",
        serial: "12",
        firmware: "1.2.3",
        udi_device: "(01)09506000134352",
        udi_production: "(21)12",
    };
    all.push(Device::of(&descriptor, &context(900, Upload::Put)).into());
    all.push(
        Device::of(
            &reading::Descriptor::default(),
            &context(901, Upload::Conditional),
        )
        .into(),
    );
    for upload in [Upload::Put, Upload::Conditional] {
        let pulse = saturation(Value::from(97), Status::VALID);
        let resources = [
            Resource::from(Observation::of(&pulse, &context(910, upload))),
            Resource::from(Device::of(&descriptor, &context(911, upload))),
        ];
        all.push(Bundle::transaction(resources).into());
    }
    all
}

fn saturation(value: Value, status: Status) -> reading::Observation {
    reading::Observation {
        status,
        ..reading::Observation::new(Metric::SPO2, Unit::PERCENT, Instant::ZERO, value)
    }
}

fn statuses() -> impl Iterator<Item = Observation> {
    let all = [
        (Value::from(98), Status::VALID),
        (Value::from(98), Status::INVALID),
        (Value::from(98), Status::QUESTIONABLE | Status::ONGOING),
        (Value::from(98), Status::NOT_AVAILABLE),
        (Value::from(98), Status::CALIBRATING),
        (Value::from(98), Status::TEST | Status::VALIDATED),
        (Value::from(98), Status::DEMO | Status::EARLY),
        (Value::BelowRange(Decimal::from(70)), Status::VALID),
        (Value::AboveRange(Decimal::new(1_000, -1)), Status::VALID),
        (Value::NotAtThisResolution, Status::VALID),
        (Value::PositiveInfinity, Status::VALID),
        (Value::NegativeInfinity, Status::VALID),
    ];
    (0..).zip(all).map(|(number, (value, status))| {
        Observation::of(&saturation(value, status), &context(number, Upload::Put))
    })
}

fn waveform() -> Observation {
    let samples = [1_024, 1_030, 1_041, 1_029, 1_020];
    let mut bytes = [0; 64];
    let len = reading::codec::encode(&samples, &mut bytes).expect("has room");
    let block = reading::Waveform {
        metric: Metric::ECG_LEAD_II,
        unit: Unit::MILLIVOLT,
        start: Instant::ZERO,
        rate: SampleRate::hz(360),
        first_index: 0,
        scale: Decimal::new(5, -3),
        zero: 1_024,
        codec: reading::codec::CodecId::SMALL,
        count: 5,
        data: &bytes[..len],
    };
    Observation::waveform(&block, &context(100, Upload::Conditional)).expect("a block")
}

/// Every adherence, and every outcome of insulin.
fn doses() -> Vec<Record<'static>> {
    let codes = || 0..=6;
    let adherences = codes().map(|code| {
        Record::Dose(now(Dose {
            medicine: "metformin 500",
            amount_milli: 1_000,
            unit: Unit::ONE.code(),
            adherence: Adherence(code),
            planned_before_s: if code % 2 == 0 { 0 } else { 600 },
            reporter: Reporter(code),
        }))
    });
    let basals = codes().map(|code| {
        Record::InsulinBasal(now(InsulinBasal {
            milli_units_per_hour: 850,
            duration_s: 1_800,
            outcome: Outcome(code),
        }))
    });
    let boluses = codes().map(|code| {
        Record::InsulinBolus(now(InsulinBolus {
            requested_milli_units: 4_000,
            delivered_milli_units: 1_250,
            outcome: Outcome(code),
        }))
    });
    adherences.chain(basals).chain(boluses).collect()
}

const fn now<T>(what: T) -> Timed<T> {
    Timed::new(Instant::ZERO, what)
}

/// What R4 has for the records.
fn resources_of<'a>(
    records: impl IntoIterator<Item = &'a Record<'a>>,
    first: u32,
) -> Vec<Resource> {
    let made = records.into_iter().zip(first..).map(|(record, number)| {
        Resource::of_record(record, &context(number, Upload::Conditional)).expect("whole samples")
    });
    made.flatten().collect()
}
