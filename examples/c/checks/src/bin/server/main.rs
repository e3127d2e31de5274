//! A server at the other end of a program's standard input and output, which checks that all it is to send arrives.
//!
//! ```text
//! server ends PROGRAM ARGUMENTS…    runs it twice in an empty folder: it pairs and ends, then goes on with its session
//! server cut PROGRAM ARGUMENTS…     the same, but in the first boot hardly anything is stored here before the power
//!                                   is cut; what the program has kept comes in the second
//! ```

mod program;
mod store;

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration as Span;
use std::{env, fs, process};

use iomt::link::{MAX_SERIAL_FRAME, SerialDecoder, encode_serial};
use iomt::node::{Received, Server, ServerConfig, ServerEvent};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::seal::SystemEntropy;
use iomt::time::Instant;
use iomt::wire::MAX_DATAGRAM;

use crate::program::Program;
use crate::store::Store;

/// What the label of `sensor.c` says.
const LABEL: &[u8; 16] = b"iomt-c-example-1";
/// An emulated core is slow, and the machine may be busy.
const PATIENCE: Span = Span::from_secs(60);

/// The descriptor and some of what comes behind it.
const FRAMES_BEFORE_CUT: usize = 3;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [first, program, arguments @ ..] = words.as_slice() else {
        return Err("usage: server ends|cut PROGRAM ARGUMENTS…".into());
    };
    let folder = Folder::new()?;
    let command = || {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&folder.0);
        command
    };
    let mut end = End::new()?;
    match first.as_str() {
        "ends" => {
            end.serve(command())?;
            println!("boot 1: {}", end.check(1)?);
        }
        "cut" => {
            end.cut(command())?;
            println!("boot 1: cut, {} frames were stored", end.store.frames());
        }
        _ => return Err("the first boot ends or is cut".into()),
    }
    end.serve(command())?;
    for boot in 1..=2 {
        println!("boot {boot}, after both: {}", end.check(boot)?);
    }
    Ok(())
}

/// An empty folder that goes when the program ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Outcome<Self> {
        let path = env::temp_dir().join(format!("iomt-c-{}", process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The server's end of the line.
struct End {
    server: Server,
    start: std::time::Instant,
    pairings: usize,
    store: Store,
}

impl End {
    fn new() -> Outcome<Self> {
        let entropy = &mut SystemEntropy;
        let mut server = Server::new(Identity::generate(entropy)?, ServerConfig::DEFAULT);
        server.pair(Instant::ZERO, &LabelSecret::new(LABEL)?, entropy)?;
        Ok(Self {
            server,
            start: std::time::Instant::now(),
            pairings: 0,
            store: Store::default(),
        })
    }

    /// Talks to the program until it ends by itself.
    fn serve(&mut self, mut command: Command) -> Outcome<()> {
        let mut program = Program::start(&mut command)?;
        self.talk(&mut program, usize::MAX, |_| false)?;
        program.end()
    }

    /// Talks to the program until it has measured everything, stores hardly anything, and cuts its power.
    fn cut(&mut self, mut command: Command) -> Outcome<()> {
        let mut program = Program::start(&mut command)?;
        let is_measured = |program: &Program| program.has_told("everything is measured");
        self.talk(&mut program, FRAMES_BEFORE_CUT, is_measured)?;
        program.cut()
    }

    /// Stores at most so many frames; the others are as if they were lost on the way.
    fn talk(
        &mut self,
        program: &mut Program,
        most: usize,
        is_over: impl Fn(&Program) -> bool,
    ) -> Outcome<()> {
        let deadline = std::time::Instant::now() + PATIENCE;
        let mut line = SerialDecoder::<MAX_DATAGRAM>::new();
        while let Some(bytes) = program.receive()? {
            let mut input = bytes.as_slice();
            while let Some(datagram) = line.decode(&mut input) {
                if self.store.frames() < most {
                    self.take(datagram)?;
                }
            }
            self.answer(program)?;
            if is_over(program) {
                return Ok(());
            }
            if std::time::Instant::now() > deadline {
                return Err("it takes too long".into());
            }
        }
        Ok(())
    }

    /// What a boot has sent, where all is as it has to be.
    fn check(&self, boot: usize) -> Outcome<String> {
        match self.pairings {
            1 => self.store.check(boot),
            other => Err(format!("{other} pairings").into()),
        }
    }

    fn now(&self) -> Instant {
        Instant::since(self.start, std::time::Instant::now())
    }

    fn take(&mut self, datagram: &[u8]) -> Outcome<()> {
        let now = self.now();
        let mut datagram = datagram.to_vec();
        // One that is refused could be a stranger's, and is sent again where it was not.
        if let Ok(Received::Records(opened)) = self.server.handle_datagram(now, &mut datagram) {
            self.store.keep(&opened)?;
            self.server.handle_stored(now, opened.stored())?;
        }
        Ok(())
    }

    /// Does what is due, and sends what there is.
    fn answer(&mut self, program: &mut Program) -> Outcome<()> {
        let (mut datagram, mut frame) = ([0; MAX_DATAGRAM], [0; MAX_SERIAL_FRAME]);
        let now = self.now();
        self.server.handle_timeout(now, &mut SystemEntropy)?;
        while let Some(event) = self.server.poll_event() {
            match event {
                ServerEvent::Agreed { .. } => {}
                ServerEvent::Paired { .. } => self.pairings += 1,
                unexpected => return Err(format!("{unexpected:?}").into()),
            }
        }
        while let Some(loss) = self.server.poll_loss() {
            self.store.note_loss(&loss);
        }
        while let Some(transmit) = self.server.poll_transmit(now, &mut datagram) {
            program.send(encode_serial(&transmit, &mut frame)?);
        }
        Ok(())
    }
}
