//! The metrics that have a name here, from `table`, which says more of each.

use super::Metric;

impl Metric {
    // Heart and pulse
    /// Heart rate from an ECG (`MDC_ECG_HEART_RATE`).
    /// `/min`, 0 to 300; LOINC 8867-4; Bluetooth `2A37`.
    pub const HEART_RATE: Self = Self::from_code(147_842);
    /// R-R interval (`MDC_ECG_TIME_PD_RR_GL`).
    /// `ms`, 200 to 3000; no verified LOINC; Bluetooth `2A37`.
    pub const RR_INTERVAL: Self = Self::from_code(147_240);
    /// Heart rate variability SDNN; no term of ISO/IEEE 11073-10101 is known.
    /// `ms`, 0 to 500; LOINC 80404-7, of one source only.
    pub const HEART_RATE_VARIABILITY_SDNN: Self = Self::vendor(Self::NO_VENDOR, 1);
    /// Resting heart rate; no term of ISO/IEEE 11073-10101 is known.
    /// `/min`, 30 to 120; LOINC 40443-4, of one source only; Bluetooth `2A92`.
    pub const RESTING_HEART_RATE: Self = Self::vendor(Self::NO_VENDOR, 2);
    /// Pulse rate by oximeter (`MDC_PULS_OXIM_PULS_RATE`).
    /// `/min`, 25 to 300; LOINC 8867-4; Bluetooth `2A5F`.
    pub const PULSE_RATE_OXIMETER: Self = Self::from_code(149_530);
    /// Pulse rate by cuff (`MDC_PULS_RATE_NON_INV`).
    /// `/min`, 30 to 250; LOINC 8867-4; Bluetooth `2A35`.
    pub const PULSE_RATE_CUFF: Self = Self::from_code(149_546);
    // Oxygen
    /// Arterial oxygen saturation by pulse oximeter (`MDC_PULS_OXIM_SAT_O2`).
    /// `%`, 0 to 100; LOINC 59408-5; Bluetooth `2A5F`. Also `%`, 0 to 100; LOINC 2708-6; Bluetooth `2A5E`.
    pub const SPO2: Self = Self::from_code(150_456);
    /// Perfusion index (`MDC_PULS_OXIM_PERF_REL`).
    /// `%`, 0.02 to 20.00; LOINC 61006-3, of one source only; Bluetooth `2A5F`.
    pub const PERFUSION_INDEX: Self = Self::from_code(150_448);
    /// Plethysmogram (`MDC_PULS_OXIM_PLETH`).
    /// `1`, no plausible range; no verified LOINC.
    pub const PLETHYSMOGRAM: Self = Self::from_code(150_452);
    /// Signal quality of oxygen saturation (`MDC_SAT_O2_QUAL`).
    /// `%`, 0 to 100; no verified LOINC.
    pub const SPO2_QUALITY: Self = Self::from_code(150_320);
    // Pressures
    /// A cuff's blood pressure as a whole: its components are the numbers (`MDC_PRESS_BLD_NONINV`).
    /// `mm[Hg]`, no plausible range; LOINC 85354-9; Bluetooth `2A35`.
    pub const BLOOD_PRESSURE: Self = Self::from_code(150_020);
    /// Systolic blood pressure (`MDC_PRESS_BLD_NONINV_SYS`).
    /// `mm[Hg]`, 40 to 280; LOINC 8480-6; Bluetooth `2A35`.
    pub const SYSTOLIC: Self = Self::from_code(150_021);
    /// Diastolic blood pressure (`MDC_PRESS_BLD_NONINV_DIA`).
    /// `mm[Hg]`, 20 to 200; LOINC 8462-4; Bluetooth `2A35`.
    pub const DIASTOLIC: Self = Self::from_code(150_022);
    /// Mean blood pressure (`MDC_PRESS_BLD_NONINV_MEAN`).
    /// `mm[Hg]`, 30 to 240; LOINC 8478-0; Bluetooth `2A35`.
    pub const MEAN_PRESSURE: Self = Self::from_code(150_023);
    /// Cuff pressure (`MDC_PRESS_CUFF`); *unverified*: one source only.
    /// `mm[Hg]`, 0 to 300; no verified LOINC; Bluetooth `2A36`.
    pub const CUFF_PRESSURE: Self = Self::from_code(150_300);
    /// Blood pressure measurement status (`MDC_BLOOD_PRESSURE_MEASUREMENT_STATUS`).
    /// No unit, no plausible range; no verified LOINC; Bluetooth `2A35`.
    pub const BLOOD_PRESSURE_STATUS: Self = Self::from_code(8_410_608);
    /// Invasive systolic blood pressure (`MDC_PRESS_BLD_ART_ABP_SYS`); *unverified*: one source only.
    /// `mm[Hg]`, -40 to 320; LOINC 76215-3, of one source only.
    pub const INVASIVE_SYSTOLIC: Self = Self::from_code(150_037);
    /// Invasive diastolic blood pressure (`MDC_PRESS_BLD_ART_ABP_DIA`); *unverified*: one source only.
    /// `mm[Hg]`, -40 to 320; LOINC 76213-8, of one source only.
    pub const INVASIVE_DIASTOLIC: Self = Self::from_code(150_038);
    /// Invasive mean blood pressure (`MDC_PRESS_BLD_ART_ABP_MEAN`); *unverified*: one source only.
    /// `mm[Hg]`, -40 to 320; LOINC 76214-6, of one source only.
    pub const INVASIVE_MEAN_PRESSURE: Self = Self::from_code(150_039);
    /// Central venous pressure (`MDC_PRESS_BLD_VEN_CENT`).
    /// `mm[Hg]`, -10 to 40; LOINC 60985-9, of one source only.
    pub const CENTRAL_VENOUS_PRESSURE: Self = Self::from_code(150_084);
    /// Intracranial pressure (`MDC_PRESS_INTRA_CRAN`); *unverified*: one source only.
    /// `mm[Hg]`, -10 to 100; no verified LOINC.
    pub const INTRACRANIAL_PRESSURE: Self = Self::from_code(153_608);
    // Temperatures
    /// Body temperature (`MDC_TEMP_BODY`).
    /// `Cel`, 30 to 43; LOINC 8310-5; Bluetooth `2A1C`.
    pub const BODY_TEMPERATURE: Self = Self::from_code(150_364);
    /// Oral temperature (`MDC_TEMP_ORAL`).
    /// `Cel`, 30 to 43; LOINC 8331-1, of one source only; Bluetooth `2A1C`.
    pub const ORAL_TEMPERATURE: Self = Self::from_code(188_424);
    /// Rectal temperature (`MDC_TEMP_RECT`).
    /// `Cel`, 30 to 43; LOINC 8332-9, of one source only; Bluetooth `2A1C`.
    pub const RECTAL_TEMPERATURE: Self = Self::from_code(188_420);
    /// Axillary temperature (`MDC_TEMP_AXILLA`); *unverified*: one source only.
    /// `Cel`, 30 to 43; LOINC 8328-7, of one source only; Bluetooth `2A1C`.
    pub const AXILLARY_TEMPERATURE: Self = Self::from_code(188_452);
    /// Ear temperature (`MDC_TEMP_EAR`).
    /// `Cel`, 30 to 43; no verified LOINC; Bluetooth `2A1C`.
    pub const EAR_TEMPERATURE: Self = Self::from_code(188_428);
    /// Tympanic temperature (`MDC_TEMP_TYMP`).
    /// `Cel`, 30 to 43; LOINC 8333-7, of one source only; Bluetooth `2A1C`.
    pub const TYMPANIC_TEMPERATURE: Self = Self::from_code(150_392);
    /// Finger temperature (`MDC_TEMP_FINGER`).
    /// `Cel`, 15 to 43; no verified LOINC; Bluetooth `2A1C`.
    pub const FINGER_TEMPERATURE: Self = Self::from_code(188_432);
    /// Core temperature (`MDC_TEMP_CORE`); *unverified*: one source only.
    /// `Cel`, 30 to 43; LOINC 8329-5, of one source only.
    pub const CORE_TEMPERATURE: Self = Self::from_code(150_368);
    /// Skin temperature (`MDC_TEMP_SKIN`); *unverified*: one source only.
    /// `Cel`, 20 to 43; no verified LOINC.
    pub const SKIN_TEMPERATURE: Self = Self::from_code(150_388);
    // Breath
    /// Respiration rate (`MDC_RESP_RATE`).
    /// `/min`, 0 to 150; LOINC 9279-1.
    pub const RESPIRATION_RATE: Self = Self::from_code(151_562);
    /// Respiration rate by CO2 (`MDC_CO2_RESP_RATE`); *unverified*: one source only.
    /// `/min`, 0 to 150; LOINC 9279-1.
    pub const RESPIRATION_RATE_CO2: Self = Self::from_code(151_594);
    /// End-tidal CO2, partial pressure (`MDC_AWAY_CO2_ET`); *unverified*: one source only.
    /// `mm[Hg]`, 0 to 150; no verified LOINC.
    pub const END_TIDAL_CO2: Self = Self::from_code(151_728);
    /// End-tidal CO2, concentration (`MDC_CONC_AWAY_CO2_ET`).
    /// `mm[Hg]`, 0 to 150; LOINC 19891-1, of one source only.
    pub const END_TIDAL_CO2_CONCENTRATION: Self = Self::from_code(151_708);
    // ECG
    /// An ECG lead that is not named (`MDC_ECG_ELEC_POTL`).
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG: Self = Self::from_code(131_328);
    /// ECG lead I (`MDC_ECG_ELEC_POTL_I`).
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_I: Self = Self::from_code(131_329);
    /// ECG lead II, modified lead II included (`MDC_ECG_ELEC_POTL_II`).
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_II: Self = Self::from_code(131_330);
    /// ECG lead III (`MDC_ECG_ELEC_POTL_III`).
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_III: Self = Self::from_code(131_389);
    /// ECG lead aVR (`MDC_ECG_ELEC_POTL_AVR`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_AVR: Self = Self::from_code(131_390);
    /// ECG lead aVL (`MDC_ECG_ELEC_POTL_AVL`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_AVL: Self = Self::from_code(131_391);
    /// ECG lead aVF (`MDC_ECG_ELEC_POTL_AVF`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_AVF: Self = Self::from_code(131_392);
    /// ECG lead V1 (`MDC_ECG_ELEC_POTL_V1`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_V1: Self = Self::from_code(131_331);
    /// ECG lead V2 (`MDC_ECG_ELEC_POTL_V2`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_V2: Self = Self::from_code(131_332);
    /// ECG lead V3 (`MDC_ECG_ELEC_POTL_V3`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_V3: Self = Self::from_code(131_333);
    /// ECG lead V4 (`MDC_ECG_ELEC_POTL_V4`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_V4: Self = Self::from_code(131_334);
    /// ECG lead V5 (`MDC_ECG_ELEC_POTL_V5`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_V5: Self = Self::from_code(131_335);
    /// ECG lead V6 (`MDC_ECG_ELEC_POTL_V6`); *unverified*: one source only.
    /// `mV`, -10 to 10; no verified LOINC.
    pub const ECG_LEAD_V6: Self = Self::from_code(131_336);
    // Glucose and insulin
    /// Capillary whole blood glucose (`MDC_CONC_GLU_CAPILLARY_WHOLEBLOOD`).
    /// `mg/dL`, 10 to 600; LOINC 41653-7, of one source only; Bluetooth `2A18`. Also `mmol/L`, 0.6 to 33.3; no verified LOINC.
    pub const GLUCOSE_CAPILLARY: Self = Self::from_code(160_184);
    /// Glucose in whole blood, as mass or as amount: the unit tells (`MDC_CONC_GLU_GEN`).
    /// `mmol/L`, 0.6 to 33.3; LOINC 15074-8, of one source only; Bluetooth `2A18`. Also `mg/dL`, 10 to 600; LOINC 2339-0, of one source only; Bluetooth `2A18`.
    pub const GLUCOSE: Self = Self::from_code(160_020);
    /// Plasma glucose (`MDC_CONC_GLU_UNDETERMINED_PLASMA`).
    /// `mg/dL`, 10 to 600; LOINC 2345-7, of one source only; Bluetooth `2A18`. Also `mmol/L`, 0.6 to 33.3; LOINC 14749-6; Bluetooth `2A18`.
    pub const GLUCOSE_PLASMA: Self = Self::from_code(160_368);
    /// Glucose of a control solution, which is of no patient (`MDC_CONC_GLU_CONTROL`).
    /// `mg/dL`, 10 to 600; no verified LOINC; Bluetooth `2A18`. Also `mmol/L`, 0.6 to 33.3; no verified LOINC; Bluetooth `2A18`.
    pub const GLUCOSE_CONTROL: Self = Self::from_code(160_208);
    /// Interstitial glucose (`MDC_CONC_GLU_ISF`); *unverified*: one source only.
    /// `mg/dL`, 40 to 400; LOINC 99504-3, of one source only; Bluetooth `2AA7`. Also `mmol/L`, 2.2 to 22.2; no verified LOINC; Bluetooth `2A18`.
    pub const GLUCOSE_INTERSTITIAL: Self = Self::from_code(160_212);
    /// Glucose trend (`MDC_CONC_GLU_TREND`); *unverified*: one source only.
    /// `mg/dL/min`, -10 to 10; no verified LOINC; Bluetooth `2AA7`.
    pub const GLUCOSE_TREND: Self = Self::from_code(8_418_008);
    /// Haemoglobin A1c (`MDC_CONC_HBA1C`); *unverified*: one source only.
    /// `%`, 4 to 15; no verified LOINC; Bluetooth `2A34`.
    pub const HBA1C: Self = Self::from_code(160_220);
    /// Basal insulin delivered (`MDC_INS_BASAL`); *unverified*: one source only.
    /// `[iU]`, 0 to 35; no verified LOINC.
    pub const INSULIN_BASAL: Self = Self::from_code(8_418_288);
    /// Basal insulin rate setting (`MDC_INS_BASAL_RATE_SETTING`); *unverified*: one source only.
    /// `[iU]/h`, 0 to 35; no verified LOINC; Bluetooth `2B24`.
    pub const INSULIN_BASAL_RATE: Self = Self::from_code(8_418_300);
    /// Bolus insulin delivered (`MDC_INS_BOLUS`); *unverified*: one source only.
    /// `[iU]`, 0 to 30; no verified LOINC.
    pub const INSULIN_BOLUS: Self = Self::from_code(8_418_344);
    /// Insulin reservoir (`MDC_INS_RESERVOIR`); *unverified*: one source only.
    /// `[iU]`, 0 to 300; no verified LOINC.
    pub const INSULIN_RESERVOIR: Self = Self::from_code(8_418_388);
    // Blood
    /// INR of coagulation (`MDC_RATIO_INR_COAG`); *unverified*: one source only.
    /// `{INR}`, 0.8 to 8.0; LOINC 34714-6, of one source only.
    pub const INR: Self = Self::from_code(160_260);
    // Body
    /// Body weight (`MDC_MASS_BODY_ACTUAL`).
    /// `kg`, 0.5 to 300.0; LOINC 29463-7; Bluetooth `2A9D`.
    pub const BODY_WEIGHT: Self = Self::from_code(188_736);
    /// Body height (`MDC_LEN_BODY_ACTUAL`).
    /// `cm`, 30 to 250; LOINC 8302-2; Bluetooth `2A9D`.
    pub const BODY_HEIGHT: Self = Self::from_code(188_740);
    /// Body mass index (`MDC_RATIO_MASS_BODY_LEN_SQ`).
    /// `kg/m2`, 10 to 70; LOINC 39156-5; Bluetooth `2A9D`.
    pub const BODY_MASS_INDEX: Self = Self::from_code(188_752);
    /// Body fat (`MDC_BODY_FAT`).
    /// `%`, 3 to 60; LOINC 41982-0, of one source only; Bluetooth `2A9C`.
    pub const BODY_FAT: Self = Self::from_code(188_748);
    /// Fat-free mass (`MDC_MASS_BODY_FAT_FREE`); *unverified*: one source only.
    /// `kg`, 10 to 150; no verified LOINC; Bluetooth `2A9C`.
    pub const FAT_FREE_MASS: Self = Self::from_code(188_756);
    /// Body water (`MDC_BODY_WATER`); *unverified*: one source only.
    /// `kg`, 10 to 100; no verified LOINC; Bluetooth `2A9C`.
    pub const BODY_WATER: Self = Self::from_code(188_764);
    /// Body muscle (`MDC_BODY_MUSCLE`); *unverified*: one source only.
    /// `%`, 10 to 70; no verified LOINC; Bluetooth `2A9C`.
    pub const BODY_MUSCLE: Self = Self::from_code(188_772);
    // Activity
    /// Steps; no term of ISO/IEEE 11073-10101 is known.
    /// `{steps}`, 0 to 100000; LOINC 55423-8, of one source only; Bluetooth `2B40`.
    pub const STEPS: Self = Self::vendor(Self::NO_VENDOR, 3);
    /// Distance (`MDC_HF_DISTANCE`); *unverified*: one source only.
    /// `m`, 0 to 100000; no verified LOINC.
    pub const DISTANCE: Self = Self::from_code(8_454_247);
    /// Energy expended (`MDC_HF_ENERGY`); *unverified*: one source only.
    /// `kJ`, 0 to 42000; LOINC 41981-2, of one source only; Bluetooth `2A37`.
    pub const ENERGY_EXPENDED: Self = Self::from_code(8_454_263);
    /// Activity session (`MDC_HF_SESSION`); *unverified*: one source only.
    /// No unit, no plausible range; no verified LOINC.
    pub const ACTIVITY_SESSION: Self = Self::from_code(8_454_267);
    /// Sleep (`MDC_HF_ACT_SLEEP`); *unverified*: one source only.
    /// `h`, 0 to 24; LOINC 93832-4, of one source only.
    pub const SLEEP: Self = Self::from_code(8_455_148);
    /// Fall sensor (`MDC_AI_TYPE_SENSOR_FALL`); *unverified*: one source only.
    /// No unit, no plausible range; no verified LOINC.
    pub const FALL_SENSOR: Self = Self::from_code(8_519_681);
    /// Apnoea-hypopnoea index (`MDC_SABTE_AHI`); *unverified*: one source only.
    /// `/h`, 0 to 120; no verified LOINC.
    pub const APNOEA_HYPOPNOEA_INDEX: Self = Self::from_code(8_410_788);
    // Lung and circulation
    /// Peak expiratory flow (`MDC_FLOW_AWAY_EXP_FORCED_PEAK`).
    /// `L/min`, 60 to 880; LOINC 19935-6, of one source only.
    pub const PEAK_EXPIRATORY_FLOW: Self = Self::from_code(152_584);
    /// Forced expiratory volume in 1 s (`MDC_VOL_AWAY_EXP_FORCED_1S`); *unverified*: one source only.
    /// `L`, 0.1 to 8.0; LOINC 20150-9, of one source only.
    pub const FEV1: Self = Self::from_code(152_586);
    /// Forced vital capacity (`MDC_VOL_AWAY_EXP_FORCED_CAPACITY`); *unverified*: one source only.
    /// `L`, 0.1 to 8.0; LOINC 19870-5, of one source only.
    pub const FORCED_VITAL_CAPACITY: Self = Self::from_code(188_928);
    /// Tidal volume (`MDC_VOL_AWAY_TIDAL`).
    /// `mL`, 20 to 2500; no verified LOINC.
    pub const TIDAL_VOLUME: Self = Self::from_code(151_868);
    /// Tidal volume of the ventilator (`MDC_VENT_VOL_TIDAL`).
    /// `mL`, 20 to 2500; LOINC 76222-9, of one source only.
    pub const VENTILATOR_TIDAL_VOLUME: Self = Self::from_code(151_980);
    /// Minute volume (`MDC_VOL_MINUTE_AWAY`).
    /// `L/min`, 0 to 60; no verified LOINC.
    pub const MINUTE_VOLUME: Self = Self::from_code(151_880);
    /// Positive end-expiratory pressure of the ventilator (`MDC_VENT_PRESS_AWAY_END_EXP_POS`).
    /// `cm[H2O]`, 0 to 50; LOINC 76248-4, of one source only.
    pub const PEEP: Self = Self::from_code(151_976);
    /// Cardiac output (`MDC_OUTPUT_CARD`); *unverified*: one source only.
    /// `L/min`, 0.1 to 20.0; no verified LOINC.
    pub const CARDIAC_OUTPUT: Self = Self::from_code(150_276);
    /// Infusion pump rate (`MDC_FLOW_FLUID_PUMP`); *unverified*: one source only.
    /// `mL/h`, 0 to 1200; no verified LOINC.
    pub const INFUSION_RATE: Self = Self::from_code(157_784);
    /// Infused volume (`MDC_VOL_FLUID_DELIV`); *unverified*: one source only.
    /// `mL`, 0 to 10000; no verified LOINC.
    pub const INFUSED_VOLUME: Self = Self::from_code(157_864);
    // Device and room
    /// Charge of the device's battery (`MDC_ATTR_VAL_BATT_CHARGE`).
    /// `%`, 0 to 100; no verified LOINC; Bluetooth `2A19`.
    pub const BATTERY_CHARGE: Self = Self::from_code(67_996);
    /// Room temperature (`MDC_TEMP_ROOM`); *unverified*: one source only.
    /// `Cel`, -40 to 85; no verified LOINC; Bluetooth `2A6E`.
    pub const ROOM_TEMPERATURE: Self = Self::from_code(188_508);
    /// Relative humidity (`MDC_REL_HUMIDITY_AMBIENT`); *unverified*: one source only.
    /// `%`, 0 to 100; no verified LOINC; Bluetooth `2A6F`.
    pub const RELATIVE_HUMIDITY: Self = Self::from_code(188_804);
}
