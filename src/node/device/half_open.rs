use heapless::Vec;

use crate::pairing::label::{Armed, AwaitingConfirmation, LabelSecret};
use crate::pairing::{self, DescriptorHash, Identity, MAX_HANDSHAKE, PublicKey, Refused};
use crate::seal::{self, Entropy, Sealer};
use crate::wire::{ConnectionId, Handshake, MAC1_LEN};

/// How many pairings may be under way at once; the oldest that has no keys yet gives way.
const MAX_HALF_OPEN: usize = 2;

/// The pairings of a device that have begun and not finished.
///
/// ```text
///            message 1                 message 3              receipt under the new keys
/// (nothing) ──────────► Answered ─────────────────► Keyed ───────────────────────────────► owner
///                        │    ▲  the same message 1 again gets the same message 2
///                        └────┘
/// ```
#[derive(Debug, Default)]
pub(super) struct HalfOpenTable {
    entries: Vec<HalfOpen, MAX_HALF_OPEN>,
}

#[derive(Debug)]
struct HalfOpen {
    connection: ConnectionId,
    /// The code of message 1, which stands for all of it.
    hello: [u8; MAC1_LEN],
    reply: Vec<u8, MAX_HANDSHAKE>,
    /// `None` only while a step is under way.
    state: Option<State>,
}

#[derive(Debug)]
enum State {
    Answered(AwaitingConfirmation),
    Keyed(Sealer, PublicKey),
}

/// A device's own part in a pairing.
pub(super) struct Party<'a> {
    pub(super) identity: &'a Identity,
    pub(super) label: &'a LabelSecret,
    pub(super) descriptor: DescriptorHash,
}

impl HalfOpenTable {
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Answers message 1, and gives the same answer to the same message.
    pub(super) fn handle_hello(
        &mut self,
        packet: &[u8],
        handshake: &Handshake<'_>,
        party: &Party<'_>,
        entropy: &mut impl Entropy,
    ) -> Result<&[u8], pairing::Error> {
        let armed = Armed::new(party.identity, party.label);
        let connection = armed.check_hello(packet)?;
        let hello = handshake.mac1.ok_or(pairing::Error::UnexpectedMessage)?;
        let position = match self.position_of(connection) {
            Some(known)
                if self
                    .entries
                    .get(known)
                    .is_some_and(|entry| entry.hello == hello) =>
            {
                known
            }
            // "A second, different message 1 with a live conn8 of one connection is dropped."
            Some(_) => return Err(pairing::Error::UnexpectedMessage),
            None => {
                let mut buffer = [0_u8; MAX_HANDSHAKE];
                let (state, reply) =
                    armed.read_hello(packet, party.descriptor, entropy, &mut buffer)?;
                let reply = Vec::from_slice(reply).unwrap_or_default();
                self.insert(HalfOpen {
                    connection,
                    hello,
                    reply,
                    state: Some(State::Answered(state)),
                })
            }
        };
        Ok(self.entries.get(position).map_or(&[], |entry| &entry.reply))
    }

    /// Reads message 3: the pairing then has keys, and waits for a sign that the other side has them too.
    pub(super) fn handle_confirmation(
        &mut self,
        packet: &[u8],
        connection: ConnectionId,
        identity: &Identity,
    ) -> Result<(), pairing::Error> {
        let unexpected = pairing::Error::UnexpectedMessage;
        let entry = self
            .position_of(connection)
            .and_then(|position| self.entries.get_mut(position));
        let entry = entry.ok_or(unexpected)?;
        match entry.state.take() {
            Some(State::Answered(awaiting)) => match awaiting.read_confirmation(packet, identity) {
                Ok(paired) => {
                    let sealer = paired.secrets.into_sealer(identity.secret_bytes());
                    let sealer = sealer.map_err(|_| pairing::Error::BadKey)?;
                    entry.state = Some(State::Keyed(sealer, paired.peer));
                    Ok(())
                }
                Err(Refused { state, error }) => {
                    entry.state = Some(State::Answered(state));
                    Err(error)
                }
            },
            keyed => {
                entry.state = keyed;
                Err(unexpected)
            }
        }
    }

    /// Takes out the pairing whose keys have made this receipt, once `begin` has made it ready.
    ///
    /// Where `begin` fails, the pairing stays and the next receipt tries again.
    pub(super) fn take_proved_by<T>(
        &mut self,
        receipt: &[u8],
        begin: impl FnOnce(&mut Sealer) -> Result<T, seal::Error>,
    ) -> Result<Option<(Sealer, PublicKey, T)>, seal::Error> {
        for entry in &mut self.entries {
            let Some(State::Keyed(sealer, _)) = &mut entry.state else {
                continue;
            };
            if sealer.verify(receipt, |_| None).is_err() {
                continue;
            }
            let begun = begin(sealer)?;
            return Ok(match entry.state.take() {
                Some(State::Keyed(sealer, peer)) => Some((sealer, peer, begun)),
                _ => None,
            });
        }
        Ok(None)
    }

    fn position_of(&self, connection: ConnectionId) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| entry.connection == connection)
    }

    /// "A full table gives way at its oldest unconfirmed entry."
    fn insert(&mut self, entry: HalfOpen) -> usize {
        if self.entries.is_full() {
            let is_unconfirmed = |entry: &HalfOpen| matches!(entry.state, Some(State::Answered(_)));
            let oldest = self.entries.iter().position(is_unconfirmed).unwrap_or(0);
            self.entries.remove(oldest);
        }
        let position = self.entries.len();
        // Has room: the table was not full, or gave way.
        let _ = self.entries.push(entry);
        position
    }
}
