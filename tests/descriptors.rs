//! The protos of the contract as the build compiled them, comments included.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, EnumDescriptor, MessageDescriptor};

const PACKAGE: &str = "longlink.v1";

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(&include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"))[..]).unwrap()
});

/// Every message of the contract.
pub(crate) fn messages() -> impl Iterator<Item = MessageDescriptor> {
    POOL.all_messages().filter(|message| message.package_name() == PACKAGE)
}

/// A message by its name without the package.
pub(crate) fn message(name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(&format!("{PACKAGE}.{name}"))
}

/// A message of Mars' sample.
pub(crate) fn sample_message(name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(&format!("mars.sample.{name}"))
}

/// Every enum of the contract.
pub(crate) fn enums() -> impl Iterator<Item = EnumDescriptor> {
    POOL.all_enums().filter(|described| described.package_name() == PACKAGE)
}

/// An enum by its name without the package.
pub(crate) fn enumeration(name: &str) -> EnumDescriptor {
    POOL.get_enum_by_name(&format!("{PACKAGE}.{name}")).unwrap_or_else(|| panic!("the protos have no enum {name}"))
}

/// The comment above something in the file that `path` leads into, as one line.
pub(crate) fn comment(described: &EnumDescriptor, path: &[i32]) -> String {
    let file = described.parent_file();
    let info = file.file_descriptor_proto().source_code_info.as_ref().expect("the build keeps the comments");
    let location = info.location.iter().find(|location| location.path == path);
    let text = location.map(|location| location.leading_comments().to_owned()).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
