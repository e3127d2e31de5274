use serde::{Deserialize, Serialize};

/// Something that happened to an alarm, a sensor, the power or the device's security.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// The metric that it concerns, as its code; zero: none.
    pub subject: u32,
    /// The sequence of the record that caused it; zero: none.
    pub source: u64,
    /// A number whose meaning the kind or the vendor gives: the alarm, the limit, the sensor.
    pub detail: u32,
}

/// The kind of an event: an open code, carried where it is not known.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventKind(pub u16);

impl EventKind {
    /// An alarm was raised.
    pub const ALARM_RAISED: Self = Self(1);
    /// Somebody has acknowledged it.
    pub const ALARM_ACKNOWLEDGED: Self = Self(2);
    /// Its cause is over.
    pub const ALARM_CLEARED: Self = Self(3);
    /// The sensor is in place.
    pub const SENSOR_ATTACHED: Self = Self(16);
    /// The sensor is off.
    pub const SENSOR_DETACHED: Self = Self(17);
    /// The sensor has failed.
    pub const SENSOR_FAULT: Self = Self(18);
    /// The sensor is past its time.
    pub const SENSOR_EXPIRED: Self = Self(19);
    /// The device has started.
    pub const POWER_ON: Self = Self(32);
    /// The device is being switched off.
    pub const POWER_OFF: Self = Self(33);
    /// The battery is low.
    pub const BATTERY_LOW: Self = Self(34);
    /// A peer was paired.
    pub const PAIRED: Self = Self(48);
    /// Somebody was refused.
    pub const AUTHENTICATION_FAILED: Self = Self(49);
    /// Another firmware runs.
    pub const FIRMWARE_CHANGED: Self = Self(50);
    /// The clock was set; a clock synchronisation follows.
    pub const CLOCK_CHANGED: Self = Self(51);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ALARM_RAISED => "alarm raised",
            Self::ALARM_ACKNOWLEDGED => "alarm acknowledged",
            Self::ALARM_CLEARED => "alarm cleared",
            Self::SENSOR_ATTACHED => "sensor attached",
            Self::SENSOR_DETACHED => "sensor detached",
            Self::SENSOR_FAULT => "sensor fault",
            Self::SENSOR_EXPIRED => "sensor expired",
            Self::POWER_ON => "power on",
            Self::POWER_OFF => "power off",
            Self::BATTERY_LOW => "battery low",
            Self::PAIRED => "paired",
            Self::AUTHENTICATION_FAILED => "authentication failed",
            Self::FIRMWARE_CHANGED => "firmware changed",
            Self::CLOCK_CHANGED => "clock changed",
            _ => return None,
        })
    }
}
