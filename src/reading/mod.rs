//! What is measured: metrics, units, decimals, observations, waveforms, device descriptors.

pub mod codec;
