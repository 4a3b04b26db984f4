//! The figures, one below the other.

use std::fmt;

/// A figure of the server, and beside it the same of `slim`.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) server: Samples,
    pub(crate) slim: Option<Samples>,
}

#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

/// What several rounds measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(pub(crate) Vec<f64>);

impl Samples {
    pub(crate) fn one(value: f64) -> Self {
        Self(vec![value])
    }

    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    pub(crate) fn median(&self) -> f64 {
        let sorted = self.sorted();
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self.median() {
            median if median >= 1000.0 => 0,
            median if median >= 10.0 => 1,
            _ => 2,
        };
        let median = format!("{:.digits$}", self.median());
        match self.sorted()[..] {
            [least, .., most] => write!(out, "{median} [{least:.digits$}..{most:.digits$}]"),
            _ => write!(out, "{median}"),
        }
    }
}

impl Table {
    pub(crate) fn row(&mut self, what: impl Into<String>, unit: &'static str, server: Samples, slim: Option<Samples>) {
        let row = Row { what: what.into(), unit, server, slim };
        eprintln!("  {}: {} {unit}", row.what, row.server);
        self.rows.push(row);
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Says so when the driver had more processor time than what it drove: then the server was not the limit.
    pub(crate) fn note_driver(&mut self, scenario: &str, driver_us: u64, server_us: u64) {
        let percent = driver_us * 100 / server_us.max(1);
        let word = if percent < 100 { "" } else { ": MORE than the server" };
        self.note(format!("{scenario}: the driver had {percent} % of the server's processor time{word}"));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:<46} {:<16} {:<26} {:<26} ratio", "what", "unit", "longlink", "slim")?;
        for Row { what, unit, server, slim } in &self.rows {
            // Some figures of `slim` are nothing but noise around zero.
            let beside = slim.as_ref().map(Samples::median).filter(|median| *median >= 0.01);
            let ratio = beside.map(|slim| format!("{:.2}", server.median() / slim));
            let slim = slim.as_ref().map_or_else(|| "-".to_owned(), Samples::to_string);
            let (server, ratio) = (server.to_string(), ratio.unwrap_or_else(|| "-".to_owned()));
            writeln!(out, "{what:<46} {unit:<16} {server:<26} {slim:<26} {ratio}")?;
        }
        for note in &self.notes {
            writeln!(out, "{note}")?;
        }
        Ok(())
    }
}
