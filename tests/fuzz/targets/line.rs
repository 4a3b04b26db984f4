//! A line of an exported log: what can be read is written and read again the same.

use longlink::control::line::{entry_line, entry_of_line};
use longlink::store::Entry;

pub(crate) fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok((place, new)) = entry_of_line(text) else { return };
    let entry = Entry::new(place, new.clone()).message().unwrap();
    let again = entry_of_line(&entry_line(&entry).to_string()).unwrap();
    assert_eq!(again, (place, new));
}
