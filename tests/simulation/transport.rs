//! The link's transport: the server's own over a cable, and the planted bugs that are about what is said on a link.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use longlink::link::tcp::TcpTransport;
use longlink::link::transport::{LinkError, Said, Transport};
use longlink::wire::{Command, Frame, Outgoing, pb};
use prost::Message;

use crate::bug::Bug;
use crate::cable::End;

/// The greatest place that was ever pushed to a device, by its credential and name.
pub(crate) type Pushed = Arc<Mutex<BTreeMap<String, i64>>>;

pub(crate) struct Carrier {
    inner: TcpTransport<End>,
    bug: Option<Bug>,
    pushed: Pushed,
    device: Option<String>,
    was_blocked: bool,
}

impl Carrier {
    pub(crate) fn new(end: End, bug: Option<Bug>, pushed: Pushed) -> Self {
        Self { inner: TcpTransport::new(end), bug, pushed, device: None, was_blocked: false }
    }

    /// What the peer says, or what a server with this bug would take it for.
    fn heard(&mut self, mut frame: Frame) -> Frame {
        let (Some(bug), true) = (self.bug, frame.cmd_id == Command::Hello as u32) else { return frame };
        let Ok(mut hello) = pb::HelloRequest::decode(frame.body.clone()) else { return frame };
        let device = hello.device_id.clone();
        if let Some(resume) = &mut hello.resume {
            if bug == Bug::PushedIsTaken {
                let pushed = self.pushed.lock().unwrap().get(&device).copied();
                resume.cursor = resume.cursor.max(pushed.unwrap_or_default());
            } else if bug == Bug::CursorBackwards {
                resume.cursor = (resume.cursor - 2).max(0);
            }
        }
        self.device = Some(device);
        frame.body = hello.encode_to_vec().into();
        frame
    }

    /// What is said, or what a server with this bug would say.
    fn say(&mut self, frames: &mut Vec<Outgoing>) {
        let entries = |frame: &Outgoing| {
            let is_it = frame.cmd_id == Command::PushEntries as u32;
            is_it.then(|| pb::EntriesPush::decode(frame.body.clone()).map(|push| push.entries).unwrap_or_default())
        };
        match self.bug {
            Some(Bug::TwiceToEveryone) => {
                let twice = frames.iter().position(|frame| {
                    entries(frame).is_some_and(|all| all.iter().any(|entry| entry.to == 0 && entry.queue_id % 4 == 0))
                });
                if let Some(at) = twice {
                    let again = frames[at].clone();
                    frames.insert(at, again);
                }
            }
            Some(Bug::PushedIsTaken) => {
                let Some(device) = &self.device else { return };
                let mut pushed = self.pushed.lock().unwrap();
                for entry in frames.iter().filter_map(entries).flatten() {
                    let last = pushed.entry(device.clone()).or_default();
                    *last = entry.queue_id.max(*last);
                }
            }
            Some(Bug::LosesTheRest) if self.was_blocked => drop(frames.pop()),
            _ => {}
        }
    }
}

impl Transport for Carrier {
    const NAME: &'static str = "cable";

    fn poll_hear(&mut self, context: &mut Context<'_>, frame_bytes_max: usize) -> Poll<Result<Frame, LinkError>> {
        let heard = self.inner.poll_hear(context, frame_bytes_max);
        heard.map(|heard| heard.map(|frame| self.heard(frame)))
    }

    fn poll_say(
        &mut self,
        context: &mut Context<'_>,
        frames: &mut Vec<Outgoing>,
        client_version: u32,
    ) -> Result<Said, LinkError> {
        if !frames.is_empty() && self.bug.is_some() {
            self.say(frames);
        }
        let said = self.inner.poll_say(context, frames, client_version)?;
        self.was_blocked = matches!(said, Said::Blocked { .. });
        Ok(said)
    }

    fn poll_finish(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_finish(context)
    }

    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.inner.poll_discard(context)
    }
}
