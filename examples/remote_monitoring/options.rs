//! The command line.
//!
//! Parsing only: the caller prints the error and chooses the exit status.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
Carries a real ECG from a sensor to a server over a bad radio link.

Usage: remote_monitoring [OPTIONS]

  --input FILE           a recording of your own: one sample a line, first column
  --rate HZ              its sample rate, 100 to 1000 (with --input)
  --gain UNITS_PER_MV    its resolution, in sample units to a millivolt (with --input)
  --seed N               the seed of the radio's faults; default 1
  --loss PERCENT         the share of frames that the radio loses, 0 to 50; default 10
  --help                 this text

Without --input it plays the five minutes of MIT-BIH record 208 that come with it.
";

const RATE_HZ: RangeInclusive<f64> = 100.0..=1_000.0;
const LOSS_PERCENT: RangeInclusive<f64> = 0.0..=50.0;

/// What the user asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    /// The user's own recording; `None` plays the built-in one.
    pub(crate) input: Option<Input>,
    /// The seed of the radio's faults.
    pub(crate) seed: u64,
    /// The share of frames that the radio loses, in percent.
    pub(crate) loss_percent: f64,
    /// Print [`USAGE`] and do nothing else.
    pub(crate) help: bool,
}

/// A recording of the user's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Input {
    /// The file, one sample a line.
    pub(crate) path: PathBuf,
    /// Samples a second, 100 to 1,000.
    pub(crate) rate_hz: f64,
    /// Sample units to a millivolt, above 0.
    pub(crate) gain_units_per_mv: f64,
}

impl Options {
    /// Reads the arguments that follow the program's name.
    ///
    /// # Errors
    ///
    /// One line that names the option and what is wrong with it.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut given = Given::default();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            given.take(&arg, &mut args)?;
        }
        given.check()
    }
}

/// The options as they stand on the command line.
#[derive(Default)]
struct Given {
    input: Option<OsString>,
    rate: Option<OsString>,
    gain: Option<OsString>,
    seed: Option<OsString>,
    loss: Option<OsString>,
    help: bool,
}

impl Given {
    fn take(
        &mut self,
        arg: &OsString,
        rest: &mut impl Iterator<Item = OsString>,
    ) -> Result<(), String> {
        let name = arg.to_string_lossy();
        let slot = match name.as_ref() {
            "--help" | "-h" => {
                self.help = true;
                return Ok(());
            }
            "--input" => &mut self.input,
            "--rate" => &mut self.rate,
            "--gain" => &mut self.gain,
            "--seed" => &mut self.seed,
            "--loss" => &mut self.loss,
            _ => return Err(format!("{name:?} is not an option; --help lists them")),
        };
        let value = rest.next().filter(|value| !is_option(value));
        let value = value.ok_or_else(|| format!("{name} needs a value"))?;
        match slot.replace(value) {
            None => Ok(()),
            Some(_) => Err(format!("{name} is given twice")),
        }
    }

    fn check(self) -> Result<Options, String> {
        if self.help {
            return Ok(Options {
                help: true,
                ..Options::default()
            });
        }
        let defaults = Options::default();
        Ok(Options {
            seed: self.seed.map_or(Ok(defaults.seed), |text| seed(&text))?,
            loss_percent: self.loss.map_or(Ok(defaults.loss_percent), |text| {
                number("--loss", &text, LOSS_PERCENT)
            })?,
            input: input(self.input, self.rate, self.gain)?,
            help: false,
        })
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            input: None,
            seed: 1,
            loss_percent: 10.0,
            help: false,
        }
    }
}

fn is_option(value: &OsString) -> bool {
    value.to_string_lossy().starts_with("--")
}

fn input(
    path: Option<OsString>,
    rate: Option<OsString>,
    gain: Option<OsString>,
) -> Result<Option<Input>, String> {
    match (path, rate, gain) {
        (None, None, None) => Ok(None),
        (None, Some(_), _) => Err("--rate goes with --input FILE".into()),
        (None, None, Some(_)) => Err("--gain goes with --input FILE".into()),
        (Some(_), None, None) => Err("--input needs --rate HZ and --gain UNITS_PER_MV".into()),
        (Some(_), None, Some(_)) => Err("--input needs --rate HZ".into()),
        (Some(_), Some(_), None) => Err("--input needs --gain UNITS_PER_MV".into()),
        (Some(path), Some(rate), Some(gain)) => Ok(Some(Input {
            path: path.into(),
            rate_hz: number("--rate", &rate, RATE_HZ)?,
            gain_units_per_mv: gain_of(&gain)?,
        })),
    }
}

fn seed(text: &OsString) -> Result<u64, String> {
    let text = text.to_string_lossy();
    text.parse().map_err(|_| {
        format!(
            "--seed {text:?} is not a whole number from 0 to {}",
            u64::MAX
        )
    })
}

fn gain_of(text: &OsString) -> Result<f64, String> {
    let gain = number("--gain", text, 0.0..=1e9)?;
    match gain > 0.0 {
        true => Ok(gain),
        false => Err("--gain must be above 0".into()),
    }
}

fn number(name: &str, text: &OsString, range: RangeInclusive<f64>) -> Result<f64, String> {
    let text = text.to_string_lossy();
    let value = text
        .parse::<f64>()
        .map_err(|_| format!("{name} {text:?} is not a number"))?;
    match range.contains(&value) {
        true => Ok(value),
        false => Err(format!(
            "{name} {text} is outside {} to {}",
            range.start(),
            range.end()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(OsString::from))
    }

    fn refusal(line: &str) -> String {
        let refusal = parse(line).expect_err(line);
        assert!(!refusal.contains('\n'), "{refusal}");
        refusal
    }

    #[test]
    fn no_argument_plays_the_built_in_recording() {
        assert_eq!(parse("").unwrap(), Options::default());
        assert_eq!(Options::default().input, None);
    }

    #[test]
    fn takes_a_recording_with_decimals_in_rate_and_gain() {
        let options =
            parse("--gain 204.8 --input my.csv --seed 7 --rate 257.5 --loss 2.5").unwrap();
        assert_eq!(
            options,
            Options {
                input: Some(Input {
                    path: "my.csv".into(),
                    rate_hz: 257.5,
                    gain_units_per_mv: 204.8,
                }),
                seed: 7,
                loss_percent: 2.5,
                help: false,
            }
        );
    }

    #[test]
    fn help_wins_over_what_else_is_wrong() {
        assert!(parse("--help").unwrap().help);
        assert!(parse("--input my.csv -h").unwrap().help);
        assert!(USAGE.contains("--gain UNITS_PER_MV"));
    }

    #[test]
    fn a_recording_needs_both_its_rate_and_its_gain() {
        assert_eq!(
            refusal("--input my.csv"),
            "--input needs --rate HZ and --gain UNITS_PER_MV"
        );
        assert_eq!(
            refusal("--input my.csv --gain 200"),
            "--input needs --rate HZ"
        );
        assert_eq!(
            refusal("--input my.csv --rate 360"),
            "--input needs --gain UNITS_PER_MV"
        );
    }

    #[test]
    fn a_rate_or_a_gain_without_a_recording_is_refused() {
        assert_eq!(refusal("--rate 360"), "--rate goes with --input FILE");
        assert_eq!(refusal("--gain 200"), "--gain goes with --input FILE");
    }

    #[test]
    fn the_rate_is_100_to_1000_hz() {
        let rate = |text: &str| parse(&format!("--input my.csv --gain 200 --rate {text}"));
        assert!(rate("100").is_ok());
        assert!(rate("1000").is_ok());
        assert_eq!(
            rate("99.9").unwrap_err(),
            "--rate 99.9 is outside 100 to 1000"
        );
        assert_eq!(
            rate("1000.1").unwrap_err(),
            "--rate 1000.1 is outside 100 to 1000"
        );
        assert_eq!(
            rate("-360").unwrap_err(),
            "--rate -360 is outside 100 to 1000"
        );
        assert_eq!(
            rate("NaN").unwrap_err(),
            "--rate NaN is outside 100 to 1000"
        );
        assert_eq!(rate("fast").unwrap_err(), "--rate \"fast\" is not a number");
    }

    #[test]
    fn the_gain_is_a_finite_number_above_zero() {
        let gain = |text: &str| parse(&format!("--input my.csv --rate 360 --gain {text}"));
        assert!(gain("0.001").is_ok());
        assert_eq!(gain("0").unwrap_err(), "--gain must be above 0");
        assert!(gain("-1").is_err());
        assert!(gain("inf").is_err());
        assert!(gain("nan").is_err());
    }

    #[test]
    fn the_loss_leaves_a_link_that_still_carries() {
        assert_eq!(parse("--loss 0").unwrap().loss_percent, 0.0);
        assert_eq!(refusal("--loss 51"), "--loss 51 is outside 0 to 50");
    }

    #[test]
    fn a_seed_is_a_whole_number() {
        assert_eq!(parse("--seed 18446744073709551615").unwrap().seed, u64::MAX);
        assert!(refusal("--seed -1").starts_with("--seed \"-1\" is not a whole number"));
        assert!(refusal("--seed 1.5").starts_with("--seed \"1.5\" is not a whole number"));
    }

    #[test]
    fn an_unknown_repeated_or_valueless_option_is_named() {
        assert_eq!(
            refusal("--sed 1"),
            "\"--sed\" is not an option; --help lists them"
        );
        assert_eq!(
            refusal("my.csv"),
            "\"my.csv\" is not an option; --help lists them"
        );
        assert_eq!(refusal("--seed 1 --seed 1"), "--seed is given twice");
        assert_eq!(refusal("--seed"), "--seed needs a value");
        assert_eq!(refusal("--input --rate 360"), "--input needs a value");
    }
}
