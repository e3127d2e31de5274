use core::fmt;

use super::body::{
    Half, MAX_CHANNEL, STEPS, SessionId, TRANSCRIPT_LEN, channel, check_share, offer, read,
    transcript, write,
};
use super::passcode::Passcode;
use super::share::{Said, generator, session_key};
use crate::crypto::hash::extract;
use crate::crypto::ristretto::{Scalar, Wide};
use crate::crypto::{KEY_LEN, Secret};
use crate::pairing::noise::Role;
use crate::pairing::{Attempt, Error, Hello, StaticKey};
use crate::seal::{Entropy, Hedge, Label, derive, draw};
use crate::wire::ConnectionId;

/// The initiator's run, before anything was answered.
pub struct Call {
    connection: ConnectionId,
    half: Half,
}

/// The initiator's run, with its share made.
pub struct Asking {
    connection: ConnectionId,
    pub(in crate::pairing) run: Run,
}

/// The responder's run, with its half of the session id drawn. Nothing of it depends on the passcode.
#[derive(Clone, Copy)]
pub struct Called {
    connection: ConnectionId,
    session: SessionId,
}

/// The responder's run, with both shares there; the last multiplication is still to be done.
pub struct Answering {
    connection: ConnectionId,
    pub(in crate::pairing) run: Run,
    theirs: [u8; KEY_LEN],
    attempt: Attempt,
}

/// What both sides have in common, if their passcodes were equal; what shows it is the handshake.
///
/// Wiped when dropped, never printed, not `Clone`.
pub struct Agreement {
    pub(in crate::pairing) connection: ConnectionId,
    pub(in crate::pairing) psk: Secret,
    pub(in crate::pairing) mac1_key: Secret,
    pub(in crate::pairing) transcript: [u8; TRANSCRIPT_LEN],
    attempt: Option<Attempt>,
}

/// One side's secret of a run, and what both have said.
pub(in crate::pairing) struct Run {
    session: SessionId,
    scalar: Scalar,
    point: [u8; KEY_LEN],
}

impl Call {
    /// Begins a run with an armed device. `connection` is drawn at random.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`].
    pub fn new(
        key: &StaticKey,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let half = draw_half(key, connection, &[], entropy)?;
        Ok(Self { connection, half })
    }

    /// Message `0x41`, as often as needed.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] when `out` is too small.
    pub fn packet<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8], Error> {
        write(self.connection, STEPS[0], &[&self.half], out)
    }

    /// Takes message `0x42`, and makes one's share: one scalar multiplication. A packet that is refused
    /// leaves the run as it was.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`] or
    /// [`Error::Entropy`].
    pub fn handle_answer(
        &self,
        passcode: &Passcode,
        key: &StaticKey,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Asking, Error> {
        let session = [self.half, read(self.connection, STEPS[1], packet)?];
        Ok(Asking {
            connection: self.connection,
            run: Run::new(passcode, session, &draw_hedge(key, 0, entropy)?)?,
        })
    }
}

impl Asking {
    /// Message `0x43`, as often as needed.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] when `out` is too small.
    pub fn packet<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8], Error> {
        self.run.write_share(self.connection, STEPS[2], out)
    }

    /// Takes message `0x44`: one scalar multiplication. A packet that is refused leaves the run as it was.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`], or
    /// [`Error::BadKey`] for what is no point of the group, or its neutral element.
    pub fn handle_share(&self, packet: &[u8]) -> Result<Agreement, Error> {
        let share = read(self.connection, STEPS[3], packet)?;
        let theirs = check_share(&share)?;
        self.run
            .agree(Role::Initiator, &theirs, self.connection, None)
    }
}

impl Called {
    /// Answers message `0x41`, of anybody while armed: no multiplication, and nothing is spent.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`], [`Error::WrongKey`]
    /// for a hint, or [`Error::Entropy`].
    pub fn answer(
        key: &StaticKey,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let hello = Hello::of_step(packet, STEPS[0])?;
        let theirs = read(hello.connection, STEPS[0], packet)?;
        let ours = draw_half(key, hello.connection, &theirs, entropy)?;
        Ok(Self {
            connection: hello.connection,
            session: [theirs, ours],
        })
    }

    /// The number that tells this run from others.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Message `0x42`, as often as needed.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] when `out` is too small.
    pub fn packet<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8], Error> {
        let [_, half] = &self.session;
        write(self.connection, STEPS[1], &[half], out)
    }

    /// Checks message `0x43` before an attempt is spent on it: whether it is one of this run, with a point
    /// of the group. No multiplication.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`],
    /// [`Error::Downgraded`], or [`Error::BadKey`] for what is no point of the group, or its neutral
    /// element.
    pub fn check_share(&self, packet: &[u8]) -> Result<(), Error> {
        check_share(&read(self.connection, STEPS[2], packet)?).map(|_| ())
    }

    /// Takes message `0x43`, and makes one's share: one scalar multiplication.
    ///
    /// The attempt was written before: without it there is no share that one could show.
    ///
    /// # Errors
    ///
    /// As [`Called::check_share`], and [`Error::Entropy`]. The attempt stays spent.
    pub fn handle_share(
        self,
        attempt: Attempt,
        passcode: &Passcode,
        key: &StaticKey,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Answering, Error> {
        let share = read(self.connection, STEPS[2], packet)?;
        let theirs = check_share(&share)?;
        let hedge = draw_hedge(key, attempt.tally(), entropy)?;
        Ok(Answering {
            connection: self.connection,
            run: Run::new(passcode, self.session, &hedge)?,
            theirs,
            attempt,
        })
    }
}

impl Answering {
    /// Message `0x44`, as often as needed; the same whether or not the passcodes are equal.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] when `out` is too small.
    pub fn packet<'o>(&self, out: &'o mut [u8]) -> Result<&'o [u8], Error> {
        self.run.write_share(self.connection, STEPS[3], out)
    }

    /// Ends the run, once the packet is on its way: one scalar multiplication.
    ///
    /// # Errors
    ///
    /// [`Error::BadKey`] for an outcome that is the neutral element: "abort if K == G.I".
    pub fn finish(self) -> Result<Agreement, Error> {
        let Self {
            connection,
            run,
            theirs,
            attempt,
        } = self;
        run.agree(Role::Responder, &theirs, connection, Some(attempt))
    }
}

impl Agreement {
    /// The attempt that this run has spent, for
    /// [`Attempts::give_back`](crate::pairing::Attempts::give_back) once its handshake has finished; the device's
    /// side only.
    #[must_use]
    pub const fn attempt(&self) -> Option<&Attempt> {
        self.attempt.as_ref()
    }
}

impl Run {
    /// One scalar multiplication.
    fn new(passcode: &Passcode, session: SessionId, hedge: &Hedge) -> Result<Self, Error> {
        let wide = Wide::written_by(|wide| {
            hedge.write(Label::CPACE_SCALAR, session.as_flattened(), &[], wide);
        });
        let scalar = Scalar::from_wide(&wide);
        let mut buffer = [0; MAX_CHANNEL];
        let channel = channel(&mut buffer)?;
        let generator = generator(passcode.expose(), channel, session.as_flattened());
        let point = generator.multiply(&scalar);
        Ok(Self {
            session,
            scalar,
            point,
        })
    }

    fn write_share<'o>(
        &self,
        connection: ConnectionId,
        step: u8,
        out: &'o mut [u8],
    ) -> Result<&'o [u8], Error> {
        write(connection, step, &[&self.point, &offer()], out)
    }

    /// One scalar multiplication.
    fn agree(
        &self,
        role: Role,
        theirs: &[u8; KEY_LEN],
        connection: ConnectionId,
        attempt: Option<Attempt>,
    ) -> Result<Agreement, Error> {
        let offer = offer();
        let said = |point| Said {
            point,
            associated: &offer,
        };
        let said = match role {
            Role::Initiator => [said(&self.point), said(theirs)],
            Role::Responder => [said(theirs), said(&self.point)],
        };
        let session = self.session.as_flattened();
        let isk = session_key(&self.scalar, theirs, session, said).ok_or(Error::BadKey)?;
        let extracted = extract(&[0; KEY_LEN], &[isk.expose()]);
        Ok(Agreement {
            connection,
            psk: derive(&extracted, Label::CPACE_PSK),
            mac1_key: derive(&extracted, Label::CPACE_MAC1),
            transcript: transcript(session, said)?,
            attempt,
        })
    }
}

fn draw_half(
    key: &StaticKey,
    connection: ConnectionId,
    theirs: &[u8],
    entropy: &mut impl Entropy,
) -> Result<Half, Error> {
    let hedge = draw_hedge(key, 0, entropy)?;
    Ok(hedge.value(Label::CPACE_SID, &connection.0, theirs))
}

fn draw_hedge(key: &StaticKey, number: u64, entropy: &mut impl Entropy) -> Result<Hedge, Error> {
    Ok(Hedge::new(&draw(entropy)?, key.hedge_secret(), number))
}

/// What has to be wiped of each.
#[cfg(all(test, target_os = "linux"))]
mod secrets {
    use super::{Agreement, Run};
    use crate::crypto::memory::Named;

    impl Run {
        pub(in crate::pairing) fn secret(&self) -> Named {
            ("scalar", self.scalar.to_bytes().to_vec())
        }
    }

    impl Agreement {
        pub(in crate::pairing) fn secrets(&self) -> [Named; 2] {
            [("psk", &self.psk), ("MAC1 key", &self.mac1_key)]
                .map(|(name, key)| (name, key.expose().to_vec()))
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show("Call", self.connection, f)
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show("Asking", self.connection, f)
    }
}

impl fmt::Debug for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show("Called", self.connection, f)
    }
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show("Answering", self.connection, f)
    }
}

impl fmt::Debug for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show("Agreement", self.connection, f)
    }
}

/// Which run it is, and nothing of its secrets.
fn show(name: &str, connection: ConnectionId, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_struct(name)
        .field("connection", &connection)
        .finish_non_exhaustive()
}
