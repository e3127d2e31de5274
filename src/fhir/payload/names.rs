//! The words of Bluetooth's fields, by their numbers, and where ISO/IEEE 11073 has codes for them, those.

use crate::gatt::{SyncSource, TemperatureSite};

/// A set of bits: the system of its codes, and the name of each bit; reserved ones have none.
type Bits = (&'static str, &'static [&'static str]);

pub(super) const CUFF_STATUS: Bits = (
    "urn:iomt:cuff-status",
    &[
        "body movement",
        "cuff too loose",
        "irregular pulse",
        "pulse rate above the range",
        "pulse rate below the range",
        "improper position",
    ],
);
pub(super) const OXIMETER_STATUS: Bits = (
    "urn:iomt:oximeter-status",
    &[
        "",
        "",
        "",
        "",
        "",
        "measurement ongoing",
        "early estimate",
        "validated data",
        "fully qualified data",
        "data from storage",
        "data for demonstration",
        "data for testing",
        "calibration ongoing",
        "measurement unavailable",
        "questionable measurement",
        "invalid measurement",
    ],
);
pub(super) const OXIMETER_SENSOR: Bits = (
    "urn:iomt:oximeter-sensor-status",
    &[
        "extended display update ongoing",
        "equipment malfunction",
        "signal processing irregularity",
        "inadequate signal",
        "poor signal",
        "low perfusion",
        "erratic signal",
        "nonpulsatile signal",
        "questionable pulse",
        "signal analysis ongoing",
        "sensor interference",
        "sensor unconnected to user",
        "unknown sensor",
        "sensor displaced",
        "sensor malfunctioning",
        "sensor disconnected",
    ],
);
pub(super) const GLUCOSE_STATUS: Bits = (
    "urn:iomt:glucose-status",
    &[
        "device battery low",
        "sensor malfunction",
        "sample size insufficient",
        "strip insertion error",
        "strip type incorrect",
        "result above what the device measures",
        "result below what the device measures",
        "sensor temperature too high",
        "sensor temperature too low",
        "strip pulled too soon",
        "general device fault",
        "time may be inaccurate",
    ],
);
pub(super) const CGM_STATUS: Bits = (
    "urn:iomt:cgm-status",
    &[
        "session stopped",
        "device battery low",
        "sensor type incorrect",
        "sensor malfunction",
        "device specific alert",
        "general device fault",
    ],
);
pub(super) const CGM_CALIBRATION: Bits = (
    "urn:iomt:cgm-calibration",
    &[
        "time synchronization required",
        "calibration not allowed",
        "calibration recommended",
        "calibration required",
        "sensor temperature too high",
        "sensor temperature too low",
    ],
);
pub(super) const CGM_WARNING: Bits = (
    "urn:iomt:cgm-warning",
    &[
        "result below the patient's low level",
        "result above the patient's high level",
        "result below the hypo level",
        "result above the hyper level",
        "rate of decrease exceeded",
        "rate of increase exceeded",
        "result below what the device can process",
        "result above what the device can process",
    ],
);
pub(super) const ADJUST_REASON: Bits = (
    "urn:iomt:clock-adjust-reason",
    &[
        "manual update",
        "external reference",
        "change of time zone",
        "change of daylight-saving time",
    ],
);
pub(super) const CLOCK_STATUS: Bits = ("urn:iomt:clock-status", &["needs to be set"]);
pub(super) const CLOCK_CAPABILITIES: Bits = (
    "urn:iomt:clock-capabilities",
    &["applies daylight-saving rules", "manages time zones"],
);
pub(super) const HEALTH_STATUS: Bits = (
    "urn:iomt:health-status",
    &[
        "invalid",
        "questionable",
        "not available",
        "calibrating",
        "test data",
        "early estimate",
        "manually entered",
        "setting",
        "threshold error",
        "thresholding disabled",
    ],
);

pub(super) const AVERAGING: &str = "urn:iomt:averaging";
pub(super) const TEMPERATURE_TYPE: &str = "urn:iomt:temperature-type";
pub(super) const CONTACT: &str = "urn:iomt:skin-contact";
pub(super) const SAMPLE_TYPE: &str = "urn:iomt:glucose-sample-type";
pub(super) const SAMPLE_LOCATION: &str = "urn:iomt:glucose-sample-location";
pub(super) const TIME_SOURCE: &str = "urn:iomt:time-source";
pub(super) const TIMELINE: &str = "urn:iomt:timeline";

/// How an oximeter averages: a number, its name, and the modality of ISO/IEEE 11073-10404.
pub(super) const FAST: (u8, &str, u32) = (1, "fast averaging", 150_580);
pub(super) const SLOW: (u8, &str, u32) = (2, "slow averaging", 150_584);
pub(super) const SPOT: (u8, &str, u32) = (3, "spot check", 150_588);

pub(super) const SAMPLE_TYPES: [&str; 10] = [
    "capillary whole blood",
    "capillary plasma",
    "venous whole blood",
    "venous plasma",
    "arterial whole blood",
    "arterial plasma",
    "undetermined whole blood",
    "undetermined plasma",
    "interstitial fluid",
    "control solution",
];
pub(super) const SAMPLE_LOCATIONS: [&str; 4] = [
    "finger",
    "alternate site test",
    "earlobe",
    "control solution",
];

/// The name of a number that counts from 1.
pub(super) fn name_of(names: &[&'static str], number: u8) -> Option<&'static str> {
    let place = usize::from(number).checked_sub(1)?;
    names.get(place).copied()
}

pub(super) const fn temperature_type(site: TemperatureSite) -> Option<&'static str> {
    Some(match site {
        TemperatureSite::Armpit => "armpit",
        TemperatureSite::Body => "body",
        TemperatureSite::Ear => "ear, usually its lobe",
        TemperatureSite::Finger => "finger",
        TemperatureSite::GastrointestinalTract => "gastrointestinal tract",
        TemperatureSite::Mouth => "mouth",
        TemperatureSite::Rectum => "rectum",
        TemperatureSite::Toe => "toe",
        TemperatureSite::Tympanum => "tympanum",
    })
}

pub(super) const fn time_source(source: SyncSource) -> Option<&'static str> {
    Some(match source {
        SyncSource::Unknown => "unknown",
        SyncSource::NetworkTime => "network time",
        SyncSource::Satellite => "satellite",
        SyncSource::Radio => "radio",
        SyncSource::Manual => "manual",
        SyncSource::AtomicClock => "atomic clock",
        SyncSource::Cellular => "cellular network",
        SyncSource::NotSynchronised => "not synchronised",
    })
}

// The terms of glucose contexts: ISO/IEEE 11073-10417, partition 128. Those of a list stand four apart.
pub(super) const EXERCISE_TERM: u32 = term(29_152);
pub(super) const CARBOHYDRATE_TERM: u32 = term(29_156);
pub(super) const MEDICATION_TERM: u32 = term(29_188);
pub(super) const HEALTH_TERM: u32 = term(29_212);
pub(super) const SAMPLE_LOCATION_TERM: u32 = term(29_236);
pub(super) const MEAL_TERM: u32 = term(29_256);
pub(super) const TESTER_TERM: u32 = term(29_276);

const fn term(number: u32) -> u32 {
    (128 << 16) + number
}

/// The term of the member with this number, 1 for the first.
pub(super) fn member_term(list: u32, number: u8) -> u32 {
    list + 4 * u32::from(number)
}

pub(super) fn sample_location(number: u8) -> u32 {
    member_term(SAMPLE_LOCATION_TERM, number)
}
