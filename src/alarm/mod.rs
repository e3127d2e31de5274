//! Limits and staleness.
