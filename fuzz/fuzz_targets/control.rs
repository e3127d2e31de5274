//! Control records: any bytes are read without a panic, and a list that is read keeps its rules.
#![no_main]

use iomt::wire::control::{ControlRecord, ControlRecords};
use iomt::wire::{MAX_COUNTER, Space};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for record in ControlRecords::new(bytes).flatten() {
        let ControlRecord::Outstanding(list) = record else {
            continue;
        };
        assert_eq!(list.epochs().count(), list.len());
        let sealing = list.epochs().filter(|epoch| epoch.secret.is_none());
        assert_eq!(sealing.count(), 1);
        for epoch in list.epochs() {
            for space in [Space::Data, Space::Alarm].map(|space| epoch.space(space)) {
                let Some(space) = space else { continue };
                assert!(space.floor <= space.end && space.end <= MAX_COUNTER + 1);
                let mut end = 0;
                for lost in space.losses() {
                    assert!(end <= lost.range.start && lost.range.start < lost.range.end);
                    end = lost.range.end;
                }
                assert!(end <= space.end);
            }
        }
    }
});
