use zeroize::Zeroizing;

use super::bytes::Bytes;
use super::comparing::{MAX, Sas};
use super::{Exchange, Kept, Phase};
use crate::crypto::dh::PrivateKey;
use crate::crypto::{SUITE, Secret};
use crate::pairing::hello::static_mac1_key;
use crate::pairing::label::LabelSecret;
use crate::pairing::noise::{Handshake, IK_PSK2, KK_PSK0, Known, Pattern, Role, XX_PSK0};
use crate::pairing::{DescriptorHash, Error, Hello, Model, PublicKey, StaticKey};
use crate::seal::{Entropy, Hedge, Label, ResumptionSecret, draw};
use crate::wire::{self, ConnectionId, Hint, VERSION, Writer};

/// What one side brings to a handshake.
pub(super) struct Terms<'a> {
    pub(super) hello: Hello,
    pub(super) key: &'a StaticKey,
    pub(super) peer: Option<PublicKey>,
    pub(super) psk: Option<&'a Secret>,
    /// Of the pairing that it goes back to.
    pub(super) suite: u8,
    /// Which one could use beside suite 1, in the form of an offer.
    pub(super) other_suites: u8,
    pub(super) promise: Option<DescriptorHash>,
    /// What was agreed before the handshake; else the hint stands in its place.
    pub(super) before: &'a [u8],
    /// Which attempt it is, where those are counted: hedges what is drawn.
    pub(super) number: u64,
}

impl Exchange {
    /// Begins to pair with the device of this label. `connection` is drawn at random.
    ///
    /// Nothing is multiplied yet, here and in the other ways to begin: [`Exchange::poll_work`] says
    /// what is due before there is a packet.
    ///
    /// # Errors
    ///
    /// [`Error::MissingKey`] for a label with a key, which goes to [`Exchange::read_label_with_key`], or
    /// [`Error::Entropy`].
    pub fn read_label(
        key: &StaticKey,
        label: &LabelSecret,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        if label.model() != Model::LABEL_SECRET {
            return Err(Error::MissingKey);
        }
        let terms = Terms::of_label(key, label, connection);
        terms.initiate(label.mac1_key().share(), entropy)
    }

    /// Begins to pair with the device whose key and secret are on its label.
    ///
    /// # Errors
    ///
    /// [`Error::MissingKey`] for a [`LabelSecret`] that stands beside no key, or [`Error::Entropy`].
    pub fn read_label_with_key(
        key: &StaticKey,
        label: &LabelSecret,
        device: PublicKey,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        if label.model() != Model::LABEL_KEY {
            return Err(Error::MissingKey);
        }
        let terms = Terms {
            peer: Some(device),
            ..Terms::of_label(key, label, connection)
        };
        terms.initiate(label.mac1_key().share(), entropy)
    }

    /// Answers message 1 of who has read the label: the device, while it is armed.
    ///
    /// Who does not know it costs one HMAC, as in the other ways to answer.
    ///
    /// # Errors
    ///
    /// As [`LabelSecret::check_hello`], and [`Error::NotAuthentic`], [`Error::Downgraded`],
    /// [`Error::BadKey`] or [`Error::Entropy`].
    pub fn answer_label(
        key: &StaticKey,
        label: &LabelSecret,
        descriptor: DescriptorHash,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let (hello, message) = label.open_hello(packet)?;
        let terms = Terms {
            promise: Some(descriptor),
            ..Terms::of_label(key, label, hello.connection)
        };
        terms.respond(message, entropy)
    }

    /// Begins a new session with a peer of an earlier one: the device.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`].
    pub fn reconnect(
        key: &StaticKey,
        peer: PublicKey,
        secret: &ResumptionSecret,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let terms = Terms::of_reconnection(key, peer, secret, connection);
        terms.initiate(static_mac1_key(&peer), entropy)
    }

    /// Answers message 1 of a reconnection: the server, which has found the secret by the hint that
    /// [`StaticKey::check_hello`] gave.
    ///
    /// # Errors
    ///
    /// As [`StaticKey::check_hello`], and [`Error::WrongKey`] for another secret's hint,
    /// [`Error::BadKey`] or [`Error::Entropy`].
    pub fn answer_reconnection(
        key: &StaticKey,
        peer: PublicKey,
        secret: &ResumptionSecret,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let (hello, message) = key.open_hello(packet)?;
        let terms = Terms::of_reconnection(key, peer, secret, hello.connection);
        if hello.model != Model::RECONNECTION {
            return Err(Error::UnexpectedMessage);
        }
        if hello.hint != terms.hello.hint {
            return Err(Error::WrongKey);
        }
        terms.respond(message, entropy)
    }

    /// Begins a session with a server whose key is known from the factory, or from an earlier pairing
    /// whose state is lost: the device.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`].
    pub fn meet(
        key: &StaticKey,
        peer: PublicKey,
        descriptor: DescriptorHash,
        connection: ConnectionId,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let terms = Terms {
            peer: Some(peer),
            promise: Some(descriptor),
            ..Terms::of_keys(key, connection)
        };
        terms.initiate(static_mac1_key(&peer), entropy)
    }

    /// Answers message 1 of a device that knows one's key. Whether the device is known is for the
    /// caller to say: [`Paired::peer`](crate::pairing::Paired::peer) has its key.
    ///
    /// # Errors
    ///
    /// As [`StaticKey::check_hello`], and [`Error::BadKey`] or [`Error::Entropy`].
    pub fn answer_meeting(
        key: &StaticKey,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let (hello, message) = key.open_hello(packet)?;
        if hello.model != Model::FACTORY_KEYS {
            return Err(Error::UnexpectedMessage);
        }
        Terms::of_keys(key, hello.connection).respond(message, entropy)
    }
}

impl<'a> Terms<'a> {
    const fn of_label(
        key: &'a StaticKey,
        label: &'a LabelSecret,
        connection: ConnectionId,
    ) -> Self {
        Self {
            hello: Hello {
                model: label.model(),
                connection,
                hint: label.hint(),
            },
            key,
            peer: None,
            psk: Some(label.psk()),
            suite: SUITE,
            other_suites: label.other_suites(),
            promise: None,
            before: &[],
            number: 0,
        }
    }

    const fn of_reconnection(
        key: &'a StaticKey,
        peer: PublicKey,
        secret: &'a ResumptionSecret,
        connection: ConnectionId,
    ) -> Self {
        Self {
            hello: Hello {
                model: Model::RECONNECTION,
                connection,
                hint: secret.hint(),
            },
            key,
            peer: Some(peer),
            psk: Some(secret.psk()),
            suite: secret.suite(),
            other_suites: 0,
            promise: None,
            before: &[],
            number: 0,
        }
    }

    pub(super) const fn of_keys(key: &'a StaticKey, connection: ConnectionId) -> Self {
        Self {
            hello: Hello {
                model: Model::FACTORY_KEYS,
                connection,
                hint: Hint::NONE,
            },
            key,
            peer: None,
            psk: None,
            suite: SUITE,
            other_suites: 0,
            promise: None,
            before: &[],
            number: 0,
        }
    }

    /// Begun where it is returned: moved less often, it takes less stack.
    pub(super) fn initiate(
        &self,
        mac1_key: Secret,
        entropy: &mut impl Entropy,
    ) -> Result<Exchange, Error> {
        let mut begun = self.exchange(Role::Initiator);
        if let Ok(exchange) = &mut begun {
            self.begin_writing(exchange, mac1_key, entropy)?;
        }
        begun
    }

    #[inline(never)] // See `Exchange`.
    fn begin_writing(
        &self,
        exchange: &mut Exchange,
        mac1_key: Secret,
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        let mut buffer = Zeroizing::new([0_u8; MAX]);
        let payload = exchange.emit_payload(0, &mut buffer)?;
        let hedge = self.hedge(entropy)?;
        let ephemeral = hedge.secret(Label::EPHEMERAL, exchange.noise.hash(), payload);
        exchange.noise.set_ephemeral(PrivateKey::new(ephemeral));
        exchange.sas = Sas::asking(self.hello.model, hedge);
        exchange.kept = Kept::Mac1Key(mac1_key);
        exchange.phase = Phase::Writing;
        exchange.begin_packet()?;
        exchange.advance()
    }

    pub(super) fn respond(
        &self,
        message: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Exchange, Error> {
        let mut begun = self.exchange(Role::Responder);
        if let Ok(exchange) = &mut begun {
            self.begin_reading(exchange, message, entropy)?;
        }
        begun
    }

    #[inline(never)] // See `Exchange`.
    fn begin_reading(
        &self,
        exchange: &mut Exchange,
        message: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<(), Error> {
        exchange.bytes.receive(message)?;
        let hedge = self.hedge(entropy)?;
        exchange.sas = Sas::answering(self.hello.model, &hedge, message);
        exchange.kept = Kept::Hedge(hedge);
        exchange.phase = Phase::Reading;
        exchange.advance()
    }

    /// "Every random value is hedged: equal output implies an equal message"
    fn hedge(&self, entropy: &mut impl Entropy) -> Result<Hedge, Error> {
        let secret = self.key.hedge_secret();
        Ok(Hedge::new(&draw(entropy)?, secret, self.number))
    }

    #[inline(never)] // See `Exchange`.
    fn exchange(&self, role: Role) -> Result<Exchange, Error> {
        let mut buffer = [0_u8; MAX_PROLOGUE];
        let (local, peer) = (self.key.public(), self.peer);
        let known = Known {
            local_static: Some(local.as_array()),
            remote_static: peer.as_ref().map(PublicKey::as_array),
        };
        let pattern = pattern_of(self.hello.model);
        let prologue = prologue(pattern, self.hello, self.before, &mut buffer)?;
        Ok(Exchange {
            noise: Handshake::new(pattern, role, prologue, &known)?,
            hello: self.hello,
            role,
            phase: Phase::Over,
            suite: self.suite,
            other_suites: self.other_suites,
            kept: Kept::Nothing,
            promise: self.promise,
            psk: self.psk.map(Secret::share),
            sas: Sas::NONE,
            bytes: Bytes::new(),
        })
    }
}

pub(super) const fn pattern_of(model: Model) -> Pattern {
    match model {
        Model::LABEL_KEY => IK_PSK2,
        Model::RECONNECTION => KK_PSK0,
        Model::FACTORY_KEYS => Pattern::IK,
        Model::NUMERIC_COMPARISON => Pattern::XX,
        _ => XX_PSK0,
    }
}

/// With the transcript of a passcode; 80 are enough for a hint.
const MAX_PROLOGUE: usize = if cfg!(feature = "cpace") { 184 } else { 80 };

/// "lv("iomt1") lv(wire version) lv(suite) lv(Noise name) lv(model) lv(pre)", pre: "hint | CPace transcript |
/// empty".
pub(in crate::pairing) fn prologue<'b>(
    pattern: Pattern,
    hello: Hello,
    before: &[u8],
    buffer: &'b mut [u8],
) -> Result<&'b [u8], wire::Error> {
    prologue_of_suite(SUITE, pattern, hello, before, buffer)
}

/// The same, of a suite that may be another one.
pub(in crate::pairing) fn prologue_of_suite<'b>(
    suite: u8,
    pattern: Pattern,
    hello: Hello,
    before: &[u8],
    buffer: &'b mut [u8],
) -> Result<&'b [u8], wire::Error> {
    let pre = match hello.hint {
        Hint::NONE => before,
        _ => &hello.hint.0[..],
    };
    let mut writer = Writer::new(buffer);
    for field in [
        b"iomt1",
        &[VERSION][..],
        &[suite],
        &pattern.protocol_name(),
        &[hello.model.0],
        pre,
    ] {
        let len = u16::try_from(field.len()).unwrap_or(u16::MAX);
        writer.put(&len.to_be_bytes())?;
        writer.put(field)?;
    }
    Ok(writer.finish())
}
