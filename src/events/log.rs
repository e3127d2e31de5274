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
    use super::super::tests::{Told, assert_told, device_events, server_events};
    use super::{device, server};
    use std::string::ToString;
    use std::sync::Mutex;
    use std::vec::Vec;

    struct Lines(Mutex<Vec<Told>>);

    impl ::log::Log for Lines {
        fn enabled(&self, metadata: &::log::Metadata<'_>) -> bool {
            metadata.target() == "iomt"
        }

        fn log(&self, record: &::log::Record<'_>) {
            if !self.enabled(record.metadata()) {
                return;
            }
            let text = record.args().to_string();
            let (who, event) = text.split_once(": ").unwrap();
            let is_warning = match record.level() {
                ::log::Level::Warn => true,
                ::log::Level::Info => false,
                other => panic!("{other} is no level of an event"),
            };
            self.0.lock().unwrap().push(Told {
                is_warning,
                who: who.into(),
                event: event.into(),
            });
        }

        fn flush(&self) {}
    }

    static LINES: Lines = Lines(Mutex::new(Vec::new()));

    #[test]
    fn each_event_is_a_line_with_its_fields_and_what_somebody_has_to_look_at_is_a_warning() {
        ::log::set_logger(&LINES).unwrap();
        ::log::set_max_level(::log::LevelFilter::Trace);
        for case in device_events() {
            device(&case.event);
        }
        for case in server_events() {
            server(&case.event);
        }
        assert_told(&LINES.0.lock().unwrap());
    }
}
