use std::vec::Vec;

use proptest::prelude::*;

use super::{audited, composed};

fn agree(key: &[u8], parts: &[&[u8]]) {
    let (mut theirs, mut ours) = (audited::Code::keyed(key), composed::Code::keyed(key));
    for part in parts {
        theirs.update(part);
        ours.update(part);
    }
    assert_eq!(theirs.finish().expose(), ours.finish().expose());
}

#[test]
fn backends_agree_at_every_length_of_key_and_text() {
    let text: Vec<u8> = (0..200).collect();
    for key in 0..=64 {
        agree(&text[..key], &[b"a", b"text"]);
    }
    for len in 0..=200 {
        agree(b"key", &[&text[..len], b"more"]);
    }
}

proptest! {
    #[test]
    fn backends_agree(key in proptest::collection::vec(0_u8.., 0..=64), parts: Vec<Vec<u8>>) {
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        agree(&key, &parts);
    }
}

/// The crates say of their hash that it is wiped, and not of the code that is made of it.
// IOMT-SEC-001
#[cfg(target_os = "linux")]
#[test]
fn a_code_under_way_is_wiped_when_it_is_dropped() {
    use crate::crypto::memory::assert_nothing_left;
    const KEY: &[u8] = b"thirty-two bytes, none twice 123";
    const TEXT: &[u8] =
        b"a text that is longer than a block of the hash, so that every state is in use";
    let mut code = audited::Code::keyed(KEY);
    code.update(TEXT);
    assert_nothing_left("an HMAC", code);
    let mut code = composed::Code::keyed(KEY);
    code.update(TEXT);
    assert_nothing_left("an HMAC of our own", code);
}
