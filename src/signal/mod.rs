//! Streaming signal processing: filters and beat detection.
