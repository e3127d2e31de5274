//! An exported identity: foreign bytes and changed exports are refused, an honest one comes back.
#![no_main]

use iomt::pairing::{
    Belongings, DescriptorHash, DeviceKey, Identity, MAX_ATTESTATION, MAX_EXPORT, MAX_RECORD_KEY,
};
use iomt_fuzz::{Change, Counting, changed};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    raw: &'a [u8],
    changes: Vec<Change>,
    descriptor: Option<&'a [u8]>,
    record_key: &'a [u8],
    attestation: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let key = DeviceKey::from_bytes(&[7; 32]).expect("a key");
    let identity = Identity::from_secret_bytes(&[5; 32]).expect("a key of the suite");
    let belongings = Belongings {
        descriptor: input.descriptor.map(DescriptorHash::of_body),
        record_key: input.record_key,
        attestation: input.attestation,
    };
    let mut out = [0; MAX_EXPORT];
    let exported = identity.export(&key, &belongings, &mut Counting::default(), &mut out);
    let fits =
        input.record_key.len() <= MAX_RECORD_KEY && input.attestation.len() <= MAX_ATTESTATION;
    assert_eq!(exported.is_ok(), fits);
    let _ = Identity::import(&key, &mut input.raw.to_vec());
    let Ok(exported) = exported else { return };

    let mut forged = changed(exported, &input.changes);
    if forged != exported {
        assert!(Identity::import(&key, &mut forged).is_err());
    }
    let (imported, its) = Identity::import(&key, exported).expect("an honest export");
    assert_eq!((imported.public(), its), (identity.public(), belongings));
});
