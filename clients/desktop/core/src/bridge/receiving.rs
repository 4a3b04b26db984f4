//! What the link brings: written down first, then told. What has arrived together is one transaction.
//!
//! While the disk takes nothing, what comes is told and not written, and the cursor stays where it is; as soon as the disk
//! works again the link is begun anew from there, so that everything comes once more and is written. That somebody has a
//! message is told to the server only when it is on the disk.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use longlink_client::{
    Broken, Client, Code, Connected, Credential, Ended, Event, Events, Refused, Resume, Secret, Settings, pb,
};
use tokio::select;
use tokio::time::sleep;

use super::delivered::Delivered;
use super::hand::{Hand, Line};
use super::login::CLIENT;
use crate::files::Web;
use crate::model::{Told, must_log_in};
use crate::store::Own;
use crate::vault::Login;

/// So many events make one transaction at most, and so many bytes of entries.
const BATCH_MAX: usize = 256;
const BATCH_BYTES_MAX: usize = 512 * 1024;
/// How long to wait before the disk is tried again, or a file of authorities looked for.
const RETRY: Duration = Duration::from_secs(30);

/// Why the events of a link ended.
enum Over {
    /// It does not come back by itself. Why, if that was told.
    Ended(Option<Ended>),
    /// The disk works again: from the cursor on, everything anew.
    Again,
}

/// Logs in and takes what comes, as long as the account is open.
pub(super) async fn run(hand: Arc<Hand>) {
    let mut known = None;
    let mut told_up_to = 0;
    loop {
        let login = match known.take() {
            Some(login) => login,
            None => match hand.vault.find(&hand.folder, &hand.account.key).await {
                Ok(Some((login, _))) => login,
                Ok(None) => {
                    ended(&hand, no_login("this device is not logged in")).await;
                    continue;
                }
                Err(error) => {
                    ended(&hand, no_login(&error.to_string())).await;
                    continue;
                }
            },
        };
        hand.tell(Told::Connecting).await;
        let (line, events) = match begin(&hand, &login).await {
            Ok(begun) => begun,
            Err(why) => {
                known = Some(login);
                hand.tell(Told::Disconnected { why: Broken::Unreachable(why), retry_in: RETRY }).await;
                select! {
                    () = hand.online.notified() => {}
                    () = sleep(RETRY) => {}
                }
                continue;
            }
        };
        hand.line.send_replace(Some(line.clone()));
        hand.outbox.changed();
        let mut receiving = Receiving {
            hand: Arc::clone(&hand),
            line,
            delivered: Delivered::start(&hand),
            epoch: String::new(),
            is_behind: false,
            told_up_to,
            token: None,
            why: None,
        };
        let over = receiving.take_all(events).await;
        told_up_to = receiving.told_up_to;
        let login = receiving.token.map_or(login, Login::Token);
        match over {
            Over::Ended(why) => {
                // With another reason than the login it is good for the next try.
                known = why.as_ref().is_some_and(|why| !must_log_in(why)).then_some(login);
                hand.again.notified().await;
            }
            Over::Again => {
                known = Some(login);
                receiving.line.client.close().await;
            }
        }
    }
}

/// Tells that there is no link, and waits until the person wishes to try once more.
async fn ended(hand: &Hand, why: Ended) {
    forget_wish(hand);
    hand.tell(Told::Ended(why)).await;
    hand.again.notified().await;
}

/// As if the server had refused it: the person has to log in.
fn no_login(message: &str) -> Ended {
    Ended::LoginRefused(Refused::new(Code::NotLoggedIn, message.to_owned()))
}

/// What was wished while there was a link is not about its end.
fn forget_wish(hand: &Hand) {
    let _ = hand.again.notified().now_or_never();
}

async fn begin(hand: &Arc<Hand>, login: &Login) -> Result<(Line, Events), String> {
    let resume = hand.noted(hand.keeper.ask(|store| store.resume()).await).await.flatten();
    hand.epoch().clone_from(&resume.as_ref().map(|resume| resume.epoch.clone()));
    let credential = login.credential();
    let token = match &credential {
        Credential::Token(token) => token.clone(),
        // The server gives none: then files cannot be had.
        Credential::Password { .. } => Secret::from(""),
    };
    let settings = Settings {
        credential,
        device_id: hand.account.device_id.clone(),
        resume,
        client: CLIENT.to_owned(),
        // Only when it is on the disk.
        tell_delivered: false,
        ..Settings::token("")
    };
    let server = hand.account.link_server().map_err(|error| error.to_string())?;
    let http_server = hand.account.http_server().map_err(|error| error.to_string())?;
    let web = Web::new(http_server, hand.account.http_address(), token, hand.tasks.clone());
    let (client, events) = Client::connect_with(server, settings);
    Ok((Line { client, web: Arc::new(web) }, events))
}

struct Receiving {
    hand: Arc<Hand>,
    line: Line,
    delivered: Delivered,
    epoch: String,
    /// The disk takes nothing: nothing more is written until all can be.
    is_behind: bool,
    /// What was told is not told again when it comes once more to be written.
    told_up_to: i64,
    token: Option<Secret>,
    why: Option<Ended>,
}

impl Receiving {
    async fn take_all(&mut self, mut events: Events) -> Over {
        loop {
            let first = select! {
                biased;
                event = events.recv() => event,
                () = self.again(), if self.is_behind => {
                    if self.disk_works().await {
                        return Over::Again;
                    }
                    continue;
                }
            };
            let Some(first) = first else { return Over::Ended(self.why.take()) };
            let mut bytes = weight(&first);
            let mut batch = vec![first];
            // Only what is here already: nobody waits for more.
            while batch.len() < BATCH_MAX && bytes < BATCH_BYTES_MAX {
                let Some(Some(event)) = events.recv().now_or_never() else { break };
                bytes += weight(&event);
                batch.push(event);
            }
            let mut entries = Vec::new();
            for event in batch {
                if let Event::Entry(entry) = event {
                    entries.push(entry);
                } else {
                    self.take(std::mem::take(&mut entries)).await;
                    self.happened(event).await;
                }
            }
            self.take(entries).await;
        }
    }

    /// When to look whether the disk works again.
    async fn again(&self) {
        select! {
            () = sleep(RETRY) => {}
            () = self.hand.online.notified() => {}
        }
    }

    /// Writes them down, then tells them.
    async fn take(&mut self, entries: Vec<pb::Entry>) {
        let Some(last) = entries.last().map(|entry| entry.queue_id) else { return };
        if !self.is_behind {
            let place = Resume { epoch: self.epoch.clone(), cursor: last };
            let written = entries.clone();
            let taken = self.hand.keeper.ask(move |store| {
                let taken = store.take(&written, &place)?;
                Ok((taken, store.is_kept()))
            });
            match self.hand.noted(taken.await).await {
                Some((taken, is_kept)) => {
                    self.hand.outbox.settled(&taken.settled);
                    if is_kept {
                        self.delivered.up_to(last);
                    }
                }
                None => self.is_behind = true,
            }
        }
        let told_up_to = self.told_up_to;
        self.told_up_to = last.max(told_up_to);
        let fresh: Vec<pb::Entry> = entries.into_iter().filter(|entry| entry.queue_id > told_up_to).collect();
        if !fresh.is_empty() {
            self.hand.tell(Told::Entries(fresh)).await;
        }
    }

    async fn happened(&mut self, event: Event) {
        let told = match event {
            // Taken by whoever calls this.
            Event::Entry(_) => return,
            Event::StartOver { epoch } => {
                // First, so that none of them passes for one that was written for the new log.
                self.hand.outbox.start_over();
                self.begin(Resume { epoch, cursor: 0 }).await;
                Told::StartOver
            }
            Event::Connected(connected) => return self.connected(connected).await,
            Event::Disconnected { why, retry_in } => Told::Disconnected { why, retry_in },
            Event::Receipt(receipt) => Told::Receipt(receipt),
            Event::Typing(typing) => Told::Typing(typing),
            Event::Presence(presence) => Told::Presence(presence),
            Event::Contact(contact) => Told::Contact(contact),
            Event::Conversation(conversation) => Told::Conversation(conversation),
            Event::GroupRequest(request) => Told::GroupRequest(request),
            // By ourselves: no news.
            Event::Ended(Ended::Closed) => return,
            Event::Ended(ended) => {
                self.ended(&ended).await;
                self.why = Some(ended.clone());
                forget_wish(&self.hand);
                Told::Ended(ended)
            }
        };
        self.hand.tell(told).await;
    }

    async fn connected(&mut self, connected: Connected) {
        let Connected { user_id, user_name, epoch, head, cursor, kept_from, .. } = connected.clone();
        let own = Own { user_id, user_name: user_name.clone() };
        let place = Resume { epoch: epoch.clone(), cursor };
        let has_gap = connected.has_gap();
        let began = self.hand.keep(move |store| {
            store.belong_to(&own)?;
            if store.resume()?.is_none_or(|before| before.epoch != place.epoch) {
                store.begin(&place)?;
            }
            if has_gap {
                store.leave_gap(kept_from)?;
            }
            Ok(())
        });
        self.is_behind |= !began.await;
        self.set_epoch(epoch);
        self.delivered.resumed_at(cursor);
        if let Some(token) = connected.token {
            self.line.web.set_token(token.clone());
            self.token = Some(token.clone());
            keep_token(&self.hand, token);
        }
        self.hand.online.notify_waiters();
        self.hand.tell(Told::Connected { user_id, user_name, cursor, head, kept_from }).await;
    }

    /// Another log, or nothing of this one was here.
    async fn begin(&mut self, place: Resume) {
        self.set_epoch(place.epoch.clone());
        self.told_up_to = 0;
        self.is_behind |= !self.hand.keep(move |store| store.begin(&place)).await;
    }

    fn set_epoch(&mut self, epoch: String) {
        *self.hand.epoch() = Some(epoch.clone());
        self.epoch = epoch;
    }

    async fn ended(&self, ended: &Ended) {
        self.hand.line.send_replace(None);
        if must_log_in(ended) {
            // It is worth nothing any more.
            if let Err(error) = self.hand.vault.forget(&self.hand.folder, &self.hand.account.key).await {
                tracing::warn!(%error, "cannot forget a token");
            }
        }
    }

    async fn disk_works(&self) -> bool {
        self.hand.keeper.ask(|store| store.can_write()).await.is_ok()
    }
}

fn weight(event: &Event) -> usize {
    if let Event::Entry(entry) = event { entry.content.len() } else { 0 }
}

/// The keyring may take its time.
pub(super) fn keep_token(hand: &Arc<Hand>, token: Secret) {
    let keeping = Arc::clone(hand);
    hand.spawn(async move {
        let kept = keeping.vault.keep(&keeping.folder, &keeping.account.key, &Login::Token(token)).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "cannot keep a token");
        }
    });
}
