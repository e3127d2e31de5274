//! Pairing over a secret on a label: `Noise_XXpsk0`.
//!
//! **What the person does**: puts the device into its pairing mode (button, first power-up), and
//! lets the other side read the label (QR code, NFC). **What it stops**: whoever can not read
//! the label learns nothing, not even which device this is, and can neither pair nor stand in
//! the middle. **What it does not stop**: whoever has read the label can pair while the device
//! is armed; so the secret ends with the first owner.
//!
//! ```text
//! l            = Extract(0, label secret)
//! psk          = E(l, "label psk")
//! hint         = E(l, "label hint",, 8)        tells the device which of its labels is meant
//! MAC1 key     = E(l, "label mac1")            over all of message 1 before and behind the code
//! prologue     = lv("iomt1") lv(version) lv(suite) lv(Noise name) lv(model) lv(hint)
//! ephemeral    = hedged: E(Extract(random, static secret ‖ 0), "ephemeral", h ‖ payload)
//! ```
//!
//! The code in front of message 1 is checked before any Diffie-Hellman: a stranger's message
//! costs one HMAC.
//!
//! | message | packet | of which |
//! |---|---|---|
//! | 1 | 90 bytes | header 20, code 16, e 32, offer 6, tag 16 |
//! | 2 | 156 bytes | header 20, e 32, s 48, offer 6, descriptor hash 34, tag 16 |
//! | 3 | 84 bytes | header 20, s 48, tag 16 |

use core::fmt;

use super::identity::{Identity, PublicKey};
use super::noise::pattern::XX_PSK0;
use super::noise::{self, Finished, Handshake, Role};
use super::offer::Offer;
use super::payload::{DescriptorHash, MAX_PAYLOAD, Payload};
use super::{Error, MAX_HANDSHAKE, Model, Paired, Refused};
use crate::crypto::dh::PrivateKey;
use crate::crypto::hash::{equal, extract, hmac};
use crate::crypto::{SUITE, Secret};
use crate::seal::{
    Binding, Direction, Entropy, Label, SessionSecrets, derive, draw, expand_label, hedge,
};
use crate::wire::{
    self, ConnectionId, HANDSHAKE_HEADER, Hint, MAC1_LEN, MAX_DATAGRAM, Packet, VERSION, Writer,
};

/// The fewest bytes that a label secret has.
pub const MIN_SECRET: usize = 16;

const MODEL: Model = Model::LABEL_SECRET;

/// What is derived from the secret on a label.
///
/// Wiped when dropped, never printed, not `Clone`.
pub struct LabelSecret {
    psk: Secret,
    mac1_key: Secret,
    hint: Hint,
}

impl fmt::Debug for LabelSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelSecret")
            .field("hint", &self.hint)
            .finish_non_exhaustive()
    }
}

impl LabelSecret {
    /// Derives what the handshake needs from the label's secret: at least 16 random bytes.
    ///
    /// What a person types is no label secret; that is what the passcode model is for.
    ///
    /// # Errors
    ///
    /// [`Error::SecretTooShort`].
    pub fn new(secret: &[u8]) -> Result<Self, Error> {
        if secret.len() < MIN_SECRET {
            return Err(Error::SecretTooShort);
        }
        let label = extract(&[0; 32], &[secret]);
        Ok(Self {
            psk: derive(&label, Label::LABEL_PSK),
            mac1_key: derive(&label, Label::LABEL_MAC1),
            hint: Hint(expand_label(&label, Label::LABEL_HINT, [&[], &[]])),
        })
    }

    /// Tells the device which of its labels is meant; shows nothing of the secret.
    #[must_use]
    pub const fn hint(&self) -> Hint {
        self.hint
    }
}

/// The side that reads the label: a server or a phone.
#[derive(Debug)]
pub struct Reader;

impl Reader {
    /// Writes message 1. `connection` tells this handshake from others and is drawn at random.
    ///
    /// Costs one scalar multiplication. `out` takes [`MAX_HANDSHAKE`] bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`], or [`Error::NoRoom`] when `out` is too small.
    pub fn start<'o>(
        identity: &Identity,
        label: &LabelSecret,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<(AwaitingReply, &'o mut [u8]), Error> {
        require_room(out)?;
        let context = Context {
            connection,
            hint: label.hint,
        };
        let mut noise = label.handshake(Role::Initiator)?;
        let payload = Payload {
            offer: Some(Offer::OURS),
            descriptor: None,
        };
        let mut buffer = [0_u8; MAX_PAYLOAD];
        let payload = payload.emit(&mut buffer)?;
        let ephemeral = ephemeral(&noise, identity, payload, entropy)?;

        let mut writer = Writer::new(out);
        context.header(1).emit_header(&mut writer)?;
        writer.reserve(MAC1_LEN)?;
        noise.write(&identity.key_ref(), Some(ephemeral), payload, &mut writer)?;
        let packet = writer.finish();
        label.insert_mac1(packet);
        Ok((AwaitingReply { noise, context }, packet))
    }
}

/// The reader of the label, before message 2.
pub struct AwaitingReply {
    noise: Handshake,
    context: Context,
}

impl AwaitingReply {
    /// Which handshake this is.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.context.connection
    }

    /// Reads message 2 and writes message 3: the reader's side is then paired.
    ///
    /// Costs three scalar multiplications. `out` takes [`MAX_HANDSHAKE`] bytes.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the state as it was.
    pub fn read_reply<'o>(
        mut self,
        packet: &[u8],
        identity: &Identity,
        out: &'o mut [u8],
    ) -> Result<(Paired, &'o mut [u8]), Refused<Self>> {
        match self.try_read_reply(packet, identity, out) {
            Ok(done) => Ok(done),
            Err(error) => Err(Refused { state: self, error }),
        }
    }

    fn try_read_reply<'o>(
        &mut self,
        packet: &[u8],
        identity: &Identity,
        out: &'o mut [u8],
    ) -> Result<(Paired, &'o mut [u8]), Error> {
        require_room(out)?;
        let message = self.context.message(packet, 2)?;
        let mut buffer = [0_u8; MAX_DATAGRAM];
        let reply = self
            .noise
            .read(&identity.key_ref(), message, &mut buffer, accept_reply)?;

        // From here on nothing fails: there is room, and `read` has refused keys that agree on nothing.
        let mut writer = Writer::new(out);
        self.context.header(3).emit_header(&mut writer)?;
        self.noise
            .write(&identity.key_ref(), None, &[], &mut writer)?;
        let finished = self.noise.finish().ok_or(Error::UnexpectedMessage)?;
        Ok((paired(&finished, Some(reply))?, writer.finish()))
    }
}

/// The device, armed with its label.
///
/// It answers any number of first messages: none of them changes it.
#[derive(Debug)]
pub struct Armed<'a> {
    identity: &'a Identity,
    label: &'a LabelSecret,
}

impl<'a> Armed<'a> {
    /// Arms the device: from now on, who knows the label may pair.
    #[must_use]
    pub const fn new(identity: &'a Identity, label: &'a LabelSecret) -> Self {
        Self { identity, label }
    }

    /// Checks the code in front of a first message, and nothing else: one HMAC.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`] or
    /// [`Error::WrongLabel`].
    pub fn check_hello(&self, packet: &[u8]) -> Result<ConnectionId, Error> {
        self.hello(packet).map(|(context, _)| context.connection)
    }

    /// Reads message 1 and writes message 2.
    ///
    /// Costs three scalar multiplications, and one HMAC alone where the sender does not know the
    /// label. `out` takes [`MAX_HANDSHAKE`] bytes.
    ///
    /// # Errors
    ///
    /// As [`Armed::check_hello`], and [`Error::NotAuthentic`], [`Error::Downgraded`],
    /// [`Error::BadKey`] or [`Error::Entropy`].
    pub fn read_hello<'o>(
        &self,
        packet: &[u8],
        descriptor: DescriptorHash,
        entropy: &mut impl Entropy,
        out: &'o mut [u8],
    ) -> Result<(AwaitingConfirmation, &'o mut [u8]), Error> {
        require_room(out)?;
        let (context, message) = self.hello(packet)?;
        let mut noise = self.label.handshake(Role::Responder)?;
        let mut buffer = [0_u8; MAX_DATAGRAM];
        noise.read(&self.identity.key_ref(), message, &mut buffer, accept_offer)?;

        let payload = Payload {
            offer: Some(Offer::OURS),
            descriptor: Some(descriptor),
        };
        let payload = payload.emit(&mut buffer)?;
        let ephemeral = ephemeral(&noise, self.identity, payload, entropy)?;
        let mut writer = Writer::new(out);
        context.header(2).emit_header(&mut writer)?;
        noise.write(
            &self.identity.key_ref(),
            Some(ephemeral),
            payload,
            &mut writer,
        )?;
        Ok((AwaitingConfirmation { noise, context }, writer.finish()))
    }

    fn hello<'p>(&self, packet: &'p [u8]) -> Result<(Context, &'p [u8]), Error> {
        let Packet::Handshake(handshake) = Packet::parse(packet)? else {
            return Err(Error::UnexpectedMessage);
        };
        let context = Context {
            connection: handshake.connection,
            hint: self.label.hint,
        };
        let message = context.message(packet, 1)?;
        let header = packet.get(..HANDSHAKE_HEADER).unwrap_or_default();
        let expected = self.label.mac1(header, message);
        match handshake.mac1 {
            Some(mac1) if equal(&mac1, &expected) => Ok((context, message)),
            _ => Err(Error::WrongLabel),
        }
    }
}

/// The device, before message 3.
pub struct AwaitingConfirmation {
    noise: Handshake,
    context: Context,
}

impl AwaitingConfirmation {
    /// Which handshake this is.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.context.connection
    }

    /// Reads message 3: the device's side has keys.
    ///
    /// It has finished only when the first packet under these keys is authentic: until then
    /// it stores no owner. Costs one scalar multiplication.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the state as it was.
    pub fn read_confirmation(
        mut self,
        packet: &[u8],
        identity: &Identity,
    ) -> Result<Paired, Refused<Self>> {
        match self.try_read_confirmation(packet, identity) {
            Ok(done) => Ok(done),
            Err(error) => Err(Refused { state: self, error }),
        }
    }

    fn try_read_confirmation(
        &mut self,
        packet: &[u8],
        identity: &Identity,
    ) -> Result<Paired, Error> {
        let message = self.context.message(packet, 3)?;
        let mut buffer = [0_u8; MAX_DATAGRAM];
        self.noise
            .read(&identity.key_ref(), message, &mut buffer, |payload| {
                Payload::parse(payload).map_err(Error::from)
            })?;
        let finished = self.noise.finish().ok_or(Error::UnexpectedMessage)?;
        paired(&finished, None)
    }
}

impl fmt::Debug for AwaitingReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AwaitingReply").field(&self.context).finish()
    }
}

impl fmt::Debug for AwaitingConfirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AwaitingConfirmation")
            .field(&self.context)
            .finish()
    }
}

/// What every message of one handshake carries in the clear.
#[derive(Debug, Clone, Copy)]
struct Context {
    connection: ConnectionId,
    hint: Hint,
}

impl Context {
    const fn header(&self, step: u8) -> wire::Handshake<'static> {
        wire::Handshake {
            suite: SUITE,
            model: MODEL.0,
            step,
            connection: self.connection,
            hint: self.hint,
            mac1: None,
            message: &[],
        }
    }

    /// The Noise message of a packet that is the given step of this handshake.
    fn message<'p>(&self, packet: &'p [u8], step: u8) -> Result<&'p [u8], Error> {
        let Packet::Handshake(handshake) = Packet::parse(packet)? else {
            return Err(Error::UnexpectedMessage);
        };
        if handshake.suite != SUITE {
            return Err(Error::UnsupportedSuite(handshake.suite));
        }
        let is_ours = handshake.connection == self.connection;
        if handshake.model != MODEL.0 || handshake.step != step || !is_ours {
            return Err(Error::UnexpectedMessage);
        }
        match handshake.hint == self.hint {
            true => Ok(handshake.message),
            false => Err(Error::WrongLabel),
        }
    }
}

impl LabelSecret {
    fn handshake(&self, role: Role) -> Result<Handshake, Error> {
        let mut buffer = [0_u8; MAX_PROLOGUE];
        let prologue = prologue(self.hint, &mut buffer)?;
        Ok(Handshake::new(
            &XX_PSK0,
            role,
            prologue,
            core::slice::from_ref(&self.psk),
        ))
    }

    /// "over all before it ‖ message"
    fn mac1(&self, header: &[u8], message: &[u8]) -> [u8; MAC1_LEN] {
        hmac(&self.mac1_key, &[header, message])
    }

    fn insert_mac1(&self, packet: &mut [u8]) {
        let Some((header, rest)) = packet.split_at_mut_checked(HANDSHAKE_HEADER) else {
            return;
        };
        let Some((slot, message)) = rest.split_first_chunk_mut::<MAC1_LEN>() else {
            return;
        };
        *slot = self.mac1(header, message);
    }
}

const MAX_PROLOGUE: usize = 80;

/// "lv("iomt1") lv(wire version) lv(suite) lv(Noise name) lv(model) lv(pre)"
fn prologue(hint: Hint, buffer: &mut [u8]) -> Result<&[u8], wire::Error> {
    let mut writer = Writer::new(buffer);
    for field in [
        b"iomt1",
        &[VERSION][..],
        &[SUITE],
        XX_PSK0.name.as_bytes(),
        &[MODEL.0],
        &hint.0,
    ] {
        let len = u16::try_from(field.len()).unwrap_or(u16::MAX);
        writer.put(&len.to_be_bytes())?;
        writer.put(field)?;
    }
    Ok(writer.finish())
}

/// "Every random value is hedged: equal output implies an equal message"
fn ephemeral(
    noise: &Handshake,
    identity: &Identity,
    payload: &[u8],
    entropy: &mut impl Entropy,
) -> Result<PrivateKey, Error> {
    let binding = Binding {
        purpose: Label::EPHEMERAL,
        static_secret: identity.secret_bytes(),
        number: 0,
        hash: noise.hash(),
        payload,
    };
    Ok(PrivateKey::new(hedge(&draw(entropy)?, &binding)))
}

/// Reads the payload of message 1 or 2, whose offer must be there and hold nothing better.
fn accept_offer(payload: &[u8]) -> Result<Payload, Error> {
    let payload = Payload::parse(payload)?;
    let theirs = payload.offer.ok_or(wire::Error::Truncated { missing: 1 })?;
    Offer::OURS.check(theirs, MODEL)?;
    Ok(payload)
}

/// Message 2 says as well how the device is going to describe itself.
fn accept_reply(payload: &[u8]) -> Result<DescriptorHash, Error> {
    let payload = accept_offer(payload)?;
    let missing = wire::Error::Truncated { missing: 1 };
    Ok(payload.descriptor.ok_or(missing)?)
}

/// The device is the responder of this model.
fn paired(finished: &Finished, descriptor: Option<DescriptorHash>) -> Result<Paired, Error> {
    let peer = finished.remote_static.as_ref().ok_or(Error::BadKey)?;
    let secrets = SessionSecrets::derive(
        &finished.hash,
        finished.initiator_key.expose(),
        finished.responder_key.expose(),
        Direction::DeviceResponded,
    )
    .map_err(|_| Error::BadKey)?;
    Ok(Paired {
        secrets,
        peer: PublicKey::from_bytes(peer)?,
        descriptor,
    })
}

fn require_room(out: &[u8]) -> Result<(), Error> {
    if out.len() < MAX_HANDSHAKE {
        return Err(Error::NoRoom {
            needed: MAX_HANDSHAKE,
        });
    }
    Ok(())
}

impl From<noise::Error> for Error {
    fn from(error: noise::Error) -> Self {
        match error {
            noise::Error::Truncated => Self::Malformed(wire::Error::Truncated { missing: 1 }),
            noise::Error::NotAuthentic => Self::NotAuthentic,
            noise::Error::BadKey => Self::BadKey,
            noise::Error::NoRoom => Self::NoRoom {
                needed: MAX_HANDSHAKE,
            },
            noise::Error::OutOfTurn => Self::UnexpectedMessage,
        }
    }
}
