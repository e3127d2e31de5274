//! The two ways to wait: for the first of several futures, and for a turn of the executor.

use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::Poll;

/// The output of `work`, or `None` when `end` comes first.
pub(super) async fn before<W: Future>(work: W, end: impl Future<Output = ()>) -> Option<W::Output> {
    let (mut work, mut end) = (pin!(work), pin!(end));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Which of two futures has come to its end.
pub(super) enum First<A, B> {
    One(A),
    Other(B),
}

/// The first of two futures; the first argument where both are ready. The second can be waited for again.
pub(super) async fn first<A: Future, B: Future>(
    one: A,
    mut other: Pin<&mut B>,
) -> First<A::Output, B::Output> {
    let mut one = pin!(one);
    poll_fn(|context| match one.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(First::One(output)),
        Poll::Pending => other.as_mut().poll(context).map(First::Other),
    })
    .await
}

/// Lets all other tasks have a turn.
pub(super) async fn pass() {
    let mut is_passed = false;
    poll_fn(|context| match core::mem::replace(&mut is_passed, true) {
        true => Poll::Ready(()),
        false => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::{pending, ready};
    use core::task::{Context, Waker};

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn work_that_is_done_wins_over_its_end() {
        let raced = pin!(before(ready(7), ready(())));
        assert_eq!(poll(raced), Poll::Ready(Some(7)));
        let late = pin!(before(pending::<u8>(), ready(())));
        assert_eq!(poll(late), Poll::Ready(None));
    }

    #[test]
    fn a_turn_is_passed_once() {
        let mut passed = pin!(pass());
        assert!(poll(passed.as_mut()).is_pending());
        assert!(poll(passed).is_ready());
    }
}
