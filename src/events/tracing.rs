//! Events for the `tracing` facade.

use ::tracing::{info, warn};

use super::{warns_of_device, warns_of_server};
use crate::node::{DeviceEvent, ServerEvent};

/// Emits what happened at a device as the field `event`, under the target `iomt`.
pub fn device(event: &DeviceEvent) {
    if warns_of_device(event) {
        warn!(target: "iomt", ?event, "device");
    } else {
        info!(target: "iomt", ?event, "device");
    }
}

/// Emits what happened at a server as the field `event`, under the target `iomt`.
pub fn server(event: &ServerEvent) {
    if warns_of_server(event) {
        warn!(target: "iomt", ?event, "server");
    } else {
        info!(target: "iomt", ?event, "server");
    }
}
