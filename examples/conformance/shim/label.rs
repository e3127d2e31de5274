use iomt::pairing::PublicKey;
use iomt::pairing::label::Label;
use serde_json::json;

use super::Answer;
use super::request::Request;
use super::text::hex;

pub(super) fn label(request: &Request<'_>) -> Answer {
    if request.has("text") {
        let label = Label::parse(request.text("text")?)?;
        return Ok(json!({
            "model": label.model().0,
            "secret": hex(label.secret_bytes()),
            "key": label.key().map(|key| hex(key.as_bytes())),
        }));
    }
    let key = match request.has("key") {
        true => Some(PublicKey::from_bytes(&request.bytes("key")?)?),
        false => None,
    };
    let label = Label::new(&request.bytes("secret")?, key)?;
    Ok(json!({ "text": label.text().as_str() }))
}
