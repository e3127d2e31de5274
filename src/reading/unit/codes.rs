//! The units that have a name here; `table` has what they measure.

use super::Unit;

impl Unit {
    /// Of no dimension (`MDC_DIM_DIMLESS`).
    pub const ONE: Self = Self::from_code(262_656);
    /// Hundredths (`MDC_DIM_PERCENT`).
    pub const PERCENT: Self = Self::from_code(262_688);
    /// Beats a minute (`MDC_DIM_BEAT_PER_MIN`).
    pub const BEATS_PER_MINUTE: Self = Self::from_code(264_864);
    /// Breaths a minute (`MDC_DIM_RESP_PER_MIN`).
    pub const BREATHS_PER_MINUTE: Self = Self::from_code(264_928);
    /// Events an hour (`MDC_DIM_EVT_PER_HR`); *unverified*: one source only.
    pub const EVENT_PER_HOUR: Self = Self::from_code(266_876);
    /// Steps (`MDC_DIM_STEP`).
    pub const STEP: Self = Self::from_code(268_800);
    /// International normalised ratio (`MDC_DIM_INR`).
    pub const INR: Self = Self::from_code(268_752);
    /// Seconds (`MDC_DIM_SEC`).
    pub const SECOND: Self = Self::from_code(264_320);
    /// Milliseconds (`MDC_DIM_MILLI_SEC`).
    pub const MILLISECOND: Self = Self::from_code(264_338);
    /// Minutes (`MDC_DIM_MIN`).
    pub const MINUTE: Self = Self::from_code(264_352);
    /// Hours (`MDC_DIM_HR`).
    pub const HOUR: Self = Self::from_code(264_384);
    /// Days (`MDC_DIM_DAY`).
    pub const DAY: Self = Self::from_code(264_416);
    /// Conventional millimetres of mercury (`MDC_DIM_MMHG`).
    pub const MMHG: Self = Self::from_code(266_016);
    /// Conventional centimetres of water (`MDC_DIM_CM_H2O`).
    pub const CENTIMETRE_OF_WATER: Self = Self::from_code(266_048);
    /// Hectopascals (`MDC_DIM_HECTO_PASCAL`).
    pub const HECTOPASCAL: Self = Self::from_code(265_986);
    /// Kilopascals (`MDC_DIM_KILO_PASCAL`).
    pub const KILOPASCAL: Self = Self::from_code(265_987);
    /// Kelvins (`MDC_DIM_KELVIN`).
    pub const KELVIN: Self = Self::from_code(266_528);
    /// Degrees Celsius (`MDC_DIM_DEGC`).
    pub const CELSIUS: Self = Self::from_code(268_192);
    /// Degrees Fahrenheit (`MDC_DIM_FAHR`).
    pub const FAHRENHEIT: Self = Self::from_code(266_560);
    /// Volts (`MDC_DIM_VOLT`).
    pub const VOLT: Self = Self::from_code(266_400);
    /// Millivolts (`MDC_DIM_MILLI_VOLT`).
    pub const MILLIVOLT: Self = Self::from_code(266_418);
    /// Microvolts (`MDC_DIM_MICRO_VOLT`).
    pub const MICROVOLT: Self = Self::from_code(266_419);
    /// Milligrams a decilitre (`MDC_DIM_MILLI_G_PER_DL`).
    pub const MILLIGRAM_PER_DECILITRE: Self = Self::from_code(264_274);
    /// Milligrams a decilitre, each minute (`MDC_DIM_MILLI_G_PER_DL_PER_MIN`); *unverified*: one source only.
    pub const MILLIGRAM_PER_DECILITRE_PER_MINUTE: Self = Self::from_code(266_868);
    /// Millimoles a litre (`MDC_DIM_MILLI_MOLE_PER_L`).
    pub const MILLIMOLE_PER_LITRE: Self = Self::from_code(266_866);
    /// Micromoles a litre (`MDC_DIM_MICRO_MOLE_PER_L`).
    pub const MICROMOLE_PER_LITRE: Self = Self::from_code(266_867);
    /// Millimoles a litre, each minute (`MDC_DIM_MILLI_MOLE_PER_L_PER_MIN`); *unverified*: one source only.
    pub const MILLIMOLE_PER_LITRE_PER_MINUTE: Self = Self::from_code(266_872);
    /// International units (`MDC_DIM_INTL_UNIT`).
    pub const INTERNATIONAL_UNIT: Self = Self::from_code(267_616);
    /// International units an hour (`MDC_DIM_INTL_UNIT_PER_HR`).
    pub const INTERNATIONAL_UNIT_PER_HOUR: Self = Self::from_code(267_840);
    /// Kilograms (`MDC_DIM_KILO_G`).
    pub const KILOGRAM: Self = Self::from_code(263_875);
    /// Grams (`MDC_DIM_G`).
    pub const GRAM: Self = Self::from_code(263_872);
    /// Milligrams (`MDC_DIM_MILLI_G`).
    pub const MILLIGRAM: Self = Self::from_code(263_890);
    /// Avoirdupois pounds (`MDC_DIM_LB`).
    pub const POUND: Self = Self::from_code(263_904);
    /// Metres (`MDC_DIM_M`).
    pub const METRE: Self = Self::from_code(263_424);
    /// Centimetres (`MDC_DIM_CENTI_M`).
    pub const CENTIMETRE: Self = Self::from_code(263_441);
    /// International inches (`MDC_DIM_INCH`).
    pub const INCH: Self = Self::from_code(263_520);
    /// Kilograms a square metre (`MDC_DIM_KG_PER_M_SQ`).
    pub const KILOGRAM_PER_SQUARE_METRE: Self = Self::from_code(264_096);
    /// Litres (`MDC_DIM_L`).
    pub const LITRE: Self = Self::from_code(263_744);
    /// Millilitres (`MDC_DIM_MILLI_L`).
    pub const MILLILITRE: Self = Self::from_code(263_762);
    /// Litres a minute (`MDC_DIM_L_PER_MIN`).
    pub const LITRE_PER_MINUTE: Self = Self::from_code(265_216);
    /// Millilitres an hour (`MDC_DIM_MILLI_L_PER_HR`).
    pub const MILLILITRE_PER_HOUR: Self = Self::from_code(265_266);
    /// Joules (`MDC_DIM_JOULES`).
    pub const JOULE: Self = Self::from_code(266_112);
    /// Kilojoules (`MDC_DIM_JOULES` and the prefix of a thousand).
    pub const KILOJOULE: Self = Self::from_code(266_115);
    /// Watts (`MDC_DIM_WATT`).
    pub const WATT: Self = Self::from_code(266_176);
    /// Metres a second squared (`MDC_DIM_M_PER_SEC_SQ`).
    pub const METRE_PER_SECOND_SQUARED: Self = Self::from_code(268_768);
}
