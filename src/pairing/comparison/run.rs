use core::fmt;

use zeroize::Zeroizing;

use super::code::{Commitment, Digits, NONCE_LEN, Nonce, SecretNonce, commitment};
use super::payload::{MAX, commitment_in, nonce_in, with_commitment, with_nonce};
use crate::crypto::hash::equal;
use crate::pairing::exchange::prologue;
use crate::pairing::noise::{Keys, Party, Pattern, Role};
use crate::pairing::payload::Payload;
use crate::pairing::{
    Attempt, Attempts, DescriptorHash, Error, Hello, Identity, Model, Offer, Paired, PublicKey,
};
use crate::seal::{Direction, Entropy, Hedge, SessionSecrets, draw};
use crate::wire::{self, ConnectionId, Hint};

/// Room for a payload, and what a later version may add to it.
const ROOM: usize = 160;

/// The device, which has begun.
pub struct Asking<'k> {
    party: Party<'k>,
    identity: &'k Identity,
    descriptor: DescriptorHash,
}

/// The device, which waits for the other side's nonce.
pub struct Confirming<'k> {
    party: Party<'k>,
    nonce: SecretNonce,
    commitment: Commitment,
}

/// The other side, which has answered, and has committed itself to its nonce.
pub struct Answering<'k> {
    party: Party<'k>,
    nonce: SecretNonce,
}

/// A pairing whose digits nobody has compared yet.
///
/// **Rule.** Its keys come out only with [`Unconfirmed::yes`]: nothing is stored before a person has said so.
pub struct Unconfirmed {
    digits: Digits,
    paired: Paired,
    attempt: Option<Attempt>,
}

impl<'k> Asking<'k> {
    /// Begins a run, and writes message 1 into the front of `out`.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`] or [`Error::NoRoom`].
    pub fn new<'o>(
        identity: &'k Identity,
        descriptor: DescriptorHash,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<(Self, &'o [u8]), Error> {
        let mut party = party(Role::Initiator, identity, connection)?;
        let mut buffer = [0; MAX];
        let hello = party.write_message(offer().emit(&mut buffer)?, entropy, out)?;
        let run = Self {
            party,
            identity,
            descriptor,
        };
        Ok((run, hello))
    }

    /// Takes message 2 and writes message 3. The nonce in it is bound to all that was said before it.
    ///
    /// # Errors
    ///
    /// What is wrong with message 2, or as [`Asking::new`], with the run. One that is not authentic leaves it
    /// as it was; of an authentic one without a commitment nothing can come any more.
    pub fn handle_reply<'o>(
        mut self,
        reply: &[u8],
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<(Confirming<'k>, &'o [u8]), (Self, Error)> {
        let mut buffer = [0; ROOM];
        let read = self
            .party
            .read_message(reply, &mut buffer)
            .map(|payload| &*payload);
        let commitment = match read {
            Ok(payload) => check_offer(payload).and_then(|()| Ok(commitment_in(payload)?)),
            Err(error) => return Err((self, error)),
        };
        let descriptor = self.descriptor;
        let written = commitment.and_then(|commitment| {
            let nonce = draw_nonce((self.identity, 0), reply, entropy)?;
            let mut buffer = Zeroizing::new([0; MAX]);
            let fields = Payload {
                offer: None,
                descriptor: Some(descriptor.as_bytes()),
            };
            let payload = with_nonce(fields, nonce.expose(), &mut buffer)?;
            let message = self.party.write_message(payload, entropy, out)?;
            Ok((nonce, commitment, message))
        });
        match written {
            Ok((nonce, commitment, message)) => {
                let party = self.party;
                let run = Confirming {
                    party,
                    nonce,
                    commitment,
                };
                Ok((run, message))
            }
            Err(error) => Err((self, error)),
        }
    }
}

impl Confirming<'_> {
    /// Takes message 4, and shows the digits.
    ///
    /// # Errors
    ///
    /// [`Error::NotAuthentic`] for another nonce than the one that was committed to,
    /// [`Error::Malformed`] for another length. The run goes on.
    pub fn handle_nonce(&self, message: &[u8]) -> Result<Unconfirmed, Error> {
        let theirs = nonce_of(message)?;
        if !equal(&commitment(&theirs), &self.commitment) {
            return Err(Error::NotAuthentic);
        }
        unconfirmed(&self.party, (self.nonce.expose(), &theirs), None)
    }
}

impl<'k> Answering<'k> {
    /// Takes message 1 and writes message 2, with the commitment. `attempts` are those of this side: the nonce of one
    /// of them is not that of another, even by a generator that repeats itself.
    ///
    /// # Errors
    ///
    /// What is wrong with message 1, [`Error::Entropy`] or [`Error::NoRoom`].
    pub fn new<'o>(
        identity: &'k Identity,
        (connection, attempts): (ConnectionId, &Attempts),
        hello: &[u8],
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<(Self, &'o [u8]), Error> {
        let mut party = party(Role::Responder, identity, connection)?;
        let mut buffer = [0; ROOM];
        check_offer(party.read_message(hello, &mut buffer)?)?;
        let nonce = draw_nonce((identity, attempts.tally()), hello, entropy)?;
        let mut buffer = [0; MAX];
        let payload = with_commitment(offer(), &commitment(nonce.expose()), &mut buffer)?;
        let reply = party.write_message(payload, entropy, out)?;
        Ok((Self { party, nonce }, reply))
    }

    /// Takes message 3 and shows the nonce: the pairing, and message 4.
    ///
    /// The attempt was written before: once the nonce is shown, a run that is broken off counts.
    ///
    /// # Errors
    ///
    /// What is wrong with message 3; the run, its nonce unshown, and the attempt come back.
    pub fn handle_confirmation(
        mut self,
        attempt: Attempt,
        confirmation: &[u8],
    ) -> Result<(Unconfirmed, [u8; NONCE_LEN]), (Self, Attempt, Error)> {
        let mut buffer = Zeroizing::new([0; ROOM]);
        let read = self.party.read_message(confirmation, &mut buffer[..]);
        let fields = read.and_then(|payload| {
            let descriptor = Payload::parse(payload)?.descriptor;
            let missing = wire::Error::Truncated { missing: 1 };
            let descriptor = DescriptorHash::from_bytes(*descriptor.ok_or(missing)?);
            Ok((nonce_in(payload)?, descriptor))
        });
        let (theirs, descriptor) = match fields {
            Ok(fields) => fields,
            Err(error) => return Err((self, attempt, error)),
        };
        let nonces = (&theirs, self.nonce.expose());
        match unconfirmed(&self.party, nonces, Some(descriptor)) {
            Ok(shown) => {
                let attempt = Some(attempt);
                Ok((Unconfirmed { attempt, ..shown }, *self.nonce.expose()))
            }
            Err(error) => Err((self, attempt, error)),
        }
    }
}

impl Unconfirmed {
    /// What the person compares.
    #[must_use]
    pub const fn digits(&self) -> Digits {
        self.digits
    }

    /// The person has said yes on this side. The attempt, on the side that has one, is for
    /// [`Attempts::give_back`](crate::pairing::Attempts::give_back) once the first frame has opened.
    #[must_use]
    pub fn yes(self) -> (Paired, Option<Attempt>) {
        (self.paired, self.attempt)
    }
}

pub(super) fn party(
    role: Role,
    identity: &Identity,
    connection: ConnectionId,
) -> Result<Party<'_>, Error> {
    let hello = Hello {
        model: Model::NUMERIC_COMPARISON,
        connection,
        hint: Hint::NONE,
    };
    let mut buffer = [0; 80];
    let prologue = prologue(Pattern::XX, hello, &[], &mut buffer)?;
    let keys = Keys {
        local: Some(identity),
        ..Keys::default()
    };
    Party::new(Pattern::XX, role, prologue, keys)
}

pub(super) const fn offer() -> Payload<'static> {
    Payload {
        offer: Some(Offer::within(Model::NUMERIC_COMPARISON)),
        descriptor: None,
    }
}

fn check_offer(payload: &[u8]) -> Result<(), Error> {
    let missing = wire::Error::Truncated { missing: 1 };
    let theirs = Payload::parse(payload)?.offer.ok_or(missing)?;
    Offer::within(Model::NUMERIC_COMPARISON).check(theirs, Model::NUMERIC_COMPARISON)
}

fn draw_nonce(
    (identity, number): (&Identity, u64),
    heard: &[u8],
    entropy: &mut impl Entropy,
) -> Result<SecretNonce, Error> {
    let hedge = Hedge::new(&draw(entropy)?, identity.secret_bytes(), number);
    Ok(SecretNonce::draw(&hedge, heard))
}

fn nonce_of(message: &[u8]) -> Result<Nonce, Error> {
    let mut reader = wire::Reader::new(message);
    let nonce = reader.array()?;
    reader.finish()?;
    Ok(nonce)
}

fn unconfirmed(
    party: &Party<'_>,
    (initiators, responders): (&Nonce, &Nonce),
    descriptor: Option<DescriptorHash>,
) -> Result<Unconfirmed, Error> {
    let finished = party.finished().ok_or(Error::UnexpectedMessage)?;
    let secrets = SessionSecrets::derive(
        &finished.hash,
        finished.initiator_key.expose(),
        finished.responder_key.expose(),
        Direction::DeviceInitiated,
    );
    let peer = finished.remote_static.ok_or(Error::MissingKey)?;
    Ok(Unconfirmed {
        digits: Digits::of(&finished.hash, initiators, responders),
        paired: Paired {
            secrets: secrets.map_err(|_| Error::NotAuthentic)?,
            peer: PublicKey::from_canonical(peer),
            descriptor,
            model: Model::NUMERIC_COMPARISON,
        },
        attempt: None,
    })
}

/// What has to be wiped of each.
#[cfg(all(test, target_os = "linux"))]
mod secrets {
    use super::{Answering, Asking, Confirming, SecretNonce, Unconfirmed};
    use crate::crypto::memory::Named;
    use std::vec::Vec;

    fn nonce(nonce: &SecretNonce) -> Named {
        ("nonce", nonce.expose().to_vec())
    }

    impl Asking<'_> {
        pub(in crate::pairing) fn secrets(&self) -> Vec<Named> {
            self.party.secrets()
        }
    }

    impl Confirming<'_> {
        pub(in crate::pairing) fn secrets(&self) -> Vec<Named> {
            let mut secrets = self.party.secrets();
            secrets.push(nonce(&self.nonce));
            secrets
        }
    }

    impl Answering<'_> {
        pub(in crate::pairing) fn secrets(&self) -> Vec<Named> {
            let mut secrets = self.party.secrets();
            secrets.push(nonce(&self.nonce));
            secrets
        }
    }

    impl Unconfirmed {
        pub(in crate::pairing) fn psk(&self) -> Vec<u8> {
            let psk = self.paired.secrets.psk_for_tests();
            psk.unwrap_or_default().to_vec()
        }
    }
}

impl fmt::Debug for Asking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").finish_non_exhaustive()
    }
}

impl fmt::Debug for Confirming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirming").finish_non_exhaustive()
    }
}

impl fmt::Debug for Answering<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering").finish_non_exhaustive()
    }
}

impl fmt::Debug for Unconfirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unconfirmed")
            .field("peer", &self.paired.peer)
            .finish_non_exhaustive()
    }
}
