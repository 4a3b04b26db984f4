//! Somebody with a client of the old HTTP contract: sends without a name, so that nothing can be repeated, and asks for
//! one message after the other. The history of the others knows nothing of such a reader, so what they got is compared
//! here.

use std::sync::{Arc, Mutex, MutexGuard};

use longlink::wire::pb;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::dice::Dice;
use crate::http::Asker;
use crate::scene::{Phase, Scene};

/// What such a client knows, over all of its runs.
pub(crate) struct Known {
    user: i64,
    token: String,
    dice: Dice,
    cursor: i64,
    /// Place, writer and text of what came.
    taken: Vec<(i64, i64, String)>,
    /// What was sent, and whether that was answered with success.
    said: Vec<(String, bool)>,
}

#[derive(Clone)]
pub(crate) struct Elder(Arc<Mutex<Known>>);

impl Elder {
    pub(crate) fn new(user: i64, token: String, dice: Dice) -> Self {
        Self(Arc::new(Mutex::new(Known { user, token, dice, cursor: 0, taken: Vec::new(), said: Vec::new() })))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap()
    }

    pub(crate) fn has_read_to(&self, place: i64) -> bool {
        self.known().cursor >= place
    }

    pub(crate) async fn live(self, scene: Scene) {
        let (user, token, mut dice) = {
            let mut known = self.known();
            (known.user, known.token.clone(), known.dice.fork())
        };
        let name = format!("elder {user}");
        loop {
            sleep(dice.ms(10..=900)).await;
            let to = scene.somebody(&mut dice);
            let says = scene.phase() == Phase::Storm && to >= 0 && dice.one_in(4);
            let mut asker = Asker { scene: &scene, name: &name, token: &token, dice: &mut dice };
            if says {
                self.say(user, to, &mut asker).await;
            } else {
                self.receive(user, &mut asker).await;
            }
        }
    }

    async fn say(&self, user: i64, to: i64, asker: &mut Asker<'_>) {
        let (content, at) = {
            let mut known = self.known();
            let at = known.said.len();
            let content = format!("{user} says {at} by the old contract");
            known.said.push((content.clone(), false));
            (content, at)
        };
        let message = json!({"QueueID": 0, "From": user, "FromName": "", "To": to, "ToName": "", "Content": content});
        let answer = asker.ask("POST", "/Message/Send", message.to_string().as_bytes()).await;
        let Some((status, _)) = answer else { return };
        asker.scene.trace.note(format_args!("{} hears of {at}: {status}", asker.name));
        self.known().said[at].1 = status == 200;
    }

    async fn receive(&self, user: i64, asker: &mut Asker<'_>) {
        let cursor = self.known().cursor;
        let path = format!("/Message/Receive?userId={user}&queueId={cursor}");
        let Some((200, body)) = asker.ask("GET", &path, &[]).await else { return };
        let Ok(message) = serde_json::from_slice::<Value>(&body) else { return };
        let Some(place) = message["queueID"].as_i64() else { return };
        let (from, content) = (message["from"].as_i64().unwrap_or_default(), message["content"].as_str());
        asker.scene.trace.note(format_args!("{} takes {place}", asker.name));
        asker.scene.check(place > cursor, || format!("{place} came behind {cursor} by the old contract"));
        let mut known = self.known();
        known.cursor = place;
        known.taken.push((place, from, content.unwrap_or_default().to_owned()));
    }

    /// Compares what came, and what was sent, with the whole log, which was read up to `end`.
    pub(crate) fn compare(&self, log: &[pb::Entry], end: i64, scene: &Scene) {
        let known = self.known();
        let text = |entry: &pb::Entry| String::from_utf8_lossy(&entry.content).into_owned();
        let is_theirs = |entry: &&pb::Entry| {
            let is_text = entry.content_type == pb::ContentType::Text as u32;
            is_text && entry.from != known.user && (entry.to == known.user || entry.to == 0) && entry.queue_id <= end
        };
        let meant: Vec<_> =
            log.iter().filter(is_theirs).map(|entry| (entry.queue_id, entry.from, text(entry))).collect();
        let missing = meant.iter().find(|one| !known.taken.contains(one));
        scene.check(missing.is_none(), || format!("lost by the old contract: {missing:?}"));
        let foreign = known.taken.iter().find(|one| one.0 <= end && !meant.contains(one));
        scene.check(foreign.is_none(), || format!("foreign by the old contract: {foreign:?}"));
        for (content, is_kept) in &known.said {
            let count = log.iter().filter(|entry| entry.from == known.user && text(entry) == *content).count();
            let fits = if *is_kept { count == 1 } else { count <= 1 };
            scene.check(fits, || format!("{content:?} is {count} times in the log; acknowledged: {is_kept}"));
        }
    }
}
