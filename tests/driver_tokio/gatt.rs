//! A Bluetooth stack as a driver sees it: both sides of a connection, whose values lie in memory.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use iomt::driver::Characteristics;
use tokio::task::yield_now;

/// What a value takes of the MTU beside its bytes.
const ATT_HEADER: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The connection has ended.
    Over,
    /// The value does not fit the MTU.
    TooLong,
}

/// Values on their way to one side.
#[derive(Debug, Default)]
struct Way {
    values: VecDeque<Vec<u8>>,
    waiting: Option<Waker>,
}

impl Way {
    fn wake(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            waiting.wake();
        }
    }
}

/// One side of a connection; a copy is the same side.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    coming: Rc<RefCell<Way>>,
    going: Rc<RefCell<Way>>,
    mtu: Rc<Cell<u16>>,
    is_over: Rc<Cell<bool>>,
}

/// A connection at an MTU.
pub(crate) fn connection(mtu: u16) -> (Side, Side) {
    let [one, other] = [(); 2].map(|()| Rc::new(RefCell::new(Way::default())));
    let here = Side {
        coming: one.clone(),
        going: other.clone(),
        mtu: Rc::new(Cell::new(mtu)),
        is_over: Rc::new(Cell::new(false)),
    };
    let there = Side {
        coming: other,
        going: one,
        ..here.clone()
    };
    (here, there)
}

impl Side {
    pub(crate) fn agree(&self, mtu: u16) {
        self.mtu.set(mtu);
    }

    pub(crate) fn end(&self) {
        self.is_over.set(true);
        for way in [&self.coming, &self.going] {
            way.borrow_mut().wake();
        }
    }

    /// Whatever its length.
    pub(crate) fn put(&self, value: &[u8]) {
        let mut going = self.going.borrow_mut();
        going.values.push_back(value.to_vec());
        going.wake();
    }

    /// Takes what has come.
    pub(crate) fn take(&self) -> Vec<Vec<u8>> {
        self.coming.borrow_mut().values.drain(..).collect()
    }
}

impl Characteristics for Side {
    type Error = Failed;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, Failed> {
        poll_fn(|context| {
            let mut coming = self.coming.borrow_mut();
            if self.is_over.get() {
                return Poll::Ready(Err(Failed::Over));
            }
            let Some(come) = coming.values.pop_front() else {
                coming.waiting = Some(context.waker().clone());
                return Poll::Pending;
            };
            let len = come.len().min(value.len());
            value[..len].copy_from_slice(&come[..len]);
            Poll::Ready(Ok(come.len()))
        })
        .await
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), Failed> {
        if self.is_over.get() {
            return Err(Failed::Over);
        }
        if value.len() + ATT_HEADER > self.mtu.get().into() {
            return Err(Failed::TooLong);
        }
        self.put(value);
        Ok(())
    }

    fn mtu(&self) -> u16 {
        self.mtu.get()
    }
}

/// One that needs a turn of the executor before a value is on its way, and another before it says so.
#[derive(Debug)]
pub(crate) struct Hesitant<C>(pub(crate) C);

impl<C: Characteristics> Characteristics for Hesitant<C> {
    type Error = C::Error;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, C::Error> {
        yield_now().await;
        self.0.receive(value).await
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), C::Error> {
        yield_now().await;
        self.0.send(value).await?;
        yield_now().await;
        Ok(())
    }

    fn mtu(&self) -> u16 {
        self.0.mtu()
    }
}

/// One that loses every `nth` value that is sent.
#[derive(Debug)]
pub(crate) struct Losing<C> {
    pub(crate) stack: C,
    pub(crate) nth: usize,
    pub(crate) sent: usize,
}

impl<C> Losing<C> {
    pub(crate) fn new(stack: C, nth: usize) -> Self {
        Self {
            stack,
            nth,
            sent: 0,
        }
    }
}

impl<C: Characteristics> Characteristics for Losing<C> {
    type Error = C::Error;

    async fn receive(&mut self, value: &mut [u8; 512]) -> Result<usize, C::Error> {
        self.stack.receive(value).await
    }

    async fn send(&mut self, value: &[u8]) -> Result<(), C::Error> {
        self.sent += 1;
        match self.sent.is_multiple_of(self.nth) {
            true => Ok(()),
            false => self.stack.send(value).await,
        }
    }

    fn mtu(&self) -> u16 {
        self.stack.mtu()
    }
}
