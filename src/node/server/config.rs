use crate::link::Retry;
use crate::node::StrangerRate;
use crate::time::Duration;

/// How a server deals with its device.
///
/// ```
/// use iomt::node::ServerConfig;
/// use iomt::time::Duration;
///
/// let patient = ServerConfig { silence_margin: Duration::from_secs(60), ..ServerConfig::DEFAULT };
/// assert!(patient.receipt_delay < patient.silence_margin);
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerConfig {
    /// When the messages of a pairing are sent again.
    pub retry: Retry,
    /// How long a pairing that was begun here is repeated.
    pub pairing_timeout: Duration,
    /// How long a receipt of data waits for more frames to name. Alarms and control frames do not wait.
    pub receipt_delay: Duration,
    /// How much later than it has promised a device may be heard before it counts as silent: what
    /// a frame may take on its way, repetitions included.
    pub silence_margin: Duration,
    /// How many first messages this server works on of devices that name nobody in the clear and come by their keys alone,
    /// so that strangers with its public key come, too; and, counted apart, of those that name a secret in use.
    pub strangers: StrangerRate,
}

impl ServerConfig {
    /// For devices at the other end of a radio link and a gateway.
    pub const DEFAULT: Self = Self {
        retry: Retry::DEFAULT,
        pairing_timeout: Duration::from_secs(60),
        receipt_delay: Duration::from_millis(100),
        silence_margin: Duration::from_secs(15),
        strangers: StrangerRate::SERVER,
    };
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self::DEFAULT
    }
}
