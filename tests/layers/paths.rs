//! Which modules a source file names, read from its words. Enough of Rust's grammar for that, and no more.

use std::collections::BTreeSet;
use std::str::Chars;

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// `::`
    Colons,
    Sign(char),
}

/// The words and signs of a source text; comments, strings and characters are left out.
#[derive(Debug)]
pub(super) struct Tokens(Vec<Token>);

impl Tokens {
    pub(super) fn read(source: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = source.chars();
        while let Some(sign) = rest.clone().next() {
            if sign.is_alphanumeric() || sign == '_' {
                let word: String = rest.clone().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                skip(&mut rest, word.chars().count());
                if !(starts_string(&rest) && ["r", "b", "br", "c", "cr"].contains(&word.as_str())) {
                    tokens.push(Token::Word(word));
                } else if word.ends_with('r') {
                    skip_raw_string(&mut rest);
                } else {
                    skip_string(&mut rest, '"');
                }
            } else if rest.as_str().starts_with("//") {
                let length = rest.as_str().find('\n').unwrap_or(rest.as_str().len());
                rest = rest.as_str()[length..].chars();
            } else if rest.as_str().starts_with("/*") {
                skip_block(&mut rest);
            } else if sign == '"' {
                skip_string(&mut rest, '"');
            } else if sign == '\'' && is_character(rest.as_str()) {
                skip_string(&mut rest, '\'');
            } else if rest.as_str().starts_with("::") {
                skip(&mut rest, 2);
                tokens.push(Token::Colons);
            } else {
                rest.next();
                if !sign.is_whitespace() {
                    tokens.push(Token::Sign(sign));
                }
            }
        }
        Self(tokens)
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        (0..self.0.len()).filter_map(|at| self.word(at))
    }

    fn word(&self, at: usize) -> Option<&str> {
        if let Some(Token::Word(word)) = self.0.get(at) { Some(word) } else { None }
    }

    fn is(&self, at: usize, sign: char) -> bool {
        self.0.get(at) == Some(&Token::Sign(sign))
    }

    /// What follows a path's `::` at `at`: one name, a star, or the first names of a group.
    fn heads_at(&self, at: usize) -> Vec<String> {
        let name = |at: usize| self.word(at).map(str::to_owned).or(self.is(at, '*').then(|| "*".to_owned()));
        if !self.is(at, '{') {
            return name(at).into_iter().collect();
        }
        let (mut found, mut depth, mut at) = (Vec::new(), 0, at);
        while let Some(token) = self.0.get(at) {
            match token {
                Token::Sign('{') => depth += 1,
                Token::Sign('}') => depth -= 1,
                Token::Sign(_) | Token::Colons | Token::Word(_) => {}
            }
            if depth == 0 {
                break;
            }
            if depth == 1 && (self.is(at, '{') || self.is(at, ',')) {
                found.extend(name(at + 1));
            }
            at += 1;
        }
        found
    }
}

/// The first names that follow `root::` anywhere.
pub(super) fn heads(tokens: &Tokens, root: &str) -> BTreeSet<String> {
    let starts = (0..tokens.0.len()).filter(|&at| tokens.word(at) == Some(root));
    starts.filter(|at| tokens.0.get(at + 1) == Some(&Token::Colons)).flat_map(|at| tokens.heads_at(at + 2)).collect()
}

/// The top modules that a file names, by `crate::` or by climbing with `super::`. `module` is the file's own path.
pub(super) fn known_modules(tokens: &Tokens, module: &[String]) -> BTreeSet<String> {
    let mut known = heads(tokens, "crate");
    // The brace depth at which each module inside the file began.
    let mut inner: Vec<usize> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.0.len() {
        if tokens.is(at, '{') {
            depth += 1;
            if at >= 2 && tokens.word(at - 2) == Some("mod") {
                inner.push(depth);
            }
        } else if tokens.is(at, '}') {
            if inner.last() == Some(&depth) {
                inner.pop();
            }
            depth -= 1;
        } else if tokens.word(at) == Some("super") {
            let mut climbed = 0;
            while tokens.word(at) == Some("super") && tokens.0.get(at + 1) == Some(&Token::Colons) {
                climbed += 1;
                at += 2;
            }
            if climbed > 0 {
                if climbed >= module.len() + inner.len() {
                    known.extend(tokens.heads_at(at));
                }
                // The name that was climbed to may be a brace, which has to be counted.
                continue;
            }
        }
        at += 1;
    }
    known.remove("self");
    known
}

fn skip(rest: &mut Chars<'_>, count: usize) {
    rest.by_ref().take(count).for_each(drop);
}

fn starts_string(rest: &Chars<'_>) -> bool {
    let text = rest.as_str();
    text.trim_start_matches('#').starts_with('"')
}

/// A character, not a lifetime: `'` one character or an escape, `'`.
fn is_character(text: &str) -> bool {
    let mut rest = text.chars().skip(1);
    match rest.next() {
        Some('\\') => true,
        Some(_) => rest.next() == Some('\''),
        None => false,
    }
}

fn skip_string(rest: &mut Chars<'_>, end: char) {
    rest.next();
    while let Some(sign) = rest.next() {
        if sign == '\\' {
            rest.next();
        } else if sign == end {
            return;
        }
    }
}

fn skip_raw_string(rest: &mut Chars<'_>) {
    let hashes = rest.as_str().chars().take_while(|sign| *sign == '#').count();
    skip(rest, hashes + 1);
    let end = format!("\"{}", "#".repeat(hashes));
    let length = rest.as_str().find(&end).map_or(rest.as_str().len(), |at| at + end.len());
    *rest = rest.as_str()[length..].chars();
}

fn skip_block(rest: &mut Chars<'_>) {
    let mut depth = 0;
    while !rest.as_str().is_empty() {
        if rest.as_str().starts_with("/*") {
            depth += 1;
            skip(rest, 2);
        } else if rest.as_str().starts_with("*/") {
            depth -= 1;
            skip(rest, 2);
            if depth == 0 {
                return;
            }
        } else {
            rest.next();
        }
    }
}

#[test]
fn words_in_strings_and_comments_are_not_words() {
    let tokens = Tokens::read(r##"a "b" r#"c " c"# b'd' 'e' /* f /* g */ h */ i // j"##);
    assert_eq!(tokens.words().collect::<Vec<_>>(), ["a", "b", "i"]);
    // `b'd'` leaves its prefix behind, which names nothing.
    assert_eq!(Tokens::read("'\\'' x::<'y>").words().collect::<Vec<_>>(), ["x", "y"]);
}
