use iomt::driver::{Blocking, SerialPort};
use iomt::node::Keeping;
use iomt::seal::SystemEntropy;
use iomt::storage::MemoryStorage;
use tokio::task::spawn_local;

use crate::bytes::{Noisy, Port};
use crate::carriers::Tokio;
use crate::world::{Database, READINGS, deliver, device, run, serve};

// IOMT-CARR-030, IOMT-ENV-007
#[test]
fn readings_are_stored_once_over_a_pseudo_terminal_with_garbage_on_the_line() {
    run(async {
        let (here, there) = Port::pseudo_terminal();
        let noisy = |port| SerialPort::new(Noisy { port, writings: 0 });
        let (timer, database) = (Tokio::start(), Database::default());
        spawn_local(serve(noisy(there), timer, database.clone()));
        let mut driver = device(Keeping::Session);
        let mut board = (Blocking(MemoryStorage::<0, 1>::new()), SystemEntropy);
        let mut carrier = noisy(here);
        deliver(&mut driver, &mut carrier, timer, &mut board).await;
        assert_eq!(database.len(), READINGS + 1);
        let stats = carrier.stats();
        assert!(stats.delivered > 0 && stats.corrupt + stats.malformed + stats.too_short > 0);
        assert!(carrier.release().writings > READINGS);
    });
}
