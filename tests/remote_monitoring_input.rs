//! What the example `remote_monitoring` takes in: its command line and its recordings.
//!
//! The tests stand in the example's own files; an example's tests do not run
//! with `cargo test`, so they are included here.

#[path = "../examples/remote_monitoring/options.rs"]
mod options;
#[path = "../examples/remote_monitoring/recording.rs"]
mod recording;
