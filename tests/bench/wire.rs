//! What the pure core costs by itself: a frame read and written, a message decoded and encoded, a request through the
//! session. `cargo bench --bench wire`. Nanoseconds each, the least and the median of several rounds; nothing here
//! passes or fails.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::hint::black_box;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use longlink::session::{Moment, Rules, Session, Step};
use longlink::wire::frame::FRAME_LENGTH_MAX;
use longlink::wire::{Command, Frame, Outgoing, Request, pb};
use prost::Message;

const ROUNDS: usize = 9;
const TIMES: u32 = 100_000;

fn main() {
    let request = pb::SendRequest {
        to: 4_711,
        client_msg_id: "0190b2f0-5d3c-7b7e-9d3e-2f6a11c8e0aa".to_owned(),
        content_type: pb::ContentType::Text as u32,
        content: vec![b'x'; 128].into(),
        ..Default::default()
    };
    let body: Bytes = request.encode_to_vec().into();
    let outgoing = Outgoing { cmd_id: Command::Send as u32, seq: 7, body: body.clone() };
    let mut bytes = BytesMut::new();
    outgoing.put(200, &mut bytes);
    let frame_bytes = bytes.clone().freeze();

    println!("{} bytes a frame, {} of them its body", frame_bytes.len(), body.len());
    measure("read a frame, copying its body", || {
        black_box(Frame::copy_from(black_box(&frame_bytes), FRAME_LENGTH_MAX).unwrap());
    });
    measure("write a frame", || {
        bytes.clear();
        black_box(&outgoing).put(200, &mut bytes);
    });
    measure("decode a request", || {
        black_box(Request::decode(Command::Send as u32, black_box(&body).clone()).unwrap());
    });
    measure("encode a reply", || {
        let reply = pb::SendReply { queue_id: 1 << 40, sent_at_ms: 1_800_000_000_000, ..Default::default() };
        black_box(black_box(reply).encode_to_vec());
    });
    let rules = rules();
    let mut session = user(&rules);
    measure("a request through the session", || {
        let frame = Frame { client_version: 200, cmd_id: Command::Send as u32, seq: 7, body: body.clone() };
        black_box(session.hear(Moment(1), black_box(frame), &rules).unwrap());
        session.answered();
    });
    measure("a noop through the session", || {
        let frame = Frame { client_version: 200, cmd_id: Command::Noop as u32, seq: u32::MAX, body: Bytes::new() };
        black_box(session.hear(Moment(1), black_box(frame), &rules).unwrap());
    });
}

/// Prints what one call takes.
fn measure(what: &str, mut call: impl FnMut()) {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = now();
            for _ in 0..TIMES {
                call();
            }
            start.elapsed().as_nanos() as f64 / f64::from(TIMES)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{what:<34} {:>7.1} ns, median {:>7.1}", rounds[0], rounds[ROUNDS / 2]);
}

/// A session that is logged in.
fn user(rules: &Rules) -> Session {
    let mut session = Session::new(Moment(0), rules);
    let hello = Frame { client_version: 200, cmd_id: Command::Hello as u32, seq: 1, body: Bytes::new() };
    assert!(matches!(session.hear(Moment(0), hello, rules), Ok(Step::LogIn { .. })));
    session.logged_in();
    session
}

fn rules() -> Rules {
    Rules {
        idle_timeout_ms: 900_000,
        hold_timeout_ms: 4_000,
        held_frames_max: 16,
        held_bytes_max: 16 * 1024,
        frame_bytes_max: FRAME_LENGTH_MAX,
        stranger_frame_bytes_max: 8 * 1024,
        requests_in_flight_max: 64,
        failed_logins_max: 5,
        first_client_version: 0,
    }
}

#[allow(clippy::disallowed_methods, reason = "a stopwatch is what this is")]
fn now() -> Instant {
    Instant::now()
}
