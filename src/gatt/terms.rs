//! Codes of ISO/IEEE 11073-10101 that the characteristics speak of.

use crate::reading::{Metric, Unit};

pub(super) const PULSE_RATE_OXIMETER: Metric = Metric::from_code(149_530);
pub(super) const PULSE_RATE_CUFF: Metric = Metric::from_code(149_546);
pub(super) const RR_INTERVAL: Metric = Metric::from_code(147_240);
pub(super) const ENERGY_EXPENDED: Metric = Metric::from_code(8_454_263);
pub(super) const PERFUSION_INDEX: Metric = Metric::from_code(150_448);
pub(super) const BLOOD_PRESSURE: Metric = Metric::from_code(150_020);
pub(super) const SYSTOLIC: Metric = Metric::from_code(150_021);
pub(super) const DIASTOLIC: Metric = Metric::from_code(150_022);
pub(super) const MEAN: Metric = Metric::from_code(150_023);
pub(super) const CUFF_PRESSURE: Metric = Metric::from_code(150_300);
pub(super) const TEMPERATURE_ARMPIT: Metric = Metric::from_code(188_452);
pub(super) const TEMPERATURE_EAR: Metric = Metric::from_code(188_428);
pub(super) const TEMPERATURE_FINGER: Metric = Metric::from_code(188_432);
pub(super) const TEMPERATURE_MOUTH: Metric = Metric::from_code(188_424);
pub(super) const TEMPERATURE_RECTUM: Metric = Metric::from_code(188_420);
pub(super) const TEMPERATURE_TYMPANUM: Metric = Metric::from_code(150_392);
pub(super) const GLUCOSE: Metric = Metric::from_code(160_020);
pub(super) const GLUCOSE_CAPILLARY_BLOOD: Metric = Metric::from_code(160_184);
pub(super) const GLUCOSE_UNDETERMINED_PLASMA: Metric = Metric::from_code(160_368);
pub(super) const GLUCOSE_INTERSTITIAL: Metric = Metric::from_code(160_212);
pub(super) const HBA1C: Metric = Metric::from_code(160_220);
pub(super) const WEIGHT: Metric = Metric::from_code(188_736);
pub(super) const HEIGHT: Metric = Metric::from_code(188_740);
pub(super) const BODY_MASS_INDEX: Metric = Metric::from_code(188_752);
pub(super) const BODY_FAT: Metric = Metric::from_code(188_748);
pub(super) const FAT_FREE_MASS: Metric = Metric::from_code(188_756);
pub(super) const BODY_WATER: Metric = Metric::from_code(188_764);
pub(super) const MUSCLE: Metric = Metric::from_code(188_772);

pub(super) const KILOJOULE: Unit = Unit::from_code(266_115);
pub(super) const MILLISECOND: Unit = Unit::from_code(264_338);
pub(super) const MILLIMETRE_OF_MERCURY: Unit = Unit::from_code(266_016);
pub(super) const KILOPASCAL: Unit = Unit::from_code(265_987);
pub(super) const FAHRENHEIT: Unit = Unit::from_code(266_560);
pub(super) const MILLIGRAM_PER_DECILITRE: Unit = Unit::from_code(264_274);
pub(super) const MILLIMOLE_PER_LITRE: Unit = Unit::from_code(266_866);
pub(super) const KILOGRAM: Unit = Unit::from_code(263_875);
pub(super) const POUND: Unit = Unit::from_code(263_904);
pub(super) const METRE: Unit = Unit::from_code(263_424);
pub(super) const INCH: Unit = Unit::from_code(263_520);
pub(super) const KILOGRAM_PER_SQUARE_METRE: Unit = Unit::from_code(264_096);
