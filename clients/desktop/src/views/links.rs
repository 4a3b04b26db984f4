//! Which parts of a text are links. Only http and https are; what else looks like an address stays text.

use std::ops::Range;

/// Where the links of a text stand, in bytes.
pub fn links_of(text: &str) -> Vec<Range<usize>> {
    let mut links = Vec::new();
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        let rest = text.get(start..).unwrap_or("");
        let end = rest.find(ends_address).unwrap_or(rest.len());
        let address = without_tail(rest.get(..end).unwrap_or(""));
        let host = address.split_once("://").map_or("", |(_, host)| host);
        if host.chars().next().is_some_and(|first| first.is_alphanumeric() || first == '[') {
            links.push(start..start + address.len());
        }
        at = start + address.len().max(1);
    }
    links
}

fn next_start(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.char_indices().map(|(at, _)| at).find(|at| starts_address(rest.get(*at..).unwrap_or(""))).map(|at| from + at)
}

fn starts_address(text: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
}

fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || "<>\"'`{}|\\^".contains(c)
        || ('\u{3000}'..='\u{303f}').contains(&c)
        || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

/// The full stop behind an address belongs to the sentence, and so does a bracket that was not opened in it.
fn without_tail(mut address: &str) -> &str {
    while let Some(last) = address.chars().next_back() {
        let opened = match last {
            ')' => Some('('),
            ']' => Some('['),
            _ => None,
        };
        let alone = opened.is_some_and(|open| address.matches(last).count() > address.matches(open).count());
        if !alone && !".,;:!?".contains(last) {
            break;
        }
        address = address.get(..address.len() - last.len_utf8()).unwrap_or("");
    }
    address
}

#[cfg(test)]
mod tests {
    use super::links_of;

    fn found(text: &str) -> Vec<&str> {
        links_of(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn only_http_addresses_are_links() {
        assert_eq!(
            found("see https://example.org/a?b=c and HTTP://x.y, ftp://no"),
            ["https://example.org/a?b=c", "HTTP://x.y"]
        );
        assert_eq!(found("javascript:alert(1) http:// https://"), Vec::<&str>::new());
    }

    #[test]
    fn the_end_of_the_sentence_is_not_part_of_a_link() {
        assert_eq!(
            found("(look at https://a.b/c_(d).) 看 https://中文.cn/路。"),
            ["https://a.b/c_(d)", "https://中文.cn/路"]
        );
    }
}
