use super::*;
use proptest::prelude::*;

// IOMT-PAIR-008
#[test]
fn the_prime_and_all_above_it_is_refused() {
    let mut prime = [0xFF_u8; 32];
    prime[31] = 0x7F;
    prime[0] = 0xED;
    assert!(!is_canonical(&prime));
    prime[0] = 0xEC;
    assert!(is_canonical(&prime));
    prime[31] = 0xFF;
    assert!(!is_canonical(&prime));
    assert!(!is_canonical(&[0xFF; 32]) && is_canonical(&[0; 32]));
}

// IOMT-PAIR-009
#[test]
fn all_zero_outputs_abort() {
    // The point of order one, and one of order eight.
    assert!(PrivateKey::from_bytes([9; 32]).agree(&[0; 32]).is_none());
    let order_eight = [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ];
    assert!(
        PrivateKey::from_bytes([9; 32])
            .agree(&order_eight)
            .is_none()
    );
}

type Agree = fn(&[u8; KEY_LEN], &[u8; KEY_LEN]) -> [u8; KEY_LEN];

/// The backends, whichever of them the crate multiplies with.
const BACKENDS: [Agree; 2] = [audited::agree, ladder::agree];

/// RFC 7748 §5.2.
#[test]
fn every_backend_goes_a_thousand_times_around() {
    let mut nine = [0; KEY_LEN];
    nine[0] = 9;
    for agree in BACKENDS {
        let (mut k, mut u) = (nine, nine);
        for _ in 0..1_000 {
            (k, u) = (agree(&k, &u), k);
        }
        assert_eq!(k[..4], [0x68, 0x4c, 0xf5, 0x9b]);
        assert_eq!(k[28..], [0x99, 0x53, 0x2c, 0x51]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn backends_agree(private: [u8; KEY_LEN], public: [u8; KEY_LEN]) {
        prop_assert_eq!(audited::agree(&private, &public), ladder::agree(&private, &public));
        prop_assert_eq!(audited::public(&private), ladder::public(&private));
    }

    /// The points of low order, and what is written in a second way.
    #[test]
    fn backends_agree_at_the_edges(private: [u8; KEY_LEN], low in 0_u8..=255, high in prop::sample::select(&[0_u8, 0x7F, 0x80, 0xFF][..])) {
        for middle in [0, 0xFF] {
            let mut public = [middle; KEY_LEN];
            (public[0], public[31]) = (low, high);
            prop_assert_eq!(audited::agree(&private, &public), ladder::agree(&private, &public));
        }
    }
}
