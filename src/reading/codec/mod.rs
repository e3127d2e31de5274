//! Lossless waveform codecs.
