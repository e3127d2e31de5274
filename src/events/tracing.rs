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

#[cfg(test)]
mod tests {
    use super::super::tests::{Told, assert_told, device_events, server_events};
    use super::{device, server};
    use ::tracing::field::{Field, Visit};
    use ::tracing::span::{Attributes, Id, Record};
    use ::tracing::{Dispatch, Event, Level, Metadata, Subscriber, dispatcher};
    use std::format;
    use std::string::String;
    use std::sync::Mutex;
    use std::vec::Vec;

    /// What a structured event says: its message, and its fields by their names.
    #[derive(Default)]
    struct Fields(Vec<(String, String)>);

    impl Visit for Fields {
        fn record_debug(&mut self, field: &Field, value: &dyn core::fmt::Debug) {
            self.0.push((field.name().into(), format!("{value:?}")));
        }
    }

    static TOLD: Mutex<Vec<Told>> = Mutex::new(Vec::new());

    struct Recorder;

    impl Subscriber for Recorder {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "iomt"
        }

        fn event(&self, event: &Event<'_>) {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let is_warning = match *event.metadata().level() {
                Level::WARN => true,
                Level::INFO => false,
                other => panic!("{other} is no level of an event"),
            };
            let [(message, who), (name, event)] = &fields.0[..] else {
                panic!("{:?}", fields.0)
            };
            assert_eq!((&message[..], &name[..]), ("message", "event"));
            TOLD.lock().unwrap().push(Told {
                is_warning,
                who: who.clone(),
                event: event.clone(),
            });
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn each_event_is_a_field_with_its_values_and_what_somebody_has_to_look_at_is_a_warning() {
        dispatcher::set_global_default(Dispatch::new(Recorder)).unwrap();
        for case in device_events() {
            device(&case.event);
        }
        for case in server_events() {
            server(&case.event);
        }
        assert_told(&TOLD.lock().unwrap());
    }
}
