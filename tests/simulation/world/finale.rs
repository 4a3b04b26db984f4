//! The end of a world: nothing breaks any more, everybody repeats what was not answered, and then all must have all.

use std::sync::Arc;
use std::time::Duration;

use longlink::id::QueueId;
use longlink::server::Server;
use longlink::store::Log;
use longlink::wire::{CloseReason, pb};
use tokio::time::{Instant, sleep};

use super::World;
use crate::bot::{Bot, Door, Saying};
use crate::scene::spawn;
use crate::store::{LOG, Simulated};

/// Within this everybody has everything: longer than any timeout of either side.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl World {
    /// Gives the place of the last entry: everybody had the time to read up to there.
    pub(super) async fn come_to_rest(&mut self, server: Arc<Server>, store: &Arc<Simulated>) -> Result<i64, String> {
        self.trace.note("everything calms down");
        self.scene.calm_down();
        self.disk.lock().mood = Default::default();
        self.until("has an answer to all that it said", |bot| bot.device().unanswered.is_empty()).await?;
        let end = self.say_the_end(&server).await?;
        self.until("has read to the end", |bot| bot.device().place.as_ref().is_some_and(|(_, cursor)| *cursor >= end))
            .await?;
        self.until_elder_has_read_to(end).await?;
        self.show_the_log(store, end)?;
        let links = Arc::clone(server.links());
        self.stop(server, CloseReason::Shutdown).await;
        let left = links.count();
        self.scene.check(left == 0, || format!("{left} links are left of a server that has stopped"));
        self.disk.outlive_process();
        Ok(end)
    }

    /// Waits until all bots are so.
    async fn until(&self, what: &str, is_so: impl Fn(&Bot) -> bool) -> Result<(), String> {
        let patient_until = Instant::now() + PATIENCE;
        loop {
            let Some(missing) = self.bots.iter().find(|bot| !is_so(bot)) else { return Ok(()) };
            if Instant::now() > patient_until {
                let device = missing.device();
                let (name, place, unanswered) = (&device.name, &device.place, &device.unanswered);
                return Err(format!("{name} never {what}: it is at {place:?}, with {unanswered:?} unanswered"));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn until_elder_has_read_to(&self, end: i64) -> Result<(), String> {
        let patient_until = Instant::now() + PATIENCE;
        while self.elder.as_ref().is_some_and(|elder| !elder.has_read_to(end)) {
            if Instant::now() > patient_until {
                return Err(format!("by the old contract {end} was never read"));
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Something to everyone, behind everything else: whoever has read it has read everything.
    async fn say_the_end(&mut self, server: &Server) -> Result<i64, String> {
        let (token, _) = server.chat().make_token("user 1").map_err(|refused| refused.to_string())?;
        let bot = self.add_bot(Door::Link, 1, &token, "the end".to_owned());
        let (id, content) = ("the end".to_owned(), "the end".to_owned());
        let saying = Saying { id, to: 0, content, was_tried: false, not_before: None };
        bot.device().unanswered.push_back(saying);
        spawn(bot.live(self.scene.clone()));
        self.until("has an answer to its last word", |bot| bot.device().unanswered.is_empty()).await?;
        // It wrote it on its link, and so is not shown it: its reading is not of interest.
        self.bots.pop();
        let said = self.scene.all_acknowledged();
        said.last().map(|(_, _, at)| *at).ok_or_else(|| "the end was not acknowledged".to_owned())
    }

    /// The whole log, as its operator reads it.
    fn show_the_log(&self, store: &Simulated, end: i64) -> Result<(), String> {
        let entries = store.read_log(LOG, QueueId::START, usize::MAX).map_err(|error| error.to_string())?;
        let shown: Result<Vec<pb::Entry>, _> = entries.iter().map(|entry| entry.message()).collect();
        let log = shown.map_err(|error| error.to_string())?;
        self.scene.recorder.log(0, &log);
        if let Some(elder) = &self.elder {
            elder.compare(&log, end, &self.scene);
        }
        Ok(())
    }
}
