//! The processes that carry the plans out, seen from the parent: started, told, heard, ended.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::plan::{Order, Plan, Said, Tick, Written};
use crate::failure::Failure;

/// The hidden command by which the bot starts itself.
pub(crate) const WORKER: &str = "load-process";
/// What processes said and was not heard yet. At this they wait.
const SAID_MAX: usize = 64;

pub(crate) struct Crew {
    members: Vec<Member>,
    said: mpsc::Receiver<(usize, Option<Said>)>,
    /// Those who listen to the processes. They end with them.
    _listeners: JoinSet<()>,
}

struct Member {
    _child: Child,
    stdin: ChildStdin,
    /// How far it is.
    is_ready: bool,
    written: Option<Option<Written>>,
    is_done: bool,
    links: u64,
    cpu_us: u64,
}

/// What the crew has come to with what one of it said.
#[derive(Debug)]
pub(crate) enum News {
    Tick(Box<Tick>),
    AllReady,
    AllFinished,
    /// The last one's last tick.
    AllDone(Box<Tick>),
    Nothing,
}

impl Crew {
    pub(crate) async fn start(plans: Vec<Plan>) -> Result<Self, Failure> {
        let (heard, said) = mpsc::channel(SAID_MAX);
        let (mut members, mut listeners) = (Vec::new(), JoinSet::new());
        for (number, plan) in plans.into_iter().enumerate() {
            let (child, stdin, stdout) = spawn()?;
            listeners.spawn(listen(number, stdout, heard.clone()));
            let written = None;
            let mut member =
                Member { _child: child, stdin, is_ready: false, written, is_done: false, links: 0, cpu_us: 0 };
            member.order(&Order::Plan(Box::new(plan))).await?;
            members.push(member);
        }
        Ok(Self { members, said, _listeners: listeners })
    }

    pub(crate) async fn order(&mut self, order: Order) -> Result<(), Failure> {
        for member in self.members.iter_mut().filter(|member| !member.is_done) {
            member.order(&order).await?;
        }
        Ok(())
    }

    /// Waits for the next that one of them says. May be dropped and asked again.
    pub(crate) async fn hear(&mut self) -> Result<News, Failure> {
        let lost = || Failure::other("a load process ended before it was done; the line above says why");
        let (number, said) = self.said.recv().await.ok_or_else(lost)?;
        let Some(member) = self.members.get_mut(number) else { return Ok(News::Nothing) };
        let Some(said) = said else {
            return if member.is_done { Ok(News::Nothing) } else { Err(lost()) };
        };
        Ok(match said {
            Said::Ready => {
                member.is_ready = true;
                if self.members.iter().all(|member| member.is_ready) { News::AllReady } else { News::Nothing }
            }
            Said::Finished { everyone } => {
                member.written = Some(everyone);
                let is_all = self.members.iter().all(|member| member.written.is_some());
                if is_all { News::AllFinished } else { News::Nothing }
            }
            Said::Tick(tick) => {
                (member.links, member.cpu_us) = (tick.links, tick.cpu_us);
                News::Tick(tick)
            }
            Said::Done(tick) => {
                (member.links, member.cpu_us, member.is_done) = (tick.links, tick.cpu_us, true);
                if self.members.iter().all(|member| member.is_done) { News::AllDone(tick) } else { News::Tick(tick) }
            }
        })
    }

    /// What was written to everyone, by the one who does.
    pub(crate) fn written_to_everyone(&self) -> Option<Written> {
        self.members.iter().find_map(|member| member.written.clone().flatten())
    }

    /// Links that are logged in now, as far as is known.
    pub(crate) fn links(&self) -> u64 {
        self.members.iter().map(|member| member.links).sum()
    }

    /// The processor time of all of them, as far as is known.
    pub(crate) fn cpu_us(&self) -> u64 {
        self.members.iter().map(|member| member.cpu_us).sum()
    }
}

impl Member {
    async fn order(&mut self, order: &Order) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::other(format!("a load process does not listen: {error}"));
        let mut line = serde_json::to_vec(order).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        self.stdin.write_all(&line).await.map_err(failed)
    }
}

fn spawn() -> Result<(Child, ChildStdin, ChildStdout), Failure> {
    let failed = |what: &dyn std::fmt::Display| Failure::other(format!("cannot start a load process: {what}"));
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut child = Command::new(program)
        .arg(WORKER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        // Not in our group: a Ctrl-C is for the parent, who has a report to write.
        .process_group(0)
        .spawn()
        .map_err(|error| failed(&error))?;
    let pipes = child.stdin.take().zip(child.stdout.take());
    let (stdin, stdout) = pipes.ok_or_else(|| failed(&"it has no pipes"))?;
    Ok((child, stdin, stdout))
}

async fn listen(number: usize, stdout: ChildStdout, heard: mpsc::Sender<(usize, Option<Said>)>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(said) = serde_json::from_str(&line) else { break };
        if heard.send((number, Some(said))).await.is_err() {
            return;
        }
    }
    let _ = heard.send((number, None)).await;
}
