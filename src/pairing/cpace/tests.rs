//! The draft's vectors, and what a run refuses.

use std::path::Path;
use std::vec::Vec;

use super::share::{Said, generator, session_key};
use super::*;
use crate::crypto::dh::count;
use crate::crypto::ristretto::{Scalar, is_share};
use crate::pairing::exchange::prologue;
use crate::pairing::hello::insert_mac1;
use crate::pairing::noise::{Keys, Party, Psk, Role, XX_PSK0};
use crate::pairing::{
    Attempts, DescriptorHash, Error, Exchange, Hello, Identity, MAX_ATTEMPTS, Model, Paired,
    StaticKey, Work,
};
use crate::seal::tests::Counting;
use crate::wire::{ConnectionId, Hint, Writer};

const CONNECTION: ConnectionId = ConnectionId(*b"connect.");
const HEADER: usize = 20;

/// draft-irtf-cfrg-cpace, appendix on ristretto255 with SHA-512.
const PRS: &str = "50617373776F7264";
const CI: &str = "0B415F696E69746961746F720B425F726573706F6E646572";
const SID: &str = "7E4B4791D6A8EF019B936C79FB7F2C57";
const GENERATOR: &str = "222B6B195FE84B1652BADB6F6A3AE3D24341E7306967F0B8115B40D5698C7E56";
const YA_SCALAR: &str = "DA3D23700A9E5699258AEF94DC060DFDA5EBB61F02A5EA77FAD53F4FF0976D08";
const YA: &str = "D6BAC480F2C386C394EFC7C47ADB9925DCD2630B64F240C50F8D0EEC482B9157";
const YB_SCALAR: &str = "D2316B454718C35362D83D69DF6320F38578ED5984651435E2949762D900B80D";
const YB: &str = "3EA7E0B19560D7C0B0F5734F63B955286DFA8232B5EBE63324E2D9E7433F7258";
const K: &str = "80B69A8A76457AB6A4D7F887A4BF6B55A2F80AC19C333F917A05FC9887C8B40F";
const ISK_IR: &str = "B69EFFBF61B51D56401C0F65601ABE428DE8206FEAAF0E32198896DCAE7B35CD2B38950A39DFD5D4A79164614C2984F7DAA460B588C1E80C3FA2068AF7900447";
const VALID_SCALAR: &str = "7CD0E075FA7955BA52C02759A6C90DBBFC10E6D40AEA8D283E407D88CF538A05";
const VALID_POINT: &str = "2C3C6B8C4F3800E7AEF6864025B4ED79BD599117E427C41BD47D93D654B4A51C";
const VALID_PRODUCT: &str = "7C13645FE790A468F62C39BEB7388E541D8405D1ADE69D1778C5FE3E7F6B600E";
const INVALID_POINTS: [&str; 2] = [
    "2B3C6B8C4F3800E7AEF6864025B4ED79BD599117E427C41BD47D93D654B4A51C",
    "0000000000000000000000000000000000000000000000000000000000000000",
];

fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: &u8| u8::try_from(char::from(*byte).to_digit(16).unwrap()).unwrap();
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| digit(&pair[0]) << 4 | digit(&pair[1]))
        .collect()
}

fn key(text: &str) -> [u8; 32] {
    unhex(text).try_into().unwrap()
}

// IOMT-CPACE-011
#[test]
fn the_drafts_run_comes_out_on_both_sides() {
    let (sid, [a, b]) = (
        unhex(SID),
        [YA_SCALAR, YB_SCALAR].map(|text| Scalar::from_bytes(key(text))),
    );
    let generator = generator(&unhex(PRS), &unhex(CI), &sid);
    assert_eq!(generator.to_bytes(), key(GENERATOR));
    assert_eq!(generator.multiply(&a), key(YA));
    assert_eq!(generator.multiply(&b), key(YB));
    assert_eq!(a.multiply(&key(YB)).unwrap().expose(), &key(K));

    let (ya, yb) = (key(YA), key(YB));
    let said = [
        Said {
            point: &ya,
            associated: b"ADa",
        },
        Said {
            point: &yb,
            associated: b"ADb",
        },
    ];
    for (scalar, theirs) in [(&a, &yb), (&b, &ya)] {
        let isk = session_key(scalar, theirs, &sid, said).unwrap();
        assert_eq!(isk.expose()[..], unhex(ISK_IR));
    }
}

// IOMT-CPACE-012
#[test]
fn the_drafts_invalid_points_are_refused() {
    let scalar = Scalar::from_bytes(key(VALID_SCALAR));
    let product = scalar.multiply(&key(VALID_POINT)).unwrap();
    assert_eq!(product.expose(), &key(VALID_PRODUCT));
    assert!(is_share(&key(VALID_POINT)));
    for invalid in INVALID_POINTS {
        assert!(scalar.multiply(&key(invalid)).is_none());
        assert!(!is_share(&key(invalid)));
    }
}

/// The facts above are those of the published file.
#[test]
fn the_file_of_the_shared_folder_says_the_same() {
    let Ok(shared) = std::env::var("IOMT_SHARED") else {
        std::println!("cpace vectors: IOMT_SHARED is not set, its file is not read");
        return;
    };
    let file = Path::new(&shared).join("data/vectors/cpace/testvectors.json");
    let file: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let run = &file["G_Coffee25519"];
    for (name, ours) in [
        ("PRS", PRS),
        ("CI", CI),
        ("sid", SID),
        ("g", GENERATOR),
        ("ya", YA_SCALAR),
        ("Ya", YA),
        ("yb", YB_SCALAR),
        ("Yb", YB),
        ("K", K),
        ("ISK_IR", ISK_IR),
    ] {
        assert_eq!(run[name], ours);
    }
    let points = &file["G_Coffee25519_points"];
    assert_eq!(points["Valid"]["G.scalar_mult_vfy(s,X)"], VALID_PRODUCT);
    assert_eq!(points["Invalid Y1"], INVALID_POINTS[0]);
    assert_eq!(points["Invalid Y2"], INVALID_POINTS[1]);
    std::println!("cpace vectors: 1 run, 3 points of the shared folder");
}

fn static_key(private: [u8; 32]) -> StaticKey {
    Identity::from_secret_bytes(&private).unwrap().into()
}

/// Both sides of a pairing, and the packets between them.
struct Pairing {
    phone: StaticKey,
    device: StaticKey,
    attempts: Attempts,
    packets: Vec<Vec<u8>>,
}

impl Pairing {
    fn new() -> Self {
        Self {
            phone: static_key([0x21; 32]),
            device: static_key([0x42; 32]),
            attempts: Attempts::armed(),
            packets: Vec::new(),
        }
    }

    /// The packet as it goes over the air.
    fn send(&mut self, write: impl FnOnce(&mut [u8]) -> Result<&[u8], Error>) -> Vec<u8> {
        let mut out = [0; 64];
        let packet = write(&mut out).unwrap().to_vec();
        self.packets.push(packet.clone());
        packet
    }

    /// The first two messages.
    fn call(&mut self) -> (Call, Called, Vec<u8>) {
        let call = Call::new(&self.phone, CONNECTION, &mut Counting(10)).unwrap();
        let packet = self.send(|out| call.packet(out));
        let called = Called::answer(&self.device, &packet, &mut Counting(20)).unwrap();
        let packet = self.send(|out| called.packet(out));
        (call, called, packet)
    }

    fn agree(&mut self, typed: &[u8], expected: &[u8]) -> Result<[Agreement; 2], Error> {
        let (typed, expected) = (
            Passcode::new(typed).unwrap(),
            Passcode::new(expected).unwrap(),
        );
        let (call, called, packet) = self.call();
        let before = count::made();
        let asking = call.handle_answer(&typed, &self.phone, &packet, &mut Counting(30))?;
        let packet = self.send(|out| asking.packet(out));
        called.check_share(&packet)?;
        assert_eq!(count::made(), before + 1);
        let attempt = self.attempts.begin()?.stored();
        let answering =
            called.handle_share(attempt, &expected, &self.device, &packet, &mut Counting(40))?;
        assert_eq!(count::made(), before + 2);
        let packet = self.send(|out| answering.packet(out));
        let phones = asking.handle_share(&packet)?;
        assert_eq!(count::made(), before + 3);
        let devices = answering.finish()?;
        assert_eq!(count::made(), before + 4);
        Ok([phones, devices])
    }

    fn pair(&mut self, [phones, devices]: &[Agreement; 2]) -> Result<[Paired; 2], Error> {
        let body = DescriptorHash::of_body(b"descriptor");
        let mut phone = Exchange::enter_passcode(&self.phone, phones, &mut Counting(50))?;
        let hello = work(&mut phone, &self.phone)?;
        self.packets.push(hello.clone());
        let rng = &mut Counting(60);
        let mut device = Exchange::answer_passcode(&self.device, devices, body, &hello, rng)?;
        let reply = work(&mut device, &self.device)?;
        phone.handle_packet(&reply)?;
        device.handle_packet(&work(&mut phone, &self.phone)?)?;
        work(&mut device, &self.device)?;
        let attempt = devices.attempt().unwrap();
        self.attempts.give_back(attempt)?;
        Ok([phone.poll_paired().unwrap(), device.poll_paired().unwrap()])
    }
}

fn work(exchange: &mut Exchange, key: &StaticKey) -> Result<Vec<u8>, Error> {
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
    }
    Ok(exchange.packet().unwrap_or_default().to_vec())
}

// IOMT-CPACE-015, IOMT-CPACE-002
#[test]
fn the_right_passcode_pairs_and_gives_the_attempt_back() {
    let mut pairing = Pairing::new();
    let agreements = pairing.agree(b"123 456", b"123456").unwrap();
    assert_eq!(pairing.attempts.spent(), 1);
    let [phone, device] = pairing.pair(&agreements).unwrap();
    assert_eq!(phone.secrets.id(), device.secrets.id());
    assert_eq!(
        (phone.model, device.model),
        (Model::PASSCODE, Model::PASSCODE)
    );
    assert_eq!(phone.peer, pairing.device.public());
    assert!(phone.descriptor.unwrap().matches(b"descriptor"));
    assert_eq!(pairing.attempts.spent(), 0);
    let lengths: Vec<usize> = pairing.packets.iter().map(Vec::len).collect();
    assert_eq!(lengths[..4], [36, 36, 56, 56]);
}

// IOMT-CPACE-001, IOMT-CPACE-014
#[test]
fn five_wrong_passcodes_are_not_answered_and_end_the_arming() {
    let mut pairing = Pairing::new();
    for _ in 0..MAX_ATTEMPTS {
        let agreements = pairing.agree(b"123457", b"123456").unwrap();
        assert_eq!(pairing.pair(&agreements).unwrap_err(), Error::NotAuthentic);
        pairing.attempts.give_up();
    }
    let refused = pairing.agree(b"123456", b"123456").unwrap_err();
    assert_eq!(refused, Error::NoAttempts);
}

/// Until the handshake's first message a wrong passcode has the device do the same, and what it shows
/// has the same form; its answer to 0x41 is the same to the byte.
// IOMT-CPACE-014
#[test]
fn no_message_of_the_device_tells_a_right_passcode_from_a_wrong_one() {
    let (mut right, mut wrong) = (Pairing::new(), Pairing::new());
    right.agree(b"123456", b"123456").unwrap();
    wrong.agree(b"999999", b"123456").unwrap();
    assert_eq!(right.packets[..2], wrong.packets[..2]);
    for (right, wrong) in right.packets.iter().zip(&wrong.packets) {
        assert_eq!(right.len(), wrong.len());
        assert_eq!(right[..HEADER], wrong[..HEADER]);
    }
    // The share is of the device's passcode and randomness alone: what was typed is not in it.
    assert_eq!(right.packets[3], wrong.packets[3]);
}

/// Who has recorded a run does not find the passcode by trying all: the same run fits each of them.
// IOMT-CPACE-016
#[test]
fn a_share_is_made_anew_in_each_run() {
    let shares: Vec<Vec<u8>> = (0..2)
        .map(|run| {
            let mut pairing = Pairing::new();
            let (call, _, packet) = pairing.call();
            let passcode = Passcode::new(b"123456").unwrap();
            let rng = &mut Counting(100 + 10 * run);
            let asking = call.handle_answer(&passcode, &pairing.phone, &packet, rng);
            pairing.send(|out| asking.as_ref().unwrap().packet(out))
        })
        .collect();
    assert_ne!(shares[0], shares[1]);
}

// IOMT-CPACE-012
#[test]
fn an_invalid_point_is_refused_before_an_attempt_is_spent() {
    let mut pairing = Pairing::new();
    let (call, called, packet) = pairing.call();
    let passcode = Passcode::new(b"123456").unwrap();
    let rng = &mut Counting(1);
    let asking = call
        .handle_answer(&passcode, &pairing.phone, &packet, rng)
        .unwrap();
    let honest = pairing.send(|out| asking.packet(out));
    for invalid in INVALID_POINTS {
        let mut forged = honest.clone();
        forged[HEADER..HEADER + 32].copy_from_slice(&key(invalid));
        assert_eq!(called.check_share(&forged), Err(Error::BadKey));
        forged[3] = 0x44;
        assert_eq!(asking.handle_share(&forged).unwrap_err(), Error::BadKey);
    }
    assert_eq!(called.check_share(&honest), Ok(()));
    assert_eq!(pairing.attempts.spent(), 0);
}

// IOMT-CPACE-013, IOMT-PAIR-004
#[test]
fn another_offer_connection_step_model_or_length_is_refused() {
    let mut pairing = Pairing::new();
    let (call, called, packet) = pairing.call();
    let passcode = Passcode::new(b"123456").unwrap();
    let rng = &mut Counting(1);
    let asking = call
        .handle_answer(&passcode, &pairing.phone, &packet, rng)
        .unwrap();
    let honest = pairing.send(|out| asking.packet(out));
    let refusal = |place: usize| {
        let mut forged = honest.clone();
        forged[place] ^= 1;
        called.check_share(&forged).unwrap_err()
    };
    assert_eq!(refusal(HEADER + 32), Error::Downgraded);
    assert_eq!(refusal(1), Error::UnsupportedSuite(0));
    for place in [2, 3, 4] {
        assert_eq!(refusal(place), Error::UnexpectedMessage);
    }
    assert_eq!(refusal(12), Error::WrongKey);
    for cut in [&honest[..55], &[&honest[..], &[0]].concat()] {
        assert!(matches!(called.check_share(cut), Err(Error::Malformed(_))));
    }
    let mut hello = pairing.packets[0].clone();
    hello[2] = Model::LABEL_SECRET.0;
    let refused = Called::answer(&pairing.device, &hello, rng).unwrap_err();
    assert_eq!(refused, Error::UnexpectedMessage);
    let mut hello = pairing.packets[0].clone();
    hello[12] = 1;
    let refused = Called::answer(&pairing.device, &hello, rng).unwrap_err();
    assert_eq!(refused, Error::WrongKey);
}

/// A later version says here what version 1 says, and what it can do besides in the offers behind: there two of them see it.
// IOMT-CPACE-013, IOMT-PAIR-023, IOMT-VER-002
#[test]
fn what_a_later_version_can_do_besides_stands_in_the_handshake_behind() {
    for (versions, refused) in [(0b0110, false), (0b0010, false), (0b0100, true)] {
        let mut pairing = Pairing::new();
        let [ours, theirs] = pairing.agree(b"123456", b"123456").unwrap();
        let packet = hello_with_offer(&ours, [versions, 0b10, 0b1000, 0]);
        let promise = DescriptorHash::of_body(b"");
        let rng = &mut Counting(1);
        let answered = Exchange::answer_passcode(&pairing.device, &theirs, promise, &packet, rng);
        let expected = if refused {
            Err(Error::Downgraded)
        } else {
            Ok(())
        };
        assert_eq!(answered.map(|_| ()), expected, "{versions:#b}");
    }
}

/// Message 1 behind a run of CPace, with another offer in it.
fn hello_with_offer(agreement: &Agreement, offer: [u8; 4]) -> Vec<u8> {
    let hello = Hello {
        model: Model::PASSCODE,
        connection: agreement.connection,
        hint: Hint::NONE,
    };
    let mut buffer = [0; 256];
    let prologue = prologue(XX_PSK0, hello, &agreement.transcript, &mut buffer).unwrap();
    let phone = Identity::from_secret_bytes(&[0x21; 32]).unwrap();
    let psks = [Psk::from_bytes(agreement.psk.expose()).unwrap()];
    let keys = Keys {
        local: Some(&phone),
        remote: None,
        psks: &psks,
    };
    let mut party = Party::new(XX_PSK0, Role::Initiator, prologue, keys).unwrap();
    let payload = [&[1, 4][..], &offer].concat();
    let mut out = [0; 128];
    let message = party
        .write_message(&payload, &mut Counting(7), &mut out)
        .unwrap();
    let mut packet = std::vec![0; HEADER];
    let header = hello.header(1);
    header.emit_header(&mut Writer::new(&mut packet)).unwrap();
    packet.extend([0; 16]);
    packet.extend_from_slice(message);
    insert_mac1(&agreement.mac1_key, &mut packet);
    packet
}

/// Who is in the middle of two runs and exchanges what they say gets two keys that are not equal.
// IOMT-CPACE-015
#[test]
fn what_is_changed_on_the_way_is_in_the_transcript() {
    let mut pairing = Pairing::new();
    let passcode = Passcode::new(b"123456").unwrap();
    let (call, _, mut packet) = pairing.call();
    packet[HEADER] ^= 1;
    let (phone, device) = (static_key([0x21; 32]), static_key([0x42; 32]));
    let asking = call
        .handle_answer(&passcode, &phone, &packet, &mut Counting(30))
        .unwrap();
    let share = pairing.send(|out| asking.packet(out));
    let (_, called, _) = pairing.call();
    let attempt = pairing.attempts.begin().unwrap().stored();
    let answering = called
        .handle_share(attempt, &passcode, &device, &share, &mut Counting(40))
        .unwrap();
    let share = pairing.send(|out| answering.packet(out));
    let agreements = [
        asking.handle_share(&share).unwrap(),
        answering.finish().unwrap(),
    ];
    assert_eq!(pairing.pair(&agreements).unwrap_err(), Error::NotAuthentic);
}

#[test]
fn debug_shows_no_secret() {
    let mut pairing = Pairing::new();
    let [agreement, _] = pairing.agree(b"123456", b"123456").unwrap();
    let text = std::format!("{agreement:?}");
    assert!(
        text.starts_with("Agreement { connection: ") && text.len() < 80,
        "{text}"
    );
}
