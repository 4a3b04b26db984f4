//! A data folder whose files were changed anywhere: it is refused with words, or every acknowledged entry is in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bytes::Bytes;
use longlink::id::{Peer, QueueId, UserId};
use longlink::store::embedded::Settings;
use longlink::store::{Embedded, Entry, Log, NewEntry, Partition};
use tempfile::TempDir;

use super::Script;

const ENTRIES: i64 = 30;

/// A folder of thirty entries, closed in good order, and its files.
static WRITTEN: LazyLock<(TempDir, Vec<PathBuf>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path(), Settings::default()).unwrap();
    for number in 1..=ENTRIES {
        store.append(Partition(0), entry(number)).wait().unwrap();
    }
    store.close();
    drop(store);
    let mut files = Vec::new();
    list(folder.path(), &mut files);
    files.sort();
    (folder, files)
});

pub(crate) fn run(input: &[u8]) {
    let mut script = Script(input);
    let (written, files) = &*WRITTEN;
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let copy = folder.path().join(file.strip_prefix(written.path()).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(file, copy).unwrap();
    }
    // One file only: two that lie in the same way cannot be told from the truth.
    let file = &files[usize::from(script.byte()) % files.len()];
    while !script.is_over() {
        damage(&folder.path().join(file.strip_prefix(written.path()).unwrap()), &mut script);
    }

    let store = match Embedded::open(folder.path(), Settings::default()) {
        Ok(store) => store,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    // Damage that an open need not look at is found by the reading; what is read is what was written.
    if let Ok(read) = store.read_log(Partition(0), QueueId::START, 1000) {
        let expected: Vec<Bytes> =
            (1..=ENTRIES).map(|number| Entry::new(QueueId::cursor(number), entry(number)).encoded).collect();
        assert!(
            read.iter().map(|entry| &entry.encoded).eq(&expected),
            "an acknowledged entry is lost, and nobody says so"
        );
    }
    store.close();
}

/// Changes a byte, or cuts the file off.
fn damage(file: &Path, script: &mut Script<'_>) {
    let mut bytes = fs::read(file).unwrap();
    let (kind, at) = (script.byte(), script.u32() as usize);
    if bytes.is_empty() {
        return;
    }
    let at = at % bytes.len();
    if kind % 8 == 0 {
        bytes.truncate(at);
    } else {
        bytes[at] ^= kind.max(1);
    }
    fs::write(file, bytes).unwrap();
}

fn entry(number: i64) -> NewEntry {
    NewEntry {
        from: UserId::parse(1 + number % 3).unwrap(),
        to: Peer::parse(2).unwrap(),
        client_msg_id: number.to_string(),
        content_type: 1,
        content: Bytes::from(format!("message {number}")),
        reply_to: 0,
        mentions: Vec::new(),
        sent_at_ms: 1_700_000_000_000,
        origin: 0,
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for found in fs::read_dir(folder).unwrap() {
        let path = found.unwrap().path();
        // Held by whoever has the folder open; it says nothing.
        if path.is_dir() {
            list(&path, files);
        } else if path.file_name().is_some_and(|name| name != "lock") {
            files.push(path);
        }
    }
}
