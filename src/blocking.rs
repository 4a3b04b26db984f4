//! Work that waits for a disk or keeps a processor busy, off the threads that serve links.
//!
//! In a server each piece goes to a thread of its own. A simulation has it done on its one thread instead, a little
//! later, as its seed says: which thread comes first is what nobody could repeat.

use std::cell::RefCell;
use std::time::Duration;

use tokio::task::JoinHandle;

thread_local! {
    static SIMULATED: RefCell<Option<Delays>> = const { RefCell::new(None) };
}

/// How long each piece of work takes, in the runtime's time.
pub type Delays = Box<dyn FnMut() -> Duration>;

/// Does `work` where it may wait. It is done also when nobody waits for it any more.
pub fn spawn_blocking<T, F>(work: F) -> JoinHandle<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    match SIMULATED.with_borrow_mut(|delays| delays.as_mut().map(|delays| delays())) {
        None => tokio::task::spawn_blocking(work),
        Some(delay) => spawn_later(delay, work),
    }
}

/// From here on, what this thread's runtime would give to other threads is done on it, each piece after a delay: for
/// simulations, whose runtime has one thread and a time that stands still. With `None` it ends.
pub fn simulate(delays: Option<Delays>) {
    SIMULATED.set(delays);
}

#[allow(clippy::disallowed_methods, reason = "it stands for a thread, which is on no tracker either")]
fn spawn_later<T: Send + 'static>(delay: Duration, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn(async move {
        tokio::time::sleep(delay).await;
        work()
    })
}
