//! DEFLATE (RFC 1951), as much as MATLAB files need; for files that are trusted.

/// Bits, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> usize {
        (0..count).fold(0, |value, place| {
            let bit = self.bytes[self.at / 8] >> (self.at % 8) & 1;
            self.at += 1;
            value | usize::from(bit) << place
        })
    }

    /// A symbol of the canonical code with these lengths.
    fn symbol(&mut self, code: &Code) -> usize {
        let (mut value, mut first, mut index) = (0, 0, 0);
        for count in &code.counts[1..] {
            value |= self.take(1);
            if value < first + count {
                return code.symbols[index + value - first];
            }
            index += count;
            first = (first + count) << 1;
            value <<= 1;
        }
        panic!("no code of DEFLATE");
    }
}

struct Code {
    counts: [usize; 16],
    symbols: Vec<usize>,
}

impl Code {
    fn new(lengths: &[usize]) -> Self {
        let mut symbols: Vec<usize> = (0..lengths.len()).filter(|s| lengths[*s] > 0).collect();
        symbols.sort_by_key(|symbol| lengths[*symbol]);
        let counts = std::array::from_fn(|n| lengths.iter().filter(|l| **l == n).count());
        Self { counts, symbols }
    }
}

fn dynamic(bits: &mut Bits<'_>) -> [Code; 2] {
    const ORDER: [usize; 19] = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ];
    let (literals, distances) = (bits.take(5) + 257, bits.take(5) + 1);
    let mut lengths = [0; 19];
    let count = bits.take(4) + 4;
    for place in &ORDER[..count] {
        lengths[*place] = bits.take(3);
    }
    let code = Code::new(&lengths);
    let mut lengths = Vec::new();
    while lengths.len() < literals + distances {
        let (value, count) = match bits.symbol(&code) {
            16 => (lengths[lengths.len() - 1], 3 + bits.take(2)),
            17 => (0, 3 + bits.take(3)),
            18 => (0, 11 + bits.take(7)),
            length => (length, 1),
        };
        lengths.extend(std::iter::repeat_n(value, count));
    }
    let (a, b) = lengths.split_at(literals);
    [Code::new(a), Code::new(b)]
}

fn fixed() -> [Code; 2] {
    let length = |symbol| match symbol {
        144..=255 => 9,
        256..=279 => 7,
        _ => 8,
    };
    let literals: Vec<usize> = (0..288).map(length).collect();
    [Code::new(&literals), Code::new(&[5; 30])]
}

/// Where a length or distance begins, and how many bits are added: `step` symbols share a number.
fn extended(bits: &mut Bits<'_>, symbol: usize, step: usize) -> usize {
    if symbol < 2 * step {
        return symbol;
    }
    let extra = symbol / step - 1;
    ((step + symbol % step) << extra) + bits.take(extra)
}

/// What a raw stream of DEFLATE holds.
pub(crate) fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut bits = Bits { bytes, at: 0 };
    let mut out = Vec::new();
    loop {
        let last = bits.take(1) == 1;
        let [literals, distances] = match bits.take(2) {
            0 => {
                bits.at = bits.at.next_multiple_of(8);
                let count = bits.take(16);
                bits.take(16);
                (0..count).for_each(|_| out.push(bits.take(8) as u8));
                if last {
                    return out;
                }
                continue;
            }
            1 => fixed(),
            _ => dynamic(&mut bits),
        };
        loop {
            let symbol = bits.symbol(&literals);
            if symbol == 256 {
                break;
            }
            if symbol < 256 {
                out.push(symbol as u8);
                continue;
            }
            let length = match symbol {
                285 => 258,
                symbol => 3 + extended(&mut bits, symbol - 257, 4),
            };
            let symbol = bits.symbol(&distances);
            let distance = 1 + extended(&mut bits, symbol, 2);
            (0..length).for_each(|_| out.push(out[out.len() - distance]));
        }
        if last {
            return out;
        }
    }
}
