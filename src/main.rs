//! The program: see `longlink --help`, and `cli` for what it does.

use std::process::ExitCode;

// glibc's allocator wastes some 280 bytes on every link, since tokio aligns its tasks to cache lines.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    longlink::cli::run()
}
