//! What the list shows at the next start: conversations, people, groups. Read at once and whole; entries are not.

use longlink_client::pb;
use prost::Message;
use rusqlite::{Connection, Row, Transaction, params};

use super::{Store, StoreError, meta};
use crate::model::{Counted, Gap, Item, NEWS_MAX, News, Opened, Peer, Talk};

/// The unread of a talk, as it is written.
type Unread = (u32, u32, i64, Vec<(i64, bool)>);

impl Store {
    /// Everything that is shown before the server is asked.
    pub fn opened(&self) -> Result<Opened, StoreError> {
        let own = self.own()?;
        Ok(Opened {
            user_id: own.user_id,
            user_name: own.user_name,
            talks: self.talks()?,
            users: self.all("users")?,
            groups: self.all("groups")?,
            contacts: self.all("contacts")?,
            gaps: self.gaps()?,
            outbox: self.outbox()?.into_iter().map(|waiting| waiting.outgoing).collect(),
            is_list_whole: meta::get(&self.connection, "is_list_whole")?.unwrap_or_default(),
            is_encrypted: self.is_encrypted(),
            ..Opened::default()
        })
    }

    /// The conversations, with what arrived after they were written down last: the program may have been ended between.
    fn talks(&self) -> Result<Vec<Talk>, StoreError> {
        let mut talks = Vec::new();
        let sql = "SELECT peer, last, unread, read_up_to, is_pinned, is_muted, draft, rank FROM talks";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            talks.push(talk(row)?);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT peers.peer, talks.peer IS NOT NULL FROM peers LEFT JOIN talks USING (peer)
             WHERE peers.newest > coalesce(talks.rank, 0)",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (peer, is_known): (Peer, bool) = (row.get(0)?, row.get(1)?);
            if !is_known {
                talks.push(Talk::new(peer));
            }
            if let Some(talk) = talks.iter_mut().find(|talk| talk.peer == peer) {
                let news = self.between(peer, 0, 0, NEWS_MAX as u32)?.entries;
                // What was folded in before is passed over.
                for entry in &news {
                    talk.fold(&Item::of(entry), self.me);
                }
            }
        }
        Ok(talks)
    }

    pub fn keep_talks(&mut self, talks: &[Talk]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for talk in talks {
            put_talk(&transaction, talk)?;
        }
        transaction.commit()?;
        Ok(())
    }

    pub fn keep_users(&mut self, users: &[pb::User]) -> Result<(), StoreError> {
        self.keep("users", users.iter().map(|user| (user.id, user)))
    }

    pub fn keep_groups(&mut self, groups: &[pb::Group]) -> Result<(), StoreError> {
        self.keep("groups", groups.iter().map(|group| (group.id, group)))
    }

    /// All of them, in the place of all that were kept.
    pub fn keep_contacts(&mut self, contacts: &[pb::Contact]) -> Result<(), StoreError> {
        let of = |contact: &pb::Contact| contact.user.as_ref().map_or(0, |user| user.id);
        let transaction = self.connection.transaction()?;
        transaction.execute("DELETE FROM contacts", [])?;
        put_all(&transaction, "contacts", contacts.iter().map(|contact| (of(contact), contact)))?;
        transaction.commit()?;
        Ok(())
    }

    pub fn keep_gaps(&mut self, gaps: &[Gap]) -> Result<(), StoreError> {
        meta::set(&self.connection, "gaps", serde_json::to_string(gaps)?)
    }

    /// Whether the list of conversations is here to its end.
    pub fn keep_list_whole(&mut self, is_whole: bool) -> Result<(), StoreError> {
        meta::set(&self.connection, "is_list_whole", is_whole)
    }

    fn gaps(&self) -> Result<Vec<Gap>, StoreError> {
        let text: Option<String> = meta::get(&self.connection, "gaps")?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }

    fn keep<'m, M: Message + 'm>(
        &mut self,
        table: &str,
        all: impl Iterator<Item = (i64, &'m M)>,
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        put_all(&transaction, table, all)?;
        transaction.commit()?;
        Ok(())
    }

    fn all<M: Message + Default>(&self, table: &str) -> Result<Vec<M>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("SELECT value FROM {table}"))?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let value: Vec<u8> = row.get(0)?;
            all.push(M::decode(&*value)?);
        }
        Ok(all)
    }
}

fn put_all<'m, M: Message + 'm>(
    transaction: &Transaction<'_>,
    table: &str,
    all: impl Iterator<Item = (i64, &'m M)>,
) -> Result<(), StoreError> {
    let sql = format!("INSERT OR REPLACE INTO {table} (id, value) VALUES (?1, ?2)");
    let mut statement = transaction.prepare_cached(&sql)?;
    for (id, value) in all {
        statement.execute((id, value.encode_to_vec()))?;
    }
    Ok(())
}

fn put_talk(connection: &Connection, talk: &Talk) -> Result<(), StoreError> {
    let Counted { unread, mentions, up_to } = talk.counted;
    let news = talk.news.iter().map(|news| (news.queue_id, news.is_mention)).collect();
    let unread: Unread = (unread, mentions, up_to, news);
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO talks (peer, last, unread, read_up_to, is_pinned, is_muted, draft, rank)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    statement.execute(params![
        talk.peer,
        talk.last.as_ref().map(|last| last.to_entry(talk.peer).encode_to_vec()),
        serde_json::to_string(&unread)?,
        talk.read_up_to,
        talk.is_pinned,
        talk.is_muted,
        talk.draft,
        talk.rank,
    ])?;
    Ok(())
}

fn talk(row: &Row<'_>) -> Result<Talk, StoreError> {
    let last: Option<Vec<u8>> = row.get(1)?;
    let last = last.map(|last| pb::Entry::decode(&*last)).transpose()?;
    let unread: String = row.get(2)?;
    let (unread, mentions, up_to, news): Unread = serde_json::from_str(&unread)?;
    Ok(Talk {
        peer: row.get(0)?,
        last: last.as_ref().map(Item::of),
        counted: Counted { unread, mentions, up_to },
        news: news.into_iter().map(|(queue_id, is_mention)| News { queue_id, is_mention }).collect(),
        read_up_to: row.get(3)?,
        is_pinned: row.get(4)?,
        is_muted: row.get(5)?,
        draft: row.get(6)?,
        rank: row.get(7)?,
    })
}
