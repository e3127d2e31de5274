//! Streaming signal processing: filters and beat detection.

pub mod ecg;
