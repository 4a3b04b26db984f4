//! What was written here, on its way to the log: in the order in which it was written, one behind the other for each
//! conversation, until the server says what became of it (B4, E2, E3). A file is uploaded before its message is sent;
//! what was written behind it does not wait for that.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use longlink_client::{AskError, Client, Code, SendError, pb};
use tokio::select;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::hand::Hand;
use crate::model::{Failure, Outgoing, Peer, Told};
use crate::store::Waiting;

/// Pauses grow from the one to the other.
pub(super) const PAUSE_MIN: Duration = Duration::from_secs(1);
pub(super) const PAUSE_MAX: Duration = Duration::from_secs(60);

/// All that is on its way.
pub(super) struct Outbox {
    state: Mutex<State>,
    /// Something may be ready.
    ready: tokio::sync::Notify,
}

#[derive(Default)]
pub(super) struct State {
    /// In the order in which they were written.
    pub(super) items: Vec<Parcel>,
    next_place: i64,
    busy: HashSet<Peer>,
}

/// A message on its way.
pub(super) struct Parcel {
    pub(super) place: i64,
    pub(super) outgoing: Outgoing,
    /// It is on the disk.
    pub(super) is_written: bool,
    pub(super) is_uploading: bool,
    /// Its file, if the disk did not take it.
    pub(super) bytes: Option<Bytes>,
    /// Ends its upload.
    pub(super) called_off: CancellationToken,
}

impl Parcel {
    pub(super) fn new(place: i64, outgoing: Outgoing, is_written: bool) -> Self {
        Self { place, outgoing, is_written, is_uploading: false, bytes: None, called_off: CancellationToken::new() }
    }
}

impl Outbox {
    /// With what an earlier run of the program has left.
    pub(super) fn new(waiting: Vec<Waiting>) -> Self {
        let next_place = waiting.last().map_or(1, |last| last.place + 1);
        let items = waiting.into_iter().map(|waiting| Parcel::new(waiting.place, waiting.outgoing, true)).collect();
        let state = State { items, next_place, busy: HashSet::new() };
        Self { state: Mutex::new(state), ready: tokio::sync::Notify::new() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something may be sent or uploaded that could not before.
    pub(super) fn changed(&self) {
        self.ready.notify_one();
    }

    /// They came back by another way: they are in the log.
    pub(super) fn settled(&self, client_msg_ids: &[String]) {
        for client_msg_id in client_msg_ids {
            self.lock().remove(client_msg_id);
        }
    }

    /// The server has another log: nothing goes out by itself that was written for the one before.
    pub(super) fn start_over(&self) {
        for parcel in &mut self.lock().items {
            parcel.outgoing.failure = Some(Failure::AnotherLog);
            parcel.called_off.cancel();
        }
    }
}

impl State {
    /// Puts a message behind all others. If it is there already, it is sent again, as it was.
    pub(super) fn add(&mut self, outgoing: Outgoing) {
        if let Some(parcel) = self.get(&outgoing.client_msg_id) {
            parcel.outgoing.failure = None;
            parcel.called_off = CancellationToken::new();
            return;
        }
        let place = self.next_place;
        self.next_place += 1;
        self.items.push(Parcel::new(place, Outgoing { failure: None, ..outgoing }, false));
    }

    pub(super) fn get(&mut self, client_msg_id: &str) -> Option<&mut Parcel> {
        self.items.iter_mut().find(|parcel| parcel.outgoing.client_msg_id == client_msg_id)
    }

    /// True when it was there.
    pub(super) fn remove(&mut self, client_msg_id: &str) -> bool {
        let before = self.items.len();
        self.items.retain(|parcel| {
            let stays = parcel.outgoing.client_msg_id != client_msg_id;
            if !stays {
                parcel.called_off.cancel();
            }
            stays
        });
        self.items.len() < before
    }

    /// The next one to be sent to this peer. What waits for its file is passed over; what is not on the disk yet is
    /// waited for.
    fn next(&self, peer: Peer) -> Option<Outgoing> {
        let of_peer = |parcel: &&Parcel| {
            parcel.outgoing.to == peer && parcel.outgoing.failure.is_none() && parcel.outgoing.file.is_none()
        };
        self.items.iter().find(of_peer).filter(|parcel| parcel.is_written).map(|parcel| parcel.outgoing.clone())
    }

    /// Conversations that have something to send, and are not being sent to.
    fn begin(&mut self) -> Vec<Peer> {
        let peers: HashSet<Peer> = self.items.iter().map(|parcel| parcel.outgoing.to).collect();
        let ready: Vec<Peer> =
            peers.into_iter().filter(|peer| !self.busy.contains(peer) && self.next(*peer).is_some()).collect();
        self.busy.extend(&ready);
        ready
    }
}

/// Sends what is ready, whenever that may be.
pub(super) async fn online(hand: Arc<Hand>) {
    loop {
        hand.outbox.ready.notified().await;
        hand.upload_some();
        if hand.client().is_none() {
            continue;
        }
        let peers = hand.outbox.lock().begin();
        for peer in peers {
            hand.spawn(send_to(Arc::clone(&hand), peer));
        }
    }
}

/// Sends what waits for this peer, one behind the other, so that a refusal for now cannot change their order.
async fn send_to(hand: Arc<Hand>, peer: Peer) {
    let mut pause = PAUSE_MIN;
    let mut lines = hand.line.subscribe();
    loop {
        let next = hand.outbox.lock().next(peer);
        let Some(next) = next else { break };
        let line = lines.borrow_and_update().clone();
        let sent = match line {
            Some(line) => send_one(&hand, &line.client, next).await,
            None => Sent::Ended,
        };
        match sent {
            Sent::Decided => pause = PAUSE_MIN,
            Sent::Later => {
                select! {
                    () = sleep(pause) => {}
                    () = hand.online.notified() => {}
                }
                pause = (pause * 2).min(PAUSE_MAX);
            }
            // By another one, if there ever is one.
            Sent::Ended => {
                if lines.changed().await.is_err() {
                    return;
                }
            }
        }
    }
    hand.outbox.lock().busy.remove(&peer);
    // One may have become ready between the last look and now.
    hand.outbox.changed();
}

enum Sent {
    /// It is in the log, or refused for good.
    Decided,
    /// Not now.
    Later,
    /// There will be no answer by this client.
    Ended,
}

async fn send_one(hand: &Arc<Hand>, client: &Client, outgoing: Outgoing) -> Sent {
    let epoch = hand.epoch().clone();
    let sent = match epoch {
        Some(epoch) => client.send_request_in(epoch, outgoing.request()),
        None => client.send_request(outgoing.request()),
    };
    let sending = match sent {
        Ok(sending) => sending,
        Err(SendError::QueueFull { .. }) => return Sent::Later,
        Err(SendError::TooLarge { .. }) => {
            hand.failed(&outgoing.client_msg_id, Failure::refused(Code::TooLarge)).await;
            return Sent::Decided;
        }
        Err(SendError::Closed(_)) => return Sent::Ended,
    };
    match sending.await {
        Ok(reply) => kept(hand, outgoing, &reply).await,
        Err(AskError::Closed(_)) => return Sent::Ended,
        Err(AskError::AnotherLog) => hand.failed(&outgoing.client_msg_id, Failure::AnotherLog).await,
        // Nothing is wrong with the message: the login has ended.
        Err(AskError::Refused(refused)) if matches!(refused.code, Code::NotLoggedIn | Code::BadToken) => {
            return Sent::Ended;
        }
        Err(AskError::Refused(refused)) if refused.code.is_temporary() => return Sent::Later,
        Err(AskError::Refused(refused)) => hand.failed(&outgoing.client_msg_id, Failure::refused(refused.code)).await,
        Err(AskError::Disconnected | AskError::TimedOut | AskError::Unreadable(_)) => return Sent::Later,
    }
    Sent::Decided
}

async fn kept(hand: &Arc<Hand>, outgoing: Outgoing, reply: &pb::SendReply) {
    let client_msg_id = outgoing.client_msg_id.clone();
    let (queue_id, sent_at_ms) = (reply.queue_id, reply.sent_at_ms);
    hand.keep(move |store| {
        let entry = entry(outgoing, store.own()?.user_id, queue_id, sent_at_ms);
        store.settle(&entry)
    })
    .await;
    hand.outbox.lock().remove(&client_msg_id);
    hand.tell(Told::Kept { client_msg_id, queue_id, sent_at_ms }).await;
}

impl Hand {
    /// It is not sent any more, until the person wishes it again.
    pub(super) async fn failed(&self, client_msg_id: &str, failure: Failure) {
        if let Some(parcel) = self.outbox.lock().get(client_msg_id) {
            parcel.outgoing.failure = Some(failure.clone());
        }
        let (id, why) = (client_msg_id.to_owned(), failure.clone());
        self.keep(move |store| store.fail(&id, &why)).await;
        self.tell(Told::Refused { client_msg_id: client_msg_id.to_owned(), failure }).await;
    }

    pub(super) async fn discard(&self, client_msg_id: String) {
        self.outbox.lock().remove(&client_msg_id);
        self.keep(move |store| store.discard(&client_msg_id)).await;
        self.outbox.changed();
    }
}

fn entry(outgoing: Outgoing, from: i64, queue_id: i64, sent_at_ms: i64) -> pb::Entry {
    pb::Entry {
        queue_id,
        from,
        to: outgoing.to,
        client_msg_id: outgoing.client_msg_id,
        content_type: outgoing.content_type,
        content: outgoing.content.into(),
        sent_at_ms,
        reply_to: outgoing.reply_to,
        mentions: outgoing.mentions,
        changed_by: 0,
    }
}
