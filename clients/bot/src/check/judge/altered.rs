//! Messages that were changed or taken back: whoever reads what was said sees what became of it (PROTOCOL.md, "Entries").

use std::collections::BTreeMap;

use super::super::record::{Altered, Entry};
use super::super::verdict::Kind;
use super::groups::Stays;
use super::{Judge, Reader, told};

/// What a message says that was taken back.
pub(in crate::check) const TAKEN_BACK: &str = "(taken back)";

impl Judge {
    /// In a history each message is as its last change left it, and nothing else.
    pub(super) fn judge_altered(&mut self, stays: &Stays) {
        let changes = self.changes_by_entry();
        let mut found = Vec::new();
        for talk in &self.talks {
            let Some(Reader { user, name, .. }) = self.readers.get(&talk.reader) else { continue };
            let shown = talk.entries.iter().filter_map(|number| self.entries.get(*number as usize));
            for entry in shown.filter(|entry| entry.alters.is_none()) {
                let of_it = changes.get(&entry.at).map(Vec::as_slice).unwrap_or_default();
                // What was taken back is so for all, and whatever else comes to it. Who has left a group sees what was
                // changed until then.
                let taken_back = of_it.iter().find(|(_, altered)| altered.content.is_none());
                let until = stays.end(entry.to, *user, entry.at);
                match taken_back.or_else(|| of_it.iter().rfind(|(at, _)| *at <= until)) {
                    None if entry.changed_by == 0 => {}
                    Some((at, altered)) if entry.changed_by == *at => {
                        if let Some(why) = self.wrong(entry, altered) {
                            found.push((Kind::Foreign, format!("{name} read entry {}, {why}", told_at(entry))));
                        }
                    }
                    // The history may have been read before that was written.
                    Some((at, _)) if *at > self.upto => {}
                    Some((at, altered)) => {
                        let what = altered.in_words();
                        let text = format!("{name} read entry {} without entry {at}, which {what}", told_at(entry));
                        found.push((Kind::Lost, text));
                    }
                    None => {
                        let by = entry.changed_by;
                        let text =
                            format!("{name} read entry {}, changed by entry {by}, which is none", told_at(entry));
                        found.push((Kind::Foreign, text));
                    }
                }
            }
        }
        found.into_iter().for_each(|(kind, text)| self.found(kind, text));
    }

    /// The changes of each message that was changed, in their order: where they stand, and what they say.
    fn changes_by_entry(&self) -> BTreeMap<i64, Vec<(i64, Altered)>> {
        let mut changes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (at, number) in &self.log {
            let entry = self.entries.get(*number as usize);
            if let Some(altered) = entry.and_then(|entry| entry.alters.clone()) {
                changes.entry(altered.at).or_default().push((*at, altered));
            }
        }
        changes
    }

    /// What is wrong with a message as it is shown changed.
    fn wrong(&self, shown: &Entry, altered: &Altered) -> Option<String> {
        let now = altered.content.as_deref().unwrap_or(TAKEN_BACK);
        if shown.content != now {
            return Some(format!("and it was left as {now:?}"));
        }
        let written = self.log.get(&shown.at).and_then(|number| self.entries.get(*number as usize))?;
        let same = (written.from, written.to, &written.id) == (shown.from, shown.to, &shown.id);
        (!same).then(|| format!("and it was written as {}", told(written)))
    }
}

fn told_at(entry: &Entry) -> String {
    format!("{}, {}", entry.at, told(entry))
}
