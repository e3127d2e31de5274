//! Names of what came over Bluetooth.

use crate::fhir::Identity;
use crate::gatt::Payload;
use crate::time::WallClock;

impl Identity {
    /// The identity of a value of a Bluetooth characteristic: the same whenever it is converted again.
    ///
    /// A value that tells when it was measured is named by itself: a reading that a device keeps and sends on two days is
    /// one reading. Of one that does not tell, the moment of its receipt is a part of the name: 72 beats a minute now
    /// and an hour ago are two ([`Payload::tells_time`] says which). Who receives two of these in one moment tells them
    /// apart by [`Identity::part`]. A value that is none of the characteristic's is named with its receipt, too.
    ///
    /// ```
    /// use iomt::fhir::{Identity, parse_date_time};
    ///
    /// let monday = parse_date_time("2024-03-18T08:00:00+01:00").ok_or("no time")?;
    /// let friday = parse_date_time("2024-03-22T08:00:00+01:00").ok_or("no time")?;
    /// let name = |uuid, bytes: &[u8], at| Identity::of_payload(b"clinic", b"device 7", (uuid, bytes), at);
    /// let stored = [0x02, 0x6C, 0x01, 0x00, 0xFF, 0xE8, 0x07, 3, 15, 14, 30, 45];
    /// assert_eq!(name(0x2A1C, &stored, &monday), name(0x2A1C, &stored, &friday));
    /// assert_ne!(name(0x2A37, &[0x06, 0x54], &monday), name(0x2A37, &[0x06, 0x54], &friday));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn of_payload(
        scope: &[u8],
        device: &[u8],
        (uuid, bytes): (u16, &[u8]),
        received: &WallClock,
    ) -> Self {
        let own_time = Payload::decode(uuid, bytes).is_ok_and(|payload| payload.tells_time());
        let receipt = received.unix_millis.to_le_bytes();
        let receipt = if own_time { &[][..] } else { &receipt };
        Self::of_parts(&[scope, device, &uuid.to_le_bytes(), bytes, receipt])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{ClockQuality, Duration};

    fn name(uuid: u16, bytes: &[u8], unix_millis: i64) -> Identity {
        let at = WallClock {
            unix_millis,
            quality: ClockQuality::Synchronised,
            uncertainty: Duration::ZERO,
            utc_offset_minutes: Some(60),
        };
        Identity::of_payload(b"clinic", b"device 7", (uuid, bytes), &at)
    }

    fn is_named_by_itself(uuid: u16, bytes: &[u8]) -> bool {
        assert!(Payload::decode(uuid, bytes).is_ok(), "{uuid:04x}");
        assert_eq!(name(uuid, bytes, 1), name(uuid, bytes, 1));
        name(uuid, bytes, 1) == name(uuid, bytes, 2)
    }

    const TIME: [u8; 7] = [0xE8, 7, 3, 15, 14, 30, 45];

    // IOMT-FHIR-003
    #[test]
    fn a_stored_payload_converted_at_two_receipt_times_has_one_name() {
        let temperature = [&[0x02, 0x6C, 0x01, 0x00, 0xFF][..], &TIME].concat();
        assert!(is_named_by_itself(0x2A1C, &temperature));
        let glucose = [&[0x00, 42, 0][..], &TIME].concat();
        assert!(is_named_by_itself(0x2A18, &glucose));
        let spot = [&[0x01, 98, 0, 72, 0][..], &TIME].concat();
        assert!(is_named_by_itself(0x2A5E, &spot));
    }

    // IOMT-FHIR-003
    #[test]
    fn a_payload_without_a_time_has_a_name_for_each_receipt() {
        let never_set = [&[0x11, 98, 0, 72, 0][..], &TIME].concat();
        let without_year = [0x02, 0x6C, 0x01, 0x00, 0xFF, 0, 0, 3, 15, 14, 30, 45];
        let clock = [&TIME[..], &[5, 0, 0]].concat();
        let ticks = [0x01, 0x72, 0, 0, 0, 0, 0, 6, 0];
        for (uuid, bytes) in [
            (0x2A37, &[0x06, 0x54][..]),
            (0x2A5E, &never_set),
            (0x2A1C, &without_year),
            (0x2AA7, &[6, 0, 100, 0, 5, 0]),
            (0x2A34, &[0x02, 42, 0, 1]),
            (0x2A2B, &clock),
            (0x2BF2, &ticks),
        ] {
            assert!(!is_named_by_itself(uuid, bytes), "{uuid:04x}");
        }
    }

    #[test]
    fn each_part_of_a_name_counts() {
        let at = |millis| WallClock {
            unix_millis: millis,
            quality: ClockQuality::Synchronised,
            uncertainty: Duration::ZERO,
            utc_offset_minutes: None,
        };
        let usual = Identity::of_payload(b"a", b"b", (0x2A37, &[0, 1]), &at(1));
        let others = [
            Identity::of_payload(b"x", b"b", (0x2A37, &[0, 1]), &at(1)),
            Identity::of_payload(b"a", b"x", (0x2A37, &[0, 1]), &at(1)),
            Identity::of_payload(b"a", b"b", (0x2A38, &[0, 1]), &at(1)),
            Identity::of_payload(b"a", b"b", (0x2A37, &[0, 2]), &at(1)),
            Identity::of_payload(b"a", b"b", (0x2A37, &[0, 1]), &at(2)),
        ];
        assert!(others.iter().all(|other| *other != usual));
    }
}
