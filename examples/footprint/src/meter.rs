//! Measures an operation in an emulator: its instructions, by a plugin that sees the marks, and its stack, by paint.
//!
//! A line of the plugin, `instructions N`, comes before one of ours, `stack N times N name`.

#![allow(
    unsafe_code,
    reason = "the stack below this function is painted and read through pointers"
)]

use core::arch::asm;
use core::hint::black_box;
use core::ptr;

use cortex_m_semihosting::hprintln;

const PAINT: u32 = 0x5AFE_57AC;
/// How deep is looked; no operation goes there.
const DEPTH: usize = 128 * 1_024;

unsafe extern "C" {
    /// The first byte above the statics, from the linker script of `cortex-m-rt`.
    static mut __sheap: u32;
}

/// Measures an operation.
pub fn measure<R>(name: &str, operation: impl FnOnce() -> R) -> R {
    measure_many(name, 1, operation)
}

/// Measures an operation that does the same thing so many times.
#[inline(never)]
pub fn measure_many<R>(name: &str, times: usize, operation: impl FnOnce() -> R) -> R {
    let top = stack_pointer();
    paint(top);
    instructions_mark();
    let result = black_box(called(operation));
    instructions_mark();
    hprintln!("stack {} times {} {}", used(top), times, name);
    result
}

/// How deep an operation goes, without its instructions.
#[inline(never)]
pub fn stack_of<R>(operation: impl FnOnce() -> R) -> (R, usize) {
    let top = stack_pointer();
    paint(top);
    let result = black_box(called(operation));
    (result, used(top))
}

/// Not inlined: what the operation has in its frame is to lie below the paint's edge.
#[inline(never)]
fn called<R>(operation: impl FnOnce() -> R) -> R {
    operation()
}

/// The emulator's plugin knows this function by its name.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn instructions_mark() {
    // SAFETY: no instruction at all; it keeps the calls where they are.
    unsafe { asm!("") }
}

/// Where the paint ends: above the statics.
#[inline(always)]
fn lowest(top: usize) -> usize {
    let free = &raw mut __sheap as usize;
    free.max(top.saturating_sub(DEPTH) & !3)
}

/// Below it everything is free, as long as nothing is called.
#[inline(always)]
fn stack_pointer() -> usize {
    cortex_m::register::msp::read() as usize
}

/// Paints the free stack up to its pointer. Inlined: a frame of its own would be painted over, or be left out.
#[inline(always)]
fn paint(top: usize) {
    let mut at = lowest(top) as *mut u32;
    while (at as usize) < top {
        // SAFETY: between the statics and the stack in use there is only free RAM.
        unsafe { ptr::write_volatile(at, PAINT) };
        at = at.wrapping_add(1);
    }
}

/// How much of the painted stack was used; not all of it, else it was more.
#[inline(never)]
fn used(top: usize) -> usize {
    let mut at = lowest(top) as *const u32;
    // SAFETY: as above, and it is only read.
    while (at as usize) < top && unsafe { ptr::read_volatile(at) } == PAINT {
        at = at.wrapping_add(1);
    }
    assert!(at as usize > lowest(top), "the stack is not deep enough");
    top.saturating_sub(at as usize)
}
