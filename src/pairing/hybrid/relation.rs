use super::SUITE;
use crate::pairing::{Error, Exchange, Paired, PublicKey};
use crate::seal::ResumptionSecret;
use crate::wire::{self, Reader, Writer};

/// The length of a stored [`Relation`].
pub const RELATION_LEN: usize = 66;

const VERSION: u8 = 1;

/// Two that were paired by [`Hybrid`](super::Hybrid), as either of them remembers it: whom it is with, and the
/// secret that the next reconnection is keyed with.
///
/// ```text
/// stored   version 1 │ suite 3 │ the peer's static key 32 │ secret 32
/// ```
///
/// **Rule.** It comes of a hybrid pairing, or of one before it, and of nothing else: neither [`Relation::of`] nor
/// [`Relation::renew`] takes a classical pairing, and no bytes of another suite are read as one. What follows
/// from it by reconnections is keyed with a secret that the KEM has gone into.
///
/// ```
/// # use iomt::pairing::hybrid::Hybrid;
/// # use iomt::pairing::label::LabelSecret;
/// # use iomt::pairing::{DescriptorHash, Identity};
/// # use iomt::wire::MAX_DATAGRAM;
/// use iomt::pairing::hybrid::{RELATION_LEN, Relation};
/// use iomt::pairing::{Error, Exchange, StaticKey};
/// use iomt::seal::SystemEntropy;
/// use iomt::wire::ConnectionId;
/// # let (rng, out) = (&mut SystemEntropy, &mut [0; MAX_DATAGRAM]);
/// # let (phone, device) = (Identity::generate(rng)?, Identity::generate(rng)?);
/// # let label = LabelSecret::new(b"the secret on the label")?;
/// # let promise = DescriptorHash::of_body(b"the body of the descriptor record");
/// # let mut asking = Hybrid::read_label(&phone, &label, None, ConnectionId([1; 8]), rng)?;
/// # let mut answering = Hybrid::answer_label(&device, &label, promise)?;
/// # for _ in 0..2 {
/// #     for (from, to) in [(0, 1), (1, 0)] {
/// #         let mut sides = [&mut asking, &mut answering];
/// #         for part in 0..2 {
/// #             if let Some(packet) = sides[from].packet(part, out)? {
/// #                 let packet = packet.to_vec();
/// #                 let _ = sides[to].handle_packet(&packet, rng);
/// #             }
/// #         }
/// #     }
/// # }
///
/// // Of the device, behind `Hybrid`.
/// let mut paired = answering.poll_paired().ok_or(Error::UnexpectedMessage)?;
/// let relation = Relation::of(&mut paired)?;
/// let mut storage = [0; RELATION_LEN]; // Where secrets may lie.
/// relation.write(&mut storage);
///
/// // After a boot: the next session follows from it, and nothing classical takes its place.
/// let (relation, key) = (Relation::read(&storage)?, StaticKey::from(device));
/// let again = Exchange::reconnect(&key, relation.peer(), relation.secret(), ConnectionId([2; 8]), rng)?;
/// assert_eq!(relation.admits(&again), Ok(()));
/// let by_keys = Exchange::meet(&key, relation.peer(), promise, ConnectionId([3; 8]), rng)?;
/// assert_eq!(relation.admits(&by_keys), Err(Error::Downgraded));
/// # Ok::<(), Error>(())
/// ```
///
/// Wiped when dropped, never printed, not `Clone`.
#[derive(Debug)]
pub struct Relation {
    peer: PublicKey,
    secret: ResumptionSecret,
}

impl Relation {
    /// What a hybrid pairing has made; the secret of its session is in here from now on.
    ///
    /// # Errors
    ///
    /// [`Error::Downgraded`] for a pairing that was not hybrid, [`Error::MissingKey`] where somebody else has taken the
    /// secret already.
    pub fn of(paired: &mut Paired) -> Result<Self, Error> {
        if paired.suite().is_some_and(|suite| suite != SUITE) {
            return Err(Error::Downgraded);
        }
        let secret = paired.secrets.resumption().ok_or(Error::MissingKey)?;
        Ok(Self {
            peer: paired.peer,
            secret,
        })
    }

    /// What this relation is after another pairing or a reconnection. The device keeps both until a receipt under the
    /// new keys is authentic.
    ///
    /// # Errors
    ///
    /// [`Error::WrongKey`] for a pairing with somebody else; else as [`Relation::of`].
    pub fn renew(&self, paired: &mut Paired) -> Result<Self, Error> {
        if paired.peer != self.peer {
            return Err(Error::WrongKey);
        }
        Self::of(paired)
    }

    /// Whether a handshake may go on, to be asked as soon as [`Exchange::peer`] is known: before a message is answered
    /// that has shown it, or before the first one is sent to a peer whose key was given.
    ///
    /// # Errors
    ///
    /// [`Error::Downgraded`] for this relation's peer in a handshake that does not go back to a hybrid pairing. Of
    /// others nothing is said.
    pub fn admits(&self, exchange: &Exchange) -> Result<(), Error> {
        match exchange.peer() == Some(self.peer) && exchange.suite() != SUITE {
            true => Err(Error::Downgraded),
            false => Ok(()),
        }
    }

    /// Whom it is with.
    #[must_use]
    pub const fn peer(&self) -> PublicKey {
        self.peer
    }

    /// What the next reconnection is keyed with, for [`Exchange::reconnect`] and [`Exchange::answer_reconnection`].
    #[must_use]
    pub const fn secret(&self) -> &ResumptionSecret {
        &self.secret
    }

    /// Writes it as it is stored: a secret.
    pub fn write(&self, out: &mut [u8; RELATION_LEN]) {
        let mut writer = Writer::new(out);
        for part in [
            &[VERSION, SUITE],
            self.peer.as_bytes(),
            self.secret.secret_bytes(),
        ] {
            // Fits: see the length.
            let _ = writer.put(part);
        }
    }

    /// Reads back what was stored.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedSuite`] for one of another suite, [`Error::BadKey`] for another peer than a key,
    /// [`Error::Malformed`] for another version or length.
    pub fn read(stored: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(stored);
        match reader.array()? {
            [VERSION, SUITE] => {}
            [VERSION, suite] => return Err(Error::UnsupportedSuite(suite)),
            _ => return Err(wire::Error::OutOfRange.into()),
        }
        let peer = PublicKey::from_bytes(reader.take(32)?)?;
        let secret = ResumptionSecret::from_secret_bytes(reader.take(32)?);
        reader.finish()?;
        Ok(Self {
            peer,
            secret: secret.map_err(|_| Error::BadKey)?.of_suite(SUITE),
        })
    }
}
