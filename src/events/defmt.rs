//! Events for `defmt`.

use ::defmt::{info, warn};

use super::{warns_of_device, warns_of_server};
use crate::node::{DeviceEvent, ServerEvent};

/// Sends what happened at a device to the probe.
pub fn device(event: &DeviceEvent) {
    if warns_of_device(event) {
        warn!("iomt device: {}", event);
    } else {
        info!("iomt device: {}", event);
    }
}

/// Sends what happened at a server to the probe.
pub fn server(event: &ServerEvent) {
    if warns_of_server(event) {
        warn!("iomt server: {}", event);
    } else {
        info!("iomt server: {}", event);
    }
}
