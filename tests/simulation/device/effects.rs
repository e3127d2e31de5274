use iomt::node::{DeviceEvent, PeerId};
use iomt::storage::{FrameAddress, Storage as _, StoreReply, StoreRequest};
use iomt::time::{Duration, Instant};
use iomt::wire::MAX_DATAGRAM;
use iomt::wire::control::Why;

use super::{Last, Node, first, place_of};
use crate::simulation::context::Context;
use crate::simulation::counts::Fault;
use crate::simulation::network::{Address, Delivery};
use crate::simulation::oracle::clocks::Told;
use crate::simulation::oracle::{RECIPIENTS, bounds};

/// How often an engine is asked again at one time; what still has something to do then is in a loop.
const TURNS: usize = 64;

impl Node {
    pub fn handle_datagram(&mut self, context: &mut Context, from: Address, bytes: &[u8]) {
        let ticks = self.ticks(context.now);
        let Some(engine) = &mut self.engine else {
            return;
        };
        self.reply_to = Some(from);
        let receipts = engine.stats().receipts;
        let handled = engine.handle_datagram(ticks, bytes, &mut self.source);
        let has_heard = engine.stats().receipts > receipts;
        if let Err(error) = handled {
            context.say(|| format!("device {} refuses {}: {error}", self.index, first(bytes)));
        }
        if has_heard {
            self.check_clocks(context);
        }
        // A receipt that was under way while there were faults does not show that its server knows the session now.
        let is_first = from != Address::Fleet(1) && self.last == Last::Listens;
        if has_heard && is_first && self.is_calm(context.now) {
            self.take_last_backlog(context);
        }
        if self.lives_on(context) {
            self.step(context);
        }
    }

    /// What the receipts have told of the recipients' clocks.
    fn check_clocks(&self, context: &mut Context) {
        let ticks = self.ticks(context.now);
        for (place, (fleet, _)) in (0..).zip(&self.build.fleets) {
            let engine = self.engine.as_ref();
            let told = engine.and_then(|engine| engine.server_time(PeerId(place), ticks));
            let Some((unix_ms, uncertainty)) = told else {
                continue;
            };
            let told = Told {
                place: *fleet,
                of: context.now,
                unix_ms,
                uncertainty,
            };
            context.counts.datings += 1;
            context.check(|oracles| oracles.clocks.check(&told, self.boot_at));
        }
    }

    /// Does all that is due.
    pub fn step(&mut self, context: &mut Context) {
        if self.engine.is_none() {
            if self.boots_at.is_some_and(|at| at <= context.now) {
                self.boot(context);
            } else {
                return;
            }
        }
        for turn in 0.. {
            self.work(context);
            self.agree(context);
            if !self.lives_on(context) || !self.store(context) || !self.lives_on(context) {
                return;
            }
            self.read_events(context);
            self.take_reading(context);
            self.take_last_alarm(context);
            if !self.transmit(context) {
                return;
            }
            self.wake = self.next_wake();
            if self.wake.is_none_or(|wake| wake > context.now) {
                break;
            }
            if turn == TURNS {
                let (index, wake) = (self.index, self.wake);
                context.check(|_| Err(format!("device {index} wakes in the past: {wake:?}")));
                return;
            }
        }
        if let Some(engine) = &self.engine {
            self.settled |= self.last == Last::Done && engine.is_settled();
        }
    }

    /// Between two calls of its engine the program may end, and all that it has in RAM is gone.
    fn lives_on(&mut self, context: &mut Context) -> bool {
        let Some(left) = &mut self.dies_after else {
            return self.engine.is_some();
        };
        match left.checked_sub(1) {
            Some(fewer) => *left = fewer,
            None => {
                context.counts.note(Fault::DeviceCrashBetweenCalls);
                context.say(|| format!("device {} crashes between two calls", self.index));
                self.crash(context, Duration::from_secs(7));
            }
        }
        self.engine.is_some()
    }

    /// Answers what the engine wants of its static key, once the answer is there.
    fn agree(&mut self, context: &mut Context) {
        let ticks = self.ticks(context.now);
        let Some(engine) = &mut self.engine else {
            return;
        };
        let answer = self
            .element
            .poll(context.now, engine.poll_dh(), &mut context.counts);
        if let Some((_, shared)) = answer
            && let Err(error) = engine.handle_dh(ticks, shared, &mut self.source)
        {
            context.say(|| format!("device {} behind its key: {error}", self.index));
        }
    }

    fn next_wake(&self) -> Option<Instant> {
        let engine = self.engine.as_ref()?;
        let due = engine.poll_timeout()?;
        Some(self.boot_at + (due - Instant::ZERO))
    }

    fn work(&mut self, context: &mut Context) {
        let ticks = self.ticks(context.now);
        let Some(engine) = &mut self.engine else {
            return;
        };
        if engine.poll_timeout().is_some_and(|due| due <= ticks)
            && let Err(error) = engine.handle_timeout(ticks, &mut self.source)
        {
            context.say(|| format!("device {}: {error}", self.index));
        }
    }

    /// Does what storage is asked for; `false` when the power failed meanwhile.
    fn store(&mut self, context: &mut Context) -> bool {
        let ticks = self.ticks(context.now);
        let (mut buffer, mut found) = ([0; MAX_DATAGRAM], [0; MAX_DATAGRAM]);
        while let Some(engine) = &mut self.engine
            && let Some(request) = engine.poll_store(ticks, &mut buffer)
        {
            if let StoreRequest::Frame { address, bytes } = request {
                // Places tell a device's recipients apart; the epoch's tag tells everything else.
                context.check(|oracles| oracles.wire.note_stored(&address, bytes));
            }
            let Some(storage) = &mut self.storage else {
                break;
            };
            let note = &mut |address: FrameAddress| engine.handle_found(&address);
            let reply = storage.perform(&request, &mut found, note);
            let is_off = self.flash.chip.borrow().is_off();
            note_answer(
                context,
                &request,
                matches!(reply, StoreReply::Done) && !is_off,
                (&mut self.has_image, &mut self.is_stale),
            );
            if is_off {
                context.say(|| format!("device {}: the power fails in {request:?}", self.index));
                self.lose_power(context);
                return false;
            }
            if matches!(reply, StoreReply::Failed) {
                context.say(|| format!("device {}: {request:?} fails", self.index));
            }
            if !self.lives_on(context) {
                return false; // It is done, and nobody knows.
            }
            if let Some(engine) = &mut self.engine
                && let Err(error) = engine.handle_stored(ticks, reply)
            {
                context.say(|| format!("device {}: {error} behind storage", self.index));
            }
        }
        true
    }

    /// Sends all that is to be sent; `false` when the program ended meanwhile.
    fn transmit(&mut self, context: &mut Context) -> bool {
        let ticks = self.ticks(context.now);
        let mut out = [0; MAX_DATAGRAM];
        while let Some(engine) = &mut self.engine
            && let Some((peer, datagram)) = engine.poll_transmit_to(ticks, &mut out)
        {
            context.counts.frames += u64::from(datagram.first().is_some_and(|byte| byte >> 6 == 0));
            let life = self.life;
            context.check(|oracles| {
                oracles
                    .wire
                    .note_sent(life * RECIPIENTS + peer.map_or(0, place_of), datagram)
            });
            let from = Address::Device(self.index);
            let fleet = peer.and_then(|peer| self.build.fleets.get(place_of(peer)));
            let to: Vec<Address> = match fleet {
                Some((0, _)) if !self.build.via.is_empty() => self
                    .build
                    .via
                    .iter()
                    .map(|g| Address::Gateway(*g))
                    .collect(),
                Some((fleet, _)) => vec![Address::Fleet(*fleet)],
                None => self.reply_to.into_iter().collect(),
            };
            for to in to {
                let bytes = datagram.to_vec();
                context.say(|| format!("device {} -> {to:?}: {}", self.index, first(&bytes)));
                context.send(Delivery { from, to, bytes });
            }
            if !self.lives_on(context) {
                return false;
            }
        }
        true
    }

    pub(super) fn read_events(&mut self, context: &mut Context) {
        while let Some(event) = self.engine.as_mut().and_then(|engine| engine.poll_event()) {
            context.say(|| format!("device {}: {event:?}", self.index));
            match event {
                DeviceEvent::Ready { peer } => {
                    self.recovers = false;
                    if let Some(ready) = self.ready.get_mut(place_of(peer)) {
                        *ready = true;
                    }
                }
                DeviceEvent::Lost {
                    peer, frames, why, ..
                } => {
                    self.told_lost += u64::from(frames);
                    if why == Why::NoRoom {
                        self.without_room += u64::from(frames);
                        self.lost_to[place_of(peer)] = true;
                    }
                }
                DeviceEvent::Reconnected { .. } => context.counts.sessions += 1,
                DeviceEvent::Paired { .. } => self.meet_the_others(context),
                _ => {}
            }
        }
        if let Some(engine) = &self.engine {
            let (told, counted) = (self.told_lost, engine.stats().frames_lost);
            context.check(|_| bounds::check_told(told, counted));
        }
    }
}

/// What storage has said that it has, and what it could not take.
fn note_answer(
    context: &mut Context,
    request: &StoreRequest<'_>,
    is_done: bool,
    (has_image, is_stale): (&mut [bool; RECIPIENTS], &mut [bool; RECIPIENTS]),
) {
    match request {
        StoreRequest::Frame { address, .. } if is_done => {
            context.oracles.ledger.note_kept(address);
        }
        StoreRequest::Image { peer, .. } => {
            let place = usize::from(*peer);
            has_image[place] |= is_done;
            is_stale[place] = !is_done;
        }
        StoreRequest::Erase { peer } => has_image[usize::from(*peer)] = false,
        _ => {}
    }
}
