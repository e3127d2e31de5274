use serde_json::json;

use super::Answer;

pub(super) fn hello() -> Answer {
    Ok(json!({
        "protocol": 1,
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "unsupported": {},
    }))
}
