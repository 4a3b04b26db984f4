//! Text from others on a terminal: nothing in it may move the cursor, change colours, or pass for another line.

/// Makes text harmless as one line. Newlines are shown as a sign.
pub(crate) fn one_line(text: &str) -> String {
    text.trim_end_matches(['\n', '\r']).chars().map(|c| if c == '\n' { '⏎' } else { harmless(c) }).collect()
}

/// Makes text harmless, with lines after the first set in, so that none passes for a message of its own.
pub(crate) fn indented(text: &str, indent: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (n, line) in text.trim_end_matches(['\n', '\r']).split('\n').enumerate() {
        if n > 0 {
            shown.push('\n');
            shown.push_str(indent);
        }
        shown.extend(line.strip_suffix('\r').unwrap_or(line).chars().map(harmless));
    }
    shown
}

/// The first so many characters of it.
pub(crate) fn shortened(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// How long ago something was, in the words of a chat.
pub(crate) fn ago(then_ms: i64, now_ms: i64) -> String {
    let minutes = now_ms.saturating_sub(then_ms) / 60_000;
    match minutes {
        i64::MIN..=0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..1_440 => format!("{} h ago", minutes / 60),
        1_440..2_880 => "yesterday".to_owned(),
        2_880.. => format!("{} days ago", minutes / 1_440),
    }
}

fn harmless(c: char) -> char {
    match c {
        '\t' => ' ',
        '\0'..='\x1F' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7F' => '␡',
        // The second control set, line and paragraph separators, and what turns the direction of text.
        '\u{80}'..='\u{9F}'
        | '\u{61C}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_instead_of_obeyed() {
        assert_eq!(one_line("\x1b[2J\x1b]0;title\x07hi\r\u{9b}31m"), "␛[2J␛]0;title␇hi␍\u{fffd}31m");
        assert_eq!(one_line("a\u{202e}b\u{2028}c"), "a\u{fffd}b\u{fffd}c");
        for c in (0..=0x10FFFF).filter_map(char::from_u32) {
            assert!(!harmless(c).is_control(), "{c:?}");
        }
    }

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        let text = "héllo 世界 👋🏽 שלום";
        assert_eq!(one_line(text), text);
        assert_eq!(indented(text, "  "), text);
    }

    #[test]
    fn a_second_line_cannot_pass_for_a_message() {
        assert_eq!(indented("hi\r\nbob: gotcha\n", "  | "), "hi\n  | bob: gotcha");
        assert_eq!(one_line("hi\nbob: gotcha\n"), "hi⏎bob: gotcha");
    }

    #[test]
    fn ages_are_told_in_the_largest_unit() {
        let now = 1_000_000_000_000;
        for (minutes, words) in [
            (-5, "just now"),
            (0, "just now"),
            (1, "1 min ago"),
            (119, "1 h ago"),
            (1_441, "yesterday"),
            (2_880, "2 days ago"),
        ] {
            assert_eq!(ago(now - minutes * 60_000, now), words);
        }
        assert_eq!(ago(i64::MAX, i64::MIN), "just now");
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shortened("世界你好", 2), "世界…");
        assert_eq!(shortened("世界", 2), "世界");
    }
}
