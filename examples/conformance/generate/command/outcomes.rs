//! What a device answers, by what it has room for and who is there already.

use super::sealed::{sealed, server};
use super::*;
use crate::generate::common::Device;
use crate::shim::text::Side;

/// A device with so many places, some of them taken by whom a person has paired; the first of these commands.
struct Scene {
    server: Device,
    places: u8,
    paired: Vec<[u8; 32]>,
}

impl Scene {
    fn new(places: u8, paired: &[&str]) -> Self {
        Self {
            server: server(Side::Responder),
            places,
            paired: paired.iter().map(|name| key(name)).collect(),
        }
    }

    fn asks(&self, commands: &[Vec<u8>]) -> Value {
        let packets: Vec<_> = (0..)
            .zip(commands)
            .map(|(number, command)| hex(sealed(&self.server, number, command)))
            .collect();
        json!({
            "session": self.server.session(),
            "staticSecret": hex(bytes::<32>("a commanded device")),
            "places": self.places,
            "paired": self.paired.iter().map(hex).collect::<Vec<_>>(),
            "packets": packets,
        })
    }
}

/// The same introduction with another first secret.
fn again(name: &str, rights: u8) -> Vec<u8> {
    let body = [&key(name)[..], &first("again"), &[0, rights]].concat();
    record(3, &body)
}

pub(super) fn outcomes(area: &mut Area) {
    let group = area.group(
        "command",
        "what becomes of commands, one behind the other",
        &[
            "IOMT-PAIR-081",
            "IOMT-PAIR-083",
            "IOMT-PAIR-084",
            "IOMT-PAIR-086",
            "IOMT-PAIR-087",
            "IOMT-PAIR-088",
        ],
        "Outcome",
    );
    let alone = Scene::new(3, &["owner"]);
    let pair = Scene::new(3, &["owner", "another owner"]);
    let full = Scene::new(2, &["owner", "another owner"]);
    let single = Scene::new(1, &["owner"]);
    let (a, b, c) = (
        introduce("a", 0, 0),
        introduce("b", 0, 1),
        introduce("c", 0, 0),
    );
    let unknown = |tag: u64| record(tag, &[9, 8]);
    for (what, scene, commands) in [
        ("one recipient", &alone, vec![a.clone()]),
        ("one that may introduce", &alone, vec![b.clone()]),
        ("two fill the places", &alone, vec![a.clone(), b.clone()]),
        (
            "a third has no room",
            &alone,
            vec![a.clone(), b.clone(), c.clone()],
        ),
        (
            "one is revoked, and another takes its place",
            &alone,
            vec![a.clone(), b.clone(), c.clone(), revoke("a"), c.clone()],
        ),
        (
            "no room beside two owners",
            &full,
            vec![a.clone(), b.clone()],
        ),
        ("no room beside the only one", &single, vec![a.clone()]),
        (
            "one that was never met, again",
            &alone,
            vec![a.clone(), again("a", 1)],
        ),
        (
            "again, where there is no room for another",
            &alone,
            vec![
                a.clone(),
                b.clone(),
                again("a", 0),
                again("b", 0),
                c.clone(),
            ],
        ),
        ("the sender itself", &alone, vec![introduce("owner", 0, 1)]),
        (
            "one that a person has paired",
            &pair,
            vec![introduce("another owner", 0, 0)],
        ),
        (
            "one that a person has paired, without room",
            &full,
            vec![introduce("another owner", 0, 0)],
        ),
        ("a successor", &alone, vec![introduce("next", 1, 0)]),
        (
            "a successor takes no place",
            &single,
            vec![introduce("next", 1, 0), introduce("next", 1, 0)],
        ),
        (
            "another successor",
            &alone,
            vec![introduce("next", 1, 0), introduce("one more", 1, 0)],
        ),
        (
            "a successor that is there already",
            &pair,
            vec![introduce("another owner", 1, 0), introduce("owner", 1, 0)],
        ),
        (
            "a successor that was introduced",
            &alone,
            vec![a.clone(), introduce("a", 1, 0)],
        ),
        (
            "whoever was introduced",
            &alone,
            vec![a.clone(), revoke("a")],
        ),
        (
            "twice",
            &alone,
            vec![a.clone(), revoke("a"), revoke("a"), a.clone()],
        ),
        ("nobody", &alone, vec![revoke("a")]),
        (
            "the sender itself is not revoked",
            &alone,
            vec![revoke("owner")],
        ),
        (
            "nor one that a person has paired",
            &pair,
            vec![revoke("another owner")],
        ),
        (
            "a role that is not drawn, then one that is",
            &alone,
            vec![introduce("a", 2, 0), introduce("a", 0, 0)],
        ),
        (
            "a right that is not drawn, without room",
            &single,
            vec![introduce("a", 0, 2)],
        ),
        (
            "a key that is none, without room",
            &single,
            vec![record(3, &[&[0xFF; 32][..], &first("a"), &[0, 0]].concat())],
        ),
        (
            "a cut one, an unknown one, one to pass over",
            &alone,
            vec![a[..20].to_vec(), unknown(7), unknown(6), a.clone()],
        ),
    ] {
        group.valid(what, scene.asks(&commands));
    }
    let next = sealed(&alone.server, 1, &a);
    let mut asked = alone.asks(&[]);
    asked["packets"] = json!([hex(next)]);
    group.invalid("the second first", "unknown_epoch", asked);
}
