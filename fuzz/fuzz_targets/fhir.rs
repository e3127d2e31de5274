//! FHIR as JSON: any text is read or refused, and what is read is written so that it is read as the same.
#![no_main]

use iomt::fhir::Resource;
use iomt_fuzz::{Change, changed};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

/// Observations, in a bundle in a bundle.
const HONEST: &str = include_str!("../seeds/fhir/bundle.json");

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Text(&'a str),
    Changed(Vec<Change>),
    /// So many bundles around a text: the depth is the parser's to bound.
    Nested(u16, &'a str),
}

fuzz_target!(|input: Input<'_>| {
    match input {
        Input::Text(text) => read(text),
        Input::Changed(changes) => {
            assert!(Resource::from_json(HONEST).is_ok(), "an honest bundle");
            let bytes = changed(HONEST.as_bytes(), &changes);
            read(&String::from_utf8_lossy(&bytes));
        }
        Input::Nested(depth, inner) => {
            let open = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":"#;
            let depth = usize::from(depth % 2_000);
            read(&[&open.repeat(depth), inner, &"}]}".repeat(depth)].concat());
        }
    }
});

fn read(text: &str) {
    let Ok(resource) = Resource::from_json(text) else {
        return;
    };
    let written = resource.to_json();
    let again = Resource::from_json(&written).expect("what was written is read");
    assert_eq!(again, resource);
    assert_eq!(again.to_json(), written);
}
