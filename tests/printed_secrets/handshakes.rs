//! Keys, labels, passcodes, and every state of every handshake.

use iomt::pairing::comparison;
use iomt::pairing::cpace::{self, Passcode};
use iomt::pairing::label::{Label, LabelSecret};
use iomt::pairing::noise::{Keys, Party, Pattern, Psk, Role};
use iomt::pairing::{
    Attempts, Belongings, DescriptorHash, DeviceKey, Exchange, Identity, Paired, SharedSecret,
    StaticKey, Work,
};
use iomt::wire::ConnectionId;

use crate::search::{SECRET, Secrets};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn promise() -> DescriptorHash {
    DescriptorHash::of_body(b"who the device is")
}

// IOMT-SEC-001
#[test]
fn keys() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&SECRET);
    let identity = Identity::from_secret_bytes(&SECRET)?;
    secrets.are_not_in(&identity);
    secrets.are_not_in(&identity.agree(&identity.public()));
    secrets.are_not_in(&SharedSecret::from_bytes(&SECRET)?);
    secrets.are_not_in(&StaticKey::elsewhere(identity.public(), &SECRET)?);
    secrets.are_not_in(&StaticKey::from(identity));
    secrets.are_not_in(&Psk::from_bytes(&SECRET)?);
    secrets.are_not_in(&DeviceKey::from_bytes(&SECRET)?);
    secrets.are_not_in(&Belongings {
        record_key: &SECRET,
        ..Belongings::default()
    });
    Ok(())
}

// IOMT-SEC-001
#[test]
fn labels_and_passcodes() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&SECRET);
    let label = Label::new(&SECRET[..16], None)?;
    let text = label.text();
    secrets.add(&text.as_str().as_bytes()[text.as_str().len() - 20..]);
    secrets.are_not_in(&label);
    secrets.are_not_in(&text);
    secrets.are_not_in(&label.secret()?);
    secrets.are_not_in(&LabelSecret::new(&SECRET)?);

    let secrets = Secrets::default();
    secrets.add(b"k7w2q9xt");
    secrets.are_not_in(&Passcode::new(b"k7w2q9xt")?);
    Ok(())
}

/// Does all the work of an exchange, and looks at it before and after each piece.
fn work(secrets: &Secrets, exchange: &mut Exchange, key: &StaticKey) -> Outcome {
    secrets.are_not_in(exchange);
    while exchange.poll_work() != Work::Idle {
        exchange.work_with(key)?;
        secrets.are_not_in(exchange);
    }
    Ok(())
}

/// Puts it by where it waits, looks at it, and takes it up again.
fn put_by(secrets: &Secrets, exchange: Exchange) -> Result<Exchange, Box<dyn std::error::Error>> {
    let parked = exchange.park().map_err(|_| "it does not wait")?;
    secrets.are_not_in(&parked);
    let exchange = parked.resume();
    secrets.are_not_in(&exchange);
    Ok(exchange)
}

/// Passes packets to and fro until both have finished.
fn finish(
    secrets: &Secrets,
    (left, left_key): (&mut Exchange, &StaticKey),
    (right, right_key): (&mut Exchange, &StaticKey),
) -> Result<[Paired; 2], Box<dyn std::error::Error>> {
    let (mut ours, mut theirs) = (None, None);
    for _ in 0..4 {
        work(secrets, left, left_key)?;
        work(secrets, right, right_key)?;
        ours = ours.or(left.poll_paired());
        theirs = theirs.or(right.poll_paired());
        if let Some(packet) = right.packet() {
            let _ = left.handle_packet(packet); // One heard before is refused.
        }
        work(secrets, left, left_key)?;
        if let Some(packet) = left.packet() {
            let _ = right.handle_packet(packet);
        }
    }
    secrets.are_not_in(&(&ours, &theirs));
    Ok([
        ours.ok_or("the first has not finished")?,
        theirs.ok_or("the second has not finished")?,
    ])
}

// IOMT-SEC-001
#[test]
fn exchanges_by_label_then_reconnections_then_factory_keys() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&SECRET);
    let entropy = &mut secrets.entropy(1);
    let label = LabelSecret::new(&SECRET)?;
    let server = StaticKey::from(Identity::generate(entropy)?);
    let device = StaticKey::from(Identity::generate(entropy)?);

    let mut reading = Exchange::read_label(&server, &label, ConnectionId([1; 8]), entropy)?;
    work(&secrets, &mut reading, &server)?;
    let mut reading = put_by(&secrets, reading)?;
    let hello = reading.packet().ok_or("no message 1")?;
    let mut answering = Exchange::answer_label(&device, &label, promise(), hello, entropy)?;
    work(&secrets, &mut answering, &device)?;
    let mut answering = put_by(&secrets, answering)?;
    let paired = finish(&secrets, (&mut reading, &server), (&mut answering, &device))?;

    let [mut at_server, mut at_device] = paired;
    let psk = at_device.secrets.resumption().ok_or("no secret is left")?;
    let same = at_server.secrets.resumption().ok_or("no secret is left")?;
    secrets.add(psk.secret_bytes());
    secrets.are_not_in(&psk);
    let mut asking = Exchange::reconnect(
        &device,
        server.public(),
        &psk,
        ConnectionId([2; 8]),
        entropy,
    )?;
    work(&secrets, &mut asking, &device)?;
    let mut asking = put_by(&secrets, asking)?;
    let hello = asking.packet().ok_or("no message 1")?;
    let mut answering =
        Exchange::answer_reconnection(&server, device.public(), &same, hello, entropy)?;
    finish(&secrets, (&mut asking, &device), (&mut answering, &server))?;

    let mut meeting = Exchange::meet(
        &device,
        server.public(),
        promise(),
        ConnectionId([3; 8]),
        entropy,
    )?;
    work(&secrets, &mut meeting, &device)?;
    let mut meeting = put_by(&secrets, meeting)?;
    let hello = meeting.packet().ok_or("no message 1")?;
    let mut answering = Exchange::answer_meeting(&server, hello, entropy)?;
    finish(&secrets, (&mut meeting, &device), (&mut answering, &server))?;
    assert!(secrets.len() > 6, "the draws were noted");
    Ok(())
}

// IOMT-SEC-001
#[test]
fn passcodes_on_their_way() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(b"k7w2q9xt");
    let entropy = &mut secrets.entropy(2);
    let passcode = Passcode::new(b"k7w2q9xt")?;
    let (server, device) = (
        StaticKey::from(Identity::generate(entropy)?),
        StaticKey::from(Identity::generate(entropy)?),
    );
    let (buffer, other) = (&mut [0; 256], &mut [0; 256]);
    let mut attempts = Attempts::armed();

    // Its draws are one half each of a public name.
    let open = Secrets::default();
    let call = cpace::Call::new(&server, ConnectionId([1; 8]), &mut open.entropy(3))?;
    secrets.are_not_in(&call);
    let called = cpace::Called::answer(&device, call.packet(buffer)?, &mut open.entropy(4))?;
    secrets.are_not_in(&called);
    let asking = call.handle_answer(&passcode, &server, called.packet(buffer)?, entropy)?;
    secrets.are_not_in(&asking);
    let attempt = attempts.begin()?.stored();
    secrets.are_not_in(&(&attempts, &attempt));
    let answering =
        called.handle_share(attempt, &passcode, &device, asking.packet(buffer)?, entropy)?;
    secrets.are_not_in(&answering);
    let ours = asking.handle_share(answering.packet(other)?)?;
    let theirs = answering.finish()?;
    secrets.are_not_in(&(&ours, &theirs));

    let mut entering = Exchange::enter_passcode(&server, &ours, entropy)?;
    work(&secrets, &mut entering, &server)?;
    let mut entering = put_by(&secrets, entering)?;
    let hello = entering.packet().ok_or("no message 1")?.to_vec();
    let mut answering = Exchange::answer_passcode(&device, &theirs, promise(), &hello, entropy)
        .map_err(|_| "refused")?;
    work(&secrets, &mut answering, &device)?;
    let mut answering = put_by(&secrets, answering)?;
    finish(
        &secrets,
        (&mut entering, &server),
        (&mut answering, &device),
    )?;
    Ok(())
}

// IOMT-SEC-001
#[test]
fn digits_on_their_way() -> Outcome {
    let secrets = Secrets::default();
    // The first run tells what the second one has to keep secret: it draws the same.
    compare(&secrets)?;
    compare(&secrets)
}

// IOMT-SEC-001
#[test]
fn exchanges_by_digits() -> Outcome {
    let secrets = Secrets::default();
    // The first run tells what the second one has to keep secret: it draws the same.
    exchange_by_digits(&secrets)?;
    exchange_by_digits(&secrets)
}

fn exchange_by_digits(secrets: &Secrets) -> Outcome {
    let entropy = &mut secrets.entropy(7);
    let server = StaticKey::from(Identity::generate(entropy)?);
    let device = StaticKey::from(Identity::generate(entropy)?);
    let mut attempts = Attempts::armed();

    let mut asking =
        Exchange::compare(&device, promise(), b"token", ConnectionId([1; 8]), entropy)?;
    work(secrets, &mut asking, &device)?;
    let mut asking = put_by(secrets, asking)?;
    let hello = asking.packet().ok_or("no message 1")?;
    let mut answering = Exchange::answer_comparison(&server, b"token", hello, &attempts, entropy)?;
    work(secrets, &mut answering, &server)?;
    let mut answering = put_by(secrets, answering)?;
    asking.handle_packet(answering.packet().ok_or("no message 2")?)?;
    work(secrets, &mut asking, &device)?;
    answering.handle_packet(asking.packet().ok_or("no message 3")?)?;
    work(secrets, &mut answering, &server)?;
    secrets.are_not_in(&answering.reveal(attempts.begin()?.stored())?);
    asking.handle_packet(answering.packet().ok_or("no message 4")?)?;
    for side in [&mut asking, &mut answering] {
        let seen = side.digits().ok_or("no digits")?;
        let (shown, digits) = (format!("{side:?}"), format!("{:06}", seen.value()));
        assert!(!shown.contains(&digits), "{digits} is in {shown}");
        side.confirm_digits(seen)?;
        secrets.are_not_in(side);
        let mut paired = side.poll_paired().ok_or("it has not finished")?;
        secrets.are_not_in(&paired);
        let psk = paired.secrets.resumption().ok_or("no secret is left")?;
        secrets.add(psk.secret_bytes());
    }
    Ok(())
}

fn compare(secrets: &Secrets) -> Outcome {
    let entropy = &mut secrets.entropy(5);
    let (server, device) = (Identity::generate(entropy)?, Identity::generate(entropy)?);
    let (first, second) = (&mut [0; 256], &mut [0; 256]);
    let connection = ConnectionId([1; 8]);
    let mut attempts = Attempts::armed();

    let (asking, hello) = comparison::Asking::new(&device, promise(), connection, entropy, first)?;
    secrets.are_not_in(&asking);
    let (answering, reply) =
        comparison::Answering::new(&server, (connection, &attempts), hello, entropy, second)?;
    secrets.are_not_in(&answering);
    let reply = reply.to_vec();
    let (confirming, confirmation) = asking
        .handle_reply(&reply, entropy, first)
        .map_err(|(_, error)| error)?;
    secrets.are_not_in(&confirming);
    let attempt = attempts.begin()?.stored();
    let (theirs, nonce) = answering
        .handle_confirmation(attempt, confirmation)
        .map_err(|(_, _, error)| error)?;
    secrets.add(&nonce);
    let ours = confirming.handle_nonce(&nonce)?;
    assert_eq!(ours.digits().value(), theirs.digits().value());
    for unconfirmed in [ours, theirs] {
        let shown = format!("{unconfirmed:?} {:?}", unconfirmed.digits());
        let digits = format!("{:06}", unconfirmed.digits().value());
        assert!(!shown.contains(&digits), "{digits} is in {shown}");
        secrets.are_not_in(&unconfirmed);
        let (mut paired, attempt) = unconfirmed.yes();
        secrets.are_not_in(&(&paired, &attempt));
        let psk = paired.secrets.resumption().ok_or("no secret is left")?;
        secrets.add(psk.secret_bytes());
        secrets.are_not_in(&psk);
    }
    Ok(())
}

// IOMT-SEC-001
#[test]
fn plain_noise() -> Outcome {
    let secrets = Secrets::default();
    secrets.add(&SECRET);
    let entropy = &mut secrets.entropy(6);
    let (ours, theirs) = (Identity::generate(entropy)?, Identity::generate(entropy)?);
    let psks = [Psk::from_bytes(&SECRET)?];
    let pattern = Pattern::XX.with_psk(0).ok_or("no such pattern")?;
    let keys = |local| Keys {
        local: Some(local),
        remote: None,
        psks: &psks,
    };
    secrets.are_not_in(&keys(&ours));
    let mut asking = Party::new(pattern, Role::Initiator, b"", keys(&ours))?;
    let mut answering = Party::new(pattern, Role::Responder, b"", keys(&theirs))?;
    let (buffer, text) = (&mut [0; 256], &mut [0; 256]);
    for message in 0..3 {
        let (writer, reader) = match message % 2 {
            0 => (&mut asking, &mut answering),
            _ => (&mut answering, &mut asking),
        };
        let bytes = writer.write_message(b"a payload of a message", entropy, buffer)?;
        reader.read_message(bytes, text)?;
        secrets.are_not_in(&(&*writer, &*reader));
    }
    secrets.are_not_in(&asking.finish().map_err(|_| "unfinished")?);
    secrets.are_not_in(&answering.finish().map_err(|_| "unfinished")?);
    Ok(())
}
