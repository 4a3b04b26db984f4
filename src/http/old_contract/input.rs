//! What old clients send, read as generously as the first server did: keys in any letter case, numbers as strings,
//! `True` for true, and what is unknown passed over.

use serde_json::{Map, Value};

/// Why an input cannot be read, for the person at the other end.
pub type Unreadable = String;

/// The values behind the question mark.
pub struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    pub fn new(query: Option<&'a str>) -> Self {
        Self(query.unwrap_or_default())
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_matches('+'))
    }

    /// A number; 0 if there is none.
    pub fn number(&self, name: &str) -> Result<i64, Unreadable> {
        match self.get(name) {
            None | Some("") => Ok(0),
            Some(text) => text.parse().map_err(|_| format!("{name} is no whole number")),
        }
    }

    /// True or false; false if there is none.
    pub fn switch(&self, name: &str) -> Result<bool, Unreadable> {
        match self.get(name) {
            None | Some("") => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(format!("{name} is neither true nor false")),
        }
    }
}

/// A JSON object.
pub struct Object(Map<String, Value>);

impl Object {
    /// `None`: nothing was sent, or `null`.
    pub fn read(body: &[u8]) -> Result<Option<Self>, Unreadable> {
        if body.trim_ascii().is_empty() {
            return Ok(None);
        }
        match serde_json::from_slice(body) {
            Ok(Value::Null) => Ok(None),
            Ok(Value::Object(object)) => Ok(Some(Self(object))),
            Ok(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                Err("the body is no JSON object".to_owned())
            }
            Err(error) => Err(format!("the body is no JSON: {error}")),
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A number, or a string that is one; 0 if there is none.
    pub fn number(&self, name: &str) -> Result<i64, Unreadable> {
        let number = match self.get(name) {
            None => Some(0),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
        };
        number.ok_or_else(|| format!("{name} is no whole number"))
    }

    /// A text; empty if there is none.
    pub fn text(&self, name: &str) -> Result<&str, Unreadable> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err(format!("{name} is no text"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_any_case_and_numbers_may_be_strings() {
        let object =
            Object::read(br#" {"QUEUEid":"12","to":-3,"Content":null,"extra":[1],"big":1e3} "#).unwrap().unwrap();
        assert_eq!((object.number("QueueID"), object.number("To"), object.number("From")), (Ok(12), Ok(-3), Ok(0)));
        assert_eq!((object.text("content"), object.text("fromName")), (Ok(""), Ok("")));
        assert!(object.number("extra").is_err() && object.number("content").is_err() && object.number("big").is_err());
        assert!(object.text("to").is_err());
    }

    #[test]
    fn nothing_and_null_are_no_object_and_other_things_are_unreadable() {
        for body in ["", " \r\n", "null", " null "] {
            assert!(matches!(Object::read(body.as_bytes()), Ok(None)), "{body:?}");
        }
        for body in ["{", "[]", "3", "\"{}\"", "a=1", "\u{feff}{}"] {
            assert!(Object::read(body.as_bytes()).is_err(), "{body:?}");
        }
    }

    #[test]
    fn a_query_has_keys_in_any_case_and_both_kinds_of_true() {
        let query = Query::new(Some("USERID=3&queueId=&isAll=True&x=y&bad=3.5"));
        assert_eq!((query.number("userId"), query.number("queueId"), query.number("none")), (Ok(3), Ok(0), Ok(0)));
        assert_eq!((query.switch("isall"), query.switch("none")), (Ok(true), Ok(false)));
        assert!(query.number("bad").is_err() && query.switch("x").is_err());
    }
}
