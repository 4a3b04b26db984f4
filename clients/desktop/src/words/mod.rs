//! What is written on the screen, in the languages that there are. Each word stands beside its translation, so that none
//! can be missing; the words are those of the web client where it has them.

pub mod act;
pub mod contact;
pub mod day;
pub mod dialog;
pub mod event;
pub mod fail;
pub mod group;
pub mod link;
pub mod list;
pub mod login;
pub mod media;
pub mod peer;
pub mod profile;
pub mod rule;
pub mod settings;
pub mod talk;

/// One table of words: `name: "English", "Chinese";`.
macro_rules! words {
    ($table:ident: $($name:ident: $en:literal, $zh:literal;)*) => {
        /// The words of one part of the screen.
        #[derive(Debug)]
        pub struct $table {
            $(pub $name: &'static str,)*
        }

        impl $table {
            pub(super) const EN: Self = Self { $($name: $en,)* };
            pub(super) const ZH: Self = Self { $($name: $zh,)* };

            /// All of them by name.
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}
use words;

macro_rules! tables {
    ($($part:ident $table:ident,)*) => {
        /// All words of one language.
        #[derive(Debug)]
        pub struct Words {
            $(pub $part: $part::$table,)*
        }

        pub static EN: Words = Words { $($part: $part::$table::EN,)* };
        pub static ZH: Words = Words { $($part: $part::$table::ZH,)* };

        impl Words {
            /// All of them: the part, the name, the words.
            pub fn all(&self) -> Vec<(&'static str, &'static str, &'static str)> {
                let mut all = Vec::new();
                $(all.extend(self.$part.all().into_iter().map(|(name, words)| (stringify!($part), name, words)));)*
                all
            }
        }
    };
}
tables! {
    login Login,
    settings Settings,
    link Link,
    list List,
    peer Peer,
    talk Talk,
    act Act,
    media Media,
    event Event,
    group Group,
    rule Rule,
    contact Contact,
    profile Profile,
    dialog Dialog,
    fail Fail,
    day Day,
}

/// A language that there are words in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The language for a tag such as `zh-CN`, if there are words in it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_lowercase().as_str() {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// What it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "中文",
        }
    }

    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &EN,
            Self::Chinese => &ZH,
        }
    }
}

/// Puts values in the place of their names in braces.
pub fn fill(words: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(words.len() + 16);
    let mut rest = words;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let Some(end) = from.find('}') else {
            rest = from;
            break;
        };
        let (name, behind) = (from.get(1..end).unwrap_or(""), from.get(end + 1..).unwrap_or(""));
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(from.get(..=end).unwrap_or("")),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The words for a number of things: `one` is for exactly one of them.
pub fn count(n: u64, one: &str, other: &str) -> String {
    fill(if n == 1 { one } else { other }, &[("n", &n.to_string())])
}
