//! Errors, as they are shown to people and in the words of a panic: of everything that takes a secret and refuses it.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe};

use iomt::pairing::cpace::Passcode;
use iomt::pairing::label::{Label, LabelSecret};
use iomt::pairing::noise::Psk;
use iomt::pairing::{Belongings, DeviceKey, Identity, PublicKey, SharedSecret, StaticKey};
use iomt::seal::{
    Direction, MAX_ROW, ResumptionSecret, Row, RowKey, RowOwner, SAVED_SESSION_LEN, Sealer,
    SessionSecrets,
};

use crate::search::{SECRET, Secrets};

type Outcome = Result<(), Box<dyn Error>>;

const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"clinic",
    device: b"device",
};

std::thread_local! {
    /// What the panic hook of this program has heard of this thread.
    static HEARD: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What is said on the way out, by the hook and by what is caught.
fn words_of_a_panic(panics: impl FnOnce()) -> String {
    let before = panic::take_hook();
    panic::set_hook(Box::new(|info| {
        HEARD.with(|heard| heard.borrow_mut().push_str(&info.to_string()));
    }));
    let caught = panic::catch_unwind(AssertUnwindSafe(panics));
    panic::set_hook(before);
    let caught = caught.err();
    let caught = caught.and_then(|caught| caught.downcast_ref::<String>().cloned());
    HEARD.with(RefCell::take) + &caught.unwrap_or_default()
}

/// What hands something back.
fn refuse<T: Debug>(held: T) -> Result<(), T> {
    Err(held)
}

/// Says the error in every way that there is.
fn is_silent(secrets: &Secrets, refused: Option<impl Error + 'static>) -> Outcome {
    let error = refused.ok_or("it was taken")?;
    secrets.are_not_in(&error);
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        secrets.are_not_said_in(&format!("{error} {error:#}"));
        secrets.are_not_in(&error);
        cause = error.source();
    }
    Ok(())
}

// IOMT-SEC-001
#[test]
fn what_refuses_a_secret_does_not_repeat_it() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&SECRET);
    let (short, long) = (&SECRET[..31], [&SECRET[..], &[7]].concat());
    for bytes in [short, &long] {
        is_silent(&secrets, Identity::from_secret_bytes(bytes).err())?;
        is_silent(&secrets, Psk::from_bytes(bytes).err())?;
        is_silent(&secrets, DeviceKey::from_bytes(bytes).err())?;
        is_silent(&secrets, SharedSecret::from_bytes(bytes).err())?;
        is_silent(&secrets, PublicKey::from_bytes(bytes).err())?;
        is_silent(&secrets, RowKey::from_bytes(bytes).err())?;
        is_silent(&secrets, ResumptionSecret::from_secret_bytes(bytes).err())?;
        let public = Identity::from_secret_bytes(&SECRET)?.public();
        is_silent(&secrets, StaticKey::elsewhere(public, bytes).err())?;
        let derived = SessionSecrets::derive(&SECRET, bytes, &SECRET, Direction::DeviceInitiated);
        is_silent(&secrets, derived.err())?;
        let session = SessionSecrets::derive(&SECRET, &SECRET, &SECRET, Direction::DeviceInitiated);
        is_silent(&secrets, session?.into_sealer(bytes).err())?;
    }
    is_silent(&secrets, LabelSecret::new(&SECRET[..15]).err())?;
    is_silent(&secrets, Label::new(&SECRET[..15], None).err())?;
    is_silent(&secrets, Label::new(&long, None).err())?;

    let label = Label::new(&SECRET[..16], None)?;
    let text = label.text().as_str().to_owned();
    secrets.add(&text.as_bytes()[10..]);
    for at in [2, 6, 12, text.len() - 1] {
        let misread: String = text
            .chars()
            .enumerate()
            .map(|(place, c)| match (place == at, c) {
                (true, 'A') => 'B',
                (true, _) => 'A',
                _ => c,
            })
            .collect();
        is_silent(&secrets, Label::parse(&misread).err())?;
    }
    let typed = b"k7w2q9xt_";
    secrets.add(&typed[..8]);
    is_silent(&secrets, Passcode::new(typed).err())
}

// IOMT-SEC-001
#[test]
fn what_does_not_open_says_nothing_of_what_is_in_it() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&SECRET);
    let entropy = &mut secrets.entropy(41);
    let (right, wrong) = (
        DeviceKey::from_bytes(&SECRET)?,
        DeviceKey::from_bytes(&[9; 32])?,
    );
    let identity = Identity::generate(entropy)?;
    let mut buffer = [0; 128];
    let export = identity.export(&right, &Belongings::default(), entropy, &mut buffer)?;
    is_silent(&secrets, Identity::import(&wrong, export).err())?;
    let mut short = [0; 9];
    let no_room = identity.export(&right, &Belongings::default(), entropy, &mut short);
    is_silent(&secrets, no_room.err())?;

    let session =
        || SessionSecrets::derive(&[1; 32], &SECRET, &[3; 32], Direction::DeviceInitiated);
    let (right, wrong) = (RowKey::from_bytes(&SECRET)?, RowKey::from_bytes(&[9; 32])?);
    let opener = session()?.into_opener();
    let row = Row {
        opener: &opener,
        psk: None,
        note: b"",
    };
    let mut buffer = [0; MAX_ROW];
    let sealed = right.seal(&OWNER, row, entropy, &mut buffer)?;
    is_silent(&secrets, wrong.open(&OWNER, sealed).err())?;

    let mut sealer = session()?.into_sealer(&SECRET)?;
    let mut saved = [0; SAVED_SESSION_LEN];
    sealer.begin_epoch(entropy, &mut saved)?;
    secrets.add(&saved[58..122]);
    saved[60] ^= 1;
    is_silent(&secrets, Sealer::restore(&saved, &SECRET).err())?;
    is_silent(&secrets, Sealer::restore(&saved[1..], &SECRET).err())
}

// IOMT-SEC-001
#[test]
fn a_panic_over_what_holds_a_secret_does_not_say_it() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&SECRET);
    let entropy = &mut secrets.entropy(42);
    let identity = || Identity::from_secret_bytes(&SECRET);
    let label = LabelSecret::new(&SECRET)?;
    let session = SessionSecrets::derive(&[1; 32], &SECRET, &[3; 32], Direction::DeviceInitiated)?;
    let exchange = iomt::pairing::Exchange::read_label(
        &StaticKey::from(identity()?),
        &label,
        iomt::wire::ConnectionId([1; 8]),
        entropy,
    )?;
    let held: [Box<dyn Debug>; 7] = [
        Box::new(identity()?),
        Box::new(StaticKey::from(identity()?)),
        Box::new(label),
        Box::new(session),
        Box::new(exchange),
        Box::new(RowKey::from_bytes(&SECRET)?),
        Box::new((
            Psk::from_bytes(&SECRET)?,
            ResumptionSecret::from_secret_bytes(&SECRET)?,
        )),
    ];
    for held in &held {
        let unwrapped = words_of_a_panic(|| refuse(held).unwrap());
        let expected = words_of_a_panic(|| {
            refuse(held).expect("a state of a handshake");
        });
        let compared = words_of_a_panic(|| assert_eq!(format!("{held:#?}"), "nothing"));
        for words in [unwrapped, expected, compared] {
            assert!(words.len() > 20, "{words}");
            secrets.are_not_said_in(&words);
        }
    }
    // And the hook hears what is careless.
    let careless = words_of_a_panic(|| refuse(SECRET).unwrap());
    assert!(secrets.are_said_in(&careless), "{careless}");
    Ok(())
}
