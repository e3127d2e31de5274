//! Bytes: the cursor, the clear frame header, the record envelope, the received set.
