//! Decimals and values as the requests write them.

use iomt::reading::{Decimal, Special, Value};

use super::error::Failure;

pub(super) fn decimal_text(decimal: Decimal) -> String {
    format!("{}e{}", decimal.mantissa(), decimal.exponent())
}

pub(super) fn decimal(text: &str) -> Result<Decimal, Failure> {
    let parsed = text.split_once('e').and_then(|(mantissa, exponent)| {
        Some(Decimal::new(mantissa.parse().ok()?, exponent.parse().ok()?))
    });
    parsed.ok_or_else(|| Failure::BadRequest(format!("{text:?} is no decimal")))
}

pub(super) fn value_text(value: Value) -> String {
    match value {
        Value::Number(number) => decimal_text(number),
        Value::NotANumber => "nan".into(),
        Value::NotAtThisResolution => "nres".into(),
        Value::PositiveInfinity => "+inf".into(),
        Value::NegativeInfinity => "-inf".into(),
        Value::BelowRange(bound) => format!("<{}", decimal_text(bound)),
        Value::AboveRange(bound) => format!(">{}", decimal_text(bound)),
    }
}

pub(super) fn value(text: &str) -> Result<Value, Failure> {
    Ok(match (text, text.split_at_checked(1)) {
        ("nan", _) => Value::NotANumber,
        ("nres", _) => Value::NotAtThisResolution,
        ("+inf", _) => Value::PositiveInfinity,
        ("-inf", _) => Value::NegativeInfinity,
        (_, Some(("<", bound))) => Value::BelowRange(decimal(bound)?),
        (_, Some((">", bound))) => Value::AboveRange(decimal(bound)?),
        _ => Value::Number(decimal(text)?),
    })
}

pub(super) const fn special_text(special: Special) -> &'static str {
    match special {
        Special::NotANumber => "nan",
        Special::NotAtThisResolution => "nres",
        Special::PositiveInfinity => "+inf",
        Special::NegativeInfinity => "-inf",
        Special::Reserved => "reserved",
    }
}

pub(super) fn special(text: &str) -> Option<Special> {
    let mut all = Special::ALL.into_iter();
    all.find(|special| *special != Special::Reserved && special_text(*special) == text)
}
