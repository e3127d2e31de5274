//! What has happened, and what follows from it at once.

use super::epochs::NamedLoss;
use super::peer::Outcome;
use super::{Device, DeviceEvent, Error, PeerId};
use crate::time::Instant;
use crate::wire::{RecordWriter, Space};

impl<const BYTES: usize, const PEERS: usize> Device<'_, BYTES, PEERS> {
    /// The next thing that happened.
    ///
    /// Losses of one recipient, space and reason that nobody has polled yet are one event, and so are failures of storage
    /// towards one recipient. Of eight events that nobody polls, the oldest gives way to the next.
    pub fn poll_event(&mut self) -> Option<DeviceEvent> {
        self.events.pop_front()
    }

    pub(super) fn note_outcome(
        &mut self,
        now: Instant,
        number: u8,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let peer = PeerId(number);
        match outcome {
            Outcome::Nothing => {}
            Outcome::EpochOpen => self.introduce(now, number)?,
            Outcome::SessionOpen { by } => {
                self.forget_commands_of(number);
                if let Some(by) = by {
                    self.stats.reconnections += 1;
                    self.note(DeviceEvent::Reconnected { peer, by });
                }
                self.introduce(now, number)?;
            }
            Outcome::Failed => {
                self.stats.store_failures += 1;
                self.note(DeviceEvent::StorageFailed { peer });
            }
            Outcome::Lost(loss) => self.note_lost(number, loss),
        }
        Ok(())
    }

    /// "The descriptor is the first record": of every boot, and towards every new recipient.
    fn introduce(&mut self, now: Instant, number: u8) -> Result<(), Error> {
        let numbering = self.numbering.ok_or(Error::NotPaired)?;
        let (config, descriptor) = (self.config, self.descriptor);
        let Some(peer) = self.peer_mut(number) else {
            return Ok(());
        };
        if !peer.is_open() || core::mem::replace(&mut peer.is_introduced, true) {
            return Ok(());
        }
        let introduction = |writer: &mut RecordWriter<'_>| writer.push(&descriptor);
        let sent = peer.send(now, Space::Data, numbering, &introduction, &config);
        if let (Ok(next_sequence), Some(numbering)) = (sent, &mut self.numbering) {
            numbering.advance_to(next_sequence);
            self.stats.frames_sealed += 1;
        }
        self.note(DeviceEvent::Ready {
            peer: PeerId(number),
        });
        Ok(())
    }

    pub(super) fn note_lost(&mut self, number: u8, loss: NamedLoss) {
        let frames = loss.range.end.saturating_sub(loss.range.start);
        self.stats.frames_lost += u64::from(frames);
        self.note(DeviceEvent::Lost {
            peer: PeerId(number),
            space: loss.space,
            frames,
            why: loss.why,
        });
    }

    /// One call may bring many losses: they are not to push each other out, nor what else has happened.
    pub(super) fn note(&mut self, event: DeviceEvent) {
        if self.events.iter_mut().any(|waiting| waiting.absorb(&event)) {
            return;
        }
        if self.events.is_full() {
            self.events.pop_front();
        }
        let _ = self.events.push_back(event);
    }
}
