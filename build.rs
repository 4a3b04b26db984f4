//! Compiles `proto/` in pure Rust, so that a build needs no `protoc`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use prost::Message;

const ROOT: &str = "proto";
const FILES: &[&str] = &[
    "longlink/v1/numbers.proto",
    "longlink/v1/link.proto",
    "longlink/v1/chat.proto",
    "longlink/v1/group.proto",
    "longlink/v1/people.proto",
    "mars/sample.proto",
];

/// What carries passwords, tokens and invitations.
const SECRET: &[&str] = &[
    ".longlink.v1.HelloRequest",
    ".longlink.v1.PasswordCredential",
    ".longlink.v1.HelloReply",
    ".longlink.v1.RegisterRequest",
    ".longlink.v1.ChangePasswordRequest",
    ".longlink.v1.ChangePasswordReply",
    ".longlink.v1.DeleteAccountRequest",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    let files = protox::compile(FILES, [ROOT])?;
    // The descriptors, comments included, for the tests that hold the protos against PROTOCOL.md and the vectors.
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR for a build script")?;
    fs::write(Path::new(&out).join("descriptors.bin"), files.encode_to_vec())?;
    prost_build::Config::new()
        // Content stays a slice of the frame that brought it.
        .bytes(["."])
        // Who prints these is told by `src/wire/hidden.rs` what of them.
        .skip_debug(SECRET)
        .compile_fds(files)?;
    Ok(())
}
