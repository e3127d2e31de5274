use super::{Error, Opener, Opening, Owners, SessionLookup};
use crate::wire::{Frame, Packet, Route};

/// How many frames are looked up before the first of them is opened.
const AHEAD: usize = 32;

/// The sessions themselves, by the names that a [`SessionLookup`] gives: a slice, a cache, a pool of worker memory.
///
/// ```
/// use iomt::seal::{Opener, Sessions};
///
/// let mut nobody: [Opener; 0] = [];
/// assert!(nobody.session(7_u32).is_none());
/// ```
pub trait Sessions<N> {
    /// The session of this name; `None` where it is not here, and its frames are refused as unknown.
    fn session(&mut self, name: N) -> Option<&mut Opener>;
}

impl Sessions<usize> for [Opener] {
    fn session(&mut self, name: usize) -> Option<&mut Opener> {
        self.get_mut(name)
    }
}

impl Sessions<u32> for [Opener] {
    fn session(&mut self, name: u32) -> Option<&mut Opener> {
        self.get_mut(usize::try_from(name).ok()?)
    }
}

impl<N, const COUNT: usize> Sessions<N> for [Opener; COUNT]
where
    [Opener]: Sessions<N>,
{
    fn session(&mut self, name: N) -> Option<&mut Opener> {
        self.as_mut_slice().session(name)
    }
}

/// Opens frames of many sessions, each in its own buffer, and hands each to `each` with its place in the batch.
///
/// The sessions of 32 frames are looked up and [fetched](Opener::fetch) before the first of those is opened, so that
/// a batch waits for memory once where single frames wait 32 times. It takes no memory beside 32 look-ups on the stack, and
/// allocates nothing.
///
/// What comes out is what [`Opener::open`] would say of each frame in turn, with the name of the session that it is of. Of
/// several owners of a locator all are tried. Two copies of one frame in one batch are both fresh, as long as none was
/// committed: the store's unique key keeps one. A short frame belongs to a connection, and so to no look-up: it is
/// [`Error::UnknownEpoch`], as a stranger's.
///
/// ```
/// # use iomt::seal::{Direction, SAVED_SESSION_LEN, SessionSecrets, SystemEntropy};
/// use iomt::seal::{Opener, Opening, SessionTable, open_batch};
/// use iomt::wire::{Frame, MAX_DATAGRAM, Packet, Space};
///
/// # let secrets = |n| SessionSecrets::derive(&[n; 32], &[2; 32], &[3; 32], Direction::DeviceInitiated);
/// # let mut frames: Vec<Vec<u8>> = Vec::new();
/// # for n in 0..3 {
/// #     let mut sealer = secrets(n)?.into_sealer(&[9; 32])?;
/// #     sealer.begin_epoch(&mut SystemEntropy, &mut [0; SAVED_SESSION_LEN])?;
/// #     sealer.epoch_stored()?;
/// #     let mut out = [0; MAX_DATAGRAM];
/// #     let short = sealer.seal(Space::Data, b"reading", &mut out)?;
/// #     let Ok(Packet::Frame(frame)) = Packet::parse(short) else { unreachable!() };
/// #     let route = sealer.epoch().expect("an epoch is open").route(false);
/// #     frames.push(Frame { route, ..frame }.emit(&mut [0; MAX_DATAGRAM])?.to_vec());
/// # }
/// // Three sessions, and a frame of each.
/// let mut openers: Vec<Opener> = (0..3).map(|n| Ok(secrets(n)?.into_opener())).collect::<Result<_, iomt::seal::Error>>()?;
/// let mut table = SessionTable::default();
/// for (name, opener) in (0_u32..).zip(&openers) {
///     for locator in opener.locators() {
///         assert!(table.insert(locator, name));
///     }
/// }
/// let mut batch: Vec<&mut [u8]> = frames.iter_mut().map(Vec::as_mut_slice).collect();
/// let mut opened = Vec::new();
/// open_batch(&table, openers.as_mut_slice(), &mut batch, |place, outcome| match outcome {
///     Ok((name, Opening::Fresh(frame))) => opened.push((place, name, frame)),
///     other => eprintln!("frame {place}: {other:?}"),
/// });
/// assert_eq!(opened.len(), 3);
/// for (_, name, frame) in opened {
///     // Stored, in one transaction for all of them; then:
///     openers[name as usize].commit(frame.stored())?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_batch<'b, L, S, F>(
    lookup: &L,
    sessions: &mut S,
    frames: &'b mut [F],
    mut each: impl FnMut(usize, Result<(L::Name, Opening<'b>), Error>),
) where
    L: SessionLookup + ?Sized,
    S: Sessions<L::Name> + ?Sized,
    F: AsMut<[u8]>,
{
    let mut place = 0_usize;
    for chunk in frames.chunks_mut(AHEAD) {
        let mut owners = [Owners::default(); AHEAD];
        // One loop each: the look-ups wait for memory together, and then the sessions do.
        for (owners, frame) in owners.iter_mut().zip(chunk.iter_mut()) {
            *owners = owners_of(lookup, frame.as_mut());
        }
        for name in owners.iter().flat_map(Owners::iter) {
            if let Some(session) = sessions.session(name) {
                session.fetch();
            }
        }
        for (owners, frame) in owners.iter().zip(chunk) {
            each(place, open(owners, sessions, frame.as_mut()));
            place = place.saturating_add(1);
        }
    }
}

/// Whose a frame may be. What is no frame, or says no locator, is nobody's.
fn owners_of<L: SessionLookup + ?Sized>(lookup: &L, packet: &[u8]) -> Owners<L::Name> {
    match Packet::parse(packet) {
        Ok(Packet::Frame(Frame {
            route: Route::Routed(locator) | Route::Unproved(locator, _),
            ..
        })) => lookup.owners(locator),
        _ => Owners::default(),
    }
}

/// Opens a frame by the first of its owners to whom it is authentic.
fn open<'b, N: Copy + Eq>(
    owners: &Owners<N>,
    sessions: &mut (impl Sessions<N> + ?Sized),
    packet: &'b mut [u8],
) -> Result<(N, Opening<'b>), Error> {
    let mut refusal = None;
    for name in owners.iter() {
        let Some(session) = sessions.session(name) else {
            continue;
        };
        match session.authenticate(packet) {
            Ok(authentic) => return Ok((name, session.reveal(authentic, packet)?)),
            // Of two refusals the one that says more: an owner who does not know the epoch says least.
            Err(Error::UnknownEpoch) => {}
            Err(error) => refusal = Some(error),
        }
    }
    Err(refusal.unwrap_or_else(|| nobodys(packet)))
}

/// What is wrong with a packet that no session wants.
fn nobodys(packet: &[u8]) -> Error {
    match Packet::parse(packet) {
        Ok(Packet::Frame(_)) => Error::UnknownEpoch,
        Ok(_) => Error::UnexpectedPacket,
        Err(error) => error.into(),
    }
}
