//! The old contract: a `Receive` that waits for a message, and the next one behind it.

use std::str;

use serde::Deserialize;

use super::speech::Entry;
use super::{State, Worker};
use crate::load::plan::Seat;

/// So many headers are read of an answer.
const HEADERS_MAX: usize = 32;

/// As much of a message as we need.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "queueID")]
    queue_id: i64,
    from: i64,
    content: String,
}

impl Worker {
    pub(super) fn begin_polling(&mut self, seat: Seat) {
        let head = self.head;
        let now = crate::load::time::now_ns();
        if let Some(place) = self.place(seat) {
            // From what there was when everybody had come.
            place.cursor = place.cursor.max(head);
        }
        self.is_in(seat, now);
        self.poll_once(seat);
    }

    fn poll_once(&mut self, seat: Seat) {
        let Some(account) = self.plan.accounts.get(seat as usize) else { return };
        let cursor = self.seats.get(seat as usize).map_or(0, |place| place.cursor);
        let request = format!(
            "GET /Message/Receive?userId={}&queueId={cursor} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            account.id, self.plan.http, account.token
        );
        if let Some(out) = self.out(seat) {
            out.extend_from_slice(request.as_bytes());
        }
    }

    /// Takes whole answers, and says how many bytes they had.
    pub(super) fn hear_http(&mut self, seat: Seat, bytes: &[u8], now: u64) -> usize {
        let mut taken = 0;
        while let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty()) {
            match answer(rest) {
                Ok(Some((200, body, length))) => {
                    taken += length;
                    self.hear_answer(seat, body, now);
                }
                Ok(Some((status, ..))) => {
                    self.break_off(seat, &format!("poll refused: status {status}"));
                    return bytes.len();
                }
                Ok(None) => break,
                Err(what) => {
                    self.break_off(seat, &format!("poll: {what}"));
                    return bytes.len();
                }
            }
        }
        taken
    }

    fn hear_answer(&mut self, seat: Seat, body: &[u8], now: u64) {
        self.tally.counts.polls += 1;
        match serde_json::from_slice::<Option<Message>>(body) {
            Ok(Some(message)) => {
                let Message { queue_id, from, content } = message;
                self.hear_entry(seat, Entry { queue_id, from, content: content.as_bytes() }, now);
            }
            // Nothing came for so long as a request may wait.
            Ok(None) => {}
            Err(_) => return self.break_off(seat, "poll: an answer that is no message"),
        }
        if self.place(seat).is_some_and(|place| place.state == State::In) {
            self.poll_once(seat);
        }
    }
}

/// An answer's status, body, and length in all.
type Answer<'a> = (u16, &'a [u8], usize);

/// `None` while it is not whole.
fn answer(bytes: &[u8]) -> Result<Option<Answer<'_>>, &'static str> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Response::new(&mut headers);
    let head_bytes = match head.parse(bytes) {
        Ok(httparse::Status::Complete(bytes)) => bytes,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err("an answer that is not HTTP"),
    };
    let length = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| str::from_utf8(header.value).ok()?.trim().parse::<usize>().ok());
    let Some(end) = length.and_then(|length| head_bytes.checked_add(length)) else {
        return Err("an answer without a length");
    };
    Ok(bytes.get(head_bytes..end).map(|body| (head.code.unwrap_or(0), body, end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_when_it_is_whole() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nContent-Length: 4\r\n\r\nnullHTTP/1.1";
        assert_eq!(answer(whole), Ok(Some((200, &b"null"[..], whole.len() - 8))));
        for cut in 0..whole.len() - 8 {
            assert_eq!(answer(&whole[..cut]), Ok(None), "{cut}");
        }
        assert_eq!(answer(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"), Ok(Some((503, &b""[..], 40))));
    }

    #[test]
    fn what_is_no_answer_is_refused_and_never_waited_for() {
        assert!(answer(b"\x00\x00\x00\x14\x00\x00\x00\xc8").is_err());
        assert!(answer(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(answer(b"HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551615\r\n\r\n").is_err());
    }
}
