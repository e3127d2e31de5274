//! Frames that no honest device sends, and a database that refuses: the real server, its database, a device made by hand.

mod support;

use std::time::{Duration, Instant};

use iomt::reading::Value;
use iomt::wire::{Envelope, Record, Records};
use rusqlite::Connection;
use support::by_hand::{ByHand, Waiting, broken_and_whole, heart_rate};
use support::{Folder, Process, count};

const PATCH: &str = "sixteen or more random bytes";
const PHONE: &str = "another sixteen random bytes";

struct Setting {
    database: String,
    _folder: Folder,
    server: Process,
}

impl Setting {
    /// The server, and the devices that it has paired with.
    fn new(name: &str, devices: &[(&str, &'static str)]) -> (Self, Vec<ByHand>) {
        let folder = Folder::new(name);
        let database = folder.database();
        let mut arguments = vec!["--db".to_owned(), database.clone()];
        let mut waiting = Vec::new();
        for (device, secret) in devices {
            let device_end = Waiting::new(secret);
            let pair = format!("{device}={}={secret}", device_end.address());
            arguments.extend(["--pair".to_owned(), pair]);
            waiting.push(device_end);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let server = Process::start(env!("CARGO_BIN_EXE_ingest"), &arguments);
        let devices = waiting.into_iter().map(Waiting::pair).collect();
        let setting = Self {
            database,
            _folder: folder,
            server,
        };
        (setting, devices)
    }

    fn with_patch(name: &str) -> (Self, ByHand) {
        let (setting, mut devices) = Self::new(name, &[("patch", PATCH)]);
        (setting, devices.remove(0))
    }

    fn counts<const N: usize>(&self, tables: [&str; N]) -> [u32; N] {
        tables.map(|table| count(&self.database, table))
    }

    /// Relation, sequence and value of every heart rate in a table.
    fn readings(&self, table: &str) -> Vec<(String, i64, i32)> {
        let connection = Connection::open(&self.database).unwrap();
        let sql = format!("SELECT relation, sequence, content FROM {table} ORDER BY 1, 2");
        let mut statement = connection.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let read = |row: rusqlite::Result<(String, i64, Vec<u8>)>| {
            let (relation, sequence, content) = row.unwrap();
            (relation, sequence, value_of(&content))
        };
        rows.unwrap().map(read).collect()
    }

    fn execute(&self, sql: &str) {
        let connection = Connection::open(&self.database).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

fn value_of(content: &[u8]) -> i32 {
    let envelope = Envelope::parse(content).unwrap();
    let (_, record) = Records::new(&envelope).next().unwrap();
    let Ok(Record::Observation(reading)) = record else {
        panic!("{record:?}")
    };
    let Value::Number(number) = reading.value else {
        panic!("{reading:?}")
    };
    number.mantissa()
}

fn row(relation: &str, sequence: i64, value: i32) -> (String, i64, i32) {
    (relation.to_owned(), sequence, value)
}

// IOMT-ENV-008
#[test]
fn one_identity_with_two_contents_is_a_conflict_of_which_both_are_kept_and_acknowledged() {
    let (setting, mut device) = Setting::with_patch("conflict");
    let run = device.run;
    device.deliver(&heart_rate(run, 0, 70));
    // The same reading in another frame is no conflict.
    device.deliver(&heart_rate(run, 0, 70));
    assert_eq!(setting.counts(["records", "conflicts"]), [1, 0]);
    for other in [71, 72, 71] {
        device.deliver(&heart_rate(run, 0, other));
    }
    device.deliver(&heart_rate(run, 1, 73));
    assert_eq!(
        setting.readings("records"),
        [row("patch", 0, 70), row("patch", 1, 73)],
        "what came first stays"
    );
    let mut conflicts = setting.readings("conflicts");
    conflicts.sort();
    assert_eq!(conflicts, [row("patch", 0, 71), row("patch", 0, 72)]);
    assert_eq!(setting.counts(["poison", "losses"]), [0, 0]);
}

#[test]
fn a_poison_frame_is_kept_as_its_bytes_and_acknowledged_and_holds_up_nothing() {
    let (setting, mut device) = Setting::with_patch("poison");
    let run = device.run;
    device.deliver(&heart_rate(run, 0, 70));
    // Authentic, and no envelope: the sequence never ends.
    let garbage = [0xFF; 24];
    device.deliver(&garbage);
    // An envelope, in which one record is broken.
    let broken = broken_and_whole(run, 1, 71);
    device.deliver(&broken);
    device.deliver(&heart_rate(run, 3, 72));
    let connection = Connection::open(&setting.database).unwrap();
    let mut poison = connection
        .prepare("SELECT bytes FROM poison ORDER BY counter")
        .unwrap();
    let poison: Vec<Vec<u8>> = poison
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(poison, [garbage.to_vec(), broken]);
    assert_eq!(
        setting.readings("records"),
        [
            row("patch", 0, 70),
            row("patch", 2, 71),
            row("patch", 3, 72)
        ],
        "what can be read of a poison frame is read"
    );
    assert_eq!(setting.counts(["conflicts"]), [0]);
}

/// Every insert of a record fails, as on a disk that is full.
const REFUSE: &str =
    "CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'full'); END;";
const TAKE_AGAIN: &str = "DROP TRIGGER full;";

#[test]
fn what_the_database_refuses_is_parked_and_acknowledged_only_when_it_is_stored() {
    let (setting, mut device) = Setting::with_patch("park");
    let run = device.run;
    device.deliver(&heart_rate(run, 0, 70));
    setting.execute(REFUSE);
    let (counter, frame) = device.seal(&heart_rate(run, 1, 71));
    device.send(&frame);
    assert!(!device.is_stored(counter, Duration::from_millis(700)));
    assert_eq!(setting.counts(["records", "poison"]), [1, 0]);
    setting.execute(TAKE_AGAIN);
    // The device does not say it again: it was parked.
    assert!(device.is_stored(counter, Duration::from_secs(5)));
    assert_eq!(
        setting.readings("records"),
        [row("patch", 0, 70), row("patch", 1, 71)]
    );
}

#[test]
fn what_was_parked_when_the_server_was_killed_is_sent_again_and_stored_once() {
    let (mut setting, mut device) = Setting::with_patch("park_and_kill");
    let run = device.run;
    device.deliver(&heart_rate(run, 0, 70));
    setting.execute(REFUSE);
    let (counter, frame) = device.seal(&heart_rate(run, 1, 71));
    device.send(&frame);
    assert!(!device.is_stored(counter, Duration::from_millis(300)));
    setting.server.kill();
    setting.execute(TAKE_AGAIN);
    let database = setting.database.clone();
    let listen = device.server().to_string();
    let arguments = ["--db", &database, "--listen", &listen];
    setting.server = Process::start(env!("CARGO_BIN_EXE_ingest"), &arguments);
    setting.server.says("listening on ");
    assert!(!device.is_stored(counter, Duration::from_millis(300)));
    let begin = Instant::now();
    while !device.is_stored(counter, Duration::from_millis(300)) {
        assert!(begin.elapsed() < Duration::from_secs(20));
        device.send(&frame);
    }
    assert_eq!(
        setting.readings("records"),
        [row("patch", 0, 70), row("patch", 1, 71)]
    );
}

// IOMT-SEC-006
#[test]
fn what_a_second_recipient_relays_forged_keeps_no_first_hand_record_out() {
    let devices = [("patch", PATCH), ("phone", PHONE)];
    let (setting, mut devices) = Setting::new("relay", &devices);
    let (mut phone, mut patch) = (devices.remove(1), devices.remove(0));
    let run = patch.run;
    // The phone has opened what the patch told it, and says the server something else, before the patch can.
    phone.deliver(&heart_rate(run, 0, 170));
    phone.deliver(&heart_rate(run, 1, 71));
    patch.deliver(&heart_rate(run, 0, 70));
    patch.deliver(&heart_rate(run, 1, 71));
    phone.deliver(&heart_rate(run, 2, 172));
    assert_eq!(
        setting.readings("records"),
        [
            row("patch", 0, 70),
            row("patch", 1, 71),
            row("phone", 0, 170),
            row("phone", 1, 71),
            row("phone", 2, 172),
        ],
        "each under its source"
    );
    assert_eq!(setting.counts(["conflicts", "poison"]), [0, 0]);
    // Linked by (run, sequence): who looks finds both, and which of them is first hand.
    let connection = Connection::open(&setting.database).unwrap();
    let differing: u32 = connection
        .query_row(
            "SELECT count(*) FROM records a JOIN records b USING (run, sequence)
             WHERE a.relation = 'patch' AND b.relation = 'phone' AND a.content <> b.content",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(differing, 1);
}
