//! Atrial fibrillation that is missed, or seen where there is none, on real intervals.
//!
//! Reads the intervals of 12 records of the MIT-BIH Atrial Fibrillation Database and of 24 records
//! of the MIT-BIH Arrhythmia Database from `data/ecg/rr` in the folder that `IOMT_SHARED` names;
//! without it, says that it is skipped. Every beat counts once; flutter counts as no fibrillation.

#![cfg(test)]
#![cfg(feature = "signal")]

use std::path::PathBuf;

use iomt::signal::rhythm::FibrillationScreen;

/// Sensitivity and specificity over all beats of all records of a folder, in per cent.
fn rates(database: &str) -> Option<[f64; 2]> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let folder = PathBuf::from(shared).join("data/ecg/rr").join(database);
    let (mut right, mut all) = ([0_u32; 2], [0_u32; 2]);
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let mut screen = FibrillationScreen::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split(',').skip(1);
            let rr_s: f64 = columns.next().unwrap().parse().unwrap();
            let fibrillates = columns.next() == Some("AFIB");
            let told = screen.interval_us((rr_s * 1e6).round() as u32);
            let class = usize::from(!fibrillates);
            all[class] += 1;
            right[class] += u32::from(told == fibrillates);
        }
    }
    let rates = [0, 1].map(|class| 100.0 * f64::from(right[class]) / f64::from(all[class]));
    println!("{database}: Se {:.2} Sp {:.2}", rates[0], rates[1]);
    println!(
        "others, AFDB: CoSEn 94.2, 94.7, RdR 96.0, 92.8; MIT-BIH: CoSEn 96.2, 84.5, RdR 96.3, 74.3"
    );
    Some(rates)
}

#[test]
fn finds_fibrillation_in_long_records() {
    let Some([sensitivity, specificity]) = rates("afdb") else {
        return;
    };
    assert!(sensitivity >= 97.1);
    assert!(specificity >= 96.3);
}

#[test]
fn finds_fibrillation_among_ectopic_beats() {
    let Some([sensitivity, specificity]) = rates("mitdb") else {
        return;
    };
    assert!(sensitivity >= 97.6);
    assert!(specificity >= 94.9);
}
