//! What the sample apps of Mars ask: four commands of their own numbers and messages, without a login.

use bytes::Bytes;
use prost::Message;

use super::mars::{Command, ConversationListRequest, HelloRequest, SendMessageRequest};

/// A request of the sample.
#[derive(Clone, Debug, PartialEq)]
pub enum SampleRequest {
    Hello(HelloRequest),
    Hello2(HelloRequest),
    SendMessage(SendMessageRequest),
    ConversationList(ConversationListRequest),
    /// A body that cannot be read. It is answered all the same, in the shape that this command's answers have.
    Unreadable(Command),
}

impl SampleRequest {
    /// Reads the body of a frame; `None` if no request of the sample has this command.
    pub fn decode(cmd_id: u32, body: Bytes) -> Option<Self> {
        let command = i32::try_from(cmd_id).ok().and_then(|number| Command::try_from(number).ok())?;
        let read = match command {
            Command::Hello => HelloRequest::decode(body).map(Self::Hello),
            Command::Hello2 => HelloRequest::decode(body).map(Self::Hello2),
            Command::SendMessage => SendMessageRequest::decode(body).map(Self::SendMessage),
            Command::ConversationList => ConversationListRequest::decode(body).map(Self::ConversationList),
            Command::Unknown | Command::MessagePush => return None,
        };
        Some(read.unwrap_or(Self::Unreadable(command)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_four_requests_of_the_sample_are_read() {
        let read: Vec<u32> = (0..20_000).filter(|cmd| SampleRequest::decode(*cmd, Bytes::new()).is_some()).collect();
        assert_eq!(read, [1, 3, 4, 8]);
        let garbage = Bytes::from_static(b"\xff\xff");
        assert_eq!(SampleRequest::decode(3, garbage), Some(SampleRequest::Unreadable(Command::SendMessage)));
    }
}
