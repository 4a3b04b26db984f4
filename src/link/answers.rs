//! The requests of one link that are being carried out.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::wire::{Outgoing, Refused};

/// What a request comes to.
pub(super) type Answer = Result<Bytes, Refused>;

/// Answers that are still to come, in the order in which they will be ready. Empty, it is one null pointer.
#[derive(Default)]
pub(super) struct Answers(Option<Box<FuturesUnordered<Answering>>>);

struct Answering {
    cmd_id: u32,
    seq: u32,
    answer: BoxFuture<'static, Answer>,
}

impl Answers {
    pub(super) fn push(&mut self, cmd_id: u32, seq: u32, answer: BoxFuture<'static, Answer>) {
        self.0.get_or_insert_default().push(Answering { cmd_id, seq, answer });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The next reply that is ready. `Pending` also when there is none to come.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Outgoing> {
        let Some(answers) = &mut self.0 else { return Poll::Pending };
        match answers.poll_next_unpin(context) {
            Poll::Ready(Some(reply)) => {
                if answers.is_empty() {
                    self.0 = None;
                }
                Poll::Ready(reply)
            }
            Poll::Ready(None) => {
                self.0 = None;
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Future for Answering {
    type Output = Outgoing;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outgoing> {
        let (cmd_id, seq) = (self.cmd_id, self.seq);
        self.answer.as_mut().poll(context).map(|answer| reply(cmd_id, seq, answer))
    }
}

/// The frame that carries an answer.
pub(super) fn reply(cmd_id: u32, seq: u32, answer: Answer) -> Outgoing {
    Outgoing { cmd_id, seq, body: answer.unwrap_or_else(|refused| refused.encode()) }
}
