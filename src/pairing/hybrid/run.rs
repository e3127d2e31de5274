use core::fmt;

use super::SUITE;
use super::parts::{MAX_MESSAGE, Message, Part};
use crate::pairing::exchange::prologue_of_suite;
use crate::pairing::label::LabelSecret;
use crate::pairing::noise::{IK_HYBRID_PSK2, Keys, Party, Pattern, Role, XX_HYBRID_PSK0};
use crate::pairing::payload::{MAX_PAYLOAD, Payload};
use crate::pairing::{DescriptorHash, Error, Hello, KeyHolder, Model, Offer, Paired, PublicKey};
use crate::seal::{Direction, Entropy, SessionSecrets};
use crate::wire::{self, ConnectionId};

/// One side of a hybrid pairing by a label: packets in, packets out.
///
/// ```
/// use iomt::pairing::hybrid::Hybrid;
/// use iomt::pairing::label::LabelSecret;
/// use iomt::pairing::{DescriptorHash, Identity};
/// use iomt::seal::SystemEntropy;
/// use iomt::wire::{ConnectionId, MAX_DATAGRAM};
///
/// let (rng, out) = (&mut SystemEntropy, &mut [0; MAX_DATAGRAM]);
/// let (phone, device) = (Identity::generate(rng)?, Identity::generate(rng)?);
/// let label = LabelSecret::new(b"the secret on the label")?;
/// let promise = DescriptorHash::of_body(b"the body of the descriptor record");
///
/// let mut asking = Hybrid::read_label(&phone, &label, None, ConnectionId([1; 8]), rng)?;
/// let mut answering = Hybrid::answer_label(&device, &label, promise)?;
/// // Three messages: the first two come in two packets each.
/// for _ in 0..2 {
///     for (from, to) in [(0, 1), (1, 0)] {
///         let mut sides = [&mut asking, &mut answering];
///         for part in 0..2 {
///             if let Some(packet) = sides[from].packet(part, out)? {
///                 let packet = packet.to_vec();
///                 let _ = sides[to].handle_packet(&packet, rng);
///             }
///         }
///     }
/// }
/// let (ours, theirs) = (asking.poll_paired(), answering.poll_paired());
/// assert_eq!(ours.map(|paired| paired.peer), Some(device.public()));
/// assert_eq!(theirs.map(|paired| paired.peer), Some(phone.public()));
/// # Ok::<(), iomt::pairing::Error>(())
/// ```
///
/// The static key may be of any [`KeyHolder`] that answers at once.
///
/// **Rules.** A packet that is refused leaves the handshake as it was before its message. A call does all the
/// multiplications of a message, up to four, and up to two operations of the KEM.
///
/// Takes about 4.5 KiB. Secrets are wiped when it is dropped.
pub struct Hybrid<'k> {
    party: Party<'k>,
    label: &'k LabelSecret,
    role: Role,
    model: Model,
    /// Of the responder none, before message 1 has come.
    hello: Option<Hello>,
    /// What the device promises to describe itself as.
    promise: Option<DescriptorHash>,
    received: Message,
    sent: Message,
    /// Which message [`Self::sent`] is, from 1.
    sent_step: u8,
    is_over: bool,
}

impl<'k> Hybrid<'k> {
    /// Begins to pair with the device of this label, and with its key where the label has one.
    /// `connection` is drawn at random.
    ///
    /// # Errors
    ///
    /// [`Error::MissingKey`] for a label that has a key without it, or the other way; [`Error::Entropy`].
    pub fn read_label(
        key: &'k dyn KeyHolder,
        label: &'k LabelSecret,
        peer: Option<PublicKey>,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let model = match peer {
            Some(_) => Model::LABEL_KEY,
            None => Model::LABEL_SECRET,
        };
        let mut run = Self::new(key, label, model, Role::Initiator, peer)?;
        run.hello = Some(Hello {
            model,
            connection,
            hint: label.hint(),
        });
        run.write(entropy)?;
        Ok(run)
    }

    /// Waits for who has read a label that has only the secret: the device, while it is armed.
    ///
    /// # Errors
    ///
    /// [`Error::MissingKey`] for a label that has the device's key, too.
    pub fn answer_label(
        key: &'k dyn KeyHolder,
        label: &'k LabelSecret,
        descriptor: DescriptorHash,
    ) -> Result<Self, Error> {
        let run = Self::new(key, label, Model::LABEL_SECRET, Role::Responder, None)?;
        Ok(Self {
            promise: Some(descriptor),
            ..run
        })
    }

    /// The same, of a label that has the device's key, too.
    ///
    /// # Errors
    ///
    /// [`Error::MissingKey`] for one that has not.
    pub fn answer_label_with_key(
        key: &'k dyn KeyHolder,
        label: &'k LabelSecret,
        descriptor: DescriptorHash,
    ) -> Result<Self, Error> {
        let run = Self::new(key, label, Model::LABEL_KEY, Role::Responder, None)?;
        Ok(Self {
            promise: Some(descriptor),
            ..run
        })
    }

    fn new(
        key: &'k dyn KeyHolder,
        label: &'k LabelSecret,
        model: Model,
        role: Role,
        peer: Option<PublicKey>,
    ) -> Result<Self, Error> {
        if label.model() != model {
            return Err(Error::MissingKey);
        }
        Ok(Self {
            party: party(key, label, model, role, peer)?,
            label,
            role,
            model,
            hello: None,
            promise: None,
            received: Message::new(),
            sent: Message::new(),
            sent_step: 0,
            is_over: false,
        })
    }

    /// Packet `part`, from 0, of the message that was written last; `None` behind its last one. The
    /// same to the byte until the next message is ready.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] when `out` is too small.
    pub fn packet<'o>(&self, part: u8, out: &'o mut [u8]) -> Result<Option<&'o [u8]>, Error> {
        match (&self.hello, self.sent.part(part)) {
            (Some(hello), Some(part)) => {
                let packet = part.emit(hello, self.sent_step, self.label, out)?;
                Ok(Some(packet))
            }
            _ => Ok(None),
        }
    }

    /// Takes a packet of the other side; the last one of a message has it read, and the next one written.
    ///
    /// # Errors
    ///
    /// What is wrong with the packet or its message.
    pub fn handle_packet(
        &mut self,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let (hello, part) = Part::parse(packet, self.model, self.next_step()?, self.label)?;
        // Until one has answered, a first part of anybody who knows the label begins anew.
        let begins = self.sent_step == 0 && part.is_first();
        let is_known = self
            .hello
            .is_some_and(|known| known.connection == hello.connection);
        if !begins && !is_known {
            return Err(Error::UnexpectedMessage);
        }
        let is_whole = self.received.receive(&part)?;
        self.hello = Some(hello);
        if !is_whole {
            return Ok(());
        }
        let read = self.read();
        self.received.clear();
        if read.is_err() && self.sent_step == 0 {
            self.hello = None;
        }
        read?;
        match self.party.turn() {
            Some(writer) if writer == self.role => self.write(entropy),
            _ => Ok(()),
        }
    }

    /// The keys, once the handshake has come to its end on this side.
    pub fn poll_paired(&mut self) -> Option<Paired> {
        if self.is_over {
            return None;
        }
        let finished = self.party.finished()?;
        self.is_over = true;
        let secrets = SessionSecrets::derive(
            &finished.hash,
            finished.initiator_key.expose(),
            finished.responder_key.expose(),
            Direction::DeviceResponded,
        );
        Some(Paired {
            secrets: secrets.ok()?.of_suite(SUITE),
            peer: PublicKey::from_canonical(finished.remote_static?),
            descriptor: self.promise.filter(|_| self.role == Role::Initiator),
            model: self.model,
        })
    }

    /// What has to be wiped of it.
    #[cfg(all(test, target_os = "linux"))]
    pub(in crate::pairing) fn secrets(&self) -> std::vec::Vec<crate::crypto::memory::Named> {
        self.party.secrets()
    }

    #[cfg(test)]
    pub(in crate::pairing) fn kem_secrets(&self) -> std::vec::Vec<std::vec::Vec<u8>> {
        self.party.kem_secrets()
    }

    /// Which step the next message of the other side is.
    fn next_step(&self) -> Result<u8, Error> {
        match self.party.turn() {
            Some(writer) if writer != self.role && !self.is_over => Ok(match self.role {
                Role::Initiator => 2,
                Role::Responder if self.sent_step == 0 => 1,
                Role::Responder => 3,
            }),
            _ => Err(Error::UnexpectedMessage),
        }
    }

    fn read(&mut self) -> Result<(), Error> {
        let mut buffer = [0; MAX_MESSAGE];
        let payload = self
            .party
            .read_message(self.received.as_bytes(), &mut buffer)?;
        let accepted = match (self.role, self.sent_step) {
            (Role::Responder, 1..) => Ok(()),
            _ => self.accept(payload),
        };
        // It was authentic, so nothing better will come.
        self.is_over |= accepted.is_err();
        accepted
    }

    /// Messages 1 and 2 have an offer; that of the device its promise.
    fn accept(&mut self, payload: &[u8]) -> Result<(), Error> {
        let payload = Payload::parse(payload)?;
        let missing = wire::Error::Truncated { missing: 1 };
        let theirs = payload.offer.ok_or(missing)?;
        Offer::hybrid(self.model).check_hybrid(theirs, self.model)?;
        if self.role == Role::Initiator {
            let promise = payload.descriptor.ok_or(missing)?;
            self.promise = Some(DescriptorHash::from_bytes(*promise));
        }
        Ok(())
    }

    fn write(&mut self, entropy: &mut impl Entropy) -> Result<(), Error> {
        let Self { party, sent, .. } = self;
        let is_last = self.sent_step == 1 && self.role == Role::Initiator;
        let promise = self.promise.as_ref().map(DescriptorHash::as_bytes);
        let payload = Payload {
            offer: Some(Offer::hybrid(self.model)).filter(|_| !is_last),
            descriptor: promise.filter(|_| self.role == Role::Responder),
        };
        let mut buffer = [0; MAX_PAYLOAD];
        let payload = &*payload.emit(&mut buffer)?;
        sent.write(|out| Ok(party.write_message(payload, entropy, out)?.len()))?;
        self.sent_step = match (self.role, self.sent_step) {
            (Role::Initiator, 0) => 1,
            (Role::Responder, _) => 2,
            (Role::Initiator, _) => 3,
        };
        Ok(())
    }
}

fn party<'k>(
    key: &'k dyn KeyHolder,
    label: &'k LabelSecret,
    model: Model,
    role: Role,
    peer: Option<PublicKey>,
) -> Result<Party<'k>, Error> {
    let pattern: Pattern = match model {
        Model::LABEL_KEY => IK_HYBRID_PSK2,
        _ => XX_HYBRID_PSK0,
    };
    // The connection is not in it: "step and conn8 are not authenticated".
    let hello = Hello {
        model,
        connection: ConnectionId([0; 8]),
        hint: label.hint(),
    };
    let mut buffer = [0; 96];
    let prologue = prologue_of_suite(SUITE, pattern, hello, &[], &mut buffer)?;
    let keys = Keys {
        local: Some(key),
        remote: peer,
        psks: label.psks(),
    };
    Party::new(pattern, role, prologue, keys)
}

impl fmt::Debug for Hybrid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hybrid")
            .field("hello", &self.hello)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
