//! A server that stores readings in SQLite and says so only then: `kill -9` it at any moment.
//!
//! ```text
//! ingest --db FILE --listen 127.0.0.1:0 [--workers N] [--pair NAME=ADDRESS=SECRET]...
//!
//! socket ─► by the sender's address ─► worker 1 … N ─► one database        prints "listening on ADDRESS"
//! ```
//!
//! `--pair` names a device that is armed with a label's secret (16 bytes or more) and waits at an address; once
//! it is paired the database knows it. A secret on a command line is for trying out: a real server reads it elsewhere.
//! Beside FILE stands FILE.keys with the server's two secrets: its identity, and the key of the rows.
//!
//! Any worker can serve any device, since the rows are all there is; a handshake alone lives in the worker
//! that answered it, which is why datagrams are dealt out by their sender. Two workers that
//! have one device's frames at once are kept apart by compare and swap: the later one loads and opens again.

mod frame;
mod store;
mod worker;

use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use iomt::seal::{Entropy, SystemEntropy};
use store::Store;
use worker::{Label, Setup, Worker};

type Job = (Vec<u8>, SocketAddr);

struct Options {
    db: String,
    listen: String,
    workers: usize,
    labels: Vec<Label>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let keys = keys(&format!("{}.keys", options.db))?;
    let (identity, row_key) = keys.split_at(32);
    let socket = UdpSocket::bind(&options.listen)?;
    let setup = Arc::new(Setup {
        identity: identity.try_into()?,
        row_key: row_key.try_into()?,
        socket: socket.try_clone()?,
        start: std::time::Instant::now(),
    });
    let mut queues: Vec<SyncSender<Job>> = Vec::new();
    for index in 0..options.workers {
        let labels = options
            .labels
            .iter()
            .filter(|label| turn(label.address, options.workers) == index);
        let store = Store::open(&options.db)?;
        for label in &options.labels {
            store.add_device(&label.device)?;
        }
        let mut worker = Worker::new(setup.clone(), store, labels.cloned().collect())?;
        let (queue, jobs) = sync_channel(1_024);
        queues.push(queue);
        std::thread::spawn(move || work(&mut worker, &jobs));
    }
    println!("listening on {}", socket.local_addr()?);
    let mut buffer = [0; 2_048];
    loop {
        // An error is a word about an earlier datagram that did not arrive.
        let Ok((len, from)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let Some(queue) = queues.get(turn(from, queues.len())) else {
            continue;
        };
        // A full queue is a loss like any other: the device sends again.
        let _ = queue.try_send((buffer[..len].to_vec(), from));
    }
}

fn work(worker: &mut Worker, jobs: &Receiver<Job>) {
    loop {
        match jobs.recv_timeout(Duration::from_millis(5)) {
            Ok((datagram, from)) => worker.handle(&datagram, from),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        worker.tick();
    }
}

/// Which worker serves an address.
fn turn(address: SocketAddr, workers: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    address.hash(&mut hasher);
    usize::try_from(hasher.finish() % workers.max(1) as u64).unwrap_or_default()
}

/// Reads the two secrets, or draws and writes them: whole or not at all.
fn keys(path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    if !std::fs::exists(path)? {
        let mut keys = [0; 64];
        SystemEntropy.fill(&mut keys).map_err(|_| "no entropy")?;
        let unfinished = format!("{path}.new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&unfinished)?;
        std::io::Write::write_all(&mut file, &keys)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)?;
    }
    let keys = std::fs::read(path)?;
    if keys.len() == 64 {
        Ok(keys)
    } else {
        Err(format!("{path} does not hold 64 bytes").into())
    }
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options {
        db: String::new(),
        listen: "127.0.0.1:0".into(),
        workers: 2,
        labels: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{argument} needs a value"))?;
        match argument.as_str() {
            "--db" => options.db = value,
            "--listen" => options.listen = value,
            "--workers" => options.workers = value.parse::<usize>()?.clamp(1, 64),
            "--pair" => options.labels.push(label(&value)?),
            _ => return Err(format!("what is {argument}?").into()),
        }
    }
    if options.db.is_empty() {
        return Err(
            "ingest --db FILE [--listen ADDRESS] [--workers N] [--pair NAME=ADDRESS=SECRET]".into(),
        );
    }
    Ok(options)
}

fn label(value: &str) -> Result<Label, Box<dyn Error>> {
    let mut parts = value.splitn(3, '=');
    let (Some(device), Some(address), Some(secret)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err("--pair NAME=ADDRESS=SECRET".into());
    };
    Ok(Label {
        device: device.into(),
        address: address.parse()?,
        secret: secret.into(),
    })
}
