//! A store with a gate before its log: while the gate is closed, what is appended waits, as it does when a disk is slow.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use longlink::id::{GroupId, Peer, QueueId, UserId};
use longlink::store::{
    Amendments, Appended, Change, ChangeError, Directory, Entry, Keep, Log, Mailboxes, Membership, Memory, NewEntry,
    Page, PageBounds, Partition, Pending, Record, Roster, StoreError, Tail, Talk, Unread,
};
use tokio::sync::oneshot;

/// The memory engine behind a gate, which is open at first.
#[derive(Default)]
pub(crate) struct Gate {
    store: Memory,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    is_closed: bool,
    waiting: Vec<(NewEntry, oneshot::Sender<Result<Appended, StoreError>>)>,
    refusal: Option<StoreError>,
    /// How many records of blocks were looked up.
    block_looks: usize,
    /// So many more writes are taken. `None`: all.
    writes_left: Option<usize>,
    watchers: Vec<oneshot::Sender<StoreError>>,
}

impl Gate {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// From here on appends wait.
    pub(crate) fn shut(&self) {
        self.state.lock().unwrap().is_closed = true;
    }

    /// Carries out what waits, in order; appends are ready at once again.
    pub(crate) fn open(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_closed = false;
        for (entry, sender) in state.waiting.drain(..) {
            // The memory engine is ready at once; who asked may be gone.
            let _ = sender.send(now(self.store.append(Partition(0), entry)));
        }
    }

    /// How many appends wait.
    pub(crate) fn waiting(&self) -> usize {
        self.state.lock().unwrap().waiting.len()
    }

    /// Refuses appends and looks into the directory with this, or takes them again.
    pub(crate) fn refuse(&self, error: Option<StoreError>) {
        self.state.lock().unwrap().refusal = error;
    }

    /// How many records of blocks were looked up.
    pub(crate) fn block_looks(&self) -> usize {
        self.state.lock().unwrap().block_looks
    }

    /// Takes so many more writes, to the log and to the directory, and then none; or all again.
    pub(crate) fn refuse_writes_after(&self, writes: Option<usize>) {
        self.state.lock().unwrap().writes_left = writes;
    }

    /// Fails for good.
    pub(crate) fn fail(&self) {
        for watcher in self.state.lock().unwrap().watchers.drain(..) {
            let _ = watcher.send(gone());
        }
    }
}

impl State {
    fn may_write(&mut self) -> bool {
        match &mut self.writes_left {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

fn gone() -> StoreError {
    StoreError::Stopped("the disk is gone".into())
}

fn now<T: Unpin>(pending: Pending<T>) -> T {
    futures_util::FutureExt::now_or_never(pending).expect("the memory engine is ready at once")
}

impl Log for Gate {
    fn epoch(&self) -> &str {
        self.store.epoch()
    }

    fn append(&self, partition: Partition, entry: NewEntry) -> Pending<Result<Appended, StoreError>> {
        let mut state = self.state.lock().unwrap();
        if let Some(error) = &state.refusal {
            return Pending::ready(Err(error.clone()));
        }
        if !state.may_write() {
            return Pending::ready(Err(gone()));
        }
        if !state.is_closed {
            return self.store.append(partition, entry);
        }
        let (sender, receiver) = oneshot::channel();
        state.waiting.push((entry, sender));
        Pending::waiting(receiver, || Err(gone()))
    }

    fn find(
        &self,
        partition: Partition,
        from: UserId,
        client_msg_id: &str,
    ) -> Pending<Result<Option<Appended>, StoreError>> {
        self.store.find(partition, from, client_msg_id)
    }

    fn head(&self, partition: Partition) -> QueueId {
        self.store.head(partition)
    }

    fn kept_from(&self, partition: Partition) -> QueueId {
        self.store.kept_from(partition)
    }

    fn log_bytes(&self, partition: Partition) -> u64 {
        self.store.log_bytes(partition)
    }

    fn trim(&self, partition: Partition, before: QueueId) -> Result<QueueId, StoreError> {
        self.store.trim(partition, before)
    }

    fn read_log(&self, partition: Partition, after: QueueId, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError> {
        self.store.read_log(partition, after, limit)
    }

    fn entry(&self, partition: Partition, place: QueueId) -> Result<Option<Arc<Entry>>, StoreError> {
        self.store.entry(partition, place)
    }

    fn tail(&self, partition: Partition, after: QueueId) -> Tail {
        self.store.tail(partition, after)
    }

    fn failed(&self) -> Pending<StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.state.lock().unwrap().watchers.push(sender);
        Pending::waiting(receiver, gone)
    }

    fn close(&self) {
        self.store.close();
    }
}

impl Mailboxes for Gate {
    fn read_inbox(&self, user: UserId, after: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
        self.store.read_inbox(user, after, bounds)
    }

    fn read_history(&self, user: UserId, peer: Peer, before: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
        self.store.read_history(user, peer, before, bounds)
    }

    fn conversations(&self, user: UserId) -> Result<Vec<Talk>, StoreError> {
        self.store.conversations(user)
    }

    fn unread(&self, user: UserId, peer: Peer, after: QueueId) -> Result<Unread, StoreError> {
        self.store.unread(user, peer, after)
    }

    fn amendments(&self, peer: Peer, changed: QueueId) -> Result<Amendments, StoreError> {
        self.store.amendments(peer, changed)
    }

    fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError> {
        self.store.memberships(user)
    }

    fn roster(&self, group: GroupId, at: QueueId) -> Result<Option<Roster>, StoreError> {
        self.store.roster(group, at)
    }
}

impl Directory for Gate {
    fn get(&self, key: &[u8]) -> Result<Option<Record>, StoreError> {
        let mut state = self.state.lock().unwrap();
        state.block_looks += usize::from(key.starts_with(b"block/"));
        match &state.refusal {
            Some(error) => Err(error.clone()),
            None => self.store.get(key),
        }
    }

    fn list(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Bytes, Record)>, StoreError> {
        self.store.list(prefix, after, limit)
    }

    fn change(&self, changes: Vec<Change>, keep: Keep) -> Pending<Result<(), ChangeError>> {
        if !self.state.lock().unwrap().may_write() {
            return Pending::ready(Err(gone().into()));
        }
        self.store.change(changes, keep)
    }
}
