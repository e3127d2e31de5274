//! Sealed frames, key epochs, receipts.
