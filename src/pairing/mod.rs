//! How two devices meet: Noise handshakes and association models.
