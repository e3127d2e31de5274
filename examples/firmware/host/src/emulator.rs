//! A board in QEMU: its serial line is the process's standard input and output, its console the standard error.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use std::{fs, io, thread};

use iomt::seal::{Entropy, SystemEntropy};

/// Key, label and storage, as the node's `flash` module has them.
const FLASH_LEN: usize = 17 * 1_024;
const KEY_LEN: usize = 32;
pub(crate) const LABEL_LEN: usize = 16;

/// What a running board is made of: power it up again, and only its flash is as it was.
#[derive(Debug, Clone)]
pub(crate) struct Board {
    pub(crate) name: String,
    program: PathBuf,
    /// Its flash lies there.
    folder: PathBuf,
}

/// A board under power.
pub(crate) struct Emulator {
    process: Child,
    line: ChildStdin,
    heard: Receiver<Vec<u8>>,
    console: Receiver<String>,
}

impl Board {
    /// A board as it leaves the factory, and the secret on its label.
    pub(crate) fn make(
        name: &str,
        program: &Path,
        folder: &Path,
    ) -> io::Result<(Self, [u8; LABEL_LEN])> {
        let mut factory = [0; KEY_LEN + LABEL_LEN];
        SystemEntropy.fill(&mut factory).map_err(io::Error::other)?;
        let mut flash = vec![0xFF; FLASH_LEN];
        flash[..factory.len()].copy_from_slice(&factory);
        fs::create_dir_all(folder)?;
        fs::write(folder.join("flash.bin"), flash)?;
        let mut label = [0; LABEL_LEN];
        label.copy_from_slice(&factory[KEY_LEN..]);
        let board = Self {
            name: name.to_owned(),
            program: program.canonicalize()?,
            folder: folder.to_owned(),
        };
        Ok((board, label))
    }

    pub(crate) fn power_up(&self) -> io::Result<Emulator> {
        let mut process = Command::new("qemu-system-arm")
            .current_dir(&self.folder)
            .args([
                "-machine", &self.name, "-display", "none", "-monitor", "none",
            ])
            .args([
                "-chardev",
                "stdio,id=line,signal=off",
                "-serial",
                "chardev:line",
            ])
            .args(["-semihosting-config", "enable=on,target=native"])
            // Of the nRF51822 the variant with 32 KiB of RAM.
            .args(["-global", "nrf51-soc.sram-size=32768"])
            .arg("-kernel")
            .arg(&self.program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("a pipe of the emulator is missing");
        let line = process.stdin.take().ok_or_else(missing)?;
        let output = process.stdout.take().ok_or_else(missing)?;
        let errors = process.stderr.take().ok_or_else(missing)?;
        let (to_heard, heard) = channel();
        let (to_console, console) = channel();
        thread::spawn(move || forward_bytes(output, &to_heard));
        thread::spawn(move || forward_lines(errors, &to_console));
        Ok(Emulator {
            process,
            line,
            heard,
            console,
        })
    }
}

impl Emulator {
    /// Bytes from the board's UART; none when none came for so long.
    pub(crate) fn receive(&self, patience: Duration) -> Option<Vec<u8>> {
        self.heard.recv_timeout(patience).ok()
    }

    /// Bytes to the board's UART. One that has lost its power hears nothing.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.line.write_all(bytes);
    }

    /// What the board has written on its console.
    pub(crate) fn console(&self) -> impl Iterator<Item = String> {
        self.console.try_iter()
    }

    /// Whether the board is still there: one that has stopped has said why on its console.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Takes the power away, at whatever the board does just now, and hands out what it has said last.
    pub(crate) fn kill(&mut self) -> io::Result<Vec<String>> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(self.console.iter().collect())
    }
}

impl Drop for Emulator {
    /// No emulator outlives this program's interest in it.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn forward_bytes(mut from: impl Read, to: &Sender<Vec<u8>>) {
    let mut buffer = [0; 4_096];
    while let Ok(len @ 1..) = from.read(&mut buffer) {
        if to.send(buffer[..len].to_vec()).is_err() {
            return;
        }
    }
}

fn forward_lines(from: impl Read, to: &Sender<String>) {
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        if to.send(line).is_err() {
            return;
        }
    }
}
