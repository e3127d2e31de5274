//! Resources as the crate makes them: from payloads, by the example's own code, and from the rest of the schema.

use iomt::fhir::{Bundle, Context, Device, Identity, Observation, Resource, Upload};
use iomt::gatt::Payload;
use iomt::reading::draft::{Adherence, Dose, InsulinBasal, InsulinBolus, Outcome, Reporter};
use iomt::reading::{self, Decimal, Metric, Status, Timed, Unit, Value};
use iomt::time::{Instant, SampleRate};
use iomt::wire::Record;

use crate::moment::Moment;
use crate::options::Options;
use crate::resource;
use crate::samples::samples;

/// Payloads of every characteristic.
const PAYLOADS: [(u16, &str); 39] = [
    (0x2A37, "0055"),
    (0x2A37, "04ff"),
    (0x2A37, "1e5532002100"),
    (0x2A37, "163c00040002"),
    (0x2A37, "192c010a000001"),
    (0x2A35, "1e8a00580078000000041114293b3c00012700"),
    (0x2A35, "15bdf00b009ff03c001200"),
    (0x2A35, "15a0f06bf07cf040000c00"),
    (0x2A35, "0076004c00ff07"),
    (0x2A35, "00ff07ff07ff07"),
    (0x2A36, "156ff0000000003c001200"),
    (0x2A36, "00d7f000000000"),
    (0x2A1C, "06b00e00fedc070c050b321b04"),
    (0x2A1C, "05da0300ff06"),
    (0x2A1C, "006c0100ff"),
    (0x2A1C, "00ffff7f00"),
    (0x2A5F, "00e8f384f3"),
    (0x2A5F, "1fdef3caf3caf35af5d4f3b2f220010000007ae3"),
    (0x2A5F, "03ff07ff076000460061004400"),
    (0x2A5F, "0462004800fc80"),
    (0x2A5E, "0facf3bef5e8070b1d170839204022000066e3"),
    (0x2A5E, "1f62004800ea07030e091a3500412000002af0"),
    (0x2A18, "1b0100e307021b0b0a1efbff1e00120501"),
    (0x2A18, "0a0100e307021b0b0a1e14b0114000"),
    (0x2A18, "060100e307021b0b0a1e32c011"),
    (0x2A18, "002a00e807030f0e1e2d"),
    (0x2A34, "7f2a000132d0025108073c0102d041f0"),
    (0x2A34, "04010053"),
    (0x2AA7, "06000c10050006000c100600"),
    (0x2AA7, "0d4373002c010324001a003e04"),
    (0x2A9D, "0cb03605f500d606"),
    (0x2A9D, "0d803e03f500bd02"),
    (0x2A9D, "00ffff"),
    (
        0x2A9C,
        "fe0ff500e807030f0e1e2d03711b920170175c2bd228411f03146c39d606",
    ),
    (0x2A19, "64"),
    (0x2A2B, "e807030f0e1e2d058009"),
    (0x2BF2, "01729d2b2900000600"),
    (
        0x2B8B,
        "03011b006300b84b020022729d2b290000060001013c4c0200200262000000",
    ),
    (
        0x2B8B,
        "03041c000000b2104c060000000800000a0000fd010203000000f907fb07f507",
    ),
];

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
    let name = Identity::of_parts(&[&uuid.to_le_bytes(), &bytes]);
    let options = Options {
        subject: "Patient/7".into(),
        time: Moment::parse("2024-03-15T14:30:45+01:00").expect("a time"),
    };
    resource::of(&payload, name, &options).expect("every payload has a resource")
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
