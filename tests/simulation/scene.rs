//! What everybody in a world shares: the server that runs now, the cables to it, the history, and what was seen to be
//! wrong on the way.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use longlink::server::Server;
use longlink::wire::Code;
use longlink_bot::check::recorder::Recorder;
use tokio::time::{Instant, sleep};

use crate::bug::Bug;
use crate::cable::{Cable, End, Nature};
use crate::dice::Dice;
use crate::trace::Trace;
use crate::transport::{Carrier, Pushed};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Everything happens.
    Storm,
    /// Nothing new is begun, and nothing breaks: what is owed is done.
    Calm,
}

/// A handle to the shared things.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) recorder: Recorder,
    pub(crate) trace: Trace,
    pub(crate) bug: Option<Bug>,
    users: Arc<[i64]>,
    is_calm: Arc<AtomicBool>,
    state: Arc<Mutex<State>>,
    pushed: Pushed,
}

#[derive(Default)]
struct State {
    server: Option<Arc<Server>>,
    cables: Vec<Cable>,
    dials: u64,
    /// Nobody gets through before.
    cut_off_until: Option<Instant>,
    groups: Vec<i64>,
    acknowledged: Vec<(i64, String, i64)>,
    put_off: Vec<(i64, String)>,
    wrong: Vec<String>,
}

/// So many things that are wrong are kept: one is enough to fail.
const WRONG_MAX: usize = 20;

impl Scene {
    pub(crate) fn new(recorder: Recorder, trace: Trace, bug: Option<Bug>, users: &[i64]) -> Self {
        let (is_calm, state, pushed) = Default::default();
        Self { recorder, trace, bug, users: Arc::from(users), is_calm, state, pushed }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn phase(&self) -> Phase {
        if self.is_calm.load(Ordering::Relaxed) { Phase::Calm } else { Phase::Storm }
    }

    pub(crate) fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
        self.state().cut_off_until = None;
    }

    /// From here on there is this server to dial.
    pub(crate) fn open(&self, server: &Arc<Server>) {
        self.state().server = Some(Arc::clone(server));
    }

    /// From here on there is none. What was on its way is gone with it.
    pub(crate) fn shut(&self) {
        let mut state = self.state();
        (state.server, state.cut_off_until) = (None, None);
        state.cables.clear();
    }

    /// Nobody gets in any more; those who are in stay.
    pub(crate) fn shut_door(&self) {
        self.state().server = None;
    }

    /// A connection, if one comes about.
    pub(crate) async fn dial(&self, name: &str, dice: &mut Dice) -> Option<End> {
        let (end, server) = self.connect(name, dice).await?;
        let (ours, theirs) = end;
        server.connect(Carrier::new(theirs, self.bug, Arc::clone(&self.pushed)), HERE.into())?;
        Some(ours)
    }

    /// A connection to the HTTP port.
    pub(crate) async fn dial_http(&self, name: &str, dice: &mut Dice) -> Option<End> {
        let (end, server) = self.connect(name, dice).await?;
        let (ours, theirs) = end;
        server.connect_http(theirs, HERE.into())?;
        Some(ours)
    }

    async fn connect(&self, name: &str, dice: &mut Dice) -> Option<((End, End), Arc<Server>)> {
        sleep(dice.ms(0..=60)).await;
        let mut state = self.state();
        let server = state.server.clone()?;
        if state.cut_off_until.is_some_and(|until| until > Instant::now()) {
            return None;
        }
        state.dials += 1;
        let nature = match dice.between(0..=3) {
            0 => Nature { delay_ms_max: 0, window: 1 << 16, in_pieces: false },
            1 => Nature { delay_ms_max: 300, window: 1 << 16, in_pieces: true },
            2 => Nature { delay_ms_max: 20, window: 700, in_pieces: true },
            _ => Nature { delay_ms_max: 40, window: 4_096, in_pieces: true },
        };
        let name = format!("{name}/{}", state.dials);
        let (cable, ours, theirs) = Cable::new(name, nature, dice.fork(), self.trace.clone());
        state.cables.retain(Cable::is_held);
        state.cables.push(cable);
        Some(((ours, theirs), server))
    }

    /// The cables that are whole.
    pub(crate) fn cables(&self) -> Vec<Cable> {
        self.state().cables.iter().filter(|cable| cable.is_whole()).cloned().collect()
    }

    /// How many cables the server may still have an end of.
    pub(crate) fn cables_held(&self) -> usize {
        self.state().cables.iter().filter(|cable| cable.is_held()).count()
    }

    pub(crate) fn cut_off(&self, until: Instant) {
        self.state().cut_off_until = Some(until);
    }

    /// Anybody, everybody, or a group.
    pub(crate) fn somebody(&self, dice: &mut Dice) -> i64 {
        match dice.between(0..=9) {
            0..=1 => 0,
            2..=4 => self.some_group(dice).unwrap_or(0),
            _ => self.some_user(dice),
        }
    }

    pub(crate) fn some_user(&self, dice: &mut Dice) -> i64 {
        *dice.pick(&self.users).expect("there are users")
    }

    pub(crate) fn some_group(&self, dice: &mut Dice) -> Option<i64> {
        dice.pick(&self.state().groups).copied()
    }

    pub(crate) fn add_group(&self, group: i64) {
        let mut state = self.state();
        if !state.groups.contains(&group) {
            state.groups.push(group);
        }
    }

    /// A send was acknowledged: from now on nothing may lose it.
    pub(crate) fn acknowledged(&self, user: i64, id: &str, at: i64) {
        self.state().acknowledged.push((user, id.to_owned(), at));
    }

    /// A send was not taken. Its writer may never hear of it, and repeat it behind others that were taken: the server
    /// promises the order of what is taken (PROTOCOL.md, L9).
    pub(crate) fn put_off(&self, user: i64, id: &str) {
        self.state().put_off.push((user, id.to_owned()));
    }

    /// Tells the history what was put off.
    pub(crate) fn tell_put_off(&self) {
        // Not what the server named itself, nor what a group was made under.
        let is_said = |id: &str| (id.starts_with('u') && !id.contains("-group-")) || id == "the end";
        for (user, id) in self.state().put_off.iter().filter(|(_, id)| is_said(id)) {
            self.recorder.answered(0, *user, id, Code::Overloaded.into(), 0);
        }
    }

    pub(crate) fn all_acknowledged(&self) -> Vec<(i64, String, i64)> {
        self.state().acknowledged.clone()
    }

    /// What must hold.
    pub(crate) fn check(&self, holds: bool, otherwise: impl FnOnce() -> String) {
        if holds {
            return;
        }
        let otherwise = otherwise();
        self.trace.note(format_args!("WRONG: {otherwise}"));
        let mut state = self.state();
        if state.wrong.len() < WRONG_MAX {
            state.wrong.push(otherwise);
        }
    }

    /// What did not hold so far.
    pub(crate) fn wrong(&self) -> Vec<String> {
        self.state().wrong.clone()
    }
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Starts a task that ends with the runtime, which is one life of the server's.
#[allow(clippy::disallowed_methods, reason = "nobody waits for it: the runtime is dropped with all of them")]
pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    tokio::task::spawn(work);
}
