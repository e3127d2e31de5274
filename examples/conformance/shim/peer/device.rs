use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::{ask, hexed, packet_of};

const DATA: u8 = 0;
const CONTROL: u8 = 2;

/// It opens one epoch in each boot; what an earlier one has left is sent by the next.
pub(super) struct Device {
    static_secret: Value,
    boots: VecDeque<Value>,
    /// The random bytes of every epoch so far.
    randoms: Vec<Value>,
    /// The newest last; those before it while something of them is unacknowledged.
    epochs: Vec<Epoch>,
    controls: u32,
    /// A receipt on this connection has echoed a control frame of the newest epoch.
    is_short: bool,
    /// The control frame with which the list of nothing has gone out.
    last_list: Option<u32>,
    is_done: bool,
}

struct Epoch {
    number: usize,
    keys: Value,
    run: Value,
    is_named: bool,
    end: u32,
    outbox: BTreeMap<u32, Value>,
}

impl Epoch {
    fn is_covered_by(&self, entry: &Value) -> bool {
        let tag = self.keys["tag"].as_str().unwrap_or_default();
        entry["tag"]
            .as_str()
            .is_some_and(|short| tag.starts_with(short))
    }

    fn listed(&self, secret: Option<&Value>) -> Value {
        let floor = self.outbox.keys().next().copied().unwrap_or(self.end);
        json!({
            "locator": self.keys["locator"], "secret": secret, "cut": false, "run": self.run,
            "data": { "floor": floor, "end": self.end, "losses": [] },
            "alarm": { "floor": 0, "end": 0, "losses": [] },
        })
    }
}

impl Device {
    pub(super) fn new(asked: &Value) -> Self {
        let boots = asked["boots"].as_array().into_iter().flatten();
        Self {
            static_secret: asked["staticSecret"].clone(),
            boots: boots.cloned().collect(),
            randoms: Vec::new(),
            epochs: Vec::new(),
            controls: 0,
            is_short: false,
            last_list: None,
            is_done: false,
        }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.is_done
    }

    pub(super) const fn connection_began(&mut self) {
        self.is_short = false;
    }

    /// An initiator may speak as soon as there are keys, a responder with the first receipt under them.
    pub(super) fn tick(&mut self, session: &Value, may_begin: bool) -> Vec<Vec<u8>> {
        if self.randoms.is_empty() && may_begin {
            self.boot(session);
        }
        if self.randoms.is_empty() {
            return Vec::new();
        }
        let control = self.control();
        let Some((newest, earlier)) = self.epochs.split_last() else {
            return Vec::new();
        };
        let mut frames = vec![self.sealed(session, newest, (CONTROL, self.controls), &control)];
        self.controls += 1;
        for epoch in earlier.iter().chain([newest]) {
            let outbox = epoch.outbox.iter();
            frames.extend(outbox.map(|(counter, plaintext)| {
                self.sealed(session, epoch, (DATA, *counter), plaintext)
            }));
        }
        frames.into_iter().flatten().collect()
    }

    pub(super) fn handle(&mut self, session: &Value, packet: &[u8]) -> Vec<Vec<u8>> {
        let asked = json!({
            "session": session, "staticSecret": self.static_secret, "random": self.randoms, "packet": hexed(packet),
        });
        let Some(said) = ask("receipt", &asked) else {
            return Vec::new();
        };
        if self.randoms.is_empty() {
            return self.tick(session, true);
        }
        let entries = said["entries"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if self.free(entries) && !self.boots.is_empty() {
            self.boot(session);
        } else {
            self.hear(&said["echo"], entries);
        }
        Vec::new()
    }

    /// Opens the next epoch, and seals what is measured in it.
    fn boot(&mut self, session: &Value) {
        let Some(boot) = self.boots.pop_front() else {
            return;
        };
        let number = self.randoms.len();
        self.randoms.push(boot["random"].clone());
        let drawn = |random: &Value| json!({ "session": session, "staticSecret": self.static_secret, "random": random, "number": number });
        let keys = ask("epoch", &drawn(&boot["random"])).unwrap_or_default();
        let run =
            ask("key_schedule", &drawn(&boot["runRandom"])).unwrap_or_default()["run"].clone();
        let records = boot["records"].as_array().into_iter().flatten();
        let outbox: BTreeMap<u32, Value> = (0..)
            .zip(records)
            .map(|(sequence, record)| (sequence, plaintext(sequence, &run, record)))
            .collect();
        let end = u32::try_from(outbox.len()).unwrap_or_default();
        self.epochs.retain(|epoch| !epoch.outbox.is_empty());
        self.epochs.push(Epoch {
            number,
            keys,
            run,
            is_named: false,
            end,
            outbox,
        });
        (self.controls, self.is_short, self.last_list) = (0, false, None);
    }

    /// Whether a receipt frees a frame.
    fn free(&mut self, entries: &[Value]) -> bool {
        let mut has_freed = false;
        for epoch in &mut self.epochs {
            for entry in entries {
                if !epoch.is_covered_by(entry) {
                    continue;
                }
                epoch.is_named = true;
                if entry["space"] == DATA {
                    let before = epoch.outbox.len();
                    epoch
                        .outbox
                        .retain(|counter, _| !is_stored(entry, *counter));
                    has_freed |= epoch.outbox.len() < before;
                }
            }
        }
        has_freed
    }

    /// An echo says that the link is alive, and which list has come.
    fn hear(&mut self, echo: &Value, entries: &[Value]) {
        let (Some(echo), Some(newest)) = (echo.as_u64(), self.epochs.last()) else {
            return;
        };
        self.is_short |= entries.iter().any(|entry| newest.is_covered_by(entry));
        self.is_done = self.last_list.is_some_and(|last| echo >= u64::from(last)) && self.is_short;
    }

    fn control(&mut self) -> Value {
        let is_empty = self.epochs.iter().all(|epoch| epoch.outbox.is_empty());
        if is_empty && self.boots.is_empty() {
            self.last_list = self.last_list.or(Some(self.controls));
        }
        let newest = self.randoms.len() - 1;
        let open = self
            .epochs
            .iter()
            .filter(|epoch| epoch.number == newest || !epoch.outbox.is_empty());
        let listed: Vec<_> = open
            .map(|epoch| epoch.listed((epoch.number != newest).then(|| &epoch.keys["secret"])))
            .collect();
        let ticks = (u64::from(self.controls) * 1_000).to_string();
        let records = json!([
            { "outstanding": { "epochs": listed } },
            { "status": { "ticks": ticks, "due": 1000, "age": "0" } },
        ]);
        ask("outstanding", &json!({ "records": records })).unwrap_or_default()["plaintext"].clone()
    }

    /// The same bytes every time, but for what stands in front of them.
    fn sealed(
        &self,
        session: &Value,
        epoch: &Epoch,
        (space, counter): (u8, u32),
        plaintext: &Value,
    ) -> Option<Vec<u8>> {
        let is_newest = epoch.number + 1 == self.randoms.len();
        let form = match (epoch.is_named, self.is_short && is_newest) {
            (false, _) => "unproved",
            (true, false) => "routed",
            (true, true) => "short",
        };
        packet_of(ask(
            "seal",
            &json!({
                "session": session, "staticSecret": self.static_secret, "random": self.randoms.get(epoch.number),
                "number": epoch.number, "form": form, "space": space, "counter": counter, "plaintext": plaintext,
            }),
        ))
    }
}

fn is_stored(entry: &Value, counter: u32) -> bool {
    let counter = u64::from(counter);
    let ranges = entry["ranges"].as_array().into_iter().flatten();
    counter < entry["floor"].as_u64().unwrap_or_default()
        || ranges.into_iter().any(|range| {
            let bound = |place: usize| range[place].as_u64().unwrap_or_default();
            (bound(0)..bound(1)).contains(&counter)
        })
}

fn plaintext(sequence: u32, run: &Value, record: &Value) -> Value {
    let asked = json!({ "sequence": sequence.to_string(), "run": run, "records": [record] });
    ask("encode", &asked).unwrap_or_default()["plaintext"].clone()
}
