use super::comparing::Sas;
use super::packed::{Cell, MAX_CELLS, Packed};
use super::start::pattern_of;
use super::step::News;
use super::{Exchange, Phase};
use crate::crypto::{KEY_LEN, Secret};
use crate::pairing::noise::{Handshake, Parts, Place, Role};
use crate::pairing::{DescriptorHash, Error, Hello, MAX_HANDSHAKE};
use crate::seal::Hedge;
use crate::wire::Writer;

/// An exchange while it is worked on.
pub(super) struct State {
    pub(super) noise: Handshake,
    pub(super) hello: Hello,
    pub(super) role: Role,
    pub(super) phase: Phase,
    /// What the device promises to describe itself as: one's own promise, or the other side's.
    pub(super) promise: Option<DescriptorHash>,
    pub(super) psk: Option<Secret>,
    /// One's random values, but for what they are bound to, as long as one of them is still to be made.
    pub(super) hedge: Option<Hedge>,
    /// Of the initiator, until message 1 is written.
    pub(super) mac1_key: Option<Secret>,
    pub(super) sas: Sas,
    pub(super) packet: PacketBuffer,
}

/// The packet that is written.
pub(super) struct PacketBuffer {
    bytes: [u8; MAX_HANDSHAKE],
    len: usize,
}

impl Exchange {
    pub(super) fn unpack(&self) -> Result<State, Error> {
        let packed = &self.packed;
        let parts = Parts {
            chaining_key: packed.secret(Cell::ChainingKey).ok_or(Error::MissingKey)?,
            hash: packed.get(Cell::Hash).ok_or(Error::MissingKey)?,
            key: packed.secret(Cell::Key),
            ephemeral: packed.secret(Cell::Ephemeral),
            remote_ephemeral: packed.get(Cell::RemoteEphemeral),
            remote_static: packed.get(Cell::RemoteStatic),
            local_static: packed.get(Cell::LocalStatic),
            place: self.place,
        };
        let mut packet = PacketBuffer::new();
        if self.phase == Phase::Writing {
            packet.append(|writer| writer.put(packed.draft()))?;
        }
        Ok(State {
            noise: Handshake::from_parts(pattern_of(self.hello.model)?, self.role, parts),
            hello: self.hello,
            role: self.role,
            phase: self.phase,
            promise: packed.get(Cell::Promise).map(DescriptorHash::from_bytes),
            psk: packed.secret(Cell::Psk),
            hedge: packed.secret(Cell::Hedge).map(Hedge::from_secret),
            mac1_key: packed.secret(Cell::Mac1Key),
            sas: Sas::unpack(self.hello.model, packed),
            packet,
        })
    }

    /// Keeps what is still needed, and the message while that is read.
    pub(super) fn pack(&mut self, state: State) -> Result<(), Error> {
        let written = state.packet.written();
        let (sent, draft) = match state.phase {
            Phase::Reading => (&[][..], self.packed.draft()),
            Phase::Writing => (&[][..], written),
            _ if written.is_empty() => (self.packed.sent(), &[][..]),
            _ => (written, &[][..]),
        };
        let mut packed = Packed::new(sent, draft)?;
        self.phase = state.phase;
        self.place = state.put_cells(&mut packed)?;
        self.packed = packed;
        Ok(())
    }

    /// A new exchange, in which `message` is read, if any.
    pub(super) fn begin(mut state: State, message: &[u8]) -> Result<Self, Error> {
        let mut packed = Packed::new(&[], &[])?;
        packed.receive(message, MAX_CELLS)?;
        state.run(message, [].into_iter(), News::Nothing)?;
        let mut exchange = Self {
            hello: state.hello,
            role: state.role,
            phase: state.phase,
            asked: state.asked(),
            place: Place::default(),
            packed,
        };
        exchange.pack(state)?;
        Ok(exchange)
    }
}

impl State {
    /// In the order of the cells.
    fn put_cells(self, packed: &mut Packed) -> Result<Place, Error> {
        let psk = self.psk.filter(|_| self.noise.awaits_psk());
        let parts = self.noise.into_parts();
        packed.put(Cell::ChainingKey, parts.chaining_key.expose())?;
        packed.put(Cell::Hash, &parts.hash)?;
        packed.put_some(Cell::Key, exposed(parts.key.as_ref()))?;
        packed.put_some(Cell::Ephemeral, exposed(parts.ephemeral.as_ref()))?;
        packed.put_some(Cell::RemoteEphemeral, parts.remote_ephemeral.as_ref())?;
        packed.put_some(Cell::RemoteStatic, parts.remote_static.as_ref())?;
        packed.put_some(Cell::LocalStatic, parts.local_static.as_ref())?;
        packed.put_some(Cell::Psk, exposed(psk.as_ref()))?;
        let promise = self.promise.as_ref().map(DescriptorHash::as_bytes);
        packed.put_some(Cell::Promise, promise)?;
        let hedge = self.hedge.map(Hedge::into_secret);
        packed.put_some(Cell::Hedge, exposed(hedge.as_ref()))?;
        packed.put_some(Cell::Mac1Key, exposed(self.mac1_key.as_ref()))?;
        self.sas.pack(packed)?;
        Ok(parts.place)
    }
}

fn exposed(secret: Option<&Secret>) -> Option<&[u8; KEY_LEN]> {
    secret.map(Secret::expose)
}

impl PacketBuffer {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; MAX_HANDSHAKE],
            len: 0,
        }
    }

    pub(super) fn written(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(super) fn written_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.len).unwrap_or_default()
    }

    /// Writes something behind what is there.
    pub(super) fn append<T, E>(
        &mut self,
        write: impl FnOnce(&mut Writer<'_>) -> Result<T, E>,
    ) -> Result<T, Error>
    where
        Error: From<E>,
    {
        let room = self.bytes.get_mut(self.len..);
        let mut writer = Writer::new(room.unwrap_or_default());
        let written = write(&mut writer)?;
        self.len = self.len.saturating_add(writer.len());
        Ok(written)
    }
}
