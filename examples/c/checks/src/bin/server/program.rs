//! The program that is talked to.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::Outcome;

/// A program whose standard input and output are a serial line.
pub struct Program {
    child: Child,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
    words: Receiver<String>,
}

impl Program {
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = child.stdout.take().ok_or("no output")?;
        let words = child.stderr.take().ok_or("no words")?;
        let (bytes_in, bytes_out) = mpsc::channel();
        let (words_in, words_out) = mpsc::channel();
        thread::spawn(move || forward(output, &bytes_in));
        thread::spawn(move || listen(words, &words_in));
        Ok(Self {
            child,
            input,
            output: bytes_out,
            words: words_out,
        })
    }

    /// What it has said within some milliseconds, perhaps nothing; `None` when it has closed its output.
    pub fn receive(&mut self) -> Outcome<Option<Vec<u8>>> {
        match self.output.recv_timeout(Duration::from_millis(5)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(RecvTimeoutError::Timeout) => Ok(Some(Vec::new())),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
        }
    }

    /// Whether it has told whoever watches this line since it was asked last.
    pub fn has_told(&self, line: &str) -> bool {
        self.words.try_iter().any(|told| told.ends_with(line))
    }

    /// Turns it off, as a power cut does.
    pub fn cut(mut self) -> Outcome<()> {
        self.child.kill()?;
        Ok(())
    }

    /// Says something; where it has ended already, its status tells more than a failure here.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self
            .input
            .write_all(bytes)
            .and_then(|()| self.input.flush());
    }

    /// Waits for it to end, well.
    pub fn end(mut self) -> Outcome<()> {
        let status = self.child.wait()?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("the program has failed: {status}").into()),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(mut output: ChildStdout, sender: &Sender<Vec<u8>>) {
    let mut buffer = [0; 4_096];
    while let Ok(len @ 1..) = output.read(&mut buffer) {
        let bytes = buffer.get(..len).unwrap_or_default();
        if sender.send(bytes.to_vec()).is_err() {
            return;
        }
    }
}

/// Passes on what it tells whoever watches.
fn listen(words: ChildStderr, sender: &Sender<String>) {
    for line in BufReader::new(words).lines().map_while(Result::ok) {
        eprintln!("{line}");
        let _ = sender.send(line);
    }
}
