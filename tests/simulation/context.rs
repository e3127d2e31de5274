use iomt::time::Instant;

use super::counts::Counts;
use super::network::{Delivery, Network};
use super::oracle::Oracles;

/// What every node is given: the time, the network, and who looks on.
pub struct Context {
    pub now: Instant,
    pub network: Network,
    pub counts: Counts,
    pub oracles: Oracles,
    pub failure: Option<String>,
    pub log: Option<Vec<String>>,
}

impl Context {
    /// Says something to the log, where there is one.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            let line = line();
            log.push(format!(
                "{:>16.6} {line}",
                self.now.as_micros() as f64 / 1e6
            ));
        }
    }

    /// Asks an oracle; the first complaint ends the run.
    pub fn check(&mut self, ask: impl FnOnce(&mut Oracles) -> Result<(), String>) {
        if let Err(complaint) = ask(&mut self.oracles) {
            self.say(|| format!("FAILURE {complaint}"));
            self.failure.get_or_insert(complaint);
        }
    }

    pub fn send(&mut self, delivery: Delivery) {
        self.network.send(self.now, delivery, &mut self.counts);
    }
}
