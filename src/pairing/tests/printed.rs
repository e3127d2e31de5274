//! No secret is in what is printed.

use super::*;

/// How a key could show up in what is printed: as hexadecimal digits, or as a list of numbers.
pub(super) fn shows(printed: &str, secret: &[u8]) -> bool {
    let printed = printed.to_lowercase().replace("0x", "");
    let bare: String = printed.split_whitespace().collect();
    secret.windows(4).any(|part| {
        let hex: String = part.iter().map(|byte| format!("{byte:02x}")).collect();
        let lists = [
            part.iter()
                .map(|byte| format!("{byte}"))
                .collect::<Vec<_>>(),
            part.iter().map(|byte| format!("{byte:x}")).collect(),
            part.iter().map(|byte| format!("{byte:02x}")).collect(),
        ];
        bare.contains(&hex) || lists.iter().any(|list| bare.contains(&list.join(",")))
    })
}

// IOMT-SEC-001
#[test]
fn nothing_that_is_printed_holds_a_secret() {
    assert!(shows(&format!("{:?}", [7_u8; 32]), &[7; 32]));
    assert!(shows(
        &format!("{:?}", device().public()),
        device().public().as_bytes()
    ));

    let secrets = [
        SECRET.to_vec(),
        label_key(Label::LABEL_PSK).expose().to_vec(),
        label_key(Label::LABEL_MAC1).expose().to_vec(),
        READER_KEY.to_vec(),
        DEVICE_KEY.to_vec(),
        first_ephemeral().to_vec(),
    ];
    let (reader, label) = (reader(), label());
    let Stage {
        awaiting_reply,
        awaiting_confirmation,
        messages: [_, second, third],
    } = stage();
    let mut printed = Vec::from([
        format!("{reader:?} {label:?}"),
        format!("{awaiting_reply:?} {awaiting_confirmation:?}"),
    ]);
    let refused = confirm(awaiting_reply, &third).unwrap_err();
    printed.push(format!("{refused:?} {}", refused.error));
    let (at_reader, _) = confirm(refused.state, &second).unwrap();
    let at_device = finish(awaiting_confirmation, &third).unwrap();
    printed.push(format!("{at_reader:?} {at_device:?}"));
    for printed in &printed {
        for secret in &secrets {
            assert!(!shows(printed, secret), "{printed}");
        }
    }
    assert!(printed.iter().all(|printed| !printed.is_empty()));
}
