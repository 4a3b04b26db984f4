//! What was measured, as it is kept between runs: one file of raw numbers, with the last run of each scenario.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The last run of each scenario and of each axis, by its name.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) runs: BTreeMap<String, Run>,
    pub(crate) growths: BTreeMap<String, Growth>,
}

/// One run of one scenario over its peers.
#[derive(Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) at: String,
    pub(crate) machine: String,
    pub(crate) rounds: usize,
    pub(crate) is_quick: bool,
    pub(crate) took_s: u64,
    pub(crate) peers: Vec<PeerRun>,
}

/// One run along one axis.
#[derive(Serialize, Deserialize)]
pub(crate) struct Growth {
    pub(crate) at: String,
    pub(crate) machine: String,
    pub(crate) is_quick: bool,
    pub(crate) took_s: u64,
    pub(crate) curves: Vec<Curve>,
    pub(crate) failures: Vec<String>,
}

/// A peer's figure over what grows.
#[derive(Serialize, Deserialize)]
pub(crate) struct Curve {
    pub(crate) peer: String,
    pub(crate) what: String,
    pub(crate) unit: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// What one peer came to.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct PeerRun {
    pub(crate) peer: String,
    pub(crate) version: String,
    /// Why it was not measured, or not to the end.
    pub(crate) failure: Option<String>,
    pub(crate) figures: Vec<Figure>,
    /// What the driver had of processor time, and what the server had meanwhile.
    pub(crate) driver_us: f64,
    pub(crate) server_us: f64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) unit: String,
    /// One value for each round, in their order.
    pub(crate) samples: Samples,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Samples(pub(crate) Vec<f64>);

impl Results {
    /// What earlier runs left. A file that cannot be read is begun anew, with a word.
    pub(crate) fn load(path: &Path) -> Self {
        let Ok(text) = fs::read_to_string(path) else { return Self::default() };
        serde_json::from_str(&text).unwrap_or_else(|error| {
            eprintln!("{} is not from this program ({error}) and is written anew", path.display());
            Self::default()
        })
    }

    pub(crate) fn save(&self, path: &Path) {
        fs::write(path, serde_json::to_string_pretty(self).unwrap()).unwrap();
    }

    pub(crate) fn samples(&self, scenario: &str, peer: &str, what: &str) -> Option<&Samples> {
        let run = self.runs.get(scenario)?.peers.iter().find(|run| run.peer == peer)?;
        run.samples(what)
    }
}

impl Run {
    /// Which peers were not measured in every round, and why.
    pub(crate) fn missing(&self) -> Vec<String> {
        let missing = |run: &PeerRun| match (&run.failure, run.figures.first()) {
            (Some(failure), _) => Some(format!("{}: {failure}", run.peer)),
            (None, Some(figure)) if figure.samples.0.len() == self.rounds => None,
            (None, _) => Some(format!("{}: not every round gave a figure", run.peer)),
        };
        self.peers.iter().filter_map(missing).collect()
    }
}

impl PeerRun {
    pub(crate) fn add(&mut self, what: &str, unit: &str, value: f64) {
        if let Some(figure) = self.figures.iter_mut().find(|figure| figure.what == what) {
            return figure.samples.0.push(value);
        }
        self.figures.push(Figure { what: what.to_owned(), unit: unit.to_owned(), samples: Samples(vec![value]) });
    }

    /// For the one who waits: the last value of the first figure, or what went wrong.
    pub(crate) fn summary(&self) -> String {
        let first = self.figures.first().and_then(|figure| Some((figure, figure.samples.0.last()?)));
        match (&self.failure, first) {
            (Some(failure), _) => format!("{} FAILED: {failure}", self.peer),
            (None, Some((figure, value))) => format!("{} {value:.2} {}", self.peer, figure.unit),
            (None, None) => self.peer.clone(),
        }
    }

    pub(crate) fn samples(&self, what: &str) -> Option<&Samples> {
        self.figures.iter().find(|figure| figure.what == what).map(|figure| &figure.samples)
    }
}

impl Samples {
    pub(crate) fn median(&self) -> f64 {
        let sorted = self.sorted();
        let half = sorted.len() / 2;
        match sorted.len() % 2 {
            _ if sorted.is_empty() => f64::NAN,
            0 => f64::midpoint(sorted[half - 1], sorted[half]),
            _ => sorted[half],
        }
    }

    /// How often the other's median goes into this one's, and in brackets the same round by round, since both were
    /// taken within minutes of each other.
    pub(crate) fn ratio_text(&self, other: &Self) -> String {
        let rounds = Self(self.0.iter().zip(&other.0).map(|(this, other)| this / other).collect());
        let middle = self.median() / other.median();
        match rounds.range() {
            Some((least, most)) => format!("{middle:.2} [{least:.2}..{most:.2}]"),
            None => format!("{middle:.2}"),
        }
    }

    /// `median [least..most]`, with as many digits as the median deserves.
    pub(crate) fn text(&self) -> String {
        let median = self.median();
        let digits = match median.abs() {
            median if median >= 1000.0 => 0,
            median if median >= 10.0 => 1,
            median if median >= 0.1 => 2,
            _ => 3,
        };
        match self.range() {
            Some((least, most)) => format!("{median:.digits$} [{least:.digits$}..{most:.digits$}]"),
            None => format!("{median:.digits$}"),
        }
    }

    /// The least and the greatest, where there are several.
    pub(crate) fn range(&self) -> Option<(f64, f64)> {
        match self.sorted()[..] {
            [least, .., most] => Some((least, most)),
            _ => None,
        }
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}
