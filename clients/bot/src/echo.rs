//! `bot echo`: answers each private message with the same text.

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use longlink_client::{AskError, Client, Event, SendError, pb};
use tokio::select;

use crate::failure::Failure;
use crate::login::{By, Login};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    login: Login,
}

pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let server = args.login.server.clone();
    let (settings, by) = args.login.settle().await?;
    let answers_max = settings.sends_max / 2;
    let (client, mut events) = Client::connect(&server, settings);
    println!("connecting to {server}");
    let mut me = 0;
    let mut answers: FuturesUnordered<BoxFuture<'static, String>> = FuturesUnordered::new();
    loop {
        select! {
            biased;
            interrupted = tokio::signal::ctrl_c() => {
                interrupted.map_err(|error| Failure::other(format!("cannot wait for an interrupt: {error}")))?;
                if by == By::Password {
                    // This device is not used again. That it could not be ended costs a token that expires by itself.
                    let _ = client.log_out().await;
                }
                client.close().await;
                return Ok(());
            }
            Some(line) = answers.next() => println!("{line}"),
            // While many answers are under way no more questions are taken.
            event = events.recv(), if answers.len() < answers_max => match event {
                Some(Event::Connected(now)) => {
                    me = now.user_id;
                    println!("logged in as user {me}");
                }
                Some(Event::Entry(entry)) => answers.extend(answer(&client, me, entry)?),
                Some(Event::Disconnected { why, retry_in }) => {
                    println!("{why}; trying again in {} ms", retry_in.as_millis());
                }
                Some(Event::StartOver { .. }) => println!("the server's log is a new one"),
                Some(
                    Event::Receipt(_)
                    | Event::Typing(_)
                    | Event::Presence(_)
                    | Event::Contact(_)
                    | Event::Conversation(_)
                    | Event::GroupRequest(_),
                ) => {}
                Some(Event::Ended(ended)) => return Failure::of_end(&ended),
                None => return Ok(()),
            },
        }
    }
}

/// Answers the entry if it wants an answer. The result says how that went; never what was written.
fn answer(client: &Client, me: i64, entry: pb::Entry) -> Result<Option<BoxFuture<'static, String>>, Failure> {
    if !wants_answer(me, &entry) {
        return Ok(None);
    }
    let (from, queue_id) = (entry.from, entry.queue_id);
    let request = pb::SendRequest {
        to: from,
        client_msg_id: format!("{ECHO}{queue_id}"),
        content_type: entry.content_type,
        content: entry.content,
        ..Default::default()
    };
    match client.send_request(request) {
        Ok(sending) => Ok(Some(Box::pin(async move { outcome(from, queue_id, sending.await) }))),
        // An answer is as large as the question was, and there are fewer at once than the queue takes.
        Err(error @ (SendError::QueueFull { .. } | SendError::TooLarge { .. })) => {
            Err(Failure::other(error.to_string()))
        }
        // The event that tells why is on its way.
        Err(SendError::Closed(_)) => Ok(None),
    }
}

fn outcome(from: i64, queue_id: i64, answered: Result<pb::SendReply, AskError>) -> String {
    match answered {
        Ok(kept) => format!("answered entry {queue_id} of user {from} by entry {}", kept.queue_id),
        Err(error) => format!("did not answer entry {queue_id} of user {from}: {error}"),
    }
}

/// Private messages of others, but not the answers of an echo: two of them would never stop.
fn wants_answer(me: i64, entry: &pb::Entry) -> bool {
    entry.to == me && entry.from != me && !entry.client_msg_id.starts_with(ECHO)
}

/// How the names of answers begin. With the question's number behind it, a question is answered once, whoever asks how
/// often.
const ECHO: &str = "echo-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_answers_others_in_private_and_neither_itself_nor_an_echo() {
        let question = pb::Entry { queue_id: 5, from: 3, to: 7, client_msg_id: "x".into(), ..Default::default() };
        assert!(wants_answer(7, &question));
        assert!(!wants_answer(7, &pb::Entry { from: 7, ..question.clone() }), "a note to self");
        assert!(!wants_answer(7, &pb::Entry { to: 0, ..question.clone() }), "for everyone");
        assert!(!wants_answer(7, &pb::Entry { to: -2, ..question.clone() }), "for a group");
        assert!(!wants_answer(7, &pb::Entry { client_msg_id: "echo-4".into(), ..question }));
    }
}
