//! Layers of settings: the defaults, a file over them, flags over both, and for each value where it came from.
//!
//! The defaults say which settings exist. What each may be is not known here, only how to read it in a few shapes and
//! how to say that it is wrong: the place, the setting, the value, and what is the matter.

use std::fmt;
use std::fmt::Write;
use std::net::SocketAddr;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Broadcast, ConfigError, Flags, Origins};
use crate::proxy::{IpNet, parse_network};

/// All settings, in the order of the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings(Vec<Setting>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Setting {
    /// With its section: `link.idle_timeout_s`.
    key: String,
    value: Value,
    source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Number(i64),
    Switch(bool),
    Texts(Vec<String>),
    /// What no setting is; as it is called.
    Strange(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Default,
    File { name: String, line: usize },
    Flag(&'static str),
}

/// A setting as it stands in a text.
struct Typed {
    key: String,
    line: usize,
    value: Value,
}

impl Settings {
    pub(super) fn defaults(text: &str) -> Result<Self, ConfigError> {
        let mut typed = read("the defaults", text)?;
        typed.sort_by_key(|typed| typed.line);
        let setting = |Typed { key, value, .. }| Setting { key, value, source: Source::Default };
        Ok(Self(typed.into_iter().map(setting).collect()))
    }

    /// Lays a file over what is there.
    pub(super) fn put_file(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let mut typed = read(name, text)?;
        // The first mistake in the file is the one to tell.
        typed.sort_by_key(|typed| typed.line);
        for Typed { key, line, value } in typed {
            let source = Source::File { name: name.into(), line };
            match self.0.iter_mut().find(|setting| setting.key == key) {
                Some(setting) => *setting = Setting { key, value, source },
                None => return Err(self.unknown(&source, &key, &value)),
            }
        }
        Ok(())
    }

    /// Lays what was said on the command line over what is there.
    pub(super) fn put_flags(&mut self, flags: &Flags) -> Result<(), ConfigError> {
        if flags.demo {
            // Not where anything real may lie: everybody knows the demo's passwords.
            self.put_flag("--demo", "data_dir", Value::Text("longlink-demo".into()));
            self.put_flag("--demo", "accounts.registration", Value::Text("open".into()));
            self.put_flag("--demo", "accounts.people_listed", Value::Switch(true));
            self.put_flag("--demo", "accounts.password_bytes_min", Value::Number(4));
            self.put_flag("--demo", "chat.broadcast_allowed", Value::Text("everybody".into()));
            self.put_flag("--demo", "old_contract.mode", Value::Text("open".into()));
            self.put_flag("--demo", "mars_sample.enabled", Value::Switch(true));
            // Everybody knows its passwords, and may measure it.
            self.put_flag("--demo", "operators.core_dumps", Value::Switch(true));
            // A demo's links all come from one address, and a few users of its write for all.
            for (key, most) in [
                ("link.links_per_address_max", 10_000_000),
                ("link.strangers_per_address_max", 10_000_000),
                ("link.connects_per_address_per_s", 10_000_000),
                ("http.connections_per_address_max", 1_000_000),
                ("chat.sends_per_second_of_user", 1_000_000),
                ("chat.sends_per_day_of_user", 1_000_000_000),
                ("chat.mb_per_day_of_user", 1_048_576),
            ] {
                self.put_flag("--demo", key, Value::Number(most));
            }
        }
        if let Some(path) = &flags.data_dir {
            let Some(path) = path.to_str() else {
                return Err(ConfigError("--data-dir: the name is not UTF-8".into()));
            };
            self.put_flag("--data-dir", "data_dir", Value::Text(path.into()));
        }
        for (flag, key, address) in [
            ("--tcp", "listen.tcp", &flags.tcp),
            ("--http", "listen.http", &flags.http),
            ("--tcp-tls", "listen.tcp_tls", &flags.tcp_tls),
            ("--https", "listen.https", &flags.https),
        ] {
            if let Some(address) = address {
                self.put_flag(flag, key, Value::Text(address.clone()));
            }
        }
        Ok(())
    }

    fn put_flag(&mut self, flag: &'static str, key: &str, value: Value) {
        if let Some(setting) = self.0.iter_mut().find(|setting| setting.key == key) {
            setting.value = value;
            setting.source = Source::Flag(flag);
        }
    }

    fn unknown(&self, source: &Source, key: &str, value: &Value) -> ConfigError {
        let is_section = |key: &str| self.0.iter().any(|setting| section(&setting.key) == Some(key));
        if is_section(key) {
            return ConfigError(format!("{source}: {key} is {}, and should be a section: [{key}]", value.kind()));
        }
        let nearest = self
            .0
            .iter()
            // Somebody may also have the name right and the section wrong.
            .map(|known| (distance(&known.key, key).min(distance(name(&known.key), name(key)) + 1), &known.key))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, _)| *distance <= 1 + name(key).len() / 3);
        let advice = nearest.map(|(_, known)| format!("; did you mean {known}?")).unwrap_or_default();
        ConfigError(format!("{source}: there is no setting {key}{advice}"))
    }

    /// A sentence on what is the matter with a setting.
    pub(super) fn wrong(&self, key: &str, what: &str) -> ConfigError {
        match self.0.iter().find(|setting| setting.key == key) {
            Some(Setting { key, value, source }) => ConfigError(format!("{source}: {key} is {value}, {what}")),
            None => ConfigError(format!("{key} has no default")),
        }
    }

    /// A setting that another one clashes with: its name, value and place.
    pub(super) fn told(&self, key: &str) -> String {
        let setting = self.0.iter().find(|setting| setting.key == key);
        setting.map(|Setting { key, value, source }| format!("{key} ({value}, {source})")).unwrap_or_default()
    }

    fn value(&self, key: &str) -> Result<&Value, ConfigError> {
        let setting = self.0.iter().find(|setting| setting.key == key);
        setting.map(|setting| &setting.value).ok_or_else(|| ConfigError(format!("{key} has no default")))
    }

    fn text(&self, key: &str) -> Result<&str, ConfigError> {
        match self.value(key)? {
            Value::Text(text) => Ok(text),
            Value::Number(_) | Value::Switch(_) | Value::Texts(_) | Value::Strange(_) => {
                Err(self.wrong(key, "and should be text in quotes"))
            }
        }
    }

    pub(super) fn switch(&self, key: &str) -> Result<bool, ConfigError> {
        match self.value(key)? {
            Value::Switch(switch) => Ok(*switch),
            Value::Text(_) | Value::Number(_) | Value::Texts(_) | Value::Strange(_) => {
                Err(self.wrong(key, "and should be true or false"))
            }
        }
    }

    /// `bounds` must fit `T`.
    pub(super) fn number<T: TryFrom<i64>>(&self, key: &str, bounds: RangeInclusive<i64>) -> Result<T, ConfigError> {
        let number = match self.value(key)? {
            Value::Number(number) => *number,
            Value::Text(_) | Value::Switch(_) | Value::Texts(_) | Value::Strange(_) => {
                return Err(self.wrong(key, "and should be a whole number"));
            }
        };
        if number < *bounds.start() {
            return Err(self.wrong(key, &format!("less than {}", bounds.start())));
        }
        let max = bounds.end();
        T::try_from(number).ok().filter(|_| number <= *max).ok_or_else(|| self.wrong(key, &format!("more than {max}")))
    }

    /// A number where 0 stands for none given.
    pub(super) fn number_or_none(&self, key: &str, max: i64) -> Result<Option<usize>, ConfigError> {
        self.number(key, 0..=max).map(|number: usize| (number > 0).then_some(number))
    }

    pub(super) fn choice<T: Clone>(&self, key: &str, choices: &[(&str, T)]) -> Result<T, ConfigError> {
        let text = self.text(key)?;
        let chosen = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| choice.clone());
        chosen.ok_or_else(|| {
            let names: Vec<String> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
            self.wrong(key, &format!("and should be one of {}", names.join(", ")))
        })
    }

    pub(super) fn path(&self, key: &str) -> Result<PathBuf, ConfigError> {
        match self.text(key)? {
            "" => Err(self.wrong(key, "and should name a directory")),
            path => Ok(path.into()),
        }
    }

    /// A file, where "" stands for none given.
    pub(super) fn path_or_none(&self, key: &str) -> Result<Option<PathBuf>, ConfigError> {
        self.text(key).map(|path| (!path.is_empty()).then(|| path.into()))
    }

    /// Where to listen, or "off".
    pub(super) fn address(&self, key: &str) -> Result<Option<SocketAddr>, ConfigError> {
        let what = "and should be an address with a port, such as 127.0.0.1:8081 or [::1]:8081, or \"off\"";
        match self.text(key)? {
            "off" => Ok(None),
            address => address.parse().map(Some).map_err(|_| self.wrong(key, what)),
        }
    }

    pub(super) fn broadcast(&self, key: &str) -> Result<Broadcast, ConfigError> {
        match self.value(key)? {
            Value::Text(text) if text == "nobody" => Ok(Broadcast::Nobody),
            Value::Text(text) if text == "everybody" => Ok(Broadcast::Everybody),
            Value::Texts(names) => Ok(Broadcast::Named(names.clone())),
            Value::Text(_) | Value::Number(_) | Value::Switch(_) | Value::Strange(_) => {
                Err(self.wrong(key, "and should be \"nobody\", \"everybody\" or a list of user names"))
            }
        }
    }

    pub(super) fn origins(&self, key: &str) -> Result<Origins, ConfigError> {
        // As a browser says it: a scheme, a host, a port if it is not the usual one, and no path.
        let is_origin = |text: &String| {
            let parts = text.split_once("://");
            parts.is_some_and(|(scheme, host)| !scheme.is_empty() && !host.is_empty() && !host.contains('/'))
        };
        match self.value(key)? {
            Value::Text(text) if text == "same-host" => Ok(Origins::SameHost),
            Value::Text(text) if text == "*" => Ok(Origins::Any),
            Value::Texts(origins) if origins.iter().all(is_origin) => Ok(Origins::Listed(origins.clone())),
            Value::Text(_) | Value::Texts(_) | Value::Number(_) | Value::Switch(_) | Value::Strange(_) => {
                let example = "a list of origins such as [\"https://chat.example.com\"]";
                Err(self.wrong(key, &format!("and should be \"same-host\", \"*\" or {example}")))
            }
        }
    }

    /// Addresses, and networks of them. Never everybody: they are told in order to tell some from all others.
    pub(super) fn networks(&self, key: &str) -> Result<Vec<IpNet>, ConfigError> {
        let Value::Texts(texts) = self.value(key)? else {
            return Err(self.wrong(key, "and should be a list such as [\"10.0.0.5\", \"10.1.0.0/16\"]"));
        };
        let read = |text: &String| match parse_network(text) {
            Some(network) if network.prefix_len() > 0 => Ok(network),
            Some(_) => Err(self.wrong(key, &format!("and {text:?} is everybody, who could then claim to be anybody"))),
            None => Err(self.wrong(key, &format!("and {text:?} is no address and no network, such as 10.1.0.0/16"))),
        };
        texts.iter().map(read).collect()
    }

    /// A file that gives the same settings, with the source of each behind it.
    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        let mut current = None;
        for Setting { key, value, source } in &self.0 {
            let section = section(key);
            if section != current {
                let _ = writeln!(text, "\n[{}]", section.unwrap_or_default());
                current = section;
            }
            let _ = writeln!(text, "{} = {value}  # {source}", name(key));
        }
        text
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Switch(_) => "true or false",
            Self::Texts(_) => "a list",
            Self::Strange(kind) => kind,
        }
    }
}

/// As it is typed.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => toml::Value::from(text.as_str()).fmt(out),
            Self::Number(number) => number.fmt(out),
            Self::Switch(switch) => switch.fmt(out),
            Self::Texts(texts) => toml::Value::from(texts.clone()).fmt(out),
            Self::Strange(kind) => kind.fmt(out),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => out.write_str("default"),
            Self::File { name, line } => write!(out, "{name}:{line}"),
            Self::Flag(flag) => out.write_str(flag),
        }
    }
}

/// The settings of a text, sections and all.
fn read(name: &str, text: &str) -> Result<Vec<Typed>, ConfigError> {
    let document = DeTable::parse(text).map_err(|error| {
        let line = line(text, error.span().unwrap_or_default());
        ConfigError(format!("{name}:{line}: {}", error.message().lines().collect::<Vec<_>>().join(", ")))
    })?;
    let mut settings = Vec::new();
    for (key, value) in document.into_inner() {
        match value.into_inner() {
            DeValue::Table(section) => {
                let in_section = |(inner, value): (Spanned<_>, Spanned<_>)| {
                    typed(text, format!("{}.{}", key.get_ref(), inner.get_ref()), inner.span(), &value.into_inner())
                };
                settings.extend(section.into_iter().map(in_section));
            }
            value @ (DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)) => settings.push(typed(text, key.get_ref().to_string(), key.span(), &value)),
        }
    }
    Ok(settings)
}

fn typed(text: &str, key: String, span: Range<usize>, value: &DeValue<'_>) -> Typed {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix())
            .map_or(Value::Strange("a number beyond all bounds"), Value::Number),
        DeValue::Boolean(switch) => Value::Switch(*switch),
        DeValue::Array(values) => {
            let texts = values.iter().map(|value| value.get_ref().as_str().map(str::to_owned));
            texts.collect::<Option<_>>().map_or(Value::Strange("a list of other things than text"), Value::Texts)
        }
        DeValue::Float(_) => Value::Strange("a fraction"),
        DeValue::Datetime(_) => Value::Strange("a date"),
        DeValue::Table(_) => Value::Strange("a section"),
    };
    Typed { key, line: line(text, span), value }
}

fn line(text: &str, span: Range<usize>) -> usize {
    1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
}

fn section(key: &str) -> Option<&str> {
    key.split_once('.').map(|(section, _)| section)
}

fn name(key: &str) -> &str {
    key.split_once('.').map_or(key, |(_, name)| name)
}

/// How many letters are to be put in, left out or changed to come from one word to the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut left = at + 1;
        let mut next = vec![left];
        for ((other, diagonal), above) in other.chars().zip(&row).zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(letter != other)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
