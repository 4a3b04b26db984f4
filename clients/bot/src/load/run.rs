//! A run, from the first connection to the last word: what the parent does while its processes work.

use std::future::pending;
use std::time::Duration;

use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use super::args::Settings;
use super::course::{Course, Row};
use super::crew::{Crew, News};
use super::plan::{Order, Plan, Tick};
use super::process::{Calls, Sample, sample, tasks};
use super::progress::Progress;
use super::tally::Tally;
use super::time::{MS_NS, SECOND_NS, now_ns};
use crate::failure::Failure;

/// From the order to begin until it begins, so that all processes have heard it.
const BEGIN_IN_NS: u64 = 50 * MS_NS;
/// How often the line on the terminal changes.
const SHOW_EVERY: Duration = Duration::from_millis(500);

/// The name of the first stage, in the course.
pub(crate) const ARRIVING: &str = "arriving";

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// From when everybody was there.
    pub(crate) played: Tally,
    /// Until then.
    pub(crate) arriving: Tally,
    pub(crate) course: Vec<Row>,
    pub(crate) arriving_s: f64,
    pub(crate) playing_s: f64,
    pub(crate) settling_s: f64,
    /// What was acknowledged, received, and logged in while it played, for rates.
    pub(crate) in_time: super::tally::Counts,
    pub(crate) links_at_most: u64,
    /// The links that were there when it began.
    pub(crate) links_at_begin: u64,
    pub(crate) server_before: Option<Sample>,
    pub(crate) server_at_begin: Option<Sample>,
    pub(crate) server_at_end: Option<Sample>,
    pub(crate) server_calls: Option<u64>,
    pub(crate) bot_cpu_at_begin_us: u64,
    pub(crate) bot_cpu_us: u64,
    pub(crate) was_interrupted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Arriving,
    Playing { until_ns: u64 },
    Finishing,
    Settling,
}

impl Stage {
    fn word(self) -> &'static str {
        match self {
            Self::Arriving => ARRIVING,
            Self::Playing { .. } => "playing",
            Self::Finishing | Self::Settling => "settling",
        }
    }
}

pub(crate) async fn run(
    settings: &Settings,
    plans: Vec<Plan>,
    pid: Option<u32>,
    count_calls: bool,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let mut interrupts = signal(SignalKind::interrupt())
        .map_err(|error| Failure::other(format!("cannot wait for an interrupt: {error}")))?;
    let start_ns = now_ns();
    let look = || pid.and_then(sample);
    let mut outcome = Outcome { server_before: look(), ..Outcome::default() };
    let mut crew = Crew::start(plans).await?;
    let mut course = Course::new(start_ns);
    let (mut rows, mut shows) = (interval(Duration::from_secs_f64(settings.every_s)), interval(SHOW_EVERY));
    rows.set_missed_tick_behavior(MissedTickBehavior::Delay);
    shows.set_missed_tick_behavior(MissedTickBehavior::Delay);
    rows.tick().await;
    let mut stage = Stage::Arriving;
    let (mut begun_ns, mut finished_ns) = (start_ns, start_ns);
    let mut calls = None;
    loop {
        let over = async {
            match stage {
                Stage::Playing { until_ns } => {
                    tokio::time::sleep(Duration::from_nanos(until_ns.saturating_sub(now_ns()))).await;
                }
                Stage::Arriving | Stage::Finishing | Stage::Settling => pending().await,
            }
        };
        // What was said first, so that it is in the row; then the end, which must not wait for a busy crew.
        let news = select! {
            biased;
            _ = interrupts.recv() => {
                if outcome.was_interrupted {
                    return Err(Failure::other("ended at once, as asked twice: there is no report"));
                }
                outcome.was_interrupted = true;
                progress.say("ending early: waiting for what is under way; once more ends at once");
                News::Nothing
            }
            () = over => {
                (stage, finished_ns) = (Stage::Finishing, now_ns());
                crew.order(Order::Finish).await?;
                continue;
            }
            news = crew.hear() => news?,
            _ = rows.tick() => {
                let server = match look() {
                    Some(server) => Some(Sample { tasks: tasks(settings.http).await, ..server }),
                    None => None,
                };
                let row = course.row(now_ns(), stage.word(), crew.links(), server);
                progress.row(&row.line());
                continue;
            }
            _ = shows.tick() => {
                progress.now(&course.line_now(now_ns(), stage.word(), crew.links()));
                continue;
            }
        };
        if outcome.was_interrupted && matches!(stage, Stage::Arriving | Stage::Playing { .. }) {
            if stage == Stage::Arriving {
                begun_ns = now_ns();
            }
            (stage, finished_ns) = (Stage::Finishing, now_ns());
            crew.order(Order::Finish).await?;
        }
        let is_arriving = stage == Stage::Arriving;
        match news {
            News::Nothing => {}
            News::Tick(tick) => outcome.take(&mut course, &tick, stage),
            News::AllReady if is_arriving => {
                outcome.links_at_begin = crew.links();
                outcome.links_at_most = outcome.links_at_most.max(crew.links());
                if let Some(pid) = pid.filter(|_| count_calls) {
                    calls = Calls::start(pid).await;
                }
                outcome.server_at_begin = look();
                // The arrival is a row of its own.
                course.row(now_ns(), stage.word(), crew.links(), outcome.server_at_begin);
                rows.reset();
                outcome.bot_cpu_at_begin_us = crew.cpu_us();
                begun_ns = now_ns() + BEGIN_IN_NS;
                stage = Stage::Playing { until_ns: begun_ns + (settings.duration_s * SECOND_NS as f64) as u64 };
                crew.order(Order::Begin { at_ns: begun_ns }).await?;
            }
            News::AllReady => {}
            News::AllFinished => {
                stage = Stage::Settling;
                crew.order(Order::Settle { everyone: crew.written_to_everyone() }).await?;
            }
            News::AllDone(tick) => {
                outcome.take(&mut course, &tick, stage);
                break;
            }
        }
        outcome.links_at_most = outcome.links_at_most.max(crew.links());
    }
    outcome.server_at_end = look();
    if let Some(calls) = calls {
        outcome.server_calls = calls.stop().await;
    }
    outcome.bot_cpu_us = crew.cpu_us();
    let end_ns = now_ns();
    course.row(end_ns, stage.word(), crew.links(), look());
    outcome.course = course.rows;
    let seconds = |from: u64, to: u64| to.saturating_sub(from) as f64 / SECOND_NS as f64;
    outcome.arriving_s = seconds(start_ns, begun_ns);
    outcome.playing_s = seconds(begun_ns, finished_ns);
    outcome.settling_s = seconds(finished_ns, end_ns);
    Ok(outcome)
}

impl Outcome {
    fn take(&mut self, course: &mut Course, tick: &Tick, stage: Stage) {
        course.add(&tick.tally);
        if tick.is_in_time {
            self.in_time.add(&tick.tally.counts);
        }
        match stage {
            Stage::Arriving => self.arriving.add(&tick.tally),
            Stage::Playing { .. } | Stage::Finishing | Stage::Settling => self.played.add(&tick.tally),
        }
    }
}
