//! What a check found: each thing that is wrong, and how much was looked at.

use std::collections::BTreeMap;
use std::fmt;

/// In which way a promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Acknowledged, and not there; or there, and somebody for whom it was never got it.
    Lost,
    /// There twice, shown twice, or acknowledged as two.
    Doubled,
    /// Not in the order of the log, or not in the order in which it was sent.
    Reordered,
    /// A cursor moved past it.
    Skipped,
    /// Shown to somebody for whom it was not, by somebody who never wrote it, or with other words.
    Foreign,
    /// The server said that its log is another one.
    Epoch,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    /// Names the entries, in one sentence.
    pub text: String,
}

/// How much was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub asks: u64,
    /// The same sends again.
    pub retries: u64,
    pub acks: u64,
    /// Sends that were refused for good.
    pub refused: u64,
    /// Sends of which nobody said what became of them.
    pub undecided: u64,
    /// Of those, how many are in the log.
    pub undecided_kept: u64,
    /// Different entries that were seen.
    pub entries: u64,
    /// How often an entry was shown to somebody: pushed, or in a page.
    pub shown: u64,
    pub readers: u64,
    pub links: u64,
    /// Changes of groups that were carried out.
    pub changes: u64,
    pub faults: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub findings: Vec<Finding>,
    /// More were found than are kept.
    pub more: u64,
    pub counts: Counts,
    /// The history has its end. Without one nothing can be said to be missing.
    pub whole: bool,
}

/// So many are kept: what is wrong is mostly wrong many times.
pub const FINDINGS_MAX: usize = 1_000;
/// So many of each kind are shown.
const SHOWN_MAX: usize = 10;

impl Verdict {
    /// Whether the promises were kept, and there was something to keep.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.whole && self.counts.acks > 0
    }

    pub(crate) fn found(&mut self, kind: Kind, text: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { kind, text });
        } else {
            self.more += 1;
        }
    }
}

impl Kind {
    const ALL: [Self; 6] = [Self::Lost, Self::Doubled, Self::Reordered, Self::Skipped, Self::Foreign, Self::Epoch];

    pub fn word(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Reordered => "reordered",
            Self::Skipped => "skipped",
            Self::Foreign => "foreign",
            Self::Epoch => "epoch",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { asks, retries, acks, refused, undecided, undecided_kept, entries, shown, .. } = self.counts;
        let Counts { readers, links, changes, .. } = self.counts;
        writeln!(
            out,
            "sends    {asks} asked, {retries} times again; {acks} acknowledged, {refused} refused for good,"
        )?;
        writeln!(out, "         {undecided} undecided, of which {undecided_kept} are in the log")?;
        writeln!(out, "entries  {entries}, shown {shown} times to {readers} readers on {links} links")?;
        writeln!(out, "groups   {changes} changes")?;
        let faults: Vec<_> = self.counts.faults.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        writeln!(out, "faults   {}", if faults.is_empty() { "none".to_owned() } else { faults.join(", ") })?;
        for kind in Kind::ALL {
            let all: Vec<_> = self.findings.iter().filter(|finding| finding.kind == kind).collect();
            for finding in all.iter().take(SHOWN_MAX) {
                writeln!(out, "{}: {}", kind.word().to_uppercase(), finding.text)?;
            }
            if all.len() > SHOWN_MAX {
                writeln!(out, "{}: and {} more", kind.word().to_uppercase(), all.len() - SHOWN_MAX)?;
            }
        }
        if self.more > 0 {
            writeln!(out, "and {} more of all kinds", self.more)?;
        }
        if !self.whole {
            writeln!(out, "The history has no end, so nothing can be said about what is missing.")?;
        }
        if self.counts.acks == 0 {
            writeln!(out, "Nothing was acknowledged, so nothing was checked.")?;
        }
        if self.findings.is_empty() {
            write!(out, "nothing was lost, doubled, reordered, skipped or foreign")
        } else {
            let each = Kind::ALL.map(|kind| (kind, self.findings.iter().filter(|found| found.kind == kind).count()));
            let each: Vec<_> = each.iter().filter(|(_, count)| *count > 0).collect();
            let words: Vec<_> = each.iter().map(|(kind, count)| format!("{count} {}", kind.word())).collect();
            write!(out, "promises were broken: {}", words.join(", "))
        }
    }
}
