//! What can be set about the embedded engine, and why it may not open.

use std::path::PathBuf;
use std::time::Duration;

use crate::id::QueueId;

/// The engine's bounds. The defaults suit a machine with a gigabyte to spare.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Appends and changes that may wait for the writer. One more is refused as overloaded. 65,536 by default.
    pub queue_entries: usize,
    /// What those may take in memory, in bytes. 64 MiB by default.
    pub queue_bytes: usize,
    /// How many of them are written at once, with one sync of the disk. 4,096 by default.
    pub batch_entries: usize,
    /// A batch ends here as well, in bytes. 8 MiB by default.
    pub batch_bytes: usize,
    /// The latest entries kept in memory for those who follow the log. 16,384 by default.
    pub ring_entries: usize,
    /// What those may take, in bytes. 16 MiB by default.
    pub ring_bytes: usize,
    /// Blocks of the disk kept in memory, in bytes. 64 MiB by default.
    pub cache_bytes: u64,
    /// After so many entries, or twice as many in a storm, their rows go from memory to the disk. It bounds what an open
    /// after a crash must read again; up to six times as many may be in memory while the disk is slow. 65,536 by default.
    pub checkpoint_entries: usize,
    /// With less room on the disk than this nothing is written, in bytes. 512 MiB by default.
    pub disk_reserve_bytes: u64,
    /// A batch that takes longer than this has failed, and the engine with it. 5 seconds by default.
    pub stall_limit: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            queue_entries: 65_536,
            queue_bytes: 64 << 20,
            batch_entries: 4_096,
            batch_bytes: 8 << 20,
            ring_entries: 16_384,
            ring_bytes: 16 << 20,
            cache_bytes: 64 << 20,
            checkpoint_entries: 65_536,
            disk_reserve_bytes: 512 << 20,
            stall_limit: Duration::from_secs(5),
        }
    }
}

/// Why a store was not opened. Each is one sentence for whoever starts the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot open the store in {}: held by process {holder}", dir.display())]
    Held { dir: PathBuf, holder: String },
    #[error(
        "cannot open the store in {}: its format is {found}, and this version reads up to {known}; use a newer version",
        dir.display()
    )]
    Newer { dir: PathBuf, found: u32, known: u32 },
    #[error("cannot open the store in {}: its file `format` does not hold a number; see what `longlink log repair` could do", dir.display())]
    NotAFormat { dir: PathBuf },
    #[error(
        "cannot open the store in {}: the folder cannot be written: {error}; whoever opens it, even to look at it, writes there",
        dir.display()
    )]
    ReadOnly { dir: PathBuf, error: std::io::Error },
    #[error("cannot open the store: {}: {error}", path.display())]
    Io { path: PathBuf, error: std::io::Error },
    #[error(
        "cannot open the store in {dir}: the log ends at entry {found}, but entry {acknowledged} was acknowledged; see \
         `longlink log verify`, and restore a copy, or go on without the lost entries with `longlink log repair`",
        dir = dir.display()
    )]
    Lost { dir: PathBuf, found: QueueId, acknowledged: QueueId },
    #[error(
        "cannot open the store in {}: {what}; see `longlink log verify`, and restore a copy, or see what `longlink log repair` could do",
        dir.display()
    )]
    Damaged { dir: PathBuf, what: String },
}
