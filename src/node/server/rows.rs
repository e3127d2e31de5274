use super::session::Session;
use super::standing::Party;
use super::{Server, Trust};
use crate::node::Error;
use crate::pairing::{DescriptorHash, PublicKey};
use crate::seal::{self, Entropy, ResumptionSecret, Row, RowKey, RowOwner, RowPsk};
use crate::time::Instant;
use crate::wire::{self, Hint, Reader, Writer};

/// The flags of a note, which stands in a row behind the session.
///
/// ```text
/// flags 1 │ session 16 │ peer 32 │ due varint, ms │ [descriptor hash 32]
///   bit 0: quarantined    bit 1: the hash follows
/// ```
const IS_QUARANTINED: u8 = 0b01;
const HAS_PROMISE: u8 = 0b10;

/// The longest note.
const MAX_NOTE: usize = 1 + 16 + 32 + 5 + 32;
const _: () = assert!(MAX_NOTE <= seal::MAX_NOTE);

impl Server {
    /// Writes a relation as a row, with which any worker opens its frames, makes its receipts and answers its
    /// reconnections. `None` where there is no session. About 270 bytes at rest, [`MAX_ROW`](seal::MAX_ROW) at most.
    ///
    /// The pending handshake is not in it. It lives where it was answered; should that worker die, the device
    /// asks again. So a row that a confirmation has changed
    /// ([`Reconnected`](super::ServerEvent::Reconnected)) may take only the place of one whose
    /// [`row_hint`](Server::row_hint) was the event's `keyed_with`: compare and swap.
    ///
    /// # Errors
    ///
    /// [`Error::Seal`], as [`RowKey::seal`].
    pub fn export<'o>(
        &self,
        trust: Trust,
        key: &RowKey,
        owner: &RowOwner<'_>,
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<Option<&'o mut [u8]>, Error> {
        let standing = &self.relation(trust).standing;
        let (Some(party), Some(session)) = (standing.party(), standing.session()) else {
            return Ok(None);
        };
        let mut note = [0; MAX_NOTE];
        let note = session.note(trust, party.peer, &mut note)?;
        let psk = RowPsk::of(&party.resumption);
        let row = Row {
            opener: &session.opener,
            psk: Some(&psk),
            note,
        };
        Ok(Some(key.seal(owner, row, entropy, out)?))
    }

    /// Takes what [`Server::export`] has written in place of what stands, and says which relation it was.
    ///
    /// The device's promise to be heard counts from `now`. What was begun here goes on, and so does what is
    /// pending, unless it was keyed with another secret than the row's.
    ///
    /// # Errors
    ///
    /// [`seal::Error::BadRow`]; the server is as it was.
    pub fn import(
        &mut self,
        now: Instant,
        key: &RowKey,
        owner: &RowOwner<'_>,
        row: &[u8],
    ) -> Result<Trust, Error> {
        let row = key.open(owner, row)?;
        let bad = |_| Error::from(seal::Error::BadRow);
        let psk = row.psk.ok_or(seal::Error::BadRow)?;
        let resumption = ResumptionSecret::from_secret_bytes(psk.expose())?;
        let note = Note::read(&row.note).map_err(bad)?;
        let peer = PublicKey::from_bytes(&note.peer)?;
        let config = self.config;
        let relation = self.relation_mut(note.trust);
        // A handshake that was keyed with an earlier secret is void: another worker was faster.
        let hint = resumption.hint();
        relation.pending = relation.pending.take().filter(|pending| {
            matches!(pending.keyed_with, Hint::NONE) || pending.keyed_with == hint
        });
        let party = Party { peer, resumption };
        let session = relation.standing.load(now, party, row.opener, &config);
        session.id = note.session;
        session.note_promise(note.due_ms);
        session.promised = note.promised;
        self.note_change();
        Ok(note.trust)
    }

    /// The hint of the secret in a relation's row: what a store compares before it swaps the row.
    #[must_use]
    pub fn row_hint(&self, trust: Trust) -> Option<Hint> {
        self.relation(trust).hint()
    }
}

impl Session {
    fn note<'o>(
        &self,
        trust: Trust,
        peer: PublicKey,
        out: &'o mut [u8],
    ) -> Result<&'o [u8], wire::Error> {
        let quarantined = match trust {
            Trust::Trusted => 0,
            Trust::Quarantined => IS_QUARANTINED,
        };
        let mut writer = Writer::new(out);
        writer.u8(quarantined | self.promised.map_or(0, |_| HAS_PROMISE))?;
        writer.put(&self.id)?;
        writer.put(peer.as_bytes())?;
        writer.varint(self.due_ms.into())?;
        if let Some(promised) = &self.promised {
            writer.put(promised.as_bytes())?;
        }
        Ok(writer.finish())
    }
}

struct Note {
    trust: Trust,
    session: [u8; 16],
    peer: [u8; 32],
    due_ms: u32,
    promised: Option<DescriptorHash>,
}

impl Note {
    fn read(note: &[u8]) -> Result<Self, wire::Error> {
        let mut reader = Reader::new(note);
        let flags = reader.u8()?;
        if flags & !(IS_QUARANTINED | HAS_PROMISE) != 0 {
            return Err(wire::Error::Reserved);
        }
        let read = Self {
            trust: match flags & IS_QUARANTINED {
                0 => Trust::Trusted,
                _ => Trust::Quarantined,
            },
            session: reader.array()?,
            peer: reader.array()?,
            due_ms: reader.varint_as()?,
            promised: match flags & HAS_PROMISE {
                0 => None,
                _ => Some(DescriptorHash::from_bytes(reader.array()?)),
            },
        };
        reader.finish()?;
        Ok(read)
    }
}
