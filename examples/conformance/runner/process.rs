//! The program under test: a child that is started again when it has ended or hangs.

use std::fmt;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shim::exact;

/// No answer has as many bytes; what begins so long a line is enough to show.
const LONGEST_LINE: usize = 1 << 22;
const BEGIN: usize = 1_000;
/// So many lines wait for the runner; a program that says more waits with them.
const WAITING: usize = 16;

pub(super) struct Program {
    command: Vec<String>,
    timeout: Duration,
    running: Option<Running>,
    next_id: u64,
}

struct Running {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Broken {
    /// How, and what it said instead.
    Ended(String, Option<String>),
    /// For how long, and what it said instead.
    Silent(Duration, Option<String>),
    Stray(String),
    NotStarted(String),
    /// It was asked everything, and did not end well.
    BadEnd(String),
}

impl Broken {
    /// Whether the program had to be stopped or has stopped.
    pub(super) const fn costs_patience(&self) -> bool {
        !matches!(self, Self::Stray(_))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(how, said) => {
                write!(f, "the program ended ({how}) instead of answering")?;
                write_stray(f, said.as_deref())
            }
            Self::Silent(timeout, said) => {
                write!(f, "no answer within {} s", timeout.as_secs_f32())?;
                write_stray(f, said.as_deref())
            }
            Self::Stray(line) => write!(f, "output that is no answer: {}", shortened(line)),
            Self::NotStarted(why) => write!(f, "the program can not be started: {why}"),
            Self::BadEnd(how) => write!(f, "behind the last answer the program {how}"),
        }
    }
}

fn write_stray(f: &mut fmt::Formatter<'_>, said: Option<&str>) -> fmt::Result {
    match said {
        Some(line) => write!(f, ", but output that is no answer: {}", shortened(line)),
        None => Ok(()),
    }
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

impl Program {
    pub(super) fn start(command: &[String], timeout: Duration) -> Result<Self, String> {
        let mut program = Self {
            command: command.to_vec(),
            timeout,
            running: None,
            next_id: 1,
        };
        program.running().map_err(|broken| broken.to_string())?;
        Ok(program)
    }

    fn running(&mut self) -> Result<&mut Running, Broken> {
        if self.running.is_none() {
            let running = Running::start(&self.command);
            let named = |error| format!("{}: {error}", self.command.join(" "));
            self.running = Some(running.map_err(|error| Broken::NotStarted(named(error)))?);
        }
        self.running
            .as_mut()
            .ok_or_else(|| Broken::NotStarted("it is not there".into()))
    }

    /// Asks with a fresh `id`, and waits for the answer that has it.
    pub(super) fn ask(&mut self, request: &Value) -> Result<Value, Broken> {
        self.ask_within(request, self.timeout)
    }

    pub(super) fn ask_within(
        &mut self,
        request: &Value,
        timeout: Duration,
    ) -> Result<Value, Broken> {
        let id = self.next_id;
        self.next_id += 1;
        let mut request = request.clone();
        request["id"] = id.into();
        let running = self.running()?;
        let answer = running.ask(&request, id, timeout);
        if let Err(Broken::Ended(..) | Broken::Silent(..)) = &answer {
            let how = self.running.take().map(Running::stop).unwrap_or_default();
            return answer.map_err(|broken| match broken {
                Broken::Ended(_, said) => Broken::Ended(how, said),
                other => other,
            });
        }
        answer
    }

    /// Ends its input: it says nothing more, and ends by itself without an error.
    pub(super) fn end(mut self) -> Result<(), Broken> {
        let patience = self.timeout.max(Duration::from_secs(2));
        let end = |running: Running| running.end(patience);
        self.running.take().map_or(Ok(()), end)
    }
}

impl Running {
    fn start(command: &[String]) -> std::io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or(std::io::ErrorKind::NotFound)?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        };
        let (sender, lines) = sync_channel(WAITING);
        std::thread::spawn(move || read_lines(stdout, &sender));
        Ok(Self {
            child,
            stdin,
            lines,
        })
    }

    fn ask(&mut self, request: &Value, id: u64, timeout: Duration) -> Result<Value, Broken> {
        let mut stray = self.lines.try_iter().next();
        let sent =
            writeln!(self.stdin, "{}", exact::write(request)).and_then(|()| self.stdin.flush());
        if sent.is_err() {
            return Err(Broken::Ended(String::new(), stray));
        }
        let deadline = Instant::now() + timeout;
        loop {
            // A line that is there is taken even when the time is over, so this has to end it.
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Broken::Silent(timeout, stray));
            }
            let line = match self.lines.recv_timeout(left) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => return Err(Broken::Silent(timeout, stray)),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Broken::Ended(String::new(), stray));
                }
            };
            match exact::read(&line) {
                Ok(answer) if answer["id"] == id => {
                    return stray.map_or(Ok(answer), |line| Err(Broken::Stray(line)));
                }
                _ => stray = stray.or(Some(line)),
            }
        }
    }

    fn end(self, patience: Duration) -> Result<(), Broken> {
        let Self {
            mut child,
            stdin,
            lines,
        } = self;
        let status = close(&mut child, stdin, patience);
        if let Ok(line) = lines.recv_timeout(Duration::from_millis(100)) {
            return Err(Broken::Stray(line));
        }
        match status {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Broken::BadEnd(format!("ended with {status}"))),
            None => {
                let waited = patience.as_secs_f32();
                Err(Broken::BadEnd(format!("did not end within {waited} s")))
            }
        }
    }

    /// Ends it, and says how it ended.
    fn stop(self) -> String {
        let Self {
            mut child, stdin, ..
        } = self;
        match close(&mut child, stdin, Duration::from_millis(200)) {
            Some(status) => status.to_string(),
            None => "stopped".into(),
        }
    }
}

/// Hands on each line, until there is none or nobody wants more.
fn read_lines(stdout: ChildStdout, sender: &SyncSender<String>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let read = (&mut stdout)
            .take(LONGEST_LINE as u64)
            .read_until(b'\n', &mut line);
        match read {
            Ok(1..LONGEST_LINE) => {}
            Ok(LONGEST_LINE..) => line.truncate(BEGIN),
            Ok(0) | Err(_) => return,
        }
        let text = String::from_utf8_lossy(&line);
        if sender.send(text.trim_end().to_owned()).is_err() {
            return;
        }
    }
}

/// Ends its input, and says how it ended by itself; `None` where it had to be stopped.
fn close(child: &mut Child, stdin: ChildStdin, patience: Duration) -> Option<ExitStatus> {
    drop(stdin);
    let status = ended(child, patience);
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    status
}

fn ended(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let begin = Instant::now();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if begin.elapsed() > patience {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
