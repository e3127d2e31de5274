use heapless::Vec;

use super::hearing::OpenedHere;
use crate::bounded;
use crate::node::StrangerRate;
use crate::node::bucket::Bucket;
use crate::pairing::label::LabelSecret;
use crate::pairing::{
    self, DescriptorHash, Exchange, Model, PublicKey, SharedSecret, StaticKey, Work,
};
use crate::seal::{self, Entropy, ResumptionSecret, Sealer};
use crate::time::{Duration, Instant};
use crate::wire::{ConnectionId, Handshake, MAC1_LEN};

/// How many pairings may be under way at once; the oldest that has no keys yet gives way.
const MAX_HALF_OPEN: usize = 2;
/// How long a pairing may stand still: twice as long as a server repeats its messages.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);
/// The longest answer that ends a pairing on this side: message 2 of a label with a key, and some room.
const MAX_LAST_ANSWER: usize = 128;
/// The pairings of a device that have begun and not finished.
///
/// ```text
///  message 1 ──► code right? ──► a token is left? ──► Answering ── work ──► message 2
///      │ the same one again                               │
///      └─► the same message 2           message 3, work   │   label with a key: at once
///                                                         ▼
///               owner ◄── receipt under the new keys ── Keyed        two minutes without progress ──► gone
/// ```
#[derive(Debug, Default)]
pub(super) struct HalfOpenTable {
    entries: Vec<HalfOpen, MAX_HALF_OPEN>,
    /// What answering first messages may cost: who has recorded some has a right code for each.
    bucket: Bucket,
}

#[derive(Debug)]
struct HalfOpen {
    connection: ConnectionId,
    /// The code of message 1, which stands for all of it.
    hello: [u8; MAC1_LEN],
    is_reply_wanted: bool,
    /// When it is given up.
    until: Instant,
    state: State,
}

#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is no heap to put the larger one on"
)]
enum State {
    Answering(Exchange),
    Keyed(Keyed),
}

/// What a pairing has come to on this side.
#[derive(Debug)]
pub(super) struct Keyed {
    pub(super) sealer: Sealer,
    pub(super) resumption: ResumptionSecret,
    pub(super) peer: PublicKey,
    /// The answer to message 1, where that was the last message.
    reply: Vec<u8, MAX_LAST_ANSWER>,
}

/// Which pairing the other side has shown to have the keys of, and who that is.
pub(super) struct Proved {
    connection: ConnectionId,
    pub(super) peer: PublicKey,
}

/// A device's own part in a pairing.
pub(super) struct Party<'a> {
    pub(super) key: &'a StaticKey,
    pub(super) label: &'a LabelSecret,
    pub(super) descriptor: DescriptorHash,
}

impl HalfOpenTable {
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Begins to answer message 1, and gives the same answer to the same message.
    #[inline(never)]
    pub(super) fn handle_hello(
        &mut self,
        now: Instant,
        packet: &[u8],
        handshake: &Handshake<'_>,
        party: &Party<'_>,
        entropy: &mut impl Entropy,
    ) -> Result<(), pairing::Error> {
        let connection = party.label.check_hello(packet)?.connection;
        let hello = handshake.mac1.ok_or(pairing::Error::UnexpectedMessage)?;
        if self.is_repeated(connection, hello)? {
            return Ok(());
        }
        if !self.bucket.take(now, &StrangerRate::DEVICE) {
            return Err(pairing::Error::Busy);
        }
        let exchange =
            Exchange::answer_label(party.key, party.label, party.descriptor, packet, entropy)?;
        self.answer(now, hello, exchange);
        Ok(())
    }

    /// Whether this message 1 is answered already; its answer is sent again then.
    pub(super) fn is_repeated(
        &mut self,
        connection: ConnectionId,
        hello: [u8; MAC1_LEN],
    ) -> Result<bool, pairing::Error> {
        let mut entries = self.entries.iter_mut();
        let known = entries.find(|entry| entry.connection == connection);
        match known {
            Some(known) if known.hello == hello => {
                known.is_reply_wanted = true;
                Ok(true)
            }
            // "A second, different message 1 with a live conn8 of one connection is dropped."
            Some(_) => Err(pairing::Error::UnexpectedMessage),
            None => Ok(false),
        }
    }

    /// Takes in the answer to a message 1 that has this code.
    pub(super) fn answer(&mut self, now: Instant, hello: [u8; MAC1_LEN], exchange: Exchange) {
        self.insert(HalfOpen {
            connection: exchange.connection(),
            hello,
            is_reply_wanted: true,
            until: now + PATIENCE,
            state: State::Answering(exchange),
        });
    }

    /// Takes in a pairing that has keys already, and is to be proved.
    #[cfg(feature = "comparison")]
    pub(super) fn take_in(&mut self, now: Instant, connection: ConnectionId, keyed: Keyed) {
        self.insert(HalfOpen {
            connection,
            hello: [0; MAC1_LEN],
            is_reply_wanted: false,
            until: now + PATIENCE,
            state: State::Keyed(keyed),
        });
    }

    /// When the first of them is given up.
    pub(super) fn expires(&self) -> Instant {
        let untils = self.entries.iter().map(|entry| entry.until);
        untils.fold(Instant::NEVER, Instant::min)
    }

    pub(super) fn expire(&mut self, now: Instant) {
        self.keep(&|entry| entry.until > now);
    }

    /// Takes message 3, which is worked on from now on.
    pub(super) fn handle_confirmation(
        &mut self,
        now: Instant,
        packet: &[u8],
        connection: ConnectionId,
    ) -> Result<(), pairing::Error> {
        let mut entries = self.entries.iter_mut();
        match entries.find(|entry| entry.connection == connection) {
            Some(HalfOpen {
                state: State::Answering(exchange),
                until,
                ..
            }) => {
                exchange.handle_packet(packet)?;
                *until = now + PATIENCE;
                Ok(())
            }
            _ => Err(pairing::Error::UnexpectedMessage),
        }
    }

    /// What is to be computed next, of all pairings.
    pub(super) fn poll_work(&self) -> Work {
        let works = self.entries.iter().map(HalfOpen::poll_work);
        works.fold(Work::Idle, |first, next| match first {
            Work::Idle => next,
            first => first,
        })
    }

    /// Does one piece of work, with the static key's answer where that is what was wanted.
    ///
    /// A pairing that fails by it is over, where it has shown no keys yet.
    #[inline(never)]
    pub(super) fn work(
        &mut self,
        shared: Option<SharedSecret>,
        key: &StaticKey,
    ) -> Result<(), pairing::Error> {
        let mut entries = self.entries.iter_mut();
        let entry = entries.find(|entry| entry.poll_work() != Work::Idle);
        let Some(entry) = entry else { return Ok(()) };
        let worked = entry.work(shared, key);
        self.keep(&|entry| !entry.is_over());
        worked
    }

    /// The next answer to be sent.
    pub(super) fn poll_transmit(&mut self) -> Option<&[u8]> {
        let entry = self
            .entries
            .iter_mut()
            .find(|entry| entry.is_reply_wanted && entry.packet().is_some())?;
        entry.is_reply_wanted = false;
        entry.packet()
    }

    pub(super) fn has_reply(&self) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|entry| entry.is_reply_wanted && entry.packet().is_some())
    }

    /// Finds the pairing whose keys have made this receipt, once `begin` has made it ready.
    ///
    /// Where `begin` fails, the next receipt tries again.
    pub(super) fn proved_by<T>(
        &mut self,
        receipt: &[u8],
        begin: impl FnOnce(&mut Sealer) -> Result<T, seal::Error>,
    ) -> Result<Option<(Proved, T)>, seal::Error> {
        let opened: OpenedHere<'_> = &|_| None;
        for entry in &mut self.entries {
            let State::Keyed(keyed) = &mut entry.state else {
                continue;
            };
            if keyed.sealer.verify(receipt, opened).is_err() {
                continue;
            }
            let proved = Proved {
                connection: entry.connection,
                peer: keyed.peer,
            };
            return Ok(Some((proved, begin(&mut keyed.sealer)?)));
        }
        Ok(None)
    }

    /// Takes a pairing out, and gives all others up.
    pub(super) fn take(&mut self, proved: &Proved) -> Option<Keyed> {
        self.keep(&|entry| entry.connection == proved.connection);
        match self.entries.pop()?.state {
            State::Keyed(keyed) => Some(keyed),
            State::Answering(_) => None,
        }
    }

    fn keep(&mut self, is_kept: &dyn Fn(&HalfOpen) -> bool) {
        self.entries.retain(is_kept);
    }

    /// "A full table gives way at its oldest unconfirmed entry."
    #[inline(never)] // A pairing passes over the stack here, and is not to lie there while others compute.
    fn insert(&mut self, entry: HalfOpen) {
        if self.entries.is_full() {
            let is_unconfirmed = |entry: &HalfOpen| !entry.is_confirmed();
            let oldest = self.entries.iter().position(is_unconfirmed).unwrap_or(0);
            bounded::remove(&mut self.entries, oldest);
        }
        // Has room: the table was not full, or gave way.
        let _ = self.entries.push(entry);
    }
}

impl HalfOpen {
    /// Whether the other side has shown that it has the secret now: a message 1 alone may have been recorded.
    fn is_confirmed(&self) -> bool {
        match &self.state {
            State::Answering(_) => false,
            State::Keyed(keyed) => keyed.reply.is_empty(),
        }
    }

    fn poll_work(&self) -> Work {
        match &self.state {
            State::Answering(exchange) => exchange.poll_work(),
            State::Keyed(_) => Work::Idle,
        }
    }

    fn is_over(&self) -> bool {
        match &self.state {
            State::Answering(exchange) => exchange.is_over(),
            State::Keyed(_) => false,
        }
    }

    fn packet(&self) -> Option<&[u8]> {
        match &self.state {
            State::Answering(exchange) => exchange.packet(),
            State::Keyed(keyed) => Some(&keyed.reply[..]).filter(|reply| !reply.is_empty()),
        }
    }

    fn work(
        &mut self,
        shared: Option<SharedSecret>,
        key: &StaticKey,
    ) -> Result<(), pairing::Error> {
        let State::Answering(exchange) = &mut self.state else {
            return Ok(());
        };
        super::work::work_once(exchange, shared, key)?;
        if let Some(keyed) = Keyed::of(exchange, key)? {
            self.state = State::Keyed(keyed);
        }
        Ok(())
    }
}

impl Keyed {
    /// What a handshake has come to, where it has come to its end on this side.
    pub(super) fn of(
        exchange: &mut Exchange,
        key: &StaticKey,
    ) -> Result<Option<Self>, pairing::Error> {
        let Some(mut paired) = exchange.poll_paired() else {
            return Ok(None);
        };
        let resumption = paired.secrets.resumption().ok_or(pairing::Error::BadKey)?;
        let sealer = paired
            .secrets
            .into_sealer(key.hedge_secret())
            .map_err(|_| pairing::Error::BadKey)?;
        let reply = match paired.model {
            Model::LABEL_KEY => exchange.packet().unwrap_or_default(),
            _ => &[],
        };
        let reply = Vec::from_slice(reply).map_err(|_| pairing::Error::NoRoom {
            needed: reply.len(),
        })?;
        Ok(Some(Self {
            sealer,
            resumption,
            peer: paired.peer,
            reply,
        }))
    }
}
