//! Bodies: any bytes as the body of any command. What can be read is written and read again the same.

use bytes::Bytes;
use longlink::wire::{Code, Request, pb};
use prost::Message;

use super::Script;

pub(crate) fn run(input: &[u8]) {
    let mut script = Script(input);
    let cmd_id = u32::from(script.byte()) | (u32::from(script.byte()) << 8);
    let body = Bytes::copy_from_slice(script.0);
    match Request::decode(cmd_id, body.clone()) {
        Ok(request) => assert!(!request.name().is_empty()),
        Err(refused) => assert!(matches!(refused.code, Code::BadRequest | Code::UnknownCommand)),
    }
    // What a client is sent, and what the server finds in the content of its own entries.
    comes_back::<pb::EntriesPush>(&body);
    comes_back::<pb::HelloReply>(&body);
    comes_back::<pb::ConversationsReply>(&body);
    comes_back::<pb::GroupEvent>(&body);
    comes_back::<pb::Media>(&body);
    comes_back::<pb::Edit>(&body);
}

fn comes_back<M: Message + Default + PartialEq>(body: &Bytes) {
    if let Ok(message) = M::decode(body.clone()) {
        let written = Bytes::from(message.encode_to_vec());
        assert_eq!(written.len(), message.encoded_len());
        assert!(M::decode(written).unwrap() == message);
    }
}
