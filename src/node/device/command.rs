//! Commands: what a paired recipient says to the device under seal.
//!
//! ```text
//!  frame ─ locator known? ─ opens? ─ what it asks for ── on storage ── taken, with its outcome ── on storage ── answer
//!                                    (a recipient, in     first         (the link of the chain,    then           in control
//!                                     a place of its own)                that is forgotten)                       frames
//! ```
//!
//! A power cut before the second write leaves the command to be taken again, which changes nothing then; one behind it
//! leaves the answer to be given again. The server repeats the frame until it has that.

use super::peer::Successor;
use super::{Device, DeviceEvent, Error, Peer, PeerId, place_bit};
use crate::pairing::PublicKey;
use crate::seal::{self, ResumptionSecret};
use crate::time::Instant;
use crate::wire::command::{Command, Introduction, Role};
use crate::wire::control::Outcome;
use crate::wire::copy;

/// The longest frame of a command: longer ones are not known.
const MAX_FRAME: usize = seal::COMMAND_OVERHEAD + Command::MAX_LEN;

/// A frame while it is opened: a secret may come out of it.
#[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
struct Opening([u8; MAX_FRAME]);

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// Lets those who are paired introduce other recipients, announce their next static key, and revoke whom they have
    /// introduced: [`Device::handle_datagram`] takes their commands from now on. [`DeviceEvent::Introduced`] and
    /// [`DeviceEvent::Revoked`] say so.
    ///
    /// A device of which nobody calls it has none of the code, and refuses such frames as those of a stranger.
    pub const fn allow_commands(&mut self) {
        self.commands = Some(Self::handle_command);
    }

    /// Ends the relation with a recipient: its frames, its keys and its place on storage are wiped.
    ///
    /// # Errors
    ///
    /// [`Error::NotPaired`] for one that there is not.
    pub fn revoke(&mut self, peer: PeerId) -> Result<(), Error> {
        if !self.peers.remove(|known| known.number == peer.0) {
            return Err(Error::NotPaired);
        }
        self.give_up_attempt_with(peer.0);
        self.abandon_storage(place_bit(peer.0));
        self.note(DeviceEvent::Revoked { peer });
        Ok(())
    }

    fn handle_command(&mut self, now: Instant, packet: &[u8]) -> Result<(), Error> {
        let mut opening = Opening([0; MAX_FRAME]);
        let opened = opening.0.get_mut(..packet.len());
        let opened = opened.ok_or(seal::Error::UnexpectedPacket)?;
        copy(packet, opened);
        let mut peers = self.peers.iter_mut();
        let from = peers.find_map(|peer| peer.awaits_command(packet).then_some(peer));
        let from = from.ok_or(seal::Error::UnknownEpoch)?;
        let (number, session) = (from.number, from.session.as_ref());
        let sealer = &session.ok_or(Error::NotPaired)?.sealer;
        let outcome = match Command::parse(sealer.open_command(opened)?) {
            Ok(Command::Introduce(introduction)) => {
                self.take_introduction(now, number, &introduction)
            }
            Ok(Command::Revoke(key)) => Some(self.take_revocation(number, key)),
            Ok(Command::Unknown { .. }) => Some(Outcome::Done),
            Err(_) => Some(Outcome::NotUnderstood),
        };
        if let Some(outcome) = outcome {
            self.note_command(number, outcome);
        }
        Ok(())
    }

    /// What becomes of an introduction; `None` while it is on its way to storage.
    fn take_introduction(
        &mut self,
        now: Instant,
        from: u8,
        introduction: &Introduction<'_>,
    ) -> Option<Outcome> {
        let (Ok(key), Ok(first)) = (
            PublicKey::from_bytes(introduction.key),
            ResumptionSecret::from_secret_bytes(introduction.first),
        ) else {
            return Some(Outcome::NotUnderstood);
        };
        let known = self.peers.iter().find(|peer| peer.key == key);
        let known = known.map(|peer| (peer.number, peer.is_unmet()));
        let introducer = self.peer_mut(from)?;
        if introducer.vouching.is_doubted {
            return Some(Outcome::NotAllowed);
        }
        match (introduction.role, known) {
            (Role::Successor, None) => {
                introducer.successor = Some(Successor { key, first });
                return Some(Outcome::Done);
            }
            (Role::Recipient, _) if !introducer.vouching.may_introduce => {
                return Some(Outcome::NotAllowed);
            }
            (Role::Recipient, None | Some((_, true))) => {}
            (_, Some(_)) => return Some(Outcome::Known),
        }
        let peer = match known {
            Some((number, _)) => {
                self.give_up_attempt_with(number);
                self.peer_mut(number)?
            }
            None => match self.push_peer(now, key) {
                Ok(peer) => peer,
                Err(_) => return Some(Outcome::NoRoom),
            },
        };
        peer.vouching.may_introduce = introduction.rights.may_introduce();
        peer.introduced_by = Some(from);
        peer.meet_by(first);
        None
    }

    fn take_revocation(&mut self, from: u8, key: &[u8]) -> Outcome {
        let Ok(key) = PublicKey::from_bytes(key) else {
            return Outcome::NotUnderstood;
        };
        let may = |peer: &Peer<BYTES>| !peer.vouching.is_doubted && peer.vouching.may_introduce;
        if !self.peer(from).is_some_and(may) {
            return Outcome::NotAllowed;
        }
        let Some(peer) = self.peers.iter().find(|peer| peer.key == key) else {
            return Outcome::Known;
        };
        if peer.vouching.has_paired || peer.number == from {
            return Outcome::NotAllowed;
        }
        let number = peer.number;
        match self.revoke(PeerId(number)) {
            Ok(()) => Outcome::Done,
            Err(_) => Outcome::Known,
        }
    }

    fn give_up_attempt_with(&mut self, number: u8) {
        self.attempt.take_if(|attempt| attempt.peer() == number);
    }

    /// The image of a recipient is on storage: whoever has introduced it hears of it.
    pub(super) fn note_kept(&mut self, number: u8) {
        let Some(peer) = self.peer_mut(number) else {
            return;
        };
        if peer.storing.is_image_wanted {
            return;
        }
        if let Some(by) = peer.introduced_by.take() {
            self.note_command(by, Outcome::Done);
            let (peer, by) = (PeerId(number), PeerId(by));
            self.note(DeviceEvent::Introduced { peer, by });
        }
    }

    /// A new session knows nothing of the commands of the one before, whose answers nobody waits for.
    pub(super) fn forget_commands_of(&mut self, number: u8) {
        for peer in self.peers.iter_mut() {
            peer.introduced_by.take_if(|by| *by == number);
        }
    }

    fn note_command(&mut self, number: u8, outcome: Outcome) {
        let Some(peer) = self.peer_mut(number) else {
            return;
        };
        if let Some(session) = &mut peer.session {
            session.sealer.note_command(outcome);
            peer.storing.is_image_wanted = true;
            peer.storing.is_answer_wanted = true;
        }
    }
}

impl<const BYTES: usize> Peer<BYTES> {
    fn awaits_command(&mut self, packet: &[u8]) -> bool {
        let session = self.session.as_mut();
        session.is_some_and(|session| session.sealer.awaits_command(packet))
    }

    /// An image with all that was taken is on storage: the answer may leave.
    pub(super) fn note_answer_stored(&mut self, now: Instant) {
        if !self.storing.is_image_wanted && core::mem::take(&mut self.storing.is_answer_wanted) {
            self.control.want_outstanding(now);
        }
    }
}
