//! Gives the program for Windows its icon and its version.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=packaging/icon.ico");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "windows") {
        winresource::WindowsResource::new()
            .set_icon("packaging/icon.ico")
            .set("ProductName", "longlink")
            .set("FileDescription", "longlink")
            .compile()?;
    }
    Ok(())
}
