use crate::crypto::KEY_LEN;
use crate::crypto::ristretto::{Generator, Hash512, SHA512_BLOCK, Scalar, Wide};

const DSI: &[u8] = b"CPaceRistretto255";
const DSI_ISK: &[u8] = b"CPaceRistretto255_ISK";

/// What one side says: its point and its associated data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) point: &'a [u8; KEY_LEN],
    pub(super) associated: &'a [u8],
}

/// `calculate_generator(H, PRS, CI, sid)`
pub(super) fn generator(passcode: &[u8], channel: &[u8], session: &[u8]) -> Generator {
    // "len_zpad = max(0, s_in_bytes - 1 - len(prepend_len(PRS)) - len(prepend_len(DSI)))"
    let first = 1 + framed_len(passcode.len()) + framed_len(DSI.len());
    let padding = [0_u8; SHA512_BLOCK];
    let padding = padding.get(first..).unwrap_or_default();
    let hash = hash_of(&[DSI, passcode, padding, channel, session]);
    Generator::from_hash(&hash)
}

/// `ISK = H.hash(lv_cat(DSI ‖ "_ISK", sid, K) ‖ lv_cat(Ya, ADa) ‖ lv_cat(Yb, ADb))`
///
/// One scalar multiplication. `None`: "abort if K == G.I", or where the other's point is none.
pub(super) fn session_key(
    scalar: &Scalar,
    theirs: &[u8; KEY_LEN],
    session: &[u8],
    [initiator, responder]: [Said<'_>; 2],
) -> Option<Wide> {
    let shared = scalar.multiply(theirs)?;
    Some(hash_of(&[
        DSI_ISK,
        session,
        shared.expose(),
        initiator.point,
        initiator.associated,
        responder.point,
        responder.associated,
    ]))
}

/// SHA-512 over the fields, each with its length in front.
fn hash_of(fields: &[&[u8]]) -> Wide {
    let mut hash = Hash512::new();
    for field in fields {
        frame(&mut hash, field);
    }
    hash.finish()
}

/// `prepend_len`: LEB128, then the field.
fn frame(hash: &mut Hash512, field: &[u8]) {
    let mut left = field.len();
    loop {
        let group = u8::try_from(left & 0x7F).unwrap_or_default();
        left >>= 7;
        if left == 0 {
            hash.update(&[group]);
            break;
        }
        hash.update(&[group | 0x80]);
    }
    hash.update(field);
}

const fn framed_len(len: usize) -> usize {
    crate::wire::varint_len(len as u64).saturating_add(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// draft-irtf-cfrg-cpace, `prepend_len` test vectors.
    #[test]
    fn lengths_are_those_of_the_draft() {
        for (len, head) in [
            (0, &[0_u8][..]),
            (4, &[4]),
            (127, &[0x7F]),
            (128, &[0x80, 1]),
        ] {
            let field: Vec<u8> = (0..len).collect();
            let mut framed = Hash512::new();
            frame(&mut framed, &field);
            let mut expected = Hash512::new();
            expected.update(head);
            expected.update(&field);
            assert_eq!(framed.finish().expose(), expected.finish().expose());
            assert_eq!(framed_len(field.len()), head.len() + field.len());
        }
    }
}
