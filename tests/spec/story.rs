//! Any story that a few users may have together, against a model: everybody gets exactly what is theirs, once and in
//! order, however they come and go (E5 to E12, G2).

use std::collections::BTreeSet;

use longlink::wire::pb;
use longlink::wire::{Code, Command};
use proptest::prelude::*;
use proptest::test_runner::{FailurePersistence, FileFailurePersistence};
use tokio::io::DuplexStream;

use crate::support::{Peer, World, text_to};

const USERS: usize = 4;

/// What happens next. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    /// A user writes to a user, to everyone or to a group.
    Write {
        by: usize,
        to: usize,
    },
    /// Every user writes a few things at once, to whomever it may.
    WriteAtOnce {
        to: usize,
        each: usize,
    },
    /// A user says something again that was said before.
    Repeat {
        by: usize,
        which: usize,
    },
    Create {
        by: usize,
        members: usize,
    },
    Invite {
        by: usize,
        group: usize,
        member: usize,
    },
    Leave {
        by: usize,
        group: usize,
    },
    /// A reader takes what there is for it.
    Read {
        user: usize,
    },
    /// A reader takes one push and no more.
    ReadOne {
        user: usize,
    },
    /// A reader reads a page by asking for it.
    Sync {
        user: usize,
    },
    /// A reader goes, whatever was on its way to it, and comes back with its cursor.
    ComeBack {
        user: usize,
    },
    /// A reader goes.
    Go {
        user: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let any = 0_usize..1000;
    prop_oneof![
        4 => (any.clone(), any.clone()).prop_map(|(by, to)| Step::Write { by, to }),
        2 => (any.clone(), 1_usize..4).prop_map(|(to, each)| Step::WriteAtOnce { to, each }),
        1 => (any.clone(), any.clone()).prop_map(|(by, which)| Step::Repeat { by, which }),
        1 => (any.clone(), any.clone()).prop_map(|(by, members)| Step::Create { by, members }),
        2 => (any.clone(), any.clone(), any.clone())
            .prop_map(|(by, group, member)| Step::Invite { by, group, member }),
        1 => (any.clone(), any.clone()).prop_map(|(by, group)| Step::Leave { by, group }),
        2 => any.clone().prop_map(|user| Step::Read { user }),
        2 => any.clone().prop_map(|user| Step::ReadOne { user }),
        1 => any.clone().prop_map(|user| Step::Sync { user }),
        2 => any.clone().prop_map(|user| Step::ComeBack { user }),
        1 => any.prop_map(|user| Step::Go { user }),
    ]
}

/// What the log is, and who may see what of it. The place of the entry at index `n` is `n + 1`.
#[derive(Default)]
struct Model {
    /// By whom, and who sees it.
    log: Vec<(usize, BTreeSet<usize>)>,
    /// Number and members.
    groups: Vec<(i64, BTreeSet<usize>)>,
    /// Of each group, whose it is, and then who would be next: by when they came, and then by number.
    heirs: Vec<Vec<usize>>,
    /// What was sent under which name: by whom, to whom, its place.
    sent: Vec<(usize, i64, String, i64)>,
}

impl Model {
    fn append(&mut self, by: usize, others: impl IntoIterator<Item = usize>) -> i64 {
        self.log.push((by, others.into_iter().chain([by]).collect()));
        self.log.len() as i64
    }

    /// Whom a number means: users from 1 on, then everyone, then the groups. And who may see what is written to them.
    fn peer(&self, number: usize) -> (i64, BTreeSet<usize>) {
        match number % (USERS + 1 + self.groups.len()) {
            user if user < USERS => (user as i64 + 1, BTreeSet::from([user])),
            USERS => (0, (0..USERS).collect()),
            group => self.groups[group - USERS - 1].clone(),
        }
    }

    fn may_write(&self, by: usize, to: i64) -> bool {
        to >= 0 || self.groups.iter().any(|(group, members)| *group == to && members.contains(&by))
    }

    fn inbox(&self, user: usize) -> Vec<i64> {
        let seen = |(_, who): &&(usize, BTreeSet<usize>)| who.contains(&user);
        (1..).zip(&self.log).filter(|(_, entry)| seen(entry)).map(|(place, _)| place).collect()
    }
}

/// A user: a link to write on, and a device that reads and knows how far it has come.
struct User {
    token: String,
    pen: Peer<DuplexStream>,
    reader: Option<Peer<DuplexStream>>,
    taken: Vec<i64>,
    cursor: i64,
}

impl User {
    fn take(&mut self, entries: &[pb::Entry]) {
        for entry in entries {
            assert!(entry.queue_id > self.cursor, "{} again, behind {}", entry.queue_id, self.cursor);
            self.cursor = entry.queue_id;
            self.taken.push(entry.queue_id);
        }
    }

    /// Takes what is pushed until a noop is echoed.
    async fn read(&mut self) {
        let Some(mut reader) = self.reader.take() else { return };
        reader.noop().await;
        for push in std::mem::take(&mut reader.pushes).into_iter().filter(|push| !push.tells_of_arrival()) {
            assert_eq!(push.cmd, Command::PushEntries as u32);
            self.take(&push.read::<pb::EntriesPush>().entries);
        }
        self.reader = Some(reader);
    }
}

struct Story {
    world: World,
    epoch: String,
    users: Vec<User>,
    model: Model,
    next_id: usize,
}

impl Story {
    /// So little fits that everybody falls behind all the time.
    async fn begin() -> Self {
        let world = World::with(|plan| {
            plan.bounds.outbox_bytes_max = 200;
            plan.chat.page_entries = 3;
            plan.chat.page_bytes = 300;
        })
        .await;
        let (mut users, mut epoch) = (Vec::new(), String::new());
        for number in 1..=USERS {
            let (user, token) = world.user(&format!("user {number}")).await;
            assert_eq!(user, number as i64);
            let mut pen = world.piped().await;
            epoch = pen.hello(&token, "pen", None).await.epoch;
            users.push(User { token, pen, reader: None, taken: Vec::new(), cursor: 0 });
        }
        Self { world, epoch, users, model: Model::default(), next_id: 0 }
    }

    fn text(&mut self, to: i64) -> pb::SendRequest {
        self.next_id += 1;
        text_to(to, &self.next_id.to_string(), &"x".repeat(self.next_id * 37 % 200))
    }

    async fn go_on(&mut self, step: Step) {
        match step {
            Step::Write { by, to } => self.write(by % USERS, to).await,
            Step::WriteAtOnce { to, each } => self.write_at_once(to, each).await,
            Step::Repeat { by, which } => self.repeat(by % USERS, which).await,
            Step::Create { by, members } => self.create(by % USERS, members).await,
            Step::Invite { by, group, member } => self.invite(by % USERS, group, member % USERS).await,
            Step::Leave { by, group } => self.leave(by % USERS, group).await,
            Step::Read { user } => self.users[user % USERS].read().await,
            Step::ReadOne { user } => self.read_one(user % USERS).await,
            Step::Sync { user } => self.sync(user % USERS).await,
            Step::ComeBack { user } => self.come_back(user % USERS).await,
            Step::Go { user } => self.users[user % USERS].reader = None,
        }
    }

    async fn write(&mut self, by: usize, to: usize) {
        let (to, who) = self.model.peer(to);
        let request = self.text(to);
        let reply: pb::SendReply = self.users[by].pen.call(Command::Send, &request).await;
        if self.model.may_write(by, to) {
            assert_eq!((reply.code(), reply.queue_id), (Code::Ok, self.model.append(by, who)));
            self.model.sent.push((by, to, request.client_msg_id, reply.queue_id));
        } else {
            assert_eq!(reply.code(), Code::NotFound);
        }
    }

    async fn write_at_once(&mut self, to: usize, each: usize) {
        let mut asked = Vec::new();
        for number in 0..USERS * each {
            let by = number % USERS;
            let (to, who) = self.model.peer(to + number);
            if self.model.may_write(by, to) {
                let request = self.text(to);
                asked.push((by, self.users[by].pen.ask(Command::Send, &request).await, who));
            }
        }
        let mut written = Vec::new();
        for (by, seq, who) in asked {
            let reply: pb::SendReply = self.users[by].pen.reply(seq).await.read();
            assert_eq!(reply.code(), Code::Ok);
            if let Some((place, ..)) = written.iter().rev().find(|(_, earlier, _)| *earlier == by) {
                assert!(reply.queue_id > *place, "one user's in their order");
            }
            written.push((reply.queue_id, by, who));
        }
        written.sort_by_key(|(place, ..)| *place);
        for (place, by, who) in written {
            assert_eq!(self.model.append(by, who), place);
        }
    }

    async fn repeat(&mut self, by: usize, which: usize) {
        let own: Vec<_> = self.model.sent.iter().filter(|(writer, ..)| *writer == by).collect();
        let Some((_, to, id, place)) = own.get(which % own.len().max(1)) else { return };
        let request = text_to(*to, id, "again");
        if self.model.may_write(by, *to) {
            let reply: pb::SendReply = self.users[by].pen.call(Command::Send, &request).await;
            assert_eq!((reply.code(), reply.queue_id, reply.duplicate), (Code::Ok, *place, true));
        }
    }

    async fn create(&mut self, by: usize, members: usize) {
        if self.model.groups.len() == 3 {
            return;
        }
        let mut who: BTreeSet<usize> = (0..USERS).filter(|user| members & (1 << user) != 0).collect();
        self.next_id += 1;
        let request = pb::GroupCreateRequest {
            name: "a group".into(),
            members: who.iter().map(|user| *user as i64 + 1).collect(),
            client_msg_id: self.next_id.to_string(),
        };
        let reply: pb::GroupCreateReply = self.users[by].pen.call(Command::GroupCreate, &request).await;
        assert_eq!((reply.code(), reply.queue_id), (Code::Ok, self.model.append(by, who.clone())));
        who.insert(by);
        self.model.heirs.push([by].into_iter().chain(who.iter().copied().filter(|user| *user != by)).collect());
        self.model.groups.push((reply.group, who));
    }

    async fn invite(&mut self, by: usize, group: usize, member: usize) {
        let groups = self.model.groups.len();
        if groups == 0 {
            return;
        }
        let (number, mut who) = self.model.groups[group % groups].clone();
        let request = pb::GroupInviteRequest { group: number, members: vec![member as i64 + 1] };
        let code = self.users[by].pen.code(Command::GroupInvite, &request).await;
        assert_eq!(code, if who.contains(&by) { Code::Ok } else { Code::NotFound });
        if code == Code::Ok && who.insert(member) {
            self.model.groups[group % groups].1 = who.clone();
            self.model.heirs[group % groups].push(member);
            self.model.append(by, who);
        }
    }

    async fn leave(&mut self, by: usize, group: usize) {
        let groups = self.model.groups.len();
        if groups == 0 {
            return;
        }
        let (number, who) = self.model.groups[group % groups].clone();
        let code = self.users[by].pen.code(Command::GroupLeave, &pb::GroupLeaveRequest { group: number }).await;
        assert_eq!(code, if who.contains(&by) { Code::Ok } else { Code::NotFound });
        if code == Code::Ok {
            let heirs = &mut self.model.heirs[group % groups];
            let hands_over = heirs.first() == Some(&by) && heirs.len() > 1;
            heirs.retain(|user| *user != by);
            if hands_over {
                self.model.append(by, who.clone());
            }
            self.model.append(by, who);
            self.model.groups[group % groups].1.remove(&by);
        }
    }

    async fn read_one(&mut self, user: usize) {
        let owed = self.model.inbox(user).last().is_some_and(|last| *last > self.users[user].cursor);
        let user = &mut self.users[user];
        if !owed {
            return;
        }
        let Some(mut reader) = user.reader.take() else { return };
        let push: pb::EntriesPush = reader.pushed(Command::PushEntries).await;
        user.take(&push.entries);
        user.reader = Some(reader);
    }

    /// Not on the reader itself: what it asks for it would be pushed as well.
    async fn sync(&mut self, user: usize) {
        let inbox = self.model.inbox(user);
        let user = &mut self.users[user];
        user.reader = None;
        let request = pb::SyncRequest { after: user.cursor, limit: 2, wait_ms: 0 };
        let reply: pb::SyncReply = user.pen.call(Command::Sync, &request).await;
        user.take(&reply.entries);
        assert!(reply.cursor >= user.cursor);
        assert_eq!(reply.more, inbox.iter().any(|place| *place > reply.cursor));
        user.cursor = reply.cursor;
    }

    async fn come_back(&mut self, user: usize) {
        let user = &mut self.users[user];
        let mut reader = self.world.piped_through(256).await;
        reader.hello(&user.token, "reader", Some((&self.epoch, user.cursor))).await;
        user.reader = Some(reader);
    }

    /// In the end everybody is there, and has everything.
    async fn end(mut self) {
        for number in 0..USERS {
            let inbox = self.model.inbox(number);
            if self.users[number].reader.is_none() {
                self.come_back(number).await;
            }
            while self.users[number].taken.len() < inbox.len() {
                self.read_one(number).await;
            }
            self.users[number].read().await;
            assert_eq!(self.users[number].taken, inbox, "user {}", number + 1);
        }
    }
}

/// What once went wrong is told again first.
fn stories_that_failed() -> Option<Box<dyn FailurePersistence>> {
    Some(Box::new(FileFailurePersistence::Direct("tests/spec/story.regressions.txt")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: stories_that_failed(), ..ProptestConfig::default() })]

    #[test]
    fn everybody_gets_exactly_what_is_theirs_once_and_in_order(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut story = Story::begin().await;
            for step in steps {
                story.go_on(step).await;
            }
            story.end().await;
        });
    }
}
