//! Compiles `proto/` in pure Rust, so that a build needs no `protoc`.

use std::error::Error;

const ROOT: &str = "proto";
const FILES: &[&str] =
    &["longlink/v1/numbers.proto", "longlink/v1/link.proto", "longlink/v1/chat.proto", "longlink/v1/people.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    let files = protox::compile(FILES, [ROOT])?;
    prost_build::Config::new()
        // Content stays a slice of the frame that brought it.
        .bytes(["."])
        .compile_fds(files)?;
    Ok(())
}
