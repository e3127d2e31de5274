use super::candidate::Candidate;
use super::config::ServerConfig;
use crate::link::{Clock, ClockEvent, ClockSample, DRIFT_PPM, Silence, StatusTimes};
use crate::pairing::DescriptorHash;
use crate::seal::{self, CommandSealer, EpochTag, Opened, Opener, ServerClock};
use crate::time::{Duration, Instant};
use crate::wire::control::Status;
use crate::wire::{Locator, Packet, Route, Space, Tag};

/// "at most one a second and session"
const DUPLICATE_RECEIPT_INTERVAL: Duration = Duration::from_secs(1);

/// A session that was confirmed: its frames, and when the next receipt is due.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: [u8; 16],
    pub(super) opener: Opener,
    /// What seals towards the device: only where the handshake was made, and in no row.
    pub(super) commands: Option<CommandSealer>,
    /// What the device has promised to describe itself as, until its descriptor came.
    pub(super) promised: Option<DescriptorHash>,
    pub(super) receipt_due: Option<Instant>,
    last_receipt: Option<Instant>,
    pub(super) silence: Silence,
    pub(super) clock: Clock,
    /// The epoch whose ticks the clock is of.
    clock_of: Option<EpochTag>,
    /// When the device has promised to be heard next, in milliseconds from the frame before; 0 for no promise.
    pub(super) due_ms: u32,
}

impl Session {
    /// No session, in the place of one.
    pub(super) const fn closed() -> Self {
        Self {
            id: [0; 16],
            opener: Opener::closed(),
            commands: None,
            promised: None,
            receipt_due: None,
            last_receipt: None,
            silence: Silence::new(Duration::ZERO),
            clock: Clock::new(0, DRIFT_PPM),
            clock_of: None,
            due_ms: 0,
        }
    }

    /// Nothing of it passes to the session that comes here next, which may be another device's.
    pub(super) fn close(&mut self) {
        let Self {
            id,
            opener,
            commands,
            promised,
            receipt_due,
            last_receipt,
            silence,
            clock,
            clock_of,
            due_ms,
        } = self;
        *id = [0; 16];
        opener.close();
        *commands = None;
        *promised = None;
        *receipt_due = None;
        *last_receipt = None;
        *silence = Silence::new(Duration::ZERO);
        *clock = Clock::new(0, DRIFT_PPM);
        *clock_of = None;
        *due_ms = 0;
    }

    /// The device of a session that there was none before is supervised from now on.
    pub(super) fn begin(&mut self, now: Instant, config: &ServerConfig) {
        self.silence = Silence::new(config.silence_margin);
        self.silence.note_frame(now);
    }

    /// The candidate, in which `first` has brought an authentic frame, takes the place of this session. It takes over its
    /// epochs, the supervision of the device, and its clock.
    pub(super) fn restart(&mut self, candidate: &Candidate, first: seal::CandidateEpoch) {
        let Self {
            id,
            opener,
            commands,
            promised,
            receipt_due,
            last_receipt,
            // Of the device.
            silence: _,
            clock: _,
            clock_of: _,
            due_ms: _,
        } = self;
        let agreed = &candidate.agreed;
        *id = agreed.id();
        opener.restart(agreed, first);
        *commands = Some(agreed.command_sealer());
        *promised = candidate.promised.or(*promised);
        *receipt_due = None;
        *last_receipt = None;
    }

    /// Takes over from the session before: its epochs, and the supervision of the device.
    pub(super) fn succeed(&mut self, old: &mut Self) {
        let promise = self.due_ms;
        self.silence = old.silence;
        self.due_ms = old.due_ms;
        if promise != 0 {
            self.note_promise(promise);
        }
        if self.clock_of.is_none() {
            (self.clock, self.clock_of) = (old.clock, old.clock_of);
        }
        self.promised = self.promised.or(old.promised);
        self.opener.inherit_from(&mut old.opener);
    }

    pub(super) fn knows(&self, epoch: EpochTag) -> bool {
        self.opener.open_epochs().any(|known| known == epoch)
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

    pub(super) fn take_receipt<'o>(
        &mut self,
        now: Instant,
        clock: Option<ServerClock>,
        out: &'o mut [u8],
    ) -> Option<&'o mut [u8]> {
        self.receipt_due.filter(|due| *due <= now)?;
        self.receipt_due = None;
        self.last_receipt = Some(now);
        self.opener.receipt(clock, out).ok()
    }

    pub(super) fn note_promise(&mut self, due_ms: u32) {
        self.due_ms = due_ms;
        self.silence
            .note_promise(Duration::from_millis(due_ms.into()));
    }

    /// Takes what the device says of its clock and of its next frame; `latest_millis` is what the server's clock that it
    /// speaks of may show now.
    ///
    /// The ticks of another epoch may be those of another boot: a clock of their own.
    pub(super) fn note_status(
        &mut self,
        epoch: EpochTag,
        status: &Status,
        latest_millis: Option<u64>,
    ) -> Option<ClockEvent> {
        self.note_promise(status.due_ms.map_or(0, core::num::NonZeroU32::get));
        let times = StatusTimes {
            ticks: status.ticks,
            server_unix_millis: status.server_time_ms?.get(),
            age: status.age,
        };
        if self.clock_of.replace(epoch) != Some(epoch) {
            self.clock = Clock::new(self.clock.epoch().wrapping_add(1), DRIFT_PPM);
        }
        let sample = ClockSample::on_server(times, latest_millis?)?;
        self.clock.handle_sample(sample)
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
        if place.0.is_none() {
            // An epoch of an earlier session: its descriptor was compared there.
            return false;
        }
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

/// The locator that a frame says; a short one says none.
pub(super) fn locator_of(packet: &[u8]) -> Option<Locator> {
    let Ok(Packet::Frame(frame)) = Packet::parse(packet) else {
        return None;
    };
    match frame.route {
        Route::Routed(locator) | Route::Unproved(locator, _) => Some(locator),
        Route::Short => None,
    }
}
