//! What passes between a device and its servers: some of it is lost, some comes forged before it comes.

/// The line to each server.
#[derive(Default)]
pub(in crate::operations) struct Line {
    /// Of which nothing passes.
    pub(super) is_cut: [bool; 2],
    pub(super) is_disturbed: bool,
    passed: usize,
}

/// What becomes of a datagram.
pub(super) enum Fate {
    Lost,
    /// First with this byte changed.
    Forged(usize),
    Arrives,
}

impl Line {
    pub(super) fn fate(&mut self, server: usize, datagram: &[u8]) -> Fate {
        self.passed += 1;
        let is_cut = self.is_cut.get(server).copied().unwrap_or(true);
        match self.passed % 7 {
            _ if is_cut => Fate::Lost,
            _ if !self.is_disturbed => Fate::Arrives,
            0 | 3 => Fate::Lost,
            1 | 5 => Fate::Forged((self.passed * 31) % datagram.len().max(1)),
            _ => Fate::Arrives,
        }
    }
}
