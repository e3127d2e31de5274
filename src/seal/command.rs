//! Commands: the few frames that a server seals towards its device.
//!
//! ```text
//! chain 0      = E(root_down, "chain")                then as every epoch: locator, open, secret, tag, next
//! key          = E(secret, "command")
//!
//!  server                                              device
//!    chain n ── salt ── seal, counter 0 ──► frame ──►  chain n: locator equal, opens
//!    chain n+1                 the same bytes again    do it, write {what was done}, then {chain n+1, outcome}
//!         ◄── answer {taken n+1, outcome} ───────────  in control frames
//! ```
//!
//! **Rule.** Each command takes an epoch of its own, and the next is sealed only when this one is answered. So the device
//! knows one locator and keeps one link: a repetition of what it has taken names an epoch that it has forgotten, and no
//! counter has to be stored.
//!
//! **Rule.** What seals lives where the handshake was made, in RAM, and is in no row. So no two workers seal in one epoch
//! and a stolen row commands nothing; whoever was restarted waits for the next session.

use super::entropy::{Binding, draw, hedge};
use super::epoch::canonical_header;
use super::schedule::{Chain, Label};
use super::session::SessionSecrets;
use super::{Entropy, EpochTag, Error};
use crate::crypto::{KEY_LEN, Secret, aead};
use crate::wire::control::{Answer, Outcome};
use crate::wire::{self, Frame, Locator, Packet, Route, Salt, Space, TAG_LEN, Writer};

const HEADER_LEN: usize = Route::Unproved(Locator([0; 8]), Salt([0; 16])).header_len();

/// Bytes that sealing adds to a command.
pub const COMMAND_OVERHEAD: usize = HEADER_LEN + TAG_LEN;

/// The counter of the one frame of an epoch.
const COUNTER: u32 = 0;

/// What seals a server's commands in one session.
pub struct CommandSealer {
    hash: [u8; KEY_LEN],
    next: Chain,
}

impl core::fmt::Debug for CommandSealer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CommandSealer")
            .field("sealed", &self.next.number())
            .finish_non_exhaustive()
    }
}

impl SessionSecrets {
    /// What seals commands in this session: the server's end keeps it beside its [`Opener`](super::Opener), in RAM alone.
    #[must_use]
    pub fn command_sealer(&self) -> CommandSealer {
        CommandSealer {
            hash: self.hash,
            next: self.commands.share(),
        }
    }
}

impl CommandSealer {
    /// How many commands were sealed: what the device's [`Answer::taken`] reaches when it has done them all.
    #[must_use]
    pub const fn sealed(&self) -> u32 {
        self.next.number()
    }

    /// Seals a command into `out`, [`COMMAND_OVERHEAD`] bytes longer than it. Send these bytes again until they are
    /// answered, and seal the next one only then.
    ///
    /// `static_secret` is mixed into the salt, as a device does with its own.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`], or [`wire::Error::NoRoom`]. No epoch is used then.
    pub fn seal<'o>(
        &mut self,
        command: &[u8],
        static_secret: &[u8],
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], Error> {
        let random = draw(entropy)?;
        let salt = Salt(hedge(
            &random,
            &Binding {
                purpose: Label::SALT,
                static_secret,
                number: self.next.number().into(),
                hash: &self.hash,
                payload: command,
            },
        ));
        let route = Route::Unproved(self.next.locator(), salt);
        let mut writer = Writer::new(out);
        Frame::emit_header(Space::Command, route, COUNTER, &mut writer)?;
        writer.put(command)?;
        writer.reserve(TAG_LEN)?;
        let frame = writer.finish();
        let (text, tag) = parts(frame)?;
        let key = CommandKey::of(&self.next, salt);
        let header = canonical_header(Space::Command, key.tag, COUNTER);
        *tag = aead::seal(&key.key, COUNTER.into(), &header, text).ok_or(Error::EpochFull)?;
        self.next = self.next.next();
        Ok(frame)
    }
}

/// The device's end: the one epoch in which the next command may come.
pub(super) struct Commands {
    pub(super) next: Chain,
    /// Of the next epoch, once somebody has asked.
    locator: Option<Locator>,
    /// What has become of the last.
    pub(super) outcome: u8,
}

impl Commands {
    pub(super) const fn new(next: Chain, outcome: u8) -> Self {
        Self {
            next,
            locator: None,
            outcome,
        }
    }

    pub(super) fn is_addressed_by(&mut self, packet: &[u8]) -> bool {
        let Ok((named, _)) = address(packet) else {
            return false;
        };
        let locator = self.locator.get_or_insert_with(|| self.next.locator());
        *locator == named
    }

    /// Decrypts a command in place. Nothing has changed here yet.
    pub(super) fn open<'p>(&self, packet: &'p mut [u8]) -> Result<&'p [u8], Error> {
        let (_, salt) = address(packet)?;
        let key = CommandKey::of(&self.next, salt);
        let header = canonical_header(Space::Command, key.tag, COUNTER);
        let (text, tag) = parts(packet)?;
        aead::open(&key.key, COUNTER.into(), &header, text, tag)
            .map_err(|_| Error::NotAuthentic)?;
        Ok(text)
    }

    /// The command of the next epoch is done: that epoch is over.
    pub(super) fn note_taken(&mut self, outcome: Outcome) {
        *self = Self::new(self.next.next(), outcome.code());
    }

    pub(super) fn answer(&self) -> Option<Answer> {
        let taken = self.next.number();
        let outcome = Outcome::from_code(self.outcome);
        (taken > 0).then_some(Answer { taken, outcome })
    }
}

/// The key of one command, and the tag that commits to it.
struct CommandKey {
    tag: EpochTag,
    key: Secret,
}

impl CommandKey {
    fn of(chain: &Chain, salt: Salt) -> Self {
        let secret = chain.open_key().secret(salt);
        Self {
            tag: EpochTag(secret.tag()),
            key: secret.key(Label::COMMAND),
        }
    }
}

/// The epoch that a command names.
fn address(packet: &[u8]) -> Result<(Locator, Salt), Error> {
    match Packet::parse(packet)? {
        Packet::Frame(Frame {
            space: Space::Command,
            route: Route::Unproved(locator, salt),
            counter: COUNTER,
            ..
        }) => Ok((locator, salt)),
        _ => Err(Error::UnexpectedPacket),
    }
}

/// Text and tag of a frame.
fn parts(frame: &mut [u8]) -> Result<(&mut [u8], &mut [u8; TAG_LEN]), Error> {
    let no_room = wire::Error::NoRoom {
        needed: COMMAND_OVERHEAD,
    };
    let (_, sealed) = frame.split_at_mut_checked(HEADER_LEN).ok_or(no_room)?;
    Ok(sealed.split_last_chunk_mut().ok_or(no_room)?)
}
