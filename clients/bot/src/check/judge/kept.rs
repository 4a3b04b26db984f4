//! What was acknowledged is in the log, once, where the acknowledgement says, in the order in which it was sent.

use super::super::record::Entry;
use super::super::verdict::Kind;
use super::groups::Stays;
use super::{Judge, Send, told};

/// Codes from here on are temporary (PROTOCOL.md, "Codes").
const TEMPORARY_MIN: i32 = 100;

impl Judge {
    pub(super) fn take_ask(
        &mut self,
        link: u32,
        from: i64,
        id: String,
        to: i64,
        content: String,
        alters: bool,
    ) -> Result<(), String> {
        let number = self.sends.len();
        let behind = self.place_max;
        let its = self.link(link)?;
        let preceded_by = if alters { Vec::new() } else { its.open.clone() };
        if !alters {
            its.open.push(number);
        }
        its.asked.insert(number);
        if self.send_by_name.insert((from, id.clone()), number).is_some() {
            return Err(format!("{id} of {from} was asked before"));
        }
        let (places, refused, put_off, again) = (Vec::new(), None, false, false);
        self.sends.push(Send { from, id, to, content, alters, places, refused, put_off, again, behind, preceded_by });
        self.verdict.counts.asks += 1;
        Ok(())
    }

    pub(super) fn take_again(&mut self, link: u32, from: i64, id: String) -> Result<(), String> {
        let number = self.send(from, id)?;
        let alters = self.sends.get(number).is_some_and(|send| send.alters);
        let its = self.link(link)?;
        let before = if alters { Vec::new() } else { its.open.clone() };
        if !alters {
            its.open.push(number);
        }
        its.asked.insert(number);
        let mut still = std::mem::take(&mut self.sends.get_mut(number).ok_or("no such send")?.preceded_by);
        still.retain(|one| before.contains(one) || self.sends.get(*one).is_some_and(|one| !one.places.is_empty()));
        if let Some(send) = self.sends.get_mut(number) {
            send.preceded_by = still;
            send.again = true;
        }
        self.verdict.counts.retries += 1;
        Ok(())
    }

    pub(super) fn take_ack(&mut self, link: u32, from: i64, id: String, at: i64) -> Result<(), String> {
        let number = self.send(from, id)?;
        self.link(link)?.open.retain(|open| *open != number);
        self.place_max = self.place_max.max(at);
        let send = self.sends.get_mut(number).ok_or("no such send")?;
        send.places.push(at);
        if let Some(first) = send.places.first().copied().filter(|first| *first != at) {
            let text = format!("{} of {} was acknowledged as entry {first} and as entry {at}", send.id, send.from);
            self.found(Kind::Doubled, text);
        }
        Ok(())
    }

    pub(super) fn take_refusal(&mut self, link: u32, from: i64, id: String, code: i32) -> Result<(), String> {
        let number = self.send(from, id)?;
        self.link(link)?.open.retain(|open| *open != number);
        let send = self.sends.get_mut(number).ok_or("no such send")?;
        if code >= TEMPORARY_MIN {
            send.put_off = true;
        } else {
            send.refused = Some(code);
        }
        Ok(())
    }

    fn send(&self, from: i64, id: String) -> Result<usize, String> {
        let name = (from, id);
        self.send_by_name.get(&name).copied().ok_or_else(|| format!("{} of {} was never asked", name.1, name.0))
    }

    /// Whether the entry at a place takes back what this order was to take back.
    fn is_said_at(&self, place: i64, send: &Send) -> bool {
        let entry = self.log.get(&place).and_then(|number| self.entries.get(*number as usize));
        entry.is_some_and(|entry| {
            let takes_back = entry.alters.as_ref().is_some_and(|altered| altered.content.is_none());
            takes_back && (entry.to, &entry.content) == (send.to, &send.content)
        })
    }

    pub(super) fn judge_sends(&mut self, stays: &Stays) {
        for (number, send) in std::mem::take(&mut self.sends).into_iter().enumerate() {
            let Send { from, id, .. } = &send;
            let entry = self.entry_by_name.get(&(*from, id.clone())).and_then(|at| self.entries.get(*at as usize));
            let mut found = Vec::new();
            match (send.places.first(), entry) {
                (Some(place), Some(entry)) if entry.at != *place => found.push((
                    Kind::Doubled,
                    format!("{id} of {from} was acknowledged as entry {place}, and is entry {}", entry.at),
                )),
                // What was taken back already is answered with the entry that did it, whosever it is.
                (Some(place), None) if send.alters && self.is_said_at(*place, &send) => {}
                (Some(place), None) if self.verdict.whole => {
                    let instead = self.log.get(place).and_then(|other| self.entries.get(*other as usize));
                    let instead = instead.map_or_else(|| "nobody was shown it".to_owned(), told);
                    let to = send.to;
                    found.push((
                        Kind::Lost,
                        format!("{id} of {from} to {to} was acknowledged as entry {place}: {instead}"),
                    ));
                }
                (_, Some(entry)) if send.refused.is_some() => found.push((
                    Kind::Foreign,
                    format!(
                        "{id} of {from} was refused with code {}, and is entry {}",
                        send.refused.unwrap_or_default(),
                        entry.at
                    ),
                )),
                (Some(_) | None, _) => {}
            }
            if let Some(entry) = entry {
                if (entry.to, &entry.content) != (send.to, &send.content) || entry.event.is_some() {
                    let sent = Entry { to: send.to, content: send.content.clone(), event: None, ..entry.clone() };
                    let text = format!("entry {} is {}, and was sent as {}", entry.at, told(entry), told(&sent));
                    found.push((Kind::Foreign, text));
                }
                if entry.at <= send.behind {
                    let (at, behind) = (entry.at, send.behind);
                    let text = format!("{id} of {from} is entry {at}, and was sent when the log had entry {behind}");
                    found.push((Kind::Reordered, text));
                }
            }
            let counts = &mut self.verdict.counts;
            match (send.places.is_empty(), send.refused) {
                (false, _) => counts.acks += 1,
                (true, Some(_)) => counts.refused += 1,
                (true, None) => {
                    counts.undecided += 1;
                    counts.undecided_kept += u64::from(entry.is_some());
                }
            }
            found.into_iter().for_each(|(kind, text)| self.found(kind, text));
            // Put back, for those that come behind it.
            self.sends.push(send);
            self.judge_order(number, stays);
        }
    }

    /// Of two sends that went out in the same order wherever they went out, the first is first in the log.
    fn judge_order(&mut self, number: usize, stays: &Stays) {
        let place = |send: &Send| {
            let entry = self.entry_by_name.get(&(send.from, send.id.clone()));
            entry.and_then(|entry| self.entries.get(*entry as usize)).map(|entry| entry.at)
        };
        let Some(send) = self.sends.get(number) else { return };
        let Some(at) = place(send) else { return };
        let before = send.preceded_by.iter().filter_map(|before| self.sends.get(*before));
        // One that was put off goes again later, and may then come behind.
        let before = before.filter(|before| !before.put_off && before.refused.is_none() && !send.put_off);
        // So does one that was refused without a word that arrived, since its writer was not in the group yet.
        let came_in_late =
            |before: &Send, its| before.again && stays.begin_between(before.to, send.from, before.behind, its);
        let mut behind = before.filter_map(|before| Some((before, place(before).filter(|its| *its >= at)?)));
        let wrong = behind.find(|(before, its)| !came_in_late(before, *its));
        if let Some((before, its)) = wrong {
            let (from, one, other) = (send.from, &before.id, &send.id);
            let text = format!("{from} sent {one} before {other}, and they are entries {its} and {at}");
            self.found(Kind::Reordered, text);
        }
    }

    /// What is in the log was sent, and the operator's log has all that anybody was shown.
    pub(super) fn judge_log(&mut self) {
        let senders: std::collections::HashSet<i64> = self.readers.values().map(|reader| reader.user).collect();
        let mut found = Vec::new();
        let theirs = |entry: &&Entry| entry.event.is_none() && entry.changed_by == 0 && senders.contains(&entry.from);
        for entry in self.entries.iter().filter(theirs) {
            if !self.send_by_name.contains_key(&(entry.from, entry.id.clone())) {
                found.push((Kind::Foreign, format!("entry {}, {}, was never sent", entry.at, told(entry))));
            }
        }
        if let Some((after, places)) = &self.whole_log {
            for (at, _) in self.log.range(after.saturating_add(1)..).filter(|(at, _)| !places.contains(at)) {
                found.push((Kind::Lost, format!("entry {at} was shown to somebody, and is not in the log")));
            }
        }
        found.into_iter().for_each(|(kind, text)| self.found(kind, text));
    }
}
