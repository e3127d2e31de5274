//! What the tools share: options that are numbers, and lines of numbers on standard input.

use std::fmt::Display;
use std::io::{BufRead, Write};

/// The values of the options `names`, each of them needed; prints `help` where it is asked for.
pub(crate) fn options<const N: usize>(help: &str, names: [&str; N]) -> [f64; N] {
    let mut options = names.map(|name| (name, None));
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--help" || argument == "-h" {
            println!("{help}");
            std::process::exit(0);
        }
        let Some((_, option)) = options.iter_mut().find(|(name, _)| *name == argument) else {
            refuse(format_args!("no option {argument:?}; see --help"));
        };
        let value = arguments.next().and_then(|value| value.parse().ok());
        *option = value.filter(|value: &f64| value.is_finite() && *value > 0.0);
        if option.is_none() {
            refuse(format_args!("{argument} needs a positive number"));
        }
    }
    options.map(|(name, value)| {
        value.unwrap_or_else(|| refuse(format_args!("{name} is needed; see --help")))
    })
}

/// The first columns of a line.
pub(crate) struct Line<'a>(Vec<&'a str>);

impl Line<'_> {
    /// The column as a number.
    pub(crate) fn number(&self, column: usize) -> Result<f64, String> {
        let text = self.0.get(column).ok_or("too few columns")?;
        let value = text.parse().ok().filter(|value: &f64| value.is_finite());
        value.ok_or_else(|| format!("column {} is no number: {text:?}", column + 1))
    }

    /// The column as a count.
    #[allow(dead_code, reason = "not every tool counts")]
    pub(crate) fn count(&self, column: usize) -> Result<u64, String> {
        let text = self.0.get(column).ok_or("too few columns")?;
        text.parse()
            .map_err(|_| format!("column {} is no count: {text:?}", column + 1))
    }
}

/// Calls `each` with every line, and prints what it returns; ends with status 2 on a bad line.
pub(crate) fn for_each<T: Display>(mut each: impl FnMut(&Line<'_>) -> Result<Option<T>, String>) {
    let mut output = std::io::stdout().lock();
    for (index, line) in std::io::stdin().lock().lines().enumerate() {
        let bad =
            |error: &dyn Display| -> ! { refuse(format_args!("line {}: {error}", index + 1)) };
        let line = line.unwrap_or_else(|error| bad(&error));
        if line.starts_with('#') {
            continue;
        }
        let text = each(&Line(line.split(',').map(str::trim).collect()));
        let text = text.unwrap_or_else(|error| bad(&error));
        if text.is_some_and(|text| writeln!(output, "{text}").is_err()) {
            // Whoever reads has gone.
            return;
        }
    }
}

/// Ends with status 2.
pub(crate) fn refuse(error: impl Display) -> ! {
    eprintln!("error: {error}");
    std::process::exit(2)
}
