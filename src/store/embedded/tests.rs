//! The embedded engine: the suite that all engines pass, and what only a disk can do to it.

use tempfile::TempDir;

use super::*;
use crate::store::conformance::{Subject, conformance};

/// Small, so that what is tested soon lies in all three layers and has left the ring.
pub(super) fn small() -> Settings {
    Settings { checkpoint_entries: 5, ring_entries: 64, disk_reserve_bytes: 0, ..Settings::default() }
}

struct OnDisk(TempDir);

impl Subject for OnDisk {
    type Store = Embedded;
    const WALKS: u32 = 24;
    const KEEPS: bool = true;

    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&mut self) -> Embedded {
        Embedded::open(self.0.path(), small()).unwrap()
    }
}

conformance!(OnDisk);
