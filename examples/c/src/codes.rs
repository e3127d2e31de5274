//! Codes of common metrics and units, for C; the others are in the tables of `iomt::reading`, and any code may be sent.

use iomt::reading::{Metric, Unit};

/// Heart rate.
pub const METRIC_HEART_RATE: u32 = 147_842;
/// Interval between two R peaks.
pub const METRIC_RR_INTERVAL: u32 = 147_240;
/// ECG, lead I.
pub const METRIC_ECG_LEAD_I: u32 = 131_329;
/// ECG, lead II.
pub const METRIC_ECG_LEAD_II: u32 = 131_330;
/// Pulse rate, by an oximeter.
pub const METRIC_PULSE_RATE_OXIMETER: u32 = 149_530;
/// Oxygen saturation, by an oximeter.
pub const METRIC_SPO2: u32 = 150_456;
/// Plethysmogram.
pub const METRIC_PLETHYSMOGRAM: u32 = 150_452;
/// Systolic pressure.
pub const METRIC_SYSTOLIC: u32 = 150_021;
/// Diastolic pressure.
pub const METRIC_DIASTOLIC: u32 = 150_022;
/// Mean arterial pressure.
pub const METRIC_MEAN_PRESSURE: u32 = 150_023;
/// Body temperature.
pub const METRIC_BODY_TEMPERATURE: u32 = 150_364;
/// Respiration rate.
pub const METRIC_RESPIRATION_RATE: u32 = 151_562;
/// Glucose of capillary blood.
pub const METRIC_GLUCOSE_CAPILLARY: u32 = 160_184;
/// Glucose of interstitial fluid.
pub const METRIC_GLUCOSE_INTERSTITIAL: u32 = 160_212;
/// Body weight.
pub const METRIC_BODY_WEIGHT: u32 = 188_736;
/// Steps.
pub const METRIC_STEPS: u32 = 4_294_934_531;
/// Battery charge.
pub const METRIC_BATTERY_CHARGE: u32 = 67_996;
/// Room temperature.
pub const METRIC_ROOM_TEMPERATURE: u32 = 188_508;
/// No unit.
pub const UNIT_ONE: u32 = 262_656;
/// %.
pub const UNIT_PERCENT: u32 = 262_688;
/// Beats a minute.
pub const UNIT_BEATS_PER_MINUTE: u32 = 264_864;
/// Breaths a minute.
pub const UNIT_BREATHS_PER_MINUTE: u32 = 264_928;
/// Steps.
pub const UNIT_STEP: u32 = 268_800;
/// ms.
pub const UNIT_MILLISECOND: u32 = 264_338;
/// mmHg.
pub const UNIT_MMHG: u32 = 266_016;
/// °C.
pub const UNIT_CELSIUS: u32 = 268_192;
/// mV.
pub const UNIT_MILLIVOLT: u32 = 266_418;
/// µV.
pub const UNIT_MICROVOLT: u32 = 266_419;
/// mg/dL.
pub const UNIT_MILLIGRAM_PER_DECILITRE: u32 = 264_274;
/// mmol/L.
pub const UNIT_MILLIMOLE_PER_LITRE: u32 = 266_866;
/// kg.
pub const UNIT_KILOGRAM: u32 = 263_875;

const METRICS: [(u32, Metric); 18] = [
    (METRIC_HEART_RATE, Metric::HEART_RATE),
    (METRIC_RR_INTERVAL, Metric::RR_INTERVAL),
    (METRIC_ECG_LEAD_I, Metric::ECG_LEAD_I),
    (METRIC_ECG_LEAD_II, Metric::ECG_LEAD_II),
    (METRIC_PULSE_RATE_OXIMETER, Metric::PULSE_RATE_OXIMETER),
    (METRIC_SPO2, Metric::SPO2),
    (METRIC_PLETHYSMOGRAM, Metric::PLETHYSMOGRAM),
    (METRIC_SYSTOLIC, Metric::SYSTOLIC),
    (METRIC_DIASTOLIC, Metric::DIASTOLIC),
    (METRIC_MEAN_PRESSURE, Metric::MEAN_PRESSURE),
    (METRIC_BODY_TEMPERATURE, Metric::BODY_TEMPERATURE),
    (METRIC_RESPIRATION_RATE, Metric::RESPIRATION_RATE),
    (METRIC_GLUCOSE_CAPILLARY, Metric::GLUCOSE_CAPILLARY),
    (METRIC_GLUCOSE_INTERSTITIAL, Metric::GLUCOSE_INTERSTITIAL),
    (METRIC_BODY_WEIGHT, Metric::BODY_WEIGHT),
    (METRIC_STEPS, Metric::STEPS),
    (METRIC_BATTERY_CHARGE, Metric::BATTERY_CHARGE),
    (METRIC_ROOM_TEMPERATURE, Metric::ROOM_TEMPERATURE),
];

const UNITS: [(u32, Unit); 13] = [
    (UNIT_ONE, Unit::ONE),
    (UNIT_PERCENT, Unit::PERCENT),
    (UNIT_BEATS_PER_MINUTE, Unit::BEATS_PER_MINUTE),
    (UNIT_BREATHS_PER_MINUTE, Unit::BREATHS_PER_MINUTE),
    (UNIT_STEP, Unit::STEP),
    (UNIT_MILLISECOND, Unit::MILLISECOND),
    (UNIT_MMHG, Unit::MMHG),
    (UNIT_CELSIUS, Unit::CELSIUS),
    (UNIT_MILLIVOLT, Unit::MILLIVOLT),
    (UNIT_MICROVOLT, Unit::MICROVOLT),
    (UNIT_MILLIGRAM_PER_DECILITRE, Unit::MILLIGRAM_PER_DECILITRE),
    (UNIT_MILLIMOLE_PER_LITRE, Unit::MILLIMOLE_PER_LITRE),
    (UNIT_KILOGRAM, Unit::KILOGRAM),
];

/// The header's numbers are written out, as its generator does not compute; these are the crate's.
const _: () = {
    let (mut metrics, mut units) = (METRICS.as_slice(), UNITS.as_slice());
    while let [(code, metric), rest @ ..] = metrics {
        assert!(*code == metric.code());
        metrics = rest;
    }
    while let [(code, unit), rest @ ..] = units {
        assert!(*code == unit.code());
        units = rest;
    }
};
