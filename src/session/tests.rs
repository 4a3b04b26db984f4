//! Facts of PROTOCOL.md's "Life of a link", told to a session by hand.

use prost::Message;

use super::*;

const RULES: Rules = Rules {
    idle_timeout_ms: 900_000,
    hold_timeout_ms: 4_000,
    held_frames_max: 2,
    held_bytes_max: 100,
    frame_bytes_max: 1_000,
    stranger_frame_bytes_max: 500,
    requests_in_flight_max: 2,
    failed_logins_max: 2,
    first_client_version: 0,
};

fn frame(cmd_id: u32, seq: u32, body: Vec<u8>) -> Frame {
    Frame { client_version: 200, cmd_id, seq, body: body.into() }
}

fn send(seq: u32) -> Frame {
    frame(Command::Send as u32, seq, pb::SendRequest { to: 2, ..Default::default() }.encode_to_vec())
}

fn hello(seq: u32) -> Frame {
    frame(Command::Hello as u32, seq, pb::HelloRequest { device_id: "d".into(), ..Default::default() }.encode_to_vec())
}

fn user() -> Session {
    let mut session = Session::new(Moment(0), &RULES);
    assert!(matches!(session.hear(Moment(0), hello(1), &RULES), Ok(Step::LogIn { seq: 1, .. })));
    assert_eq!(session.logged_in(), []);
    session
}

fn code_of(frame: &Outgoing) -> Code {
    pb::Refusal::decode(frame.body.clone()).unwrap().code()
}

#[test]
fn a_noop_is_echoed_with_an_empty_body() {
    let mut session = Session::new(Moment(0), &RULES);
    let noop = frame(6, SEQ_NOOP, b"leak".to_vec());
    let echo = Outgoing { cmd_id: 6, seq: SEQ_NOOP, body: Bytes::new() };
    assert_eq!(session.hear(Moment(0), noop, &RULES), Ok(Step::Say(echo)));
}

#[test]
fn a_signalling_keep_is_never_answered() {
    let mut session = Session::new(Moment(0), &RULES);
    assert_eq!(session.hear(Moment(0), frame(243, SEQ_SIGNALLING_KEEP, vec![]), &RULES), Ok(Step::Nothing));
    assert_eq!(session.hear(Moment(0), frame(243, 0, vec![]), &RULES), Ok(Step::Nothing));
}

#[test]
fn a_request_with_the_sequence_of_a_push_ends_the_link() {
    assert_eq!(user().hear(Moment(0), send(0), &RULES), Err(CloseReason::BadFrame));
}

#[test]
fn identify_is_a_hello_under_any_command() {
    let mut session = Session::new(Moment(0), &RULES);
    let mut identify = hello(SEQ_IDENTIFY);
    identify.cmd_id = 0xFF00_0001;
    let step = session.hear(Moment(0), identify, &RULES);
    assert!(matches!(step, Ok(Step::LogIn { cmd_id: 0xFF00_0001, seq: SEQ_IDENTIFY, .. })));
}

#[test]
fn what_is_asked_before_login_is_asked_in_order_after_it() {
    let mut session = Session::new(Moment(0), &RULES);
    assert_eq!(session.hear(Moment(0), send(5), &RULES), Ok(Step::Nothing));
    assert!(matches!(session.hear(Moment(0), hello(1), &RULES), Ok(Step::LogIn { .. })));
    assert_eq!(session.hear(Moment(0), send(6), &RULES), Ok(Step::Nothing));
    let seqs: Vec<u32> = session
        .logged_in()
        .into_iter()
        .map(|step| if let Step::Ask(question) = step { question.seq } else { panic!("{step:?}") })
        .collect();
    assert_eq!(seqs, [5, 6]);
}

#[test]
fn what_waits_too_long_for_a_login_is_refused_and_the_link_lives() {
    let mut session = Session::new(Moment(0), &RULES);
    session.hear(Moment(10), send(5), &RULES).unwrap();
    assert_eq!(session.deadline(&RULES), Moment(4_010));
    assert_eq!(session.on_time(Moment(4_009), &RULES), Ok(vec![]));
    let refused = session.on_time(Moment(4_010), &RULES).unwrap();
    assert_eq!(refused.iter().map(|frame| (frame.seq, code_of(frame))).collect::<Vec<_>>(), [(5, Code::NotLoggedIn)]);
    assert_eq!(session.deadline(&RULES), Moment(900_010));
}

#[test]
fn more_than_the_bound_before_login_ends_the_link() {
    let mut session = Session::new(Moment(0), &RULES);
    session.hear(Moment(0), send(1), &RULES).unwrap();
    session.hear(Moment(0), send(2), &RULES).unwrap();
    assert_eq!(session.hear(Moment(0), send(3), &RULES), Err(CloseReason::TooMuchBeforeLogin));
    let mut session = Session::new(Moment(0), &RULES);
    let long = frame(Command::Send as u32, 1, vec![0; 101]);
    assert_eq!(session.hear(Moment(0), long, &RULES), Err(CloseReason::TooMuchBeforeLogin));
}

#[test]
fn an_unknown_command_is_refused_at_once_also_to_a_stranger() {
    let mut session = Session::new(Moment(0), &RULES);
    let Ok(Step::Say(said)) = session.hear(Moment(0), frame(77, 3, vec![]), &RULES) else { panic!() };
    assert_eq!((said.cmd_id, said.seq, code_of(&said)), (77, 3, Code::UnknownCommand));
}

#[test]
fn a_refused_login_may_be_tried_again_until_the_bound() {
    let mut session = Session::new(Moment(0), &RULES);
    session.hear(Moment(0), send(5), &RULES).unwrap();
    session.hear(Moment(0), hello(1), &RULES).unwrap();
    let refused = session.login_refused(Code::BadToken, &RULES).unwrap();
    assert_eq!(refused.iter().map(code_of).collect::<Vec<_>>(), [Code::NotLoggedIn]);
    assert!(matches!(session.hear(Moment(0), hello(2), &RULES), Ok(Step::LogIn { .. })));
    assert_eq!(session.login_refused(Code::BadToken, &RULES), Err(CloseReason::TooManyLogins));
}

#[test]
fn a_second_hello_is_refused_and_the_link_lives() {
    let Ok(Step::Say(said)) = user().hear(Moment(0), hello(9), &RULES) else { panic!() };
    assert_eq!((said.seq, code_of(&said)), (9, Code::AlreadyLoggedIn));
}

#[test]
fn a_link_with_too_many_questions_open_is_not_read() {
    let mut session = user();
    assert!(matches!(session.hear(Moment(0), send(1), &RULES), Ok(Step::Ask(_))));
    assert!(session.may_hear(&RULES));
    assert!(matches!(session.hear(Moment(0), send(2), &RULES), Ok(Step::Ask(_))));
    assert!(!session.may_hear(&RULES));
    session.answered();
    assert!(session.may_hear(&RULES));
}

#[test]
fn only_what_is_heard_moves_the_idle_deadline() {
    let mut session = user();
    assert_eq!(session.deadline(&RULES), Moment(900_000));
    session.answered();
    assert_eq!(session.deadline(&RULES), Moment(900_000));
    session.hear(Moment(7), frame(6, SEQ_NOOP, vec![]), &RULES).unwrap();
    assert_eq!(session.deadline(&RULES), Moment(900_007));
    assert_eq!(session.on_time(Moment(900_006), &RULES), Ok(vec![]));
    assert_eq!(session.on_time(Moment(900_007), &RULES), Err(CloseReason::Idle));
}

#[test]
fn the_version_last_heard_is_the_one_to_echo() {
    let mut session = user();
    assert_eq!(session.client_version(), 200);
    session.hear(Moment(0), Frame { client_version: 7, ..send(4) }, &RULES).unwrap();
    assert_eq!(session.client_version(), 7);
}

#[test]
fn a_stranger_may_send_less_at_once_than_a_user() {
    assert_eq!(Session::new(Moment(0), &RULES).frame_bytes_max(&RULES), 500);
    assert_eq!(user().frame_bytes_max(&RULES), 1_000);
}

#[test]
fn moments_do_not_wrap() {
    assert_eq!(Moment(u64::MAX).plus_ms(1), Moment(u64::MAX));
    assert_eq!(Moment(3).ms_since(Moment(5)), 0);
    assert_eq!(Moment(5).ms_since(Moment(3)), 2);
}
