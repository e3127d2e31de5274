//! The real programs and their database, from outside.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]

pub mod by_hand;

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// A process that does not outlive the test.
pub struct Process {
    pub child: Child,
    pub output: Receiver<String>,
}

impl Process {
    pub fn start(program: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (lines, output) = channel();
        let stdout: Lines<BufReader<ChildStdout>> =
            BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            stdout
                .map_while(Result::ok)
                .try_for_each(|line| lines.send(line))
        });
        Self { child, output }
    }

    /// What comes behind `start` in the first line that begins so.
    pub fn says(&self, start: &str) -> String {
        let begin = Instant::now();
        loop {
            let left = Duration::from_secs(10).saturating_sub(begin.elapsed());
            let line = self.output.recv_timeout(left).unwrap();
            if let Some(rest) = line.strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }

    /// SIGKILL, on Unix.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn database(&self) -> String {
        self.0.join("readings.db").to_str().unwrap().to_owned()
    }
}

pub fn count(database: &str, table: &str) -> u32 {
    let connection = Connection::open(database).unwrap();
    connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
        .unwrap()
}
