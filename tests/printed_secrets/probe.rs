//! What `defmt` may print: values and errors; no type that holds a key.

use core::marker::PhantomData;

use iomt::{alarm, driver, gatt, link, node, pairing, reading, seal, signal, storage, time, wire};

/// Whether a type is `defmt::Format`: the constant of the type itself, where there is one, comes before the trait's.
struct Probe<T: ?Sized>(PhantomData<T>);

trait Otherwise {
    const IS_FORMAT: bool = false;
}

impl<T: ?Sized> Otherwise for Probe<T> {}

impl<T: defmt::Format + ?Sized> Probe<T> {
    const IS_FORMAT: bool = true;
}

macro_rules! all {
    ($expected:literal: $($type:ty,)*) => {
        $(assert_eq!(Probe::<$type>::IS_FORMAT, $expected, stringify!($type));)*
    };
}

// IOMT-SEC-001
#[test]
fn values_and_errors_can_be_printed() {
    all! { true:
        time::Instant, time::Duration, time::SampleRate, time::Stamp, time::WallClock,
        reading::Metric, reading::Unit, reading::Decimal, reading::Value, reading::Status, reading::Observation,
        reading::Series<'_>, reading::Waveform<'_>, reading::Compound, reading::Event, reading::Gap,
        reading::Descriptor<'_>, reading::Context<'_>, reading::Calibration, reading::Text<'_>,
        reading::ConvertError, reading::WaveformError, reading::ParseDecimalError,
        reading::codec::EncodeError, reading::codec::DecodeError, reading::draft::Dose<'_>,
        wire::Error, wire::Record<'_>, wire::RecordId, wire::Packet<'_>, wire::Space, wire::Locator, wire::Hint,
        wire::control::Status, wire::control::Lost, wire::control::Why,
        seal::Error, seal::EntropyFailed, seal::EpochTag, seal::Loss, seal::Settled, seal::Twin,
        pairing::Error, pairing::PublicKey, pairing::Model, pairing::Work, pairing::DescriptorHash,
        pairing::label::LabelError,
        link::CarrierError, link::FragmentError, link::GatewayError, link::StreamError, link::BatchError,
        link::OutboxFull, link::PushError, link::Retry, link::Pace, link::Freshness, link::FrameKey, link::SerialStats, link::FragmentStats,
        node::Error, node::Config, node::PadTo, node::Keeping, node::Rung, node::DeviceEvent, node::DeviceStats, node::PeerId, node::ServerConfig,
        node::ServerEvent, node::ServerStats, node::Trust,
        storage::Error, storage::FrameAddress, storage::StoreRequest<'_>, storage::StoreReply<'_>,
        signal::DesignError, signal::ecg::RPeak, signal::ecg::BeatClass, signal::ecg::UnsupportedRate,
        signal::blocks::OutOfBand, signal::blocks::TapsTooLarge, signal::blocks::Turn<i32>, signal::hrv::BandPowers,
        signal::ppg::OxygenCurve,
        gatt::Error, gatt::Reading, gatt::Stamp, gatt::Payload<'_>, gatt::DateTime, gatt::HeartRate<'_>, gatt::BloodPressure,
        gatt::GlucoseContext, gatt::HealthObservation<'_>,
        driver::PortError<link::CarrierError>, driver::StoreFailed, driver::Next<node::DeviceEvent, node::Error>,
        alarm::Limit, alarm::Limits, alarm::Side, alarm::WrongMetric, alarm::Transition<alarm::Side>, alarm::Arrival,
    }
}

// IOMT-SEC-001
#[test]
fn what_holds_a_key_has_no_such_form() {
    all! { false:
        pairing::Identity, pairing::StaticKey, pairing::SharedSecret, pairing::Exchange, pairing::Parked, pairing::Paired,
        pairing::label::LabelSecret, pairing::label::Label, pairing::label::LabelText,
        pairing::cpace::Passcode, pairing::cpace::Call, pairing::cpace::Asking, pairing::cpace::Answering,
        pairing::cpace::Agreement,
        pairing::comparison::Digits, pairing::comparison::Asking<'_>, pairing::comparison::Confirming<'_>,
        pairing::comparison::Answering<'_>, pairing::comparison::Unconfirmed,
        pairing::noise::Psk, pairing::noise::Keys<'_>, pairing::noise::Party<'_>, pairing::noise::Transport,
        seal::SessionSecrets, seal::ResumptionSecret, seal::Sealer, seal::Opener, seal::Control<'_>,
        seal::RowKey, seal::RowPsk, seal::Row<'_>, seal::OpenedRow,
        wire::Reader<'_>, wire::Writer<'_>, wire::control::ControlRecord<'_>, wire::control::ControlRecords<'_>,
        wire::control::ControlWriter<'_>, wire::control::Outstanding<'_>, wire::control::ListedEpoch<'_>,
        node::Device<'_, 4096>, node::DeviceSetup<'_, 4096>, node::Server, node::Reception, storage::MemoryStorage<4096, 1>,
    }
    #[cfg(feature = "pq")]
    all! { false: pairing::hybrid::Hybrid<'_>, pairing::hybrid::Relation, }
}
