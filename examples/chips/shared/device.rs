//! What the sensors of all chips have in common: the device, of what the factory has written, and where it ends.

use core::mem::MaybeUninit;

use iomt::node::{Config, Device, DeviceSetup, Keeping};
use iomt::pairing::{Identity, label::LabelSecret};
use iomt::reading::Descriptor;

/// With an outbox of 8 KiB. It lies in a static of `main`, 15 KB that no stack has to hold.
pub type Sensor = Device<'static, 8_192>;

/// What the factory writes: the device's private key, 32 random bytes, and the secret on its label, 16.
pub const FACTORY_LEN: usize = 48;

/// The device as it left the factory, armed where the button is pressed.
///
/// None where the factory has written nothing: every chip leaves the same bytes there, so everybody knows that key.
pub fn start<'p>(
    place: &'p mut MaybeUninit<Sensor>,
    factory: &[u8; FACTORY_LEN],
    is_pressed: bool,
) -> Option<&'p mut Sensor> {
    let (key, label) = factory.split_at(32);
    if is_blank(key) || is_blank(label) {
        return None;
    }
    let config = Config {
        keeping: Keeping::SessionAndFrames,
        ..Config::DEFAULT
    };
    let (key, label) = (Identity::from_secret_bytes(key), LabelSecret::new(label));
    let setup = DeviceSetup::new(key.ok()?, Descriptor::default(), config);
    let device = setup.ok()?.make_in(place);
    if is_pressed {
        device.arm(label.ok()?);
    }
    Some(device)
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.windows(2).all(|pair| pair[0] == pair[1])
}

/// The end, with the LED still on: something is missing without which there is no sensor.
pub fn halt() -> ! {
    loop {
        core::hint::spin_loop();
    }
}
