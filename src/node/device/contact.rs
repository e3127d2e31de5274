//! What is known of a recipient's presence, and of its clock.

use super::Config;
use crate::link::{Dating, Liveness, RemoteClock};
use crate::seal::EpochTag;
use crate::time::{Duration, Instant};

/// The longest wait that a recipient may ask for at once.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

#[derive(Debug)]
pub(super) struct Contact {
    liveness: Liveness,
    clock: RemoteClock,
    /// The newest receipt that dates: the server's time in it, and when it came.
    dated: Option<(u64, Instant)>,
    /// The newest epoch that a receipt on this connection has named.
    named: Option<EpochTag>,
}
