//! A gateway behind HTTP, CoAP and MQTT, by the tables of the chapter on carriers: whatever the other side answers, nothing is lost.

use iomt::link::{Batch, BatchWriter, Gateway, KEEP, MIN_BATCH};
use iomt::time::Instant;

const NOW: Instant = Instant::from_secs(1);
/// What a receiver has to take.
const BODY: usize = 64 * 1_024;

fn frame(device: u8, counter: u8) -> Vec<u8> {
    let locator = [device, 1, 2, 3, 4, 5, 6, 7];
    [&[0x09][..], &locator, &[counter, 0, 0], &[counter; 588]].concat()
}

/// A gateway that posts batches.
struct Site {
    gateway: Gateway<u8, 8_192>,
    bound: usize,
    /// What it has posted, as it was sent.
    posted: Vec<Vec<u8>>,
}

impl Site {
    fn with(frames: u8) -> Self {
        let mut gateway = Gateway::new(KEEP);
        gateway.handle_link_up();
        for counter in 0..frames {
            gateway
                .handle_device_datagram(NOW, 1, &frame(1, counter))
                .unwrap();
        }
        Self {
            gateway,
            bound: BODY,
            posted: Vec::new(),
        }
    }

    /// One POST, and what the sender does on its status: 0 where no answer came.
    fn post(&mut self, status: u16) {
        let mut body = vec![0; self.bound.max(MIN_BATCH)];
        let mut batch = BatchWriter::new(&mut body, self.bound);
        let mut count = 0;
        while batch.has_room()
            && let Some(datagram) = self.gateway.poll_transmit(NOW)
        {
            batch.push(datagram).unwrap();
            count += 1;
        }
        let body = batch.finish().to_vec();
        let sent = body.len();
        self.posted.push(body);
        match status {
            200 | 204 | 400 => self.gateway.handle_taken(),
            413 if count == 1 => self.gateway.handle_taken(),
            413 => {
                self.bound = sent / 2;
                self.keep();
            }
            _ => self.keep(),
        }
    }

    fn keep(&mut self) {
        self.gateway.handle_link_down();
        self.gateway.handle_link_up();
    }
}

fn datagrams(body: &[u8]) -> Vec<Vec<u8>> {
    let all: Result<Vec<_>, _> = Batch::new(body).collect();
    all.unwrap().into_iter().map(<[u8]>::to_vec).collect()
}

// IOMT-CARR-060, IOMT-CARR-061, IOMT-CARR-063, IOMT-CARR-075
#[test]
fn what_was_not_taken_is_posted_again() {
    let all: Vec<_> = (0..9).map(|counter| frame(1, counter)).collect();
    for status in [0, 301, 401, 403, 404, 415, 429, 500, 503] {
        let mut site = Site::with(9);
        site.post(status);
        site.post(204);
        let bodies: Vec<_> = site.posted.iter().map(|body| datagrams(body)).collect();
        assert_eq!(bodies, [all.clone(), all.clone()], "after {status}");
        assert!(site.gateway.is_empty());
        // 204 was no receipt: what the device says again goes on.
        site.gateway
            .handle_device_datagram(NOW, 1, &all[0])
            .unwrap();
        assert_eq!(site.gateway.poll_transmit(NOW), Some(&all[0][..]));
    }
}

// IOMT-CARR-055, IOMT-CARR-062, IOMT-CARR-075
#[test]
fn who_takes_little_gets_less_down_to_one_datagram() {
    let mut site = Site::with(12);
    let mut sizes = Vec::new();
    while sizes.last() != Some(&1) {
        site.post(413);
        sizes.push(datagrams(site.posted.last().unwrap()).len());
    }
    assert_eq!(sizes, [12, 4, 1]);
    assert_eq!(site.gateway.len(), 11, "one that is refused alone goes");
    while !site.gateway.is_empty() {
        site.post(200);
    }
    let taken = site.posted.iter().skip(sizes.len());
    let taken: Vec<_> = taken.flat_map(|body| datagrams(body)).collect();
    assert_eq!(
        taken,
        (1..12).map(|counter| frame(1, counter)).collect::<Vec<_>>()
    );
}

// IOMT-CARR-062
#[test]
fn a_malformed_batch_is_not_posted_for_ever() {
    let mut site = Site::with(3);
    site.post(400);
    assert!(site.gateway.is_empty());
}

// IOMT-CARR-055
#[test]
fn a_batch_of_64_kibibytes_is_read_whole() {
    let mut body = vec![0; BODY];
    let mut batch = BatchWriter::new(&mut body, BODY);
    let mut count = 0;
    while batch.push(&[7; 1_232]).is_ok() {
        count += 1;
    }
    assert_eq!(datagrams(batch.finish()).len(), count);
    assert!(count * 1_234 + 1_234 > BODY);
}

/// A message as a broker delivers it.
#[derive(Clone)]
struct Message {
    topic: String,
    is_retained: bool,
    body: Vec<u8>,
}

fn publish(direction: &str, gateway: &str, datagrams: &[&[u8]]) -> Message {
    let mut body = [0; BODY];
    let mut batch = BatchWriter::new(&mut body, BODY);
    datagrams.iter().for_each(|one| batch.push(one).unwrap());
    Message {
        topic: format!("iomt/v1/{direction}/{gateway}"),
        is_retained: false,
        body: batch.finish().to_vec(),
    }
}

/// What of a message goes to the gateway's connections.
fn received(site: &mut Site, name: &str, message: &Message) -> Vec<Option<u8>> {
    if message.is_retained || message.topic != format!("iomt/v1/down/{name}") {
        return Vec::new();
    }
    let bodies = datagrams(&message.body);
    let routed = bodies
        .iter()
        .map(|datagram| site.gateway.handle_server_datagram(datagram));
    routed.map(Result::unwrap).collect()
}

// IOMT-CARR-064, IOMT-CARR-070, IOMT-CARR-072, IOMT-CARR-073
#[test]
fn a_broker_that_repeats_and_retains_does_no_harm() {
    let mut site = Site::with(2);
    let receipt = [&[0x41, 1, 1, 2, 3, 4, 5, 6, 7][..], &[9; 31]].concat();
    let down = publish("down", "ward 3", &[&receipt]);
    // Before and after the frames went up, twice, and behind another one: it is routed, and frees nothing here.
    let other = publish("down", "ward 4", &[&receipt]);
    let retained = Message {
        is_retained: true,
        ..down.clone()
    };
    for message in [&down, &down, &other, &retained, &down] {
        let expected = match message.is_retained || message.topic == other.topic {
            true => vec![],
            false => vec![Some(1)],
        };
        assert_eq!(received(&mut site, "ward 3", message), expected);
        assert_eq!(site.gateway.len(), 2);
    }
    let up = |site: &mut Site| {
        site.post(0);
        datagrams(site.posted.last().unwrap())
    };
    // QoS 1: the same again until PUBACK.
    assert_eq!(up(&mut site), up(&mut site));
}
