use super::Exchange;
use super::start::Terms;
use crate::pairing::cpace::Agreement;
use crate::pairing::hello::open_hello;
use crate::pairing::{DescriptorHash, Error, Hello, Model, StaticKey};
use crate::seal::Entropy;
use crate::wire::Hint;

impl Exchange {
    /// Goes on from a passcode: who it was typed to.
    ///
    /// # Errors
    ///
    /// [`Error::Entropy`].
    pub fn enter_passcode(
        key: &StaticKey,
        agreement: &Agreement,
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let terms = Terms::of_passcode(key, agreement);
        terms.initiate(agreement.mac1_key.share(), entropy)
    }

    /// Answers message 1 of who has entered the passcode: the device.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::UnexpectedMessage`], [`Error::UnsupportedSuite`],
    /// [`Error::WrongKey`] for a hint, [`Error::NotAuthentic`] where another passcode was typed,
    /// [`Error::Downgraded`], [`Error::BadKey`] or [`Error::Entropy`].
    pub fn answer_passcode(
        key: &StaticKey,
        agreement: &Agreement,
        descriptor: DescriptorHash,
        packet: &[u8],
        entropy: &mut impl Entropy,
    ) -> Result<Self, Error> {
        let terms = Terms {
            promise: Some(descriptor),
            ..Terms::of_passcode(key, agreement)
        };
        let Hello {
            model, connection, ..
        } = terms.hello;
        let accept = |hello: &Hello| match (hello.model, hello.connection, hello.hint) {
            (known, run, Hint::NONE) if (known, run) == (model, connection) => Ok(()),
            (known, run, _) if (known, run) == (model, connection) => Err(Error::WrongKey),
            _ => Err(Error::UnexpectedMessage),
        };
        let mac1_key = &agreement.mac1_key;
        let (_, message) = open_hello(packet, accept, mac1_key, Error::NotAuthentic)?;
        terms.respond(message, entropy)
    }
}

impl<'a> Terms<'a> {
    fn of_passcode(key: &'a StaticKey, agreement: &'a Agreement) -> Self {
        Self {
            hello: Hello {
                model: Model::PASSCODE,
                connection: agreement.connection,
                hint: Hint::NONE,
            },
            psk: Some(&agreement.psk),
            before: &agreement.transcript,
            ..Terms::of_keys(key, agreement.connection)
        }
    }
}
