/// A bad cable: flips a bit now and then, and adds bytes that nobody has sent. The same from each seed.
#[derive(Debug)]
pub(crate) struct Noise {
    state: u64,
    /// How many bytes came out damaged or of nothing.
    pub(crate) damaged: u64,
}

/// One byte in so many is damaged.
const RARITY: u64 = 1_500;

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            damaged: 0,
        }
    }

    pub(crate) fn disturb(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for byte in bytes {
            let chance = self.next();
            let is_hit = chance.is_multiple_of(RARITY);
            self.damaged += u64::from(is_hit);
            match (is_hit, chance >> 60) {
                (false, _) => out.push(*byte),
                // A burst on top of the byte, else a flipped bit.
                (true, 0..4) => out.extend([*byte, 0x00, 0xFF, chance as u8]),
                (true, bit) => out.push(byte ^ 1 << (bit % 8)),
            }
        }
        out
    }

    /// `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }
}
