//! A server's rows: no change is taken, and what only the holder of the key can write is read without a panic.
#![no_main]

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use iomt::seal::{MAX_ROW, Opener, Row, RowKey, RowOwner};
use iomt::wire::MAX_DATAGRAM;
use iomt_fuzz::{Change, Counting, changed, keys};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

const KEY: [u8; 32] = [3; 32];
const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"t",
    device: b"d",
};
/// version ‖ suite ‖ lv(tenant) ‖ lv(device)
const ASSOCIATED: [u8; 8] = [1, 1, 0, 1, b't', 0, 1, b'd'];
const HEAD: usize = 26;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    changes: Vec<Change>,
    /// Behind receipt key, chain and number.
    rest: &'a [u8],
    raw: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let key = RowKey::from_bytes(&KEY).expect("a key of the suite");
    let (mut sealer, mut opener) = keys::session();
    let epoch = sealer.epoch().expect("an epoch is open");
    let mut frame = [0; 64];
    let short = sealer
        .seal(iomt::wire::Space::Data, b"reading", &mut frame)
        .expect("has room");
    let mut packet = [&[0x0D][..], &epoch.locator.0, &epoch.salt.0, &short[1..]].concat();
    opener.open(&mut packet).expect("an honest frame");

    let honest = written(&key, &opener);
    for row in [changed(&honest, &input.changes), input.raw.to_vec()] {
        assert_eq!(key.open(&OWNER, &row).is_ok(), row == honest);
    }
    let content = content_of(&honest);
    let with_rest = [&content[..65], input.rest].concat();
    for content in [changed(&content, &input.changes), with_rest] {
        let Ok(read) = key.open(&OWNER, &sealed(&content)) else {
            continue;
        };
        let _ = read.opener.receipt(None, &mut [0; MAX_DATAGRAM]);
        let again = Row {
            opener: &read.opener,
            psk: read.psk.as_ref(),
            note: &read.note,
        };
        let mut out = [0; MAX_ROW];
        let row = key.seal(&OWNER, again, &mut Counting::default(), &mut out);
        let row = row.expect("what was read has room").to_vec();
        assert!(key.open(&OWNER, &row).is_ok(), "what was read is written");
    }
});

fn written(key: &RowKey, opener: &Opener) -> Vec<u8> {
    let row = Row {
        opener,
        psk: None,
        note: b"note",
    };
    let mut out = [0; MAX_ROW];
    key.seal(&OWNER, row, &mut Counting::default(), &mut out)
        .expect("has room")
        .to_vec()
}

fn cipher() -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&KEY.into())
}

fn content_of(row: &[u8]) -> Vec<u8> {
    let nonce: [u8; 24] = row[2..HEAD].try_into().expect("24 bytes");
    let mut content = row[HEAD..].to_vec();
    cipher()
        .decrypt_in_place(&nonce.into(), &ASSOCIATED, &mut content)
        .expect("an honest row");
    content
}

/// A row as its owner writes it, of any content.
fn sealed(content: &[u8]) -> Vec<u8> {
    let nonce = [7; 24];
    let mut sealed = content.to_vec();
    cipher()
        .encrypt_in_place(&nonce.into(), &ASSOCIATED, &mut sealed)
        .expect("has room");
    [&[1, 1][..], &nonce, &sealed].concat()
}
