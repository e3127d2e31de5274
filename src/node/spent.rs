use super::Error;

/// How many attempts are spent, where that has still to be written.
#[derive(Debug, Default)]
pub(super) struct UnwrittenCount(Option<u8>);

impl UnwrittenCount {
    pub(super) const fn get(&self) -> Option<u8> {
        self.0
    }

    pub(super) const fn set(&mut self, spent: u8) {
        self.0 = Some(spent);
    }

    /// Who arms anew writes its own count, where that of the time before was still to be written.
    pub(super) fn begin_anew(&mut self, spent: u8) {
        self.0 = self.0.map(|_| spent);
    }

    /// Takes the word that this count is on storage.
    pub(super) fn take(&mut self, spent: u8) -> Result<(), Error> {
        let written = self.0.take_if(|wanted| *wanted == spent);
        written.map(|_| ()).ok_or(Error::NotAwaited)
    }
}
