//! A panic that can be reached, to see that the check finds it.

use crate::status::Status;

/// Panics by an index that is not looked at.
#[unsafe(no_mangle)]
pub extern "C" fn iomt_planted(index: usize) -> i32 {
    let numbers = [Status::Ok, Status::Nothing];
    #[allow(clippy::indexing_slicing, reason = "the panic that is planted")]
    let number = numbers[index];
    number as i32
}
