//! The database: one transaction a datagram, or nothing.
//!
//! ```text
//! devices    name ── version, counted up by every swap ── row, hint and path, trusted and quarantined ── peer
//!            agreed: the key of a pairing that has not shown its first frame
//! locators   locator ── device, up to four
//! records    (relation, run, sequence) ── content        an equal key with other content: conflicts
//! poison     (relation, epoch, space, counter) ── bytes    authentic, and not to be decoded
//! losses     (relation, epoch, space, start, end) ── why
//! ```

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::frame::{Frame, Record};

const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS devices (name TEXT PRIMARY KEY, version INTEGER NOT NULL, peer BLOB,
    agreed BLOB,
    row0 BLOB, row1 BLOB, hint0 BLOB, hint1 BLOB, path0 TEXT, path1 TEXT);
CREATE TABLE IF NOT EXISTS locators (locator BLOB, device TEXT, PRIMARY KEY (locator, device)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (relation TEXT, run BLOB, sequence INTEGER, content BLOB,
    quarantined INTEGER, late INTEGER, PRIMARY KEY (relation, run, sequence)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS conflicts (relation TEXT, run BLOB, sequence INTEGER, content BLOB,
    quarantined INTEGER, PRIMARY KEY (relation, run, sequence, content)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS poison (relation TEXT, epoch BLOB, space INTEGER, counter INTEGER, bytes BLOB,
    quarantined INTEGER, PRIMARY KEY (relation, epoch, space, counter));
CREATE TABLE IF NOT EXISTS losses (relation TEXT, epoch BLOB, space INTEGER, start INTEGER, end INTEGER, why TEXT,
    quarantined INTEGER, PRIMARY KEY (relation, epoch, space, start, end)) WITHOUT ROWID;
";

/// Why nothing was stored, and nothing may be said.
#[derive(Debug)]
pub enum Error {
    /// Another worker has swapped the row: load it and open the frame again.
    Stale,
    /// The database refuses: the frame may be parked, and comes again in any case.
    Database(rusqlite::Error),
    /// A row does not open, or can not be made. It needs a person.
    Row(iomt::node::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stale => f.write_str("another worker was faster"),
            Self::Database(error) => write!(f, "the database: {error}"),
            Self::Row(error) => write!(f, "a row: {error}"),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // Of two writers in WAL mode the later one begins anew.
            Some(rusqlite::ErrorCode::DatabaseBusy) => Self::Stale,
            _ => Self::Database(error),
        }
    }
}

/// A device as the store has it; the first of each pair is trusted, the second in quarantine.
#[derive(Debug, Default)]
pub struct Device {
    pub version: i64,
    pub rows: [Option<Vec<u8>>; 2],
    pub paths: [Option<String>; 2],
    pub agreed: Option<Vec<u8>>,
}

/// What one input has led to.
#[derive(Debug, Default)]
pub struct Change {
    /// What the device has to be for the swap; its version is the one that was loaded.
    pub device: Device,
    pub hints: [Option<[u8; 8]>; 2],
    pub peer: Option<Vec<u8>>,
    pub locators: Vec<Vec<u8>>,
    pub frame: Option<Frame>,
    pub losses: Vec<iomt::node::NamedLoss>,
}

pub struct Store {
    connection: Connection,
}

impl Store {
    pub fn open(path: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection })
    }

    /// Makes the device known, that is to be paired.
    pub fn add_device(&self, name: &str) -> rusqlite::Result<usize> {
        self.connection.execute(
            "INSERT OR IGNORE INTO devices (name, version) VALUES (?1, 0)",
            [name],
        )
    }

    pub fn device(&self, name: &str) -> rusqlite::Result<Device> {
        let sql = "SELECT version, row0, row1, path0, path1, agreed FROM devices WHERE name = ?1";
        self.connection
            .prepare_cached(sql)?
            .query_row([name], |row| {
                Ok(Device {
                    version: row.get(0)?,
                    rows: [row.get(1)?, row.get(2)?],
                    paths: [row.get(3)?, row.get(4)?],
                    agreed: row.get(5)?,
                })
            })
    }

    /// A miss costs this one search of an index.
    pub fn by_locator(&self, locator: [u8; 8]) -> rusqlite::Result<Vec<String>> {
        let mut found = self
            .connection
            .prepare_cached("SELECT device FROM locators WHERE locator = ?1 LIMIT 4")?;
        found.query_map([locator], |row| row.get(0))?.collect()
    }

    pub fn by_hint(&self, hint: [u8; 8]) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT name FROM devices WHERE hint0 = ?1 OR hint1 = ?1";
        self.connection
            .query_row(sql, [hint], |row| row.get(0))
            .optional()
    }

    pub fn by_peer(&self, peer: &[u8]) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT name FROM devices WHERE peer = ?1 OR agreed = ?1";
        self.connection
            .query_row(sql, [peer], |row| row.get(0))
            .optional()
    }

    /// Keeps the key of a pairing that is agreed, before the device is told so.
    pub fn agree(&self, name: &str, peer: &[u8]) -> rusqlite::Result<usize> {
        let sql = "UPDATE devices SET agreed = ?2 WHERE name = ?1";
        self.connection.execute(sql, params![name, peer])
    }

    /// Stores all of it in one transaction and returns the new version.
    pub fn commit(&mut self, name: &str, change: &Change) -> Result<i64, Error> {
        let transaction = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let version = swap(&transaction, name, change)?;
        if let Some(frame) = &change.frame {
            insert_frame(&transaction, name, frame)?;
        }
        for loss in &change.losses {
            insert_loss(&transaction, name, loss)?;
        }
        transaction.commit()?;
        Ok(version)
    }
}

/// Compare and swap: the row that was loaded is still the one that is here.
fn swap(transaction: &Transaction<'_>, name: &str, change: &Change) -> Result<i64, Error> {
    let Change {
        device,
        hints,
        peer,
        ..
    } = change;
    let mut swap = transaction.prepare_cached(
        "UPDATE devices SET version = version + 1, peer = ?3, row0 = ?4, row1 = ?5, hint0 = ?6, hint1 = ?7,
         path0 = ?8, path1 = ?9 WHERE name = ?1 AND version = ?2",
    )?;
    let ([row0, row1], [path0, path1], [hint0, hint1]) = (&device.rows, &device.paths, hints);
    let swapped = swap.execute(params![
        name,
        device.version,
        peer,
        row0,
        row1,
        hint0,
        hint1,
        path0,
        path1
    ])?;
    if swapped == 0 {
        return Err(Error::Stale);
    }
    let mut known = transaction
        .prepare_cached("SELECT locator FROM locators WHERE device = ?1 ORDER BY locator")?;
    let known = known
        .query_map([name], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<Vec<u8>>>>()?;
    if known != change.locators {
        transaction.execute("DELETE FROM locators WHERE device = ?1", [name])?;
        for locator in &change.locators {
            transaction.execute(
                "INSERT INTO locators VALUES (?1, ?2)",
                params![locator, name],
            )?;
        }
    }
    Ok(device.version + 1)
}

fn insert_frame(transaction: &Transaction<'_>, name: &str, frame: &Frame) -> rusqlite::Result<()> {
    for record in &frame.records {
        insert_record(transaction, name, frame, record)?;
    }
    if let Some(bytes) = &frame.poison {
        eprintln!(
            "{name}: a frame that does not decode is kept as its {} bytes",
            bytes.len()
        );
        let Frame {
            epoch,
            space,
            counter,
            quarantined,
            ..
        } = frame;
        let values = params![name, epoch, space, counter, bytes, quarantined];
        transaction.execute(
            "INSERT OR IGNORE INTO poison VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            values,
        )?;
    }
    Ok(())
}

/// "An equal key with different content is a conflict: both stored, reported, acknowledged."
fn insert_record(
    transaction: &Transaction<'_>,
    name: &str,
    frame: &Frame,
    record: &Record,
) -> rusqlite::Result<()> {
    let Record {
        run,
        sequence,
        content,
    } = record;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
    )?;
    if insert.execute(params![
        name,
        run,
        sequence,
        content,
        frame.quarantined,
        frame.late
    ])? == 1
    {
        return Ok(());
    }
    let sql = "SELECT content = ?4 FROM records WHERE relation = ?1 AND run = ?2 AND sequence = ?3";
    let is_same: bool =
        transaction.query_row(sql, params![name, run, sequence, content], |row| row.get(0))?;
    if !is_same {
        eprintln!(
            "{name}: conflict: record {sequence} came again with other content; both are kept"
        );
        let values = params![name, run, sequence, content, frame.quarantined];
        transaction.execute(
            "INSERT OR IGNORE INTO conflicts VALUES (?1, ?2, ?3, ?4, ?5)",
            values,
        )?;
    }
    Ok(())
}

fn insert_loss(
    transaction: &Transaction<'_>,
    name: &str,
    named: &iomt::node::NamedLoss,
) -> rusqlite::Result<()> {
    let (loss, quarantined) = (named.loss, named.trust == iomt::node::Trust::Quarantined);
    let (epoch, range, why) = (loss.epoch.as_bytes(), loss.range, format!("{:?}", loss.why));
    eprintln!("{name}: lost: {loss:?}");
    let values = params![
        name,
        epoch,
        loss.space.code(),
        range.start,
        range.end,
        why,
        quarantined
    ];
    transaction
        .execute(
            "INSERT OR IGNORE INTO losses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            values,
        )
        .map(drop)
}
