use crate::wire::{Packet, Refused, Route, copy};

/// The length of a refusal: shorter than any packet that can cause one.
pub const REFUSAL_LEN: usize = 9;

/// What to say to the sender of a packet that nobody here knows, in the front of `out`.
///
/// It is a hint without proof, which lets a device reconnect sooner than it would find out by itself. Nothing is
/// said to a short frame, which names nobody, nor to a receipt or another refusal; so no two servers
/// ever answer each other. Send it to the packet's sender, at most a few a second, and only where no server here
/// has the packet's locator, hint or connection; to a message 1 only behind
/// [`StaticKey::check_hello`](crate::pairing::StaticKey::check_hello), for a damaged one says nothing of a session.
///
/// ```
/// use iomt::node::refusal;
///
/// let frame = [0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9];
/// let mut out = [0; 9];
/// assert_eq!(refusal(&frame, &mut out), Some(&[0xC1, 1, 2, 3, 4, 5, 6, 7, 8][..]));
/// assert_eq!(refusal(&[0xC1, 1, 2, 3, 4, 5, 6, 7, 8], &mut out), None);
/// ```
pub fn refusal<'o>(packet: &[u8], out: &'o mut [u8; REFUSAL_LEN]) -> Option<&'o [u8]> {
    let reference = match Packet::parse(packet).ok()? {
        Packet::Frame(frame) => match frame.route {
            Route::Routed(locator) | Route::Unproved(locator, _) => locator.0,
            Route::Short => return None,
        },
        Packet::Handshake(handshake) if handshake.step == 1 => handshake.connection.0,
        Packet::Handshake(_) | Packet::Receipt(_) | Packet::Refused(_) => return None,
    };
    let mut buffer = [0; REFUSAL_LEN];
    copy(Refused { reference }.emit(&mut buffer).ok()?, out);
    Some(out)
}
