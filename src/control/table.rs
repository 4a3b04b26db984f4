//! Which commands come in by the HTTP API for operators too, and what each takes: what a business backend or an
//! operator's page needs. What reads what people say to one another (`log`) or changes the server itself (keys,
//! certificates, tokens for operators) is not among them: that is for who is on the machine.

/// A command of the API.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// As it is called in `Command`.
    pub name: &'static str,
    pub meaning: &'static str,
    pub fields: &'static [Field],
    /// Whether the answer may have any number of lines; otherwise it has one.
    pub is_list: bool,
}

/// What a command takes.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub needed: bool,
    pub meaning: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Switch,
}

const NAME: Field = needed("name", Kind::Text, "The user's name.");
const DEVICE: Field = optional("device", Kind::Text, "Only this device, by its device_id.");

/// All of them.
pub const TABLE: &[Row] = &[
    one(
        "user_add",
        "Make an account.",
        &[NAME, optional("password", Kind::Text, "None: it logs in with tokens only.")],
    ),
    Row {
        name: "user_list",
        meaning: "List accounts: all by number, or by name those of a prefix, at most 1,000 behind a name.",
        fields: &[
            optional("prefix", Kind::Text, "How the names begin."),
            optional("after", Kind::Text, "The last name of the page before."),
            optional("limit", Kind::Number, "At most so many."),
        ],
        is_list: true,
    },
    one("user_show", "What there is about an account.", &[NAME]),
    one(
        "user_passwd",
        "Give an account a new password, which ends its logins and links.",
        &[NAME, needed("password", Kind::Text, "The new password.")],
    ),
    one(
        "user_disable",
        "Disable an account, which ends its logins and links, or let it in again.",
        &[NAME, needed("disabled", Kind::Switch, "True to disable it.")],
    ),
    one("user_delete", "Erase an account. What its user wrote stays, under a number.", &[NAME]),
    one("invite", "Make an invitation with which one account may be registered.", &[]),
    one(
        "token",
        "Make a login token.",
        &[NAME, DEVICE, optional("ttl_s", Kind::Number, "For so many seconds, instead of accounts.token_ttl_days.")],
    ),
    one("token_show", "What a login token says.", &[needed("token", Kind::Text, "The token.")]),
    one("revoke_token", "End a login by a token of it, with its links.", &[needed("token", Kind::Text, "The token.")]),
    one("revoke_login", "End a login by its name, with its links.", &[needed("login", Kind::Text, "16 digits.")]),
    one("revoke_user", "End all logins of a user, with their links.", &[NAME, DEVICE]),
    Row { name: "links", meaning: "List the links of a user.", fields: &[NAME], is_list: true },
    one("close_links", "Close the links of a user. Their logins stay good.", &[NAME, DEVICE]),
    one(
        "send",
        "Write as the account `system`.",
        &[
            needed("to", Kind::Number, "A user's number, 0 for everyone, a group's that `system` is in."),
            needed("text", Kind::Text, "What to say."),
            optional("client_msg_id", Kind::Text, "A name of its own: asking again under it writes nothing again."),
        ],
    ),
    one("stats", "How many links and users there are, and where the log is.", &[]),
];

/// The row of a command.
pub fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

const fn one(name: &'static str, meaning: &'static str, fields: &'static [Field]) -> Row {
    Row { name, meaning, fields, is_list: false }
}

const fn needed(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    Field { name, kind, needed: true, meaning }
}

const fn optional(name: &'static str, kind: Kind, meaning: &'static str) -> Field {
    Field { name, kind, needed: false, meaning }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::control::Command;

    fn example(row: &Row, is_in: impl Fn(&Field) -> bool) -> Value {
        let value = |field: &Field| match (field.kind, field.name) {
            (Kind::Text, "login") => json!("00000000000000ab"),
            (Kind::Text, _) => json!("text"),
            (Kind::Number, _) => json!(7),
            (Kind::Switch, _) => json!(true),
        };
        let fields = row.fields.iter().filter(|field| is_in(field)).map(|field| (field.name.to_owned(), value(field)));
        let mut object: Map<String, Value> = fields.collect();
        object.insert("do".into(), row.name.into());
        object.into()
    }

    #[test]
    fn each_row_is_a_command_with_these_fields_and_no_others() {
        for row in TABLE {
            let read = |is_in: &dyn Fn(&Field) -> bool| serde_json::from_value::<Command>(example(row, is_in));
            assert!(read(&|field| field.needed).is_ok(), "{}: more is needed", row.name);
            for left_out in row.fields.iter().filter(|field| field.needed) {
                assert!(read(&|field| field.name != left_out.name).is_err(), "{}: {}", row.name, left_out.name);
            }
            let command = read(&|_| true).unwrap_or_else(|error| panic!("{}: {error}", row.name));
            let Value::Object(written) = serde_json::to_value(&command).unwrap() else { panic!("{command:?}") };
            let mut names: Vec<&str> = written.keys().map(String::as_str).filter(|name| *name != "do").collect();
            let mut told: Vec<&str> = row.fields.iter().map(|field| field.name).collect();
            names.sort_unstable();
            told.sort_unstable();
            assert_eq!(names, told, "{}", row.name);
        }
    }
}
