//! Integers to compressed blocks, and back.
//!
//! ```text
//! block   length (2, little-endian) ‖ bytes of the codec       N samples
//! last    0 (2) ‖ length (2) ‖ count (2) ‖ bytes of the codec  count < N samples
//! ```
//!
//! A block does not say how many samples it holds, so one that holds less is marked by an empty
//! block before it; a block of samples is never empty.

use std::io::{BufRead, BufWriter, Write};
use std::ops::RangeInclusive;

use iomt::reading::codec::{self, Tier};

use super::Failure;
use super::arguments::Arguments;
use super::lines::Lines;

pub(crate) const HELP: &str = "\
Compresses samples without loss, and brings them back.

    waveform encode --rate HZ --bits B --block N [--tier TIER] < samples > blocks
    waveform decode --rate HZ --bits B --block N [--tier TIER] < blocks > samples
    waveform stats  --rate HZ --bits B --block N [--tier TIER] < samples

    --rate HZ     samples a second; blocks are the same at any
    --bits B      of a sample, 1 to 24: from -2^(B-1) to 2^B - 1, and at 24 bits
                  to 2^23 - 1
    --block N     samples in a block, 1 to 21844; each block decodes alone
    --tier TIER   small, the codec that every implementation has, or large, the
                  one with fewer bits [small]

Samples are integers, one a line; further columns are ignored, and lines that
begin with #. Each block stands after its length, two bytes, the lower one first.
Where the last block has less than N samples, a block of no bytes stands before
it, and their number, two bytes, at its beginning. stats prints how many bits of
the blocks' bytes come to one sample; lengths and the number do not count.

Exit status: 0 all is well, 1 input or output failed, 2 the command line or the
input is not understood.";

/// Above that, a block could have more bytes than its length can say.
const BLOCK_MAX: usize = 21_844;

/// What the options say.
struct Options {
    range: RangeInclusive<i32>,
    block: usize,
    tier: Tier,
}

impl Options {
    fn parse(mut arguments: Arguments) -> Result<Self, Failure> {
        let _: f64 = arguments.number("--rate", 1e-3..=1e6)?;
        let bits: u32 = arguments.number("--bits", 1..=24)?;
        let block = arguments.number("--block", 1..=BLOCK_MAX)?;
        let tier = match arguments.text("--tier")?.as_deref() {
            None | Some("small") => Tier::Small,
            Some("large") => Tier::Large,
            Some(other) => {
                return Err(Failure::Arguments(format!("--tier: {other} is not known")));
            }
        };
        arguments.finish()?;
        let highest = ((1 << bits) - 1).min(codec::SAMPLE_MAX);
        Ok(Self {
            range: -(1 << (bits - 1))..=highest,
            block,
            tier,
        })
    }
}

pub(crate) fn run(
    mut arguments: Arguments,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let verb = arguments.verb();
    match verb.as_deref() {
        Some("encode") => encode(&Options::parse(arguments)?, input, output),
        Some("decode") => decode(&Options::parse(arguments)?, input, output),
        Some("stats") => stats(&Options::parse(arguments)?, input, output),
        _ => Err(Failure::Arguments("encode, decode or stats?".into())),
    }
}

fn encode(
    options: &Options,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let mut output = BufWriter::new(output);
    each_block(options, input, |count, bytes| {
        if count == options.block {
            write_count(&mut output, bytes.len())?;
        } else {
            write_count(&mut output, 0)?;
            write_count(&mut output, bytes.len() + 2)?;
            write_count(&mut output, count)?;
        }
        Ok(output.write_all(bytes)?)
    })?;
    Ok(output.flush()?)
}

fn stats(
    options: &Options,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let (mut bits, mut samples) = (0, 0);
    each_block(options, input, |count, bytes| {
        bits += 8 * bytes.len();
        samples += count;
        Ok(())
    })?;
    let mean = bits as f64 / samples.max(1) as f64;
    Ok(writeln!(output, "{mean:.4}")?)
}

/// Hands over the number of samples and the bytes of each block.
fn each_block(
    options: &Options,
    input: &mut dyn BufRead,
    mut handle: impl FnMut(usize, &[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut lines = Lines::new(input);
    let mut bytes = vec![0; options.tier.max_encoded_len(options.block)];
    let mut samples = Vec::with_capacity(options.block);
    loop {
        let sample = lines.integer(&options.range)?;
        samples.extend(sample);
        if samples.len() == options.block || (sample.is_none() && !samples.is_empty()) {
            let len = options.tier.encode(&samples, &mut bytes);
            let len = len.map_err(|error| Failure::Input(error.to_string()))?;
            handle(samples.len(), bytes.get(..len).unwrap_or_default())?;
            samples.clear();
        }
        if sample.is_none() {
            return Ok(());
        }
    }
}

fn decode(
    options: &Options,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    let mut output = BufWriter::new(output);
    let mut samples = vec![0; options.block];
    let mut number = 0_u64;
    while let Some((count, bytes)) = read_block(options, input)? {
        number += 1;
        let refuse = |error: String| Failure::Input(format!("block {number}: {error}"));
        let Some(samples) = samples.get_mut(..count) else {
            return Err(refuse(format!("it has {count} samples")));
        };
        let decoded = options.tier.decode(&bytes, samples);
        decoded.map_err(|error| refuse(error.to_string()))?;
        for sample in samples {
            writeln!(output, "{sample}")?;
        }
    }
    Ok(output.flush()?)
}

/// The number of samples and the bytes of the next block.
fn read_block(
    options: &Options,
    input: &mut dyn BufRead,
) -> Result<Option<(usize, Vec<u8>)>, Failure> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let length = read_count(input)?;
    if length > 0 {
        return Ok(Some((options.block, read_bytes(input, length)?)));
    }
    let length = read_count(input)?.checked_sub(2);
    let length = length.ok_or_else(|| Failure::Input("the last block is too short".into()))?;
    let count = read_count(input)?;
    Ok(Some((count, read_bytes(input, length)?)))
}

fn read_bytes(input: &mut dyn BufRead, length: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = vec![0; length];
    let read = input.read_exact(&mut bytes);
    read.map_err(|_| Failure::Input("the input ends within a block".into()))?;
    Ok(bytes)
}

fn read_count(input: &mut dyn BufRead) -> Result<usize, Failure> {
    let bytes = read_bytes(input, 2)?;
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

fn write_count(output: &mut impl Write, count: usize) -> Result<(), Failure> {
    let count = u16::try_from(count).map_err(|_| Failure::Input("a block is too long".into()))?;
    Ok(output.write_all(&count.to_le_bytes())?)
}
