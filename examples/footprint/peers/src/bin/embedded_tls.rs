//! A client of TLS 1.3 by `embedded-tls`, which takes any certificate, for its flash.

#![no_std]
#![no_main]

#[path = "../../../src/panic/halts.rs"]
mod panic;

use core::convert::Infallible;
use core::hint::black_box;

use cortex_m_rt::entry;
use embedded_io::{ErrorType, Read, Write};
use embedded_tls::blocking::TlsConnection;
use embedded_tls::{Aes128GcmSha256, TlsConfig, TlsContext, TlsError, UnsecureProvider};
use iomt_footprint_peers::Foreseen;

/// A line that the compiler can not see through.
struct Line;

impl ErrorType for Line {
    type Error = Infallible;
}

impl Read for Line {
    fn read(&mut self, out: &mut [u8]) -> Result<usize, Infallible> {
        out.fill(black_box(0x16));
        Ok(out.len())
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(black_box(bytes).len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[entry]
fn main() -> ! {
    let _ = black_box(send(&black_box([0x5A; 64])));
    iomt_footprint::idle()
}

fn send(reading: &[u8]) -> Result<usize, TlsError> {
    let (mut incoming, mut outgoing) = ([0; 4_096], [0; 1_024]);
    let config = TlsConfig::new().with_server_name("readings.example");
    let provider = UnsecureProvider::new::<Aes128GcmSha256>(Foreseen::default());
    let mut line = TlsConnection::<_, Aes128GcmSha256>::new(Line, &mut incoming, &mut outgoing);
    line.open(TlsContext::new(&config, provider))?;
    let len = line.write(reading)?;
    line.flush()?;
    let mut answer = [0; 64];
    line.read(&mut answer)?;
    black_box(answer);
    Ok(len)
}
