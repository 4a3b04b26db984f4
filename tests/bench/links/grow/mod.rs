//! Cost as it grows: along the number of links, the size of a group, the length of the log. Not part of a run unless
//! named; each axis gets a table, a CSV and a plot.

mod group;
mod links;
mod log;
mod plot;
mod walk;

use std::fmt::Write;
use std::fs;

use crate::options::Plan;
use crate::process::{self, now};
use crate::results::{Curve, Growth};

pub(crate) struct Axis {
    pub(crate) name: &'static str,
    /// What grows.
    pub(crate) along: &'static str,
    /// About how long it takes, for each peer where there are several.
    seconds: f64,
    has_peers: bool,
    /// Gives what failed.
    measure: fn(&Plan, &mut Vec<Curve>) -> Vec<String>,
}

pub(crate) const ALL: &[Axis] = &[
    Axis { name: "grow-links", along: "links", seconds: 20.0, has_peers: true, measure: links::measure },
    Axis { name: "grow-group", along: "members of a group", seconds: 30.0, has_peers: false, measure: group::measure },
    Axis { name: "grow-log", along: "entries in the log", seconds: 120.0, has_peers: false, measure: log::measure },
];

impl Axis {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|axis| axis.name == name)
    }

    pub(crate) fn estimate_s(&self, plan: &Plan) -> f64 {
        let peers = if self.has_peers { plan.peers.iter().filter(|peer| !peer.is_variant()).count() } else { 1 };
        let seconds = if plan.is_quick { 3.0 } else { self.seconds };
        seconds * peers as f64
    }

    /// Measures, and writes what came out beside the report.
    pub(crate) fn run(&self, plan: &Plan) -> Growth {
        let begun = now();
        let machine = process::machine();
        let mut curves = Vec::new();
        let failures = (self.measure)(plan, &mut curves);
        let took_s = begun.elapsed().as_secs();
        fs::write(plan.out.join(format!("{}.csv", self.name)), self.csv(&curves)).unwrap();
        plot::draw(&plan.out.join(format!("{}.svg", self.name)), self.along, &curves);
        Growth { at: process::date(), machine, is_quick: plan.is_quick, took_s, curves, failures }
    }

    fn csv(&self, curves: &[Curve]) -> String {
        let mut out = format!("{},peer,what,unit,value\n", self.along);
        for Curve { peer, what, unit, points } in curves {
            for (x, y) in points {
                let _ = writeln!(out, "{x},{peer},\"{what}\",{unit},{y}");
            }
        }
        out
    }
}

/// Adds a point to the curve of a peer's figure.
fn add(curves: &mut Vec<Curve>, peer: &str, what: &str, unit: &str, (x, y): (usize, f64)) {
    eprintln!("  {x}: {peer}, {what}: {y:.2} {unit}");
    let point = (x as f64, y);
    if let Some(curve) = curves.iter_mut().find(|curve| curve.peer == peer && curve.what == what) {
        return curve.points.push(point);
    }
    let [peer, what, unit] = [peer, what, unit].map(str::to_owned);
    curves.push(Curve { peer, what, unit, points: vec![point] });
}
