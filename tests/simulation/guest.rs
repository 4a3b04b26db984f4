//! Somebody who uses the real Rust client over simulated connections, and knows nothing of what breaks: it is the
//! library's work to come back, to repeat, and to give each entry once.

use std::io;

use longlink::wire::pb;
use longlink_client::{Client, Dial, Event, Events, Resume, Sending, Settings};
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::bot::acts::TEXT_BYTES_MAX;
use crate::bot::{Bot, Saying};
use crate::cable::End;
use crate::dice::Dice;
use crate::scene::{Phase, Scene};

struct Dialler {
    scene: Scene,
    name: String,
    dice: Dice,
}

impl Dial for Dialler {
    type Io = End;

    async fn dial(&mut self) -> io::Result<End> {
        // The library's own pause is random, which nobody could repeat: it is none, and this is in its place.
        sleep(self.dice.ms(20..=800)).await;
        let end = self.scene.dial(&self.name, &mut self.dice).await;
        end.ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
    }
}

/// One run of an app, which ends with the runtime.
struct App {
    bot: Bot,
    scene: Scene,
    client: Client,
    link: u32,
    sending: Option<(String, Sending)>,
}

pub(crate) async fn live(bot: Bot, scene: Scene) {
    let (mut settings, dialler) = {
        let mut device = bot.device();
        let mut settings = Settings::token(device.token.clone());
        settings.device_id = device.name.clone();
        settings.resume = device.place.clone().map(|(epoch, cursor)| Resume { epoch, cursor });
        let dice = device.dice.fork();
        (settings, Dialler { scene: scene.clone(), name: device.name.clone(), dice })
    };
    (settings.pause_min, settings.pause_max) = (Duration::ZERO, Duration::ZERO);
    // Few, so that an app that takes none stops the link from being read.
    settings.events_max = 4;
    let (client, mut events) = Client::connect_with(dialler, settings);
    let Some(link) = arrive(&bot, &scene, &mut events).await else { return };
    App { bot, scene, client, link, sending: None }.live(&mut events).await;
}

/// Waits for the first login. All connections of one run are one link in the history: the library promises each entry
/// once over all of them.
async fn arrive(bot: &Bot, scene: &Scene, events: &mut Events) -> Option<u32> {
    loop {
        let event = events.recv().await?;
        let Event::Connected(now) = event else {
            let is_so_far = matches!(event, Event::Disconnected { .. });
            scene.check(is_so_far, || format!("before its first login the client tells {event:?}"));
            if is_so_far {
                continue;
            }
            return None;
        };
        let mut device = bot.device();
        let resume = device.place.clone();
        let resume = resume.as_ref().map(|(epoch, cursor)| (epoch.as_str(), *cursor));
        let resumed = if resume.is_some() { pb::ResumeOutcome::Continued } else { pb::ResumeOutcome::Live };
        let mut reply = pb::HelloReply { epoch: now.epoch.clone(), head: now.cursor, ..Default::default() };
        reply.set_resumed(resumed);
        let link = scene.recorder.link(device.reader, resume, &reply);
        scene.trace.note(format_args!("{} is linked as {link}, behind {resume:?}", device.name));
        device.place.get_or_insert((now.epoch, now.cursor));
        return Some(link);
    }
}

impl App {
    async fn live(mut self, events: &mut Events) {
        let mut next_act = Instant::now();
        loop {
            tokio::select! {
                biased;
                event = events.recv() => match event {
                    Some(event) => self.take(event, events),
                    None => return,
                },
                answer = answered(&mut self.sending) => self.sent(answer),
                () = sleep_until(next_act) => {
                    let pause = self.bot.device().dice.ms(100..=2_000);
                    self.say();
                    next_act = Instant::now() + pause;
                    if self.scene.phase() == Phase::Storm && self.bot.device().dice.one_in(12) {
                        self.scene.trace.note(format_args!("the app on link {} is busy", self.link));
                        sleep(pause * 3).await;
                    }
                }
            }
        }
    }

    fn take(&self, event: Event, events: &Events) {
        match event {
            Event::Entry(entry) => {
                self.scene.recorder.got(self.link, std::slice::from_ref(&entry));
                let mut device = self.bot.device();
                self.scene.trace.note(format_args!("{} takes {}", device.name, entry.queue_id));
                if let (Some(place), Some(resume)) = (&mut device.place, events.resume()) {
                    *place = (resume.epoch.clone(), resume.cursor);
                }
            }
            Event::StartOver { .. } | Event::Ended(_) => {
                self.scene.check(false, || format!("the client tells {event:?}"))
            }
            Event::Connected(_)
            | Event::Disconnected { .. }
            | Event::Receipt(_)
            | Event::Typing(_)
            | Event::Presence(_)
            | Event::Contact(_)
            | Event::Conversation(_)
            | Event::GroupRequest(_) => {}
        }
    }

    /// One at a time: what the library repeats by itself, and in which order, the history does not see.
    fn say(&mut self) {
        if self.sending.is_some() {
            return;
        }
        if self.bot.device().unanswered.is_empty() {
            if self.scene.phase() == Phase::Calm {
                return;
            }
            let to = self.scene.somebody(&mut self.bot.device().dice);
            let mut device = self.bot.device();
            device.said += 1;
            let id = format!("{}-{}", device.name, device.said);
            let length = device.dice.between(0..=TEXT_BYTES_MAX) as usize;
            let content = format!("{id} {}", "x".repeat(length));
            device.unanswered.push_back(Saying { id, to, content, was_tried: false, not_before: None });
        }
        let (user, saying) = {
            let mut device = self.bot.device();
            let Some(first) = device.unanswered.front_mut() else { return };
            let saying = first.clone();
            first.was_tried = true;
            (device.user, saying)
        };
        if saying.was_tried {
            self.scene.recorder.again(self.link, user, &saying.id);
        } else {
            self.scene.recorder.ask(self.link, user, saying.to, &saying.id, &saying.content);
        }
        let sending = self.client.send_request(saying.request());
        self.scene.check(sending.is_ok(), || format!("the client takes no message: {sending:?}"));
        self.sending = sending.ok().map(|sending| (saying.id, sending));
    }

    fn sent(&mut self, (id, answer): (String, Result<pb::SendReply, longlink_client::AskError>)) {
        let user = self.bot.device().user;
        let (code, at) = match answer {
            Ok(reply) => (reply.code(), reply.queue_id),
            Err(longlink_client::AskError::Refused(refused)) => (refused.code, 0),
            Err(other) => {
                return self.scene.check(false, || format!("the client gives up on {id}: {other}"));
            }
        };
        self.scene.trace.note(format_args!("the app on link {} hears of {id}: {code:?} at {at}", self.link));
        self.scene.recorder.answered(self.link, user, &id, code.into(), at);
        if code.is_temporary() {
            return;
        }
        self.bot.device().unanswered.retain(|saying| saying.id != id);
        if code == pb::Code::Ok {
            self.scene.acknowledged(user, &id, at);
        }
    }
}

/// The answer to what is being sent, when it is there.
async fn answered(
    sending: &mut Option<(String, Sending)>,
) -> (String, Result<pb::SendReply, longlink_client::AskError>) {
    let Some((_, under_way)) = sending else { return std::future::pending().await };
    let answer = under_way.await;
    let id = sending.take().map(|(id, _)| id).unwrap_or_default();
    (id, answer)
}
