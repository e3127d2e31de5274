//! Opening frames: a forgery reveals nothing and changes nothing, and the honest frame opens once whatever came before it.
#![no_main]

use iomt::seal::{Error, Opener, Opening, Sealer};
use iomt::wire::{Frame, MAX_DATAGRAM, Packet, Route, Space};
use iomt_fuzz::{Change, changed, keys};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    is_alarm: bool,
    is_short: bool,
    /// Frames that were sealed, opened and stored before.
    earlier: u8,
    plaintext: Vec<u8>,
    /// Each is a forgery of the honest frame.
    changes: Vec<Vec<Change>>,
    raw: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let (mut sealer, mut opener) = keys::session();
    let space = if input.is_alarm {
        Space::Alarm
    } else {
        Space::Data
    };
    let earlier = input.earlier % 4;
    for number in 0..earlier {
        let packet = sealed(&mut sealer, space, &[number], false);
        assert_eq!(receive(&mut opener, &packet), Ok(Some(vec![number])));
    }
    let plaintext = &input.plaintext[..input.plaintext.len().min(MAX_PLAINTEXT)];
    let is_short = input.is_short && earlier > 0;
    let honest = sealed(&mut sealer, space, plaintext, is_short);

    let forgeries = input
        .changes
        .iter()
        .map(|changes| changed(&honest, changes));
    for packet in forgeries.chain([input.raw.to_vec()]) {
        if !says_the_same(&packet, &honest) {
            assert_refused(&mut opener, &packet);
        }
    }
    assert_eq!(receive(&mut opener, &honest), Ok(Some(plaintext.to_vec())));
    assert_eq!(
        receive(&mut opener, &honest),
        Ok(None),
        "a frame is revealed once"
    );
    let receipt = opener
        .receipt(None, &mut [0; MAX_DATAGRAM])
        .expect("has room")
        .to_vec();
    let report = sealer
        .verify(&receipt, |_| None)
        .expect("an honest receipt");
    let covered = |entry: iomt::seal::Acknowledgement<'_>| entry.covers(earlier.into());
    assert!(report.acknowledgements().any(covered));
});

const MAX_PLAINTEXT: usize = MAX_DATAGRAM - 44;

fn sealed(sealer: &mut Sealer, space: Space, plaintext: &[u8], is_short: bool) -> Vec<u8> {
    let mut out = [0; MAX_DATAGRAM];
    let short = sealer
        .seal(space, plaintext, &mut out)
        .expect("an epoch is open");
    let Ok(Packet::Frame(frame)) = Packet::parse(short) else {
        panic!("a sealed frame does not parse")
    };
    let route = match sealer.epoch() {
        Some(epoch) if !is_short => epoch.route(false),
        _ => Route::Short,
    };
    let routed = Frame { route, ..frame };
    routed
        .emit(&mut [0; MAX_DATAGRAM])
        .expect("has room")
        .to_vec()
}

/// "Locator, salt bit and routing are not in it": a relay may write the route in another way.
fn says_the_same(packet: &[u8], honest: &[u8]) -> bool {
    match (Packet::parse(packet), Packet::parse(honest)) {
        (Ok(Packet::Frame(a)), Ok(Packet::Frame(b))) => {
            (a.space, a.counter, a.sealed) == (b.space, b.counter, b.sealed)
        }
        _ => false,
    }
}

fn assert_refused(opener: &mut Opener, packet: &[u8]) {
    let mut buffer = packet.to_vec();
    assert!(opener.open(&mut buffer).is_err(), "a forgery was opened");
    assert_eq!(buffer, packet, "a refused frame is as it was");
}

/// Opens and commits; `None` for a duplicate.
fn receive(opener: &mut Opener, packet: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let mut packet = packet.to_vec();
    match opener.open(&mut packet)? {
        Opening::Fresh(opened) => {
            let plaintext = opened.plaintext().to_vec();
            opener.commit(opened.stored())?;
            Ok(Some(plaintext))
        }
        Opening::Duplicate => Ok(None),
        Opening::Control(_) => panic!("no control frame was sealed"),
    }
}
