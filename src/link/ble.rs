//! The GATT service that carries datagrams over Bluetooth LE, as constants.
//!
//! The device is peripheral and GATT server; the gateway or phone is central and client. The values of both
//! characteristics are [fragments](super::Fragment), never a whole attribute to be read.
//!
//! ```text
//! IoMT carrier        C17335D0-1F65-45AF-B5D5-069AA5F9EBB0   primary service
//! ├─ to the device    E8064197-058C-439D-9E50-E4426B864FFC   write, write without response
//! └─ from the device  CD81D555-D622-4E73-9527-67A2DDDE5319   notify
//!    └─ configuration 2902                                   read, write; notifications on: 01 00
//! ```
//!
//! | question | answer |
//! |---|---|
//! | MTU | the central asks for 515, or 247 where one fragment is to fill one packet of the radio; each side cuts to [`AttPayload::from_mtu`](super::AttPayload::from_mtu) |
//! | permissions | open, without Bluetooth pairing or bonding: frames are sealed, and `pairing` authenticates. Encryption by the radio may be on and changes nothing |
//! | write with response | for stacks that drop writes without response when their buffers are full; one request a fragment, long (prepared) writes are refused |
//! | order | as ATT has it: in order and once, until a buffer drops a value or the connection ends |
//! | a new connection | a new [`Reassembler`](super::Reassembler), or its `reset`, on both sides |
//! | address | a resolvable private one, so that a patient can not be followed |
//! | scan response | none is needed |
//!
//! The UUIDs were drawn at random once (RFC 9562, version 4) and are frozen. On the air they stand low byte
//! first: `SERVICE.to_le_bytes()`.

/// The service.
pub const SERVICE: u128 = 0xC173_35D0_1F65_45AF_B5D5_069A_A5F9_EBB0;
/// The characteristic that the central writes: fragments to the device.
pub const TO_DEVICE: u128 = 0xE806_4197_058C_439D_9E50_E442_6B86_4FFC;
/// The characteristic that the device notifies: fragments from the device.
pub const FROM_DEVICE: u128 = 0xCD81_D555_D622_4E73_9527_67A2_DDDE_5319;

/// The properties of [`TO_DEVICE`]: write without response (bit 2) and write (bit 3).
pub const TO_DEVICE_PROPERTIES: u8 = 0x0C;
/// The properties of [`FROM_DEVICE`]: notify (bit 4).
pub const FROM_DEVICE_PROPERTIES: u8 = 0x10;

/// What a device advertises, connectable and undirected, while it looks for a server that it knows.
///
/// ```text
/// 02 01 04          flags: no BR/EDR, and not discoverable: no list of new devices shows it
/// 11 07 16 bytes    complete list of 128-bit services: SERVICE, low byte first
/// ```
///
/// 21 of the 31 bytes of a legacy advertisement. No name, no serial number, no hint of the owner.
pub const ADVERTISEMENT: [u8; 21] = [
    0x02, 0x01, 0x04, 0x11, 0x07, 0xB0, 0xEB, 0xF9, 0xA5, 0x9A, 0x06, 0xD5, 0xB5, 0xAF, 0x45, 0x65,
    0x1F, 0xD0, 0x35, 0x73, 0xC1,
];

/// What a device advertises while it is armed for pairing: the flags say limited discoverable (`05`).
///
/// The rest is [`ADVERTISEMENT`]. The Core specification ends limited discoverable mode after 180 s.
pub const ADVERTISEMENT_ARMED: [u8; 21] = [
    0x02, 0x01, 0x05, 0x11, 0x07, 0xB0, 0xEB, 0xF9, 0xA5, 0x9A, 0x06, 0xD5, 0xB5, 0xAF, 0x45, 0x65,
    0x1F, 0xD0, 0x35, 0x73, 0xC1,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn structures(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
        let mut found = Vec::new();
        while let Some((&len, rest)) = bytes.split_first() {
            let (structure, rest) = rest.split_at(len.into());
            found.push((structure[0], structure[1..].to_vec()));
            bytes = rest;
        }
        found
    }

    #[test]
    fn the_advertisements_name_the_service_and_nothing_else() {
        for (bytes, flags) in [(ADVERTISEMENT, 0x04), (ADVERTISEMENT_ARMED, 0x05)] {
            let expected = [
                (0x01, [flags].to_vec()),
                (0x07, SERVICE.to_le_bytes().to_vec()),
            ];
            assert_eq!(structures(&bytes), expected);
        }
    }

    #[test]
    fn the_uuids_are_random_ones_and_differ() {
        let uuids = [SERVICE, TO_DEVICE, FROM_DEVICE];
        for uuid in uuids {
            assert_eq!((uuid >> 76) & 0xF, 4, "version 4");
            assert_eq!((uuid >> 62) & 0b11, 0b10, "the variant of RFC 9562");
        }
        assert!(uuids.is_sorted_by(|a, b| a != b) && SERVICE != FROM_DEVICE);
    }
}
