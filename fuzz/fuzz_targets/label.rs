//! The text of a label: any text is read or refused, what is read comes back, and what was printed is read.
#![no_main]

use iomt::pairing::PublicKey;
use iomt::pairing::label::{Label, MAX_LABEL_TEXT, MAX_SECRET, MIN_SECRET};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Text(&'a str),
    Parts {
        secret: &'a [u8],
        key: Option<[u8; 32]>,
    },
}

fuzz_target!(|input: Input<'_>| {
    match input {
        Input::Text(text) => {
            if let Ok(label) = Label::parse(text) {
                assert_comes_back(&label);
            }
        }
        Input::Parts { secret, key } => {
            let key = key.and_then(|key| PublicKey::from_bytes(&key).ok());
            match Label::new(secret, key) {
                Ok(label) => assert_comes_back(&label),
                Err(_) => assert!(!(MIN_SECRET..=MAX_SECRET).contains(&secret.len())),
            }
        }
    }
});

fn assert_comes_back(label: &Label) {
    let text = label.text();
    assert!(text.as_str().len() <= MAX_LABEL_TEXT);
    let read = Label::parse(text.as_str()).expect("what was printed is a label");
    assert_eq!(read.secret_bytes(), label.secret_bytes());
    assert_eq!(read.key(), label.key());
    assert!(read.secret().is_ok());
}
