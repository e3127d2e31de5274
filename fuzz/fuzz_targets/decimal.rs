//! Decimals: text, order and rescaling agree with each other.
#![no_main]

use iomt::reading::Decimal;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Text(&'a str),
    Pair { a: (i32, i8), b: (i32, i8) },
    Float(u32),
}

fuzz_target!(|input: Input<'_>| {
    match input {
        Input::Text(text) => {
            if let Ok(decimal) = text.parse::<Decimal>() {
                assert_text_comes_back(decimal);
            }
        }
        Input::Float(code) => check_float(code),
        Input::Pair { a, b } => check_pair(Decimal::new(a.0, a.1), Decimal::new(b.0, b.1)),
    }
});

/// Each code comes back as itself, a special one without its exponent.
fn check_float(code: u32) {
    match Decimal::from_float(code) {
        Ok(number) => assert_eq!(number.to_float(), Some(code)),
        Err(special) => assert_eq!(special.to_float(), code & 0x00FF_FFFF),
    }
}

fn parts(decimal: Decimal) -> (i32, i8) {
    (decimal.mantissa(), decimal.exponent())
}

/// What was parsed has a positive exponent only where its digits have no room, so nothing of it is lost in print.
fn assert_text_comes_back(decimal: Decimal) {
    let back: Decimal = decimal
        .to_string()
        .parse()
        .expect("what was printed is a number");
    assert_eq!(parts(back), parts(decimal));
}

fn check_pair(a: Decimal, b: Decimal) {
    assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
    assert_eq!(a == b, a.cmp(&b).is_eq());
    if let Ok(back) = a.to_string().parse::<Decimal>() {
        assert_eq!(back, a, "print keeps the value");
    }
    match a.rescaled(b.exponent()) {
        Some(rescaled) => assert_eq!((rescaled, rescaled.exponent()), (a, b.exponent())),
        None => assert_ne!(a, Decimal::from(0), "zero has every exponent"),
    }
    if let Some(sum) = a.checked_add(b) {
        assert_eq!(sum.checked_sub(b), Some(a));
    }
    if let Some(quotient) = a.checked_div(b) {
        assert_eq!(quotient.checked_mul(b), Some(a));
    }
    let _ = (a.checked_mul(b), a.rounded(b.exponent()));
    assert!(a.to_f64().is_finite());
}
