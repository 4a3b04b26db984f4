//! Somebody who can hold no link: writes, and waits for what comes, by HTTP requests alone, each on a connection of its
//! own.

use longlink::wire::pb;
use tokio::time::sleep;

use crate::bot::acts::TEXT_BYTES_MAX;
use crate::bot::{Bot, Saying};
use crate::http::{Asker, hello};
use crate::scene::{Phase, Scene};

pub(crate) async fn live(bot: Bot, scene: Scene) {
    let (name, token, user, reader, mut dice) = {
        let mut device = bot.device();
        let dice = device.dice.fork();
        (device.name.clone(), device.token.clone(), device.user, device.reader, dice)
    };
    let mut link = None;
    loop {
        sleep(dice.ms(10..=700)).await;
        let mut asker = Asker { scene: &scene, name: &name, token: &token, dice: &mut dice };
        let place = bot.device().place.clone();
        let Some(link) = link else {
            let reply: Option<pb::HelloReply> = asker.cgi("hello", &hello(&token, &name, place.as_ref())).await;
            if let Some(reply) = reply.filter(|reply| reply.code() == pb::Code::Ok) {
                let resume = place.as_ref().map(|(epoch, cursor)| (epoch.as_str(), *cursor));
                link = Some(scene.recorder.link(reader, resume, &reply));
                bot.device().place.get_or_insert((reply.epoch, reply.head));
            }
            continue;
        };
        if scene.phase() == Phase::Storm && dice.one_in(3) {
            think_of_something(&bot, &scene);
        }
        let next = bot.device().unanswered.front().cloned();
        let mut asker = Asker { scene: &scene, name: &name, token: &token, dice: &mut dice };
        match next {
            Some(saying) => say(&bot, link, user, saying, &mut asker).await,
            None => read(&bot, link, &mut asker).await,
        }
    }
}

fn think_of_something(bot: &Bot, scene: &Scene) {
    let to = scene.somebody(&mut bot.device().dice);
    let mut device = bot.device();
    device.said += 1;
    let id = format!("{}-{}", device.name, device.said);
    let length = device.dice.between(0..=TEXT_BYTES_MAX) as usize;
    let content = format!("{id} {}", "x".repeat(length));
    device.unanswered.push_back(Saying { id, to, content, was_tried: false, not_before: None });
}

/// Says what is first, and nothing else before that has an answer.
async fn say(bot: &Bot, link: u32, user: i64, saying: Saying, asker: &mut Asker<'_>) {
    let Saying { id, to, content, was_tried, .. } = &saying;
    if *was_tried {
        asker.scene.recorder.again(link, user, id);
    } else {
        asker.scene.recorder.ask(link, user, *to, id, content);
    }
    if let Some(first) = bot.device().unanswered.front_mut() {
        first.was_tried = true;
    }
    let Some(reply) = asker.cgi::<pb::SendReply>("send", &saying.request()).await else { return };
    asker.scene.trace.note(format_args!("{} hears of {id}: {:?} at {}", asker.name, reply.code(), reply.queue_id));
    asker.scene.recorder.answered(link, user, id, reply.code, reply.queue_id);
    if reply.code().is_temporary() {
        return;
    }
    bot.device().unanswered.pop_front();
    if reply.code() == pb::Code::Ok {
        asker.scene.acknowledged(user, id, reply.queue_id);
    }
}

async fn read(bot: &Bot, link: u32, asker: &mut Asker<'_>) {
    let after = bot.device().place.as_ref().map_or(0, |(_, cursor)| *cursor);
    let request = pb::SyncRequest { after, limit: 0, wait_ms: asker.dice.between(0..=8_000) as u32 };
    let Some(page) = asker.cgi::<pb::SyncReply>("sync", &request).await else { return };
    if page.code() != pb::Code::Ok {
        return;
    }
    asker.scene.trace.note(format_args!("{} reads from {after} to {}", asker.name, page.cursor));
    asker.scene.recorder.page(link, after, &page);
    if let Some((_, cursor)) = &mut bot.device().place {
        *cursor = page.cursor.max(*cursor);
    }
}
