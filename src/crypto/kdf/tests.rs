use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;

fn agree(salt: &[u8], input: &[&[u8]], info: &[&[u8]], len: usize) {
    let (theirs, ours) = (
        audited::extract(salt, input),
        composed::extract(salt, input),
    );
    assert_eq!(theirs.expose(), ours.expose());
    let (mut expected, mut made) = (vec![0; len], vec![0; len]);
    assert_eq!(
        audited::expand(&theirs, info, &mut expected),
        composed::expand(&ours, info, &mut made)
    );
    assert_eq!(expected, made);
}

#[test]
fn backends_agree_at_every_length() {
    let text: Vec<u8> = (0..200).collect();
    for len in 0..=200 {
        agree(&text[..len], &[&text[..len], b"more"], &[&text[..len]], len);
    }
    for len in [MAX_EXPANDED - 1, MAX_EXPANDED, MAX_EXPANDED + 1] {
        agree(b"salt", &[b"input"], &[b"info"], len);
    }
}

proptest! {
    #[test]
    fn backends_agree(salt: Vec<u8>, input: Vec<u8>, info: Vec<u8>, len in 0_usize..100) {
        agree(&salt, &[&input], &[&info, b"", &salt], len);
    }
}
