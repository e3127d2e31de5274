//! The GATT service that carries datagrams over Bluetooth LE, as constants.
//!
//! The device is peripheral and GATT server; the gateway or phone is central and client. The values of both
//! characteristics are [fragments](super::Fragment), never a whole attribute to be read. `driver::GattPort` makes datagrams of them,
//! on either side.
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
//! | scan response | none, but [`armed_scan_response`] while the device is armed with a token |
//! | intervals | [`Advertising`], [`CONNECTION`]; suggestions that phones accept |
//! | a connection that ends | begins anew: fragments, and short frames, which need a receipt on the new one first |
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

/// What a device answers to a scan while it is armed with a token: 26 bytes of at most 31.
///
/// ```text
/// 19 21 16 bytes 8 bytes    service data, 128 bits: SERVICE, low byte first, then the token
/// ```
///
/// The token is drawn at each arming. It keys the code in front of the first handshake message where neither
/// the label has a secret nor the device's key is known: who has not heard the device costs it one hash.
#[must_use]
pub const fn armed_scan_response(token: [u8; 8]) -> [u8; 26] {
    let [
        s0,
        s1,
        s2,
        s3,
        s4,
        s5,
        s6,
        s7,
        s8,
        s9,
        s10,
        s11,
        s12,
        s13,
        s14,
        s15,
    ] = SERVICE.to_le_bytes();
    let [t0, t1, t2, t3, t4, t5, t6, t7] = token;
    [
        0x19, 0x21, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15, t0, t1,
        t2, t3, t4, t5, t6, t7,
    ]
}

/// How often a device advertises: what phones in the background are known to find well.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advertising {
    /// An alarm waits, or the device was armed a moment ago: 20 ms, for 30 s at most.
    Urgent,
    /// Armed, or a backlog waits: 152.5 ms.
    Waiting,
    /// Nothing waits: 1,022.5 ms, some 10 µA on usual radios.
    Idle,
}

impl Advertising {
    /// The interval in units of 0.625 ms, as controllers take it.
    #[must_use]
    pub const fn interval(self) -> u16 {
        match self {
            Self::Urgent => 32,
            Self::Waiting => 244,
            Self::Idle => 1_636,
        }
    }
}

/// Connection parameters, in the units that controllers take.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionParameters {
    /// The shortest interval, in units of 1.25 ms.
    pub interval_min: u16,
    /// The longest interval, in units of 1.25 ms.
    pub interval_max: u16,
    /// How many intervals the device may sleep through when it has nothing to say.
    pub latency: u16,
    /// After what silence the connection counts as lost, in units of 10 ms.
    pub supervision_timeout: u16,
}

/// What a device asks for: 30 to 45 ms, asleep for up to 30 of them, lost after 6 s.
///
/// An alarm leaves at the next interval all the same, since only the device sleeps; what comes for it waits
/// 1.4 s at most. The values keep the rules of phones: a multiple of 15 ms, intervals × (latency + 1) below 2 s
/// and thrice that below the timeout.
pub const CONNECTION: ConnectionParameters = ConnectionParameters {
    interval_min: 24,
    interval_max: 36,
    latency: 30,
    supervision_timeout: 600,
};

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

    // IOMT-CARR-029
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

    // IOMT-CARR-029
    #[test]
    fn the_scan_response_fits_and_has_service_and_token() {
        let token = [1, 2, 3, 4, 5, 6, 7, 8];
        let bytes = armed_scan_response(token);
        assert!(bytes.len() <= 31);
        let content = [&SERVICE.to_le_bytes()[..], &token].concat();
        assert_eq!(structures(&bytes), [(0x21, content)]);
    }

    #[test]
    fn the_connection_parameters_keep_the_rules_of_phones() {
        let longest_ms = u32::from(CONNECTION.interval_max) * 5 / 4;
        let asleep_ms = longest_ms * (u32::from(CONNECTION.latency) + 1);
        let timeout_ms = u32::from(CONNECTION.supervision_timeout) * 10;
        assert_eq!(
            (
                u32::from(CONNECTION.interval_min) * 5 / 4 % 15,
                longest_ms % 15
            ),
            (0, 0)
        );
        assert!(asleep_ms <= 2_000 && 3 * asleep_ms < timeout_ms && timeout_ms <= 6_000);
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
