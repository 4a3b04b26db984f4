//! What is asked about messages and conversations: the list of them, changing one, who has read it, whom it mentions.

use longlink_client::{Content, pb};

use super::{Done, Orders, Outcome};
use crate::chat::names::{in_words, is_called, look_up};

impl Orders {
    pub(in crate::chat) async fn chats(self) -> Outcome {
        let page = self.client.conversations(0, 0).await.map_err(|error| in_words(&error))?;
        for conversation in &page.conversations {
            match &conversation.who {
                Some(pb::conversation::Who::User(user)) => {
                    self.names.borrow_mut().learn_users(std::slice::from_ref(user));
                }
                Some(pb::conversation::Who::Group(group)) => {
                    self.names.borrow_mut().learn_groups(std::slice::from_ref(group));
                }
                None => {}
            }
        }
        let last = page.conversations.iter().filter_map(|conversation| conversation.last.as_ref());
        let missing = last.flat_map(|entry| self.names.borrow().missing_for(entry)).collect();
        look_up(&self.client, &self.names, missing).await;
        Ok(Done::Chats(page))
    }

    pub(in crate::chat) async fn edit(self, peer: i64, queue_id: i64, text: String) -> Outcome {
        let edited = self.client.edit(peer, queue_id, text.clone()).await.map_err(|error| in_words(&error))?;
        Ok(Done::Changed { queue_id, by: edited, text: Some(text) })
    }

    pub(in crate::chat) async fn recall(self, peer: i64, queue_id: i64) -> Outcome {
        let recalled = self.client.recall(peer, queue_id).await.map_err(|error| in_words(&error))?;
        Ok(Done::Changed { queue_id, by: recalled, text: None })
    }

    pub(in crate::chat) async fn read_by(self, group: i64, queue_id: i64) -> Outcome {
        let reply = self.client.readers(group, queue_id, 0).await.map_err(|error| in_words(&error))?;
        let Some(count) = reply.counts.first() else {
            return Err(format!("there is no message {queue_id} here"));
        };
        look_up(&self.client, &self.names, reply.readers.iter().copied().collect()).await;
        let names = self.names.borrow();
        let mut readers: Vec<String> = reply.readers.iter().map(|reader| names.user(*reader)).collect();
        if reply.more {
            readers.push("and more".to_owned());
        }
        let who = if readers.is_empty() { String::new() } else { format!(": {}", readers.join(", ")) };
        Ok(Done::Lines(format!("read by {} of {}{who}", count.read, count.members)))
    }

    pub(in crate::chat) async fn set(self, peer: i64, pinned: Option<bool>, quiet: Option<bool>) -> Outcome {
        // Both are replaced, so the other has to be known.
        let before = self.settings_of(peer).await?;
        let settings =
            pb::ConversationSettings { pinned: pinned.unwrap_or(before.pinned), muted: quiet.unwrap_or(before.muted) };
        self.client.conversation_set(peer, settings).await.map_err(|error| in_words(&error))?;
        Ok(Done::Set { peer, settings })
    }

    async fn settings_of(&self, peer: i64) -> Result<pb::ConversationSettings, String> {
        let mut before = 0;
        loop {
            let page = self.client.conversations(before, 200).await.map_err(|error| in_words(&error))?;
            if let Some(found) = page.conversations.iter().find(|conversation| conversation.peer == peer) {
                return Ok(found.settings.unwrap_or_default());
            }
            if !page.more || page.next == before {
                return Ok(pb::ConversationSettings::default());
            }
            before = page.next;
        }
    }

    /// Finds whom a text in a group mentions, and gives the message that says so. A word that is nobody's name is
    /// just a word.
    pub(in crate::chat) async fn say_with_mentions(self, peer: i64, text: String, reply_to: i64) -> Outcome {
        let words = mentioned(&text);
        let mut mentions: Vec<i64> = words.iter().filter(|word| **word == "all").map(|_| 0).take(1).collect();
        let names: Vec<String> = words.iter().filter(|word| **word != "all").map(|word| (*word).to_owned()).collect();
        if !names.is_empty() {
            let users = self.client.users_by_name(names.clone()).await.map_err(|error| in_words(&error))?;
            mentions
                .extend(users.iter().filter(|user| names.iter().any(|name| is_called(user, name))).map(|user| user.id));
        }
        Ok(Done::Say { peer, content: Content::from(text.as_str()).replying_to(reply_to).mentioning(mentions), text })
    }
}

/// The words behind an `@` that begins a word, each once.
pub(in crate::chat) fn mentioned(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for word in text.split_whitespace().filter_map(|word| word.strip_prefix('@')) {
        let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '_' && c != '-');
        if !word.is_empty() && !found.contains(&word) && found.len() < MENTIONS_MAX {
            found.push(word);
        }
    }
    found
}

/// The most that the server takes.
const MENTIONS_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_a_word_that_begins_with_an_at_sign() {
        assert_eq!(mentioned("@bob, look: @eve! (@nobody) a@b.c @bob @all"), ["bob", "eve", "all"]);
        assert_eq!(mentioned("@ @, hello"), Vec::<&str>::new());
        assert_eq!(mentioned("@小明 @mars-sample"), ["小明", "mars-sample"]);
    }
}
