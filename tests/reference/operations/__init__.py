"""The operations of the conformance protocol: from a request's members to calls of `iomt`, and back."""
