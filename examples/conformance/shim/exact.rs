//! JSON whose numbers keep their digits: 36.60 is not 36.6. Between reading and writing, a number with a point or an exponent is a
//! text with a mark in front, of a character that nobody else uses.

use serde_json::Value;

const MARK: char = '\u{F8FF}';

pub(crate) fn read(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(&marked(text))
}

pub(crate) fn write(value: &Value) -> String {
    unmarked(&value.to_string())
}

fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_text, mut is_escaped) = (false, false);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if !is_text && (character == '-' || character.is_ascii_digit()) {
            let is_of_number = |other: char| other.is_ascii_digit() || "+-.eE".contains(other);
            let len = rest
                .find(|other| !is_of_number(other))
                .unwrap_or(rest.len());
            let (number, behind) = rest.split_at(len);
            match number.contains(['.', 'e', 'E']) {
                true => out.extend(['"', MARK].into_iter().chain(number.chars()).chain(['"'])),
                false => out.push_str(number),
            }
            rest = behind;
            continue;
        }
        is_text ^= character == '"' && !is_escaped;
        is_escaped = is_text && character == '\\' && !is_escaped;
        out.push(character);
        rest = rest.strip_prefix(character).unwrap_or_default();
    }
    out
}

/// In any JSON that was printed.
pub(crate) fn unmarked(text: &str) -> String {
    let begin = ['"', MARK].iter().collect::<String>();
    let mut parts = text.split(begin.as_str());
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, behind) = part.split_once('"').unwrap_or((part, ""));
        out.push_str(number);
        out.push_str(behind);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let text = r#"{"a":36.60,"b":[-0.50,1e-9,12],"c":"a 36.60 \" 1.0","d":true,"e":-7}"#;
        assert_eq!(write(&read(text).unwrap()), text);
        assert_ne!(read("36.60").unwrap(), read("36.6").unwrap());
        assert_ne!(read("36.60").unwrap(), read(r#""36.60""#).unwrap());
    }
}
