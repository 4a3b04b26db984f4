//! Along the size of a group: processor time of a message to it, with all members there, with some, and with few.

use std::io::{Read, Write};
use std::net::TcpStream;

use longlink::wire::frame::HEADER_LENGTH;
use longlink::wire::{Command, Header, pb};
use prost::Message;

use super::add;
use crate::driver::Driver;
use crate::options::Plan;
use crate::peer::Peer;
use crate::peer::server::Server;
use crate::process::cpu_us;
use crate::results::{Curve, Samples};
use crate::scenario::caught;
use crate::speech::{self, Heard};

const FEW: usize = 10;
const SOME: usize = 1_000;
/// The protocol's bound for one request.
const INVITED_AT_ONCE: usize = 100;
const ROUNDS: usize = 3;
const FRAME_BYTES_MAX: usize = 1024 * 1024;
const NAME: &str = "longlink";

pub(super) fn measure(plan: &Plan, curves: &mut Vec<Curve>) -> Vec<String> {
    caught(|| along(plan, curves)).err().into_iter().collect()
}

fn along(plan: &Plan, curves: &mut Vec<Curve>) {
    let mut number = 0;
    let mut server = Peer::Longlink.start();
    server.add_users(*plan.sizes.grow_groups.last().unwrap());
    for members in plan.sizes.grow_groups.iter().copied() {
        let group = make(&server, members);
        let all = [
            (members, "a delivery, all members there"),
            (SOME.min(members), "a delivery, a thousand there"),
            (FEW.min(members), "a delivery, ten there"),
        ];
        for (there, what) in all {
            let mut driver = server.driver();
            server.log_in(&mut driver, there);
            let messages = (plan.sizes.messages as usize / 2 / there).clamp(4, 1_000);
            send(&server, &mut driver, group, messages / 2, &mut number);
            let mut samples = Samples::default();
            for _ in 0..ROUNDS {
                let before = cpu_us(server.pid());
                send(&server, &mut driver, group, messages, &mut number);
                samples.0.push((cpu_us(server.pid()) - before) / (messages * (there - 1)) as f64);
            }
            add(curves, NAME, &format!("processor time of {what}"), "us", (members, samples.median()));
            drop(driver);
            server.settle();
        }
    }
}

/// The first user writes to the group, one message after the other.
fn send(server: &Server, driver: &mut Driver, group: i64, messages: usize, number: &mut u64) {
    let mut template = server.speech.message(group);
    let (owed, mut message) = (driver.links() as u64 - 1, Vec::new());
    for _ in 0..messages {
        message.clear();
        *number += 1;
        template.put(*number, &mut message);
        driver.say(0, &message);
        let (mut delivered, mut acknowledged) = (0, false);
        driver.hear_until(|_, heard, _| {
            match heard {
                Heard::Messages(count) => delivered += count,
                Heard::Acknowledged => acknowledged = true,
                Heard::Answered | Heard::Other => {}
            }
            acknowledged && delivered == owed
        });
    }
}

/// A group of the first users, made by the first of them.
fn make(server: &Server, members: usize) -> i64 {
    let mut asking = Asking { stream: TcpStream::connect(server.address).unwrap(), seq: 1 };
    asking.stream.write_all(&server.hello(0)).unwrap();
    asking.reply();
    let name = format!("group of {members}");
    let create = pb::GroupCreateRequest { name: name.clone(), members: Vec::new(), client_msg_id: name };
    let made = pb::GroupCreateReply::decode(&*asking.ask(Command::GroupCreate, create.encode_to_vec())).unwrap();
    assert_eq!(made.code, 0, "no group: {}", made.message);
    let others: Vec<i64> = (1..members).map(|link| server.user(link)).collect();
    for some in others.chunks(INVITED_AT_ONCE) {
        let invite = pb::GroupInviteRequest { group: made.group, members: some.to_vec() };
        let invited = pb::Refusal::decode(&*asking.ask(Command::GroupInvite, invite.encode_to_vec())).unwrap();
        assert_eq!(invited.code, 0, "not invited: {}", invited.message);
    }
    made.group
}

/// One link that asks one thing after the other.
struct Asking {
    stream: TcpStream,
    seq: u32,
}

impl Asking {
    fn ask(&mut self, command: Command, body: Vec<u8>) -> Vec<u8> {
        self.seq += 1;
        self.stream.write_all(&speech::frame(command, self.seq, body)).unwrap();
        self.reply()
    }

    /// The body of the reply; what is pushed in between is passed over.
    fn reply(&mut self) -> Vec<u8> {
        loop {
            let mut head = [0; HEADER_LENGTH];
            self.stream.read_exact(&mut head).unwrap();
            let header = Header::parse(&head, FRAME_BYTES_MAX).unwrap().unwrap();
            let mut body = vec![0; header.frame_length() as usize - HEADER_LENGTH];
            self.stream.read_exact(&mut body).unwrap();
            if header.seq == self.seq {
                return body;
            }
        }
    }
}
