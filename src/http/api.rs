//! What the API tells of itself: an overview, and an OpenAPI description. Both are made from the command table and
//! the protos with their comments, so that a new command is described without a word here.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::{Http, contract};
use crate::wire::{COMMANDS, Who};

/// What is there.
pub(super) async fn overview(State(http): State<Arc<Http>>) -> Response {
    let commands: Vec<Value> = COMMANDS
        .iter()
        .map(|row| {
            let path = format!("/cgi/{}", row.name);
            json!({
                "path": path, "command": row.command as i32, "request": row.request, "reply": row.reply,
                "token": row.who == Who::User, "meaning": meaning(row.command as i32),
            })
        })
        .collect();
    let overview = json!({
        "longLink": { "tcp": http.links_at.tcp, "tls": http.links_at.tls, "webSocket": "/ws", "subprotocol": "longlink.v1" },
        "openapi": "/api/openapi.json",
        "uploads": { "files": "/files", "avatars": "/avatars" },
        "commands": commands,
    });
    as_json(&overview)
}

/// The description in OpenAPI 3.1.
pub(super) async fn openapi() -> Response {
    as_json(&describe())
}

fn as_json(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], format!("{value:#}\n")).into_response()
}

fn describe() -> Value {
    let mut schemas = BTreeMap::new();
    let mut paths = Map::new();
    for row in COMMANDS {
        for name in [row.request, row.reply] {
            if let Some(message) = contract::message(name) {
                add_message(&message, &mut schemas);
            }
        }
        let content = |name: &str| {
            json!({
                "application/json": { "schema": reference(name) },
                "application/octet-stream": { "schema": {
                    "type": "string", "format": "binary", "description": format!("{name}, as protobuf encodes it."),
                } },
            })
        };
        let security = match row.who {
            Who::Anyone => json!([]),
            Who::User => json!([{ "token": [] }]),
        };
        let operation = json!({
            "operationId": row.name,
            "summary": meaning(row.command as i32),
            "security": security,
            "requestBody": { "required": true, "content": content(row.request) },
            "responses": { "200": {
                "description": "The reply. How it ended is told by its code.",
                "content": content(row.reply),
            } },
        });
        paths.insert(format!("/cgi/{}", row.name), json!({ "post": operation }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "longlink",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every request of longlink.v1 by HTTP. PROTOCOL.md says what each means.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
            "schemas": schemas,
        },
    })
}

/// What a command does, as the protos say it.
fn meaning(number: i32) -> String {
    let kind =
        contract::message("Refusal").and_then(|message| message.parent_pool().get_enum_by_name("longlink.v1.Command"));
    kind.map(|commands| value_comment(&commands, number)).unwrap_or_default()
}

fn value_comment(kind: &EnumDescriptor, number: i32) -> String {
    let value = kind.get_value(number);
    value.map(|value| contract::comment(&kind.parent_file(), value.path())).unwrap_or_default()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Adds a message and what it is made of.
fn add_message(message: &MessageDescriptor, schemas: &mut BTreeMap<String, Value>) {
    if schemas.contains_key(message.name()) {
        return;
    }
    schemas.insert(message.name().to_owned(), Value::Null);
    let mut properties = Map::new();
    for field in message.fields() {
        let mut schema = schema_of(&field, schemas);
        let comment = contract::comment(&message.parent_file(), field.path());
        if let (false, Some(schema)) = (comment.is_empty(), schema.as_object_mut()) {
            schema.insert("description".to_owned(), comment.into());
        }
        properties.insert(field.json_name().to_owned(), schema);
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    let comment = contract::comment(&message.parent_file(), message.path());
    if let (false, Some(schema)) = (comment.is_empty(), schema.as_object_mut()) {
        schema.insert("description".to_owned(), comment.into());
    }
    schemas.insert(message.name().to_owned(), schema);
}

/// A field as the protobuf project writes it in JSON: 64-bit numbers as strings, bytes in base64, enums by name.
fn schema_of(field: &FieldDescriptor, schemas: &mut BTreeMap<String, Value>) -> Value {
    let single = match field.kind() {
        Kind::Double | Kind::Float => json!({ "type": "number" }),
        Kind::Int32 | Kind::Uint32 | Kind::Sint32 | Kind::Fixed32 | Kind::Sfixed32 => json!({ "type": "integer" }),
        Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => {
            json!({ "type": "string", "format": "int64" })
        }
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::String => json!({ "type": "string" }),
        Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        Kind::Message(message) => {
            add_message(&message, schemas);
            reference(message.name())
        }
        Kind::Enum(kind) => {
            let names: Vec<Value> = kind.values().map(|value| value.name().into()).collect();
            schemas.insert(kind.name().to_owned(), json!({ "type": "string", "enum": names }));
            reference(kind.name())
        }
    };
    if field.is_list() { json!({ "type": "array", "items": single }) } else { single }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` in a value.
    fn references(value: &Value) -> Vec<String> {
        match value {
            Value::Object(object) => object
                .iter()
                .flat_map(|(key, value)| match (key.as_str(), value) {
                    ("$ref", Value::String(target)) => vec![target.clone()],
                    _ => references(value),
                })
                .collect(),
            Value::Array(values) => values.iter().flat_map(references).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        }
    }

    #[test]
    fn every_command_is_described_and_everything_named_is_there() {
        let description = describe();
        for row in COMMANDS {
            let operation = &description["paths"][format!("/cgi/{}", row.name)]["post"];
            assert_eq!(operation["operationId"], row.name);
            assert!(operation["summary"].as_str().unwrap().ends_with('.'), "{}: {}", row.name, operation["summary"]);
        }
        let targets = references(&description);
        assert!(targets.len() > 50);
        for target in targets {
            assert!(description.pointer(&target[1..]).is_some_and(Value::is_object), "{target}");
        }
    }

    #[test]
    fn fields_have_their_kinds_and_comments() {
        let schemas = &describe()["components"]["schemas"];
        let entry = &schemas["Entry"]["properties"];
        assert_eq!(entry["queueId"]["type"], "string");
        assert_eq!(entry["content"]["contentEncoding"], "base64");
        assert!(entry["queueId"]["description"].as_str().unwrap().contains("place in the log"));
        assert_eq!(schemas["SyncReply"]["properties"]["entries"]["type"], "array");
        assert!(schemas["Code"]["enum"].as_array().unwrap().contains(&json!("CODE_NOT_FOUND")));
    }
}
