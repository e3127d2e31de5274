//! Commands: read, written, sealed by a server and opened by a device; and the static key of a relation.

use iomt::pairing::{DeviceKey, Identity, PublicKey};
use iomt::seal::{COMMAND_OVERHEAD, Error, ResumptionSecret, Sealer};
use iomt::wire::command::{Command, Introduction, Rights, Role};
use iomt::wire::control::Outcome;
use iomt::wire::{Packet, Space};
use serde_json::{Value, json};

use super::Answer;
use super::command_outcomes;
use super::error::{Class, Failure, unwritten};
use super::keys::{Draws, Roots, agree, begin, number};
use super::request::Request;
use super::text::{Epoch, expand, hedge, hex};

/// The longest frame of a command.
const MAX_FRAME: usize = COMMAND_OVERHEAD + Command::MAX_LEN;

pub(super) fn command(request: &Request<'_>) -> Answer {
    if request.has("root") {
        relation(request)
    } else if request.has("places") {
        command_outcomes::outcomes(request)
    } else if request.has("packets") {
        open(request)
    } else if request.has("session") {
        seal(request)
    } else if request.has("plaintext") {
        told(&request.bytes("plaintext")?)
    } else {
        write(request)
    }
}

fn told(plaintext: &[u8]) -> Answer {
    match Command::parse(plaintext)? {
        Command::Introduce(said) => {
            PublicKey::from_bytes(said.key)?;
            let hint = ResumptionSecret::from_secret_bytes(said.first)?.hint();
            Ok(json!({
                "introduce": {
                    "key": hex(said.key),
                    "first": hex(said.first),
                    "role": said.role.code(),
                    "rights": said.rights.bits(),
                },
                "hint": hex(hint.0),
            }))
        }
        Command::Revoke(key) => {
            PublicKey::from_bytes(key)?;
            Ok(json!({ "revoke": hex(key) }))
        }
        Command::Unknown { tag, body } => {
            Ok(json!({ "unknown": { "tag": tag.0, "body": hex(body) } }))
        }
        _ => Err(Failure::Class("self_check")),
    }
}

fn write(request: &Request<'_>) -> Answer {
    let (key, first);
    let command = if let Some(said) = request.optional("introduce")? {
        (key, first) = (said.bytes("key")?, said.bytes("first")?);
        let unsaid = || Failure::Class("out_of_range");
        Command::Introduce(Introduction {
            key: &key,
            first: &first,
            role: Role::from_code(said.number("role")?).ok_or_else(unsaid)?,
            rights: Rights::from_bits(said.number("rights")?).ok_or_else(unsaid)?,
        })
    } else {
        key = request.bytes("revoke")?;
        Command::Revoke(&key)
    };
    let mut out = [0; Command::MAX_LEN];
    let written = command.write(&mut out).map_err(unwritten)?;
    Ok(json!({ "plaintext": hex(written) }))
}

fn seal(request: &Request<'_>) -> Answer {
    let roots = Roots::of(request)?;
    let static_secret: [u8; 32] = request.array("staticSecret")?;
    let random: [u8; 32] = request.array("random")?;
    let number = number(request)?;
    let plaintext = request.bytes("plaintext")?;
    let next = |chain, _| Epoch::new(chain, [0; 16]).next;
    let chain = (0..number).fold(roots.session().commands, next);
    let context = [&roots.hash[..], &plaintext].concat();
    let salt = hedge(&random, &static_secret, number.into(), ("salt", &context));
    let epoch = Epoch::new(chain, salt);
    let mut sealer = roots.secrets()?.command_sealer();
    for earlier in 0..number {
        let mut other = [0xE7; 32];
        other[..4].copy_from_slice(&earlier.to_le_bytes());
        let mut draws = Draws(std::iter::once(other));
        sealer.seal(&[], &static_secret, &mut draws, &mut [0; COMMAND_OVERHEAD])?;
    }
    let (mut draws, mut out) = (Draws(std::iter::once(random)), [0; MAX_FRAME]);
    let packet = sealer.seal(&plaintext, &static_secret, &mut draws, &mut out)?;
    agree(epoch.unproved(Space::Command.code(), 0, &plaintext) == packet)?;
    Ok(json!({
        "chain": hex(epoch.chain),
        "locator": hex(epoch.locator),
        "salt": hex(epoch.salt),
        "secret": hex(epoch.secret),
        "tag": hex(epoch.tag),
        "key": hex(expand::<32>(&epoch.secret, "command", &[])),
        "packet": hex(packet),
    }))
}

fn open(request: &Request<'_>) -> Answer {
    let roots = Roots::of(request)?;
    // Its own epochs are not asked for, so what they are made of does not matter.
    let mut device = roots.secrets()?.into_sealer(&roots.hash)?;
    begin(&mut device, roots.hash)?;
    let mut outcomes = Vec::new();
    for mut packet in request.byte_strings("packets")? {
        outcomes.push(match open_one(&mut device, &mut packet) {
            Ok(plaintext) => take(&mut device, plaintext)?,
            Err(error) => json!({ "error": error.class() }),
        });
    }
    Ok(json!({ "outcomes": outcomes }))
}

/// As a device does it: what is no command is refused before anything is looked for.
fn open_one<'p>(device: &mut Sealer, packet: &'p mut [u8]) -> Result<&'p [u8], Error> {
    match Packet::parse(packet)? {
        Packet::Frame(frame) if frame.space == Space::Command && packet.len() <= MAX_FRAME => {}
        _ => return Err(Error::UnexpectedPacket),
    }
    if !device.awaits_command(packet) {
        return Err(Error::UnknownEpoch);
    }
    device.open_command(packet)
}

/// Whatever an authentic command says, it is taken, and the next may come.
fn take(device: &mut Sealer, plaintext: &[u8]) -> Answer {
    let (command, outcome) = match told(plaintext) {
        Ok(command) => (command, Outcome::Done),
        Err(Failure::Class(class)) => (json!({ "error": class }), Outcome::NotUnderstood),
        Err(other) => return Err(other),
    };
    device.note_command(outcome);
    let answer = device.answer().ok_or(Failure::Class("self_check"))?;
    agree(answer.outcome == outcome)?;
    Ok::<Value, _>(json!({ "taken": answer.taken, "command": command }))
}

fn relation(request: &Request<'_>) -> Answer {
    let root: [u8; 32] = request.array("root")?;
    let number: u64 = request.big("relation")?;
    let identity = Identity::of_relation(&DeviceKey::from_bytes(&root)?, number)?;
    let by_text: [u8; 32] = expand(&root, "static", &number.to_be_bytes());
    agree(identity.secret_bytes() == by_text)?;
    Ok(json!({ "staticSecret": hex(by_text), "public": hex(identity.public().as_bytes()) }))
}
