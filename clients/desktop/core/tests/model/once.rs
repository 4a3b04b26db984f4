//! Any order in which pushes, pages and answers come, and come again, leaves each message once, in its place, as it was
//! left last.

use std::collections::BTreeMap;

use longlink_client::pb;
use longlink_desktop_core::model::{Item, NewMessage, Page, Told};
use proptest::prelude::*;

use super::support::*;

/// What may happen next.
#[derive(Clone, Debug)]
enum Step {
    /// Anna says something.
    Theirs,
    /// The person writes; the answer comes later.
    Mine,
    /// The server takes the oldest message that waits. `answered`: and the answer comes at once; otherwise the link
    /// breaks over it, and it comes as an entry.
    Take {
        answered: bool,
    },
    /// One of the messages is changed or taken back, by its writer.
    Change {
        which: usize,
        recalled: bool,
    },
    /// What was told so far is told from an earlier place once more.
    Again {
        back: usize,
    },
    /// The page that is being loaded comes, as the server had it when it was asked.
    Page,
    Older,
    Newer,
    /// The person goes to an earlier place, or to the end.
    Goto {
        which: usize,
    },
    End,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Theirs),
        3 => Just(Step::Mine),
        3 => any::<bool>().prop_map(|answered| Step::Take { answered }),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(which, recalled)| Step::Change { which, recalled }),
        1 => (0..20_usize).prop_map(|back| Step::Again { back }),
        3 => Just(Step::Page),
        2 => Just(Step::Older),
        2 => Just(Step::Newer),
        1 => any::<usize>().prop_map(|which| Step::Goto { which }),
        1 => Just(Step::End),
    ]
}

/// A server, and the model in front of it.
struct World {
    stage: Stage,
    /// All that is pushed, ascending.
    log: Vec<pb::Entry>,
    /// How each message is now.
    messages: BTreeMap<i64, Item>,
    waiting: Vec<(String, String)>,
    /// What was asked for, and how the server read it then.
    pages: Vec<Page>,
    next: i64,
}

/// Pages are small, so that there are many.
const PAGE: usize = 4;

impl World {
    fn new() -> Self {
        let mut world = Self {
            stage: Stage::online(0),
            log: Vec::new(),
            messages: BTreeMap::new(),
            waiting: Vec::new(),
            pages: Vec::new(),
            next: 1,
        };
        world.stage.session.open(BEN);
        for _ in 0..12 {
            world.step(Step::Theirs);
        }
        world.stage.session.open(ANNA);
        world.read();
        world
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Theirs => {
                let entry = text(self.place(), ANNA, ME, &format!("theirs {}", self.next));
                self.say(entry, true);
            }
            Step::Mine => {
                let words = format!("mine {}", self.next);
                let id = self.stage.session.send(ANNA, NewMessage::text(words.clone())).unwrap();
                self.waiting.push((id, words));
            }
            Step::Take { answered } if !self.waiting.is_empty() => {
                let (id, words) = self.waiting.remove(0);
                let entry = pb::Entry { client_msg_id: id.clone(), ..text(self.place(), ME, ANNA, &words) };
                let (queue_id, sent_at_ms) = (entry.queue_id, entry.sent_at_ms);
                self.say(entry, !answered);
                if answered {
                    self.stage.tell(Told::Kept { client_msg_id: id, queue_id, sent_at_ms });
                }
            }
            Step::Take { .. } => {}
            Step::Change { which, recalled } => self.change(which, recalled),
            Step::Again { back } => {
                let from = self.log.len().saturating_sub(back);
                self.stage.entries(self.log[from..].to_vec());
            }
            Step::Page if !self.pages.is_empty() => {
                let page = self.pages.remove(0);
                self.stage.tell(Told::Page(page));
            }
            Step::Page => {}
            Step::Older => self.stage.session.load_older(),
            Step::Newer => self.stage.session.load_newer(),
            Step::Goto { which } => {
                if let Some(place) = self.some_place(which) {
                    self.stage.session.open_at(ANNA, place);
                }
            }
            Step::End => self.stage.session.to_latest(),
        }
        self.read();
        self.check();
    }

    fn place(&mut self) -> i64 {
        self.next += 3;
        self.next
    }

    fn say(&mut self, entry: pb::Entry, is_pushed: bool) {
        self.messages.insert(entry.queue_id, Item::of(&entry));
        self.log.push(entry.clone());
        if is_pushed {
            self.stage.entries([entry]);
        }
    }

    fn some_place(&self, which: usize) -> Option<i64> {
        self.messages.keys().nth(which % self.messages.len().max(1)).copied()
    }

    fn change(&mut self, which: usize, recalled: bool) {
        let Some(target) = self.some_place(which) else { return };
        if self.messages[&target].is_recalled() {
            return;
        }
        let (place, from) = (self.place(), self.messages[&target].from);
        let words = format!("changed {place}");
        let to = if from == ME { ANNA } else { ME };
        let entry = if recalled { recall(place, from, to, target) } else { edit(place, from, to, target, &words) };
        let amendment = longlink_desktop_core::model::Amendment::of(&entry).unwrap();
        assert!(amendment.apply(self.messages.get_mut(&target).unwrap()));
        self.log.push(entry.clone());
        self.stage.entries([entry]);
    }

    /// The server reads what is asked for now; it comes when it comes.
    fn read(&mut self) {
        for (number, before, after) in self.stage.loads(ANNA) {
            let end = if before == 0 { i64::MAX } else { before };
            let is_in = |item: &&Item| item.queue_id > after && item.queue_id < end;
            let all: Vec<_> = self.messages.values().filter(is_in).cloned().collect();
            let has_more = all.len() > PAGE;
            let items = if after != 0 {
                all[..all.len().min(PAGE)].to_vec()
            } else {
                all[all.len().saturating_sub(PAGE)..].to_vec()
            };
            self.pages.push(Page { number, peer: ANNA, items, has_more, has_holes: false });
        }
        self.stage.wishes();
    }

    /// What is shown is an unbroken part of what there is, with what waits behind it, if that is the end.
    fn check(&self) {
        let thread = self.stage.session.thread.as_ref().unwrap();
        let (kept, waiting): (Vec<_>, Vec<_>) = thread.items.iter().partition(|item| item.queue_id > 0);
        if let (Some(first), Some(last)) = (kept.first(), kept.last()) {
            let expected: Vec<_> = self.messages.range(first.queue_id..=last.queue_id).map(|(_, item)| item).collect();
            assert_eq!(kept, expected, "each once, in order, as it was left");
        }
        let words: Vec<_> = waiting.iter().map(|item| words(item)).collect();
        let expected: Vec<_> = self.waiting.iter().map(|(_, words)| words.clone()).collect();
        assert!(words == expected || (words.is_empty() && (!thread.is_loaded || thread.has_newer)), "{words:?}");
    }

    /// Goes to the end, and reads on to the beginning.
    fn read_all(&mut self) {
        self.step(Step::End);
        let mut tries = 0;
        while self.stage.session.thread.as_ref().is_some_and(|it| it.has_older || it.has_newer || !it.is_loaded) {
            self.step(Step::Page);
            self.step(Step::Newer);
            self.step(Step::Older);
            tries += 1;
            assert!(tries < 1_000, "it never comes to an end");
        }
        let thread = self.stage.session.thread.as_ref().unwrap();
        let places: Vec<_> = thread.items.iter().map(|item| item.queue_id).filter(|place| *place > 0).collect();
        assert_eq!(places, self.messages.keys().copied().collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_pushes_pages_and_answers_shows_each_message_once_in_its_place(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.read_all();
    }
}
