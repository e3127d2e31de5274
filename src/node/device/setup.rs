use core::mem::MaybeUninit;

use super::{Config, Device, Error, Recipients, describe};
use crate::link::{Outbox, OutboxFull};
use crate::pairing::{DescriptorHash, StaticKey};
use crate::reading::Descriptor;
use crate::seal::SEAL_OVERHEAD;
use crate::wire::Space;

/// All that can be wrong with a device, looked at before there is one: so it can be made where it stays.
///
/// A [`Device`] has its outbox in it. [`Device::new`] hands it back beside an error, and its caller moves it to its
/// place: over the stack, more than once. [`DeviceSetup::make_in`] writes it straight to its place.
///
/// ```
/// use core::mem::MaybeUninit;
/// use iomt::node::{Config, Device, DeviceSetup};
/// use iomt::pairing::Identity;
/// use iomt::reading::Descriptor;
///
/// // In firmware a static, which takes no flash: `cortex-m-rt` lends one to `main`, so does a `StaticCell`.
/// let mut place = MaybeUninit::<Device<'_, 4096>>::uninit();
///
/// let identity = Identity::from_secret_bytes(&[7; 32])?;
/// let setup = DeviceSetup::new(identity, Descriptor::default(), Config::DEFAULT)?;
/// let device = setup.make_in(&mut place);
/// assert!(!device.is_ready());
/// # Ok::<(), iomt::node::Error>(())
/// ```
#[derive(Debug)]
pub struct DeviceSetup<'a, const BYTES: usize> {
    key: StaticKey,
    descriptor: Descriptor<'a>,
    descriptor_hash: DescriptorHash,
    config: Config,
}

impl<'a, const BYTES: usize> DeviceSetup<'a, BYTES> {
    /// A device that has never paired, of what [`Device::new`] takes.
    ///
    /// # Errors
    ///
    /// Those of [`Device::new`].
    pub fn new(
        key: impl Into<StaticKey>,
        descriptor: Descriptor<'a>,
        config: Config,
    ) -> Result<Self, Error> {
        let (descriptor_hash, plaintext_len) = describe(descriptor)?;
        let frame_len = config
            .pad_to
            .len_of(plaintext_len)
            .saturating_add(SEAL_OVERHEAD);
        if !Outbox::<BYTES>::could_hold(Space::Data, frame_len) {
            return Err(OutboxFull.into());
        }
        Ok(Self {
            key: key.into(),
            descriptor,
            descriptor_hash,
            config,
        })
    }

    /// Makes the device in its place. Nobody drops it there, nor what was there before.
    #[inline(never)]
    #[must_use]
    pub fn make_in<'p, const PEERS: usize>(
        self,
        place: &'p mut MaybeUninit<Device<'a, BYTES, PEERS>>,
    ) -> &'p mut Device<'a, BYTES, PEERS> {
        place.write(self.into_device())
    }

    #[inline(always)] // As a call, it would fill a device on the stack, of which all bytes are moved then.
    pub(super) fn into_device<const PEERS: usize>(self) -> Device<'a, BYTES, PEERS> {
        Device {
            key: self.key,
            descriptor: self.descriptor,
            descriptor_hash: self.descriptor_hash,
            config: self.config,
            label: None,
            passcode: Default::default(),
            comparison: Default::default(),
            half_open: Default::default(),
            draws: Default::default(),
            numbering: None,
            peers: Recipients::none(),
            attempt: None,
            commands: None,
            erasing: Default::default(),
            awaiting: None,
            events: Default::default(),
            stats: Default::default(),
        }
    }
}
