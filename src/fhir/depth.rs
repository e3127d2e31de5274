/// How deep objects and lists may stand in each other. A resource takes about ten levels, a bundle around it three.
const MAX_DEPTH: usize = 32;

/// Whether a text is no deeper than that.
///
/// Each resource of a bundle is looked at twice, first for its type, and holds stack and a copy while what is in it is
/// read: without a bound a text of a few hundred kilobytes takes minutes, gigabytes and then the stack.
/// A depth is counted whether the text is JSON or not; the parser judges that.
pub(super) fn is_shallow(json: &str) -> bool {
    let mut place = Place::Outside;
    let mut depth = 0_usize;
    json.bytes().all(|byte| {
        place = match (place, byte) {
            (Place::Outside, b'{' | b'[') => {
                depth = depth.saturating_add(1);
                Place::Outside
            }
            (Place::Outside, b'}' | b']') => {
                depth = depth.saturating_sub(1);
                Place::Outside
            }
            (Place::Outside, b'"') => Place::Text,
            (Place::Text, b'"') => Place::Outside,
            (Place::Text, b'\\') => Place::Escape,
            (Place::Escape, _) => Place::Text,
            (place, _) => place,
        };
        depth <= MAX_DEPTH
    })
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Outside,
    Text,
    /// Behind a backslash in a text.
    Escape,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::Resource;
    use std::string::String;

    fn nested(bundles: usize) -> String {
        let open = r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":"#;
        let inner = r#"{"resourceType":"Bundle","type":"collection"}"#;
        [&open.repeat(bundles), inner, &"}]}".repeat(bundles)].concat()
    }

    #[test]
    fn only_brackets_outside_of_texts_count() {
        let open = "[".repeat(MAX_DEPTH);
        assert!(is_shallow(&open) && !is_shallow(&std::format!("{open}{{")));
        let in_text = std::format!(r#"{open}"\"[[{{\\""#);
        assert!(is_shallow(&in_text) && !is_shallow(&std::format!("{in_text}[")));
        assert!(is_shallow(&"{}[]".repeat(1_000)));
    }

    /// Found by fuzzing: the depth was not bounded, and each level held a copy of all that is in it.
    #[test]
    fn a_text_of_any_depth_is_refused_without_a_stack_overflow() {
        assert!(Resource::from_json(&nested(10)).is_ok());
        for bundles in [11, 200, 100_000] {
            let refused = Resource::from_json(&nested(bundles)).unwrap_err();
            assert!(std::format!("{refused}").contains("deep"), "{refused}");
        }
    }
}
