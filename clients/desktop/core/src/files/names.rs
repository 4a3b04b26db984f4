//! How a file that somebody else named may be called on this machine.

use std::path::{Path, PathBuf};

/// In bytes: every file system takes it, with a number behind it.
const NAME_BYTES_MAX: usize = 200;
/// So many files of one name are told apart by numbers.
const NUMBERS_MAX: u32 = 10_000;

/// A name without a way to another folder, a device, or a hidden file; the same on all systems, since folders are shared.
pub fn safe_name(name: &str) -> String {
    // Only what stands behind the last separator, of any system's.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |letter: char| match letter {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        // These turn a name around, so that its end reads as its middle.
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    };
    let name: String = name.chars().map(plain).collect();
    // Windows passes over dots and blanks at the end; a dot in front hides a file elsewhere.
    let name = name.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' ']);
    let name = shortened(name);
    if name.is_empty() {
        "file".to_owned()
    } else if is_device(&name) {
        format!("_{name}")
    } else {
        name
    }
}

/// Where to put it in a folder: under its name, or with a number, if that is taken.
pub fn free_path(folder: &Path, name: &str) -> PathBuf {
    let name = safe_name(name);
    let (stem, extension) = split(&name);
    let numbered = (1..NUMBERS_MAX).map(|number| format!("{stem} ({number}){extension}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    let free = names.find(|name| !folder.join(name).exists());
    folder.join(free.unwrap_or(name))
}

/// Keeps the ending, by which a system knows what it is.
fn shortened(name: &str) -> String {
    if name.len() <= NAME_BYTES_MAX {
        return name.to_owned();
    }
    let (stem, extension) = split(name);
    let extension = if extension.len() > 20 { "" } else { extension };
    let room = NAME_BYTES_MAX - extension.len();
    let end = (0..=room).rev().find(|end| stem.is_char_boundary(*end)).unwrap_or_default();
    format!("{}{extension}", stem.get(..end).unwrap_or_default())
}

fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        Some(_) | None => (name, ""),
    }
}

/// On Windows these are devices, in any letter case and with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()) {
        return true;
    }
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        number.chars().count() == 1 && number.chars().all(|digit| digit.is_ascii_digit() || "¹²³".contains(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("C:\\Windows\\x.dll", "x.dll"),
            ("a:stream", "a_stream"),
            ("..", "file"),
            ("", "file"),
            ("   ", "file"),
            (".bashrc", "bashrc"),
            ("report.pdf. . ", "report.pdf"),
            ("what?.txt", "what_.txt"),
            ("a\nb\0c", "a_b_c"),
            ("photo\u{202E}gpj.exe", "photo_gpj.exe"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("com1.tar.gz", "_com1.tar.gz"),
            ("LPT².txt", "_LPT².txt"),
            ("console.txt", "console.txt"),
            ("com10", "com10"),
            ("你好.txt", "你好.txt"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
    }

    #[test]
    fn a_name_that_is_too_long_keeps_its_ending() {
        let long = format!("{}.jpeg", "字".repeat(200));
        let safe = safe_name(&long);
        assert!(safe.len() <= NAME_BYTES_MAX && safe.ends_with("字.jpeg"), "{safe}");
        assert!(safe_name(&"x".repeat(1000)).len() <= NAME_BYTES_MAX);
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        for expected in ["a.txt", "a (1).txt", "a (2).txt"] {
            let path = free_path(folder.path(), "x/a.txt");
            assert_eq!(path, folder.path().join(expected));
            std::fs::write(path, "").unwrap();
        }
    }
}
