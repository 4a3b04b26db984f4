//! Reading the views: pages that merge several ranges of rows into one order. The same for every engine. What became of
//! entries, and what is unread, is in `talks`.

use std::collections::VecDeque;

use super::rows::{Order, Row, Rows};
use super::talks::Changes;
use super::view::{RowKey, is_joined, parse_group};
use super::{Membership, Page, PageBounds, Roster, StoreError};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::wire::pb;

/// How many rows are taken from a range at once.
const CHUNK_ROWS: usize = 128;

pub(super) fn inbox(rows: &impl Rows, user: UserId, after: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
    // Rows behind the head may be there in one range and not yet in another. A page with them could skip an entry.
    let head = rows.head();
    if after >= head {
        return Ok(Page::default());
    }
    let first = after.next();
    let mut ranges = mailbox(rows, Peer::User(user), first, head);
    ranges.extend(mailbox(rows, Peer::Everyone, first, head));
    for stay in memberships(rows, user)? {
        let last = stay.left_at.map_or(head, |left| left.min(head));
        if last > after {
            ranges.extend(mailbox(rows, Peer::Group(stay.group), first.max(stay.joined_at), last));
        }
    }
    Merge::new(rows, ranges, Order::Ascending, bounds).page()
}

pub(super) fn history(
    rows: &impl Rows,
    user: UserId,
    peer: Peer,
    before: QueueId,
    bounds: PageBounds,
) -> Result<Page, StoreError> {
    let last = QueueId::cursor(before.get().saturating_sub(1)).min(rows.head());
    let (mut stays, first) = (Vec::new(), rows.kept_from());
    let ranges = match peer {
        Peer::User(other) if other == user => vec![Range::said(user, peer, first, last)],
        Peer::User(other) => {
            vec![Range::said(user, peer, first, last), Range::said(other, Peer::User(user), first, last)]
        }
        Peer::Everyone => mailbox(rows, peer, first, last),
        Peer::Group(group) => {
            stays = stays_in(rows, user, group)?;
            let seen = |stay: &Membership| {
                mailbox(rows, peer, stay.joined_at, stay.left_at.map_or(last, |left| left.min(last)))
            };
            stays.iter().flat_map(seen).collect()
        }
    };
    let mut merge = Merge::new(rows, ranges, Order::Descending, bounds).without(unsaid(peer, last));
    let (mut places, wanted) = (Vec::new(), bounds.entries.saturating_add(1).max(2));
    while places.len() < wanted
        && let Some(place) = merge.next()?
    {
        places.push(place);
    }
    let changes = Changes::of(rows, user, peer, &places)?;
    // What was changed after somebody left is not theirs.
    let until = |place| {
        let stay = stays.iter().find(|stay| stay.joined_at <= place && stay.left_at.is_none_or(|left| place <= left));
        stay.and_then(|stay| stay.left_at).unwrap_or(QueueId::END)
    };
    let (mut page, mut bytes) = (Page::default(), 0);
    for place in places {
        page.more = !page.entries.is_empty() && page.entries.len() >= bounds.entries;
        if page.more {
            break;
        }
        let entry = changes.applied(rows, rows.entry(place)?, until(place))?;
        bytes += entry.encoded.len();
        page.more = !page.entries.is_empty() && bytes > bounds.bytes;
        if page.more {
            break;
        }
        page.entries.push(entry);
    }
    Ok(page)
}

/// What is kept of a mailbox: of what was removed, only what happened to a group is left.
pub(super) fn mailbox(rows: &impl Rows, peer: Peer, first: QueueId, last: QueueId) -> Vec<Range> {
    let kept_from = rows.kept_from();
    let mut ranges = vec![Range::mailbox(peer, first.max(kept_from), last)];
    if let Peer::Group(group) = peer
        && first < kept_from
    {
        let before = last.min(QueueId::cursor(kept_from.get() - 1));
        ranges.push(Range { first: RowKey::group(group, first), last: RowKey::group(group, before) });
    }
    ranges
}

/// What lies in the mailbox of a peer and was not said: it changes something that was.
fn unsaid(peer: Peer, last: QueueId) -> Vec<Range> {
    match peer {
        Peer::User(_) => Vec::new(),
        Peer::Everyone | Peer::Group(_) => {
            vec![Range { first: RowKey::change(peer, QueueId::START), last: RowKey::change(peer, last) }]
        }
    }
}

/// The stays of `user` in one group.
pub(super) fn stays_in(rows: &impl Rows, user: UserId, group: GroupId) -> Result<Vec<Membership>, StoreError> {
    stays(rows, RowKey::stay(user, group, QueueId::START), RowKey::stay(user, group, QueueId::END))
}

pub(super) fn memberships(rows: &impl Rows, user: UserId) -> Result<Vec<Membership>, StoreError> {
    let (first, last) = RowKey::stays(user);
    let mut memberships = stays(rows, first, last)?;
    memberships.sort_by_key(|stay| (stay.joined_at, stay.group.get()));
    Ok(memberships)
}

/// Pairs the comings and goings in a range of `stay` rows.
fn stays(rows: &impl Rows, first: RowKey, last: RowKey) -> Result<Vec<Membership>, StoreError> {
    let head = rows.head();
    let mut stays: Vec<Membership> = Vec::new();
    for_each(rows, first, last, |(key, value)| {
        let Some(group) = GroupId::parse(key.second()).filter(|_| key.place() <= head) else { return };
        let open = stays.last_mut().filter(|stay| stay.group == group && stay.left_at.is_none());
        match (open, is_joined(value)) {
            (None, true) => stays.push(Membership { group, joined_at: key.place(), left_at: None }),
            (Some(open), false) => open.left_at = Some(key.place()),
            // Who is in does not come in, and who is out does not leave: such an event changes nothing.
            (Some(_), true) | (None, false) => {}
        }
    })?;
    Ok(stays)
}

pub(super) fn roster(rows: &impl Rows, group: GroupId, at: QueueId) -> Result<Option<Roster>, StoreError> {
    let at = at.min(rows.head());
    let (mut roster, mut is_made, mut damaged) = (None, false, None);
    for_each(rows, RowKey::group(group, QueueId::START), RowKey::group(group, at), |(key, value)| {
        let Some((from, event)) = parse_group(value) else {
            damaged = Some(key.place());
            return;
        };
        is_made |= event.kind() == pb::GroupEventKind::Created;
        roster.get_or_insert_with(|| Roster::new(from)).apply(key.place(), from, &event);
    })?;
    match damaged {
        Some(place) => Err(StoreError::Damaged(format!("the row of group {group} at {place}").into())),
        None => Ok(roster.filter(|_| is_made)),
    }
}

/// Every row of a range, ascending.
pub(super) fn for_each(
    rows: &impl Rows,
    mut first: RowKey,
    last: RowKey,
    mut each: impl FnMut(&Row),
) -> Result<(), StoreError> {
    loop {
        let chunk = rows.scan(first, last, Order::Ascending, CHUNK_ROWS)?;
        chunk.iter().for_each(&mut each);
        match chunk.last() {
            Some((key, _)) if chunk.len() == CHUNK_ROWS => first = key.at(key.place().next()),
            Some(_) | None => return Ok(()),
        }
    }
}

/// A part of one view, both ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) first: RowKey,
    pub(super) last: RowKey,
}

impl Range {
    pub(super) fn mailbox(peer: Peer, first: QueueId, last: QueueId) -> Self {
        Self { first: RowKey::mailbox(peer, first), last: RowKey::mailbox(peer, last) }
    }

    pub(super) fn said(from: UserId, to: Peer, first: QueueId, last: QueueId) -> Self {
        Self { first: RowKey::said(from, to, first), last: RowKey::said(from, to, last) }
    }
}

/// Ranges read side by side, a chunk of each at a time.
pub(super) struct Merge<'a, R> {
    rows: &'a R,
    runs: Vec<Run>,
    /// What is in these as well is passed over.
    without: Vec<Run>,
    /// How many places were passed over.
    pub(super) passed_over: usize,
    order: Order,
    bounds: PageBounds,
}

struct Run {
    taken: VecDeque<QueueId>,
    /// What was not taken yet.
    rest: Option<Range>,
}

impl<'a, R: Rows> Merge<'a, R> {
    pub(super) fn new(rows: &'a R, ranges: Vec<Range>, order: Order, bounds: PageBounds) -> Self {
        let runs = ranges.into_iter().map(Run::new).collect();
        Self { rows, runs, without: Vec::new(), passed_over: 0, order, bounds }
    }

    pub(super) fn without(self, ranges: Vec<Range>) -> Self {
        Self { without: ranges.into_iter().map(Run::new).collect(), ..self }
    }

    fn page(mut self) -> Result<Page, StoreError> {
        let (mut page, mut bytes) = (Page::default(), 0);
        while let Some(place) = self.next()? {
            if !page.entries.is_empty() && page.entries.len() >= self.bounds.entries {
                page.more = true;
                break;
            }
            let entry = self.rows.entry(place)?;
            bytes += entry.encoded.len();
            if !page.entries.is_empty() && bytes > self.bounds.bytes {
                page.more = true;
                break;
            }
            page.entries.push(entry);
        }
        Ok(page)
    }

    /// The next place of all ranges. One that is in several of them comes once.
    pub(super) fn next(&mut self) -> Result<Option<QueueId>, StoreError> {
        while let Some(place) = self.next_of_all()? {
            if !self.is_passed_over(place)? {
                return Ok(Some(place));
            }
            self.passed_over += 1;
        }
        Ok(None)
    }

    fn next_of_all(&mut self) -> Result<Option<QueueId>, StoreError> {
        let mut next: Option<QueueId> = None;
        for run in &mut self.runs {
            run.refill(self.rows, self.order, self.bounds.entries)?;
            let Some(place) = run.taken.front().copied() else { continue };
            if next.is_none_or(|nearest| self.order.is_before(place, nearest)) {
                next = Some(place);
            }
        }
        for run in &mut self.runs {
            if next.is_some() && run.taken.front().copied() == next {
                run.taken.pop_front();
            }
        }
        Ok(next)
    }

    fn is_passed_over(&mut self, place: QueueId) -> Result<bool, StoreError> {
        for run in &mut self.without {
            loop {
                run.refill(self.rows, self.order, self.bounds.entries)?;
                match run.taken.front().copied() {
                    Some(other) if self.order.is_before(other, place) => drop(run.taken.pop_front()),
                    Some(other) if other == place => return Ok(true),
                    Some(_) | None => break,
                }
            }
        }
        Ok(false)
    }
}

impl Run {
    fn new(range: Range) -> Self {
        Self { taken: VecDeque::new(), rest: Some(range) }
    }

    fn refill(&mut self, rows: &impl Rows, order: Order, wanted: usize) -> Result<(), StoreError> {
        let Some(rest) = self.rest.filter(|_| self.taken.is_empty()) else { return Ok(()) };
        // One more than the page holds, so that `more` needs no second read.
        let limit = wanted.saturating_add(1).min(CHUNK_ROWS);
        let chunk = rows.scan(rest.first, rest.last, order, limit)?;
        self.rest = match chunk.last() {
            Some((key, _)) if chunk.len() == limit => match order {
                Order::Ascending => Some(Range { first: rest.first.at(key.place().next()), ..rest }),
                Order::Descending => {
                    Some(Range { last: rest.last.at(QueueId::cursor(key.place().get().saturating_sub(1))), ..rest })
                }
            },
            Some(_) | None => None,
        };
        self.taken.extend(chunk.iter().map(|(key, _)| key.place()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use prost::Message;

    use super::*;
    use crate::store::conformance::{ALL, group, place, text, user};
    use crate::store::rows::MemoryRows;
    use crate::store::{Entry, NewEntry};

    /// Entries of which those behind the head are just being written: some of their rows are there.
    struct Halfway {
        rows: MemoryRows,
        entries: Vec<Arc<Entry>>,
        head: QueueId,
    }

    impl Rows for Halfway {
        fn head(&self) -> QueueId {
            self.head
        }

        fn kept_from(&self) -> QueueId {
            place(1)
        }

        fn scan(&self, first: RowKey, last: RowKey, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
            Ok(self.rows.scan(first, last, order, limit))
        }

        fn talks(&self, user: UserId) -> Result<Vec<(UserId, QueueId)>, StoreError> {
            Ok(self.rows.talks(user))
        }

        fn entry(&self, place: QueueId) -> Result<Arc<Entry>, StoreError> {
            Ok(Arc::clone(&self.entries[place.get() as usize - 1]))
        }
    }

    #[test]
    fn nothing_behind_the_head_is_read_even_if_it_is_there() {
        let event = |kind: pb::GroupEventKind| NewEntry {
            content_type: pb::ContentType::GroupEvent as u32,
            content: Bytes::from(
                pb::GroupEvent { kind: kind.into(), users: vec![1], name: "us".into(), ..Default::default() }
                    .encode_to_vec(),
            ),
            ..text(1, -1, "")
        };
        let sent =
            [event(pb::GroupEventKind::Created), text(2, 0, ""), text(2, 0, ""), event(pb::GroupEventKind::Left)];
        let mut halfway = Halfway { rows: MemoryRows::default(), entries: Vec::new(), head: place(2) };
        for (index, new) in sent.iter().enumerate() {
            let entry = Arc::new(Entry::new(place(index as i64 + 1), new.clone()));
            halfway.rows.insert(&entry);
            halfway.entries.push(entry);
        }
        let places = |page: Page| page.entries.iter().map(|entry| entry.queue_id).collect::<Vec<_>>();
        assert_eq!(places(inbox(&halfway, user(1), QueueId::START, ALL).unwrap()), [1, 2].map(place));
        assert_eq!(places(history(&halfway, user(1), Peer::Everyone, QueueId::END, ALL).unwrap()), [2].map(place));
        assert_eq!(memberships(&halfway, user(1)).unwrap()[0].left_at, None);
        assert_eq!(roster(&halfway, group(-1), QueueId::END).unwrap().unwrap().members, [(user(1), place(1))]);

        halfway.head = place(4);
        assert_eq!(places(inbox(&halfway, user(1), QueueId::START, ALL).unwrap()), [1, 2, 3, 4].map(place));
        assert_eq!(roster(&halfway, group(-1), QueueId::END).unwrap().unwrap().members, []);
    }
}
