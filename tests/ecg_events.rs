//! Ventricular fibrillation that is missed, or seen where there is none, on real recordings; and what
//! watching for it and for pulses of a pacemaker does to the beats.
//!
//! Reads 24 records of the MIT-BIH Arrhythmia Database from `data/ecg/mitdb` in the folder that
//! `IOMT_SHARED` names; without it, says that it is skipped. Only record 207 has ventricular flutter; a second
//! is right where the rhythm told at its end is that of the annotations. The 6 s after flutter begins, and the
//! 4 s after it ends, are not counted: fibrillation is told from what was before.

#![cfg(test)]
#![cfg(feature = "signal")]

#[allow(dead_code, reason = "each test uses a part")]
mod support {
    pub(crate) mod wfdb;
}

use iomt::signal::ecg::{EcgMonitor, RPeakDetector, VentricularRhythm};
use iomt::time::SampleRate;
use support::wfdb::{self, RECORDS, Record};

const HZ: u64 = 360;
const TOLD_AFTER: u64 = 6 * HZ;
const OVER_AFTER: u64 = 4 * HZ;

/// Seconds of flutter, of these told, seconds without, of these told otherwise.
#[derive(Default)]
struct Seconds {
    flutter: u32,
    told: u32,
    other: u32,
    false_ones: u32,
    /// Seconds in which asystole was told.
    silent: u32,
}

impl Seconds {
    fn count(&mut self, record: &Record, at: u64, rhythm: VentricularRhythm) {
        let mut spans = record.flutter.iter();
        let inside = spans.any(|(begin, end)| (*begin..*end).contains(&at));
        let counted = !record.flutter.iter().any(|(begin, end)| {
            (*begin..begin + TOLD_AFTER).contains(&at) || (*end..end + OVER_AFTER).contains(&at)
        });
        let told = rhythm == VentricularRhythm::Fibrillation;
        self.silent += u32::from(rhythm == VentricularRhythm::Asystole);
        match (counted, inside) {
            (true, true) => {
                self.flutter += 1;
                self.told += u32::from(told);
            }
            (true, false) => {
                self.other += 1;
                self.false_ones += u32::from(told);
            }
            (false, _) => {}
        }
    }
}

#[test]
fn tells_flutter_from_beats() {
    let Some(folder) = wfdb::folder() else { return };
    let mut seconds = Seconds::default();
    for name in RECORDS {
        let record = wfdb::read(&folder, name).unwrap();
        let mut monitor = EcgMonitor::new(SampleRate::hz(HZ as u32), 200).unwrap();
        for (sample, at) in record.samples.iter().zip(1..) {
            if let Some(change) = monitor.push(*sample).change {
                println!("{name}: {:?} from {} s", change.rhythm, change.since / HZ);
            }
            if at % HZ == 0 {
                seconds.count(&record, at, monitor.rhythm());
            }
        }
    }
    println!(
        "flutter told in {} of {} s, in {} of {} s without; asystole in {} s",
        seconds.told, seconds.flutter, seconds.false_ones, seconds.other, seconds.silent
    );
    assert!(seconds.told * 100 >= seconds.flutter * 90);
    assert!(seconds.false_ones <= 13);
}

#[test]
fn changes_no_beat_of_the_records() {
    let Some(folder) = wfdb::folder() else { return };
    for name in RECORDS {
        let record = wfdb::read(&folder, name).unwrap();
        let rate = SampleRate::hz(HZ as u32);
        let mut monitor = EcgMonitor::new(rate, 200).unwrap();
        let mut detector = RPeakDetector::new(rate, 200).unwrap();
        for sample in &record.samples {
            let events = monitor.push(*sample);
            let beat = events.beat.map(|beat| beat.peak.index);
            assert_eq!(
                beat,
                detector.push(*sample).map(|peak| peak.index),
                "{name}"
            );
            assert_eq!(events.pace_pulse, None, "{name}");
        }
    }
}
