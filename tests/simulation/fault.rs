//! What breaks while a world is in its storm.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::cable::Side;
use crate::dice::Dice;
use crate::disk::Disk;
use crate::scene::Scene;

/// The kinds of faults. A world may be played without some of them, to see which it takes to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Cut,
    Reset,
    HalfOpen,
    Hold,
    CutOff,
    Stall,
    Full,
    DiskFails,
    PowerCut,
    Kill,
    Stop,
}

pub(crate) const ALL: [Fault; 11] = [
    Fault::Cut,
    Fault::Reset,
    Fault::HalfOpen,
    Fault::Hold,
    Fault::CutOff,
    Fault::Stall,
    Fault::Full,
    Fault::DiskFails,
    Fault::PowerCut,
    Fault::Kill,
    Fault::Stop,
];

impl Fault {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Reset => "reset",
            Self::HalfOpen => "half-open",
            Self::Hold => "hold",
            Self::CutOff => "cut-off",
            Self::Stall => "stall",
            Self::Full => "full",
            Self::DiskFails => "disk-fails",
            Self::PowerCut => "power-cut",
            Self::Kill => "kill",
            Self::Stop => "stop",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        ALL.into_iter().find(|fault| fault.word() == word)
    }
}

/// Breaks something again and again, as long as the life lasts.
pub(crate) async fn storm(scene: Scene, disk: Disk, mut dice: Dice, without: Vec<Fault>) {
    loop {
        sleep(dice.ms(100..=1_800)).await;
        let fault = match dice.between(0..=19) {
            0..=3 => Fault::Cut,
            4..=6 => Fault::Reset,
            7..=10 => Fault::HalfOpen,
            11..=13 => Fault::Hold,
            14 => Fault::CutOff,
            15..=16 => Fault::Stall,
            17..=18 => Fault::Full,
            _ => Fault::DiskFails,
        };
        // Thrown also for what is left out, so that the rest of the world stays as it is.
        let (cable, long) = (dice.pick(&scene.cables()).cloned(), dice.ms(100..=5_000));
        let (server_first, both) = (dice.one_in(2), dice.one_in(3));
        if without.contains(&fault) {
            continue;
        }
        scene.recorder.fault(fault.word());
        match (fault, cable) {
            (Fault::Cut, Some(cable)) => cable.cut(false),
            (Fault::Reset, Some(cable)) => cable.cut(true),
            (Fault::HalfOpen, Some(cable)) => {
                cable.deafen(if server_first { Side::Server } else { Side::Client });
                if both {
                    cable.deafen(if server_first { Side::Client } else { Side::Server });
                }
            }
            (Fault::Hold, Some(cable)) => cable.hold(Instant::now() + long),
            (Fault::CutOff, _) => {
                scene.trace.note(format_args!("nobody gets through for {long:?}"));
                scene.cut_off(Instant::now() + long);
                scene.cables().iter().for_each(|cable| cable.hold(Instant::now() + long));
            }
            (Fault::Stall, _) => {
                scene.trace.note(format_args!("the disk stalls for {long:?}"));
                disk.lock().mood.stall_ms = long.as_millis() as u64;
            }
            (Fault::Full, _) => {
                scene.trace.note(format_args!("the disk is full for {long:?}"));
                disk.lock().mood.is_full = true;
                sleep(long.min(Duration::from_secs(2))).await;
                disk.lock().mood.is_full = false;
            }
            (Fault::DiskFails, _) => {
                scene.trace.note("the disk fails with the next sync");
                disk.lock().mood.fails = true;
            }
            (_, _) => {}
        }
    }
}
