//! What a label holds, and what is not taken for one.

use super::*;
use crate::seal::tests::Counting;
use std::string::{String, ToString};
use std::vec::Vec;

const SECRET: &[u8; 16] = b"a secret of 16 B";

fn key() -> PublicKey {
    PublicKey::from_bytes(&[9; 32]).unwrap()
}

/// The text of a body whose checksum is right.
fn text_of(body: &[u8]) -> String {
    let body = [body, &checksum_of(body)].concat();
    let mut out = [0; MAX_LABEL_TEXT];
    let mut writer = Writer::new(&mut out);
    writer.put(PREFIX).unwrap();
    encode(&body, &mut writer).unwrap();
    String::from_utf8(writer.finish().to_vec()).unwrap()
}

fn body(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut body = [&[VERSION, SUITE, 2, 16][..], SECRET].concat();
    change(&mut body);
    body
}

/// Code words for data of QR codes, versions 1 to 10 (ISO/IEC 18004, table 7), of levels M and Q.
const CODE_WORDS: [[usize; 10]; 2] = [
    [16, 28, 44, 64, 86, 108, 124, 154, 182, 216],
    [13, 22, 34, 48, 62, 76, 88, 110, 132, 154],
];

/// The smallest version that holds so many characters of the alphanumeric mode, at each level.
fn versions(characters: usize) -> [usize; 2] {
    let fits = |version: usize, words: usize| {
        let count = if version < 10 { 9 } else { 11 };
        4 + count + characters / 2 * 11 + characters % 2 * 6 <= words * 8
    };
    CODE_WORDS.map(|words| {
        let mut sizes = (1..).zip(words);
        sizes
            .find(|(version, words)| fits(*version, *words))
            .unwrap()
            .0
    })
}

#[test]
fn each_label_fits_the_qr_code_that_the_table_says() {
    for (secret, key, characters, expected) in [
        (16, None, 44, [3, 3]),
        (32, None, 69, [4, 5]),
        (16, Some(key()), 97, [5, 6]),
        (32, Some(key()), 122, [5, 7]),
    ] {
        let label = Label::new(&std::vec![7; secret], key).unwrap();
        let text = label.text().as_str().to_string();
        let alphanumeric = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || c == ':';
        assert!(text.chars().all(alphanumeric));
        assert_eq!((text.len(), versions(text.len())), (characters, expected));
    }
    let longest = [(8, 49), (10, 57)];
    assert_eq!(MAX_LABEL_TEXT, 210);
    assert_eq!(
        versions(MAX_LABEL_TEXT),
        longest.map(|(version, _)| version)
    );
    assert!(
        longest
            .iter()
            .all(|(version, modules)| 17 + 4 * version == *modules)
    );
}

fn refused(body: &[u8]) -> LabelError {
    Label::parse(&text_of(body)).unwrap_err()
}

// IOMT-LABEL-001, IOMT-LABEL-002
#[test]
fn a_label_comes_back_with_all_that_is_on_it() {
    for (secret, key, len) in [
        (&SECRET[..], None, 44),
        (&SECRET[..], Some(key()), 97),
        (&[7; 32][..], Some(key()), 5 + encoded_len(MAX_WRITTEN)),
    ] {
        let label = Label::new(secret, key).unwrap();
        let text = label.text();
        assert_eq!(text.as_str().len(), len);
        let read = Label::parse(text.as_str()).unwrap();
        assert_eq!(read.secret_bytes(), secret);
        assert_eq!((read.key(), read.model()), (key, label.model()));
        let hints = [&read, &label].map(|label| label.secret().unwrap().hint());
        assert_eq!(hints[0], hints[1]);
        let typed = std::format!(" {}\n", text.as_str().to_ascii_lowercase());
        assert_eq!(Label::parse(&typed).unwrap().secret_bytes(), secret);
    }
}

// IOMT-PAIR-030, IOMT-LABEL-001
#[test]
fn a_new_label_has_16_random_bytes() {
    let labels = [1, 2].map(|seed| Label::generate(None, &mut Counting(seed)).unwrap());
    assert_eq!(labels[0].secret_bytes().len(), MIN_SECRET);
    assert_ne!(labels[0].secret_bytes(), labels[1].secret_bytes());
    assert_eq!(
        Label::new(&[1; 15], None).unwrap_err(),
        Error::SecretTooShort
    );
    let refused = Label::new(&[1; 33], None).unwrap_err();
    assert_eq!(refused, Error::NoRoom { needed: 33 });
}

// IOMT-LABEL-004
#[test]
fn one_character_misread_is_found() {
    let text = Label::new(SECRET, Some(key())).unwrap().text();
    let text = text.as_str();
    for place in PREFIX.len()..text.len() {
        for other in ["A", "B", "7"] {
            let mut misread = text.to_string();
            misread.replace_range(place..=place, other);
            if misread != text {
                let refused = Label::parse(&misread).unwrap_err();
                assert!(matches!(
                    refused,
                    LabelError::Misread | LabelError::NotALabel
                ));
            }
        }
        assert!(Label::parse(&text[..place]).is_err());
    }
}

// IOMT-LABEL-003, IOMT-LABEL-004, IOMT-LABEL-005
#[test]
fn other_codes_are_told_from_misread_and_from_newer_ones() {
    for other in [
        "",
        "IOMT",
        "IOMT:",
        "https://example.org/",
        "IOMT-ABCD",
        "IOMT:\u{e9}",
    ] {
        let refused = Label::parse(other).unwrap_err();
        assert!(matches!(
            refused,
            LabelError::NotALabel | LabelError::Misread
        ));
    }
    assert_eq!(
        refused(&body(|body| body[0] = 2)),
        LabelError::UnsupportedVersion(2)
    );
    assert_eq!(refused(&[9]), LabelError::UnsupportedVersion(9));
    assert_eq!(
        refused(&body(|body| body[1] = 2)),
        LabelError::UnsupportedSuite(2)
    );
    assert_eq!(
        refused(&body(|body| body[2] = 4)),
        LabelError::UnsupportedModel(4)
    );
    let long = std::format!("IOMT:{}", "A".repeat(MAX_LABEL_TEXT));
    assert_eq!(Label::parse(&long).unwrap_err(), LabelError::NotALabel);
}

// IOMT-LABEL-006, IOMT-LABEL-007
#[test]
fn fields_of_a_later_version_are_skipped_unless_they_are_critical() {
    let with = |fields: &[u8]| body(|body| body.extend_from_slice(fields));
    let later = Label::parse(&text_of(&with(&[2, 3, 1, 2, 3, 4, 0]))).unwrap();
    assert_eq!(later.secret_bytes(), SECRET);
    assert_eq!(
        refused(&with(&[2, 0, 3, 1, 7])),
        LabelError::UnsupportedField(3)
    );
    assert_eq!(refused(&with(&[2, 0, 2, 0])), LabelError::Malformed);
    assert_eq!(refused(&with(&[4, 0, 2, 0])), LabelError::Malformed);
    assert_eq!(refused(&with(&[2, 1])), LabelError::Malformed);
}

// IOMT-LABEL-007, IOMT-PAIR-030
#[test]
fn a_short_secret_or_a_bad_key_is_refused() {
    assert_eq!(
        refused(&[&[1, 1, 2, 15][..], &[7; 15]].concat()),
        LabelError::Malformed
    );
    assert_eq!(
        refused(&[&[1, 1, 2, 33][..], &[7; 33]].concat()),
        LabelError::Malformed
    );
    let with_key = |key: &[u8]| {
        let len = u8::try_from(key.len()).unwrap();
        [&body(|body| body[2] = 1)[..], &[len], key].concat()
    };
    assert!(Label::parse(&text_of(&with_key(&[9; 32]))).is_ok());
    assert_eq!(refused(&with_key(&[0xFF; 32])), LabelError::Malformed);
    assert_eq!(refused(&with_key(&[9; 31])), LabelError::Malformed);
}

// IOMT-LABEL-008, IOMT-SEC-001
#[test]
fn debug_shows_nothing_of_it() {
    let label = Label::new(SECRET, None).unwrap();
    assert_eq!(std::format!("{:?}", label.text()), "LabelText(..)");
    assert_eq!(std::format!("{label:?}"), "Label { model: Model(2), .. }");
}
