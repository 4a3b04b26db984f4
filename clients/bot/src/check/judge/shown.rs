//! Everybody was shown what is theirs, once and in order, and nothing else; no cursor moved past anything.

use std::collections::{BTreeMap, BTreeSet};

use super::super::record::Entry;
use super::super::verdict::Kind;
use super::groups::Stays;
use super::{Judge, Link, Page, Reader, Talk, told};

impl Judge {
    pub(super) fn take_push(&mut self, link: u32, entries: Vec<u32>) -> Result<(), String> {
        for number in entries {
            self.verdict.counts.shown += 1;
            let at = self.entry(number)?.at;
            let name = self.name_of(link)?;
            let its = self.link(link)?;
            let (cursor, after) = (its.cursor, its.after);
            its.got.push(number);
            its.cursor = cursor.max(at);
            if at > cursor {
                continue;
            }
            let again = self.got_before(link, number);
            let (kind, what) = if at <= after {
                (Kind::Doubled, format!("although its cursor was {after}"))
            } else if again {
                (Kind::Doubled, "again".to_owned())
            } else {
                (Kind::Reordered, format!("after {cursor}"))
            };
            let shown = self.entry(number).map(told)?;
            self.found(kind, format!("{name} was shown entry {at} on link {link} {what}: {shown}"));
        }
        Ok(())
    }

    fn got_before(&self, link: u32, number: u32) -> bool {
        let got = self.links.get(&link).map_or(&[][..], |link| &link.got);
        got.iter().filter(|got| **got == number).count() > 1
    }

    pub(super) fn take_page(&mut self, link: u32, after: i64, cursor: i64, entries: Vec<u32>) -> Result<(), String> {
        let name = self.name_of(link)?;
        let mut last = after;
        for number in &entries {
            self.verdict.counts.shown += 1;
            let at = self.entry(*number)?.at;
            if at <= last {
                let kind = if at == last { Kind::Doubled } else { Kind::Reordered };
                self.found(kind, format!("{name} was shown entry {at} after {last} in a page behind {after}"));
            }
            last = last.max(at);
        }
        if cursor < last {
            self.found(Kind::Reordered, format!("{name} got cursor {cursor} with a page that has entry {last}"));
        }
        self.link(link)?.pages.push(Page { after, cursor, entries });
        Ok(())
    }

    pub(super) fn take_talk(&mut self, reader: u32, peer: i64, after: i64, entries: Vec<u32>) -> Result<(), String> {
        let name = self.readers.get(&reader).ok_or_else(|| format!("there is no reader {reader}"))?.name.clone();
        let mut last = i64::MAX;
        for number in &entries {
            self.verdict.counts.shown += 1;
            let at = self.entry(*number)?.at;
            if at >= last {
                let kind = if at == last { Kind::Doubled } else { Kind::Reordered };
                self.found(kind, format!("{name} read entry {at} after {last} in the history with {peer}"));
            }
            last = at;
        }
        self.talks.push(Talk { reader, peer, after, entries });
        Ok(())
    }

    fn name_of(&self, link: u32) -> Result<String, String> {
        let link = self.links.get(&link).ok_or_else(|| format!("there is no link {link}"))?;
        Ok(self.readers.get(&link.reader).map(|reader| reader.name.clone()).unwrap_or_default())
    }

    pub(super) fn judge_readers(&mut self, stays: &Stays) {
        let mut found = Vec::new();
        for reader in self.readers.values() {
            self.judge_reader(reader, stays, &mut found);
        }
        found.into_iter().for_each(|(kind, text)| self.found(kind, text));
    }

    fn judge_reader(&self, reader: &Reader, stays: &Stays, found: &mut Vec<(Kind, String)>) {
        let Reader { user, name, all, links } = reader;
        let links = || links.iter().filter_map(|number| Some((number, self.links.get(number)?)));
        let theirs: BTreeMap<i64, &Entry> =
            self.at_places().filter(|(_, entry)| is_theirs(*user, entry, stays)).collect();
        // What it was shown, or wrote itself.
        let mut known: BTreeSet<i64> = BTreeSet::new();
        let mut passed: BTreeSet<i64> = BTreeSet::new();
        for (number, link) in links() {
            let pages = link.pages.iter().flat_map(|page| &page.entries);
            let shown: BTreeSet<i64> = link.got.iter().filter_map(|one| self.place(*one)).collect();
            for entry in link.got.iter().chain(pages).filter_map(|one| self.entries.get(*one as usize)) {
                known.insert(entry.at);
                // What one wrote to a group while one left it may be shown or not: E5 says so, G2 the other.
                if entry.from != *user && !is_theirs(*user, entry, stays) {
                    let what = told(entry);
                    found.push((Kind::Foreign, format!("{name} was shown entry {}, not theirs: {what}", entry.at)));
                }
            }
            let own: BTreeSet<i64> = self.own_places(link);
            if *all && link.cursor > link.after {
                for (at, entry) in theirs.range(link.after.saturating_add(1)..=link.cursor) {
                    // What was written on a link is not pushed on it (E11).
                    if !shown.contains(at) && !own.contains(at) && passed.insert(*at) {
                        let (cursor, what) = (link.cursor, told(entry));
                        found.push((
                            Kind::Skipped,
                            format!(
                                "{name} was not shown entry {at} on link {number}, which went on to {cursor}: {what}"
                            ),
                        ));
                    }
                }
            }
            for page in &link.pages {
                self.judge_page(name, page, &theirs, &mut passed, found);
            }
            known.extend(own);
        }
        // Whoever asks for pages may have come later, and asked for what was before.
        let first_page = links().filter_map(|(_, link)| link.pages.first()).map(|page| page.after).next();
        let Some(start) = links().map(|(_, link)| link.after).next() else { return };
        let start = first_page.map_or(start, |after| after.min(start));
        if *all && self.verdict.whole {
            for (at, entry) in theirs.range(start.saturating_add(1)..=self.upto.max(start.saturating_add(1))) {
                if !known.contains(at) && !passed.contains(at) {
                    found.push((Kind::Lost, format!("{name} was never shown entry {at}: {}", told(entry))));
                }
            }
        }
    }

    fn judge_page(
        &self,
        name: &str,
        page: &Page,
        theirs: &BTreeMap<i64, &Entry>,
        passed: &mut BTreeSet<i64>,
        found: &mut Vec<(Kind, String)>,
    ) {
        let has: BTreeSet<i64> = page.entries.iter().filter_map(|one| self.place(*one)).collect();
        if page.cursor <= page.after {
            return;
        }
        for (at, entry) in theirs.range(page.after.saturating_add(1)..=page.cursor) {
            if !has.contains(at) && passed.insert(*at) {
                let (after, cursor, what) = (page.after, page.cursor, told(entry));
                let text = format!("{name} read from {after} to {cursor} without entry {at}: {what}");
                found.push((Kind::Skipped, text));
            }
        }
    }

    pub(super) fn judge_talks(&mut self, stays: &Stays) {
        let mut found = Vec::new();
        for Talk { reader, peer, after, entries } in &self.talks {
            let Some(Reader { user, name, .. }) = self.readers.get(reader) else { continue };
            let is_said = |entry: &Entry| {
                // What changed another is seen on that other.
                if entry.alters.is_some() {
                    return false;
                }
                let between = (entry.from == *user && entry.to == *peer) || (entry.from == *peer && entry.to == *user);
                let is_of_it = if *peer > 0 { between } else { entry.to == *peer };
                is_of_it && (*peer >= 0 || stays.has(*peer, *user, entry.at))
            };
            let has: BTreeSet<i64> = entries.iter().filter_map(|one| self.place(*one)).collect();
            for entry in entries.iter().filter_map(|one| self.entries.get(*one as usize)) {
                if !is_said(entry) {
                    let (at, what) = (entry.at, told(entry));
                    let text = format!("{name} read entry {at} in the history with {peer}, not of it: {what}");
                    found.push((Kind::Foreign, text));
                }
            }
            if !self.verdict.whole {
                continue;
            }
            for (at, entry) in self.at_places().filter(|(at, entry)| at > after && *at <= self.upto && is_said(entry)) {
                if !has.contains(&at) {
                    let what = told(entry);
                    found.push((Kind::Lost, format!("{name} has no entry {at} in the history with {peer}: {what}")));
                }
            }
        }
        found.into_iter().for_each(|(kind, text)| self.found(kind, text));
    }

    fn at_places(&self) -> impl Iterator<Item = (i64, &Entry)> {
        self.log.iter().filter_map(|(at, number)| Some((*at, self.entries.get(*number as usize)?)))
    }

    fn place(&self, number: u32) -> Option<i64> {
        self.entries.get(number as usize).map(|entry| entry.at)
    }

    /// Where those lie that went out on a link.
    fn own_places(&self, link: &Link) -> BTreeSet<i64> {
        let sends = link.asked.iter().filter_map(|number| self.sends.get(*number));
        let entries = sends.filter_map(|send| self.entry_by_name.get(&(send.from, send.id.clone())));
        entries.filter_map(|number| self.place(*number)).collect()
    }
}

/// Whether an entry is in a user's inbox (PROTOCOL.md, E5).
fn is_theirs(user: i64, entry: &Entry, stays: &Stays) -> bool {
    let Entry { at, from, to, .. } = entry;
    *to == user || *to == 0 || if *to < 0 { stays.has(*to, user, *at) } else { *from == user }
}
