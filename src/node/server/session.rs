use crate::pairing::{DescriptorHash, Paired, PublicKey};
use crate::seal::{Opened, Opener};
use crate::time::{Duration, Instant};
use crate::wire::{Packet, Route, Space, Tag};

/// "at most one a second and session"
const DUPLICATE_RECEIPT_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: [u8; 16],
    pub(super) opener: Opener,
    pub(super) peer: PublicKey,
    /// What the device has promised, until its descriptor came.
    promised: Option<DescriptorHash>,
    pub(super) receipt_due: Option<Instant>,
    pub(super) last_receipt: Option<Instant>,
}

impl Session {
    pub(super) fn new(paired: Paired) -> Self {
        Self {
            id: paired.secrets.id(),
            opener: paired.secrets.into_opener(),
            peer: paired.peer,
            promised: paired.descriptor,
            receipt_due: None,
            last_receipt: None,
        }
    }

    pub(super) fn want_receipt(&mut self, due: Instant) {
        self.receipt_due = Some(self.receipt_due.map_or(due, |earlier| earlier.min(due)));
    }

    /// The device has missed a receipt: it gets another, not sooner than a second behind the last.
    pub(super) fn note_duplicate(&mut self, now: Instant) {
        let soonest = self
            .last_receipt
            .map_or(now, |last| last + DUPLICATE_RECEIPT_INTERVAL);
        self.want_receipt(soonest.max(now));
    }

    /// Whether a frame names an epoch of this session. A short frame names none.
    pub(super) fn is_addressed_by(&self, packet: &[u8]) -> bool {
        let Ok(Packet::Frame(frame)) = Packet::parse(packet) else {
            return false;
        };
        match frame.route {
            Route::Routed(locator) | Route::Unproved(locator, _) => {
                self.opener.locators().any(|known| known == locator)
            }
            Route::Short => false,
        }
    }

    /// "The descriptor is the first record and is compared with its hash."
    ///
    /// It begins the session's first frame. Should a reboot have taken that frame, it begins
    /// another one; so what is compared is the first descriptor that comes.
    pub(super) fn breaks_promise(&mut self, opened: &Opened<'_>) -> bool {
        let (Some(promised), Ok(envelope)) = (self.promised, opened.envelope()) else {
            return false;
        };
        let place = (opened.epoch_number(), opened.space(), opened.counter());
        let mut records = envelope.records().flatten();
        let first = records.find(|record| record.tag.is_numbered());
        let descriptor = first.filter(|first| first.tag == Tag::DESCRIPTOR);
        if descriptor.is_none() && place != (Some(0), Space::Data, 0) {
            return false;
        }
        self.promised = None;
        !descriptor.is_some_and(|descriptor| promised.matches(descriptor.body))
    }
}
