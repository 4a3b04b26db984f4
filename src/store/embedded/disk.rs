//! Where the writer meets the disk. Behind a trait, so that a test can make the disk full, failing or slow.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub(super) trait Disk: fmt::Debug + Send + Sync {
    /// The room that is left; `None` if it cannot be told.
    fn free_bytes(&self) -> Option<u64>;

    /// Carries out a write that ends with a sync.
    fn commit(&self, write: &mut dyn FnMut() -> fjall::Result<()>) -> fjall::Result<()>;
}

/// The file system below a folder.
#[derive(Debug)]
pub(super) struct RealDisk {
    dir: PathBuf,
    last_look: Mutex<Option<(Instant, Option<u64>)>>,
}

/// How long what was found out about the room holds: asking costs a system call, and a disk does not fill in a second.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

impl RealDisk {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir, last_look: Mutex::new(None) }
    }
}

impl Disk for RealDisk {
    fn free_bytes(&self) -> Option<u64> {
        let mut last_look = self.last_look.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some((at, free)) = *last_look
            && now.duration_since(at) < LOOK_AGAIN_AFTER
        {
            return free;
        }
        let free = rustix::fs::statvfs(&self.dir).ok().map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
        *last_look = Some((now, free));
        free
    }

    fn commit(&self, write: &mut dyn FnMut() -> fjall::Result<()>) -> fjall::Result<()> {
        write()
    }
}
