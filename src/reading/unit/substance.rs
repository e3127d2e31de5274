use super::convert::Fraction;
use super::{ConvertError, Dimension, Unit};
use crate::reading::Decimal;

/// A substance by its molar mass: the only bridge between mass and amount, such as mg/dL and mmol/L or µmol/L, and
/// between how fast they change.
///
/// ```
/// use iomt::reading::{Decimal, Substance, Unit};
///
/// let (mass, amount) = (Unit::MILLIGRAM_PER_DECILITRE, Unit::MILLIMOLE_PER_LITRE);
/// let glucose = Substance::GLUCOSE.convert_rounded(98.into(), mass, amount, -1)?;
/// assert_eq!(glucose.to_string(), "5.4");
/// # Ok::<(), iomt::reading::ConvertError>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Substance {
    /// In 10⁻³ g/mol.
    milligrams_per_mole: u32,
}

impl Substance {
    /// D-glucose, C6H12O6: 180.156 g/mol.
    pub const GLUCOSE: Self = Self::new(180_156);
    /// Cholesterol, C27H46O: 386.664 g/mol.
    pub const CHOLESTEROL: Self = Self::new(386_664);
    /// Lactic acid, C3H6O3, whose amount is given as lactate: 90.078 g/mol.
    pub const LACTATE: Self = Self::new(90_078);
    /// Creatinine, C4H7N3O: 113.120 g/mol.
    pub const CREATININE: Self = Self::new(113_120);

    /// The substance with this molar mass, in 10⁻³ g/mol.
    #[must_use]
    pub const fn new(milligrams_per_mole: u32) -> Self {
        Self {
            milligrams_per_mole,
        }
    }

    /// The same concentration in another unit, exactly: from amount to mass always in reach, back rarely.
    ///
    /// # Errors
    ///
    /// [`ConvertError`].
    pub fn convert(self, value: Decimal, from: Unit, to: Unit) -> Result<Decimal, ConvertError> {
        match self.factor(from, to)? {
            Some(factor) => factor.times(value).ok_or(ConvertError::NotExact),
            None => from.convert(value, to),
        }
    }

    /// The same concentration in another unit, to the power of ten that the caller names, halves away from zero.
    ///
    /// # Errors
    ///
    /// [`ConvertError`].
    pub fn convert_rounded(
        self,
        value: Decimal,
        from: Unit,
        to: Unit,
        exponent: i8,
    ) -> Result<Decimal, ConvertError> {
        match self.factor(from, to)? {
            Some(factor) => factor
                .times_rounded(value, exponent)
                .ok_or(ConvertError::NotExact),
            None => from.convert_rounded(value, to, exponent),
        }
    }

    /// What a value is multiplied by, where one unit is of mass and the other of amount.
    fn factor(self, from: Unit, to: Unit) -> Result<Option<Fraction>, ConvertError> {
        use Dimension::{
            AmountConcentration as Amount, AmountConcentrationRate as AmountRate,
            MassConcentration as Mass, MassConcentrationRate as MassRate,
        };
        // One mmol/L is as many mg/L as there are grams in a mole, and a tenth of that in mg/dL.
        let molar = (self.milligrams_per_mole.into(), 10_000);
        let (Some(from), Some(to)) = (from.row(), to.row()) else {
            return Ok(None);
        };
        let bridge = match (from.dimension, to.dimension) {
            _ if self.milligrams_per_mole == 0 => return Err(ConvertError::DifferentDimension),
            (Amount, Mass) | (AmountRate, MassRate) => molar,
            (Mass, Amount) | (MassRate, AmountRate) => (molar.1, molar.0),
            _ => return Ok(None),
        };
        Ok(Some(Fraction::between(from, to).and(bridge)))
    }
}
