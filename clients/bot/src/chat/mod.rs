//! `bot chat`: a terminal client, also for scripts.
//!
//! `run` is the chat's life. Whatever needs the server is a future in `jobs`, so that the screen never waits for it;
//! the next line is read when the command before it is done, so that a script's lines mean what they say in order.
//! Around it: `input` and `screen` (the terminal), `line` (what was typed), `orders` (what commands ask), `names`,
//! `talks`, `said`, `show`, `paint`; `hear` is what the chat does with events, `speak` what it does with messages to send.

mod hear;
mod input;
mod line;
mod names;
mod orders;
mod paint;
mod said;
mod screen;
mod show;
mod speak;
mod talks;
mod tty;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use longlink_client::{AskError, Client, Ended, Event, Events, pb};
use tokio::select;
use tokio::time::{Instant, sleep_until, timeout};

use self::input::{Assist, Input, Prompt};
use self::line::Line;
use self::names::{Names, in_words};
use self::orders::{Done, Orders, Outcome};
use self::said::Said;
use self::screen::Screen;
use self::show::View;
use self::talks::Talks;
use self::tty::Tty;
use crate::clock::now_ms;
use crate::failure::Failure;
use crate::login::{By, Login};
use crate::text::{one_line, shortened};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    login: Login,
    /// Whom to write to: a user, '#group' or 'all'
    #[arg(long, value_name = "PEER")]
    with: Option<String>,
}

pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let server = args.login.server.clone();
    let (settings, by) = args.login.settle().await?;
    let _tty = Tty::remember();
    let (mut input, screen) = if screen::is_terminal() {
        let (input, printer) =
            Input::terminal().map_err(|error| Failure::other(format!("cannot use this terminal: {error}")))?;
        (input, Screen::terminal(printer))
    } else {
        (Input::plain(), Screen::plain())
    };
    let (client, mut events) = Client::connect(&server, settings);
    let mut chat = Chat::new(client, screen, input.assist.clone());
    chat.screen.status(&format!("connecting to {server}"));
    chat.open_first(args.with);
    let ended = chat.live(&mut input, &mut events).await?;
    Failure::of_end(&ended)?;
    chat.leave(by).await
}

struct Chat {
    orders: Orders,
    screen: Screen,
    talks: Talks,
    said: Said,
    assist: Assist,
    my_name: String,
    connected: bool,
    /// How the login went at first is known, so that a prompt can say whose it is.
    met_server: bool,
    jobs: FuturesUnordered<LocalBoxFuture<'static, Job>>,
    /// A command is under way; no line is read meanwhile.
    busy: bool,
    /// A line was asked for and has not come.
    asked: bool,
    /// Entries that wait for the names in them.
    waiting: VecDeque<pb::Entry>,
    looking_up: bool,
    /// Entries by which own orders have changed messages.
    own_changes: BTreeSet<i64>,
    /// Own messages that are not known to be kept, by their `client_msg_id`.
    unkept: HashSet<String>,
    /// The newest own message that is kept and not known to be read, and what is known of it.
    unread_own: Option<Kept>,
    /// Up to where conversations are still to be marked as read.
    marks: HashMap<i64, i64>,
    marking: bool,
    /// When we last said that we are writing, and who was last shown as writing.
    said_writing_at: Option<Instant>,
    shown_writing: Option<(i64, Instant)>,
    /// What a person would have noticed, and a script is told by the exit code.
    failures: u32,
    /// Until when what is under way may still end, once the chat is to be left.
    leaving: Option<Instant>,
}

/// A message that the server has.
#[derive(Clone, Copy)]
struct Kept {
    peer: i64,
    queue_id: i64,
    has_arrived: bool,
}

/// What ended of what was under way.
enum Job {
    Command(Outcome),
    Sent {
        peer: i64,
        id: String,
        text: String,
        outcome: Result<pb::SendReply, AskError>,
    },
    Marked {
        peer: i64,
        up_to: i64,
        outcome: Result<(), AskError>,
    },
    /// The names are known that entries wait for.
    NamesKnown,
    /// Nobody waits for these.
    NamesLearned,
    WritingSaid,
}

impl Chat {
    fn new(client: Client, screen: Screen, assist: Assist) -> Self {
        Self {
            orders: Orders { client, names: Rc::new(RefCell::new(Names::default())) },
            screen,
            talks: Talks::default(),
            said: Said::default(),
            assist,
            my_name: String::new(),
            connected: false,
            met_server: false,
            jobs: FuturesUnordered::new(),
            busy: false,
            asked: false,
            waiting: VecDeque::new(),
            looking_up: false,
            own_changes: BTreeSet::new(),
            unkept: HashSet::new(),
            unread_own: None,
            marks: HashMap::new(),
            marking: false,
            said_writing_at: None,
            shown_writing: None,
            failures: 0,
            leaving: None,
        }
    }

    /// The life of a chat, until it is left or the client ends.
    async fn live(&mut self, input: &mut Input, events: &mut Events) -> Result<Ended, Failure> {
        let mut interrupted = pin!(tokio::signal::ctrl_c());
        loop {
            if self.screen.is_closed() || self.may_leave() {
                return Ok(Ended::Closed);
            }
            if self.wants_line() && !self.asked {
                input.ask(self.prompt());
                self.asked = true;
            }
            let leaving = self.leaving;
            // What is done comes first, then what is heard, then what is typed: so a line is read by somebody who sees
            // all there is to see.
            select! {
                biased;
                Some(job) = self.jobs.next() => self.done(job),
                event = events.recv(), if self.waiting.len() < WAITING_MAX => match event {
                    Some(Event::Ended(ended)) => return Ok(ended),
                    Some(event) => self.heard(event),
                    None => return Ok(Ended::Closed),
                },
                line = input.next(), if self.asked => {
                    self.asked = false;
                    match line {
                        Some(line) => self.typed(&line.map_err(|error| Failure::other(error.to_string()))?),
                        None => self.begin_to_leave(),
                    }
                }
                () = self.assist.writing.notified() => self.say_writing(),
                () = sleep_until(leaving.unwrap_or_else(Instant::now)), if leaving.is_some() => return Ok(Ended::Closed),
                _ = &mut interrupted => return Ok(Ended::Closed),
            }
        }
    }

    fn wants_line(&self) -> bool {
        let met = self.met_server || !self.screen.is_terminal();
        met && !self.busy && self.leaving.is_none() && self.unkept.len() < UNKEPT_MAX
    }

    fn prompt(&self) -> Prompt {
        let unread = match self.talks.unread() {
            0 => String::new(),
            unread => format!(" ({unread} unread)"),
        };
        match self.talks.open() {
            None => (format!("{}{unread}> ", self.my_name), format!("{}{unread}> ", self.my_name)),
            Some(peer) => {
                let name = self.orders.names.borrow().peer(peer);
                let painted = self.screen.paint.of(peer, &name);
                let my_name = &self.my_name;
                (format!("{my_name} → {name}{unread}> "), format!("{my_name} → {painted}{unread}> "))
            }
        }
    }

    fn typed(&mut self, line: &str) {
        let orders = self.orders.clone();
        match line::parse(line) {
            Line::Nothing => {}
            Line::Say(text) => self.say(text),
            Line::To(name) => self.open(name),
            Line::Chats => self.begin(orders.chats()),
            Line::Users(names) => self.begin(orders.users(names)),
            Line::Groups => self.begin(orders.groups()),
            Line::GroupNew { name, people } => self.begin(orders.group_new(name, people)),
            Line::History(count) => self.begin_here(|peer| orders.history(peer, count)),
            Line::Who => self.begin_here(|peer| orders.who(peer)),
            Line::Read => self.begin_here(|peer| orders.read(peer)),
            Line::Invite(people) => self.begin_in_group(|group| orders.invite(group, people)),
            Line::Leave => self.begin_in_group(|group| orders.leave(group)),
            Line::Join { link, greeting } => self.begin(orders.join(link, greeting)),
            Line::OfMessages(order) => self.of_messages(order),
            Line::OfPeople(order) => self.begin(orders.of_people(order)),
            Line::OfGroup(order) => self.begin_in_group(|group| orders.of_group(group, order)),
            Line::Help => self.screen.line(line::HELP),
            Line::Quit => self.begin_to_leave(),
            Line::Wrong(why) => self.wrong(&why),
        }
    }

    fn begin(&mut self, command: impl Future<Output = Outcome> + 'static) {
        self.busy = true;
        self.jobs.push(Box::pin(async move { Job::Command(command.await) }));
    }

    fn begin_here<F: Future<Output = Outcome> + 'static>(&mut self, command: impl FnOnce(i64) -> F) {
        match self.talks.open() {
            Some(peer) => self.begin(command(peer)),
            None => self.wrong(TO_WHOM),
        }
    }

    fn begin_in_group<F: Future<Output = Outcome> + 'static>(&mut self, command: impl FnOnce(i64) -> F) {
        match self.talks.open() {
            Some(group @ ..0) => self.begin(command(group)),
            Some(0..) | None => self.wrong("this is no group; /to #group first"),
        }
    }

    fn open(&mut self, name: String) {
        // A script's next line must not go to the peer before, should this one not be found.
        if !self.screen.is_terminal() {
            self.talks.leave();
        }
        self.begin(self.orders.clone().open(name));
    }

    /// Opens the conversation that was named on the command line, as soon as there is a link.
    fn open_first(&mut self, name: Option<String>) {
        if let Some(name) = name {
            let orders = self.orders.clone();
            self.begin(async move {
                // If there will be no link, that is said elsewhere.
                let _ = orders.client.ready().await;
                orders.open(name).await
            });
        }
    }

    fn done(&mut self, job: Job) {
        match job {
            Job::Command(outcome) => {
                self.busy = false;
                match outcome {
                    Ok(done) => self.command_done(done),
                    Err(why) => self.wrong(&why),
                }
            }
            Job::Sent { peer, id, text, outcome } => {
                self.unkept.remove(&id);
                match outcome {
                    Ok(kept) => self.kept(peer, kept.queue_id, &text),
                    Err(AskError::Closed(_)) => self.failures += 1,
                    Err(error) => {
                        let text = shortened(&one_line(&text), QUOTED_MAX);
                        self.wrong(&format!("not kept: {}: {text}", in_words(&error)));
                    }
                }
            }
            Job::Marked { peer, up_to, outcome } => self.marked(peer, up_to, &outcome),
            Job::NamesKnown => {
                self.looking_up = false;
                self.show_waiting();
            }
            Job::NamesLearned | Job::WritingSaid => {}
        }
        self.assist.complete_names(self.orders.names.borrow().all());
    }

    fn command_done(&mut self, done: Done) {
        match done {
            Done::Lines(lines) => self.screen.line(&lines),
            Done::Opened { peer, entries, again } => {
                let newest = entries.last().map_or(0, |entry| entry.queue_id);
                if !self.talks.enter(peer, newest, again) {
                    // Something came while this was read.
                    return self.begin(self.orders.clone().open_peer(peer, true));
                }
                self.opened(peer, &entries);
            }
            Done::Past(entries) => self.show_past(&entries),
            Done::Left(line) => {
                self.talks.leave();
                self.screen.line(&line);
            }
            Done::Chats(page) => self.show_chats(&page),
            Done::Say { peer, content, text } => self.send(peer, content, text),
            Done::Changed { queue_id, by, text } => self.changed(queue_id, by, text),
            Done::Set { peer, settings } => {
                self.talks.set_quiet(peer, settings.muted);
                let (pinned, quiet) = (settings.pinned, settings.muted);
                let now = [(pinned, "pinned"), (!pinned, "not pinned"), (quiet, "quiet"), (!quiet, "not quiet")];
                let now: Vec<&str> = now.iter().filter(|(is_so, _)| *is_so).map(|(_, word)| *word).collect();
                self.screen.line(&format!("{} is {}", self.orders.names.borrow().peer(peer), now.join(" and ")));
            }
        }
    }

    fn opened(&mut self, peer: i64, entries: &[pb::Entry]) {
        let name = self.orders.names.borrow().peer(peer);
        if self.screen.is_terminal() {
            self.screen.status(&format!("— {name} —"));
            self.show_past(entries);
        } else {
            self.screen.line(&format!("to {name}"));
        }
    }

    fn show_past(&mut self, entries: &[pb::Entry]) {
        if entries.is_empty() {
            return self.screen.status("nothing was said here yet");
        }
        let now_ms = now_ms();
        // First, so that an answer among them shows what it answers.
        entries.iter().for_each(|entry| self.has_shown(entry));
        let lines: Vec<String> = {
            let names = self.orders.names.borrow();
            let view = self.view(&names);
            entries.iter().map(|entry| show::past_entry(entry, now_ms, view)).collect()
        };
        self.screen.line(&lines.join("\n"));
    }

    fn show_chats(&mut self, page: &pb::ConversationsReply) {
        for conversation in &page.conversations {
            let quiet = conversation.settings.is_some_and(|settings| settings.muted);
            self.talks.set_quiet(conversation.peer, quiet);
        }
        let now_ms = now_ms();
        let mut lines: Vec<String> = {
            let names = self.orders.names.borrow();
            let view = self.view(&names);
            page.conversations.iter().map(|conversation| show::conversation(conversation, now_ms, view)).collect()
        };
        if page.more {
            lines.push("and more".to_owned());
        }
        self.screen.line(&if lines.is_empty() { "you have no conversations yet".to_owned() } else { lines.join("\n") });
    }

    fn view<'a>(&'a self, names: &'a Names) -> View<'a> {
        View { names, said: &self.said, paint: self.screen.paint, terminal: self.screen.is_terminal() }
    }

    fn wrong(&mut self, why: &str) {
        self.failures += 1;
        self.screen.wrong(why);
    }

    fn begin_to_leave(&mut self) {
        let patience = if self.screen.is_terminal() { PATIENCE_OF_A_PERSON } else { PATIENCE_OF_A_SCRIPT };
        self.leaving = Some(Instant::now() + patience);
        if !self.unkept.is_empty() && self.screen.is_terminal() {
            self.screen.status("waiting until all is kept; Ctrl-C leaves at once");
        }
    }

    fn may_leave(&self) -> bool {
        // Whether a script could log in is news even if it has nothing to say.
        let login_is_decided = self.screen.is_terminal() || !self.my_name.is_empty();
        self.leaving.is_some() && login_is_decided && self.jobs.is_empty() && self.waiting.is_empty()
    }

    async fn leave(&mut self, by: By) -> Result<(), Failure> {
        let client = &self.orders.client;
        if by == By::Password && self.connected {
            // This device is not used again. That it could not be ended costs a token that expires by itself.
            let _ = timeout(LOG_OUT_TIMEOUT, client.log_out()).await;
        }
        client.close().await;
        let unkept = self.unkept.len();
        if unkept > 0 {
            return Err(Failure::other(format!("{unkept} of the messages may not have been kept")));
        }
        if self.my_name.is_empty() && !self.screen.is_terminal() {
            return Err(Failure::other("the server could not be reached"));
        }
        if self.failures > 0 && !self.screen.is_terminal() {
            return Err(Failure::other(format!("{} of the lines failed", self.failures)));
        }
        Ok(())
    }
}

const TO_WHOM: &str = "to whom? /to NAME, /to #group or /to all";
/// Half of what the client takes, so that a script's lines wait instead of failing.
const UNKEPT_MAX: usize = 512;
/// Entries that may wait for names; then no more events are taken.
const WAITING_MAX: usize = 1000;
const PATIENCE_OF_A_PERSON: Duration = Duration::from_secs(10);
const PATIENCE_OF_A_SCRIPT: Duration = Duration::from_secs(60);
const LOG_OUT_TIMEOUT: Duration = Duration::from_secs(2);
/// So many characters tell which message is meant.
const QUOTED_MAX: usize = 40;
