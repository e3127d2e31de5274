//! Reconnection: whether device and server can lose each other, whatever is lost, repeated or cut off.
//!
//! ```text
//! device   current, previous (stored); the handshake that it waits for (RAM)
//! server   confirmed (stored); one pending: which handshake, its secret (RAM)
//! between  every message that was ever sent: it may come at any time, any number of times, or never
//! ```
//!
//! Bounds: [`HANDSHAKES`] first messages, [`SECRETS`] answers, each of which has a fresh ephemeral key
//! and so a secret of its own: a number. The pair is bricked when the server's confirmed secret is none of the two that the device has: nothing can bring it
//! back by itself then. Steps that cut the power are among the steps.

use std::collections::BTreeSet;

const HANDSHAKES: u8 = 4;
const SECRETS: u8 = 4;

type Secret = u8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Message {
    /// Keyed with a secret that both had before.
    Hello {
        handshake: u8,
        with: Secret,
    },
    Answer {
        handshake: u8,
        with: Secret,
        makes: Secret,
    },
    /// The first frame under the keys of a handshake.
    Control {
        of: Secret,
    },
    Receipt {
        of: Secret,
    },
}

use Message::{Answer, Control, Hello, Receipt};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    current: Secret,
    previous: Option<Secret>,
    waits_for: Option<u8>,
    confirmed: Secret,
    pending: Vec<(u8, Secret)>,
    sent: BTreeSet<Message>,
    handshakes: u8,
    secrets: u8,
}

/// What is done as the protocol says, and what a control does otherwise.
#[derive(Debug, Clone, Copy, Default)]
struct Rules {
    /// Control: "previous := current", instead of the secret that this handshake was keyed with.
    previous_is_current: bool,
    /// Control: two pending secrets of one relation.
    two_pending: bool,
    /// Control: the device keeps no secret but the newest.
    no_previous: bool,
    /// Control: the server answers a message that it has forgotten as it did before: no fresh ephemeral key.
    same_answer_again: bool,
    /// Control: the server confirms with its answer, not with the first frame under the new keys.
    confirms_early: bool,
}

impl World {
    fn new() -> Self {
        Self {
            current: 0,
            previous: None,
            waits_for: None,
            confirmed: 0,
            pending: Vec::new(),
            sent: BTreeSet::new(),
            handshakes: 0,
            secrets: 0,
        }
    }

    fn is_bricked(&self) -> bool {
        self.confirmed != self.current && Some(self.confirmed) != self.previous
    }

    /// Every state that one step leads to.
    fn steps(&self, rules: Rules) -> Vec<Self> {
        let mut next: Vec<Self> = self
            .sent
            .iter()
            .map(|message| self.deliver(*message, rules))
            .collect();
        // "Initiator tries current, then previous."
        if self.handshakes < HANDSHAKES {
            for with in [Some(self.current), self.previous].into_iter().flatten() {
                next.push(self.begin(with));
            }
        }
        // The power of either is cut.
        next.push(Self {
            waits_for: None,
            ..self.clone()
        });
        next.push(Self {
            pending: Vec::new(),
            ..self.clone()
        });
        next
    }

    fn begin(&self, with: Secret) -> Self {
        let mut world = self.clone();
        world.handshakes += 1;
        let handshake = world.handshakes;
        world.waits_for = Some(handshake);
        world.sent.insert(Hello { handshake, with });
        world
    }

    fn deliver(&self, message: Message, rules: Rules) -> Self {
        let mut world = self.clone();
        match message {
            Hello { handshake, with } => world.answer(handshake, with, rules),
            Answer {
                handshake,
                with,
                makes,
            } if world.waits_for == Some(handshake) => {
                let keyed = match (rules.no_previous, rules.previous_is_current) {
                    (true, _) => None,
                    (false, true) => Some(world.current),
                    (false, false) => Some(with),
                };
                (world.previous, world.current) = (keyed, makes);
                world.waits_for = None;
                world.sent.insert(Control { of: makes });
            }
            Control { of } => {
                if world.pending.iter().any(|(_, secret)| *secret == of) {
                    world.confirmed = of;
                    world.pending.clear();
                }
                // A frame under the newest keys is answered as often as it comes.
                if world.confirmed == of {
                    world.sent.insert(Receipt { of });
                }
            }
            Receipt { of } if world.current == of => world.previous = None,
            Answer { .. } | Receipt { .. } => {}
        }
        world
    }

    /// "A message 1 under a pending psk is not answered"; the same one again gets the same answer, another one takes
    /// the place of the pending.
    fn answer(&mut self, handshake: u8, with: Secret, rules: Rules) {
        let known = self.pending.iter().find(|(known, _)| *known == handshake);
        let under_pending = self.pending.iter().any(|(_, secret)| *secret == with);
        let is_answered = with == self.confirmed || (rules.two_pending && under_pending);
        let makes = match known {
            Some((_, makes)) => *makes,
            None if !is_answered || self.secrets == SECRETS => return,
            None if rules.same_answer_again => {
                self.pending = vec![(handshake, handshake)];
                handshake
            }
            None => {
                self.secrets += 1;
                let kept = usize::from(rules.two_pending);
                let drop = self.pending.len().saturating_sub(kept);
                self.pending.drain(..drop);
                self.pending.push((handshake, self.secrets));
                self.secrets
            }
        };
        if rules.confirms_early {
            self.confirmed = makes;
        }
        self.sent.insert(Answer {
            handshake,
            with,
            makes,
        });
    }
}

/// The first state in which the pair is bricked, with how many steps lead to it; how many states there are.
fn search(rules: Rules) -> (Option<(usize, World)>, usize) {
    let mut seen = BTreeSet::from([World::new()]);
    let (mut front, mut depth) = (vec![World::new()], 0);
    while !front.is_empty() {
        depth += 1;
        let mut next = Vec::new();
        for world in front.iter().flat_map(|world| world.steps(rules)) {
            if world.is_bricked() {
                return (Some((depth, world)), seen.len());
            }
            if seen.insert(world.clone()) {
                next.push(world);
            }
        }
        front = next;
    }
    (None, seen.len())
}

#[test]
fn whatever_is_lost_repeated_or_cut_off_the_pair_finds_itself_again() {
    let (bricked, states) = search(Rules::default());
    println!("reconnection: all {states} states of {HANDSHAKES} handshakes and {SECRETS} answers");
    assert_eq!(bricked, None);
    assert!(states > 10_000, "{states}");
}

/// "Two pending psks, or previous := current: the pair is bricked within six steps" of messages.
#[test]
fn controls_that_break_a_rule_are_bricked() {
    let honest = Rules::default();
    for (name, rules) in [
        (
            "previous := current",
            Rules {
                previous_is_current: true,
                ..honest
            },
        ),
        (
            "two pending",
            Rules {
                two_pending: true,
                ..honest
            },
        ),
        (
            "no previous",
            Rules {
                no_previous: true,
                ..honest
            },
        ),
        (
            "the same answer again",
            Rules {
                same_answer_again: true,
                ..honest
            },
        ),
        (
            "confirmed with the answer",
            Rules {
                confirms_early: true,
                ..honest
            },
        ),
    ] {
        let (bricked, _) = search(rules);
        let Some((depth, world)) = bricked else {
            panic!("{name}: no attack was found");
        };
        println!("{name}: bricked in {depth} steps: {world:?}");
    }
}
