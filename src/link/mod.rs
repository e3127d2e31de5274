//! Delivery: outbox, acknowledgement, timers, routing.
