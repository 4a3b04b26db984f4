//! One world: a server that lives, dies and comes back on the same disk, and those who use it. After each death it is
//! looked at whether all that was acknowledged is there; at the end everything calms down, and all must have all.

mod finale;
mod watch;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use longlink::blocking;
use longlink::server::Server;
use longlink::store::Log;
use longlink::wire::CloseReason;
use longlink_bot::check::recorder::Recorder;
use longlink_bot::check::verdict::Counts;
use tokio::runtime::Builder;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::bot::{Bot, Device, Door};
use crate::bug::Bug;
use crate::dice::Dice;
use crate::disk::Disk;
use crate::elder::Elder;
use crate::fault::{self, Fault};
use crate::plan::{OUTBOX_BYTES_MAX, plan};
use crate::scene::{Scene, spawn};
use crate::store::{LOG, Simulated};
use crate::support::TODAY_MS;
use crate::trace::Trace;

/// How a world is to be played.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {
    pub(crate) bug: Option<Bug>,
    /// Faults that are left out.
    pub(crate) without: Vec<Fault>,
    /// Every line of the trace is printed as it happens.
    pub(crate) aloud: bool,
}

/// What became of a world.
pub(crate) struct Played {
    pub(crate) seed: u64,
    /// How much happened, and the hash over all of it.
    pub(crate) events: u64,
    pub(crate) hash: u64,
    /// How long it took, in its own time.
    pub(crate) lasted: Duration,
    pub(crate) lives: u64,
    pub(crate) counts: Counts,
    /// What promises were broken. Empty: none.
    pub(crate) wrong: Vec<String>,
    pub(crate) last: Vec<String>,
}

pub(crate) struct World {
    seed: u64,
    setting: Setting,
    dice: Dice,
    trace: Trace,
    disk: Disk,
    scene: Scene,
    bots: Vec<Bot>,
    /// In every other world.
    elder: Option<Elder>,
}

/// Plays the world of a seed from its beginning to its end. What lies in `home` does not matter to it.
pub(crate) fn play(seed: u64, setting: &Setting, home: &Path) -> Played {
    let trace = Trace::new(setting.aloud);
    let mut dice = Dice::of(seed, "the world");
    let recorder = Recorder::new(seed, None).unwrap();
    let users: Vec<i64> = (1..=dice.between(2..=4) as i64).collect();
    // One more may be written to than there are devices of: in every other world they come by the old contract.
    let written_to: Vec<i64> = (1..=users.len() as i64 + 1).collect();
    let scene = Scene::new(recorder, trace.clone(), setting.bug, &written_to);
    let setting = setting.clone();
    let mut world = World { seed, setting, dice, trace, disk: Disk::new(seed), scene, bots: Vec::new(), elder: None };
    let deaths = world.dice.between(0..=3);
    let mut ended = Ok(0);
    for life in 0..=deaths {
        ended = world.live(life, life == deaths, home, &users);
        if ended.is_err() || !world.scene.wrong().is_empty() {
            break;
        }
    }
    world.judge(ended, deaths + 1)
}

impl World {
    /// One life of the server, in a runtime of its own: when it is dropped, everything in it dies where it waits.
    fn live(&mut self, life: u64, is_last: bool, home: &Path, users: &[i64]) -> Result<i64, String> {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let mut delays = Dice::of(self.seed, &format!("the threads of life {life}"));
        blocking::simulate(Some(Box::new(move || delays.ms(0..=3))));
        let ended = runtime.block_on(async {
            self.trace.begin_life();
            let ended = self.live_on(life, is_last, home, users).await;
            self.trace.end_life();
            ended
        });
        drop(runtime);
        blocking::simulate(None);
        self.scene.shut();
        ended
    }

    async fn live_on(&mut self, life: u64, is_last: bool, home: &Path, users: &[i64]) -> Result<i64, String> {
        self.trace.note(format_args!("life {life} begins"));
        self.disk.lock().mood = Default::default();
        let dice = Dice::of(self.seed, &format!("the store of life {life}"));
        let store = Simulated::open(&self.disk, dice, &self.scene);
        self.check_kept(&store);
        spawn(Arc::clone(&store).write());
        let server = self.start(&store, home).await?;
        if life == 0 {
            self.settle(&server, users).await?;
        }
        self.disk.lock().mood.sync_ms_max = self.dice.between(0..=30);
        self.scene.open(&server);
        for bot in &self.bots {
            spawn(bot.clone().live(self.scene.clone()));
        }
        if let Some(elder) = &self.elder {
            spawn(elder.clone().live(self.scene.clone()));
        }
        spawn(watch::bounds(self.scene.clone(), Arc::clone(&server), Arc::clone(&store)));
        if is_last {
            sleep(self.dice.ms(0..=4_000)).await;
            return self.come_to_rest(server, &store).await;
        }
        let dice = Dice::of(self.seed, &format!("the storm of life {life}"));
        spawn(fault::storm(self.scene.clone(), self.disk.clone(), dice, self.setting.without.clone()));
        self.die(server).await;
        Ok(0)
    }

    async fn start(&self, store: &Arc<Simulated>, home: &Path) -> Result<Arc<Server>, String> {
        let wall_ms = TODAY_MS + self.trace.elapsed().as_millis() as i64;
        let outbox = if self.setting.bug == Some(Bug::BoundlessOutbox) { u32::MAX } else { OUTBOX_BYTES_MAX };
        let plan = plan(Arc::clone(store) as _, home, wall_ms, outbox);
        Server::start(plan).await.map(Arc::new).map_err(|error| format!("the server did not start: {error}"))
    }

    /// Accounts, and devices for them.
    async fn settle(&mut self, server: &Server, users: &[i64]) -> Result<(), String> {
        for user in users {
            let name = format!("user {user}");
            let made = server.chat().add_account(&name, None).await.map_err(|refused| refused.to_string())?;
            self.scene.check(made.get() == *user, || format!("user {user} was made as {made}"));
            let (token, _) = server.chat().make_token(&name).map_err(|refused| refused.to_string())?;
            for device in 0..self.dice.between(1..=2) {
                let door = match self.dice.between(0..=4) {
                    0 => Door::Client,
                    1 => Door::Http,
                    _ => Door::Link,
                };
                self.add_bot(door, *user, &token, format!("u{user}d{device}"));
            }
        }
        if self.dice.one_in(2) {
            let name = "an old friend";
            let made = server.chat().add_account(name, None).await.map_err(|refused| refused.to_string())?;
            let (token, _) = server.chat().make_token(name).map_err(|refused| refused.to_string())?;
            self.elder = Some(Elder::new(made.get(), token, Dice::of(self.seed, name)));
        }
        Ok(())
    }

    fn add_bot(&mut self, door: Door, user: i64, token: &str, name: String) -> Bot {
        let bot = Bot::new(Device {
            door,
            reader: self.scene.recorder.reader(user, name.clone(), true),
            dice: Dice::of(self.seed, &name),
            name,
            user,
            token: token.to_owned(),
            place: None,
            unanswered: Default::default(),
            said: 0,
        });
        self.bots.push(bot.clone());
        bot
    }

    /// The server lives for a while, and dies in one of several ways.
    async fn die(&mut self, server: Arc<Server>) {
        let long = self.dice.ms(1_000..=9_000);
        let (way, steps) = (self.dice.between(0..=9), self.dice.between(0..=40));
        let has_failed = tokio::select! {
            biased;
            why = server.failed() => {
                self.trace.note(format_args!("the server stops: {why}"));
                true
            }
            () = sleep(long) => false,
        };
        // In the middle of what is done at this moment, and not only between moments.
        for _ in 0..steps {
            yield_now().await;
        }
        let how = match way {
            0..=4 => Fault::PowerCut,
            5..=7 => Fault::Kill,
            _ => Fault::Stop,
        };
        let how = if has_failed || self.setting.without.contains(&how) { Fault::Stop } else { how };
        self.scene.recorder.fault(how.word());
        if how == Fault::PowerCut {
            let lost = self.disk.cut_power(&mut self.dice);
            self.trace.note(format_args!("the power is cut, {lost} writes are lost"));
        } else if how == Fault::Kill {
            self.trace.note("the process is killed");
            self.disk.outlive_process();
        } else {
            let reason = if has_failed { CloseReason::StoreFailed } else { CloseReason::Shutdown };
            self.trace.note("the server is told to stop");
            self.stop(server, reason).await;
            self.disk.outlive_process();
        }
    }

    async fn stop(&self, server: Arc<Server>, reason: CloseReason) {
        self.scene.shut_door();
        match Arc::into_inner(server) {
            Some(server) => server.stop(reason).await,
            None => self.scene.check(false, || "somebody holds the server that is to stop".to_owned()),
        }
    }

    /// What was acknowledged before the server died is in the log of its next life, where it was said to be.
    fn check_kept(&self, store: &Simulated) {
        for (user, id, at) in self.scene.all_acknowledged() {
            let user_id = longlink::id::UserId::parse(user).expect("users are numbered from 1");
            let found = futures_util::FutureExt::now_or_never(store.memory.find(LOG, user_id, &id));
            let found = found.and_then(Result::ok).flatten().map(|found| found.queue_id.get());
            let otherwise =
                || format!("{id} of {user} was acknowledged as entry {at}, and after a restart is {found:?}");
            self.scene.check(found == Some(at), otherwise);
        }
    }

    fn judge(self, ended: Result<i64, String>, lives: u64) -> Played {
        let mut wrong = self.scene.wrong();
        let upto = ended.unwrap_or_else(|error| {
            wrong.push(error);
            0
        });
        let mut counts = Counts::default();
        self.scene.tell_put_off();
        match self.scene.recorder.finish(upto) {
            Ok(verdict) => {
                wrong.extend(verdict.findings.iter().map(|found| format!("{}: {}", found.kind.word(), found.text)));
                counts = verdict.counts;
            }
            Err(error) => wrong.push(error),
        }
        let (events, hash) = self.trace.sum();
        let (lasted, last) = (self.trace.elapsed(), self.trace.last(60));
        Played { seed: self.seed, events, hash, lasted, lives, counts, wrong, last }
    }
}
