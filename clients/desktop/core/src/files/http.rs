//! Asking for files by HTTP, on connections that trust the server as the link does. One connection for each file.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, IF_RANGE, RANGE};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use longlink_client::{Code, Dial, Secret, Server};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::select;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;

use super::body::Counted;
use super::{FileError, is_hash};

/// The server's HTTP port, as one account sees it.
#[derive(Debug)]
pub struct Web {
    /// It keeps what is needed to resume TLS, so there is one.
    server: tokio::sync::Mutex<Server>,
    host: String,
    token: Mutex<Secret>,
    tasks: TaskTracker,
}

/// What became of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Uploaded {
    pub hash: String,
    pub size: u64,
    /// What it is by its first bytes (D1).
    pub mime: String,
    #[serde(default)]
    pub width: u32,
    #[serde(default)]
    pub height: u32,
}

/// What the server takes of this user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    pub used: u64,
    pub quota: u64,
    pub file_size_max: u64,
    pub avatar_size_max: u64,
    pub avatar_side_max: u32,
}

/// Whether it is a file of a message or somebody's picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    Files,
    Avatars,
}

impl Shelf {
    fn path(self) -> &'static str {
        match self {
            Self::Files => "/files",
            Self::Avatars => "/avatars",
        }
    }
}

/// A download whose head has come.
pub struct Download {
    body: Incoming,
    /// Where it goes on; 0: from the beginning, whatever was there before.
    pub from: u64,
}

impl Web {
    /// `server` is where HTTP is spoken, and `host` how it is called.
    pub fn new(server: Server, host: String, token: Secret, tasks: TaskTracker) -> Self {
        let server = tokio::sync::Mutex::new(server.speaking(b"http/1.1"));
        Self { server, host, token: Mutex::new(token), tasks }
    }

    /// The server gave another token.
    pub fn set_token(&self, token: Secret) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// What the server takes.
    pub async fn limits(&self) -> Result<Limits, FileError> {
        let mut sender = self.connect().await?;
        self.limits_over(&mut sender).await
    }

    async fn limits_over(&self, sender: &mut SendRequest<Counted>) -> Result<Limits, FileError> {
        let request = self.request(Method::GET, Shelf::Files.path()).body(Counted::nothing());
        read_json(answer(sender, request).await?).await
    }

    /// Sends a file. `gone` is told how many bytes have gone. Dropping the future calls it off.
    pub async fn upload(&self, shelf: Shelf, bytes: Bytes, gone: watch::Sender<u64>) -> Result<Uploaded, FileError> {
        let mut sender = self.connect().await?;
        // An answer that comes while we still send may get lost with the connection, so it is asked first (D2).
        let limits = self.limits_over(&mut sender).await?;
        let length = bytes.len() as u64;
        let max = if shelf == Shelf::Files { limits.file_size_max } else { limits.avatar_size_max };
        if length > max {
            let message = format!("file is {length} bytes, more than {max}");
            return Err(FileError::Refused { code: Code::TooLarge, message });
        }
        let mut going = gone.subscribe();
        let body = Counted::new(bytes, gone);
        let request = self.request(Method::POST, shelf.path()).header(CONTENT_LENGTH, length).body(body);
        let mut answered = pin!(sender.send_request(request.map_err(unfit)?));
        let mut is_going = true;
        loop {
            // The answer first: it may come before all is sent, and then says why.
            select! {
                biased;
                response = &mut answered => return read_json(response?).await,
                moved = going.changed(), if is_going => is_going = moved.is_ok(),
                () = sleep(PATIENCE) => return Err(too_slow()),
            }
        }
    }

    /// Asks for a file, from a place on.
    pub async fn download(&self, shelf: Shelf, hash: &str, from: u64) -> Result<Download, FileError> {
        if !is_hash(hash) {
            return Err(FileError::Refused { code: Code::BadRequest, message: "it is no hash".to_owned() });
        }
        let mut sender = self.connect().await?;
        let mut request = self.request(Method::GET, &format!("{}/{hash}", shelf.path()));
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-")).header(IF_RANGE, format!("\"{hash}\""));
        }
        let response = answer(&mut sender, request.body(Counted::nothing())).await?;
        match response.status() {
            StatusCode::OK => Ok(Download { body: response.into_body(), from: 0 }),
            StatusCode::PARTIAL_CONTENT => Ok(Download { body: response.into_body(), from }),
            // There is nothing behind what we have: what we have is not it, or it is all.
            StatusCode::RANGE_NOT_SATISFIABLE => Err(FileError::Damaged(hash.to_owned())),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(FileError::Gone),
            _ => Err(refusal(response).await),
        }
    }

    fn request(&self, method: Method, path: &str) -> hyper::http::request::Builder {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let bearer = format!("Bearer {}", token.expose());
        Request::builder().method(method).uri(path).header(HOST, &self.host).header(AUTHORIZATION, bearer)
    }

    async fn connect(&self) -> Result<SendRequest<Counted>, FileError> {
        let dialled = async { self.server.lock().await.dial().await };
        let connection = match timeout(PATIENCE, dialled).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return Err(FileError::Broken(error.to_string())),
            Err(_) => return Err(FileError::Broken("no connection in time".to_owned())),
        };
        let (sender, connection) = handshake(TokioIo::new(connection)).await?;
        self.tasks.spawn(async move {
            // How it ended is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(sender)
    }
}

impl Download {
    /// The next piece, of about so many bytes; nothing at the end.
    pub async fn next(&mut self, about: usize) -> Result<Option<Bytes>, FileError> {
        let mut piece = BytesMut::new();
        while piece.len() < about {
            let frame = match timeout(PATIENCE, self.body.frame()).await {
                Ok(Some(frame)) => frame?,
                Ok(None) => break,
                Err(_) => return Err(too_slow()),
            };
            if let Ok(data) = frame.into_data() {
                piece.extend_from_slice(&data);
            }
        }
        Ok((!piece.is_empty()).then(|| piece.freeze()))
    }
}

async fn answer(
    sender: &mut SendRequest<Counted>,
    request: hyper::http::Result<Request<Counted>>,
) -> Result<Response<Incoming>, FileError> {
    let request = request.map_err(unfit)?;
    Ok(timeout(PATIENCE, sender.send_request(request)).await.map_err(|_| too_slow())??)
}

async fn read_json<T: DeserializeOwned>(response: Response<Incoming>) -> Result<T, FileError> {
    if response.status() != StatusCode::OK {
        return Err(refusal(response).await);
    }
    let body = collect(response).await?;
    serde_json::from_slice(&body).map_err(|error| FileError::Broken(format!("cannot read the answer: {error}")))
}

/// A refusal as JSON (D2, C7).
#[derive(Deserialize)]
struct Refusal {
    code: String,
    #[serde(default)]
    message: String,
}

async fn refusal(response: Response<Incoming>) -> FileError {
    let status = response.status();
    let body = match collect(response).await {
        Ok(body) => body,
        Err(error) => return error,
    };
    let read = serde_json::from_slice::<Refusal>(&body).ok();
    match read.and_then(|refusal| Some((Code::from_str_name(&refusal.code)?, refusal.message))) {
        Some((code, message)) => FileError::Refused { code, message },
        // Something stands between us and the server.
        None => FileError::Broken(format!("status {status}")),
    }
}

async fn collect(response: Response<Incoming>) -> Result<Bytes, FileError> {
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect();
    match timeout(PATIENCE, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) => Err(FileError::Broken(error.to_string())),
        Err(_) => Err(too_slow()),
    }
}

fn unfit(error: hyper::http::Error) -> FileError {
    FileError::Broken(error.to_string())
}

fn too_slow() -> FileError {
    FileError::Broken(format!("nothing happened for {} s", PATIENCE.as_secs()))
}

/// As long as the server waits for us (D8).
const PATIENCE: Duration = Duration::from_secs(30);
/// An answer that is not a file says little.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
