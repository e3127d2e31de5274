//! A server's end that commands, is introduced, keeps rows, and stands behind a reception.

use core::hint::black_box;

use iomt::node::{Error, REFUSAL_LEN, Received, Reception, Server, ServerConfig, Trust, refusal};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{DescriptorHash, PublicKey, SharedSecret};
use iomt::seal::{MAX_ROW, ResumptionSecret, RowKey, RowOwner};
use iomt::time::Duration;
use iomt::wire::MAX_DATAGRAM;
use iomt::wire::command::{Rights, Role};
use iomt_footprint::{Generator, now};

pub(crate) fn run() {
    let _ = black_box(serve());
}

fn serve() -> Result<(), Error> {
    let mut server = Server::new(crate::key_elsewhere()?, ServerConfig::DEFAULT);
    let _ = black_box(begin(&mut server));
    for _ in 0..black_box(3) {
        let _ = black_box(receive(&mut server));
        let _ = black_box(command(&mut server));
        let _ = black_box(turn(&mut server));
        let _ = black_box(keep(&mut server));
    }
    Ok(())
}

/// Every way to a device.
fn begin(server: &mut Server) -> Result<(), Error> {
    let device = PublicKey::from_bytes(&black_box([9; 32]))?;
    let label = LabelSecret::beside_key(&black_box([7; 16]))?;
    server.pair_with_key(now(), &label, device, &mut Generator)?;
    server.pair(
        now(),
        &LabelSecret::new(&black_box([7; 16]))?,
        &mut Generator,
    )?;
    server.expect(device);
    let first = ResumptionSecret::from_secret_bytes(&black_box([5; 32]))?;
    server.expect_introduced(device, first, Some(DescriptorHash::of_body(b"device")));
    Ok(())
}

/// Whoever nobody knows yet.
fn receive(server: &mut Server) -> Result<(), Error> {
    let mut reception = Reception::new(crate::identity()?);
    let datagram = black_box([0; MAX_DATAGRAM]);
    let _ = black_box(reception.handle_datagram(now(), &datagram));
    let _ = black_box(reception.handle_timeout(now(), &mut Generator));
    if let Some(peer) = reception.poll_dh() {
        let shared = SharedSecret::from_bytes(&black_box([9; 32])).ok();
        let _ = black_box(reception.handle_dh(now(), peer, shared));
    }
    while let Some(caller) = reception.poll_caller() {
        black_box((caller.key(), caller.connection()));
        server.welcome(now(), caller)?;
    }
    black_box((reception.refused(), reception.poll_timeout()));
    black_box(refusal(&datagram, &mut [0; REFUSAL_LEN]));
    Ok(())
}

fn command(server: &mut Server) -> Result<(), Error> {
    let recipient = PublicKey::from_bytes(&black_box([8; 32]))?;
    let first = ResumptionSecret::from_secret_bytes(&black_box([5; 32]))?;
    let role = black_box((Role::Successor, Rights::INTRODUCE));
    server.introduce(now(), recipient, first, role)?;
    black_box(server.can_command());
    server.revoke(now(), recipient)
}

fn turn(server: &mut Server) -> Result<(), Error> {
    let mut datagram = black_box([0; MAX_DATAGRAM]);
    if let Ok(Received::Records(opened) | Received::Quarantined(opened)) =
        server.handle_datagram(now(), &mut datagram)
    {
        server.handle_stored(now(), opened.stored())?;
    }
    let _ = black_box(server.handle_timeout(now(), &mut Generator));
    if let Some(peer) = server.poll_dh() {
        let shared = SharedSecret::from_bytes(&black_box([9; 32])).ok();
        let _ = black_box(server.handle_dh(now(), peer, shared));
    }
    while let Some(loss) = server.poll_loss() {
        black_box(loss);
    }
    while let Some(datagram) = server.poll_transmit(now(), &mut datagram) {
        black_box(datagram);
    }
    server.set_wall_clock(now(), black_box(1_700_000_000_000));
    server.set_wait(black_box(Duration::from_secs(5)));
    server.trust_keys_until(now());
    black_box((server.clear_quarantine(), server.drop_quarantine()));
    black_box((server.poll_event(), server.poll_timeout(), server.stats()));
    black_box((server.device_clock(), server.peer(), server.revision()));
    server.locators().for_each(|it| {
        black_box(it);
    });
    server.hints().for_each(|it| {
        black_box(it);
    });
    server.connections().for_each(|it| {
        black_box(it);
    });
    Ok(())
}

/// A row out, and in again.
fn keep(server: &mut Server) -> Result<(), Error> {
    let key = RowKey::from_bytes(&black_box([7; 32]))?;
    let owner = RowOwner {
        tenant: b"clinic",
        device: b"device",
    };
    let mut row = black_box([0; MAX_ROW]);
    black_box(server.row_hint(black_box(Trust::Trusted)));
    black_box(server.export(Trust::Trusted, &key, &owner, &mut Generator, &mut row)?);
    server.import(now(), &key, &owner, &row)?;
    Ok(())
}
