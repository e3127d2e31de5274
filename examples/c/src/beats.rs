//! Heart beats in an ECG, sample by sample.

use core::ptr;

use iomt::signal::ecg::{HeartRate, RPeak, RPeakDetector};
use iomt::time::SampleRate;

use crate::device::ALIGN;
use crate::pointers::{object, output, put};
use crate::status::Status;

/// How much memory the detector takes, in bytes.
pub const BEATS_SIZE: usize = 3_072;

const _: () = assert!(size_of::<BeatsHandle>() <= size_of::<BeatsMemory>());
const _: () = assert!(size_of::<BeatsMemory>() == BEATS_SIZE);
const _: () = assert!(align_of::<BeatsHandle>() <= ALIGN);

/// Room for a detector: a static variable of yours, whatever it holds.
#[repr(C)]
pub struct BeatsMemory {
    /// Not yours while the detector lasts.
    pub words: [u64; 384],
}

/// Finds R peaks in one ECG channel, and the heart rate. No medical device.
pub struct BeatsHandle {
    detector: RPeakDetector,
    heart_rate: HeartRate,
    /// Samples pushed, and lost.
    position: u64,
}

/// An R peak: the tip of a QRS complex.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Beat {
    /// The sample that it stands on, counted from 0 at the first one, lost ones included.
    pub index: u64,
    /// Its height above the signal around it in µV; negative when it points down.
    pub amplitude_uv: i32,
    /// 1 where noise may have made it, else 0.
    pub is_doubtful: u8,
}

/// Makes a detector in `memory` for 100 to 1,000 samples a second and so many units of a sample per mV.
///
/// There is nothing to end: it holds no secret, and its memory can be used anew at any time.
///
/// `IOMT_STATUS_BAD_ARGUMENT`: another rate, or units that do not fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_beats_init(
    memory: *mut BeatsMemory,
    rate_millihertz: u32,
    units_per_mv: u32,
    beats: *mut *mut BeatsHandle,
) -> Status {
    let init = || {
        let rate = SampleRate::from_millihertz(rate_millihertz).ok_or(Status::BadArgument)?;
        let detector = RPeakDetector::new(rate, units_per_mv).map_err(|_| Status::BadArgument)?;
        let handle = BeatsHandle {
            detector,
            heart_rate: HeartRate::new(rate),
            position: 0,
        };
        let place = memory.cast::<BeatsHandle>();
        // SAFETY: memory and output are the caller's; it is as large as the assertions above say, and `put` looks at
        // its alignment. A detector owns nothing that would have to be dropped.
        unsafe {
            put(beats, ptr::null_mut())?;
            put(place, handle)?;
            put(beats, place)
        }
    };
    init().into()
}

/// Takes the next sample in; `IOMT_STATUS_OK` with an R peak that has become certain, or `IOMT_STATUS_NOTHING`.
///
/// A beat comes 0.35 to 0.6 s after its peak, at most 2.5 s: for the first two seconds, and for those found late.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_beats_push(
    beats: *mut BeatsHandle,
    sample: i32,
    beat: *mut Beat,
) -> Status {
    // SAFETY: the handle is of `iomt_beats_init`, and the output the caller's.
    let (handle, beat) = unsafe { (object(beats), output(beat)) };
    let push = || {
        let (beats, beat) = (handle?, beat?);
        beats.position = beats.position.saturating_add(1);
        let peak = beats.detector.push(sample);
        beat.write(beats.note(peak.ok_or(Status::Nothing)?));
        Ok::<_, Status>(())
    };
    push().into()
}

/// Says that so many samples are missing before the next one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_beats_gap(beats: *mut BeatsHandle, samples_lost: u64) -> Status {
    // SAFETY: the handle is of `iomt_beats_init`.
    let handle = unsafe { object(beats) };
    let gap = |beats: &mut BeatsHandle| {
        beats.position = beats.position.saturating_add(samples_lost);
        beats.detector.gap(samples_lost);
        beats.heart_rate.gap();
    };
    handle.map(gap).into()
}

/// At the end of a recording, gives the R peaks still under way: one a call, then `IOMT_STATUS_NOTHING`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_beats_flush(beats: *mut BeatsHandle, beat: *mut Beat) -> Status {
    // SAFETY: the handle is of `iomt_beats_init`, and the output the caller's.
    let (handle, beat) = unsafe { (object(beats), output(beat)) };
    let flush = || {
        let (beats, beat) = (handle?, beat?);
        let peak = beats.detector.flush().ok_or(Status::Nothing)?;
        beat.write(beats.note(peak));
        Ok::<_, Status>(())
    };
    flush().into()
}

/// The heart rate at the newest sample: the median of eight intervals, 20 to 300 a minute. `IOMT_STATUS_NOTHING` before
/// three beats, and where none came for four seconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn iomt_beats_heart_rate(beats: *mut BeatsHandle, bpm: *mut u16) -> Status {
    // SAFETY: the handle is of `iomt_beats_init`, and the output the caller's.
    let (beats, bpm) = unsafe { (object(beats), output(bpm)) };
    let read = || {
        let (beats, bpm): (&mut BeatsHandle, _) = (beats?, bpm?);
        let rate = beats.heart_rate.bpm(beats.position);
        bpm.write(rate.ok_or(Status::Nothing)?);
        Ok::<_, Status>(())
    };
    read().into()
}

impl BeatsHandle {
    fn note(&mut self, peak: RPeak) -> Beat {
        self.heart_rate.beat(peak.index);
        Beat {
            index: peak.index,
            amplitude_uv: peak.amplitude_uv,
            is_doubtful: peak.is_doubtful.into(),
        }
    }
}
