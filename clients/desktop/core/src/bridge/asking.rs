//! Questions to the server, by name.

use std::sync::Arc;

use longlink_client::{AskError, Client};

use super::hand::Hand;
use super::receiving::keep_token;
use crate::model::{AnswerError, Answered, Asking, Ticket, Told, every_ask};

/// What has a name, and so is done once however often it is asked, is asked so often when the link breaks over it.
const ATTEMPTS_MAX: u32 = 5;

macro_rules! dispatch {
    ($($name:ident $request:ident $reply:ident;)*) => {
        /// Asks, and gives the answer under the same name.
        async fn ask_client(client: &Client, asking: Asking) -> Result<Answered, AskError> {
            match asking {
                $(Asking::$name(request) => client.ask(request).await.map(Answered::$name),)*
            }
        }
    };
}
every_ask!(dispatch);

impl Hand {
    pub(super) fn ask(self: &Arc<Self>, ticket: Ticket, asking: Asking) {
        let hand = Arc::clone(self);
        self.spawn(async move {
            // It is never closed.
            let Ok(_permit) = Arc::clone(&hand.asks).acquire_owned().await else { return };
            let answer = answered(&hand, asking).await.map(Box::new);
            let is_erased = matches!(answer.as_deref(), Ok(Answered::DeleteAccount(_)));
            hand.tell(Told::Answered { ticket, answer }).await;
            if is_erased {
                hand.erased.notify_one();
            }
        });
    }
}

async fn answered(hand: &Arc<Hand>, asking: Asking) -> Result<Answered, AnswerError> {
    // The person is told at once, and not when a link has not come in time.
    let client = hand.client().filter(Client::is_connected).ok_or(AnswerError::Away)?;
    let asked = if let Asking::ChangePassword(request) = asking {
        // The client goes on under the new token.
        let changed = client.change_password(request.old_password, request.new_password).await;
        if let Ok(reply) = &changed {
            let token = longlink_client::Secret::from(reply.token.as_str());
            if let Some(web) = hand.web() {
                web.set_token(token.clone());
            }
            keep_token(hand, token);
        }
        changed.map(Answered::ChangePassword)
    } else if matches!(asking, Asking::Recall(_) | Asking::Edit(_) | Asking::GroupCreate(_)) {
        ask_again(&client, asking).await
    } else {
        ask_client(&client, asking).await
    };
    asked.map_err(|error| match error {
        AskError::Refused(refused) => {
            AnswerError::Refused { code: refused.code, message: refused.message.into_owned() }
        }
        AskError::Closed(_) | AskError::AnotherLog => AnswerError::Away,
        AskError::Disconnected | AskError::TimedOut | AskError::Unreadable(_) => AnswerError::Undecided,
    })
}

async fn ask_again(client: &Client, asking: Asking) -> Result<Answered, AskError> {
    for _ in 1..ATTEMPTS_MAX {
        match ask_client(client, asking.clone()).await {
            Err(AskError::Disconnected | AskError::TimedOut) => {}
            decided => return decided,
        }
    }
    ask_client(client, asking).await
}
