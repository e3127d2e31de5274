use iomt::link::{Gateway, GatewayError, KEEP};
use iomt::time::Instant;
use serde_json::{Value, json};

use super::Answer;
use super::error::{Class as _, Failure};
use super::request::Request;
use super::text::hex;

/// Room for the longest datagram thrice, and for some dozen usual ones.
const BYTES: usize = 4_096;

/// A gateway, and what it has forwarded.
struct Site {
    gateway: Gateway<u8, BYTES>,
    /// Each datagram that came from a device, as it came, and through which connection.
    heard: Vec<(u8, Vec<u8>)>,
}

pub(super) fn forward(request: &Request<'_>) -> Answer {
    let mut site = Site {
        gateway: Gateway::new(KEEP),
        heard: Vec::new(),
    };
    site.gateway.handle_link_up();
    let steps = request.objects("steps")?;
    let outcomes: Result<Vec<_>, _> = steps.iter().map(|step| site.step(step)).collect();
    Ok(json!({ "outcomes": outcomes? }))
}

impl Site {
    fn step(&mut self, step: &Request<'_>) -> Answer {
        match step.text("do")? {
            "device" => self.device(step),
            "flood" => self.flood(step),
            "server" => self.server(step),
            "close" => {
                self.gateway.handle_port_closed(step.number("connection")?);
                Ok(Value::Null)
            }
            "send" => self.send(step),
            _ => Err(Failure::field("do")),
        }
    }

    fn device(&mut self, step: &Request<'_>) -> Answer {
        let (at, connection) = (instant(step)?, step.number("connection")?);
        let datagram = step.bytes("datagram")?;
        let taken = self
            .gateway
            .handle_device_datagram(at, connection, &datagram);
        self.heard.push((connection, datagram));
        Ok(taken.map_or_else(refusal, |()| Value::Null))
    }

    /// What becomes of each is not said.
    fn flood(&mut self, step: &Request<'_>) -> Answer {
        let (at, connection) = (instant(step)?, step.number("connection")?);
        for datagram in step.byte_strings("datagrams")? {
            let _refused = self
                .gateway
                .handle_device_datagram(at, connection, &datagram);
            self.heard.push((connection, datagram));
        }
        Ok(Value::Null)
    }

    fn server(&mut self, step: &Request<'_>) -> Answer {
        let routed = self
            .gateway
            .handle_server_datagram(&step.bytes("datagram")?);
        Ok(match routed {
            Ok(Some(connection)) => json!({ "connection": connection }),
            Ok(None) => json!({ "unknown": true }),
            Err(error) => refusal(error),
        })
    }

    fn send(&mut self, step: &Request<'_>) -> Answer {
        let at = instant(step)?;
        let most = match step.has("count") {
            true => step.number("count")?,
            false => usize::MAX,
        };
        let mut sent = Vec::new();
        while sent.len() < most
            && let Some(datagram) = self.gateway.poll_transmit(at)
        {
            sent.push(datagram.to_vec());
        }
        match step.flag("lost") {
            true => {
                self.gateway.handle_link_down();
                self.gateway.handle_link_up();
            }
            false => self.gateway.handle_taken(),
        }
        if step.has("of") {
            let connection: u8 = step.number("of")?;
            sent.retain(|datagram| self.heard.contains(&(connection, datagram.clone())));
        }
        sent.sort();
        Ok(json!({ "sent": sent.iter().map(hex).collect::<Vec<_>>() }))
    }
}

fn instant(step: &Request<'_>) -> Result<Instant, Failure> {
    Ok(Instant::from_millis(step.big("at")?))
}

fn refusal(error: GatewayError) -> Value {
    json!({ "error": error.class() })
}
