//! Readings, checked on their way in.

use heapless::Vec;
use iomt::reading::{Decimal, Metric, Status as Validity, Unit, Value, Waveform as Block, codec};
use iomt::reading::{Observation as Reading, codec::CodecId};
use iomt::time::SampleRate;
use iomt::wire::{Space, WriteRecord};

use crate::device::{DeviceHandle, at};
use crate::pointers::{object, output, values, view};
use crate::status::Status;

/// Readings, delivered in any order.
pub const SPACE_DATA: u8 = 0;
/// What must overtake any backlog.
pub const SPACE_ALARM: u8 = 1;

/// `mantissa` × 10^`exponent`.
pub const VALUE_NUMBER: u8 = 0;
/// The measurement failed.
pub const VALUE_NOT_A_NUMBER: u8 = 1;
/// The result can not be told at this resolution.
pub const VALUE_NOT_AT_THIS_RESOLUTION: u8 = 2;
/// Above all that can be told.
pub const VALUE_POSITIVE_INFINITY: u8 = 3;
/// Below all that can be told.
pub const VALUE_NEGATIVE_INFINITY: u8 = 4;
/// Below what the sensor measures, which begins at `mantissa` × 10^`exponent`.
pub const VALUE_BELOW_RANGE: u8 = 5;
/// Above what the sensor measures, which ends at `mantissa` × 10^`exponent`.
pub const VALUE_ABOVE_RANGE: u8 = 6;

/// How many observations go into one call.
pub const MAX_OBSERVATIONS: usize = 8;
/// How many samples go into one call.
pub const MAX_SAMPLES: usize = 1_024;
/// How long a boot's name is.
pub const RUN_LEN: usize = 8;

/// The room of a frame that a block of samples may take, compressed.
const BLOCK: usize = 1_024;

/// One value of one metric at one time.
#[repr(C)]
pub struct Observation {
    /// When it was measured; carried to the millisecond.
    pub time_us: u64,
    /// What is measured: a code of ISO/IEEE 11073-10101, partition × 65,536 + term.
    pub metric: u32,
    /// The unit, a code of the same standard.
    pub unit: u32,
    /// The digits of the value.
    pub mantissa: i32,
    /// The power of ten that the digits are multiplied by.
    pub exponent: i8,
    /// One of `IOMT_VALUE_…`; 0 is a number.
    pub kind: u8,
    /// The measurement status bits of ISO/IEEE 11073-20601, bit 0 the highest; 0 is valid.
    pub status: u16,
}

impl Observation {
    fn read(&self) -> Result<Reading, Status> {
        let number = Decimal::new(self.mantissa, self.exponent);
        let value = match self.kind {
            VALUE_NUMBER => Value::Number(number),
            VALUE_NOT_A_NUMBER => Value::NotANumber,
            VALUE_NOT_AT_THIS_RESOLUTION => Value::NotAtThisResolution,
            VALUE_POSITIVE_INFINITY => Value::PositiveInfinity,
            VALUE_NEGATIVE_INFINITY => Value::NegativeInfinity,
            VALUE_BELOW_RANGE => Value::BelowRange(number),
            VALUE_ABOVE_RANGE => Value::AboveRange(number),
            _ => return Err(Status::BadArgument),
        };
        Ok(Reading {
            metric: Metric::from_code(self.metric),
            unit: Unit::from_code(self.unit),
            time: at(self.time_us),
            value,
            status: Validity::from_bits(self.status),
        })
    }
}

/// Samples of a signal, without a gap. A sample of `count` stands for (`count` − `zero`) × `scale` of the unit.
#[repr(C)]
pub struct Waveform {
    /// When the first sample was taken.
    pub start_us: u64,
    /// The number of the first sample within its signal and boot.
    pub first_index: u64,
    /// The samples, each of at most 24 bits with its sign.
    pub samples: *const i32,
    /// How many there are, at most `IOMT_MAX_SAMPLES`.
    pub count: usize,
    /// What is sampled, as in an observation.
    pub metric: u32,
    /// The unit of the scale.
    pub unit: u32,
    /// Samples in 1,000 seconds.
    pub rate_millihertz: u32,
    /// The digits of the scale.
    pub scale_mantissa: i32,
    /// The sample that stands for zero.
    pub zero: i32,
    /// The power of ten that the digits of the scale are multiplied by.
    pub scale_exponent: i8,
}

/// The name of a record, the same towards everybody and forever.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct RecordId {
    /// The number of the record within its boot; those behind it in one call follow.
    pub sequence: u64,
    /// The boot.
    pub run: [u8; RUN_LEN],
}

/// Seals up to `IOMT_MAX_OBSERVATIONS` into one frame and keeps it until the server has it stored.
///
/// `space` is `IOMT_SPACE_DATA` or `IOMT_SPACE_ALARM`; `first` gets the name of the first, or is null. After a failure
/// none of them is taken.
///
/// `IOMT_STATUS_NOT_PAIRED`; `IOMT_STATUS_OUTBOX_FULL`: try again when frames were acknowledged; `IOMT_STATUS_NO_ROOM`:
/// too many for one call or one frame; `IOMT_STATUS_BAD_ARGUMENT`: none at all, or a number that is none of those it can
/// be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_send_observations(
    device: *mut DeviceHandle,
    now_us: u64,
    space: u8,
    observations: *const Observation,
    count: usize,
    first: *mut RecordId,
) -> Status {
    // SAFETY: the handle is alive, and the observations the caller's.
    let (handle, observations) = unsafe { (object(device), values(observations, count)) };
    let send = || {
        let mut readings = Vec::<_, MAX_OBSERVATIONS>::new();
        for observation in observations? {
            let reading = observation.read()?;
            readings.push(reading).map_err(|_| Status::NoRoom)?;
        }
        // SAFETY: the output is the caller's.
        unsafe { seal(handle?, now_us, space, &readings, first) }
    };
    send().into()
}

/// Compresses samples, seals them into one frame and keeps it until the server has it stored.
///
/// `IOMT_STATUS_NOT_PAIRED`; `IOMT_STATUS_OUTBOX_FULL`: try again when frames were acknowledged; `IOMT_STATUS_NO_ROOM`:
/// they do not fit a frame, so give fewer, such as one second; `IOMT_STATUS_BAD_ARGUMENT`: a sample of more than 24 bits,
/// no rate, or another `space`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_device_send_waveform(
    device: *mut DeviceHandle,
    now_us: u64,
    space: u8,
    waveform: *const Waveform,
    first: *mut RecordId,
) -> Status {
    // SAFETY: the handle is alive, and the waveform the caller's.
    let (handle, waveform) = unsafe { (object(device), view(waveform)) };
    let send = || {
        let waveform = waveform?;
        if waveform.count > MAX_SAMPLES {
            return Err(Status::NoRoom);
        }
        // SAFETY: the samples are the caller's.
        let samples = unsafe { values(waveform.samples, waveform.count) }?;
        let mut compressed = [0; BLOCK];
        let block = waveform.compress(samples, &mut compressed)?;
        // SAFETY: the output is the caller's.
        unsafe { seal(handle?, now_us, space, &[block], first) }
    };
    send().into()
}

impl Waveform {
    fn compress<'b>(&self, samples: &[i32], out: &'b mut [u8]) -> Result<Block<'b>, Status> {
        let rate = SampleRate::from_millihertz(self.rate_millihertz).ok_or(Status::BadArgument)?;
        let count = u16::try_from(samples.len()).map_err(|_| Status::NoRoom)?;
        let len = codec::encode(samples, out).map_err(|error| match error {
            codec::EncodeError::NoRoom { .. } => Status::NoRoom,
            _ => Status::BadArgument,
        })?;
        Ok(Block {
            metric: Metric::from_code(self.metric),
            unit: Unit::from_code(self.unit),
            start: at(self.start_us),
            rate,
            first_index: self.first_index,
            scale: Decimal::new(self.scale_mantissa, self.scale_exponent),
            zero: self.zero,
            codec: CodecId::SMALL,
            count,
            data: out.get(..len).unwrap_or_default(),
        })
    }
}

/// # Safety
///
/// `first` is null or the caller's.
unsafe fn seal<R: WriteRecord>(
    handle: &mut DeviceHandle,
    now_us: u64,
    space: u8,
    records: &[R],
    first: *mut RecordId,
) -> Result<(), Status> {
    let space = match space {
        SPACE_DATA => Space::Data,
        SPACE_ALARM => Space::Alarm,
        _ => return Err(Status::BadArgument),
    };
    let first = match first.is_null() {
        true => None,
        // SAFETY: promised.
        false => Some(unsafe { output(first) }?),
    };
    let id = handle.device().send(at(now_us), space, records)?;
    if let Some(first) = first {
        first.write(RecordId {
            sequence: id.sequence,
            run: id.run.0,
        });
    }
    Ok(())
}
