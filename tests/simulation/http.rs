//! HTTP/1.1 by hand over a simulated connection: one request each.

use longlink::wire::pb;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Duration, timeout};

use crate::dice::Dice;
use crate::scene::Scene;

/// Longer than a request waits for messages.
const PATIENCE: Duration = Duration::from_secs(14);

/// Who asks: a name for the trace, and a token.
pub(crate) struct Asker<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) name: &'a str,
    pub(crate) token: &'a str,
    pub(crate) dice: &'a mut Dice,
}

impl Asker<'_> {
    /// Asks for a command. `None`: no whole answer came.
    pub(crate) async fn cgi<R: Message + Default>(&mut self, command: &str, request: &impl Message) -> Option<R> {
        let (status, body) = self.ask("POST", &format!("/cgi/{command}"), &request.encode_to_vec()).await?;
        self.scene.check(status == 200, || format!("/cgi/{command} is answered with status {status}"));
        R::decode(&body[..]).ok()
    }

    /// Asks for anything: status and body.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        let answer = timeout(PATIENCE, self.exchange(method, path, body)).await.ok()??;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&answer[..end]).ok()?.to_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse().ok()?;
        let body = answer[end + 4..].to_vec();
        // One that was cut off is none.
        (body.len() == length).then_some((status, body))
    }

    async fn exchange(&mut self, method: &str, path: &str, body: &[u8]) -> Option<Vec<u8>> {
        let mut end = self.scene.dial_http(self.name, self.dice).await?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        end.write_all(&[head.as_bytes(), body].concat()).await.ok()?;
        let mut answer = Vec::new();
        end.read_to_end(&mut answer).await.ok()?;
        Some(answer)
    }
}

/// What a login by HTTP asks.
pub(crate) fn hello(token: &str, device: &str, place: Option<&(String, i64)>) -> pb::HelloRequest {
    pb::HelloRequest {
        credential: Some(pb::hello_request::Credential::Token(token.to_owned())),
        device_id: device.to_owned(),
        resume: place.map(|(epoch, cursor)| pb::Resume { epoch: epoch.clone(), cursor: *cursor }),
        client: "a walker".to_owned(),
    }
}
