//! The protos as the build compiled them: what turns bodies into JSON and back, and what the API tells of itself.

use std::sync::LazyLock;

use bytes::Bytes;
use prost::Message;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, FileDescriptor, MessageDescriptor, SerializeOptions,
};

const PACKAGE: &str = "longlink.v1";

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let compiled = &include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"))[..];
    // They are part of this program, and a test reads every message of them.
    DescriptorPool::decode(compiled).expect("the build wrote descriptors")
});

/// A message by its name without the package.
pub(super) fn message(name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(&format!("{PACKAGE}.{name}"))
}

/// A message's encoding, from the JSON that the protobuf project defines for it. Unknown keys are passed over.
pub(super) fn from_json(message: MessageDescriptor, json: &[u8]) -> Result<Bytes, serde_json::Error> {
    // No body is a message that says nothing, as it is in protobuf.
    let json = if json.trim_ascii().is_empty() { b"{}" } else { json };
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = DynamicMessage::deserialize_with_options(message, &mut deserializer, &options)?;
    deserializer.end()?;
    Ok(read.encode_to_vec().into())
}

/// The JSON of an encoded message, every field in it.
pub(super) fn to_json(message: MessageDescriptor, body: Bytes) -> Option<Vec<u8>> {
    let read = DynamicMessage::decode(message, body).ok()?;
    let mut json = serde_json::Serializer::new(Vec::new());
    read.serialize_with_options(&mut json, &SerializeOptions::new().skip_default_fields(false)).ok()?;
    Some(json.into_inner())
}

/// The comment above what `path` leads to in a file, as one line.
pub(super) fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let location = info.and_then(|info| info.location.iter().find(|location| location.path == path));
    let text = location.map(|location| location.leading_comments().to_owned()).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::COMMANDS;

    #[test]
    fn every_command_has_its_messages_and_each_goes_through_json() {
        for row in COMMANDS {
            for name in [row.request, row.reply] {
                let described = message(name).unwrap();
                let json = to_json(described.clone(), Bytes::new()).unwrap();
                assert_eq!(from_json(described, &json).unwrap(), Bytes::new(), "{name}");
            }
        }
    }
}
