//! The HTTP API for operators, at a port of its own: the operator's commands (`control`) as `POST /admin/` and their
//! name, the figures, and a description. Thin: it asks for a token, turns JSON into a command, and streams the answer.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Http, bearer, body, figures};
use crate::address::Address;
use crate::audit::Event;
use crate::control::table::{self, Kind, TABLE};
use crate::control::{By, Command, Operator};
use crate::wire::{Code, Refused};

/// The longest body of a command, as at the operator's socket.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// So many lines of an answer wait for who asked.
const LINES_WAITING_MAX: usize = 64;

#[derive(Clone)]
struct Door {
    http: Arc<Http>,
    operator: Operator,
}

/// Every path of the port.
pub fn paths(http: Arc<Http>, operator: Operator) -> axum::Router {
    let door = Door { http, operator };
    axum::Router::new()
        .route("/admin/{command}", any(call))
        .route("/metrics", get(|State(door): State<Door>| async move { figures(&door.http) }))
        .route("/openapi.json", get(openapi))
        .layer(middleware::from_fn_with_state(door.clone(), let_in))
        .with_state(door)
}

/// Nobody comes in without an operator's token, whatever they ask for.
async fn let_in(
    State(this): State<Door>,
    Extension(address): Extension<Address>,
    mut request: Request,
    next: Next,
) -> Response {
    match this.operator.admin(bearer(request.headers())) {
        Ok(name) => {
            request.extensions_mut().insert(By::Admin { name, address: address.ip() });
            next.run(request).await
        }
        Err(refused) => {
            let (device, door, address, code) = (String::new(), "admin", address.ip(), refused.code.word());
            this.operator.chat.note(Event::LoginRefused { name: None, device, door, address, code });
            let mut response = refuse(&refused);
            response.headers_mut().insert(WWW_AUTHENTICATE, axum::http::HeaderValue::from_static("Bearer"));
            response
        }
    }
}

async fn call(State(door): State<Door>, Path(name): Path<String>, request: Request) -> Response {
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")], "commands are asked for by POST\n").into_response();
    }
    let (parts, body) = request.into_parts();
    let Some(by) = parts.extensions.get::<By>().cloned() else {
        return refuse(&Refused::new(Code::NotLoggedIn, "this needs an operator's token"));
    };
    match door.read(&name, &parts.headers, body).await {
        Ok(command) => door.answer(command, by).await,
        Err(refused) => refuse(&refused),
    }
}

impl Door {
    async fn read(&self, name: &str, headers: &HeaderMap, body: Body) -> Result<Command, Refused> {
        if table::row(name).is_none() {
            return Err(Refused::new(Code::UnknownCommand, "no command has this name: see /openapi.json"));
        }
        let bytes = body::read(body, headers, BODY_BYTES_MAX, self.http.settings.request_timeout_ms).await;
        let bytes = bytes.map_err(|error| Refused::new(Code::BadRequest, error.reason()))?;
        let bad = |what: String| Refused::new(Code::BadRequest, what);
        let text = if bytes.is_empty() { b"{}" } else { &bytes[..] };
        let mut value: Value = serde_json::from_slice(text).map_err(|error| bad(format!("not JSON: {error}")))?;
        let Value::Object(fields) = &mut value else { return Err(bad("the body is no JSON object".into())) };
        fields.insert("do".into(), name.into());
        serde_json::from_value(value).map_err(|error| bad(format!("not a command: {error}")))
    }

    /// The answer's lines as they come. What is refused before there is a line has a status that says so; later it is
    /// the last line.
    async fn answer(self, command: Command, by: By) -> Response {
        let (say, mut said) = mpsc::channel(LINES_WAITING_MAX);
        let operator = self.operator;
        // A task of its own: who hangs up does not stop a change half-way.
        let task = self.http.entrance.tasks.spawn(async move { operator.carry_out(command, &by, &say).await });
        let mut work: BoxFuture<'static, Result<(), Refused>> =
            task.map(|done| done.unwrap_or_else(|error| Err(Refused::new(Code::Internal, error.to_string())))).boxed();
        let first = tokio::select! {
            biased;
            Some(line) = said.recv() => line,
            done = &mut work => match (done, said.recv().await) {
                (Err(refused), None) => return refuse(&refused),
                // A list that is empty.
                (Ok(()), None) => return lines(Body::empty()),
                (done, Some(line)) => {
                    work = futures_util::future::ready(done).boxed();
                    line
                }
            },
        };
        let rest = stream::unfold((said, Some(work)), |(mut said, mut work)| async move {
            let running = work.as_mut()?;
            let line = tokio::select! {
                biased;
                Some(line) = said.recv() => line,
                done = running => {
                    // What it has said before its end comes first; nothing more will.
                    work = None;
                    let mut text = String::new();
                    while let Ok(line) = said.try_recv() {
                        text += &format!("{line}\n");
                    }
                    if let Err(refused) = done {
                        text += &format!("{}\n", json!({"error": refused.message}));
                    }
                    return Some((Ok::<_, Infallible>(text), (said, work)));
                }
            };
            Some((Ok(format!("{line}\n")), (said, work)))
        });
        lines(Body::from_stream(stream::once(async move { Ok(format!("{first}\n")) }).chain(rest)))
    }
}

fn lines(body: Body) -> Response {
    ([(CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// A refusal with the status that comes nearest.
fn refuse(refused: &Refused) -> Response {
    let status = if refused.code == Code::UnknownCommand {
        StatusCode::NOT_FOUND
    } else if refused.code == Code::NameTaken {
        StatusCode::CONFLICT
    } else {
        super::files::status_of(refused.code)
    };
    let body = json!({"error": refused.message, "code": refused.code.word()});
    (status, [(CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response()
}

/// The description in OpenAPI 3.1, made from the table.
async fn openapi() -> Response {
    let paths: serde_json::Map<String, Value> = TABLE
        .iter()
        .map(|row| {
            let kind = |kind| match kind {
                Kind::Text => "string",
                Kind::Number => "integer",
                Kind::Switch => "boolean",
            };
            let property = |field: &table::Field| {
                (field.name.to_owned(), json!({"type": kind(field.kind), "description": field.meaning}))
            };
            let properties: serde_json::Map<String, Value> = row.fields.iter().map(property).collect();
            let needed: Vec<&str> = row.fields.iter().filter(|field| field.needed).map(|field| field.name).collect();
            let schema = json!({"type": "object", "properties": properties, "required": needed});
            let lines = if row.is_list { "One JSON object a line." } else { "One JSON object." };
            let operation = json!({
                "operationId": row.name,
                "summary": row.meaning,
                "requestBody": {"required": !needed.is_empty(), "content": {"application/json": {"schema": schema}}},
                "responses": {
                    "200": {"description": lines, "content": {"application/x-ndjson": {}}},
                    "default": {"description": "`error` says why not, `code` is one of PROTOCOL.md's."},
                },
            });
            (format!("/admin/{}", row.name), json!({"post": operation}))
        })
        .collect();
    let described = json!({
        "openapi": "3.1.0",
        "info": {"title": "longlink, for operators", "version": env!("CARGO_PKG_VERSION")},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
    });
    ([(CONTENT_TYPE, "application/json")], format!("{described:#}\n")).into_response()
}
