//! A plain Noise peer on standard input and output, for other implementations of Noise to be tried against.
//!
//! ```text
//! noise_peer <initiator|responder> <Noise protocol name> [psk location] [options]
//!     --static HEX      its own private key         --psk HEX        the secret that both have
//!     --remote HEX      the other's public key      --prologue TEXT
//! ```
//!
//! Each message has its length in front, two bytes, big-endian. First those of the handshake, with the
//! payload `hs-payload`, then one with the handshake hash. From then on each sealed message is answered
//! with its plaintext reversed, and one that does not open with `REJECT` in the clear. An empty message
//! or the end of the input ends it with status 0; a handshake message that does not open with status 1.

#![allow(
    clippy::print_stderr,
    reason = "an example speaks to whoever has started it"
)]

use std::io::{self, ErrorKind, Read, Write};
use std::process::ExitCode;

use iomt::pairing::noise::{Keys, MAX_MESSAGE, Party, Pattern, Psk, Role, Transport};
use iomt::pairing::{Identity, KeyHolder, PublicKey};
use iomt::seal::SystemEntropy;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const PAYLOAD: &[u8] = b"hs-payload";
const REJECT: &[u8] = b"REJECT";

/// What the command line says.
struct Setup {
    role: Role,
    pattern: Pattern,
    identity: Option<Identity>,
    remote: Option<PublicKey>,
    /// One secret for every place that the pattern has.
    psks: Vec<Psk>,
    prologue: Vec<u8>,
    /// What is wrong with an option; of no account where the pattern does not use it.
    fault: Option<String>,
}

fn main() -> ExitCode {
    match Setup::parse(std::env::args().skip(1)).and_then(|setup| setup.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("noise_peer: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Setup {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let role = match arguments.next().as_deref() {
            Some("initiator") => Role::Initiator,
            Some("responder") => Role::Responder,
            _ => return Err("the role is initiator or responder".into()),
        };
        let name = arguments
            .next()
            .ok_or("the name of a Noise protocol is missing")?;
        let mut setup = Self {
            role,
            pattern: name.parse()?,
            identity: None,
            remote: None,
            psks: Vec::new(),
            prologue: Vec::new(),
            fault: None,
        };
        while let Some(argument) = arguments.next() {
            // The name has the locations of the psks already.
            if !argument.starts_with("--") {
                continue;
            }
            let value = arguments.next().ok_or("an option has no value")?;
            if argument == "--prologue" {
                setup.prologue = value.into();
            } else if let Err(error) = setup.set_key(&argument, &value)? {
                setup.fault = Some(format!("{argument}: {error}"));
            }
        }
        Ok(setup)
    }

    /// What is wrong with the key; an error where it is no key that there is.
    fn set_key(&mut self, option: &str, value: &str) -> Outcome<Outcome<()>> {
        let key = unhex(value);
        Ok(match option {
            "--static" => key.and_then(|key| {
                self.identity = Some(Identity::from_secret_bytes(&key)?);
                Ok(())
            }),
            "--remote" => key.and_then(|key| {
                self.remote = Some(PublicKey::from_bytes(&key)?);
                Ok(())
            }),
            "--psk" => key.and_then(|key| {
                let psks = (0..self.pattern.psks()).map(|_| Psk::from_bytes(&key));
                self.psks = psks.collect::<Result<_, _>>()?;
                Ok(())
            }),
            _ => return Err(format!("no such option: {option}").into()),
        })
    }

    fn run(&self) -> Outcome<()> {
        let keys = Keys {
            local: self
                .identity
                .as_ref()
                .map(|identity| identity as &dyn KeyHolder),
            remote: self.remote,
            psks: &self.psks,
        };
        let party = Party::new(self.pattern, self.role, &self.prologue, keys)
            .map_err(|error| self.fault.clone().unwrap_or_else(|| error.to_string()))?;
        match self.shake_hands(party)? {
            Some(transport) => answer(transport),
            None => Ok(()),
        }
    }

    /// `None` where the input ends before the handshake.
    fn shake_hands(&self, mut party: Party<'_>) -> Outcome<Option<Transport>> {
        let mut buffer = [0; MAX_MESSAGE];
        while let Some(writer) = party.turn() {
            if writer == self.role {
                send(party.write_message(PAYLOAD, &mut SystemEntropy, &mut buffer)?)?;
            } else {
                let Some(message) = receive()? else {
                    return Ok(None);
                };
                party.read_message(&message, &mut buffer)?;
            }
        }
        let transport = party.finish().map_err(|_| "the handshake is not over")?;
        send(transport.handshake_hash())?;
        Ok(Some(transport))
    }
}

/// Until the other side has nothing more to say.
fn answer(mut transport: Transport) -> Outcome<()> {
    let (mut opened, mut sealed) = ([0; MAX_MESSAGE], [0; MAX_MESSAGE]);
    while let Some(message) = receive()? {
        match transport.read_message(&message, &mut opened) {
            Ok(plaintext) => {
                plaintext.reverse();
                send(transport.write_message(plaintext, &mut sealed)?)?;
            }
            Err(_) => send(REJECT)?,
        }
    }
    Ok(())
}

fn send(message: &[u8]) -> Outcome<()> {
    let mut out = io::stdout().lock();
    out.write_all(&u16::try_from(message.len())?.to_be_bytes())?;
    out.write_all(message)?;
    Ok(out.flush()?)
}

/// The next message; `None` for an empty one, and where the input ends, in the midst of one or before.
fn receive() -> Outcome<Option<Vec<u8>>> {
    let mut input = io::stdin().lock();
    let mut len = [0; 2];
    if !is_filled(&mut input, &mut len)? {
        return Ok(None);
    }
    let mut message = vec![0; u16::from_be_bytes(len).into()];
    let is_whole = is_filled(&mut input, &mut message)?;
    Ok(Some(message).filter(|message| is_whole && !message.is_empty()))
}

/// Not so where the input ends before.
fn is_filled(input: &mut impl Read, buffer: &mut [u8]) -> Outcome<bool> {
    match input.read_exact(buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        read => Ok(read.map(|()| true)?),
    }
}

fn unhex(text: &str) -> Outcome<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match *pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    let bytes: Option<_> = text.as_bytes().chunks(2).map(byte).collect();
    bytes.ok_or_else(|| "not hexadecimal".into())
}
