//! The whole endpoint, device or server, as one sans-IO engine.
