//! The units that have a name here; `table` has what they measure.

use super::Unit;

impl Unit {
    /// Of no dimension (`MDC_DIM_DIMLESS`).
    /// `1` in UCUM; dimension: `Ratio`.
    pub const ONE: Self = Self::from_code(262_656);
    /// Hundredths (`MDC_DIM_PERCENT`).
    /// `%` in UCUM; dimension: `Ratio`.
    pub const PERCENT: Self = Self::from_code(262_688);
    /// Beats a minute (`MDC_DIM_BEAT_PER_MIN`).
    /// `/min` in UCUM; dimension: `BeatRate`.
    pub const BEATS_PER_MINUTE: Self = Self::from_code(264_864);
    /// Breaths a minute (`MDC_DIM_RESP_PER_MIN`).
    /// `/min` in UCUM; dimension: `BreathRate`.
    pub const BREATHS_PER_MINUTE: Self = Self::from_code(264_928);
    /// Events an hour (`MDC_DIM_EVT_PER_HR`); *unverified*: one source only.
    /// `/h` in UCUM; dimension: `EventRate`.
    pub const EVENT_PER_HOUR: Self = Self::from_code(266_876);
    /// Steps (`MDC_DIM_STEP`); *unverified*: one source only.
    /// `{steps}` in UCUM; dimension: `Steps`.
    pub const STEP: Self = Self::from_code(268_800);
    /// International normalised ratio (`MDC_DIM_INR`).
    /// `{INR}` in UCUM; dimension: `CoagulationRatio`.
    pub const INR: Self = Self::from_code(268_752);
    /// Seconds (`MDC_DIM_SEC`).
    /// `s` in UCUM; dimension: `Time`.
    pub const SECOND: Self = Self::from_code(264_320);
    /// Milliseconds (`MDC_DIM_MILLI_SEC`).
    /// `ms` in UCUM; dimension: `Time`.
    pub const MILLISECOND: Self = Self::from_code(264_338);
    /// Minutes (`MDC_DIM_MIN`).
    /// `min` in UCUM; dimension: `Time`.
    pub const MINUTE: Self = Self::from_code(264_352);
    /// Hours (`MDC_DIM_HR`).
    /// `h` in UCUM; dimension: `Time`.
    pub const HOUR: Self = Self::from_code(264_384);
    /// Days (`MDC_DIM_DAY`).
    /// `d` in UCUM; dimension: `Time`.
    pub const DAY: Self = Self::from_code(264_416);
    /// Conventional millimetres of mercury (`MDC_DIM_MMHG`).
    /// `mm[Hg]` in UCUM; dimension: `Pressure`.
    pub const MMHG: Self = Self::from_code(266_016);
    /// Conventional centimetres of water (`MDC_DIM_CM_H2O`).
    /// `cm[H2O]` in UCUM; dimension: `Pressure`.
    pub const CENTIMETRE_OF_WATER: Self = Self::from_code(266_048);
    /// Hectopascals (`MDC_DIM_HECTO_PASCAL`).
    /// `hPa` in UCUM; dimension: `Pressure`.
    pub const HECTOPASCAL: Self = Self::from_code(265_986);
    /// Kilopascals (`MDC_DIM_KILO_PASCAL`).
    /// `kPa` in UCUM; dimension: `Pressure`.
    pub const KILOPASCAL: Self = Self::from_code(265_987);
    /// Kelvins (`MDC_DIM_KELVIN`).
    /// `K` in UCUM; dimension: `Temperature`.
    pub const KELVIN: Self = Self::from_code(266_528);
    /// Degrees Celsius (`MDC_DIM_DEGC`).
    /// `Cel` in UCUM; dimension: `Temperature`.
    pub const CELSIUS: Self = Self::from_code(268_192);
    /// Degrees Fahrenheit (`MDC_DIM_FAHR`).
    /// `[degF]` in UCUM; dimension: `Temperature`.
    pub const FAHRENHEIT: Self = Self::from_code(266_560);
    /// Volts (`MDC_DIM_VOLT`).
    /// `V` in UCUM; dimension: `Voltage`.
    pub const VOLT: Self = Self::from_code(266_400);
    /// Millivolts (`MDC_DIM_MILLI_VOLT`).
    /// `mV` in UCUM; dimension: `Voltage`.
    pub const MILLIVOLT: Self = Self::from_code(266_418);
    /// Microvolts (`MDC_DIM_MICRO_VOLT`).
    /// `uV` in UCUM; dimension: `Voltage`.
    pub const MICROVOLT: Self = Self::from_code(266_419);
    /// Milligrams a decilitre (`MDC_DIM_MILLI_G_PER_DL`).
    /// `mg/dL` in UCUM; dimension: `MassConcentration`.
    pub const MILLIGRAM_PER_DECILITRE: Self = Self::from_code(264_274);
    /// Milligrams a decilitre, each minute (`MDC_DIM_MILLI_G_PER_DL_PER_MIN`); *unverified*: one source only.
    /// `mg/dL/min` in UCUM; dimension: `MassConcentrationRate`.
    pub const MILLIGRAM_PER_DECILITRE_PER_MINUTE: Self = Self::from_code(266_868);
    /// Millimoles a litre (`MDC_DIM_MILLI_MOLE_PER_L`).
    /// `mmol/L` in UCUM; dimension: `AmountConcentration`.
    pub const MILLIMOLE_PER_LITRE: Self = Self::from_code(266_866);
    /// Micromoles a litre (`MDC_DIM_MICRO_MOLE_PER_L`).
    /// `umol/L` in UCUM; dimension: `AmountConcentration`.
    pub const MICROMOLE_PER_LITRE: Self = Self::from_code(266_867);
    /// Millimoles a litre, each minute (`MDC_DIM_MILLI_MOLE_PER_L_PER_MIN`); *unverified*: one source only.
    /// `mmol/L/min` in UCUM; dimension: `AmountConcentrationRate`.
    pub const MILLIMOLE_PER_LITRE_PER_MINUTE: Self = Self::from_code(266_872);
    /// International units (`MDC_DIM_INTL_UNIT`).
    /// `[iU]` in UCUM; dimension: `BiologicalActivity`.
    pub const INTERNATIONAL_UNIT: Self = Self::from_code(267_616);
    /// International units an hour (`MDC_DIM_INTL_UNIT_PER_HR`).
    /// `[iU]/h` in UCUM; dimension: `BiologicalActivityRate`.
    pub const INTERNATIONAL_UNIT_PER_HOUR: Self = Self::from_code(267_840);
    /// Kilograms (`MDC_DIM_KILO_G`).
    /// `kg` in UCUM; dimension: `Mass`.
    pub const KILOGRAM: Self = Self::from_code(263_875);
    /// Grams (`MDC_DIM_G`).
    /// `g` in UCUM; dimension: `Mass`.
    pub const GRAM: Self = Self::from_code(263_872);
    /// Milligrams (`MDC_DIM_MILLI_G`).
    /// `mg` in UCUM; dimension: `Mass`.
    pub const MILLIGRAM: Self = Self::from_code(263_890);
    /// Avoirdupois pounds (`MDC_DIM_LB`).
    /// `[lb_av]` in UCUM; dimension: `Mass`.
    pub const POUND: Self = Self::from_code(263_904);
    /// Metres (`MDC_DIM_M`).
    /// `m` in UCUM; dimension: `Length`.
    pub const METRE: Self = Self::from_code(263_424);
    /// Centimetres (`MDC_DIM_CENTI_M`).
    /// `cm` in UCUM; dimension: `Length`.
    pub const CENTIMETRE: Self = Self::from_code(263_441);
    /// International inches (`MDC_DIM_INCH`).
    /// `[in_i]` in UCUM; dimension: `Length`.
    pub const INCH: Self = Self::from_code(263_520);
    /// Kilograms a square metre (`MDC_DIM_KG_PER_M_SQ`).
    /// `kg/m2` in UCUM; dimension: `MassPerArea`.
    pub const KILOGRAM_PER_SQUARE_METRE: Self = Self::from_code(264_096);
    /// Litres (`MDC_DIM_L`).
    /// `L` in UCUM; dimension: `Volume`.
    pub const LITRE: Self = Self::from_code(263_744);
    /// Millilitres (`MDC_DIM_MILLI_L`).
    /// `mL` in UCUM; dimension: `Volume`.
    pub const MILLILITRE: Self = Self::from_code(263_762);
    /// Litres a minute (`MDC_DIM_L_PER_MIN`).
    /// `L/min` in UCUM; dimension: `Flow`.
    pub const LITRE_PER_MINUTE: Self = Self::from_code(265_216);
    /// Millilitres an hour (`MDC_DIM_MILLI_L_PER_HR`).
    /// `mL/h` in UCUM; dimension: `Flow`.
    pub const MILLILITRE_PER_HOUR: Self = Self::from_code(265_266);
    /// Joules (`MDC_DIM_JOULES`).
    /// `J` in UCUM; dimension: `Energy`.
    pub const JOULE: Self = Self::from_code(266_112);
    /// Kilojoules (`MDC_DIM_JOULES` and the prefix of a thousand).
    /// `kJ` in UCUM; dimension: `Energy`.
    pub const KILOJOULE: Self = Self::from_code(266_115);
    /// Watts (`MDC_DIM_WATT`).
    /// `W` in UCUM; dimension: `Power`.
    pub const WATT: Self = Self::from_code(266_176);
    /// Metres a second squared (`MDC_DIM_M_PER_SEC_SQ`).
    /// `m/s2` in UCUM; dimension: `Acceleration`.
    pub const METRE_PER_SECOND_SQUARED: Self = Self::from_code(268_768);
}
