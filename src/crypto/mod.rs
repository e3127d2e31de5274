//! The cryptographic primitives, one small file for each.
