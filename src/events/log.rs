//! Events for the `log` facade.

use ::log::{Level, log};

use super::{warns_of_device, warns_of_server};
use crate::node::{DeviceEvent, ServerEvent};

/// Logs what happened at a device, under the target `iomt`.
pub fn device(event: &DeviceEvent) {
    log!(target: "iomt", level(warns_of_device(event)), "device: {event:?}");
}

/// Logs what happened at a server, under the target `iomt`.
pub fn server(event: &ServerEvent) {
    log!(target: "iomt", level(warns_of_server(event)), "server: {event:?}");
}

const fn level(is_warning: bool) -> Level {
    if is_warning { Level::Warn } else { Level::Info }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::PeerId;
    use std::string::{String, ToString};
    use std::sync::Mutex;
    use std::vec::Vec;

    struct Lines(Mutex<Vec<String>>);

    impl ::log::Log for Lines {
        fn enabled(&self, metadata: &::log::Metadata<'_>) -> bool {
            metadata.target() == "iomt"
        }

        fn log(&self, record: &::log::Record<'_>) {
            if self.enabled(record.metadata()) {
                let line = [record.level().as_str(), &record.args().to_string()].join(" ");
                self.0.lock().unwrap().push(line);
            }
        }

        fn flush(&self) {}
    }

    static LINES: Lines = Lines(Mutex::new(Vec::new()));

    #[test]
    fn what_somebody_has_to_look_at_is_a_warning() {
        ::log::set_logger(&LINES).unwrap();
        ::log::set_max_level(::log::LevelFilter::Info);
        let peer = PeerId(0);
        device(&DeviceEvent::Ready { peer });
        device(&DeviceEvent::StorageFailed { peer });
        server(&ServerEvent::PairingFailed);
        let expected = [
            "INFO device: Ready { peer: PeerId(0) }",
            "WARN device: StorageFailed { peer: PeerId(0) }",
            "WARN server: PairingFailed",
        ];
        assert_eq!(*LINES.0.lock().unwrap(), expected);
    }
}
