//! What stands in front of images and frames, on flash and in files alike.

mod frame;
mod image;

pub(super) use frame::FrameHeader;
pub(super) use image::{ImageHeader, StoredHeader};
