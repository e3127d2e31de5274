//! Sessions, what is stored of them, and the control frames that hand epochs over.

use iomt::seal::{
    Direction, Opening, ResumptionSecret, Row, RowKey, RowOwner, SAVED_SESSION_LEN, SEAL_OVERHEAD,
    Sealer, SessionSecrets,
};
use iomt::wire::control::{
    ControlRecord, ControlRecords, ControlWriter, EpochEntry, Lost, SpaceEntry,
};
use iomt::wire::{Frame, Locator, Packet, Reader, Run, Space, Writer};

use crate::search::Secrets;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Where the chain and the receipt key lie in a saved session.
const SAVED_KEYS: core::ops::Range<usize> = 58..122;

// IOMT-SEC-001
#[test]
fn sealer_and_opener_and_rows() -> Outcome {
    let secrets = Secrets::default();
    let entropy = &mut secrets.entropy(11);
    let mut draw = || -> Result<[u8; 32], Box<dyn std::error::Error>> {
        let mut key = [0; 32];
        iomt::seal::Entropy::fill(entropy, &mut key)?;
        Ok(key)
    };
    let (hash, up, down, own, row_key) = (draw()?, draw()?, draw()?, draw()?, draw()?);
    let session = || SessionSecrets::derive(&hash, &up, &down, Direction::DeviceInitiated);
    let mut roots = session()?;
    secrets.are_not_in(&roots);
    let resumption = roots.resumption().ok_or("no secret is left")?;
    secrets.add(resumption.secret_bytes());
    secrets.are_not_in(&resumption);
    secrets.are_not_in(&ResumptionSecret::from_secret_bytes(&row_key)?);

    let (mut sealer, mut opener) = (roots.into_sealer(&own)?, session()?.into_opener());
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(&mut secrets.entropy(12), &mut saved)?;
    secrets.add(&saved[SAVED_KEYS]);
    secrets.are_not_in(&sealer);
    sealer.epoch_stored()?;
    secrets.are_not_in(&(&sealer, sealer.epoch()));
    secrets.are_not_in(&Sealer::restore(&saved, &own)?);

    let mut buffer = [0; 64 + SEAL_OVERHEAD];
    let sealed = sealer.seal(Space::Data, b"a reading", &mut buffer)?;
    let mut frame = routed(&sealer, sealed)?;
    secrets.are_not_in(&opener);
    let opening = opener.open(&mut frame)?;
    assert!(matches!(opening, Opening::Fresh(_)));
    secrets.are_not_in(&opening);
    secrets.are_not_in(&opener);

    let key = RowKey::from_bytes(&row_key)?;
    secrets.are_not_in(&key);
    let owner = RowOwner {
        tenant: b"clinic",
        device: b"device",
    };
    let note = [0x5B, 0xEE, 0x17, 0xC4, 0x9A, 0x33];
    secrets.add(&note);
    let row = Row {
        opener: &opener,
        psk: None,
        note: &note,
    };
    secrets.are_not_in(&row);
    let mut buffer = [0; iomt::seal::MAX_ROW];
    let sealed = key.seal(&owner, row, &mut secrets.entropy(13), &mut buffer)?;
    secrets.are_not_in(&key.open(&owner, sealed)?);
    Ok(())
}

// IOMT-SEC-001
#[test]
fn epochs_that_are_handed_over() -> Outcome {
    let secrets = Secrets::default();
    let mut secret = [0; 32];
    iomt::seal::Entropy::fill(&mut secrets.entropy(14), &mut secret)?;
    let space = SpaceEntry {
        floor: 0,
        end: 9,
        losses: core::iter::empty::<Lost>(),
    };
    let entry = EpochEntry {
        locator: Locator([1; 8]),
        secret: Some(&secret),
        is_cut: false,
        run: Run([2; 8]),
        data: Some(space.clone()),
        alarm: None,
    };
    let newest = EpochEntry {
        secret: None,
        ..entry.clone()
    };
    secrets.are_not_in(&entry);
    let mut buffer = [0; 256];
    let mut writer = ControlWriter::new(&mut buffer);
    writer.outstanding([entry, newest].into_iter())?;
    secrets.are_not_in(&writer);
    let written = writer.finish();

    let mut records = ControlRecords::new(written);
    secrets.are_not_in(&records);
    let Some(Ok(ControlRecord::Outstanding(outstanding))) = records.next() else {
        return Err("it is not read back".into());
    };
    secrets.are_not_in(&outstanding);
    let mut epochs = outstanding.epochs();
    secrets.are_not_in(&epochs);
    let listed = epochs.next().ok_or("no epoch")?;
    assert_eq!(listed.secret, Some(&secret[..]), "the secret is in there");
    secrets.are_not_in(&listed);
    secrets.are_not_in(&Reader::new(&secret));
    let mut copy = secret;
    let mut writer = Writer::new(&mut copy);
    secrets.are_not_in(&writer);
    writer.u8(7)?;
    Ok(())
}

// IOMT-SEC-001
#[test]
fn an_opened_control_frame() -> Outcome {
    let secrets = Secrets::default();
    let mut secret = [0; 32];
    iomt::seal::Entropy::fill(&mut secrets.entropy(15), &mut secret)?;
    let session =
        || SessionSecrets::derive(&[1; 32], &[2; 32], &[3; 32], Direction::DeviceInitiated);
    let (mut sealer, mut opener) = (session()?.into_sealer(&[4; 32])?, session()?.into_opener());
    sealer.begin_epoch(&mut secrets.entropy(16), &mut [0; SAVED_SESSION_LEN])?;
    sealer.epoch_stored()?;
    let mut buffer = [0; 64 + SEAL_OVERHEAD];
    let (_, sealed) = sealer.seal_control(&secret, &mut buffer)?;
    let mut frame = routed(&sealer, sealed)?;
    let opening = opener.open(&mut frame)?;
    secrets.are_not_in(&opening);
    assert!(matches!(opening, Opening::Control(_)));
    Ok(())
}

/// The frame with the header that names its epoch to who has not heard of it.
fn routed(sealer: &Sealer, sealed: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let Packet::Frame(frame) = Packet::parse(sealed)? else {
        return Err("no frame".into());
    };
    let route = sealer.epoch().ok_or("no epoch")?.route(false);
    let routed = Frame { route, ..frame };
    Ok(routed.emit(&mut [0; 128])?.to_vec())
}
