//! An entry as one JSON object: how the log is shown, exported, and read in again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::id::{Peer, QueueId, UserId};
use crate::store::NewEntry;
use crate::wire::pb;

/// Text as text, other content in base64, so that nothing is changed on the way there and back.
pub fn entry_line(entry: &pb::Entry) -> Value {
    let mut line = json!({
        "queue_id": entry.queue_id,
        "from": entry.from,
        "to": entry.to,
        "client_msg_id": entry.client_msg_id,
        "content_type": entry.content_type,
        "sent_at_ms": entry.sent_at_ms,
    });
    let content = match std::str::from_utf8(&entry.content) {
        Ok(text) => ("text", json!(text)),
        Err(_) => ("base64", json!(BASE64.encode(&entry.content))),
    };
    if let Some(object) = line.as_object_mut() {
        object.insert(content.0.to_owned(), content.1);
        if entry.reply_to != 0 {
            object.insert("reply_to".to_owned(), json!(entry.reply_to));
        }
        if !entry.mentions.is_empty() {
            object.insert("mentions".to_owned(), json!(entry.mentions));
        }
    }
    line
}

/// What goes before the entries of a log of which the oldest were removed: from there on it is whole, and what comes
/// before tells of groups.
pub fn kept_from_line(kept_from: QueueId) -> Value {
    json!({ "kept_from": kept_from.get() })
}

/// The place that such a line names; `None` if it is another line.
pub fn kept_from_of_line(line: &str) -> Option<QueueId> {
    let line: Value = serde_json::from_str(line).ok()?;
    line.get("kept_from")?.as_i64().filter(|place| *place > 0).map(QueueId::cursor)
}

/// The entry that `entry_line` made a line of, and its place; or what is the matter with the line.
pub fn entry_of_line(line: &str) -> Result<(QueueId, NewEntry), String> {
    let line: Value = serde_json::from_str(line).map_err(|error| format!("not a JSON object: {error}"))?;
    let value = |key: &str| line.get(key).unwrap_or(&Value::Null);
    let number = |key: &str| value(key).as_i64().ok_or_else(|| format!("{key} is missing, or not a number"));
    let text = |key: &str| value(key).as_str().ok_or_else(|| format!("{key} is missing, or not text"));
    let place = number("queue_id")?;
    let from = UserId::parse(number("from")?).ok_or("from is nobody's number")?;
    let to = Peer::parse(number("to")?).ok_or("to is nobody's number")?;
    let client_msg_id = text("client_msg_id")?.to_owned();
    if !(1..=64).contains(&client_msg_id.len()) {
        return Err(format!("client_msg_id has {} bytes, not 1 to 64", client_msg_id.len()));
    }
    let content_type = u32::try_from(number("content_type")?).map_err(|_| "content_type is out of its bounds")?;
    let content = match value("text").as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => BASE64.decode(text("base64")?).map_err(|error| format!("base64 cannot be read: {error}"))?,
    };
    let sent_at_ms = number("sent_at_ms")?;
    // Most entries have neither, and their lines do not say so.
    let reply_to = if value("reply_to").is_null() { 0 } else { number("reply_to")? };
    let mentions = match value("mentions") {
        users if users.is_null() => Vec::new(),
        users => serde_json::from_value(users.clone()).map_err(|_| "mentions are no list of numbers")?,
    };
    let content = content.into();
    let entry = NewEntry { from, to, client_msg_id, content_type, content, reply_to, mentions, sent_at_ms, origin: 0 };
    Ok((QueueId::cursor(place), entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(content: &'static [u8]) -> pb::Entry {
        pb::Entry {
            queue_id: i64::MAX,
            from: 3,
            to: -4,
            client_msg_id: "a \"name\"\n".into(),
            content_type: u32::MAX,
            content: content.into(),
            sent_at_ms: -1,
            reply_to: 5,
            mentions: vec![0, 7],
            changed_by: 0,
        }
    }

    #[test]
    fn a_line_gives_back_the_entry_whatever_its_content() {
        for content in [&b""[..], "你好\u{0}\n\"".as_bytes(), b"\xff\x00\xfe"] {
            let entry = entry(content);
            let text = entry_line(&entry).to_string();
            assert_eq!(text.lines().count(), 1, "{text}");
            let (place, new) = entry_of_line(&text).unwrap();
            let read = pb::Entry {
                queue_id: place.get(),
                from: new.from.get(),
                to: new.to.get(),
                client_msg_id: new.client_msg_id,
                content_type: new.content_type,
                content: new.content,
                sent_at_ms: new.sent_at_ms,
                reply_to: new.reply_to,
                mentions: new.mentions,
                changed_by: 0,
            };
            assert_eq!(read, entry);
        }
    }

    #[test]
    fn a_line_that_is_no_entry_is_refused_by_what_is_wrong_with_it() {
        assert!(entry_of_line("").unwrap_err().starts_with("not a JSON object"));
        for key in ["queue_id", "from", "to", "client_msg_id", "content_type", "text", "sent_at_ms"] {
            let mut line = entry_line(&entry(b"hello"));
            line.as_object_mut().unwrap().remove(key);
            let wrong = entry_of_line(&line.to_string()).unwrap_err();
            assert!(wrong.contains(if key == "text" { "base64" } else { key }), "{wrong}");
        }
        let mut line = entry_line(&entry(b"hello"));
        line["from"] = json!(0);
        assert_eq!(entry_of_line(&line.to_string()).unwrap_err(), "from is nobody's number");
    }
}
