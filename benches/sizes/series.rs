//! A minute of heart rates from a seed: steps of one, whose entropy is 0.9 bit.

pub(super) const COUNT: usize = 60;

/// The first seed whose differences carry 0.9 bit each (to a hundredth) over at least eight distinct rates.
const SEED: u64 = 0;

/// Thousandths of a step up and down; the others are none.
const UP: u64 = 180;
const DOWN: u64 = 40;

pub(super) fn from_seed(seed: u64) -> [i32; COUNT] {
    let mut state = seed;
    let mut rate = 64;
    std::array::from_fn(|index| {
        if index > 0 {
            let drawn = split_mix(&mut state) % 1_000;
            rate += i32::from(drawn < UP) - i32::from((UP..UP + DOWN).contains(&drawn));
        }
        rate
    })
}

/// `SplitMix64`, by Steele, Lea and Flood.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Bits that a difference carries, by how often each one comes.
pub(super) fn entropy(rates: &[i32]) -> f64 {
    let differences: Vec<i32> = rates.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted = differences.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let all = differences.len() as f64;
    let share =
        |value: &i32| differences.iter().filter(|other| *other == value).count() as f64 / all;
    sorted
        .iter()
        .map(share)
        .map(|share| -share * share.log2())
        .sum()
}

pub(super) fn distinct(rates: &[i32]) -> usize {
    let mut sorted = rates.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

fn qualifies(rates: &[i32]) -> bool {
    (entropy(rates) - 0.9).abs() <= 0.01 && distinct(rates) >= 8
}

pub(super) fn committed() -> [i32; COUNT] {
    let seed = (SEED..).find(|seed| qualifies(&from_seed(*seed)));
    from_seed(seed.unwrap_or(SEED))
}

/// How many bytes other minutes take: the first thousand seeds that qualify, and recorded unsteady ones.
pub(super) fn print_spread(bytes: impl Fn(&[i32]) -> usize) {
    let mut sizes: Vec<usize> = (0..)
        .map(from_seed)
        .filter(|rates| qualifies(rates))
        .take(1_000)
        .map(|rates| bytes(&rates))
        .collect();
    sizes.sort_unstable();
    let rates = committed();
    println!();
    println!(
        "the series: {:.3} bit a difference, {} distinct rates",
        entropy(&rates),
        distinct(&rates)
    );
    println!(
        "1,000 other seeds that qualify: {} to {} bytes, median {}",
        sizes[0], sizes[999], sizes[500]
    );
    for (what, rates) in unsteady() {
        println!(
            "a real unsteady minute, {what}: {:.2} bit a difference, {} distinct rates, {} bytes",
            entropy(&rates),
            distinct(&rates),
            bytes(&rates)
        );
    }
}

/// Recorded minutes: of a patient with many ventricular beats and, where the environment names the folder, of one in
/// atrial fibrillation.
fn unsteady() -> Vec<(String, [i32; COUNT])> {
    let beats = include_str!("../../tests/data/ecg_208_mlii_360hz.beats");
    let numbers = |line: &str| line.trim().parse::<f64>().ok();
    let recorded: Vec<f64> = beats.lines().filter_map(numbers).collect();
    let mut all = vec![(
        "MIT-BIH 208 from the second minute on".to_owned(),
        each_second(&recorded, 360.0),
    )];
    if let Some(shared) = std::env::var_os("IOMT_SHARED") {
        let path = std::path::Path::new(&shared).join("data/ecg/rr/afdb/04015.csv");
        let text = std::fs::read_to_string(path).unwrap();
        let first = |line: &str| line.split(',').next().and_then(numbers);
        // The file's first stretch of fibrillation.
        let fibrillating = text.lines().skip_while(|line| !line.ends_with("AFIB"));
        let beats: Vec<f64> = fibrillating.filter_map(first).collect();
        all.push((
            "AFDB 04015 in fibrillation".to_owned(),
            each_second(&beats, 250.0),
        ));
    }
    all
}

/// The rate of the last interval at each second of the second minute of these beats, as a monitor shows it.
fn each_second(beats: &[f64], rate_hz: f64) -> [i32; COUNT] {
    let start = beats[0] + 60.0 * rate_hz;
    std::array::from_fn(|second| {
        let now = start + second as f64 * rate_hz;
        let until = beats.partition_point(|beat| *beat <= now);
        (60.0 * rate_hz / (beats[until - 1] - beats[until - 2])).round() as i32
    })
}
