//! The recording that the device plays: the built-in one, or a text file.
//!
//! A text file has one sample a line, in its first column:
//!
//! | what | how it is read |
//! |---|---|
//! | columns | split at `;` or tab when the line has one, else at `,`; quotes around the first are dropped |
//! | number | whole or decimal; rounded to a whole unit, which a gain below 100 units/mV refuses |
//! | range | -8,388,608 to 8,388,607, the 24 bits of the waveform codec |
//! | header | the first line that is neither blank nor a comment, if it is no number |
//! | blank lines, `#` comments | skipped; they count as rows in error messages |
//! | line ends, encoding | LF or CRLF; UTF-8, with or without a byte-order mark |

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use iomt::reading::Metric;

/// MIT-BIH record 208, lead MLII: 108,000 samples, i16 little-endian.
const BUILT_IN: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/data/ecg_208_mlii_360hz.i16"
));

/// The range of the waveform codec: 24 bits.
const LOWEST: f64 = -8_388_608.0;
const HIGHEST: f64 = 8_388_607.0;

/// A day of ECG at 1,000 Hz, nine characters a line.
const MOST_BYTES: u64 = 1_000_000_000;

/// Rounding a fraction is an error of at most 5 µV at this gain or above.
const ROUNDING_GAIN: f64 = 100.0;

/// A single-lead ECG.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recording {
    /// The samples, in order.
    pub(crate) samples: Vec<i32>,
    /// Samples a second.
    pub(crate) rate_hz: f64,
    /// Sample units to a millivolt.
    pub(crate) gain_units_per_mv: f64,
    /// Which lead it is.
    pub(crate) metric: Metric,
    /// The unit that stands for 0 mV.
    pub(crate) zero: i32,
    /// Where it comes from.
    pub(crate) source: String,
}

impl Recording {
    /// The five minutes that come with the crate.
    pub(crate) fn built_in() -> Self {
        let (pairs, _) = BUILT_IN.as_chunks::<2>();
        let samples = pairs.iter().map(|pair| i16::from_le_bytes(*pair).into());
        Self {
            samples: samples.collect(),
            rate_hz: 360.0,
            gain_units_per_mv: 200.0,
            metric: Metric::ECG_LEAD_II,
            zero: 1_024,
            source: "MIT-BIH record 208, lead MLII".into(),
        }
    }

    /// A user's recording, one sample a line.
    ///
    /// # Errors
    ///
    /// One line that names the file and, where there is one, the row.
    pub(crate) fn from_csv(path: &Path, rate_hz: f64, gain: f64) -> Result<Self, String> {
        // In quotes where a file's name has line breaks or the like in it.
        let name = path.display().to_string();
        let name = match name.contains(char::is_control) {
            true => format!("{name:?}"),
            false => name,
        };
        let text = read_text(path).map_err(|fault| fault.in_file(&name))?;
        let samples = samples_of(&text, gain).map_err(|fault| fault.in_file(&name))?;
        Ok(Self {
            samples,
            rate_hz,
            gain_units_per_mv: gain,
            metric: Metric::ECG,
            zero: 0,
            source: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into(),
        })
    }
}

/// What is wrong with a file, and in which row, counted from 1.
#[derive(Debug)]
struct Fault {
    row: Option<usize>,
    what: String,
}

impl Fault {
    fn of_file(what: impl Into<String>) -> Self {
        Self {
            row: None,
            what: what.into(),
        }
    }

    fn of_row(row: usize, what: impl Into<String>) -> Self {
        Self {
            row: Some(row),
            what: what.into(),
        }
    }

    fn in_file(self, name: &impl std::fmt::Display) -> String {
        match self.row {
            Some(row) => format!("{name}:{row}: {}", self.what),
            None => format!("{name}: {}", self.what),
        }
    }
}

fn read_text(path: &Path) -> Result<String, Fault> {
    let file = fs::metadata(path).map(|metadata| (metadata.is_file(), metadata.len()));
    match file {
        _ if path.is_dir() => return Err(Fault::of_file("is a folder, not a file")),
        Ok((false, _)) => return Err(Fault::of_file("is not a regular file")),
        Ok((true, MOST_BYTES..)) => return Err(Fault::of_file("is larger than 1 GB")),
        _ => {}
    }
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Fault::of_file("no such file"),
        ErrorKind::PermissionDenied => Fault::of_file("may not be read (permission denied)"),
        _ => Fault::of_file(error.to_string()),
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().iter().take(valid);
        let row = 1 + before.filter(|byte| **byte == b'\n').count();
        Fault::of_row(row, "is not UTF-8 text")
    })
}

fn samples_of(text: &str, gain: f64) -> Result<Vec<i32>, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()));
    let mut rows = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));

    let mut samples = Vec::new();
    if let Some((row, line)) = rows.next() {
        let cell = first_column(line);
        if is_time(cell) {
            let what = format!(
                "the first column is {}, and is to hold the samples",
                quoted(cell)
            );
            return Err(Fault::of_row(row, what));
        }
        if !is_header(cell) {
            samples.push(sample(cell, gain).map_err(|what| Fault::of_row(row, what))?);
        }
    }
    for (row, line) in rows {
        let read = sample(first_column(line), gain);
        samples.push(read.map_err(|what| Fault::of_row(row, what))?);
    }
    match samples.is_empty() {
        true => Err(Fault::of_file("holds no sample")),
        false => Ok(samples),
    }
}

/// A semicolon or a tab wins over a comma, which may then be a decimal comma.
fn first_column(line: &str) -> &str {
    if let Some((cell, _)) = line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return cell.trim();
    }
    let separator = [';', '\t'].into_iter().find(|mark| line.contains(*mark));
    let cell = line.split(separator.unwrap_or(',')).next().unwrap_or(line);
    cell.trim()
}

/// The header of a column that holds when a sample was taken, and not the sample.
fn is_time(cell: &str) -> bool {
    let word = cell
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    [
        "t",
        "time",
        "s",
        "sec",
        "secs",
        "second",
        "seconds",
        "ms",
        "timestamp",
        "elapsed",
    ]
    .contains(&word.to_lowercase().as_str())
}

/// Words, and not a number with a slip in it.
fn is_header(cell: &str) -> bool {
    let number_like = cell.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    !number_like && cell.contains(char::is_alphabetic) && cell.parse::<f64>().is_err()
}

fn sample(cell: &str, gain: f64) -> Result<i32, String> {
    if cell.is_empty() {
        return Err("the first column is empty".into());
    }
    let Ok(value) = cell.parse::<f64>() else {
        return Err(format!("{} is not a number", quoted(cell)));
    };
    if !value.is_finite() {
        return Err(format!("{} is not a finite number", quoted(cell)));
    }
    let unit = value.round();
    if unit != value && gain < ROUNDING_GAIN {
        return Err(format!(
            "{} would be rounded to {unit}, too coarse at {gain} units/mV; \
             scale the samples and --gain up",
            quoted(cell)
        ));
    }
    match (LOWEST..=HIGHEST).contains(&unit) {
        true => Ok(unit as i32),
        false => Err(format!("{} is outside {LOWEST} to {HIGHEST}", quoted(cell))),
    }
}

/// The text in quotes, on one line and not too long.
fn quoted(cell: &str) -> String {
    const LONGEST: usize = 24;
    match cell.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}", format!("{}…", cell.get(..end).unwrap_or_default())),
        None => format!("{cell:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A file that is deleted with its test.
    struct TempFile(PathBuf);

    impl TempFile {
        fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
            let name = format!("iomt-{}-{name}.csv", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::write(&path, content).unwrap();
            Self(path)
        }
    }

    impl Drop for TempFile {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn samples(text: &str) -> Vec<i32> {
        samples_of(text, 200.0).unwrap_or_else(|fault| panic!("{}", fault.in_file(&"ecg.csv")))
    }

    fn refusal(text: &str) -> String {
        let fault = samples_of(text, 200.0).expect_err("must be refused");
        fault.in_file(&"ecg.csv")
    }

    #[test]
    fn the_built_in_recording_is_five_minutes_of_a_real_ecg() {
        let built_in = Recording::built_in();
        assert_eq!(built_in.samples.len(), 5 * 60 * 360);
        assert_eq!(built_in.samples.first_chunk(), Some(&[975, 981, 987, 989]));
        assert_eq!(built_in.samples.iter().min(), Some(&327));
        assert_eq!(built_in.samples.iter().max(), Some(&1754));
    }

    #[test]
    fn a_file_becomes_a_recording_under_its_own_name() {
        let file = TempFile::new("plain", "1\n-2\n3\n");
        let recording = Recording::from_csv(&file.0, 250.0, 204.8).unwrap();
        assert_eq!(recording.samples, [1, -2, 3]);
        assert_eq!(recording.rate_hz, 250.0);
        assert_eq!(recording.gain_units_per_mv, 204.8);
        assert!(file.0.ends_with(&recording.source));
    }

    #[test]
    fn a_column_of_times_is_not_taken_for_samples() {
        for header in ["time,ecg", "Time [s];mV", "t\tu", "\"seconds\",ecg"] {
            let refusal = refusal(&format!("{header}\n0,5\n"));
            assert!(
                refusal.starts_with("ecg.csv:1: the first column is"),
                "{refusal}"
            );
        }
        assert_eq!(samples("sample,time\n5,0\n"), [5]);
    }

    #[test]
    fn a_quoted_decimal_comma_is_not_read_as_a_whole_number() {
        assert!(refusal("\"1,5\"\n").contains("is not a number"));
    }

    #[test]
    fn a_file_without_an_end_is_not_read() {
        let refused = Recording::from_csv(Path::new("/dev/zero"), 250.0, 200.0);
        assert!(refused.is_err());
    }

    #[test]
    fn a_refusal_is_one_line_whatever_the_file_is_called() {
        let refused = Recording::from_csv(Path::new("a\nb.csv"), 250.0, 200.0);
        assert_eq!(refused.unwrap_err(), "\"a\\nb.csv\": no such file");
    }

    #[test]
    fn reads_the_first_column_whatever_separates_it() {
        assert_eq!(
            samples("12,7\n13;7\n14\t7\n 15 , 7\n\"16\",7\n17"),
            [12, 13, 14, 15, 16, 17]
        );
    }

    #[test]
    fn a_decimal_comma_is_refused_and_not_cut_off() {
        assert_eq!(
            refusal("1;2\n0,125;2"),
            "ecg.csv:2: \"0,125\" is not a number"
        );
    }

    #[test]
    fn decimals_are_rounded_to_the_nearest_unit() {
        assert_eq!(
            samples("1.4\n1.6\n-1.6\n2.5\n1e3\n+7"),
            [1, 2, -2, 3, 1000, 7]
        );
    }

    #[test]
    fn a_fraction_is_refused_where_rounding_would_spoil_the_signal() {
        let fault = samples_of("0\n1.0\n0.125\n", 1.0).unwrap_err();
        assert_eq!(
            fault.in_file(&"mv.csv"),
            "mv.csv:3: \"0.125\" would be rounded to 0, too coarse at 1 units/mV; \
             scale the samples and --gain up"
        );
    }

    #[test]
    fn blank_lines_comments_and_one_header_are_skipped() {
        assert_eq!(
            samples("# by hand\n\nMLII,V1\n  \n1,2\n# middle\n3,4\n\n"),
            [1, 3]
        );
    }

    #[test]
    fn a_second_header_line_is_not_a_number() {
        assert_eq!(
            refusal("MLII\nmV\n1\n"),
            "ecg.csv:2: \"mV\" is not a number"
        );
    }

    #[test]
    fn a_header_after_the_first_sample_is_not_a_number() {
        assert_eq!(
            refusal("1\n\nMLII\n"),
            "ecg.csv:3: \"MLII\" is not a number"
        );
    }

    #[test]
    fn a_broken_number_in_the_first_line_is_no_header() {
        assert_eq!(refusal("12x\n13\n"), "ecg.csv:1: \"12x\" is not a number");
        assert_eq!(refusal("-\n13\n"), "ecg.csv:1: \"-\" is not a number");
    }

    #[test]
    fn crlf_and_a_byte_order_mark_are_understood() {
        assert_eq!(samples("\u{feff}1\r\n2\r\n\r\n3\r\n"), [1, 2, 3]);
        assert_eq!(samples("\u{feff}lead\r\n2"), [2]);
    }

    #[test]
    fn the_row_counts_the_skipped_lines_too() {
        let text = format!("# comment\nlead\n\n{}abc\n", "5\n".repeat(13));
        assert_eq!(refusal(&text), "ecg.csv:17: \"abc\" is not a number");
    }

    #[test]
    fn values_that_are_not_finite_are_refused() {
        assert_eq!(
            refusal("1\nNaN"),
            "ecg.csv:2: \"NaN\" is not a finite number"
        );
        assert_eq!(
            refusal("-inf\n1"),
            "ecg.csv:1: \"-inf\" is not a finite number"
        );
        assert_eq!(
            refusal("1\n1e999"),
            "ecg.csv:2: \"1e999\" is not a finite number"
        );
    }

    #[test]
    fn values_outside_the_codec_are_refused() {
        assert_eq!(samples("8388607\n-8388608"), [8_388_607, -8_388_608]);
        assert_eq!(
            refusal("8388608"),
            "ecg.csv:1: \"8388608\" is outside -8388608 to 8388607"
        );
        assert!(refusal("1\n-8388609").starts_with("ecg.csv:2: "));
    }

    #[test]
    fn an_empty_first_column_is_refused() {
        assert_eq!(refusal("1,2\n,3\n"), "ecg.csv:2: the first column is empty");
    }

    #[test]
    fn a_file_without_a_sample_is_refused() {
        assert_eq!(refusal(""), "ecg.csv: holds no sample");
        assert_eq!(refusal("\u{feff}"), "ecg.csv: holds no sample");
        assert_eq!(refusal("# nothing\n\nlead\n"), "ecg.csv: holds no sample");
    }

    #[test]
    fn a_message_stays_one_short_line() {
        let long = refusal(&format!("1\n{}\u{7}\u{b}x\n", "y".repeat(10_000)));
        assert_eq!(
            long,
            format!("ecg.csv:2: \"{}…\" is not a number", "y".repeat(24))
        );
        assert_eq!(
            refusal("1\na\u{b}b"),
            "ecg.csv:2: \"a\\u{b}b\" is not a number"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let refusal = Recording::from_csv(Path::new("/nowhere/ecg.csv"), 360.0, 200.0);
        assert_eq!(refusal.unwrap_err(), "/nowhere/ecg.csv: no such file");
    }

    #[test]
    fn a_folder_is_no_recording() {
        let folder = std::env::temp_dir();
        let refusal = Recording::from_csv(&folder, 360.0, 200.0).unwrap_err();
        assert_eq!(
            refusal,
            format!("{}: is a folder, not a file", folder.display())
        );
    }

    #[test]
    fn a_file_that_is_not_text_is_refused_at_its_row() {
        let file = TempFile::new("binary", b"1\n2\n\xff\xfe\n4\n");
        let refusal = Recording::from_csv(&file.0, 360.0, 200.0).unwrap_err();
        assert_eq!(
            refusal,
            format!("{}:3: is not UTF-8 text", file.0.display())
        );
    }

    #[test]
    fn an_empty_file_is_refused_by_name() {
        let file = TempFile::new("empty", b"");
        let refusal = Recording::from_csv(&file.0, 360.0, 200.0).unwrap_err();
        assert_eq!(refusal, format!("{}: holds no sample", file.0.display()));
    }
}
