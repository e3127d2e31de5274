//! A worker: opens what comes, stores it with the row in one transaction, and only then says so.
//!
//! ```text
//! datagram ─► whose? ─► row as stored ─► Server::import ─► open ─► records, losses, row: one transaction
//!                                                                        │ another was faster: once more
//!                                                                        └ committed ─► receipt
//! ```
//!
//! Whatever was opened and not committed is forgotten with the [`Server`] that opened it.

use std::collections::{HashMap, VecDeque};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use iomt::node::{
    REFUSAL_LEN, Received, Reception, Recipient, Server, ServerConfig, ServerEvent, Trust, refusal,
};
use iomt::pairing::label::LabelSecret;
use iomt::pairing::{Identity, PublicKey, StaticKey};
use iomt::seal::{MAX_ROW, RowKey, RowOwner, SystemEntropy};
use iomt::time::Instant;
use iomt::wire::{Hint, MAX_DATAGRAM, Packet, Route};

use crate::frame::Frame;
use crate::store::{Change, Device, Error, Store};

const TRUSTS: [Trust; 2] = [Trust::Trusted, Trust::Quarantined];
/// Frames that wait for the database; the senders have those that do not fit.
const MAX_PARKED: usize = 256;

/// What all workers know.
pub struct Setup {
    pub identity: [u8; 32],
    pub row_key: [u8; 32],
    pub socket: UdpSocket,
    pub start: std::time::Instant,
}

/// A device that is to be paired by its label.
#[derive(Clone)]
pub struct Label {
    pub device: String,
    pub address: SocketAddr,
    pub secret: String,
}

pub struct Worker {
    setup: Arc<Setup>,
    store: Store,
    row_key: RowKey,
    labels: Vec<Label>,
    members: HashMap<String, Member>,
    /// The server's, as who greets has it.
    key: StaticKey,
    reception: Reception,
    stranger: Option<SocketAddr>,
    parked: VecDeque<(Vec<u8>, SocketAddr)>,
    refused: u64,
}

/// A worker's memory of one device.
struct Member {
    server: Box<Server>,
    version: i64,
    revision: u64,
    /// Where the device, the one in quarantine, and the newest handshake are.
    paths: [Option<SocketAddr>; 3],
}

impl Worker {
    pub fn new(
        setup: Arc<Setup>,
        store: Store,
        labels: Vec<Label>,
    ) -> Result<Self, iomt::node::Error> {
        let identity = Identity::from_secret_bytes(&setup.identity)?;
        let mut worker = Self {
            store,
            row_key: RowKey::from_bytes(&setup.row_key)?,
            labels: labels.clone(),
            members: HashMap::new(),
            key: Identity::from_secret_bytes(&setup.identity)?.into(),
            reception: Reception::new(identity),
            stranger: None,
            parked: VecDeque::new(),
            refused: 0,
            setup,
        };
        for label in labels {
            if let Err(error) = worker.load(&label.device) {
                eprintln!("{}: {error}", label.device);
            }
        }
        Ok(worker)
    }

    /// Takes a datagram. What the database refuses now is parked.
    pub fn handle(&mut self, datagram: &[u8], from: SocketAddr) {
        match self.try_handle(datagram, from) {
            Ok(()) => {}
            Err(error @ Error::Row(_)) => eprintln!("{error}"),
            Err(error) => {
                eprintln!("parked, not acknowledged: {error}");
                if self.parked.len() < MAX_PARKED {
                    self.parked.push_back((datagram.to_vec(), from));
                }
            }
        }
    }

    /// Does what is due: what was parked, handshakes piece by piece, receipts.
    pub fn tick(&mut self) {
        if let Some((datagram, from)) = self.parked.pop_front() {
            self.handle(&datagram, from);
        }
        let names: Vec<_> = self.members.keys().cloned().collect();
        for name in names {
            if let Err(error) = self.step(&name) {
                eprintln!("{name}: {error}");
            }
        }
        if let Err(error) = self.receive_callers() {
            eprintln!("no welcome: {error}");
        }
    }

    fn try_handle(&mut self, datagram: &[u8], from: SocketAddr) -> Result<(), Error> {
        let owners = self.owners(datagram)?;
        let mut is_known = false;
        for name in &owners {
            let mut opened = self.open(name, datagram, from);
            for _ in 0..8 {
                if !matches!(opened, Err(Error::Stale)) {
                    break;
                }
                opened = self.open(name, datagram, from);
            }
            if opened? {
                return Ok(());
            }
            is_known = true;
        }
        if !is_known && !self.is_greeted(datagram, from) && self.is_whole(datagram) {
            let mut out = [0; REFUSAL_LEN];
            if let Some(refusal) = refusal(datagram, &mut out) {
                let _ = self.setup.socket.send_to(refusal, from);
            }
        }
        self.refused += 1;
        if self.refused.is_power_of_two() {
            eprintln!("{} packets refused so far", self.refused);
        }
        Ok(())
    }

    /// The devices that a packet may be of: by the handshakes in memory, else by one search of the store.
    fn owners(&self, datagram: &[u8]) -> Result<Vec<String>, Error> {
        let find = |knows: &dyn Fn(&Server) -> bool| {
            let found = self
                .members
                .iter()
                .find(|(_, member)| knows(&member.server));
            found.map(|(name, _)| name.clone())
        };
        Ok(match Packet::parse(datagram) {
            Ok(Packet::Frame(frame)) => match frame.route {
                Route::Routed(locator) | Route::Unproved(locator, _) => {
                    let mut owners = self.store.by_locator(locator.0)?;
                    let here = find(&|server| server.locators().any(|known| known == locator));
                    owners.extend(here.filter(|here| !owners.contains(here)));
                    owners
                }
                Route::Short => Vec::new(),
            },
            Ok(Packet::Handshake(handshake)) => {
                let here = find(&|server| {
                    server
                        .connections()
                        .any(|known| known == handshake.connection)
                });
                match here {
                    Some(here) => vec![here],
                    None if handshake.hint == Hint::NONE => Vec::new(),
                    None => Vec::from_iter(self.store.by_hint(handshake.hint.0)?),
                }
            }
            _ => Vec::new(),
        })
    }

    /// Opens a datagram as one of this device; returns whether it was.
    fn open(&mut self, name: &str, datagram: &[u8], from: SocketAddr) -> Result<bool, Error> {
        let now = self.now();
        let member = self.load(name)?;
        let mut bytes = datagram.to_vec();
        let Ok(received) = member.server.handle_datagram(now, &mut bytes) else {
            return Ok(false);
        };
        if let Some(sender) = received.sender() {
            member.paths[place(sender)] = Some(from);
        }
        let opened = match received {
            Received::Records(opened) => Some((opened, false)),
            Received::Quarantined(opened) => Some((opened, true)),
            _ => None,
        };
        let frame = opened.map(|(opened, quarantined)| {
            let frame = Frame::of(&opened, quarantined);
            // It is stored below, or the server that was told so is forgotten. Where it can not be
            // acknowledged yet it comes again, and the unique key keeps one.
            let _ = member.server.handle_stored(now, opened.stored());
            frame
        });
        self.settle(name, frame)?;
        Ok(true)
    }

    /// Handshakes, and receipts of what is committed.
    fn step(&mut self, name: &str) -> Result<(), Error> {
        let now = self.now();
        let Some(member) = self.members.get_mut(name) else {
            return Ok(());
        };
        if member.server.poll_timeout().is_none_or(|due| due > now) {
            return Ok(());
        }
        let _ = member.server.handle_timeout(now, &mut SystemEntropy);
        self.settle(name, None)
    }

    /// Stores what an input has changed, and lets out what depends on it.
    fn settle(&mut self, name: &str, frame: Option<Frame>) -> Result<(), Error> {
        let settled = self.store_change(name, frame);
        if settled.is_err() {
            // What was opened, and not stored, has not come.
            self.members.remove(name);
        } else {
            self.transmit(name);
        }
        settled
    }

    fn store_change(&mut self, name: &str, frame: Option<Frame>) -> Result<(), Error> {
        let Some(member) = self.members.get_mut(name) else {
            return Ok(());
        };
        while let Some(event) = member.server.poll_event() {
            eprintln!("{name}: {event:?}");
            let label = self.labels.iter().find(|label| label.device == name);
            match (event, label) {
                (ServerEvent::Agreed { peer }, _) => {
                    self.store.agree(name, peer.as_bytes())?;
                }
                (ServerEvent::PairingFailed, Some(label)) => {
                    begin_pairing(
                        Instant::since(self.setup.start, std::time::Instant::now()),
                        member,
                        label,
                    );
                }
                _ => {}
            }
        }
        if member.server.revision() == member.revision {
            return Ok(());
        }
        let change = change(name, &self.row_key, member, frame)?;
        member.version = self.store.commit(name, &change)?;
        member.revision = member.server.revision();
        Ok(())
    }

    fn transmit(&mut self, name: &str) {
        let (now, socket) = (self.now(), &self.setup.socket);
        let Some(member) = self.members.get_mut(name) else {
            return;
        };
        let mut out = [0; MAX_DATAGRAM];
        while let Some(sent) = member.server.poll_transmit(now, &mut out) {
            if let Some(to) = member.paths[place(sent.to)] {
                let _ = socket.send_to(sent.datagram, to);
            }
        }
    }

    /// The device as the store has it now.
    fn load(&mut self, name: &str) -> Result<&mut Member, Error> {
        let stored = self.store.device(name)?;
        let now = self.now();
        let lacks = |member: &Member| {
            (0..2).any(|index| {
                stored.rows[index].is_none() && member.server.row_hint(TRUSTS[index]).is_some()
            })
        };
        if self
            .members
            .get(name)
            .is_none_or(|member| member.version > stored.version || lacks(member))
        {
            let member = self.new_member(now, name, &stored)?;
            self.members.insert(name.to_owned(), member);
        }
        // It is there: it was just put there.
        let member = self.members.get_mut(name).ok_or(Error::Stale)?;
        if member.version != stored.version {
            for row in stored.rows.iter().flatten() {
                let imported = member.server.import(now, &self.row_key, &owner(name), row);
                imported.map_err(Error::Row)?;
            }
            for (path, stored) in member.paths.iter_mut().zip(&stored.paths) {
                *path = stored.as_ref().and_then(|path| path.parse().ok()).or(*path);
            }
            (member.version, member.revision) = (stored.version, member.server.revision());
        }
        Ok(member)
    }

    fn new_member(&self, now: Instant, name: &str, stored: &Device) -> Result<Member, Error> {
        let identity = Identity::from_secret_bytes(&self.setup.identity);
        let identity = identity.map_err(|error| Error::Row(error.into()))?;
        let mut member = Member {
            server: Box::new(Server::new(identity, ServerConfig::DEFAULT)),
            version: -1,
            revision: 0,
            paths: [None; 3],
        };
        let is_new = stored.rows.iter().all(Option::is_none);
        if let Some(label) = self
            .labels
            .iter()
            .find(|label| is_new && label.device == name)
        {
            begin_pairing(now, &mut member, label);
        }
        if let (true, Some(agreed)) = (is_new, &stored.agreed) {
            let peer = PublicKey::from_bytes(agreed);
            member
                .server
                .expect(peer.map_err(|error| Error::Row(error.into()))?);
        }
        let since_1970 = std::time::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default()
            .as_millis();
        member
            .server
            .set_wall_clock(now, u64::try_from(since_1970).unwrap_or_default());
        Ok(member)
    }

    /// Takes the message 1 of a device that shows nothing but its key: it has lost its state.
    fn is_greeted(&mut self, datagram: &[u8], from: SocketAddr) -> bool {
        let is_greeted = self.reception.handle_datagram(self.now(), datagram).is_ok();
        if is_greeted {
            self.stranger = Some(from);
        }
        is_greeted
    }

    /// A damaged message 1 says nothing of its sender: refused, an honest device would go on to its keys, and so into
    /// quarantine.
    fn is_whole(&self, datagram: &[u8]) -> bool {
        match Packet::parse(datagram) {
            Ok(Packet::Handshake(_)) => self.key.check_hello(datagram).is_ok(),
            _ => true,
        }
    }

    fn receive_callers(&mut self) -> Result<(), Error> {
        let now = self.now();
        if self.reception.poll_timeout().is_none_or(|due| due > now) {
            return Ok(());
        }
        let _ = self.reception.handle_timeout(now, &mut SystemEntropy);
        let Some(caller) = self.reception.poll_caller() else {
            return Ok(());
        };
        let Some(name) = self.store.by_peer(caller.key().as_bytes())? else {
            return Ok(());
        };
        let from = self.stranger;
        let member = self.load(&name)?;
        member.paths[place(Recipient::Caller)] = from;
        member.server.welcome(now, caller).map_err(Error::Row)
    }

    fn now(&self) -> Instant {
        Instant::since(self.setup.start, std::time::Instant::now())
    }
}

fn begin_pairing(now: Instant, member: &mut Member, label: &Label) {
    let begun = LabelSecret::new(label.secret.as_bytes()).map_err(iomt::node::Error::from);
    let begun = begun.and_then(|secret| member.server.pair(now, &secret, &mut SystemEntropy));
    if let Err(error) = begun {
        eprintln!("{}: no pairing: {error}", label.device);
    }
    member.paths[place(Recipient::Caller)] = Some(label.address);
}

fn change(
    name: &str,
    key: &RowKey,
    member: &mut Member,
    frame: Option<Frame>,
) -> Result<Change, Error> {
    let mut rows = [None, None];
    for (row, trust) in rows.iter_mut().zip(TRUSTS) {
        let mut buffer = [0; MAX_ROW];
        let written =
            member
                .server
                .export(trust, key, &owner(name), &mut SystemEntropy, &mut buffer);
        *row = written.map_err(Error::Row)?.map(|row| row.to_vec());
    }
    let [trusted, quarantined, _] = member.paths;
    let mut locators: Vec<_> = member
        .server
        .locators()
        .map(|locator| locator.0.to_vec())
        .collect();
    locators.sort();
    locators.dedup();
    Ok(Change {
        device: Device {
            version: member.version,
            rows,
            paths: [trusted, quarantined].map(|path| path.map(|path| path.to_string())),
            agreed: None,
        },
        hints: TRUSTS.map(|trust| member.server.row_hint(trust).map(|hint| hint.0)),
        peer: member.server.peer().map(|peer| peer.as_bytes().to_vec()),
        locators,
        frame,
        losses: std::iter::from_fn(|| member.server.poll_loss()).collect(),
    })
}

const fn owner(device: &str) -> RowOwner<'_> {
    RowOwner {
        tenant: b"ingest",
        device: device.as_bytes(),
    }
}

const fn place(recipient: Recipient) -> usize {
    match recipient {
        Recipient::Device => 0,
        Recipient::Quarantined => 1,
        Recipient::Caller => 2,
    }
}
