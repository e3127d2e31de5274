//! The rows that only tests build: one-way patterns, and the deferred forms of the interactive ones.

use super::super::pattern::{Pattern, Psks};
use super::super::row::{IK, KK, NN, Row, Token, XK, XX};

use Token::{E, Ee, Es, S, Se, Ss};

/// Every pattern of the published vectors, without its psks.
pub(super) fn every() -> impl Iterator<Item = Pattern> {
    [&NN, &KK, &IK, &XX, &XK]
        .into_iter()
        .chain(&OTHERS)
        .map(|row| Pattern::new(row, Psks(0)))
}

/// The pattern of a protocol's name; `None` where it is not of revision 34, or goes on from another handshake.
pub(super) fn named(name: &str) -> Option<Pattern> {
    Pattern::find(name, &every().collect::<std::vec::Vec<_>>())
}

static OTHERS: [Row; 33] = [
    Row {
        name: "N",
        before: [&[], &[S]],
        messages: &[&[E, Es]],
    },
    Row {
        name: "K",
        before: [&[S], &[S]],
        messages: &[&[E, Es, Ss]],
    },
    Row {
        name: "X",
        before: [&[], &[S]],
        messages: &[&[E, Es, S, Ss]],
    },
    Row {
        name: "NK",
        before: [&[], &[S]],
        messages: &[&[E, Es], &[E, Ee]],
    },
    Row {
        name: "NX",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S, Es]],
    },
    Row {
        name: "XN",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee], &[S, Se]],
    },
    Row {
        name: "KN",
        before: [&[S], &[]],
        messages: &[&[E], &[E, Ee, Se]],
    },
    Row {
        name: "KX",
        before: [&[S], &[]],
        messages: &[&[E], &[E, Ee, Se, S, Es]],
    },
    Row {
        name: "IN",
        before: [&[], &[]],
        messages: &[&[E, S], &[E, Ee, Se]],
    },
    Row {
        name: "IX",
        before: [&[], &[]],
        messages: &[&[E, S], &[E, Ee, Se, S, Es]],
    },
    Row {
        name: "NK1",
        before: [&[], &[S]],
        messages: &[&[E], &[E, Ee, Es]],
    },
    Row {
        name: "NX1",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S], &[Es]],
    },
    Row {
        name: "X1N",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee], &[S], &[Se]],
    },
    Row {
        name: "X1K",
        before: [&[], &[S]],
        messages: &[&[E, Es], &[E, Ee], &[S], &[Se]],
    },
    Row {
        name: "XK1",
        before: [&[], &[S]],
        messages: &[&[E], &[E, Ee, Es], &[S, Se]],
    },
    Row {
        name: "X1K1",
        before: [&[], &[S]],
        messages: &[&[E], &[E, Ee, Es], &[S], &[Se]],
    },
    Row {
        name: "X1X",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S, Es], &[S], &[Se]],
    },
    Row {
        name: "XX1",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S], &[Es, S, Se]],
    },
    Row {
        name: "X1X1",
        before: [&[], &[]],
        messages: &[&[E], &[E, Ee, S], &[Es, S], &[Se]],
    },
    Row {
        name: "K1N",
        before: [&[S], &[]],
        messages: &[&[E], &[E, Ee], &[Se]],
    },
    Row {
        name: "K1K",
        before: [&[S], &[S]],
        messages: &[&[E, Es], &[E, Ee], &[Se]],
    },
    Row {
        name: "KK1",
        before: [&[S], &[S]],
        messages: &[&[E], &[E, Ee, Se, Es]],
    },
    Row {
        name: "K1K1",
        before: [&[S], &[S]],
        messages: &[&[E], &[E, Ee, Es], &[Se]],
    },
    Row {
        name: "K1X",
        before: [&[S], &[]],
        messages: &[&[E], &[E, Ee, S, Es], &[Se]],
    },
    Row {
        name: "KX1",
        before: [&[S], &[]],
        messages: &[&[E], &[E, Ee, Se, S], &[Es]],
    },
    Row {
        name: "K1X1",
        before: [&[S], &[]],
        messages: &[&[E], &[E, Ee, S], &[Se, Es]],
    },
    Row {
        name: "I1N",
        before: [&[], &[]],
        messages: &[&[E, S], &[E, Ee], &[Se]],
    },
    Row {
        name: "I1K",
        before: [&[], &[S]],
        messages: &[&[E, Es, S], &[E, Ee], &[Se]],
    },
    Row {
        name: "IK1",
        before: [&[], &[S]],
        messages: &[&[E, S], &[E, Ee, Se, Es]],
    },
    Row {
        name: "I1K1",
        before: [&[], &[S]],
        messages: &[&[E, S], &[E, Ee, Es], &[Se]],
    },
    Row {
        name: "I1X",
        before: [&[], &[]],
        messages: &[&[E, S], &[E, Ee, S, Es], &[Se]],
    },
    Row {
        name: "IX1",
        before: [&[], &[]],
        messages: &[&[E, S], &[E, Ee, Se, S], &[Es]],
    },
    Row {
        name: "I1X1",
        before: [&[], &[]],
        messages: &[&[E, S], &[E, Ee, S], &[Se, Es]],
    },
];
